"""Ranked passage to evidence: the sentence that answers best, and a neighbour where it is needed."""

from __future__ import annotations

import numpy as np

from index import Document
from qa.cite import cite
from qa.query import Query
from qa.rank import Ranked, by_sentence
from qa.types import Evidence

# How much MaxSim a neighbouring sentence must add to be evidence too. Chosen on SQuADShifts' new
# Wikipedia articles; bench/evidence.py prints accuracy and length for this and other values.
NEIGHBOUR_GAIN = 0.04


def find_evidence(document: Document, item: Ranked, query: Query, gain: float = NEIGHBOUR_GAIN) -> Evidence:
    """The best sentence of a passage, joined by the one before or after it when that adds more
    than `gain` to its MaxSim ("He advised the government" and the sentence that says who he is).

    A passage that is all heading is its own evidence.
    """
    passage, sentences = item.candidate.passage, item.candidate.sentences
    best = by_sentence(item.candidate)
    first = last = item.sentence
    score = item.evidence
    for other in (item.sentence - 1, item.sentence + 1):
        if 0 <= other < len(best):
            together = float(np.maximum(best[item.sentence], best[other]) @ query.own)
            if together > max(score, item.evidence + gain):
                first, last, score = min(item.sentence, other), max(item.sentence, other), together
    start, end = passage.start + int(sentences[first, 0]), passage.start + int(sentences[last, 1])
    answer = cite(document, *(passage.start + at for at in item.answer)) if item.answer else None
    return Evidence(document.text[start:end], score, cite(document, start, end), answer)
