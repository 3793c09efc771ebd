"""Real formats: files that the tests make, read back, each paragraph in its place and on its page."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, SimpleDocTemplate, Table

from index import Index, ReadError
from index.readers import read_document
from index.types import Document
from qa import ask

WORDS = ["harbour", "ledger", "candle", "meadow", "granite", "violin", "winter", "orchard", "silver", "anchor"]


def sentence(number: int) -> str:
    """A sentence that no other number gives, longer than a line of a column."""
    chosen = " ".join(WORDS[int(digit)] for digit in f"{number:04}")
    return f"Entry {number} of the survey speaks of the {chosen} and of what the clerk of the town wrote about it."


def read(data: bytes, name: str) -> Document:
    return read_document(data, Path(name))


def texts(document: Document, kind: str = "paragraph") -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]


def two_columns(paragraphs: list[str], *, running: str = "") -> bytes:
    """A PDF of two columns a page, with a running head and page numbers."""

    def margins(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.drawString(70, 800, running)
        canvas.drawCentredString(300, 30, str(canvas.getPageNumber()))

    out = io.BytesIO()
    frames = [Frame(60, 70, 225, 690, id="left"), Frame(310, 70, 225, 690, id="right")]
    document = BaseDocTemplate(out, pagesize=A4, title="The Survey", author="A. Clerk")
    document.addPageTemplates(PageTemplate(frames=frames, onPage=margins))
    style = getSampleStyleSheet()["BodyText"]
    document.build([Paragraph(text, style) for text in paragraphs])
    return out.getvalue()


def test_a_pdf_of_two_columns_is_read_in_order_without_its_running_heads() -> None:
    paragraphs = [sentence(number) for number in range(150)]
    document = read(two_columns(paragraphs, running="The Survey of 1843"), "survey.pdf")
    assert (document.title, document.author) == ("The Survey", "A. Clerk")
    assert texts(document) == paragraphs
    assert "Survey of 1843" not in document.text
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    assert len(document.pages) >= 3 and document.pages[-1].end == len(document.text)


def lines_of(pages: list[list[str]], **settings: object) -> bytes:
    """A PDF of given lines on given pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, **settings)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(70, 700 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_words_cut_at_line_ends_are_whole_and_paragraphs_go_on_over_pages() -> None:
    document = read(
        lines_of([["The clerk was an inter-", "national figure who wrote"], ["until the very end."]]), "a.pdf"
    )
    assert document.text == "The clerk was an international figure who wrote until the very end."
    at = document.text.index("until")
    assert [(page.number, page.start) for page in document.pages] == [(1, 0), (2, at)]


def test_a_pdf_is_cited_by_its_page(tmp_path: Path) -> None:
    pages = [
        [sentence(number), f"The keeper of house {number} was called {name}."] for number, name in enumerate(WORDS)
    ]
    (tmp_path / "houses.pdf").write_bytes(lines_of(pages))
    with Index.open(tmp_path / "library") as index:
        assert not index.add(tmp_path / "houses.pdf").failed
        for number, name in enumerate(WORDS):
            (hit, *_) = ask(f"What was the keeper of house {number} called?", index=index).hits
            citation = next(e.citation for e in hit.evidence)
            assert name in citation.exact and citation.page == str(number + 1)
            assert f"p. {number + 1}" in str(citation)


def test_a_page_with_heading_table_and_footnote_is_found_whole_and_in_order() -> None:
    styles, out = getSampleStyleSheet(), io.BytesIO()
    rows = [["Year", "Ships", "Tolls"], ["1841", "112", "34 pounds"], ["1842", "140", "41 pounds"]]
    notes = ["1 The harbour book, folio 12, in the county archive.", "2 See the letters of Ada Byron."]

    def around(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 810, "A History of the Harbour")
        canvas.drawString(72, 80, notes[canvas.getPageNumber() - 1])
        canvas.drawString(290, 30, str(canvas.getPageNumber()))

    first = "The harbour was built by the monks of the island in a single dry summer, and nobody has mended it since."
    after, second = "After the table the text goes on.", "On the second page the story ends."
    ruled = Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")])
    story = [Paragraph("The Harbour", styles["Heading1"]), Paragraph(first, styles["BodyText"]), ruled]
    story += [Paragraph(after, styles["BodyText"]), PageBreak(), Paragraph(second, styles["BodyText"])]
    SimpleDocTemplate(out, pagesize=A4, bottomMargin=120).build(story, onFirstPage=around, onLaterPages=around)
    document = read(out.getvalue(), "harbour.pdf")
    assert texts(document, "heading") == ["The Harbour"]
    assert texts(document) == [first, *(" | ".join(row) for row in rows), after, notes[0], second, notes[1]]
    pages = [document.page_at(block.start) for block in document.blocks if block.kind == "paragraph"]
    assert [page and page.number for page in pages] == [1, 1, 1, 1, 1, 1, 2, 2]


def test_page_labels_are_those_that_are_printed() -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.constants import PageLabelStyle

    writer = PdfWriter(PdfReader(io.BytesIO(lines_of([["Preface."], ["More preface."], ["Chapter."]]))))
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 2, style=PageLabelStyle.DECIMAL)
    out = io.BytesIO()
    writer.write(out)
    assert [page.label for page in read(out.getvalue(), "a.pdf").pages] == ["i", "ii", "1"]


