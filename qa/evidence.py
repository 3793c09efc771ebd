"""Ranked passage to evidence: the sentence whose tokens best meet the question's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index import Candidate, Document
from index.split import sentences
from qa.cite import cite
from qa.rank import maxsim
from qa.types import Evidence


def find_evidence(document: Document, candidate: Candidate, keep: NDArray[np.bool_]) -> Evidence:
    """The best sentence of a passage, by MaxSim over its tokens, which know their context.

    A passage that is all heading is its own evidence.
    """
    passage = candidate.passage
    spans = sentences(document, passage.start, passage.end) or [(passage.start, passage.end)]
    similarity = candidate.similarity[keep]
    starts, ends = candidate.spans[:, 0] + passage.start, candidate.spans[:, 1] + passage.start
    scores = [maxsim(similarity[:, (starts < end) & (ends > start)]) for start, end in spans]
    best = int(np.argmax(scores))
    start, end = spans[best]
    return Evidence(document.text[start:end], scores[best], cite(document, start, end))
