"""Budgets: what they allow, what they refuse, and how a library gets a calibration of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import QUESTIONS, Shell
from hypothesis import example, given
from hypothesis import strategies as st

from index import Index
from index.library import SAMPLE
from qa import ask, confidence
from qa.calibrate import CalibrationError, calibrate, calibration_error
from qa.confidence import BudgetError, Calibration, risk_curve
from qa.evaluate import Question, prepared
from qa.reader import OFF


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A library of the article that may be changed."""
    with Index.open(tmp_path / "own") as index:
        index.add(SAMPLE)
    return tmp_path / "own"


def test_a_smaller_budget_answers_no_more(article: Index) -> None:
    with prepared(QUESTIONS, article) as (index, questions):
        texts = [question.text for question in questions[:30]]
    budgets = (0.05, 0.1, 0.2, 0.6)
    answered = {budget: {t for t in texts if ask(t, index=index, budget=budget).answered} for budget in budgets}
    assert answered[0.05] <= answered[0.1] <= answered[0.2] <= answered[0.6]
    assert len(answered[0.1]) < len(answered[0.6])


def test_a_budget_that_cannot_be_kept_unread_concerns_only_what_is_not_read(article: Index) -> None:
    question = "Who designed the Great Firewall?"
    calibrations = json.loads((Path(confidence.__file__).parent / "confidence.json").read_text("utf-8"))
    least = {kind: min(risk for _, risk, _ in calibrations[kind]["curve"]) for kind in ("read", "unread")}
    assert least["read"] < least["unread"]
    between = (least["read"] + least["unread"]) / 2
    assert len(ask(question, index=article, k=8, budget=between).hits) == 8
    with pytest.raises(BudgetError, match="cannot be kept"):
        ask(question, index=article, budget=between, reader=OFF)


@pytest.mark.parametrize("budget", [0, 1, -0.1, 5, 1e-9, float("nan")])
def test_a_budget_that_cannot_be_kept_is_refused_in_a_sentence(article: Index, budget: float) -> None:
    with pytest.raises(BudgetError, match=r"\.$|%$"):
        ask("Who designed the Great Firewall?", index=article, budget=budget)


@pytest.mark.parametrize("budget", ["0", "100%", "much", "-5%"])
def test_the_shell_takes_shares_alone(footnote: Shell, budget: str) -> None:
    done = footnote("ask", "Who?", f"--budget={budget}")
    assert done.returncode == 2 and "such as 0.1 or 10%" in done.stderr


cases = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


@example([(1.0, True), (0.7, False), (0.7, False)], 0.5)
@given(cases, st.sampled_from([0.05, 0.1, 0.2, 0.5]))
def test_a_threshold_keeps_its_budget_where_it_was_drawn(cases: list[tuple[float, bool]], budget: float) -> None:
    sure, right = np.array([s for s, _ in cases]), np.array([r for _, r in cases])
    calibration = Calibration(0.0, {}, 0.0, tuple(risk_curve(sure, right)))
    try:
        threshold = calibration.threshold(budget)
    except BudgetError:
        return
    shown = sure >= threshold
    assert shown.any() and (~right[shown]).mean() <= budget


def test_calibration_error_is_none_for_the_calibrated_and_all_for_the_wrong() -> None:
    assert calibration_error(np.array([0.5] * 10), np.array([True, False] * 5)) == pytest.approx(0)
    assert calibration_error(np.array([1.0] * 10), np.array([False] * 10)) == pytest.approx(1)


def test_a_library_can_be_given_a_calibration_of_its_own(own: Path, footnote: Shell, tmp_path: Path) -> None:
    question = "Who designed the Great Firewall?"
    before = json.loads(footnote("ask", question, "--index", own, "--json").stdout)
    clear = tmp_path / "clear.jsonl"
    clear.write_text("\n".join(line for line in QUESTIONS.read_text().splitlines() if json.loads(line)["answers"]))
    done = footnote("calibrate", clear, "--index", own)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"With the reader, \d+ askings: AUROC 0\.\d+ .* calibration error 0\.\d+\.", done.stdout)
    after = json.loads(footnote("ask", question, "--index", own, "--json").stdout)
    for hit in (*before["hits"], *after["hits"]):
        assert 0 <= hit.pop("confidence") <= 1
    assert after["hits"] == before["hits"] and after["confidence"] != before["confidence"]


def test_too_few_questions_leave_the_calibration_as_it_was(own: Path) -> None:
    with Index.open(own) as index, prepared(QUESTIONS, index) as (_, questions):
        with pytest.raises(CalibrationError, match="too few"):
            calibrate(index, [question for question in questions if question.spans][:29])
        with pytest.raises(CalibrationError, match="too few"):
            calibrate(index, [Question("Who?", ())] * 100)
        assert index.fact("calibration") is None
