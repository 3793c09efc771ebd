"""Measure a library on questions whose answers are known: `footnote eval`, and bench/quality.py."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index import Document, FootnoteError, Index
from qa.answer import Asked, Options, ask, compose, search
from qa.types import Citation

DEPTH = 10  # ranks looked at


class QuestionsError(FootnoteError):
    """A file of questions that cannot be used."""


@dataclass(frozen=True)
class Span:
    """Characters of a document."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """A question, where its answer stands (nowhere: not answerable), and the answer's words.

    With `whole`, any passage of the answer's document is right (documents that are one paragraph
    each); else the passage must hold the answer.
    """

    text: str
    spans: tuple[Span, ...]
    words: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one question. `rank` of the first right passage, from 1, None past `DEPTH`;
    `evidence`: whether the first hit's evidence meets the answer; `sure` and `answered` with the
    whole library; the same with every passage that holds the answer taken out."""

    answerable: bool
    rank: int | None = None
    evidence: bool = False
    sure: float = 0.0
    answered: bool = False
    sure_without: float = 0.0
    answered_without: bool = False


@dataclass(frozen=True)
class Report:
    """Figures over a set of questions; None where the set cannot give them. Seconds for times."""

    questions: int
    answerable: int
    r_at_1: float | None
    r_at_3: float | None
    mrr_at_10: float | None
    evidence: float | None
    evidence_in_right_passage: float | None
    auroc_removed: float | None
    auroc_unanswerable: float | None
    answered: float | None
    declined_removed: float | None
    declined_unanswerable: float | None
    median_seconds: float | None = None
    p95_seconds: float | None = None
    encode_seconds: float | None = None


def is_right(question: Question, citation: Citation) -> bool:
    """Whether a cited passage is one that answers."""
    return any(
        span.document_id == citation.document_id
        and (question.whole or (citation.start <= span.start and span.end <= citation.end))
        for span in question.spans
    )


def meets(question: Question, citation: Citation) -> bool:
    """Whether cited words share a character with the answer."""
    return any(
        span.document_id == citation.document_id and citation.start < span.end and span.start < citation.end
        for span in question.spans
    )


def holds(question: Question, document_id: str, text: str) -> bool:
    """Whether a passage would have to go for the question to have no answer."""
    if question.whole and any(span.document_id == document_id for span in question.spans):
        return True
    return any(word.lower() in text.lower() for word in question.words)


def taken_out(asked: Asked, question: Question) -> Asked:
    """The same asking of the same library without the passages that hold the answer."""
    left = [c for c in asked.candidates if not holds(question, c.passage.document_id, c.passage.text)]
    return replace(asked, candidates=tuple(left))


