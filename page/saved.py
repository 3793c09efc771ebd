"""Conversations that the browser keeps: from its records back to answers, and out to files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from index import FootnoteError
from page import STYLE
from page.render import escape, turn
from page.words import say
from qa import Answer, Citation, Evidence, Hit, to_json
from qa.formats import markdown


class SavedError(FootnoteError):
    """A record that is none of a conversation."""


@dataclass(frozen=True)
class Saved:
    """A question as it was asked, and its answer."""

    asked: str
    answer: Answer


def turns(records: Any) -> list[Saved]:
    """What the browser kept of a conversation. Raises SavedError when it is something else."""
    try:
        return [Saved(str(record["asked"]), _answer(record["found"])) for record in records]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise SavedError(say("error.saved")) from None


def to_answers(saved: list[Saved], title: str, library: str) -> dict[str, Any]:
    """As JSON, which `footnote verify` checks."""
    return {"title": title, "library": library, "answers": [to_json(item.answer) for item in saved]}


def to_markdown(saved: list[Saved], title: str, library: str) -> str:
    """Every question with its quotes and their references."""
    out = [f"# {_line(title)}", say("export.made", library=library)]
    for item in saved:
        out.append(f"## {_line(item.asked)}")
        if item.answer.standalone_question != item.answer.question:
            out.append(say("answer.searched", question=_line(item.answer.standalone_question)))
        if not item.answer.answered:
            out.append(f"**{say('answer.none')}** {say('answer.none.why')}")
        out += [markdown(evidence.citation) for evidence in item.answer.evidence]
    return "\n\n".join(out) + "\n"


def to_page(saved: list[Saved], title: str, library: str) -> str:
    """A page of its own, which needs nothing else: every question, its quotes, its passages."""
    body = "".join(turn(item.asked, item.answer) for item in saved)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    style = (STYLE.with_name("export.css")).read_text("utf-8")
    made = escape(say("export.made", library=library))
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{style}</style></head><body><main>'
        f"<h1>{escape(title)}</h1><p>{made}</p>{body}</main></body></html>\n"
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _answer(data: dict[str, Any]) -> Answer:
    hits = tuple(
        Hit(
            str(hit["text"]),
            float(hit["score"]),
            _citation(hit["citation"]),
            tuple(map(_evidence, hit["evidence"])),
            float(hit["confidence"]),
        )
        for hit in data["hits"]
    )
    return Answer(
        str(data["question"]),
        str(data["standalone_question"]),
        bool(data["answered"]),
        float(data["confidence"]),
        tuple(map(_evidence, data["evidence"])),
        hits,
    )


def _evidence(data: dict[str, Any]) -> Evidence:
    answer = data["answer"]
    return Evidence(
        str(data["text"]), float(data["score"]), _citation(data["citation"]), _citation(answer) if answer else None
    )


def _citation(data: dict[str, Any]) -> Citation:
    quote = data["selector"][0]
    values = {field.name: data[field.name] for field in fields(Citation) if field.name in data}
    values |= {name: str(quote[name]) for name in ("exact", "prefix", "suffix")}
    for name, kind in (("start", int), ("end", int), ("title", str), ("source", str), ("sha256", str)):
        values[name] = kind(values[name])
    return Citation(**values | {"also": tuple(map(str, values.get("also") or ()))})
