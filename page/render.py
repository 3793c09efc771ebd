"""Answers and documents as HTML. All text that comes from outside goes through `escape`."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index import Block, Document
from index.types import is_url
from qa import Answer, Citation, Evidence, Hit
from qa.formats import FORMATS

_SHOWN = 300_000  # characters of a document in the page at once
_ECHO = 300  # characters of a question repeated above its answer


@dataclass(frozen=True)
class Turn:
    """A question and what came of it: an answer, a word on the state of things, or an error."""

    question: str
    answer: Answer | None = None
    status: str = ""
    error: str = ""


@dataclass(frozen=True)
class Place:
    """What the source panel opens: a passage of a document, and the words marked in it."""

    document_id: str
    passage: tuple[int, int]
    marks: tuple[tuple[int, int], ...]


def escape(text: str) -> str:
    """Text that shows as its characters: neither HTML nor the page's own templates see markup."""
    escaped = html.escape(text)
    for character in "$`{}\\":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return escaped


def conversation(turns: Sequence[Turn]) -> str:
    """The questions asked so far, each with its answer."""
    if not turns:
        return (
            '<p class="fn-hint">Ask a question. The answer is a passage of your documents, word for word, '
            "with the place where it stands. When nothing answers, Footnote says so.</p>"
        )
    return "".join(_turn(turn) for turn in turns)


def source(document: Document, place: Place | None) -> str:
    """A whole document, with the passage shaded and the evidence marked."""
    at = place.passage[0] if place else 0
    first, last = 0, len(document.text)
    if last > _SHOWN:
        first, last = max(0, at - _SHOWN // 2), min(last, at + _SHOWN // 2)
    by = f"{escape(document.author)} · " if document.author else ""
    meta = f"{by}{escape(document.source)}<br>SHA-256 {document.sha256[:16]}…"
    blocks = document.blocks_in(first, last)
    titled = bool(blocks) and blocks[0].kind == "title"
    title = "" if titled else f"<h2>{escape(document.title)}</h2>"
    head = f'<header><p class="fn-meta">{meta}</p>{title}</header>'
    part = "" if (first, last) == (0, len(document.text)) else '<p class="fn-meta">A part of a long document.</p>'
    return f'<article class="fn-document">{head}{part}{"".join(_block(document, b, place) for b in blocks)}</article>'


def notice(text: str) -> str:
    """A line of ours where a document or an answer would stand."""
    return f'<p class="fn-hint">{escape(text)}</p>'


def _turn(turn: Turn) -> str:
    asked = turn.question if len(turn.question) <= _ECHO else turn.question[:_ECHO] + "…"
    if turn.error:
        said = f'<p class="fn-error">{escape(turn.error)}</p>'
    elif turn.answer is None:
        said = f'<p class="fn-status">{escape(turn.status)}</p>'
    else:
        said = _answer(turn.answer)
    return f'<section class="fn-turn"><h3>{escape(asked)}</h3>{said}</section>'


def _answer(answer: Answer) -> str:
    sure = f"Confidence {answer.confidence:.0%}"
    other = answer.standalone_question != answer.question
    searched = f'<p class="fn-meta">Searched for: {escape(answer.standalone_question)}</p>' if other else ""
    if not answer.answered:
        nearest = "".join(_hit(number, hit, answered=False) for number, hit in enumerate(answer.hits, 1))
        return (
            f'{searched}<p class="fn-none"><strong>Not in these documents.</strong> '
            f"No passage answers this. {sure}.</p>"
            f"<details><summary>Nearest passages, which are no answer</summary>{nearest}</details>"
        )
    quotes = ""
    for evidence in answer.evidence:
        within = next(hit for hit in answer.hits if evidence in hit.evidence)
        quotes += (
            f'<blockquote class="fn-quote"><p>“{_pointed(evidence)}”</p>'
            f"{_button(evidence.citation, within)}{_copies(evidence.citation)}</blockquote>"
        )
    passages = "".join(_hit(number, hit, answered=True) for number, hit in enumerate(answer.hits, 1))
    below = f"<details><summary>Passages, best first</summary>{passages}</details>"
    return f'{searched}{quotes}<p class="fn-meta">{sure}</p>{below}'


def _pointed(evidence: Evidence) -> str:
    """The evidence, with the words that a reader points at in it."""
    if not evidence.answer:
        return escape(evidence.text)
    start = evidence.answer.start - evidence.citation.start
    end = start + len(evidence.answer.exact)
    before, words, after = evidence.text[:start], evidence.text[start:end], evidence.text[end:]
    return f"{escape(before)}<strong>{escape(words)}</strong>{escape(after)}"


def _hit(number: int, hit: Hit, *, answered: bool) -> str:
    marks = [(e.citation.start, e.citation.end) for e in hit.evidence] if answered else []
    text = _shaded(hit.text, hit.citation.start, (0, 0), marks)
    return f'<div class="fn-hit"><span class="fn-number">{number}</span><p>{text}</p>{_button(hit.citation, hit)}</div>'


def _button(citation: Citation, hit: Hit) -> str:
    """A citation to click: it carries the place that the source panel opens."""
    marks = [[e.citation.start, e.citation.end] for e in hit.evidence]
    place = {"document": citation.document_id, "passage": [hit.citation.start, hit.citation.end], "marks": marks}
    return (
        f'<button type="button" class="fn-cite" data-place="{escape(json.dumps(place))}">'
        f"{escape(str(citation))}</button>"
    )


def _copies(citation: Citation) -> str:
    """Buttons that copy a quote with its reference; and the original, where it is on the web."""
    forms = {"sentence": "quote", "markdown": "Markdown", "bibtex": "BibTeX", "ris": "RIS"}
    buttons = "".join(
        f'<button type="button" data-copy="{escape(FORMATS[form](citation))}">{name}</button>'
        for form, name in forms.items()
    )
    link = f'<a href="{escape(citation.link())}" target="_blank" rel="noreferrer">Open the original</a>'
    web = link if is_url(citation.source) else ""
    return f'<div class="fn-copies"><span>Copy</span>{buttons}{web}</div>'


def _block(document: Document, block: Block, place: Place | None) -> str:
    passage, marks = (place.passage, place.marks) if place else ((0, 0), ())
    text = _shaded(document.text[block.start : block.end], block.start, passage, marks)
    label = f' data-number="{block.number}"' if block.number is not None else ""
    return f'<p class="fn-{block.kind}"{label}>{text}</p>'


def _shaded(text: str, offset: int, passage: tuple[int, int], marks: Sequence[tuple[int, int]]) -> str:
    """Escaped text that begins at an offset, its part of the passage and of the marks wrapped."""
    cuts = {0, len(text)}
    for start, end in (passage, *marks):
        cuts |= {min(max(start - offset, 0), len(text)), min(max(end - offset, 0), len(text))}
    ordered = sorted(cuts)
    out = ""
    for start, end in pairwise(ordered):
        piece = escape(text[start:end])
        if any(first <= start + offset < last for first, last in marks):
            piece = f"<mark>{piece}</mark>"
        elif passage[0] <= start + offset < passage[1]:
            piece = f'<span class="fn-passage">{piece}</span>'
        out += piece
    return out
