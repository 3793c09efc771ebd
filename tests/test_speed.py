"""Speed as ratios to the model alone, in the same run; the best of a few tries, for shared machines."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Index
from index.encoder import Encoder
from qa import ask, retrieve

QUESTION = "Who is the main architect of the Great Firewall?"


def seconds(call: Callable[[], object], rounds: int = 20) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def test_without_the_reader_retrieving_takes_at_most_twice_as_long_as_encoding_the_question(
    article: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    retrieve(QUESTION, index=article)
    ratios = []
    for _ in range(5):
        alone = seconds(lambda: article.encoder.question(QUESTION))
        ratios.append(seconds(lambda: retrieve(QUESTION, index=article)) / alone)
    assert min(ratios) <= 2, ratios


def test_the_reader_takes_at_most_as_long_as_encoding_three_passages_a_few_times(article: Index) -> None:
    """It reads three windows with two texts each; a passage is about as long as one of them."""
    with_reader = lambda: ask(QUESTION, index=article)  # noqa: E731
    ratios = []
    texts = [hit.text for hit in ask(QUESTION, index=article, k=3).hits]
    for _ in range(5):
        alone = seconds(lambda: list(article.encoder.passages(texts)))
        without = seconds(lambda: ask(QUESTION, index=article, reader="off"))
        ratios.append((seconds(with_reader) - without) / alone)
    assert min(ratios) <= 2, ratios


def test_indexing_keeps_four_fifths_of_the_speed_of_the_model(tmp_path: Path, encoder: Encoder) -> None:
    texts = [
        f"Passage {number} of this test. " + "It speaks of rivers, trade and old maps. " * 18 for number in range(80)
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
        if ratios[-1] >= 0.8:
            break
    assert max(ratios) >= 0.8, ratios
