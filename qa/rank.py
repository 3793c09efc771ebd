"""Candidates to ranked passages: late interaction, with a little of the other two signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Candidate
from qa.query import Query

# One formula for every collection; ARCHITECTURE.md says what was tried beside it.
COSINE_WEIGHT = 0.1
BM25_WEIGHT = 0.1
SAID = 0.1  # what a sentence that an earlier answer has quoted loses when a follow-up is asked
_SHORT = 20  # characters; so few may stand in an answer by chance


@dataclass(frozen=True)
class Ranked:
    """A candidate with its scores: `maxsim` of the whole passage, `maxsims`, (m,), of each of its
    sentences, all in [-1, 1]; `likeness`, the sum of all signals, these by the question's own
    words; `score` and `scores`, (m,), what it and its sentences are ordered by, `sentence` the best
    of them. Where a reader has read it, `margin` is its log-odds for an answer in that sentence,
    `answer` where in the passage that answer stands."""

    candidate: Candidate
    score: float
    likeness: float
    maxsim: float
    maxsims: NDArray[np.float32]
    scores: NDArray[np.float32]
    sentence: int
    agreement: float
    margin: float | None = None
    answer: tuple[int, int] | None = None

    @property
    def evidence(self) -> float:
        """The MaxSim of the best sentence, by the question's own words."""
        return float(self.maxsims[self.sentence])


def maxsim(similarity: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """Weighted mean over the question's tokens of the best cosine with any token of the passage.

    Khattab and Zaharia 2020, "ColBERT"; here over the tokens of a model trained for pooling.
    """
    return float(similarity.max(axis=1) @ weights) if similarity.size else 0.0


def by_sentence(candidate: Candidate) -> NDArray[np.float32]:
    """For each sentence and each token of the question, the best cosine with a token of the
    sentence: (m, q) float32. Tokens know their context; the weighted mean over q is MaxSim."""
    similarity, starts = candidate.similarity, candidate.spans[:, 0]
    first = np.searchsorted(starts, candidate.sentences[:, 0])
    last = np.searchsorted(starts, candidate.sentences[:, 1])
    best = np.zeros((len(candidate.sentences), len(similarity)), np.float32)
    for row, (a, b) in enumerate(zip(first, last)):
        if a < b:
            best[row] = similarity[:, a:b].max(axis=1)
    return best


def quoted(candidate: Candidate, said: str) -> NDArray[np.bool_]:
    """Which sentences of a passage stand in what was said, (m,) bool; a word or two may stand anywhere."""
    said = " ".join(said.split())
    sentences = [" ".join(candidate.passage.text[a:b].split()) for a, b in candidate.sentences.tolist()]
    return np.array([len(sentence) >= _SHORT and sentence in said for sentence in sentences], bool)


def sentence_scores(candidate: Candidate, query: Query) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The MaxSim of each sentence by the question's own words, and by all, as it counts in the
    order: (m,) float32 each."""
    best = by_sentence(candidate)
    counted = best @ query.weights
    if query.said:
        counted = counted - np.float32(SAID) * quoted(candidate, query.said)
    return best @ query.own, counted


def rank(candidates: Sequence[Candidate], query: Query) -> list[Ranked]:
    """Order candidates, best first, by the sum of the MaxSim of the passage, which sees all of its
    context, and of its best sentence, which cannot collect matches from far apart, with a little
    of the other two signals. BM25 is scaled by the best of these candidates."""
    by_words = np.sort([-candidate.bm25 for candidate in candidates])
    top_bm25 = -float(by_words[0]) if candidates else 0.0
    ranked = []
    for candidate in candidates:
        own, counted = sentence_scores(candidate, query)
        best = int(counted.argmax())
        words = candidate.bm25 / top_bm25 if top_bm25 > 0 else 0.0
        rest = COSINE_WEIGHT * candidate.cosine + BM25_WEIGHT * words
        late = maxsim(candidate.similarity, query.own)
        likeness = late + float(own[best]) + rest
        score = maxsim(candidate.similarity, query.weights) + float(counted[best]) + rest
        agreement = 1 / (1 + int(np.searchsorted(by_words, -candidate.bm25)))
        ranked.append(Ranked(candidate, score, likeness, late, own, counted, best, agreement))
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
