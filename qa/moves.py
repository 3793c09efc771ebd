"""What a reader says to results: "more", "only in chapter 2", "compare with X". Each is a plain rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index import Document, Index, Place, QuestionError
from qa.followup import History

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|last|\d+(?:st|nd|rd|th))"
_DOCUMENT = r"(?:document|source|file|text|paper|article|book)"
_PART = r"(?:chapter|section|part|page|slide|row)"
_WHERE = (
    rf"(?:the )?(?P<nth>{_ORDINAL}) (?P<kind>{_DOCUMENT}|{_PART})"
    rf"|(?:the )?(?P<part>{_PART}) (?P<label>[\w.-]*\w)"
    r"|(?P<mark>[“\"])(?P<title>[^”\"]+)[”\"]"
)
_IN = r"(?:in|on|from|within)"
_WHOLE = re.compile(rf"^(?:and |but |now )?(?:(?:only|just) )?{_IN} (?:{_WHERE})\W*$", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?:only|just) {_IN} (?:{_WHERE})\s*[:,]\s*(?P<rest>.*\w.*)$", re.IGNORECASE | re.DOTALL)
_AFTER = re.compile(
    rf"^(?P<rest>.*?\w.*?)[\s,;:.?!–-]*\s(?:but )?(?:only|just) {_IN} (?:{_WHERE})\W*$", re.IGNORECASE | re.DOTALL
)
_MORE = re.compile(
    r"^(?:and |please )?(?:more|(?:show (?:me )?)?(?:some )?more (?:passages|results)?|(?:show (?:me )?)?"
    r"(?:another|the next|next|other|further) (?:passages?|one|results?|quotes?)|next|anything else|what else|"
    r"go on|continue)\W*$",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"^(?:and |now )?compare (?:(?:it|this|that|them|these) )?(?:with|to|against) (?P<other>.+)$", re.I
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
    that no earlier answer has quoted; `where`, only in a part of the library; `beside`, an earlier
    question whose evidence is to stand beside that of this one."""

    question: str
    history: History
    more: bool = False
    where: Where | None = None
    beside: Move | None = None


def understand(question: str, history: History) -> Move:
    """Read a turn. What is no move is a question as it stands."""
    if history and _MORE.match(question):
        last = _last(history)
        return Move(last.question, last.history, more=True, where=last.where)
    if found := _WHOLE.match(question):
        where = _where(found)
        if history:
            last = _last(history)
            return Move(last.question, last.history, where=where)
    elif found := _BEFORE.match(question) or _AFTER.match(question):
        return Move(found["rest"].strip(), history, where=_where(found))
    if history and (found := _COMPARE.match(question)):
        return Move(f"What about {found['other']}", history, beside=_last(history))
    return Move(question, history)


def narrowed(library: Index, where: Where, within: Collection[str] | None, shown: Sequence[str]) -> list[Place]:
    """The places that a person names, in the documents with these ids or in all. Documents are
    counted as they were shown, best first, or else as `footnote list` does. Raises QuestionError
    where there is no such place."""
    documents = [d for d in library.documents() if within is None or d.id in within]
    if where.kind == "title":
        places = [Place(d.id) for d in documents if where.label.lower() in d.title.lower()]
    elif re.fullmatch(_DOCUMENT, where.kind):
        names = [name for name in shown if within is None or name in within] or [d.id for d in documents]
        at = -1 if where.nth == -1 else (where.nth or 0) - 1
        places = [Place(names[at])] if names and at < len(names) else []
    else:
        places = [place for document in documents for place in _parts(document, where)]
    if not places:
        raise QuestionError(f"There is no {where.said} in these documents; name another part, or ask without it.")
    return places


def _last(history: History) -> Move:
    """The last turn that asked something by itself."""
    for at in range(len(history) - 1, 0, -1):
        question = history[at][0]
        if not (_MORE.match(question) or _WHOLE.match(question) or _COMPARE.match(question)):
            return understand(question, history[:at])
    return understand(history[0][0], ())


def _where(found: re.Match[str]) -> Where:
    if found["title"]:
        return Where(f"document with “{found['title']}” in its title", "title", label=found["title"])
    if found["nth"]:
        word, kind = found["nth"].lower(), found["kind"].lower()
        nth = -1 if word == "last" else _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])
        return Where(f"{word} {kind}", kind, nth)
    part, label = found["part"].lower(), found["label"].lower()
    return Where(f"{part} {label}", part, _number(label), label)


def _number(label: str) -> int | None:
    if label.isdigit():
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
    names = [where.label] if where.label else []
    if where.nth is not None and 1 <= where.nth <= len(_NUMBERS):
        names += [str(where.nth), _ROMAN[where.nth - 1], _NUMBERS[where.nth - 1]]
    heading = re.compile(rf"(?:{where.kind}\W*)?(?:{'|'.join(map(re.escape, names))})(?![\w.]*\d)\b", re.IGNORECASE)
    sections = document.sections
    chosen = [at for at, section in enumerate(sections) if where.label and heading.match(section.title)]
    if not chosen and where.nth is not None:
        top = min((section.level for section in sections), default=0)
        chosen = [at for at, section in enumerate(sections) if section.level == top]
        at = where.nth if where.nth < 0 else where.nth - 1
        chosen = [chosen[at]] if at < len(chosen) and chosen else []
    places = []
    for at in chosen:
        after = (s.start for s in sections[at + 1 :] if s.level <= sections[at].level)
        places.append(Place(document.id, sections[at].start, next(after, len(document.text))))
    return places
