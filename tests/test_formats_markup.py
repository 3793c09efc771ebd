"""Web pages and e-books as they are made, not as they should be."""

from __future__ import annotations

import io
import zipfile

import pytest
from test_formats import epub, read, texts

from index import ReadError

LONG = "The mill by the river was closed in 1931 after the flood had taken its wheel away{}."


def page(body: str, head: str = "") -> bytes:
    return f"<html><head><title>The Mill</title>{head}</head><body>{body}</body></html>".encode()


def test_a_page_keeps_its_headings_lists_tables_and_quotes_and_loses_what_is_around() -> None:
    document = read(
        page(
            "<header><h1>The Daily Paper</h1><nav><ul><li>Home</li><li>All the news of today</li></ul></nav></header>"
            f"<div id=main><h1>The Mill</h1><p>{LONG.format('')}</p><blockquote><p>It is over.</p></blockquote>"
            "<h2>After<br>wards</h2><ul><li>one thing of two</li><li>the other one</li></ul>"
            "<table><tr><th>Year</th><th>Bags</th></tr><tr><td>1930</td><td>12</td></tr></table>"
            f"<p>First line<br>second line of a verse</p><p>{LONG.format(' again')}</p></div>"
            "<aside><h2>Related</h2><ul><li><a href=x>Another mill was closed last year</a></li></ul></aside>"
            "<footer><p>Imprint. Subscribe to our newsletter, and never miss anything.</p></footer>"
        ),
        "mill.html",
    )
    assert [section.title for section in document.sections] == ["The Mill", "After wards"]
    assert texts(document) == [
        LONG.format(""),
        "It is over.",
        "one thing of two",
        "the other one",
        "Year | Bags",
        "1930 | 12",
        "First line second line of a verse",
        LONG.format(" again"),
    ]


def test_a_manual_that_is_no_article_keeps_its_sections() -> None:
    chapters = "".join(
        f"<div class=chapter><hr><h2>{number}. Part<a href=#>¶</a></h2><p>{LONG.format(f' in part {number}')}</p>"
        f"<h3>{number}.1 Detail</h3><p>{LONG.format(f' in detail {number}')}</p></div>"
        for number in range(1, 6)
    )
    document = read(page(chapters), "manual.html")
    assert document.title == "The Mill" and len(document.sections) == 10
    at = document.section_at(document.text.index("in detail 3"))
    assert at is not None and at.title == "3.1 Detail"


def test_a_page_has_the_author_and_the_date_that_it_names_and_no_other_date() -> None:
    words = f"<article><h1>The Mill</h1><p>{LONG.format('')} It was on 3 May 2001.</p></article>"
    meta = '<meta property="article:published_time" content="2021-03-04T10:00:00Z"><meta name="author" content="R. Po">'
    document = read(page(words, meta), "mill.html")
    assert (document.author, document.date) == ("R. Po", "2021-03-04")
    assert read(page(words), "mill.html").date is None


@pytest.mark.parametrize(("named", "encoding", "words"), [
    ("iso-8859-1", "cp1252", "Le café « Chez Élise » est fermé depuis la guerre – dit le maire."),
    ("windows-1251", "cp1251", "Мост был построен в 1887 году и стоит до сих пор."),
    ("gb2312", "gb18030", "网络主权是指一个国家对其境内的互联网拥有管辖权。"),
    ("Shift_JIS", "cp932", "この橋は明治時代に建てられ、長さは百メートルである。"),
])  # fmt: skip
def test_a_page_is_read_in_the_encoding_that_it_names(named: str, encoding: str, words: str) -> None:
    data = f"<html><head><meta charset={named}></head><body><p>{words}</p></body></html>".encode(encoding)
    assert texts(read(data, "a.html")) == [words]


def test_chapters_as_xhtml_with_lines_tables_and_empty_elements() -> None:
    chapters = [
        '<h1>One<br/>Half</h1><script src="a.js"/><p>First<br/>second.</p><p>Ünï <a id="x"/><i>wor</i>ds.</p>',
        "<table><tr><th>Year</th><th>Ships</th></tr><tr><td>1841</td><td>112</td></tr></table>",
    ]
    document = read(epub(chapters), "a.epub")
    assert [section.title for section in document.sections] == ["One Half"]
    assert texts(document) == ["First second.", "Ünï words.", "Year | Ships", "1841 | 112"]
    assert document.section_at(document.text.index("1841")) is None


def test_a_book_has_all_its_authors_and_its_date() -> None:
    data = io.BytesIO(epub(["<p>Words.</p>"]))
    with zipfile.ZipFile(data, "a") as archive:
        more = "<dc:creator>A. Summer</dc:creator><dc:date>1999-03-01T00:00:00Z</dc:date></metadata>"
        archive.writestr("OEBPS/book.opf", archive.read("OEBPS/book.opf").decode().replace("</metadata>", more))
    document = read(data.getvalue(), "a.epub")
    assert (document.author, document.date) == ("L. Winter, A. Summer", "1999-03-01")


@pytest.mark.parametrize(("locked", "refused"), [("OEBPS/c%200.xhtml", True), ("OEBPS/font.otf", False)])
def test_a_book_with_locked_chapters_is_refused_and_one_with_locked_fonts_read(locked: str, refused: bool) -> None:
    data = io.BytesIO(epub(["<p>Words.</p>"]))
    with zipfile.ZipFile(data, "a") as archive:
        reference = f'<CipherReference URI="{locked}"/>'
        archive.writestr("META-INF/encryption.xml", f"<encryption>{reference}</encryption>")
    if refused:
        with pytest.raises(ReadError, match="DRM"):
            read(data.getvalue(), "a.epub")
    else:
        assert texts(read(data.getvalue(), "a.epub")) == ["Words."]
