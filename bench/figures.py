"""Intervals and plots for the benches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.evaluate import Outcome

_ROUNDS = 1000


def interval(values: Sequence[float] | np.ndarray[Any, Any], seed: int = 0) -> tuple[float, float]:
    """The 95% percentile bootstrap interval of a mean (Efron and Tibshirani 1993)."""
    sample = np.asarray(values, float)
    picks = np.random.default_rng(seed).integers(len(sample), size=(_ROUNDS, len(sample)))
    low, high = np.percentile(sample[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def auroc_interval(positive: Sequence[float], negative: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """The 95% percentile bootstrap interval of an AUROC, positives and negatives drawn apart."""
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(seed)
    yes, no = np.asarray(positive, float), np.asarray(negative, float)
    truth = np.r_[np.ones(len(yes)), np.zeros(len(no))]
    values = [
        roc_auc_score(truth, np.r_[rng.choice(yes, len(yes)), rng.choice(no, len(no))]) for _ in range(_ROUNDS // 5)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def shown(outcomes: Sequence[Outcome]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The confidence of every asking, with and without what answers it, and whether its evidence
    was right."""
    asked = [(o.sure, o.evidence) for o in outcomes] + [(o.sure_without, False) for o in outcomes if o.answerable]
    return np.array([sure for sure, _ in asked]), np.array([right for _, right in asked])


def reliability(outcomes: Sequence[Outcome], path: Path) -> None:
    """Plot how often the evidence was right against the confidence, in ten bins."""
    sure, right = shown(outcomes)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    bins = np.minimum((sure * 10).astype(int), 9)
    for b in sorted(set(bins.tolist())):
        inside = bins == b
        axes.plot(sure[inside].mean(), right[inside].mean(), "o", color="#2563eb", markersize=4 + inside.mean() * 20)
    axes.plot([0, 1], [0, 1], "--", color="#888", linewidth=1)
    axes.set(xlabel="confidence", ylabel="evidence right", xlim=(0, 1), ylim=(0, 1))
    figure.savefig(path)


def risk_coverage(systems: dict[str, Sequence[Outcome]], path: Path) -> None:
    """Plot the share of shown answers that are wrong against the share of askings answered, most
    sure first (El-Yaniv and Wiener 2010)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for name, outcomes in systems.items():
        sure, right = shown(outcomes)
        wrong = ~right[np.argsort(-sure, kind="stable")]
        counts = np.arange(1, len(wrong) + 1)
        axes.plot(counts / len(wrong), wrong.cumsum() / counts, label=name, linewidth=1.2)
    axes.set(xlabel="share of askings answered", ylabel="share of answers wrong", xlim=(0, 1), ylim=(0, 0.7))
    axes.legend(fontsize=7)
    figure.savefig(path)
