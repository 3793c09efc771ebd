"""Documents as HTML, part by part, so that a long one is no heavier than a short one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index import Block, Document
from index.sentences import trimmed
from index.types import is_url
from page.pages import Pages, is_pdf, pages_of
from page.pdfium import Unshowable
from page.render import Shade, button, copies, escape, notice, shaded
from page.words import say
from qa.cite import cite
from qa.links import link_to

_PART = 15_000  # characters that are fetched together
_LINE = 75  # characters of a line, about, for the height of what is not there yet

Span = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """What the source panel opens: a passage of a document, the words marked in it, and the other
    passages that were found. `sha`: how the SHA-256 of the document began when it was quoted."""

    document_id: str
    passage: Span = (0, 0)
    marks: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()
    sha: str = ""

    def shades(self) -> list[Shade]:
        """What is in colour, the more telling first."""
        marks = [Shade(*span, "mark") for span in self.marks]
        opened = [Shade(*self.passage, "passage")] if self.passage[1] else []
        return marks + opened + [Shade(*span, "other") for span in self.others if span != self.passage]

    def stops(self) -> list[int]:
        """Where next and previous lead: the marks, and the passages without one."""
        marked = [shade for shade in self.shades() if shade.kind == "mark"]
        plain = [shade for shade in self.shades() if shade.kind != "mark"]
        bare = [shade for shade in plain if not any(m.start < shade.end and m.end > shade.start for m in marked)]
        return sorted({shade.start for shade in [*marked, *bare]})


def opened(document: Document, place: Place, pages: Pages) -> dict[str, Any]:
    """A document for the source panel: its HTML, with the parts around the place filled in, and
    what the script needs to fetch the rest."""
    changed = bool(place.sha) and not document.sha256.startswith(place.sha)
    notices = [say("read.changed")] if changed else []
    sheets: dict[str, Any] | None = None
    if is_pdf(document):
        try:
            sheets = _sheets(document, place, pages)
        except Unshowable as trouble:
            notices.append(say(str(trouble), source=document.source))
    spans = parts(document)
    here = next((number for number, span in enumerate(spans) if place.passage[0] < span[1]), 0)
    near = range(max(here - 1, 0), here + 2)
    body = "".join(_part(document, number, span, place, number in near) for number, span in enumerate(spans))
    text = f'<div class="fn-text"{" hidden" if sheets else ""}>{body}</div>'
    sheet = '<div class="fn-pages"></div>' if sheets else ""
    said = "".join(f'<p class="fn-notice">{escape(words)}</p>' for words in notices)
    return {
        "html": f'{_head(document, place, bool(sheets))}<article class="fn-document">{said}{sheet}{text}</article>',
        "document": document.id,
        "title": document.title,
        "sha": document.sha256[:12],
        "stops": place.stops(),
        "pages": sheets,
    }


def part(document: Document, number: int, place: Place) -> str:
    """The paragraphs of one part."""
    spans = parts(document)
    if not 0 <= number < len(spans):
        return notice(say("error.asked"))
    return _paragraphs(document, spans[number], place)


def selected(document: Document, ends: Sequence[tuple[int, int]]) -> str:
    """Buttons that copy what a person has selected, from one end to the other: each a block, by
    where it begins, and how many of its characters, as a browser counts them, stand before."""
    start, end = trimmed(document.text, *sorted(_counted(document.text, *end) for end in ends))
    return copies(cite(document, start, end)) if start < end else ""


def parts(document: Document) -> list[Span]:
    """Where the parts of a document begin and end: between paragraphs."""
    found: list[Span] = []
    start = 0
    for block in document.blocks:
        if block.end - start >= _PART:
            found.append((start, block.end))
            start = block.end
    if start < len(document.text) or not found:
        found.append((start, len(document.text)))
    return found


def _counted(text: str, start: int, count: int) -> int:
    """The offset after so many characters, of which a browser takes a line's end for one."""
    at = start
    for _ in range(count):
        at += 2 if text.startswith("\r\n", at) else 1
    return min(at, len(text))


