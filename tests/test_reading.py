"""Files to documents: encodings, sections, paragraphs, authors."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ReadError
from index.library import SAMPLE
from index.readers import READERS, read_document
from index.types import Document

WESTERN = "“Curly quotes” – and a naïve café… The price is 5 €.\n\nÜber die Größe: l’été à Besançon."


def plain(text: str, name: str = "notes.txt") -> Document:
    return read_document(text.encode(), Path(name))


def kinds(document: Document) -> list[tuple[str, int | None]]:
    return [(block.kind, block.number) for block in document.blocks]


@pytest.fixture(scope="module")
def article() -> Document:
    return read_document(SAMPLE.read_bytes(), SAMPLE)


def test_the_article_is_read_unaltered(article: Document) -> None:
    data = SAMPLE.read_bytes()
    assert article.text.encode() == data
    assert article.sha256 == hashlib.sha256(data).hexdigest()


def test_the_article_has_its_title_and_author(article: Document) -> None:
    assert article.title == "Internet Sovereignty and China: Beyond the Wuzhen Summit"
    assert article.author == "Gianluigi Negro"


def test_the_article_has_its_three_headings_and_no_others(article: Document) -> None:
    assert [section.title for section in article.sections] == [
        "Defining Internet Sovereignty",
        "Promoting Internet Sovereignty and the Multilateral Internet Model",
        "Pushing Forward the Multilateral Model",
    ]


def test_captions_and_the_name_set_twice_are_no_paragraphs(article: Document) -> None:
    captions = [article.text[b.start : b.end] for b in article.blocks if b.kind == "caption"]
    assert captions == ["Data collection, 20 October 2016 (CNKI database)", "Data collection, 20 October 2016"]
    bylines = [article.text[b.start : b.end] for b in article.blocks if b.kind == "byline"]
    assert bylines == ["Gianluigi Negro\nGianluigi Negro"]


@pytest.mark.parametrize(
    ("words", "section", "paragraph"),
    [
        ("On 16 November", None, 1),
        ("main architect of the Great Firewall", "Defining Internet Sovereignty", 3),
        ("jumped from sixty to 317", "Promoting Internet Sovereignty and the Multilateral Internet Model", 7),
        ("All States must play", "Pushing Forward the Multilateral Model", 12),
        ("Postdoctoral Researcher", None, 14),
    ],
)
def test_words_of_the_article_stand_where_a_reader_would_say(
    article: Document, words: str, section: str | None, paragraph: int
) -> None:
    at = article.text.index(words)
    found = article.section_at(at)
    assert (found.title if found else None) == section
    assert [block.number for block in article.blocks_in(at, at + len(words))] == [paragraph]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    assert read_document(WESTERN.encode(encoding), Path("a.txt")).text == WESTERN


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_text_in_utf_8_is_read_as_it_is(text: str) -> None:
    text = text.removeprefix("\ufeff")
    if not text.strip():
        with pytest.raises(ReadError):
            plain(text)
        return
    document = plain(text)
    assert document.text == text
    starts = [block.start for block in document.blocks]
    assert starts == sorted(starts)
    for block in document.blocks:
        piece = text[block.start : block.end]
        assert piece and piece == piece.strip()


@given(st.text(st.sampled_from("ab#>-*`|: \t\r\n1."), min_size=1, max_size=200))
def test_blocks_of_any_markdown_lie_in_order_and_cover_its_words(text: str) -> None:
    if not text.strip():
        return
    document = read_document(text.encode(), Path("a.md"))
    at = 0
    for block in document.blocks:
        assert at <= block.start < block.end <= len(text)
        at = block.end
    for section in document.sections:
        assert 0 <= section.start < section.end <= len(text)


@pytest.mark.parametrize("data", [b"", b" \n\t\n", bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n" + bytes(64), b"a\0b\0c"])
def test_what_is_no_text_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"^a\.txt .+\.$"):
        read_document(data, Path("a.txt"))


def test_hard_wrapped_lines_are_one_paragraph_and_long_lines_are_one_each() -> None:
    wrapped = "This line is wrapped\nby hand, as in old\nplain text.\n\nA second one."
    assert kinds(plain(wrapped)) == [("paragraph", 1), ("paragraph", 2)]
    long = "\n".join(["A sentence that goes on for quite a while, and then some. " * 4] * 3)
    assert kinds(plain(long)) == [("paragraph", 1), ("paragraph", 2), ("paragraph", 3)]


def test_headings_are_told_by_case_number_and_place() -> None:
    prose = "Here is a paragraph of prose that is long enough to be one, and that ends as sentences do. " * 2
    text = f"A Study of Things\n\n{prose}\n\n1. Methods\n\n{prose}\n\nWhat we found\n\n{prose}\n\nA short remark.\n"
    document = plain(text)
    assert document.title == "A Study of Things"
    assert [section.title for section in document.sections] == ["1. Methods", "What we found"]
    assert kinds(document)[-1] == ("paragraph", 4)


def test_a_byline_under_the_title_names_the_author() -> None:
    document = plain("On Rivers\n\nBy Ana María O’Neil\n\nRivers run. They always have.")
    assert document.author == "Ana María O’Neil"


def test_a_text_without_a_title_line_is_named_after_its_file() -> None:
    assert plain("Just a sentence, no title.", "memo-7.txt").title == "memo-7"


def test_markdown_structure_is_taken_from_its_marks() -> None:
    front = "---\ntitle: Rivers\nauthor: A. B.\n---\n"
    text = front + "# Rivers\n\nOne *bold* claim.\r\n\r\n## The `Po`\n\n- a\n- b\n\n> quoted\n"
    document = read_document(text.encode(), Path("rivers.md"))
    assert (document.title, document.author, document.text) == ("Rivers", "A. B.", text)
    assert [(section.title, section.level) for section in document.sections] == [("The Po", 2)]
    assert kinds(document) == [
        ("title", None),
        ("paragraph", 1),
        ("heading", None),
        ("paragraph", 2),
        ("paragraph", 3),
    ]


def test_every_reader_is_found_by_its_suffix_whatever_its_case() -> None:
    for suffix in (".txt", ".text", ".md", ".markdown"):
        assert suffix in READERS
        assert read_document(b"Some words here.", Path(f"a{suffix.upper()}")).text == "Some words here."
