"""Speed as ratios, in one run: `python bench/speed.py [SQUAD_FILE]`.

Warm `ask`, with the reader and without, on the sample article beside encoding the question alone, and indexing
beside a bare `model.encode` of the same passages. With a SQuAD file, also over its paragraphs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from splits import existing

from index import Index
from index.encoder import Encoder, model_name, shared_encoder
from index.library import SAMPLE
from index.split import passages
from qa import ask
from qa.reader import OFF

QUESTIONS = (
    "Who is the main architect of the Great Firewall?",
    "How many guests are expected?",
    "What does ICANN look after?",
    "What is the boiling point of water?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure speed against the model alone.")
    parser.add_argument("file", type=existing, nargs="?")
    options = parser.parse_args()
    encoder = shared_encoder(model_name())
    encoder.load()
    with TemporaryDirectory() as folder:
        measure("sample article", [SAMPLE], encoder, Path(folder, "article"))
        if options.file:
            texts = Path(folder, "texts")
            texts.mkdir()
            for number, article in enumerate(json.loads(options.file.read_text())["data"]):
                whole = "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])
                (texts / f"{number:04}.txt").write_text(whole)
            measure(options.file.name, [texts], encoder, Path(folder, "squad"))


def measure(name: str, paths: list[Path], encoder: Encoder, folder: Path) -> None:
    with Index.open(folder) as index:
        index.add(*paths)
        texts = [passage.text for document in index.documents() for passage in passages(document)]
        encode = median(lambda question: encoder.question(question), 30)
        unread = median(lambda question: ask(question, index=index, reader=OFF), 30)
        asked = median(lambda question: ask(question, index=index), 30)
    bare, indexed = [], []
    for turn in range(3):  # turn about, so that neither has the machine to itself
        start = time.perf_counter()
        encoder._model().encode(texts, show_progress_bar=False)
        bare.append(len(texts) / (time.perf_counter() - start))
        with Index.open(folder.with_name(f"{folder.name}-{turn}")) as fresh:
            start = time.perf_counter()
            fresh.add(*paths)
            indexed.append(len(texts) / (time.perf_counter() - start))
    print(f"{name}: {len(texts)} passages")
    print(f"  encoding the question              {'':4}   ({encode * 1000:.1f} ms)")
    print(f"  ask, no reader / encoding it       {unread / encode:.2f}   ({unread * 1000:.1f} ms)")
    print(f"  ask / encoding it                  {asked / encode:.2f}   ({asked * 1000:.1f} ms)")
    print(f"  of which the reader                {'':4}   ({(asked - unread) * 1000:.1f} ms)")
    print(f"  indexing / model.encode            {max(indexed) / max(bare):.2f}   ({max(indexed):.1f} passages/s)")


def median(call: Callable[[str], object], rounds: int) -> float:
    """Seconds a call takes, the median over rounds of all questions, after a warm-up."""
    times = []
    for turn in range(rounds + 1):
        for question in QUESTIONS:
            start = time.perf_counter()
            call(question)
            if turn:
                times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
