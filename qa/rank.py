"""Candidates to ranked passages: late interaction, with a little of the other two signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Candidate

# One formula for every collection: on none of those in bench/quality.py is a sum with other small
# weights, or with weights on the question's tokens, better by more than chance.
COSINE_WEIGHT = 0.1
BM25_WEIGHT = 0.1


@dataclass(frozen=True)
class Ranked:
    """A candidate with its scores. `maxsim` is in [-1, 1]."""

    candidate: Candidate
    score: float
    maxsim: float


def content_tokens(question: str, spans: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of the question's tokens count: those with a letter or a digit, (q,) bool."""
    keep = np.array([any(map(str.isalnum, question[start:end])) for start, end in spans], bool)
    return keep if keep.any() else np.ones(len(spans), bool)


def maxsim(similarity: NDArray[np.float32]) -> float:
    """Mean over the question's tokens of the best cosine with any token of the passage.

    Khattab and Zaharia 2020, "ColBERT"; here over the tokens of a model trained for pooling.
    """
    return float(similarity.max(axis=1).mean()) if similarity.size else 0.0


def rank(candidates: Sequence[Candidate], keep: NDArray[np.bool_]) -> list[Ranked]:
    """Order candidates, best first. BM25 is scaled by the best of these candidates."""
    top_bm25 = max((candidate.bm25 for candidate in candidates), default=0.0)
    ranked = []
    for candidate in candidates:
        late = maxsim(candidate.similarity[keep])
        words = candidate.bm25 / top_bm25 if top_bm25 > 0 else 0.0
        ranked.append(Ranked(candidate, late + COSINE_WEIGHT * candidate.cosine + BM25_WEIGHT * words, late))
    return sorted(ranked, key=lambda item: -item.score)


def fold(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Leave out passages that say again what a better one has said: those that overlap it by more
    than half of the shorter, and those of the same words."""
    kept: list[Ranked] = []
    words: set[str] = set()
    for item in ranked:
        said = " ".join(item.candidate.passage.text.lower().split())
        if said in words or any(_overlap(item, better) for better in kept):
            continue
        words.add(said)
        kept.append(item)
    return kept


def _overlap(one: Ranked, other: Ranked) -> bool:
    a, b = one.candidate.passage, other.candidate.passage
    shared = min(a.end, b.end) - max(a.start, b.start)
    return a.document_id == b.document_id and 2 * shared > min(a.end - a.start, b.end - b.start)
