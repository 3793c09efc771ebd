"""The list of a library's documents: a page of it at a time, found and counted in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from index import Entry, Index
from index.types import is_url
from page.render import escape
from page.words import say

COUNT = 50  # documents of a page
_HASHED = 20 * 1024**2  # bytes; a larger file is told from the one that was added when its pages are shown


def listing(index: Index, words: str, page: int, chosen: Collection[str], *, changes: bool) -> str:
    """A page of the documents whose title, author or source holds the words, as a table."""
    with index.reading():
        found, everything = index.count(words), index.count()
        pages = max(1, -(-found // COUNT))
        page = min(max(page, 1), pages)
        entries = index.catalogue(words, (page - 1) * COUNT, COUNT)
    if not everything:
        return f'<p class="fn-hint">{escape(say("library.empty"))}</p>'
    if not found:
        return f'<p class="fn-hint" role="status">{escape(say("library.none found"))}</p>'
    heads = ("choose", "title", "date", "size", "passages", "state", *(["do"] if changes else []))
    head = "".join(f'<th scope="col" class="fn-{name}">{escape(say(f"library.table.{name}"))}</th>' for name in heads)
    rows = "".join(_row(entry, entry.id in chosen, changes) for entry in entries)
    return (
        f'<p class="fn-meta" role="status">{escape(_counted(found, everything, words))} '
        f"{escape(say('library.choose hint'))}</p>"
        f'<table class="fn-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_paging(page, pages)}'
    )


def state(entry: Entry) -> tuple[str, str]:
    """How the source of a document is: a key of words.json, and a sentence about it."""
    files = [source for source in (entry.source, *entry.also) if not is_url(source)]
    if not files:
        return "web", say("library.state.web.why")
    there = [path for path in files if Path(path).exists()]
    if not there:
        return "gone", say("library.state.gone.why", source=files[0])
    if all(_differs(path, entry.sha256) for path in there):
        return "changed", say("library.state.changed.why")
    return "ready", entry.source


def _differs(path: str, sha256: str) -> bool:
    try:
        stat = Path(path).stat()
        return stat.st_size <= _HASHED and _sha256(path, stat.st_mtime_ns, stat.st_size) != sha256
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _sha256(path: str, moment: int, size: int) -> str:
    """Of a file as it is at a moment: it is read again when that or its size differs."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _counted(found: int, everything: int, words: str) -> str:
    if words:
        return say("library.count.find", count=f"{found:,}", all=f"{everything:,}") + "."
    return (say("library.count.one") if found == 1 else say("library.count", count=f"{found:,}")) + "."


def _row(entry: Entry, chosen: bool, changes: bool) -> str:
    condition, why = state(entry)
    title = escape(entry.title)
    by = f'<span class="fn-meta">{escape(entry.author)}</span>' if entry.author else ""
    name = escape(say("library.choose one", title=entry.title))
    tick = f'<input type="checkbox" data-choose="{escape(entry.id)}" aria-label="{name}"{" checked" if chosen else ""}>'
    label = escape(say("library.remove", title=entry.title))
    remove = (
        f'<td class="fn-do"><button type="button" class="fn-quiet" data-do="remove" aria-label="{label}">'
        f"{escape(say('library.remove.button'))}</button></td>"
    )
    return (
        f'<tr data-document="{escape(entry.id)}" data-title="{title}"><td class="fn-choose">{tick}</td>'
        f'<td class="fn-title"><button type="button" class="fn-cite" data-do="open-document">{title}</button>{by}</td>'
        f'<td class="fn-date">{escape(entry.date or "")}</td>'
        f'<td class="fn-size">{escape(say("library.characters", count=f"{entry.characters:,}"))}</td>'
        f'<td class="fn-passages">{entry.passages:,}</td>'
        f'<td class="fn-state"><span class="fn-state-{condition}" title="{escape(why)}">'
        f"{escape(say(f'library.state.{condition}'))}</span></td>{remove if changes else ''}</tr>"
    )


def _paging(page: int, pages: int) -> str:
    if pages == 1:
        return ""

    def step(to: int, name: str) -> str:
        off = "" if 1 <= to <= pages else " disabled"
        return (
            f'<button type="button" class="fn-button" data-do="page" data-page="{to}"{off}>{escape(say(name))}</button>'
        )

    at = escape(say("library.page", page=page, pages=pages))
    return (
        f'<nav class="fn-paging" aria-label="{escape(say("library.region"))}">{step(page - 1, "library.previous")}'
        f"<span>{at}</span>{step(page + 1, 'library.next')}</nav>"
    )
