"""Question to answer: the flow of the read path, from top to bottom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index import Candidate, Encoding, Index, LibraryError, Place, QuestionError
from qa.cite import cite
from qa.confidence import AGREEING, BUDGET, CALIBRATION, confidence
from qa.evidence import find_evidence
from qa.rank import Ranked, content_tokens, fold, rank
from qa.read import READ, read
from qa.reader import OFF, shared_reader
from qa.rerank import RERANKED, rerank, shared_reranker
from qa.spelling import corrected
from qa.types import Answer, Hit

LONGEST_QUESTION = 2_000  # characters
CANDIDATES = 50  # from the pooled vectors, and as many from BM25
_MOST_EVIDENCE = 3


@dataclass(frozen=True)
class Options:
    """What one may choose of the way to an answer: `budget`, the share of the answers shown that
    may be wrong; `reader`, a question-answering model by name or folder, or "off" (None:
    FOOTNOTE_READER, else the one that ships); `reranker`, a CrossEncoder or multi-vector model by
    name or folder (None: FOOTNOTE_RERANKER, else none)."""

    budget: float = BUDGET
    reader: str | None = None
    reranker: str | None = None

    def unless_read(self, off: bool) -> Options:
        """These, with the reader switched off if so."""
        return replace(self, reader=OFF) if off else self


@dataclass(frozen=True)
class Asked:
    """A question, the form of it that was looked up, and the candidates that were found."""

    question: str
    standalone: str
    encoding: Encoding
    candidates: tuple[Candidate, ...]


def retrieve(
    question: str, *, index: Index | None = None, k: int = 5, documents: Collection[str] | None = None
) -> list[Hit]:
    """The k passages that best answer a question, best first.

    `index` is a library; without one, the default library. With `documents`, only those with
    these ids are searched. Raises QuestionError for a question that is empty or longer than 2,000
    characters and for an id that is not in the library, ValueError for k below 1.
    """
    return list(ask(question, index=index, k=k, documents=documents).hits)


def ask(
    question: str,
    *,
    index: Index | None = None,
    history: Sequence[tuple[str, str]] = (),
    k: int = 5,
    documents: Collection[str] | None = None,
    budget: float = BUDGET,
    reader: str | None = None,
    reranker: str | None = None,
) -> Answer:
    """Answer a question from a library with its own words, or say that it does not answer.

    `budget`, `reader` and `reranker` are those of `Options`; the smaller the budget, the more is
    declined. With `documents`, only those with these ids are searched. `history` holds earlier
    (question, answer text) pairs, oldest first; it is accepted so that callers can pass it, and
    does not change what is searched for yet. Raises as `retrieve` does, BudgetError for a budget
    that cannot be kept, ReaderError and RerankerError for models that cannot be used.
    """
    question, options = checked(question, k), Options(budget, reader, reranker)
    places = None if documents is None else [Place(name) for name in documents]
    with _library(index) as library, library.reading():
        return compose(library, search(library, question, max(k, CANDIDATES), places), k, options)


def search(library: Index, question: str, n: int = CANDIDATES, places: Collection[Place] | None = None) -> Asked:
    """Look a question up, and once more where the library spells one of its words otherwise."""
    encoding = library.encoder.question(question)
    candidates = library.search(question, encoding, n, places)
    standalone = corrected(question, encoding, candidates)
    if standalone != question:
        encoding = library.encoder.question(standalone)
        candidates = library.search(standalone, encoding, n, places)
    return Asked(question, standalone, encoding, tuple(candidates))


def compose(library: Index, asked: Asked, k: int, options: Options = Options()) -> Answer:
    """Candidates to answer: order them, find the evidence, and decide whether it is enough."""
    ranked, keep = found(asked, k, options)
    own = library.fact(CALIBRATION)
    sure = [confidence(ranked, at, own) for at in range(min(k, len(ranked)))]
    hits = tuple(_hit(library, item, keep, p) for item, (p, _) in zip(ranked, sure))
    # A further passage is cited when it would count as an answer by itself.
    enough = [p >= model.threshold(options.budget) for p, model in sure]
    answered = bool(enough) and enough[0]
    evidence = tuple(hit.evidence[0] for hit, ok in zip(hits, enough) if ok)[:_MOST_EVIDENCE] if answered else ()
    return Answer(asked.question, asked.standalone, answered, sure[0][0] if sure else 0.0, evidence, hits)


def found(asked: Asked, k: int, options: Options) -> tuple[list[Ranked], NDArray[np.bool_]]:
    """The k best candidates or some more, in their last order, and which tokens of the question count."""
    question = asked.standalone
    keep = content_tokens(question, asked.encoding.spans)
    reranker = shared_reranker(options.reranker)
    ranked = fold(rank(asked.candidates, keep), max(k, READ, AGREEING + 1, RERANKED if reranker else 0))
    ranked = rerank(reranker, question, ranked)
    return read(shared_reader(options.reader), question, ranked, keep), keep


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


def _hit(library: Index, item: Ranked, keep: NDArray[np.bool_], sure: float) -> Hit:
    passage = item.candidate.passage
    document = library.document(passage.document_id)
    if document is None or document.text[passage.start : passage.end] != passage.text:
        raise LibraryError(
            f"The library is damaged: a passage of {passage.document_id} is not in its document. "
            "Run footnote check, and add the document again."
        )
    evidence = find_evidence(document, item, keep)
    return Hit(passage.text, item.score, cite(document, passage.start, passage.end), (evidence,), sure)
