"""Ranked passages to read ones: the reader looks at the best few and says what it believes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qa.query import Query
from qa.rank import Ranked, quoted
from qa.reader import Reader, Reading

READ = 3  # passages; more cost time and change little
WINDOW = 900  # characters that the reader sees at a time, as when it was trained: most passages whole
# What the reader believes, in the order of passages and in that of a passage's sentences: a weight
# beside scores that are sums of cosines, and the scale of its log-odds, which are surer than they are right.
WEIGHT = 0.5
SCALE = 4.0
_POINTING = -1.0  # log-odds from which the words that answer are pointed at: it doubts more than it must


def read(reader: Reader | None, query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Read the best passages, each around its best sentence, and order all anew.

    What was read gains `margin`, `answer` and, where the reader knows better, another `sentence`.
    Without a reader, the passages come back as they are.
    """
    if reader is None or not ranked:
        return list(ranked)
    best, rest = ranked[:READ], ranked[READ:]
    windows = [window(item) for item in best]
    texts = [item.candidate.passage.text[start:end] for item, (start, end) in zip(best, windows)]
    readings = reader.read(query.read, texts)
    done = [_read(item, at, reading, query) for item, (at, _), reading in zip(best, windows, readings)]
    return sorted([*done, *rest], key=lambda item: -item.score)


def window(item: Ranked) -> tuple[int, int]:
    """Whole sentences around the best one, of at most WINDOW characters, as a span of the passage."""
    spans = item.candidate.sentences.tolist()
    first = last = item.sentence
    for turn in range(2 * len(spans)):
        if turn % 2 and last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= WINDOW:
            last += 1
        elif not turn % 2 and first > 0 and spans[last][1] - spans[first - 1][0] <= WINDOW:
            first -= 1
    return spans[first][0], spans[last][1]


def _read(item: Ranked, at: int, reading: Reading, query: Query) -> Ranked:
    answers = [reading.best(start - at, end - at) for start, end in item.candidate.sentences.tolist()]
    margins = np.array([margin for margin, _, _ in answers])
    scores = item.scores + _belief(margins)
    sentence = int(scores.argmax())
    margin, start, end = answers[sentence]
    # What was quoted answered the question before, which the reader sees too.
    new = margins[~quoted(item.candidate, query.said)] if query.said else margins
    return replace(
        item,
        score=item.score + float(_belief(new).max(initial=0.0)),
        sentence=sentence,
        scores=scores.astype(np.float32),
        margin=margin,
        answer=(start + at, end + at) if margin > _POINTING else None,
    )


def _belief(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """What log-odds for an answer count in either order, from nothing to WEIGHT."""
    return WEIGHT / (1.0 + np.exp(-np.maximum(margins, -100.0) / SCALE))
