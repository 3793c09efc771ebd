"""Candidates to ranked passages: late interaction, with a little of the other two signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Candidate

# One formula for every collection; ARCHITECTURE.md says what was tried beside it.
COSINE_WEIGHT = 0.1
BM25_WEIGHT = 0.1


@dataclass(frozen=True)
class Ranked:
    """A candidate with its scores: `maxsim` of the whole passage, `evidence` of its best sentence,
    both in [-1, 1], and which sentence that is; `likeness`, the sum that `rank` orders by, and
    `score`, what it is ordered by in the end. Where a reader has read it, `margin` is its log-odds
    for an answer in that sentence, `answer` where in the passage that answer stands."""

    candidate: Candidate
    score: float
    likeness: float
    maxsim: float
    evidence: float
    sentence: int
    margin: float | None = None
    answer: tuple[int, int] | None = None


def content_tokens(question: str, spans: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of the question's tokens count: those with a letter or a digit, (q,) bool."""
    keep = np.array([any(map(str.isalnum, question[start:end])) for start, end in spans], bool)
    return keep if keep.any() else np.ones(len(spans), bool)


def maxsim(similarity: NDArray[np.float32]) -> float:
    """Mean over the question's tokens of the best cosine with any token of the passage.

    Khattab and Zaharia 2020, "ColBERT"; here over the tokens of a model trained for pooling.
    """
    return float(similarity.max(axis=1).mean()) if similarity.size else 0.0


def by_sentence(candidate: Candidate, keep: NDArray[np.bool_]) -> NDArray[np.float32]:
    """For each sentence and each token of the question that counts, the best cosine with a token
    of the sentence: (m, q) float32. Tokens know their context; the mean over q is MaxSim."""
    similarity, starts = candidate.similarity[keep], candidate.spans[:, 0]
    first = np.searchsorted(starts, candidate.sentences[:, 0])
    last = np.searchsorted(starts, candidate.sentences[:, 1])
    best = np.zeros((len(candidate.sentences), len(similarity)), np.float32)
    for row, (a, b) in enumerate(zip(first, last)):
        if a < b:
            best[row] = similarity[:, a:b].max(axis=1)
    return best


def rank(candidates: Sequence[Candidate], keep: NDArray[np.bool_]) -> list[Ranked]:
    """Order candidates, best first, by the sum of the MaxSim of the passage, which sees all of its
    context, and of its best sentence, which cannot collect matches from far apart, with a little
    of the other two signals. BM25 is scaled by the best of these candidates."""
    top_bm25 = max((candidate.bm25 for candidate in candidates), default=0.0)
    ranked = []
    for candidate in candidates:
        late = maxsim(candidate.similarity[keep])
        sentences = by_sentence(candidate, keep)
        scores = sentences.mean(axis=1) if sentences.size else np.zeros(len(sentences))
        best = int(scores.argmax())
        words = candidate.bm25 / top_bm25 if top_bm25 > 0 else 0.0
        score = late + float(scores[best]) + COSINE_WEIGHT * candidate.cosine + BM25_WEIGHT * words
        ranked.append(Ranked(candidate, score, score, late, float(scores[best]), best))
    return sorted(ranked, key=lambda item: -item.score)


def fold(ranked: Sequence[Ranked], n: int) -> list[Ranked]:
    """The n best, without passages that say again what a better one has said: those that overlap
    it by more than half of the shorter, and those of the same words."""
    kept: list[Ranked] = []
    words: set[str] = set()
    for item in ranked:
        if len(kept) == n:
            break
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
