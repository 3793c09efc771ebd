"""Fit the confidence on questions whose answers are known: `footnote calibrate`, bench/calibrate.py."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import FootnoteError, Index
from qa.answer import Asked, Options, found, search
from qa.confidence import AGREEING, BUDGET, CALIBRATION, BudgetError, Calibration, features, risk_curve
from qa.evaluate import Question, auroc, meets, taken_out
from qa.evidence import find_evidence

FEATURES = {"read": ("evidence", "lead", "agreement", "margin"), "unread": ("evidence", "lead", "agreement")}
FEWEST = 30  # questions with an answer
_FOLDS = 5


class CalibrationError(FootnoteError):
    """Questions that the confidence cannot be fitted on."""


@dataclass(frozen=True)
class Asking:
    """What was seen when a question was asked of a library: the features, with a lead over nothing
    where there is no fourth passage; whether the evidence was right; the kind ("answerable";
    "removed": what answers it was taken out; "unanswerable"); and a group, which is never split
    between fitting and judging."""

    values: dict[str, float]
    fourth: float | None
    right: bool
    kind: str
    group: int


@dataclass(frozen=True)
class Fit:
    """A fitted calibration and how it did on groups that it was not fitted on: the AUROC of
    answerable against removed, and the expected calibration error."""

    calibration: Calibration
    askings: int
    auroc: float | None
    error: float


def calibrate(
    index: Index,
    questions: Iterable[Question],
    options: Options = Options(),
) -> dict[str, Fit]:
    """Fit the confidence on a library's own questions, and keep it in the library.

    Each question is asked as it is and again without any passage that holds its answer. Returns
    the fit for passages that a reader has read ("read") and for others ("unread"). Raises
    CalibrationError, and keeps nothing, when fewer than 30 questions have an answer, when all turn
    out alike, or when the default error budget cannot be kept, with the reader if there is one.
    """
    answerable = 0
    seen: dict[str, list[Asking]] = {name: [] for name in FEATURES}
    for group, question in enumerate(questions):
        answerable += bool(question.spans)
        with index.reading():
            for name, asking in askings(index, question, search(index, question.text), group, options):
                seen[name].append(asking)
    if answerable < FEWEST:
        raise CalibrationError(
            f"{answerable} questions with an answer are too few to fit the confidence on; give at least {FEWEST}."
        )
    fits = {name: fit(seen[name], name) for name in FEATURES if seen[name]}
    usual = fits.get("read") or fits["unread"]
    try:
        usual.calibration.threshold(BUDGET)
    except BudgetError as error:
        raise CalibrationError(f"The calibration stays as it was: on these questions it fails. {error}") from error
    index.set_fact(CALIBRATION, json.dumps({name: asdict(result.calibration) for name, result in fits.items()}))
    return fits


def askings(
    index: Index, question: Question, asked: Asked, group: int, options: Options
) -> Iterator[tuple[str, Asking]]:
    """Ask a question as it is and, when it has an answer, without it; read and not."""
    ways = [("unanswerable", asked)]
    if question.spans:
        ways = [("answerable", asked), ("removed", taken_out(asked, question))]
    for kind, way in ways:
        for name in FEATURES:
            ranked = found(way, AGREEING + 1, options.unless_read(name == "unread"))
            if not ranked or (ranked[0].margin is None) != (name == "unread"):
                continue
            document = index.document(ranked[0].candidate.passage.document_id)
            assert document is not None
            right = kind == "answerable" and meets(question, find_evidence(document, ranked[0], way.query).citation)
            fourth = ranked[AGREEING].likeness if len(ranked) > AGREEING else None
            yield name, Asking(features(ranked, 0, 0.0), fourth, right, kind, group)


def fit(seen: Sequence[Asking], name: str, counted: Sequence[str] = ("answerable", "removed", "unanswerable")) -> Fit:
    """Fit a logistic model; judge it, and draw its risk curve over the counted kinds, by
    cross-validation between groups."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    names = FEATURES[name]
    background = float(np.mean([item.fourth for item in seen if item.fourth is not None] or [0.0]))
    table = np.array([[item.values[key] for key in names] for item in seen])
    table[:, names.index("lead")] -= [background if item.fourth is None else 0.0 for item in seen]
    right = np.array([item.right for item in seen])
    if not 0 < right.sum() < len(right):
        raise CalibrationError("Every answer turned out alike; the confidence needs some that are right and some not.")
    groups, kinds = np.array([item.group for item in seen]), np.array([item.kind for item in seen])
    model = LogisticRegression(C=100.0, max_iter=2000)
    folds = GroupKFold(min(_FOLDS, len(set(groups.tolist()))))
    sure = cross_val_predict(model, table, right, groups=groups, cv=folds, method="predict_proba")[:, 1]
    model.fit(table, right)
    counts = np.isin(kinds, counted)
    calibration = Calibration(
        round(float(model.intercept_[0]), 4),
        {key: round(float(weight), 4) for key, weight in zip(names, model.coef_[0])},
        round(background, 4),
        tuple(risk_curve(sure[counts], right[counts])),
    )
    apart = auroc(list(sure[kinds == "answerable"]), list(sure[kinds == "removed"]))
    return Fit(calibration, len(seen), apart, calibration_error(sure, right))


def calibration_error(sure: NDArray[Any], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017)."""
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(sure[which == b].mean() - right[which == b].mean()) * (which == b).mean() for b in set(which.tolist())]
    return float(sum(gaps))
