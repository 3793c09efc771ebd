"""Check the quotes of a saved answer against the library: the same source, offsets, words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import FootnoteError, Index


class AnswerFileError(FootnoteError):
    """A file that is not a saved answer."""


@dataclass(frozen=True)
class Checked:
    """A quote, where it claims to stand, and what is wrong with it: None when it holds."""

    quote: str
    citation: str
    problem: str | None


def verify(path: Path, index: Index) -> list[Checked]:
    """Check every quote in an answer that was saved with `--json`.

    Raises AnswerFileError when the file cannot be read, is not JSON, or quotes nothing.
    """
    try:
        saved = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise AnswerFileError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise AnswerFileError(f"{path} is not JSON; save an answer with: footnote ask QUESTION --json") from error
    checked = [
        Checked(str(quote), str(place.get("citation", "no citation")), _problem(quote, place, index))
        for quote, place in _quotes(saved)
    ]
    if not checked:
        raise AnswerFileError(f"{path} quotes nothing; save an answer with: footnote ask QUESTION --json")
    return checked


def _quotes(value: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every text that stands beside a citation, and every citation of an answer's few words."""
    if isinstance(value, dict):
        if isinstance(value.get("citation"), dict):
            yield value.get("text"), value["citation"]
        if isinstance(value.get("answer"), dict):
            selectors = value["answer"].get("selector") or [{}]
            yield selectors[0].get("exact"), value["answer"]
        for item in value.values():
            yield from _quotes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _quotes(item)


def _problem(quote: Any, place: dict[str, Any], index: Index) -> str | None:
    name, start, end = place.get("document_id"), place.get("start"), place.get("end")
    if not isinstance(quote, str) or not quote:
        return "there are no words to check"
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return f"the offsets {start}–{end} are none"
    document = index.document(name) if isinstance(name, str) else None
    if document is None:
        return f"the document {name} is not in this library"
    for selector in place.get("selector") or ():
        if selector.get("type") == "TextQuoteSelector" and selector.get("exact") != quote:
            return "the words and their selector differ"
    stands = document.text[start:end] == quote
    if place.get("sha256") != document.sha256:
        still = "; the words still stand there" if stands else ""
        return f"the document has changed since (its SHA-256 is another){still}"
    if stands:
        return None
    elsewhere = document.text.find(quote)
    if elsewhere >= 0:
        return f"the words stand at {elsewhere}–{elsewhere + len(quote)}, not at {start}–{end}"
    return "these words are not in the document"