def _head(document: Document, place: Place, paged: bool) -> str:
    by = f"{escape(document.author)} · " if document.author else ""
    page = document.page_at(place.passage[0])
    number = page.number if page and page.unit == "page" else None
    words = document.text[slice(*place.passage)]
    link = escape(link_to(document.source, number, words, "", ""))
    original = f'<a href="{link}" target="_blank" rel="noreferrer">{escape(say("read.original"))}</a>'
    switch = (
        f'<div class="fn-switch" role="group" aria-label="{escape(say("read.as"))}">'
        f'<button type="button" data-do="as-pages" aria-pressed="true">{escape(say("read.pages"))}</button>'
        f'<button type="button" data-do="as-text" aria-pressed="false">{escape(say("read.text"))}</button></div>'
    )
    zoom = (
        f'<div class="fn-steps fn-zoom">{button("zoom-out", "−", label=say("read.smaller"))}'
        f"{button('zoom-in', '+', label=say('read.larger'))}</div>"
    )
    count = len(place.stops())
    steps = (
        f'<div class="fn-steps">{button("previous-mark", "‹", label=say("read.previous"))}'
        f"<span>{escape(say('read.marks', at=1, count=count))}</span>"
        f"{button('next-mark', '›', label=say('read.next'))}</div>"
    )
    return (
        f'<header class="fn-reading"><button type="button" class="fn-back" data-do="back">{escape(say("read.back"))}'
        f'</button><div class="fn-title-line"><h2>{escape(document.title)}</h2>'
        f'<p class="fn-meta">{by}{escape(document.source)} · SHA-256 {document.sha256[:12]}…</p></div>'
        f'<div class="fn-tools">{switch + zoom if paged else ""}{steps if count else ""}'
        f"{button('link-here', say('read.link'), classes='fn-quiet')}{original if is_url(document.source) else ''}"
        f'</div><div class="fn-selected" hidden></div></header>'
    )


def _sheets(document: Document, place: Place, pages: Pages) -> dict[str, Any]:
    """What the script needs to show pages: their sizes and labels, and what is marked on them."""
    sizes = pages.sizes(document)
    labels = {page.number: page.label for page in document.pages}
    boxes: list[dict[str, Any]] = []
    missing: list[str] = []
    for shade in reversed(place.shades()):  # what tells more is drawn on top
        if shade.kind == "passage" and any(m[0] < shade.end and m[1] > shade.start for m in place.marks):
            continue
        for number, found in pages.boxes(document, shade.start, shade.end).items():
            boxes += [{"page": number, "box": box, "kind": shade.kind, "at": shade.start} for box in found]
            if not found and shade.kind == "mark":
                missing.append(labels.get(number, str(number)))
    on = pages_of(document, place.passage[0], max(place.passage[1], place.passage[0] + 1))
    return {
        "sizes": [[round(width, 1), round(height, 1)] for width, height in sizes],
        "labels": {str(number): label for number, label in labels.items()},
        "boxes": boxes,
        "page": on[0].number if on else 1,
        "missing": [say("read.not found", label=label) for label in dict.fromkeys(missing)],
    }


def _part(document: Document, number: int, span: Span, place: Place, filled: bool) -> str:
    inside = _paragraphs(document, span, place) if filled else ""
    lines = (span[1] - span[0]) // _LINE + document.text.count("\n", *span) // 2
    state = "" if filled else f' data-wanted style="min-height:{lines * 1.6:.0f}rem"'
    return (
        f'<div class="fn-part" data-part="{number}" data-start="{span[0]}" data-end="{span[1]}"{state}>{inside}</div>'
    )


def _paragraphs(document: Document, span: Span, place: Place) -> str:
    shades = [shade for shade in place.shades() if shade.start < span[1] and shade.end > span[0]]
    return "".join(_block(document, block, shades) for block in document.blocks_in(*span) if span[0] <= block.start)


def _block(document: Document, block: Block, shades: Sequence[Shade]) -> str:
    text = shaded(document.text[block.start : block.end], block.start, list(shades))
    label = f' data-number="{block.number}"' if block.number is not None else ""
    return f'<p class="fn-{block.kind}" dir="auto"{label} data-from="{block.start}">{text}</p>'
