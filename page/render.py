"""Answers as HTML. All text that comes from outside goes through `escape`."""

from __future__ import annotations

import html
import json
from itertools import pairwise
from typing import Any, NamedTuple

from index.types import is_url
from page.words import say
from qa import Answer, Citation, Evidence, Hit, to_json
from qa.formats import FORMATS

_ECHO = 300  # characters of a question repeated above its answer
_SURE = ((0.9, "very likely"), (0.7, "likely"), (0.4, "uncertain"), (0.0, "unlikely"))


class Shade(NamedTuple):
    """Characters [start, end) of a document in a colour: a `mark` for what answers, the `passage` that
    was opened, an `other` one that was found too. The first that covers a character gives its colour."""

    start: int
    end: int
    kind: str


def escape(text: str) -> str:
    """Text that shows as its characters: neither HTML nor the page's own templates see markup."""
    escaped = html.escape(text)
    for character in "$`{}\\":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return escaped


def notice(text: str) -> str:
    """A line of ours where a document or an answer would stand."""
    return f'<p class="fn-hint">{escape(text)}</p>'


def turn(question: str, answer: Answer) -> str:
    """A question and its answer; the browser keeps the answer from `data-record`."""
    record = json.dumps({"asked": question, "found": to_json(answer)}, ensure_ascii=False)
    return f'<section class="fn-turn" data-record="{escape(record)}">{_asked(question)}{_answer(answer)}</section>'


def trouble(question: str, error: str) -> str:
    """A question that could not be asked, and why."""
    return f'<section class="fn-turn">{_asked(question)}<p class="fn-error">{escape(error)}</p></section>'


def shaded(text: str, offset: int, shades: list[Shade]) -> str:
    """Escaped text that begins at an offset, in colours. What begins a shade says so in `data-at`."""
    near = [shade for shade in shades if shade.start < offset + len(text) and shade.end > offset]
    cuts = {0, len(text)}
    for start, end, _ in near:
        cuts |= {min(max(start - offset, 0), len(text)), min(max(end - offset, 0), len(text))}
    out = ""
    for start, end in pairwise(sorted(cuts)):
        piece, at = escape(text[start:end]), start + offset
        shade = next((shade for shade in near if shade.start <= at < shade.end), None)
        if shade:
            name = "mark" if shade.kind == "mark" else f'span class="fn-{shade.kind}"'
            begins = f' data-at="{at}"' if any(other.start == at for other in near) else ""
            piece = f"<{name}{begins}>{piece}</{name.split()[0]}>"
        out += piece
    return out


def sure(confidence: float) -> str:
    """How sure it is that something answers, in words; the number for those who point at them."""
    word = next(word for least, word in _SURE if confidence >= least)
    why = say("answer.sure.why", percent=f"{confidence:.0%}")
    return f'<span class="fn-sure" title="{escape(why)}">{escape(say(f"answer.{word}"))}</span>'


def place(citation: Citation) -> dict[str, Any]:
    """Where words stand, as the script and the page's addresses have it."""
    span = {"document": citation.document_id, "start": citation.start, "end": citation.end}
    return span | {"sha": citation.sha256[:12]}


def button(do: str, text: str, *, classes: str = "", label: str = "") -> str:
    """A button that the script acts on."""
    name = f' aria-label="{escape(label)}" title="{escape(label)}"' if label else ""
    kind = f' class="{classes}"' if classes else ""
    return f'<button type="button"{kind} data-do="{do}"{name}>{escape(text)}</button>'


def copies(citation: Citation) -> str:
    """Buttons that copy a quote with its reference, and the original, where it is on the web."""
    buttons = "".join(
        f'<button type="button" data-copy="{escape(FORMATS[form](citation))}">{escape(say(f"copy.{form}"))}</button>'
        for form in FORMATS
    )
    link = f'<a href="{escape(citation.link())}" target="_blank" rel="noreferrer">{escape(say("copy.original"))}</a>'
    web = link if is_url(citation.source) else ""
    here = button("copy-link", say("copy.link"))
    return f'<div class="fn-copies"{_place(citation)}><span>{escape(say("copy"))}</span>{buttons}{here}{web}</div>'


