"""Quotes ready for a text, a note or a bibliography: the words, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from index.types import is_url
from qa.types import Citation

_RIS_KINDS = {".epub": "BOOK", ".pptx": "SLIDE", ".eml": "ICOMM", ".csv": "DATA", ".tsv": "DATA", ".xlsx": "DATA"}
_BIBTEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts a brace after a backslash too
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


def sentence(citation: Citation) -> str:
    """“Quote” — Author, “Title”, date, page; and the link of a web page."""
    return " ".join([f"“{_flat(citation.exact)}” — {citation.reference()}.", *_web(citation)])


def markdown(citation: Citation) -> str:
    """A block quote, with its reference below."""
    reference = _escaped(citation.reference())
    links = _web(citation)
    if links:
        reference = f"[{reference}](<{links[0]}>)"
    return f"> {_escaped(_flat(citation.exact))}\n>\n> — {reference}"


def bibtex(citation: Citation) -> str:
    """An entry for BibTeX and biblatex; the quote is its annotation."""
    pages, place = _pages_and_place(citation)
    author = _tex(citation.author or "")
    fields = {
        "author": f"{{{author}}}" if re.search("[,;]", author) else author,  # names that BibTeX would part wrongly
        "title": f"{{{_tex(citation.title)}}}",
        "year": (citation.date or "")[:4],
        "date": citation.date or "",
        "pages": pages.replace("–", "--"),
        "note": _tex(place),
        "url": next(iter(_web(citation)), ""),
        "annote": f"“{_tex(_flat(citation.exact))}”",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{citation.document_id},\n{lines}}}"


def ris(citation: Citation) -> str:
    """A record that reference managers (Zotero, EndNote, Mendeley) import."""
    pages, place = _pages_and_place(citation)
    first, _, last = pages.partition("–")
    suffix = PurePath(citation.source).suffix.lower()
    tags = [
        ("TY", "ELEC" if is_url(citation.source) else _RIS_KINDS.get(suffix, "GEN")),
        ("ID", citation.document_id),
        ("TI", _flat(citation.title)),
        ("AU", _flat(citation.author or "")),
        ("PY", (citation.date or "")[:4]),
        ("DA", (citation.date or "").replace("-", "/")),
        ("SP", first),
        ("EP", last),
        ("UR", next(iter(_web(citation)), "")),
        ("N1", f"“{_flat(citation.exact)}”" + (f" ({place})" if place else "")),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in tags if value) + "ER  - "


FORMATS: dict[str, Callable[[Citation], str]] = {
    "sentence": sentence,
    "markdown": markdown,
    "bibtex": bibtex,
    "ris": ris,
}


def _flat(text: str) -> str:
    return " ".join(text.split())


def _web(citation: Citation) -> list[str]:
    """The link of a source that others can open too."""
    return [citation.link()] if is_url(citation.source) else []


def _pages_and_place(citation: Citation) -> tuple[str, str]:
    """The pages as such, and the rest of where the words stand."""
    pages = citation.page if citation.page and citation.unit == "page" else ""
    return pages, ", ".join(part for part in citation.places() if not (pages and part.endswith(pages)))


def _tex(text: str) -> str:
    return _flat(text).translate(_BIBTEX)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
