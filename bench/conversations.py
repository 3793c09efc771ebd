"""Follow-ups: `python bench/conversations.py [CAST.jsonl] [XQUAD.json]`.

Each turn of a conversation is asked as it stands, resolved against the turns before (Footnote), and
as a person rewrote it, of the same library, without the reader unless `--reader`. CAST.jsonl is in
the layout of the TREC CAsT data (conversation_id, turn, question, rewrite, passage); its passages
are the library, and the answers of earlier turns are theirs. XQUAD.json is the library of our own
conversations in questions/conversations.jsonl, its articles whole, beside the sample article; an
earlier answer is the sentence that holds it. Intervals are 95%, by bootstrap over conversations.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from splits import existing

from index import Document, Index
from index.library import SAMPLE
from index.readers import document_id
from index.sentences import sentence_spans
from qa.answer import Options, compose, search
from qa.evaluate import DEPTH
from qa.followup import History, follow
from qa.reader import OFF

CONVERSATIONS = Path(__file__).parent / "questions" / "conversations.jsonl"
WAYS = ("as it stands", "resolved", "rewritten")


@dataclass(frozen=True)
class Turn:
    """A turn: the question, a person's rewrite, what kind it is, where its answer stands, and the
    words that answer it. With `whole`, any passage of the document is right."""

    conversation: str
    question: str
    rewrite: str
    kind: str
    document: str
    span: tuple[int, int]
    answer: str
    whole: bool = False


@dataclass(frozen=True)
class Result:
    """Ranks of the first right passage (inf past DEPTH), and whether it was answered, each way."""

    turn: Turn
    ranks: tuple[float, ...]
    answered: tuple[bool, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure follow-up questions.")
    parser.add_argument("cast", type=existing, nargs="?", help="conversations in the layout of TREC CAsT")
    parser.add_argument("xquad", type=existing, nargs="?", help="XQuAD English, the library of our own")
    parser.add_argument("--reader", action="store_true", help="with the reader that ships")
    parser.add_argument("--half", type=int, choices=(0, 1), help="our own of even (0) or odd numbers alone")
    parser.add_argument("--show", action="store_true", help="print the follow-ups that the rewrite finds and we do not")
    options = parser.parse_args()
    reader = Options() if options.reader else Options(reader=OFF)
    if options.cast:
        with cast(options.cast) as (index, turns):
            report(options.cast.name, run(index, turns, reader), options.show)
            latency(index, turns)
    ours = []
    with article() as (index, turns):
        ours += run(index, half(turns, options.half), reader)
    if options.xquad:
        with xquad(options.xquad) as (index, turns):
            ours += run(index, half(turns, options.half), reader)
    report("our conversations", ours, options.show)


def run(index: Index, turns: list[Turn], options: Options) -> list[Result]:
    """Ask every turn in every way."""
    results: list[Result] = []
    history: list[tuple[str, str]] = []
    for at, turn in enumerate(turns):
        if at == 0 or turns[at - 1].conversation != turn.conversation:
            history = []
        ways: tuple[tuple[str, History], ...] = ((turn.question, ()), (turn.question, history), (turn.rewrite, ()))
        ranks, answered = [], []
        for question, before in ways:
            with index.reading():
                answer = compose(index, search(index, question, history=before), 3 * DEPTH, options)
            places = [(hit.citation.document_id, hit.citation.start, hit.citation.end) for hit in answer.hits]
            if turn.whole:
                found = list(dict.fromkeys(name for name, _, _ in places))
                rank = found.index(turn.document) + 1 if turn.document in found else np.inf
            else:
                rank = next((i for i, place in enumerate(places, 1) if right(turn, *place)), np.inf)
            ranks.append(float(rank) if rank <= DEPTH else np.inf)
            answered.append(answer.answered)
        results.append(Result(turn, tuple(ranks), tuple(answered)))
        history = [*history, (turn.question, turn.answer)]
    return results


def right(turn: Turn, document: str, start: int, end: int) -> bool:
    """Whether a passage holds most of the answer."""
    shared = min(end, turn.span[1]) - max(start, turn.span[0])
    return document == turn.document and 2 * shared > turn.span[1] - turn.span[0]


def report(name: str, results: list[Result], show: bool) -> None:
    """A table in Markdown: each kind of turn, each way."""
    conversations = {result.turn.conversation for result in results}
    print(f"\n### {name}\n\n{len(conversations)} conversations, {len(results)} turns\n")
    print("| turns | | R@1 | S@3 | nDCG@10 | answered |\n|---|---|---|---|---|---|")
    kinds = list(dict.fromkeys(result.turn.kind for result in results))
    for kind in ["all", *(kinds if len(kinds) > 1 else [])]:
        mine = [result for result in results if kind in ("all", result.turn.kind)]
        for way, called in enumerate(WAYS):
            ranks = np.array([result.ranks[way] for result in mine])
            answered = np.array([result.answered[way] for result in mine])
            groups = [result.turn.conversation for result in mine]
            columns = (ranks == 1, ranks <= 3, 1 / np.log2(1 + ranks), answered)
            cells = " | ".join(interval(np.asarray(column, float), groups) for column in columns)
            print(f"| {kind} ({len(mine)}) | {called} | {cells} |")
    changed = [r for r in results if r.ranks[1] > r.ranks[0] and r.ranks[0] == 1]
    print(f"\nright as it stands, and no longer when resolved: {len(changed)} turns")
    for result in results if show else ():
        if result.ranks[1] > 1 >= result.ranks[2] or result in changed:
            print(f"  {result.turn.conversation} {result.turn.kind}: {result.turn.question} [{result.turn.rewrite}]")


def interval(values: Any, groups: list[str]) -> str:
    """The mean, and its 95% interval by bootstrap over groups."""
    by_group = defaultdict(list)
    for value, group in zip(values, groups):
        by_group[group].append(value)
    sums = np.array([(sum(own), len(own)) for own in by_group.values()])
    drawn = sums[np.random.default_rng(0).integers(0, len(sums), (2000, len(sums)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return f"{values.mean():.3f} [{low:.3f}–{high:.3f}]"


def latency(index: Index, turns: list[Turn]) -> None:
    """What resolving adds, in encodings of the question."""
    extra = []
    for earlier, turn in pairwise(turns):
        history = [(earlier.question, earlier.answer)]
        if not follow(turn.question, history).context:
            continue
        times = []
        for call in (
            partial(index.encoder.question, turn.question),
            partial(search, index, turn.question),
            partial(search, index, turn.question, history=history),
        ):
            begun = time.perf_counter()
            call()
            times.append(time.perf_counter() - begun)
        extra.append((times[2] - times[1]) / times[0])
    print(f"\nresolving adds {statistics.median(extra):.2f} encodings of the question to a search (median)")


@contextmanager
def cast(path: Path) -> Iterator[tuple[Index, list[Turn]]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with TemporaryDirectory() as folder, Index.open(Path(folder, "library")) as index:
        texts = Path(folder, "texts").resolve()
        texts.mkdir()
        names: dict[str, str] = {}
        for row in rows:
            file = texts / f"{len(names):05}.txt"
            if row["passage"] not in names:
                names[row["passage"]] = document_id(str(file))
                file.write_text(row["passage"], "utf-8")
        index.add(texts)
        turns = [
            Turn(str(row["conversation_id"]), row["question"], row["rewrite"].removeprefix("Utterance: "), "all",
                 names[row["passage"]], (0, 0), row["passage"], whole=True)
            for row in rows
        ]  # fmt: skip
        yield index, turns


@contextmanager
def article() -> Iterator[tuple[Index, list[Turn]]]:
    """Our own conversations about the sample article."""
    with TemporaryDirectory() as folder, Index.open(Path(folder, "library")) as index:
        index.add(SAMPLE)
        (document,) = index.documents()
        turns = []
        for conversation, turn in ours("article"):
            start = document.text.index(turn["answer"])
            turns.append(own(conversation, turn, document, (start, start + len(turn["answer"]))))
        yield index, turns


@contextmanager
def xquad(path: Path) -> Iterator[tuple[Index, list[Turn]]]:
    """Our own conversations about the articles of XQuAD, each of which is one document."""
    data = json.loads(path.read_text("utf-8"))["data"]
    with TemporaryDirectory() as folder, Index.open(Path(folder, "library")) as index:
        texts = Path(folder, "texts").resolve()
        texts.mkdir()
        names, starts = {}, {}
        for number, item in enumerate(data):
            file, text = texts / f"{number:02}.txt", ""
            for at, paragraph in enumerate(item["paragraphs"]):
                starts[item["title"], at] = len(text)
                text += paragraph["context"] + "\n\n"
            file.write_text(text, "utf-8")
            names[item["title"]] = document_id(str(file))
        index.add(texts)
        turns = []
        for conversation, turn in ours("xquad"):
            document = index.document(names[turn["title"]])
            assert document is not None
            at = starts[turn["title"], turn["paragraph"]]
            turns.append(own(conversation, turn, document, (at + turn["answer"][0], at + turn["answer"][1])))
        yield index, turns


def own(conversation: str, turn: dict[str, Any], document: Document, span: tuple[int, int]) -> Turn:
    sentences = [document.text[a:b] for a, b in sentence_spans(document.text) if a < span[1] and span[0] < b]
    answer = " ".join(sentences)
    return Turn(conversation, turn["question"], turn["rewrite"], turn["kind"], document.id, span, answer)


def ours(source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in CONVERSATIONS.read_text("utf-8").splitlines():
        conversation = json.loads(line)
        if conversation["source"] == source:
            for turn in conversation["turns"]:
                yield conversation["id"], turn


def half(turns: list[Turn], which: int | None) -> list[Turn]:
    return [turn for turn in turns if which is None or int(turn.conversation.rpartition("-")[2]) % 2 == which]


if __name__ == "__main__":
    main()
