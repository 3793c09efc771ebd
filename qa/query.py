"""A question as it is searched for: its tokens, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import Encoding
from index.encoder import Encoder
from qa.followup import LEANING, NAME, TERM, History, follow


@dataclass(frozen=True)
class Query:
    """A question as passages are ranked and judged by it.

    `text`: what is searched for. `read`: as it is put to a reader. `weights`: (q,) float32, what
    the tokens that it was encoded in count in the order, with the sum 1. `own`: the same in
    judging how well a passage answers: of a question that leans on others, its own words in their
    context alone. `said`: what earlier answers have quoted, which is less likely asked for again.
    """

    text: str
    read: str
    weights: NDArray[np.float32]
    own: NDArray[np.float32]
    said: str = ""


def build_query(encoder: Encoder, question: str, history: History) -> tuple[Query, Encoding, Encoding]:
    """A question as it is ranked by, as it is searched for, and encoded as it stands.

    One that leans on a conversation is both what it is alone and what it is in its context: its
    tokens are those of both, its pooled vector lies between theirs.
    """
    leaning = follow(question, history)
    if not leaning.context:
        alone = encoder.question(question)
        weights = token_weights(question, alone.spans)
        return Query(question, question, weights, weights), alone, alone
    before = " ".join(leaning.context)
    alone, within = encoder.questions([question, f"{before} {question}"])
    weights = token_weights(f"{before} {question}", within.spans)
    own = weights * (within.spans[:, 0] > len(before))
    terms = weights * (within.spans[:, 0] < len(" ".join(leaning.terms)))
    weights = own + TERM * terms + NAME * (weights - own - terms)
    share = np.float32(leaning.share)
    pooled = (1 - share) * alone.pooled + share * within.pooled
    both = Encoding(
        pooled / np.linalg.norm(pooled),
        np.concatenate([alone.tokens, within.tokens]),
        np.concatenate([alone.spans, within.spans]),
    )
    query = Query(
        f"{before}: {question}",
        f"{history[-1][0]} {question}" if leaning.share >= LEANING else question,
        np.concatenate([(1 - share) * token_weights(question, alone.spans), share * weights / weights.sum()]),
        np.concatenate([np.zeros(len(alone.spans), np.float32), own / max(own.sum(), np.float32(1e-9))]),
        " ".join(answer for _, answer in history) if leaning.share >= LEANING else "",
    )
    return query, both, alone


def token_weights(text: str, spans: NDArray[np.int32]) -> NDArray[np.float32]:
    """Equal weights, with the sum 1, for the tokens with a letter or a digit, (q,) float32."""
    keep = np.array([any(map(str.isalnum, text[start:end])) for start, end in spans], np.float32)
    keep = keep if keep.any() else np.ones(len(spans), np.float32)
    return np.asarray(keep / max(keep.sum(), 1.0), np.float32)
