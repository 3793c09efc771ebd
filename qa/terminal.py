"""Answers and figures in a terminal: wrapped, with colour; plain text when piped."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from qa.evaluate import Report
from qa.formats import FORMATS
from qa.types import Answer, Evidence, Hit


def show_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the evidence and its citations, then the passages with the evidence in them."""
    out = console or Console(highlight=False)
    if answer.standalone_question != answer.question:
        _line(out, Text(f"Searched for: {answer.standalone_question}", "dim"))
    if answer.answered:
        for evidence in answer.evidence:
            _line(out, _quoted(evidence))
            _line(out, Text(f"— {evidence.citation}", "cyan"), indent=2)
            out.print()
        _line(out, Text(f"Confidence {answer.confidence:.0%}. The passages, best first:", "dim"))
    else:
        _line(out, Text("Not in this library: no passage answers this question.", "bold yellow"))
        _line(out, Text(f"Confidence {answer.confidence:.0%}. The nearest passages, which are no answer:", "dim"))
    for number, hit in enumerate(answer.hits, 1):
        out.print()
        _line(out, Text(f"{number}. {hit.citation}", "cyan"))
        _line(out, _marked(hit) if answer.answered else Text(hit.text), indent=3)


def show_quotes(answer: Answer, form: str) -> None:
    """Print the evidence in one of the formats of `qa.formats`; a word on stderr when there is none."""
    if not answer.answered:
        print("footnote: not in this library: no passage answers this question.", file=sys.stderr)
    print("\n\n".join(FORMATS[form](evidence.citation) for evidence in answer.evidence), end="\n" * answer.answered)


def show_report(report: Report, console: Console | None = None) -> None:
    """Print the figures of an evaluation, one a line; what the set cannot give is left out."""
    out = console or Console(highlight=False)
    out.print(f"{report.questions} questions, {report.answerable} answerable")
    for name, value in (
        ("right passage first (R@1)", report.r_at_1),
        ("in the first three (R@3)", report.r_at_3),
        ("MRR@10", report.mrr_at_10),
        ("evidence sentence right", report.evidence),
        ("  where the passage is right", report.evidence_in_right_passage),
        ("AUROC, answer taken out", report.auroc_removed),
        ("AUROC, unanswerable questions", report.auroc_unanswerable),
        ("answered, of the answerable", report.answered),
        ("declined, answer taken out", report.declined_removed),
        ("declined, of the unanswerable", report.declined_unanswerable),
    ):
        if value is not None:
            out.print(f"  {name:32}{value:.3f}")
    for name, seconds in (
        ("answer, median", report.median_seconds),
        ("answer, 95th percentile", report.p95_seconds),
        ("encoding the question, median", report.encode_seconds),
    ):
        if seconds is not None:
            out.print(f"  {name:32}{seconds * 1000:.1f} ms")


def _quoted(evidence: Evidence) -> Text:
    """The evidence in quotation marks, the words that a reader points at underlined."""
    text = Text(f"“{evidence.text}”", "bold")
    if evidence.answer:
        start = 1 + evidence.answer.start - evidence.citation.start
        text.stylize("underline", start, start + len(evidence.answer.exact))
    return text


def _marked(hit: Hit) -> Text:
    """The passage with its evidence in bold."""
    text = Text(hit.text)
    for evidence in hit.evidence:
        start = evidence.citation.start - hit.citation.start
        text.stylize("bold", start, start + len(evidence.text))
    return text


def _line(out: Console, text: Text, indent: int = 0) -> None:
    """Wrap to a terminal; leave lines whole for a pipe."""
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, indent), expand=False))
    else:
        out.print(text, soft_wrap=True)
