"""Quality beside what people use today: `python bench/quality.py FILE... [--peers] [--write DIR]`.

Each FILE is in the SQuAD format (its paragraphs are the library; with `--by-document`, each of its
documents is one), a folder in the BEIR layout, or holds questions about the sample article, one
JSON object a line. The same model, chunks of the same files, the same run; intervals are 95%, by
bootstrap over questions. Latency is of this machine, beside encoding the question alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from figures import auroc_interval, interval, reliability, risk_coverage, shown
from peers import PEERS, Chunk, Encode, Peer, Pooled, chunks, encoding
from splits import existing, paragraphs, role

from index import Index
from index.library import SAMPLE
from index.readers import document_id
from index.sentences import sentence_spans
from qa.answer import Options, ask
from qa.calibrate import calibration_error
from qa.confidence import BUDGETS, BudgetError, calibration
from qa.evaluate import DEPTH, Outcome, Question, Span, auroc, holds, judge, prepared
from qa.reader import OFF

PACKAGES = ("sentence-transformers", "faiss-cpu", "langchain-text-splitters", "torch")
TIMED = 60  # questions of each library that are timed

Judge = Callable[[Question], Outcome]


@dataclass
class System:
    """One way to answer, and what came of it over a set of questions."""

    name: str
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    encoding: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Footnote beside what people use today.")
    parser.add_argument("files", nargs="+", type=existing)
    parser.add_argument("--limit", type=int, help="questions of each library, drawn from a fixed seed")
    parser.add_argument("--by-document", action="store_true", help="a library for each document of a SQuAD file")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="ask of these alone (by title, from 0)")
    parser.add_argument(
        "--unseen", type=Path, metavar="FILE", help="not of paragraphs that FILE trained or fitted with"
    )
    parser.add_argument("--peers", action="store_true", help="the peers of the extra of that name too")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write tables and plots there")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"Python {platform.python_version()}, {versions}")
    for path in options.files:
        systems: dict[str, System] = {}
        documents = 0
        for index, questions in libraries(path, options):
            documents += len(index.documents())
            for name, answer, timed in ways(index, peers=options.peers):
                system = systems.setdefault(name, System(name))
                system.outcomes += [answer(question) for question in questions]
                for question in questions[:: max(1, len(questions) // TIMED)]:
                    begun = time.perf_counter()
                    index.encoder.question(question.text)
                    encoded = time.perf_counter()
                    timed(question.text)
                    system.encoding.append(encoded - begun)
                    system.seconds.append(time.perf_counter() - encoded)
        text = tables(path.name, documents, list(systems.values())) + budgets(list(systems.values())[:2])
        print(text, flush=True)
        if options.write:
            options.write.mkdir(parents=True, exist_ok=True)
            (options.write / f"{path.stem}.md").write_text(text)
            mine = systems["Footnote"].outcomes
            reliability(mine, options.write / f"{path.stem}-reliability.svg")
            risk_coverage({s.name: s.outcomes for s in systems.values()}, options.write / f"{path.stem}-risk.svg")


def libraries(path: Path, options: Any) -> Iterator[tuple[Index, list[Question]]]:
    """The libraries that a file asks for, each with its questions."""
    if path.is_dir():
        with beir(path) as (index, questions):
            yield index, some(questions, options.limit)
        return
    with TemporaryDirectory() as folder, Index.open(Path(folder, "article")) as article:
        article.add(SAMPLE)
        if not options.by_document:
            with prepared(path, article) as (index, questions):
                if options.only or options.unseen:
                    owners = [p for p in paragraphs(path) for _ in p.questions]
                    used = seen(options.unseen) if options.unseen else set()
                    questions = [
                        question
                        for question, own in zip(questions, owners)
                        if (not options.only or own.document in options.only) and own.text.strip() not in used
                    ]
                yield index, some(questions, options.limit)
            return
        data = sorted(json.loads(path.read_text("utf-8"))["data"], key=lambda document: str(document["title"]))
        for number, document in enumerate(data):
            if options.only and number not in options.only:
                continue
            file = Path(folder, f"{number}.json")
            file.write_text(json.dumps({"data": [document]}))
            with prepared(file, article) as (index, questions):
                yield index, some(questions, options.limit)


def seen(path: Path) -> set[str]:
    """The paragraphs of a SQuAD file that trained the reader or fitted the confidence."""
    return {p.text.strip() for p in paragraphs(path) if role(path.name, p.document) != "report"}


def some(questions: list[Question], limit: int | None) -> list[Question]:
    return questions if limit is None else random.Random(0).sample(questions, min(limit, len(questions)))


@contextmanager
def beir(folder: Path) -> Iterator[tuple[Index, list[Question]]]:
    """A folder with corpus.jsonl, queries.jsonl and qrels/test.tsv; one relevant document a query."""
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    rows = [line.split("\t") for line in (folder / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]]
    relevant = {query: name for query, name, _ in rows}
    with TemporaryDirectory() as place, Index.open(Path(place, "library")) as index:
        texts = Path(place, "texts").resolve()
        texts.mkdir()
        names: dict[str, str] = {}
        first: dict[str, str] = {}  # a text that stands there twice is one document
        length: dict[str, int] = {}
        for item in corpus:
            file, text = texts / f"{item['_id']}.txt", f"{item['title']}\n\n{item['text']}"
            file.write_text(text, "utf-8")
            names[item["_id"]] = first.setdefault(text, document_id(str(file)))
            length[names[item["_id"]]] = len(text)
        index.add(texts)
        asked = [(q["text"], names[relevant[q["_id"]]]) for q in queries]
        yield index, [Question(text, (Span(name, 0, length[name]),), whole=True) for text, name in asked]


def ways(index: Index, *, peers: bool) -> Iterator[tuple[str, Judge, Callable[[str], object]]]:
    """Every system over one library: its name, how a question is judged, what is timed."""
    for name, reader in (("Footnote", None), ("Footnote, no reader", OFF)):
        options = Options(reader=reader)
        yield name, partial(judge, index, options=options), partial(ask, index=index, reader=reader)
    cut, encode = chunks(index.documents()), encoding(index.encoder)
    for name, make in ({"pooled + FAISS": Pooled} | (PEERS if peers else {})).items():
        peer = make(cut, encode)
        yield name, partial(judged, peer, encode), partial(peer.search, n=5)


def judged(peer: Peer, encode: Encode, question: Question) -> Outcome:
    """A peer's outcome. Its evidence is the sentence of its first chunk whose own pooled vector is
    nearest, its confidence the first score; it has no threshold, so it always answers."""
    found = peer.search(question.text, 100)
    rank = next((i for i, chunk in enumerate(found[:DEPTH], 1) if right(question, chunk)), None)
    without = [chunk.score for chunk in found if not holds(question, chunk.document_id, chunk.text)]
    met = False
    if found and question.spans:
        text, start = found[0].text, found[0].start
        spans = sentence_spans(text)
        best = int(np.argmax(encode([text[a:b] for a, b in spans]) @ encode([question.text])[0]))
        first, last = start + spans[best][0], start + spans[best][1]
        met = any(s.document_id == found[0].document_id and first < s.end and s.start < last for s in question.spans)
    return Outcome(
        answerable=bool(question.spans),
        rank=rank,
        evidence=met,
        sure=found[0].score if found else 0.0,
        sure_without=max(without, default=0.0),
        answered=True,
        answered_without=True,
    )


def right(question: Question, chunk: Chunk) -> bool:
    """Whether a chunk is of the right paragraph, or holds the answer."""
    return any(
        span.document_id == chunk.document_id
        and (question.whole or (chunk.start <= span.start and span.end <= chunk.end))
        for span in question.spans
    )


def tables(name: str, documents: int, systems: Sequence[System]) -> str:
    """Two tables in Markdown: finding, and knowing when not to answer."""
    first = systems[0].outcomes
    can = sum(outcome.answerable for outcome in first)
    lines = [f"\n### {name}\n\n{documents} documents, {len(first)} questions, {can} answerable\n"]
    lines += ["| | R@1 | R@3 | MRR@10 | nDCG@10 | evidence | ms | ms / encoding |", "|---|---|---|---|---|---|---|---|"]
    for system in systems:
        mine = [outcome for outcome in system.outcomes if outcome.answerable]
        ranks = np.array([outcome.rank or np.inf for outcome in mine])
        columns = (ranks == 1, ranks <= 3, 1 / ranks, 1 / np.log2(1 + ranks), [outcome.evidence for outcome in mine])
        cells = [_cell(np.asarray(column, float)) for column in columns]
        taken, alone = statistics.median(system.seconds), statistics.median(system.encoding)
        lines.append(f"| {system.name} | {' | '.join(cells)} | {1000 * taken:.0f} | {taken / alone:.2f} |")
    head = (
        "| | AUROC, answer taken out | AUROC, unanswerable | answered | declined, taken out | declined, unanswerable |"
    )
    lines += ["", head, "|---|---|---|---|---|---|"]
    for system in systems:
        mine = [outcome for outcome in system.outcomes if outcome.answerable]
        cannot = [outcome for outcome in system.outcomes if not outcome.answerable]
        sure = [outcome.sure for outcome in mine]
        cells = [
            _auroc(sure, [outcome.sure_without for outcome in mine]),
            _auroc(sure, [outcome.sure for outcome in cannot]),
            _cell([outcome.answered for outcome in mine]),
            _cell([not outcome.answered_without for outcome in mine]),
            _cell([not outcome.answered for outcome in cannot]),
        ]
        lines.append(f"| {system.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def budgets(systems: Sequence[System]) -> str:
    """A table in Markdown: what each error budget came to, over every question that has an answer,
    asked as it is and once without what answers it; and the expected calibration error."""
    head = " | ".join(f"{budget:.0%}: wrong of shown | answered" for budget in BUDGETS)
    lines = ["", f"| | {head} | calibration error |", "|---|" + "---|---|" * len(BUDGETS) + "---|"]
    for system, kind in zip(systems, ("read", "unread")):
        sure, right = shown([outcome for outcome in system.outcomes if outcome.answerable])
        cells = []
        for budget in BUDGETS:
            try:
                above = sure >= calibration(None, kind).threshold(budget)
            except BudgetError:
                cells += ["not kept", ""]
                continue
            cells += [_cell(~right[above]), f"{above.mean():.3f}"]
        lines.append(f"| {system.name} | {' | '.join(cells)} | {calibration_error(sure, right):.3f} |")
    return "\n".join(lines) + "\n"


def _cell(values: Any) -> str:
    if not len(values):
        return ""
    low, high = interval(values)
    return f"{np.mean(values):.3f} [{low:.3f}–{high:.3f}]"


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> str:
    value = auroc(positive, negative)
    if value is None:
        return ""
    low, high = auroc_interval(positive, negative)
    return f"{value:.3f} [{low:.3f}–{high:.3f}]"


if __name__ == "__main__":
    main()
