"""Links that open an original where words stand."""

from __future__ import annotations

from pathlib import Path, PurePath
from urllib.parse import quote

from index.types import is_url

_IN_BROWSERS = (".html", ".htm", ".xhtml", ".txt", ".text")
_SHORT = 4  # words; fewer may stand in many places, so their neighbours are named too
_LONG = 10  # words; more are named by their first and last
_ENDS = 5


def link_to(source: str, page: int | None, exact: str, prefix: str, suffix: str) -> str:
    """The address of a source, opened at words: at a page, counted from 1, of a PDF; else by a
    text fragment, where a browser shows the source itself.

    https://wicg.github.io/scroll-to-text-fragment/, and RFC 8118 for pages of PDF.
    """
    web = is_url(source)
    address = source if web else Path(source).as_uri() if PurePath(source).is_absolute() else quote(source)
    if page is not None:
        return f"{address.partition('#')[0]}#page={page}"
    if web or source.lower().endswith(_IN_BROWSERS):
        return f"{address}{'' if '#' in address else '#'}:~:text={_fragment(exact, prefix, suffix)}"
    return address


def _fragment(exact: str, prefix: str, suffix: str) -> str:
    words = exact.split()
    if len(words) > _LONG:
        return f"{_encoded(words[:_ENDS])},{_encoded(words[-_ENDS:])}"
    fragment = _encoded(words)
    if len(words) < _SHORT:
        # The first and the last word of the context may be cut; other paragraphs may be elsewhere on the page.
        if before := prefix.rpartition("\n")[2].split()[1:]:
            fragment = f"{_encoded(before)}-,{fragment}"
        if after := suffix.partition("\n")[0].split()[:-1]:
            fragment = f"{fragment},-{_encoded(after)}"
    return fragment


def _encoded(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
