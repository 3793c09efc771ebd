"""Ranked passages to read ones: the reader looks at the best few and says what it believes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qa.query import Query
from qa.rank import Ranked, quoted
from qa.reader import Reader, Reading

READ = 3  # passages; more cost time and change little
WINDOW = 900  # characters that the reader sees at a time, as when it was trained: most passages whole
# In the order of passages the reader counts only where it is sure that it sees the answer, in that
# of a passage's sentences everywhere. Weights beside scores that are sums of cosines.
RANK_WEIGHT = 0.3
SENTENCE_WEIGHT = 0.4
_SURE = (0.0, 6.0)  # log-odds between which the first goes from nothing to all
_POINTING = -1.0  # log-odds from which the words that answer are pointed at: it doubts more than it must
_SCALE = 4.0  # of the log-odds in the second: they are surer than they are right


def read(reader: Reader | None, query: Query, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Read the best passages around their best sentence, and order all anew.

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
    scores = item.scores + SENTENCE_WEIGHT / (1.0 + np.exp(-np.maximum(margins, -100.0) / _SCALE))
    sentence = int(scores.argmax())
    margin, start, end = answers[sentence]
    # What was quoted answered the question before, which the reader sees too.
    new = margins[~quoted(item.candidate, query.said)] if query.said else margins
    sure = (float(new.max(initial=float("-inf"))) - _SURE[0]) / (_SURE[1] - _SURE[0])
    return replace(
        item,
        score=item.score + RANK_WEIGHT * min(max(sure, 0.0), 1.0),
        sentence=sentence,
        scores=scores.astype(np.float32),
        margin=margin,
        answer=(start + at, end + at) if margin > _POINTING else None,
    )
