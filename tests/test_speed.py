"""Speed as ratios to the model alone, in the same run; the best of a few tries, for shared machines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from index import Index
from index.encoder import Encoder
from qa import retrieve

QUESTION = "Who is the main architect of the Great Firewall?"


def seconds(call: Callable[[], object], rounds: int = 20) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def test_retrieving_takes_at_most_twice_as_long_as_encoding_the_question(article: Index) -> None:
    retrieve(QUESTION, index=article)
    ratios = []
    for _ in range(5):
        alone = seconds(lambda: article.encoder.question(QUESTION))
        ratios.append(seconds(lambda: retrieve(QUESTION, index=article)) / alone)
    assert min(ratios) <= 2, ratios


def test_indexing_keeps_four_fifths_of_the_speed_of_the_model(tmp_path: Path, encoder: Encoder) -> None:
    texts = [
        f"Passage {number} of this test. " + "It speaks of rivers, trade and old maps. " * 18 for number in range(120)
    ]
    for number, text in enumerate(texts):
        (tmp_path / f"{number:03}.txt").write_text(text.strip())
    model = encoder._model()
    ratios = []
    for turn in range(3):
        bare = seconds(lambda: model.encode(texts, show_progress_bar=False), rounds=1)
        with Index.open(tmp_path / f"library-{turn}") as index:
            taken = seconds(lambda: index.add(*sorted(tmp_path.glob("*.txt"))), rounds=1)
        ratios.append(bare / taken)
    assert max(ratios) >= 0.8, ratios
