"""How sure: a logistic model on a few features of the best hits, and what an error budget allows.

Fitted by bench/calibrate.py; the numbers, and where they come from, are in confidence.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index import FootnoteError
from qa.rank import Ranked

BUDGET = 0.2  # of the answers shown, at most so many may be wrong, unless one asks for less
BUDGETS = (0.05, 0.1, BUDGET)  # what one may choose with a click, and what a report says the cost of
CALIBRATION = "calibration"  # the fact of a library that holds one of its own
AGREEING = 3  # passages that may answer alike before the lead over the next one is measured
_LEAST_MARGIN = -15.0  # logits


class BudgetError(FootnoteError):
    """An error budget that cannot be kept."""


@dataclass(frozen=True)
class Calibration:
    """A logistic model: weights of the features, and the mean score of a fourth passage.

    `curve` says what each threshold costs, from the lowest: the threshold, the share of answers
    shown that are wrong (its conformal bound), the share of askings that are answered.
    """

    intercept: float
    weights: dict[str, float]
    background: float
    curve: tuple[tuple[float, float, float], ...]

    def threshold(self, budget: float) -> float:
        """The lowest confidence at which at most this share of the answers shown is wrong.

        Raises BudgetError for a budget that is none, or that calibration never saw kept.
        """
        if not 0 < budget < 1:
            raise BudgetError(f"An error budget of {budget:g} is none: say a share of the answers, such as 0.1 or 10%.")
        for threshold, risk, _ in self.curve:
            if risk <= budget:
                return threshold
        least = min(risk for _, risk, _ in self.curve)
        raise BudgetError(f"An error budget of {budget:.1%} cannot be kept; the least that can is {least:.1%}.")

    def keeps(self, budget: float, sure: float) -> bool:
        """Whether an answer of this confidence may be shown; never when the budget cannot be kept."""
        try:
            return sure >= self.threshold(budget)
        except BudgetError:
            return False

    def explained(self, budget: float) -> str:
        """What a budget costs, in a sentence."""
        try:
            threshold = self.threshold(budget)
        except BudgetError as error:
            return str(error)
        share = next(share for at, _, share in self.curve if at == threshold)
        kept = f"At most {budget:.0%} of the answers wrong: shown from a confidence of {threshold:.0%}"
        return f"{kept}, which leaves {share:.0%} of what was asked."


def features(ranked: Sequence[Ranked], at: int, background: float) -> dict[str, float]:
    """What the confidence in the hit at a position rests on.

    evidence: the MaxSim of its best sentence; lead: how far its likeness is above that of the
    fourth passage, so that three sources that agree do not count against each other (`background`
    stands in where there are fewer); agreement: one over its rank by BM25 alone; margin: the
    reader's log-odds that the best sentence holds an answer, where it has read it. A library's own
    calibration may rest on maxsim, of the passage, and cosine, of the pooled vectors, too.
    """
    item = ranked[at]
    fourth = ranked[AGREEING].likeness if len(ranked) > AGREEING else background
    values = {
        "maxsim": item.maxsim,
        "evidence": item.evidence,
        "cosine": item.candidate.cosine,
        "lead": item.likeness - fourth,
        "agreement": item.agreement,
    }
    if item.margin is not None:
        values["margin"] = max(item.margin, _LEAST_MARGIN)
    return values


def confidence(ranked: Sequence[Ranked], at: int, own: str | None = None) -> tuple[float, Calibration]:
    """The probability, in [0, 1], that the evidence of a hit answers the question, and the model
    that says so: there is one for what a reader has read, and one for the rest. `own` is a
    library's own calibration, as JSON; without it, the one that ships."""
    model = calibration(own, "unread" if ranked[at].margin is None else "read")
    values = features(ranked, at, model.background)
    logit = model.intercept + sum(weight * values[name] for name, weight in model.weights.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit)))), model


def risk_curve(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> list[tuple[float, float, float]]:
    """Conformal risk control of the share of wrong answers among those shown.

    For each of up to 100 thresholds, from the lowest: (wrong + 1) / (shown + 1), which bounds in
    expectation the risk of the next asking that is like these (Angelopoulos et al. 2022,
    "Conformal risk control", with the loss counted over the answers shown), and the share shown.
    """
    curve = []
    for threshold in np.arange(100) / 100:  # each the very number that is kept
        shown = sure >= threshold
        if shown.any():
            bound = (int((shown & ~right).sum()) + 1) / (int(shown.sum()) + 1)
            curve.append((float(threshold), round(bound, 4), round(float(shown.mean()), 4)))
    return curve


@lru_cache(maxsize=8)
def calibration(own: str | None, kind: str) -> Calibration:
    """The calibration for hits that a reader has read ("read") or others ("unread"): a library's
    own, from its JSON, else the one that ships."""
    data = json.loads(own) if own else {}
    if kind not in data:
        data = json.loads((resources.files("qa") / "confidence.json").read_text("utf-8"))
    fitted = data[kind]
    curve = tuple((float(t), float(risk), float(share)) for t, risk, share in fitted["curve"])
    return Calibration(fitted["intercept"], fitted["weights"], fitted["background"], curve)
