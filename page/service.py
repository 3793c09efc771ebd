"""The libraries behind the page: opened in the background, so that the page shows itself at once."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from index import FootnoteError, Index
from index.library import TakenOut, default_folder
from page.adding import Adder
from page.words import say
from qa import Answer, ask
from qa.answer import Options
from qa.reader import shared_reader

_AT_ONCE = 4  # questions


class UnknownLibrary(FootnoteError):
    """A library that is not open here."""


class Library:
    """One library for all visitors. Questions asked before it is ready wait for it.

    `folder`: None is the default library, which begins with the sample article.
    """

    def __init__(self, folder: str | os.PathLike[str] | None, model: str | None, options: Options = Options()) -> None:
        self.is_default = folder is None
        self.folder = (default_folder() if folder is None else Path(folder).expanduser()).absolute()
        self.key = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        self.name = say("library.default") if self.is_default else self.folder.name
        self.options = options
        self.adder = Adder(self)
        self._taken: TakenOut | None = None  # what was removed last, to be put back
        self._model = model
        self._ready = threading.Event()
        self._started = threading.Lock()
        self._asking = threading.BoundedSemaphore(_AT_ONCE)
        self._index: Index | None = None
        self._error: FootnoteError | None = None

    def start(self) -> None:
        """Begin to open the library and to load the model."""
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._open, name="footnote-open", daemon=True).start()

    @property
    def is_ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        return self._ready.is_set()

    @property
    def index(self) -> Index:
        """The library; waits until it is open. Raises the error that kept it from opening."""
        self._ready.wait()
        if self._index is None:
            raise self._error or FootnoteError("The library could not be opened.")
        return self._index

    def ask(
        self,
        question: str,
        *,
        budget: float | None = None,
        history: Sequence[tuple[str, str]] = (),
        documents: Collection[str] | None = None,
    ) -> Answer:
        """Answer a question within an error budget; waits for the library. Raises FootnoteError."""
        options = self.options if budget is None else replace(self.options, budget=budget)
        index = self.index
        with self._asking:
            return ask(question, index=index, history=history, documents=documents, **vars(options))

    def take_out(self, document_id: str) -> str | None:
        """Remove a document, which can be put back until the next is removed or the page stops; then
        a file that was kept for it goes too. Returns its title, None when there is none."""
        taken = self.index.take_out(document_id)
        if taken is None:
            return None
        self._let_go()
        self._taken = taken
        return taken.document.title

    def put_back(self) -> str | None:
        """Undo the last removal. Returns the title, None when there is nothing to undo."""
        taken, self._taken = self._taken, None
        if taken is None:
            return None
        self.index.put_back(taken)
        return taken.document.title

    def _let_go(self) -> None:
        if self._taken:
            for source in (self._taken.document.source, *self._taken.document.also):
                self.adder.forget(source)
            self._taken = None

    def close(self) -> None:
        """Close the library if it is open."""
        self.adder.cancel()
        self._let_go()
        if self._index is not None:
            self._index.close()

    def _open(self) -> None:
        try:
            index = Index.open(None if self.is_default else self.folder, model=self._model)
            index.encoder.load()
            if reader := shared_reader(self.options.reader):
                reader.load()
            self._index = index
        except FootnoteError as error:
            self._error = error
        except Exception as error:
            self._error = FootnoteError(f"The library could not be opened ({type(error).__name__}: {error}).")
        finally:
            self._ready.set()


class Libraries:
    """The library that the page was started with, and those that the person opened beside it, which
    are remembered in a list beside the default library."""

    def __init__(self, folder: str | os.PathLike[str] | None, model: str | None, options: Options = Options()) -> None:
        self.first = Library(folder, model, options)
        self._model, self._options = model, options
        self._open = {self.first.key: self.first}
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Library]:
        return iter(list(self._open.values()))

    def start(self, *, remembered: bool) -> None:
        """Begin to open the first library, and list those that were opened before."""
        for folder in _remembered() if remembered else []:
            library = Library(folder, self._model, self._options)
            self._open.setdefault(library.key, library)
        self.first.start()

    def __getitem__(self, key: str) -> Library:
        """The library of a key, the first one for an empty key. Raises UnknownLibrary."""
        library = self._open.get(key) if key else self.first
        if library is None:
            raise UnknownLibrary(say("error.library"))
        library.start()
        return library

    def open(self, folder: str) -> Library:
        """Open the library in a folder, made when missing. Raises FootnoteError when it cannot be."""
        if not folder.strip():
            raise FootnoteError(say("library.folder.empty"))
        library = Library(folder.strip(), self._model, self._options)
        with self._lock:
            if known := self._open.get(library.key):
                return self[known.key]
        library.start()
        _ = library.index
        with self._lock:
            self._open[library.key] = library
            _remember([other.folder for other in self if other is not self.first and not other.is_default])
        return library

    def close(self) -> None:
        """Close all that are open."""
        for library in self:
            library.close()


def _list() -> Path:
    return default_folder().with_name("libraries.json")


def _remembered() -> list[Path]:
    """Folders of libraries that were opened before and are still there."""
    try:
        folders = json.loads(_list().read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [Path(folder) for folder in folders if isinstance(folder, str) and Path(folder).is_dir()]


def _remember(folders: Sequence[Path]) -> None:
    with suppress(OSError):  # a list that cannot be kept costs a click
        _list().parent.mkdir(parents=True, exist_ok=True)
        _list().write_text(json.dumps([str(folder) for folder in folders], ensure_ascii=False), "utf-8")