def word() -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.author = "M. Scribe"
    document.add_heading("The Ledger", 0)
    document.add_paragraph("An opening paragraph.")
    document.add_heading("Findings", 1)
    document.add_paragraph("First point.", style="List Bullet")
    document.add_paragraph("文字 and مرحبا stay as they are.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Year", "Sheep"), ("1843", "212"))):
        for cell, text in zip(row.cells, cells):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_file_keeps_headings_lists_and_tables() -> None:
    document = read(word(), "ledger.docx")
    assert (document.title, document.author) == ("The Ledger", "M. Scribe")
    assert [section.title for section in document.sections] == ["Findings"]
    assert texts(document) == [
        "An opening paragraph.",
        "First point.",
        "文字 and مرحبا stay as they are.",
        "Year | Sheep",
        "1843 | 212",
    ]


PAGE = """<html><head><title>The Mill | Local News</title><meta name="author" content="Rose Porter"></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><article><h1>The Mill</h1>
<p>The mill by the river was closed in 1931 after the flood had taken its wheel away.</p>
<h2>Afterwards</h2><p>Its last miller, Ada Brook, sold the stones to a museum in the county town.</p></article>
<footer>Cookies. Imprint. Subscribe to our newsletter.</footer></body></html>"""


def test_a_web_page_is_read_without_its_navigation() -> None:
    document = read(PAGE.encode(), "mill.html")
    assert document.title.startswith("The Mill") and document.author == "Rose Porter"
    assert [section.title for section in document.sections if section.title == "Afterwards"] == ["Afterwards"]
    assert texts(document) == [
        "The mill by the river was closed in 1931 after the flood had taken its wheel away.",
        "Its last miller, Ada Brook, sold the stones to a museum in the county town.",
    ]
    assert "newsletter" not in document.text and "Shop" not in document.text


def epub(chapters: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        items = "".join(f'<item id="c{i}" href="c%20{i}.xhtml"/>' for i in range(len(chapters)))
        spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
        archive.writestr(
            "OEBPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f"<dc:title>The Orchard</dc:title><dc:creator>L. Winter</dc:creator></metadata><manifest>{items}</manifest>"
            f"<spine>{spine}</spine></package>",
        )
        for i, chapter in enumerate(chapters):
            archive.writestr(f"OEBPS/c {i}.xhtml", f"<html><body>{chapter}</body></html>")
    return out.getvalue()


def test_a_book_is_read_chapter_by_chapter() -> None:
    chapters = [
        "<h1>One</h1><p>It began in <em>spring</em>.</p><p>Rain fell.</p>",
        "<div><h1>Two</h1>Loose words.<blockquote><p>A quote.</p></blockquote></div>",
    ]
    document = read(epub(chapters), "orchard.epub")
    assert (document.title, document.author) == ("The Orchard", "L. Winter")
    assert [section.title for section in document.sections] == ["One", "Two"]
    assert texts(document) == ["It began in spring.", "Rain fell.", "Loose words.", "A quote."]


def bomb(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * (301 * 1024**2))
    return out.getvalue()


def laughing() -> bytes:
    entities = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/container.xml", f"{entities}]><container>&j;</container>")
    return out.getvalue()


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated.pdf": (lambda: two_columns([sentence(i) for i in range(60)])[:900], "damaged PDF|no text"),
    "not.pdf": (lambda: b"%PDF-1.7 and then nothing of the sort", "damaged PDF|no text"),
    "scanned.pdf": (lambda: lines_of([[]]), "has no text"),
    "locked.pdf": (lambda: lines_of([["Secret."]], encrypt=StandardEncryption("key", "owner")), "is encrypted"),
    "not.docx": (lambda: b"PK no archive at all", "no archive"),
    "empty.docx": (lambda: bomb("x")[:0] + epub([]), "damaged Word file"),
    "bomb.docx": (lambda: bomb("word/document.xml"), "unpacks to more than 300 MB"),
    "bomb.epub": (lambda: bomb("META-INF/container.xml"), "unpacks to more than 300 MB"),
    "laughing.epub": (laughing, "damaged e-book"),
    "not.epub": (word, "damaged e-book"),
    "nothing.html": (lambda: b"<html><body><script>draw()</script></body></html>", "holds no text"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_and_hostile_files_are_refused_in_a_sentence(name: str) -> None:
    make, reason = BROKEN[name]
    with pytest.raises(ReadError, match=reason) as caught:
        read(make(), name)
    message = str(caught.value)
    assert message.startswith(name) and message.endswith(".") and "\n" not in message and len(message) < 200


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "good.docx").write_bytes(word())
    (tmp_path / "good.epub").write_bytes(epub(["<p>Koalas sleep for twenty hours.</p>"]))
    for name in ("truncated.pdf", "bomb.epub"):
        (tmp_path / name).write_bytes(BROKEN[name][0]())
    with Index.open(tmp_path / "library") as index:
        report = index.add(tmp_path)
        assert len(report.added) == 2
        assert sorted(Path(failure.path).name for failure in report.failed) == ["bomb.epub", "truncated.pdf"]
        assert index.check() == []


def test_words_on_two_pages_are_cited_by_both(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(lines_of([["The mill was closed in"], ["the year of the flood."]]))
    with Index.open(tmp_path / "library") as index:
        index.add(tmp_path / "a.pdf")
        (hit,) = ask("When was the mill closed?", index=index).hits
    assert hit.citation.page == "1–2" and "pp. 1–2" in str(hit.citation)
