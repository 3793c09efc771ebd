"""How sure: a logistic model on a few features of the best hits, fitted by bench/calibrate.py."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from qa.rank import Ranked

FEATURES = ("maxsim", "evidence", "cosine", "lead")
AGREEING = 3  # passages that may answer alike before the lead over the next one is measured


@dataclass(frozen=True)
class Calibration:
    """Coefficients of the logistic model, the mean score of a fourth passage, and the probability
    from which an answer is shown."""

    intercept: float
    weights: dict[str, float]
    background: float
    threshold: float


def features(ranked: Sequence[Ranked], at: int) -> dict[str, float]:
    """What the confidence in the hit at a position rests on.

    maxsim: of the passage; evidence: of its best sentence; cosine: of the pooled vectors; lead:
    how far its score is above that of the fourth passage, so that three sources that agree do
    not count against each other. In a library of fewer passages, the fourth is taken to score
    what it does on the average.
    """
    item = ranked[at]
    background = ranked[AGREEING].score if len(ranked) > AGREEING else shipped().background
    return {
        "maxsim": item.maxsim,
        "evidence": item.evidence,
        "cosine": item.candidate.cosine,
        "lead": item.score - background,
    }


def confidence(values: dict[str, float], calibration: Calibration | None = None) -> float:
    """The probability, in [0, 1], that a hit with these features answers the question."""
    model = calibration or shipped()
    logit = model.intercept + sum(model.weights[name] * values[name] for name in FEATURES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@lru_cache(maxsize=1)
def shipped() -> Calibration:
    """The calibration in qa/confidence.json, which says where it comes from."""
    data = json.loads((resources.files("qa") / "confidence.json").read_text("utf-8"))
    return Calibration(data["intercept"], data["weights"], data["background"], data["threshold"])
