"""What the browser may ask for: one function, a name for each thing, plain data in and out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import FootnoteError
from index.library import SAMPLE
from index.readers import document_id
from index.types import is_url
from page import reader
from page.adding import is_read
from page.listing import listing
from page.pages import Pages
from page.reader import Place
from page.render import notice, trouble, turn
from page.saved import to_answers, to_markdown, to_page, turns
from page.service import Libraries, Library
from page.shell import welcome
from page.words import say
from qa.answer import LONGEST_QUESTION

_LAST_TURNS = 8  # which, with the first, a question may lean on
_LONGEST_ANSWER = 4_000  # characters of each

Data = dict[str, Any]
_log = logging.getLogger(__name__)


class Bridge:
    """The functions of the page over its libraries. `changes`: whether a visitor may add, remove,
    and open other libraries. `uploads`: the folder in which Gradio puts what a browser sends."""

    def __init__(self, libraries: Libraries, pages: Pages, *, changes: bool, uploads: Path) -> None:
        self._libraries = libraries
        self._pages = pages
        self._changes = changes
        self._uploads = uploads
        self._reading: dict[str, Callable[[Library, Data], Data]] = {
            "begin": self._begin,
            "ask": self._ask,
            "read": self._read,
            "part": self._part,
            "select": self._select,
            "list": self._list,
            "draw": self._draw,
            "export": self._export,
            "adding": lambda library, data: library.adder.state(int(data["run"]), int(data["since"])),
        }
        self._changing: dict[str, Callable[[Library, Data], Data]] = {
            "add": self._add,
            "add_url": self._add_url,
            "cancel": self._cancel,
            "remove": self._remove,
            "undo": self._undo,
            "open_library": self._open_library,
        }

    def __call__(self, data: Data) -> Data:
        """Do what `data["do"]` names; `error` in the outcome is a sentence for the person."""
        try:
            do = str(data["do"])
            if do in self._changing and not self._changes:
                return {"error": say("error.read only")}
            function = self._reading.get(do) or self._changing[do]
            return function(self._libraries[str(data.get("library") or "")], data)
        except FootnoteError as error:
            return {"error": str(error)}
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            return {"error": say("error.asked")}
        except Exception as error:
            _log.exception("The page asked for %s", data.get("do"))
            return {"error": say("error.unexpected", error=type(error).__name__)}

    def _begin(self, library: Library, data: Data) -> Data:
        """What a page shows first, once the library is open."""
        index = library.index
        if not index.count():
            kind = "empty" if self._changes else "plain"
        else:
            kind = "sample" if index.document(document_id(str(SAMPLE))) else "plain"
        names = [{"key": other.key, "name": other.name} for other in self._libraries]
        return {"welcome": welcome(kind), "library": library.key, "libraries": names, "running": library.adder.running}

    def _ask(self, library: Library, data: Data) -> Data:
        question = str(data["question"])
        earlier = data.get("history") or []
        history = [
            (str(asked)[:LONGEST_QUESTION], str(text)[:_LONGEST_ANSWER])
            for asked, text in (*earlier[:1], *earlier[1:][-_LAST_TURNS:])
        ]
        documents = [str(name) for name in data["documents"]] if data.get("documents") else None
        budget = float(data["budget"]) if data.get("budget") else None
        try:
            answer = library.ask(question, budget=budget, history=history, documents=documents)
        except FootnoteError as error:
            return {"html": trouble(question, str(error)), "said": str(error)}
        quotes = " ".join(f"“{evidence.text}”" for evidence in answer.evidence)
        said = say("answer.said", text=quotes) if answer.answered else say("answer.said.none")
        return {"html": turn(question, answer), "said": said}

    def _read(self, library: Library, data: Data) -> Data:
        index = library.index
        first = next((entry.id for entry in index.catalogue(count=1)), None)
        place = _place(data, first)
        if place is None:
            return {"html": notice(say("read.empty"))}
        document = index.document(place.document_id)
        if document is None:
            return {"html": notice(say("read.gone"))}
        return reader.opened(document, place, self._pages)

    def _part(self, library: Library, data: Data) -> Data:
        place = _place(data, None)
        document = library.index.document(place.document_id) if place else None
        if place is None or document is None:
            return {"html": notice(say("read.gone"))}
        return {"html": reader.part(document, int(data["part"]), place)}

    def _select(self, library: Library, data: Data) -> Data:
        document = library.index.document(str(data["document"]))
        if document is None:
            return {"html": ""}
        ends = [(int(block), int(count)) for block, count in data["ends"]]
        if any(not 0 <= block <= len(document.text) or not 0 <= count <= len(document.text) for block, count in ends):
            raise ValueError("no place of this document")
        return {"html": reader.selected(document, ends)}

    def _list(self, library: Library, data: Data) -> Data:
        chosen = {str(name) for name in data.get("chosen") or ()}
        words = str(data.get("words") or "").strip()
        return {"html": listing(library.index, words, int(data.get("page") or 1), chosen, changes=self._changes)}

    def _draw(self, library: Library, data: Data) -> Data:
        return {"html": "".join(turn(item.asked, item.answer) for item in turns(data["records"]))}

    def _export(self, library: Library, data: Data) -> Data:
        saved, title = turns(data["records"]), str(data["title"])
        form = {"markdown": to_markdown, "html": to_page, "json": to_answers}[str(data["form"])]
        return {"file": form(saved, title, library.name)}

    def _add(self, library: Library, data: Data) -> Data:
        """Take over files that were uploaded, each with the name it was given."""
        uploads: list[tuple[Path, str]] = []
        skipped = int(data.get("skipped") or 0)
        for item in data["files"]:
            upload, name = Path(str(item["path"])).resolve(), str(item["name"])
            if not upload.is_relative_to(self._uploads.resolve()) or not upload.is_file():
                raise ValueError("not an upload")
            if item.get("outright") or is_read(name):
                uploads.append((upload, name))
            else:
                skipped += 1
        library.adder.take(uploads, skipped)
        return {}

    def _add_url(self, library: Library, data: Data) -> Data:
        url = str(data["url"]).strip()
        if not is_url(url):
            return {"error": say("add.url wrong", url=url[:200])}
        library.adder.add(url)
        return {}

    def _cancel(self, library: Library, data: Data) -> Data:
        library.adder.cancel()
        return {}

    def _remove(self, library: Library, data: Data) -> Data:
        title = library.take_out(str(data["document"]))
        return {"title": title} if title is not None else {"error": say("read.gone")}

    def _undo(self, library: Library, data: Data) -> Data:
        title = library.put_back()
        return {"title": title} if title is not None else {"error": say("read.gone")}

    def _open_library(self, library: Library, data: Data) -> Data:
        return {"library": self._libraries.open(str(data["folder"])).key}


def _place(data: Data, first: str | None) -> Place | None:
    """Where to open a document: what a citation says, else the beginning of the first one."""
    if not data.get("document"):
        return Place(first) if first else None
    return Place(
        str(data["document"]),
        _span(data),
        tuple(_span({"start": start, "end": end}) for start, end in data.get("marks") or ()),
        tuple(_span({"start": start, "end": end}) for start, end in data.get("others") or ()),
        str(data.get("sha") or ""),
    )


def _span(data: Data) -> tuple[int, int]:
    start, end = int(data.get("start") or 0), int(data.get("end") or 0)
    return (start, end) if 0 <= start < end else (0, 0)