def evaluate(index: Index, questions: Sequence[Question], options: Options = Options(), *, timed: int = 100) -> Report:
    """Ask every question, with and without what answers it; time `timed` of them."""
    outcomes = [judge(index, question, options) for question in questions]
    spread = questions[:: max(1, len(questions) // timed)]
    times, encodes = [], []
    for question in spread:
        start = time.perf_counter()
        index.encoder.question(question.text)
        encoded = time.perf_counter()
        ask(question.text, index=index, **vars(options))
        times.append(time.perf_counter() - encoded)
        encodes.append(encoded - start)
    return summarise(outcomes, times, encodes)


def judge(index: Index, question: Question, options: Options = Options()) -> Outcome:
    """Ask one question, and ask it again of the same library without what answers it."""
    with index.reading():
        asked = search(index, question.text)
        answer = compose(index, asked, DEPTH, options)
        without = compose(index, taken_out(asked, question), 1, options) if question.spans else answer
    rank = next((i for i, hit in enumerate(answer.hits, 1) if is_right(question, hit.citation)), None)
    return Outcome(
        answerable=bool(question.spans),
        rank=rank,
        evidence=bool(answer.hits) and meets(question, answer.hits[0].evidence[0].citation),
        sure=answer.confidence,
        answered=answer.answered,
        sure_without=without.confidence,
        answered_without=without.answered,
    )


def summarise(outcomes: Sequence[Outcome], times: Sequence[float] = (), encodes: Sequence[float] = ()) -> Report:
    """Figures over outcomes."""
    can = [outcome for outcome in outcomes if outcome.answerable]
    cannot = [outcome for outcome in outcomes if not outcome.answerable]
    first = [outcome for outcome in can if outcome.rank == 1]
    sure = [outcome.sure for outcome in can]
    return Report(
        questions=len(outcomes),
        answerable=len(can),
        r_at_1=_mean([outcome.rank == 1 for outcome in can]),
        r_at_3=_mean([outcome.rank is not None and outcome.rank <= 3 for outcome in can]),
        mrr_at_10=_mean([1 / outcome.rank if outcome.rank else 0.0 for outcome in can]),
        evidence=_mean([outcome.evidence for outcome in can]),
        evidence_in_right_passage=_mean([outcome.evidence for outcome in first]),
        auroc_removed=auroc(sure, [outcome.sure_without for outcome in can]),
        auroc_unanswerable=auroc(sure, [outcome.sure for outcome in cannot]),
        answered=_mean([outcome.answered for outcome in can]),
        declined_removed=_mean([not outcome.answered_without for outcome in can]),
        declined_unanswerable=_mean([not outcome.answered for outcome in cannot]),
        median_seconds=statistics.median(times) if times else None,
        p95_seconds=sorted(times)[int(0.95 * (len(times) - 1))] if times else None,
        encode_seconds=statistics.median(encodes) if encodes else None,
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a random positive scores above a random negative; None without either."""
    if not positive or not negative:
        return None
    from sklearn.metrics import roc_auc_score

    truth = [1] * len(positive) + [0] * len(negative)
    return float(roc_auc_score(truth, [*positive, *negative]))


@contextmanager
def prepared(path: Path, index: Index, *, limit: int | None = None) -> Iterator[tuple[Index, list[Question]]]:
    """The library and the questions that a file asks for.

    A SQuAD file brings its own paragraphs: a library of them, one document each, is made in a
    temporary folder with the model of `index`. A file of one JSON object a line, with `question`
    and `answers` (words that stand in the library; none: not answerable), is asked of `index`.
    Raises QuestionsError.
    """
    try:
        source = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"{path} cannot be read as a file of questions ({error}).") from error
    try:
        squad = json.loads(source)
    except json.JSONDecodeError:
        squad = None
    if not (isinstance(squad, dict) and "data" in squad):
        yield index, _located(path, source, index.documents())[:limit]
        return
    with TemporaryDirectory(prefix="footnote-eval-") as folder:
        questions = _unpacked(path, squad, Path(folder, "paragraphs"))
        with Index.open(Path(folder, "library"), model=index.encoder.name) as own:
            own.add(Path(folder, "paragraphs"))
            yield own, questions[:limit]


def _unpacked(path: Path, squad: Any, folder: Path) -> list[Question]:
    """Write each paragraph of a SQuAD file to a file of its own, and read its questions."""
    from index.readers import document_id

    folder.mkdir()
    questions = []
    names: dict[str, str] = {}  # a paragraph that stands there twice is one document
    try:
        paragraphs = [paragraph for article in squad["data"] for paragraph in article["paragraphs"]]
        for number, paragraph in enumerate(paragraphs):
            file = folder.resolve() / f"{number:05}.txt"
            file.write_bytes(paragraph["context"].encode())
            name = names.setdefault(paragraph["context"], document_id(str(file)))
            for item in paragraph["qas"]:
                answers = [] if item.get("is_impossible") else item["answers"]
                spans = [Span(name, a["answer_start"], a["answer_start"] + len(a["text"])) for a in answers]
                words = {a["text"] for a in answers}
                questions.append(Question(item["question"], tuple(spans), tuple(sorted(words)), whole=True))
    except (KeyError, TypeError, AttributeError) as error:
        raise QuestionsError(f"{path} is JSON, but not in the SQuAD format ({error!r} is missing or wrong).") from error
    return questions


def _located(path: Path, source: str, documents: Sequence[Document]) -> list[Question]:
    """Read questions, a JSON object a line, and find where their answers stand."""
    questions = []
    for number, line in enumerate(source.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            item = json.loads(line)
            text, answers = item["question"], item["answers"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise QuestionsError(
                f'{where} is not a question: expected {{"question": "…", "answers": ["words of the document"]}}.'
            ) from error
        spans = [Span(d.id, at, at + len(a)) for a in answers for d in documents for at in _occurrences(a, d.text)]
        if answers and not spans:
            raise QuestionsError(f"{where}: the answer “{answers[0]}” does not stand in the library.")
        questions.append(Question(text, tuple(spans), tuple(answers)))
    if not questions:
        raise QuestionsError(f"{path} holds no questions.")
    return questions


def _occurrences(words: str, text: str) -> Iterator[int]:
    at = text.find(words) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
