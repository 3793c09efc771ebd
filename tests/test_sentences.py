"""Sentence ends: what looks like one and is none, and what is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentence_spans

CASES = [
    ["He moved to the U.S. in 1999.", "Dr. Smith met him there."],
    ["The U.S. Supreme Court ruled.", "It was final."],
    ["It paid $3.14 million to J. R. R. Tolkien.", "He was glad."],
    ["“It is over.”", "She left the room."],
    ["He said ‘we must act now.’", "Indeed, they did."],
    ["Wait… what happened next?", "Nobody knows."],
    ["I thought... maybe not.", "Then I left."],
    ["See Fig. 3 and pp. 12–14 of No. 7.", "The result (cf. Sec. 2.1) holds."],
    ["Is it true?!", "Yes!", "Ms. Mayer left.", "See Vol. 3 of approx. 5."],
    ["George W. Bush won.", "The article said so.[12]", "Another claim followed."],
    ["これは最初の文です。", "これは二番目の文です。"],
    ["This line is wrapped\nby hand.", "The next is not."],
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda sentences: sentences[0][:24])
def test_sentences_end_where_a_reader_says(sentences: list[str]) -> None:
    joiner = "" if "。" in sentences[0] else " "
    text = joiner.join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text(max_size=300))
def test_sentences_cover_every_character_that_is_not_white_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()
