"""The data of the read path, and the one function that turns any of it into JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from qa.links import link_to

_UNITS = {
    "page": ("p.", "pp."),
    "slide": ("slide", "slides"),
    "row": ("row", "rows"),
    "chapter": ("chapter", "chapters"),
}


@dataclass(frozen=True)
class Citation:
    """Where words stand, so that anyone can check them.

    `start` and `end` are half-open character offsets (Unicode code points) into the canonical
    text of the document, whose source has the SHA-256 `sha256`; `also` names other sources with
    the same bytes. `page` is the printed label, or labels, of what the source is divided into,
    which `unit` names (page, slide, row, chapter), and `page_number` counts the first from 1.
    `exact` is the words themselves; `prefix` and `suffix` are up to 32 characters on either side.
    """

    document_id: str
    title: str
    author: str | None
    source: str
    section: str | None
    page: str | None
    paragraph: int | None
    last_paragraph: int | None
    start: int
    end: int
    sha256: str
    exact: str
    prefix: str
    suffix: str
    date: str | None = None
    unit: str = "page"
    page_number: int | None = None
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As a person would write it, with the characters to check it by."""
        return f"{self.reference()}, characters {self.start}–{self.end}"

    def reference(self) -> str:
        """As it stands below a quote in print."""
        author = [self.author] if self.author else []
        date = [self.date] if self.date else []
        return ", ".join([*author, f"“{self.title}”", *date, *self.places()])

    def places(self) -> list[str]:
        """Section, page (slide, row, chapter) and paragraph, those that there are."""
        parts = [f"section “{self.section}”"] if self.section else []
        if self.page:
            one, more = _UNITS[self.unit]
            parts.append(f"{more if '–' in self.page else one} {self.page}")
        if self.paragraph is not None:
            several = self.last_paragraph not in (None, self.paragraph)
            parts.append(f"paras. {self.paragraph}–{self.last_paragraph}" if several else f"para. {self.paragraph}")
        return parts

    def link(self) -> str:
        """An address that opens the source at the words, as closely as its kind allows: a file's
        begins with file://."""
        page = self.page_number if self.unit == "page" else None
        return link_to(self.source, page, self.exact, self.prefix, self.suffix)

    def selectors(self) -> list[dict[str, Any]]:
        """The W3C Web Annotation selectors of the words, by quote and by position.

        https://www.w3.org/TR/annotation-model/#text-quote-selector
        """
        return [
            {"type": "TextQuoteSelector", "exact": self.exact, "prefix": self.prefix, "suffix": self.suffix},
            {"type": "TextPositionSelector", "start": self.start, "end": self.end},
        ]


@dataclass(frozen=True)
class Evidence:
    """The words of a hit that carry the answer: a sentence, or two that adjoin. `score`: mean over
    the question's tokens of the best cosine with a token of these words, at most 1. `answer`: the
    few words among them that a reader points at, where it is sure of any."""

    text: str
    score: float
    citation: Citation
    answer: Citation | None = None


@dataclass(frozen=True)
class Hit:
    """A ranked passage. `score` orders the hits of one question, higher is better;
    `evidence` is what in the passage comes closest to an answer, best first. `confidence`: the
    calibrated probability, in [0, 1], that it answers."""

    text: str
    score: float
    citation: Citation
    evidence: tuple[Evidence, ...]
    confidence: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What the library says to a question.

    `confidence` is the calibrated probability, in [0, 1], that the best hit answers it. When
    `answered` is false there is no evidence, and the hits are only the nearest passages.
    `standalone_question` is what was searched for.
    """

    question: str
    standalone_question: str
    answered: bool
    confidence: float
    evidence: tuple[Evidence, ...]
    hits: tuple[Hit, ...]


def to_json(value: Any) -> Any:
    """Any of these types, or of `index.types`, as what `json.dumps` takes.

    A citation gains its printed form, its link, and its selectors, which hold the words and their
    context.
    """
    if isinstance(value, Citation):
        context = {"exact", "prefix", "suffix"}
        plain = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in context}
        return plain | {"citation": str(value), "link": value.link(), "selector": value.selectors()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value