def _asked(question: str) -> str:
    asked = question if len(question) <= _ECHO else question[:_ECHO] + "…"
    edit = button("edit", say("ask.edit.short"), classes="fn-quiet", label=say("ask.edit"))
    return f'<div class="fn-asked"><h3>{escape(asked)}</h3>{edit}</div>'


def _answer(answer: Answer) -> str:
    return f"{_searched(answer)}{_said(answer)}{_passages(answer)}"


def _searched(answer: Answer) -> str:
    if answer.standalone_question == answer.question:
        return ""
    text = escape(say("answer.searched", question=answer.standalone_question))
    change = button("correct", say("answer.correct.short"), classes="fn-quiet", label=say("answer.correct"))
    return f'<p class="fn-meta fn-searched" data-searched="{escape(answer.standalone_question)}">{text} {change}</p>'


def _said(answer: Answer) -> str:
    """The quotes that answer, or that nothing does."""
    if not answer.answered:
        return f'<p class="fn-none"><strong>{escape(say("answer.none"))}</strong> {escape(say("answer.none.why"))}</p>'
    quotes = ""
    for evidence in answer.evidence:
        of = (f"[{number}]" for number, hit in enumerate(answer.hits, 1) if evidence in hit.evidence)
        quotes += (
            f'<blockquote class="fn-quote"{_place(evidence.citation)}><p dir="auto">“{_pointed(evidence)}”</p>'
            f'<div class="fn-source"><span class="fn-number">{next(of, "")}</span> {_cite(evidence.citation)}</div>'
            f"{copies(evidence.citation)}</blockquote>"
        )
    how = say("answer.sure", sure="\0").split("\0")
    return f'{quotes}<p class="fn-meta">{escape(how[0])}{sure(answer.confidence)}{escape(how[1])}</p>'


def _passages(answer: Answer) -> str:
    if not answer.hits:
        return ""
    title = say("answer.passages" if answer.answered else "answer.nearest")
    hits = "".join(_hit(number, hit, answer) for number, hit in enumerate(answer.hits, 1))
    return f'<h4 class="fn-passages">{escape(title)}</h4>{hits}'


def _hit(number: int, hit: Hit, answer: Answer) -> str:
    marks = [Shade(e.citation.start, e.citation.end, "mark") for e in hit.evidence] if answer.answered else []
    place = ", ".join(hit.citation.places())
    where = f"<span>{escape(hit.citation.title)}</span>" + (f" <span>{escape(place)}</span>" if place else "")
    return (
        f'<details class="fn-hit"{_place(hit.citation)}><summary><span class="fn-number">{number}</span> '
        f'<span class="fn-where">{where}</span> {sure(hit.confidence)}</summary>'
        f'<p dir="auto">{shaded(hit.text, hit.citation.start, marks)}</p>'
        f"{_cite(hit.citation)}{copies(hit.citation)}</details>"
    )


def _pointed(evidence: Evidence) -> str:
    """The evidence, with the words that a reader points at in it."""
    if not evidence.answer:
        return escape(evidence.text)
    start = evidence.answer.start - evidence.citation.start
    end = start + len(evidence.answer.exact)
    before, words, after = evidence.text[:start], evidence.text[start:end], evidence.text[end:]
    return f"{escape(before)}<strong>{escape(words)}</strong>{escape(after)}"


def _cite(citation: Citation) -> str:
    """A citation to click: the place around it says what the source panel opens."""
    return button("open", str(citation), classes="fn-cite")


def _place(citation: Citation) -> str:
    return f' data-place="{escape(json.dumps(place(citation)))}"'
