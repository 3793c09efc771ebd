"""A benchmark of citations: `python bench/citations.py CHUNKEVAL_FOLDER [--peers]`.

The folder holds `docs/*.md` and `questions.jsonl`, an object a line with `document`, `question` and
`answers` (`text` and `start`: every excerpt that answers, as a span of characters), as Chroma
published with its report on chunking (2024). All documents are one library. Overlap is counted in
words, as that report counts tokens: recall is the share of the gold words that is cited, precision
the share of cited words that is gold, IoU the shared over all; an excerpt that stands in its document
more than once is found at any of its places. Beside it: how often the first
citation is of the wrong document, how long a removed document can still be seen, whether a question
is answered with every network call refused, and the memory that all of it takes.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from figures import interval
from peers import PEERS, Pooled, chunks, encoding

from index import Index
from qa import ask, retrieve

PASSAGES = 5
Cited = list[tuple[str, int, int]]  # document, first character, one past the last

_OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("no network")
sys.addaudithook(refuse)
from index import Index
from qa import ask
with Index.open(sys.argv[1], create=False) as index:
    print(len(ask(sys.argv[2], index=index).hits))
"""


@dataclass(frozen=True)
class Asked:
    """A question, the document that answers it, the excerpts that do, as spans, and where else in
    the document the same words stand: first character there, to the excerpt's."""

    question: str
    document: str
    gold: list[tuple[int, int]]
    again: list[tuple[int, tuple[int, int]]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure citations against gold excerpts.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", action="store_true", help="beside the peers of the extra of that name")
    options = parser.parse_args()
    if not (options.folder / "questions.jsonl").exists():
        parser.error(f"{options.folder} holds no questions.jsonl; give the folder of the chunkeval data.")
    with TemporaryDirectory() as folder, Index.open(folder) as index:
        index.add(options.folder / "docs")
        texts = {Path(d.source).stem: (d.id, d.text) for d in index.documents()}
        words = {name: np.array([m.span() for m in re.finditer(r"\S+", text)]) for name, text in texts.values()}
        lines = (options.folder / "questions.jsonl").read_text("utf-8").splitlines()
        asked = [located(item, *texts[item["document"]]) for item in map(json.loads, lines)]
        print(f"{len(texts)} documents, {len(asked)} questions; 95% intervals by bootstrap over questions")
        print(f"  {'':34}{'recall':>20}{'precision':>20}{'IoU':>20}{'wrong source':>20}")
        for name, cited in ways(index, peers=options.peers).items():
            show(name, asked, [cited(item.question) for item in asked], words)
        operations(index, Path(folder), asked[0].question)


def located(item: dict[str, Any], document: str, text: str) -> Asked:
    gold = [(a["start"], a["start"] + len(a["text"])) for a in item["answers"]]
    places = [(m.start(), span) for span in gold for m in re.finditer(re.escape(text[slice(*span)]), text)]
    return Asked(item["question"], document, gold, [(at, span) for at, span in places if at != span[0]])


def ways(index: Index, *, peers: bool) -> dict[str, Callable[[str], Cited]]:
    """Everything that cites: a name, and a function from a question to what it cites, best first."""
    found: dict[str, Callable[[str], Cited]] = {
        "Footnote, evidence of the answer": lambda q: [
            (e.citation.document_id, e.citation.start, e.citation.end) for e in ask(q, index=index).evidence
        ],
        "Footnote, evidence of 5 passages": lambda q: [
            (e.citation.document_id, e.citation.start, e.citation.end)
            for hit in retrieve(q, index=index, k=PASSAGES)
            for e in hit.evidence
        ],
        "Footnote, 5 passages": lambda q: [
            (h.citation.document_id, h.citation.start, h.citation.end) for h in retrieve(q, index=index, k=PASSAGES)
        ],
    }
    cut, encode = chunks(index.documents()), encoding(index.encoder)
    for name, make in ({"pooled": Pooled} | (PEERS if peers else {})).items():
        peer = make(cut, encode)
        for n in (1, PASSAGES):
            found[f"{name}, {n} passage{'s' if n > 1 else ''}"] = lambda q, peer=peer, n=n: [  # type: ignore[misc]
                (c.document_id, c.start, c.end) for c in peer.search(q, n)
            ]
    return found


def show(name: str, asked: Sequence[Asked], cited: Sequence[Cited], words: dict[str, np.ndarray]) -> None:
    rows = []
    for item, mine in zip(asked, cited):
        gold = touched(words, [(item.document, *span) for span in item.gold])
        said = touched(words, mine)
        for at, (start, end) in item.again:  # words cited there count as those of the excerpt
            there = sorted(touched(words, [(item.document, at, at + end - start)]))
            here = sorted(touched(words, [(item.document, start, end)]))
            also = {one for one, other in zip(here, there) if other in said}
            said = said - set(there) | also if also else said
        both = len(gold & said)
        wrong = float(mine[0][0] != item.document) if mine else np.nan
        rows.append((both / len(gold), both / len(said) if said else np.nan, both / len(gold | said), wrong))
    line = ""
    for column in np.array(rows).T:
        values = column[~np.isnan(column)]
        low, high = interval(values)
        line += f"{f'{values.mean():.3f} [{low:.3f}–{high:.3f}]':>20}"
    print(f"  {name:34}{line}", flush=True)


def touched(words: dict[str, np.ndarray], spans: Iterable[tuple[str, int, int]]) -> set[tuple[str, int]]:
    """The words of which spans hold at least one character."""
    found: set[tuple[str, int]] = set()
    for document, start, end in spans:
        inside = np.flatnonzero((words[document][:, 0] < end) & (words[document][:, 1] > start))
        found |= {(document, int(i)) for i in inside}
    return found


def operations(index: Index, folder: Path, question: str) -> None:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _OFFLINE, str(folder), question], capture_output=True, text=True, timeout=120
    )
    ok = done.returncode == 0 and int(done.stdout) > 0
    print(f"  a cold start with every network call refused: {'answers' if ok else 'FAILS'}", end="")
    print(f", {time.perf_counter() - begun:.1f} s")
    gone = retrieve(question, index=index, k=1)[0].citation.document_id
    begun = time.perf_counter()
    index.remove(gone)
    visible = any(hit.citation.document_id == gone for hit in retrieve(question, index=index, k=PASSAGES))
    print(f"  from remove to invisible: {'STILL THERE' if visible else f'{time.perf_counter() - begun:.3f} s'}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"  peak memory of this run, peers too: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
