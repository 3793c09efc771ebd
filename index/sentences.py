"""Where sentences end: sentencex (Wikimedia's rules for many languages), and what it misses."""

from __future__ import annotations

import re

import sentencex

Span = tuple[int, int]

# sentencex 1.0 ends a sentence after these where a name, or a number, follows.
_BEFORE_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Messrs|Hon|Gen|Sen|Rep|Rev)\.\s*$")
_BEFORE_NUMBER = re.compile(r"\b(?:[Vv]ols?|[Nn]os?|[Ff]igs?|[Cc]hs?|pp?|approx|ca|[Aa]rts?|[Ss]ecs?)\.\s*$")


def sentence_spans(text: str) -> list[Span]:
    """Spans of the sentences of one paragraph, in order, without the white space around them.

    Together they cover every character that is not white space: nothing is lost.
    """
    joined: list[Span] = []
    for boundary in sentencex.get_sentence_boundaries("en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        if joined and _continues(text[joined[-1][0] : joined[-1][1]], text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [span for span in (trimmed(text, *piece) for piece in joined) if span[0] < span[1]]


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at either end; empty, at its start, when there is nothing else."""
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return start, start
    start += len(piece) - len(piece.lstrip())
    return start, start + len(inner)


def _continues(before: str, after: str) -> bool:
    """Whether a boundary that sentencex set is none."""
    tail = before[-20:]
    if _BEFORE_NAME.search(tail):
        return True
    return after[:1].isdigit() and bool(_BEFORE_NUMBER.search(tail))
