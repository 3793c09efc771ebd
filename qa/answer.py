"""Question to answer: the flow of the read path, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from index import Candidate, Encoding, Index, LibraryError, QuestionError
from qa.cite import cite
from qa.confidence import AGREEING, confidence, features, shipped
from qa.evidence import find_evidence
from qa.rank import Ranked, content_tokens, fold, rank
from qa.types import Answer, Evidence, Hit

LONGEST_QUESTION = 2_000  # characters
CANDIDATES = 50  # from the pooled vectors, and as many from BM25
_MOST_EVIDENCE = 3


def retrieve(question: str, *, index: Index | None = None, k: int = 5) -> list[Hit]:
    """The k passages that best answer a question, best first.

    `index` is a library; without one, the default library. Raises QuestionError for a question
    that is empty or longer than 2,000 characters, ValueError for k below 1.
    """
    return list(ask(question, index=index, k=k).hits)


def ask(question: str, *, index: Index | None = None, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
    """Answer a question from a library with its own words, or say that it does not answer.

    `history` holds earlier (question, answer text) pairs, oldest first; it is accepted so that
    callers can pass it, and does not change what is searched for yet. Raises as `retrieve` does.
    """
    question = checked(question, k)
    with _library(index) as library:
        encoding = library.encoder.question(question)
        with library.reading():
            candidates = library.search(question, encoding, max(k, CANDIDATES))
            return compose(library, question, encoding, candidates, k)


def compose(library: Index, question: str, encoding: Encoding, candidates: Sequence[Candidate], k: int) -> Answer:
    """Candidates to answer: rank, fold, find the evidence, and decide whether it is enough."""
    keep = content_tokens(question, encoding.spans)
    ranked = fold(rank(candidates, keep), max(k, AGREEING + 1))
    hits = tuple(_hit(library, item, keep) for item in ranked[:k])
    sure = [confidence(features(ranked, at)) for at in range(len(hits))]
    threshold = shipped().threshold
    answered = bool(sure) and sure[0] >= threshold
    evidence: tuple[Evidence, ...] = ()
    if answered:
        # A further passage is cited when it would count as an answer by itself.
        evidence = tuple(hit.evidence[0] for hit, p in zip(hits, sure) if p >= threshold)[:_MOST_EVIDENCE]
    return Answer(question, question, answered, sure[0] if sure else 0.0, evidence, hits)


def checked(question: str, k: int = 5) -> str:
    """The question without white space around it. Raises as `retrieve` does."""
    if k < 1:
        raise ValueError(f"k is {k}; ask for at least 1 passage.")
    question = question.strip()
    if not any(map(str.isalnum, question)):
        raise QuestionError("The question is empty; ask it in a few words.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read. Shorten it."
        )
    return question


@contextmanager
def _library(index: Index | None) -> Iterator[Index]:
    if index is not None:
        yield index
        return
    with Index.open() as default:
        yield default


def _hit(library: Index, item: Ranked, keep: NDArray[np.bool_]) -> Hit:
    passage = item.candidate.passage
    document = library.document(passage.document_id)
    if document is None or document.text[passage.start : passage.end] != passage.text:
        raise LibraryError(
            f"The library is damaged: a passage of {passage.document_id} is not in its document. "
            "Run footnote check, and add the document again."
        )
    evidence = find_evidence(document, item, keep)
    return Hit(passage.text, item.score, cite(document, passage.start, passage.end), (evidence,))
