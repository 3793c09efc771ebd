"""Ranked passage to evidence: the sentence that answers best, and a neighbour where it is needed."""

from __future__ import annotations

import numpy as np

from index import Document
from qa.cite import cite
from qa.query import Query
from qa.rank import Ranked, by_sentence
from qa.types import Evidence

# How near to the best sentence a neighbour must come to be evidence too, where a reader has read
# the passage and where none has. Chosen on documents kept for fitting; bench/evidence.py prints
# accuracy and length for these and other values.
NEAR_READ, NEAR_UNREAD = 0.3, 0.1


def find_evidence(document: Document, item: Ranked, query: Query, near: float | None = None) -> Evidence:
    """The best sentence of a passage, joined by the one before or after it that scores nearly as
    well ("He advised the government" and the sentence that says who he is); the better of two.

    A passage that is all heading is its own evidence.
    """
    if near is None:
        near = NEAR_UNREAD if item.margin is None else NEAR_READ
    passage, sentences = item.candidate.passage, item.candidate.sentences
    best = by_sentence(item.candidate)
    beside = [at for at in (item.sentence - 1, item.sentence + 1) if 0 <= at < len(best)]
    other = max(beside, key=lambda at: float(item.scores[at]), default=item.sentence)
    if item.scores[other] <= item.scores[item.sentence] - near:
        other = item.sentence
    first, last = sorted((item.sentence, other))
    start, end = passage.start + int(sentences[first, 0]), passage.start + int(sentences[last, 1])
    score = float(np.maximum(best[first], best[last]) @ query.own)
    answer = cite(document, *(passage.start + at for at in item.answer)) if item.answer else None
    return Evidence(document.text[start:end], score, cite(document, start, end), answer)
