"""What a reader says to results: "more", "only in chapter 2", "compare with X". Each is a plain rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from index import Document, Index, Place
from qa.followup import History

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|last|[1-9]\d*(?:st|nd|rd|th))"
_LABEL = rf"(?:\d[\d.]*\d|\d|{'|'.join((*_NUMBERS, *_ROMAN))}|[a-z])"
_DOCUMENT = r"(?:document|source|file|text|paper|article|book)"
_PART = r"(?:chapter|section|part|page|slide|row)"
_WHERE = (
    rf"(?:the )?(?P<nth>{_ORDINAL}) (?P<kind>{_DOCUMENT}|{_PART})"
    rf"|(?:the )?(?P<part>{_DOCUMENT}|{_PART}) (?P<label>{_LABEL})"
    r"|[“\"«'‘](?P<title>[^”\"»'’]+)[”\"»'’]"
)
_IN = r"(?:in|on|from|within)"
_END = r"(?:,? please)?\W*$"
_WHOLE = re.compile(rf"^(?:and |but |now )?(?:(?:only|just) )?{_IN} (?:{_WHERE}){_END}", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?:only|just) {_IN} (?:{_WHERE})\s?[:,]", re.IGNORECASE)
_AFTER = re.compile(rf"[\s(](?:but )?(?:only|just) {_IN} (?:{_WHERE}){_END}", re.IGNORECASE)
_MORE = re.compile(
    r"^(?:and |please )?(?:(?:show|give) (?:me )?)?(?:some |any )?(?:more(?: passages| results| quotes)?"
    r"|(?:another|the next|next|other|further) (?:passages?|one|results?|quotes?)|next|continue|go on"
    rf"|(?:is there )?anything else|what else){_END}",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"^(?:and |now )?compare (?:(?:it|this|that|them|these) )?(?:with|to|against) (?P<other>.+)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Where:
    """A part of the library, as a person names it: the n-th (-1: the last) or the so labelled of a
    kind, or a document by its title."""

    said: str
    kind: str
    nth: int | None = None
    label: str = ""


@dataclass(frozen=True)
class Move:
    """What a turn asks for: a question and the history that it leans on; with `more`, only passages
    that no earlier answer has quoted; `where`, only in a part of the library; `whole`, the question
    with the words that name that part, which may mean something else; `beside`, an earlier question
    whose evidence is to stand beside that of this one."""

    question: str
    history: History
    more: bool = False
    where: Where | None = None
    whole: str = ""
    beside: Move | None = None


def understand(question: str, history: History) -> Move:
    """Read a turn. What is no move is a question as it stands; so is a move with nothing before it.

    Moves stack: "more" after "only in chapter 2" stays there. In the history of what follows, each
    move counts as the question that it asked.
    """
    if history and (_MORE.match(question) or _WHOLE.match(question)):
        last = understand(history[-1][0], history[:-1])
        found = _WHOLE.match(question)
        return replace(last, where=_where(found)) if found else replace(last, more=True)
    meant = tuple((understand(asked, history[:at]).question, answer) for at, (asked, answer) in enumerate(history))
    if history and (found := _COMPARE.match(question)):
        last = understand(history[-1][0], history[:-1])
        return Move(f"What about {found['other']}", meant, where=last.where, beside=replace(last, beside=None))
    if found := _BEFORE.match(question):
        rest = question[found.end() :].strip()
    elif found := _AFTER.search(question):
        rest = question[: found.start()].rstrip(" ,;:–-")
    if found and any(map(str.isalnum, rest)):
        return Move(rest, meant, where=_where(found), whole=question)
    return Move(question, meant)


def counts_documents(where: Where) -> bool:
    """Whether a place is a document by its number, as they were shown."""
    return bool(re.fullmatch(_DOCUMENT, where.kind))


def narrowed(library: Index, where: Where, within: Collection[str] | None, shown: Sequence[str]) -> list[Place]:
    """The places that a person names, in the documents with these ids or in all; none where there
    is no such place. Documents are counted as they were shown, else as `footnote list` does."""
    if counts_documents(where):
        listed = [entry.id for entry in library.catalogue()]
        names = [name for name in (*shown, *(i for i in listed if i not in shown)) if within is None or name in within]
        at = -1 if where.nth == -1 else (where.nth or len(names) + 1) - 1
        return [Place(names[at])] if names and at < len(names) else []
    documents = [d for d in library.documents() if within is None or d.id in within]
    if where.kind == "title":
        return [Place(d.id) for d in documents if where.label.lower() in d.title.lower()]
    return [place for document in documents for place in _parts(document, where)]


def _where(found: re.Match[str]) -> Where:
    if found["title"]:
        return Where(f"“{found['title']}”", "title", label=found["title"])
    if found["nth"]:
        word, kind = found["nth"].lower(), found["kind"].lower()
        nth = -1 if word == "last" else _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])
        return Where(f"the {word} {kind}", kind, nth)
    part, label = found["part"].lower(), found["label"].lower()
    return Where(f"{part} {label}", part, _number(label), label)


def _number(label: str) -> int | None:
    if label.isdecimal():
        return int(label)
    return next((names.index(label) + 1 for names in (_NUMBERS, _ROMAN) if label in names), None)


def _parts(document: Document, where: Where) -> list[Place]:
    """The pages (slides, rows, chapters) or sections of a document that are named so: by their
    label, else sections by their number among those of the highest level."""
    units = [page for page in document.pages if page.unit == where.kind]
    if units:
        labelled = [page for page in units if where.label and where.label == page.label.lower()]
        by_number = [page for page in units if where.nth in (page.number, page.number - units[-1].number - 1)]
        return [Place(document.id, page.start, page.end) for page in labelled or by_number]
    if where.kind not in ("chapter", "section", "part"):
        return []
    sections = document.sections
    labels = [_label(section.title, where.kind) for section in sections]
    number = where.nth if where.nth != -1 else None
    chosen = [
        at for at, label in enumerate(labels)
        if label and (label == where.label or (number is not None and _number(label) == number))
    ]  # fmt: skip
    if not chosen and where.nth is not None:
        called = [at for at, section in enumerate(sections) if section.title.lower().startswith(where.kind)]
        top = min((section.level for section in sections), default=0)
        counted = called or [at for at, section in enumerate(sections) if section.level == top]
        at = where.nth if where.nth < 0 else where.nth - 1
        chosen = [counted[at]] if counted and at < len(counted) else []
    places = []
    for at in chosen:
        after = (s.start for s in sections[at + 1 :] if s.level <= sections[at].level)
        places.append(Place(document.id, sections[at].start, next(after, len(document.text))))
    return places


def _label(heading: str, kind: str) -> str | None:
    """What a heading is numbered by: “Chapter Two”, “2. Methods”, “3.1 Data”, “IV”."""
    found = re.match(
        rf"{kind}\W+({_LABEL})\b|(\d[\d.]*\d|\d)[.:)]?(?:\s|$)|({_LABEL})(?:[.:)](?!\d)|$)", heading, re.IGNORECASE
    )
    return next((label.lower() for label in found.groups() if label), None) if found else None
