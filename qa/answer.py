"""Question to answer: the flow of the read path, from top to bottom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest

from index import Candidate, Index, LibraryError, Place, QuestionError
from qa.cite import cite
from qa.confidence import AGREEING, BUDGET, CALIBRATION, confidence
from qa.evidence import find_evidence
from qa.followup import History
from qa.moves import Move, counts_documents, narrowed, understand
from qa.query import Query, build_query
from qa.rank import Ranked, fold, quoted, rank
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
    """A question as asked, as it was looked up, and the candidates that were found."""

    question: str
    query: Query
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
    (question, answer text) pairs, oldest first: a question that leans on them is searched for with
    what it leans on (`qa.followup`); "more", "only in chapter 2" and the like are understood
    (`qa.moves`). Raises as `retrieve` does, BudgetError for a budget that
    cannot be kept, ReaderError and RerankerError for models that cannot be used.
    """
    question, options = checked(question, k), Options(budget, reader, reranker)
    with _library(index) as library, library.reading():
        return _answered(library, question, understand(question, history), history, k, documents, options)


def search(
    library: Index,
    question: str,
    n: int = CANDIDATES,
    places: Collection[Place] | None = None,
    history: History = (),
) -> Asked:
    """Look a question up, and once more where the library spells one of its words otherwise."""
    spelled = question
    while True:
        query, encoding, literal = build_query(library.encoder, spelled, history)
        candidates = library.search(query.text, encoding, n, places)
        again = corrected(spelled, literal, candidates) if spelled == question else spelled
        if again == spelled:
            return Asked(question, query, tuple(candidates))
        spelled = again


def _answered(
    library: Index,
    asked: str,
    move: Move,
    history: History,
    k: int,
    documents: Collection[str] | None,
    options: Options,
) -> Answer:
    """Answer a turn of a conversation."""
    n = max(k, CANDIDATES)
    places = None if documents is None else [Place(name) for name in documents]
    where = move.where
    if where:
        shown: list[str] = []
        if history and counts_documents(where):
            before = understand(history[-1][0], history[:-1])
            earlier = _answered(library, history[-1][0], before, history[:-1], k, documents, options)
            shown = list(dict.fromkeys(hit.citation.document_id for hit in earlier.hits))
        named = narrowed(library, where, documents, shown)
        if not named and move.whole:  # the words were no place: "only on page views"
            move, where = Move(move.whole, move.history), None
        elif not named:
            raise QuestionError(f"There is no {where.said} in these documents; name another part, or ask without it.")
        else:
            places = named
    looked = search(library, move.question, n, places, move.history)
    if move.more:
        said = " ".join(answer for _, answer in history)
        looked = replace(looked, candidates=tuple(c for c in looked.candidates if not quoted(c, said).any()))
    answer = replace(compose(library, looked, k, options), question=asked)
    if where:
        searched = answer.standalone_question.rstrip(" ?!.")
        answer = replace(answer, standalone_question=f"{searched}, only in {where.said}")
    if move.beside:
        other = _answered(library, asked, move.beside, move.beside.history, k, documents, options)
        hits = list(dict.fromkeys(hit for pair in zip_longest(other.hits, answer.hits) for hit in pair if hit))[:k]
        evidence = (*other.evidence[:1], *answer.evidence[: _MOST_EVIDENCE - 1]) if answer.answered else ()
        answer = replace(answer, hits=tuple(hits), evidence=tuple(dict.fromkeys(evidence)))
    return answer


def compose(library: Index, asked: Asked, k: int, options: Options = Options()) -> Answer:
    """Candidates to answer: order them, find the evidence, and decide whether it is enough."""
    ranked = found(asked, k, options)
    own = library.fact(CALIBRATION)
    sure = [confidence(ranked, at, own) for at in range(min(k, len(ranked)))]
    hits = tuple(_hit(library, item, asked.query, p) for item, (p, _) in zip(ranked, sure))
    answered = bool(sure) and sure[0][0] >= sure[0][1].threshold(options.budget)
    # A further passage is cited when it would count as an answer by itself.
    enough = [hit.evidence[0] for hit, (p, model) in zip(hits, sure) if model.keeps(options.budget, p)]
    evidence = tuple(enough[:_MOST_EVIDENCE]) if answered else ()
    return Answer(asked.question, asked.query.text, answered, sure[0][0] if sure else 0.0, evidence, hits)


def found(asked: Asked, k: int, options: Options) -> list[Ranked]:
    """The k best candidates or some more, in their last order."""
    reranker = shared_reranker(options.reranker)
    ranked = fold(rank(asked.candidates, asked.query), max(k, READ, AGREEING + 1, RERANKED if reranker else 0))
    ranked = rerank(reranker, asked.query.text, ranked)
    return read(shared_reader(options.reader), asked.query, ranked)


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


def _hit(library: Index, item: Ranked, query: Query, sure: float) -> Hit:
    passage = item.candidate.passage
    document = library.document(passage.document_id)
    if document is None or document.text[passage.start : passage.end] != passage.text:
        raise LibraryError(
            f"The library is damaged: a passage of {passage.document_id} is not in its document. "
            "Run footnote check, and add the document again."
        )
    evidence = find_evidence(document, item, query)
    return Hit(passage.text, item.score, cite(document, passage.start, passage.end), (evidence,), sure)
