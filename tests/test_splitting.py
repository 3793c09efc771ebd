"""Documents to passages: exact spans, sensible cuts."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from index.library import SAMPLE
from index.readers import read_document
from index.sentences import sentence_spans
from index.split import PASSAGE_LENGTH, passages, sentences
from index.types import Document

# Repetition, combining marks, astral characters, private-use characters, every kind of line end.
PIECES = st.sampled_from(
    [
        "Yes. ",
        "Yes. ",
        "No? ",
        "a",
        "e\u0301",
        "𝒳",
        "\ue000",
        "\r\n",
        "\n\n",
        "\n",
        "\u2028",
        " ",
        "“Hi.” ",
        "U.S. ",
        "文。",
    ]
    + ["word " * 60, "x" * 1200, "Title Here\n\n", "A sentence that goes on for a while, and ends. " * 3]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=30).map("".join).filter(str.strip)


def document(text: str, name: str = "a.txt") -> Document:
    return read_document(text.encode(), Path(name))


@given(TEXTS, st.sampled_from(["a.txt", "a.md"]))
@settings(deadline=None)
def test_passages_are_exact_spans_in_order_that_lose_nothing(text: str, name: str) -> None:
    source = document(text, name)
    covered = [False] * len(text)
    at = 0
    for passage in passages(source):
        assert text[passage.start : passage.end] == passage.text
        assert at <= passage.start < passage.end
        assert len(passage.text) <= PASSAGE_LENGTH + 100  # a heading stays with what it announces
        covered[passage.start : passage.end] = [True] * len(passage.text)
        at = passage.end
    for block in source.blocks:
        for offset in range(block.start, block.end):
            assert covered[offset] or not text[offset].strip()


@given(TEXTS)
@settings(deadline=None)
def test_sentences_of_a_passage_lie_inside_it(text: str) -> None:
    source = document(text)
    for passage in passages(source):
        for start, end in sentences(source, passage.start, passage.end):
            assert passage.start <= start < end <= passage.end


def test_passages_of_the_article_end_where_sentences_end_and_stay_in_their_section() -> None:
    source = document(SAMPLE.read_text("utf-8"))
    for passage in passages(source):
        assert passage.text[-1] in ".’:)6"  # a full stop, a closing quote, a colon before a quotation, a caption
        assert source.section_at(passage.start) == source.section_at(passage.end - 1)


def test_a_heading_is_never_a_passage_by_itself() -> None:
    source = document(SAMPLE.read_text("utf-8"))
    titles = {section.title for section in source.sections}
    assert not titles & {passage.text for passage in passages(source)}


def test_repeated_text_gets_spans_of_its_own() -> None:
    text = "\n\n".join(["The same words, again and again, in every paragraph of this text. " * 12] * 4)
    starts = [passage.start for passage in passages(document(text))]
    assert len(starts) == len(set(starts)) >= 4


def test_one_enormous_paragraph_is_cut_between_its_sentences() -> None:
    text = "A plain sentence of some length stands here. " * 400
    for passage in passages(document(text)):
        assert passage.text.endswith(".")
        assert len(sentence_spans(passage.text)) >= 4
