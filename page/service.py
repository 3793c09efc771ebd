"""The library behind the page: opened in the background, so that the page shows itself at once."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

from index import FootnoteError, Index
from qa import Answer, ask
from qa.answer import Options
from qa.reader import shared_reader


class Service:
    """One library for all visitors. Questions asked before it is ready wait for it."""

    def __init__(self, folder: str | os.PathLike[str] | None, model: str | None, options: Options = Options()) -> None:
        self._folder, self._model = folder, model
        self.options = options
        self._ready = threading.Event()
        self._index: Index | None = None
        self._error: FootnoteError | None = None

    def start(self) -> None:
        """Begin to open the library and to load the model."""
        threading.Thread(target=self._open, name="footnote-open", daemon=True).start()

    @property
    def is_default(self) -> bool:
        """Whether this is the default library, which begins with the sample article."""
        return self._folder is None

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

    def ask(self, question: str, budget: float) -> Answer:
        """Answer a question within an error budget; waits for the library. Raises FootnoteError."""
        return ask(question, index=self.index, **vars(replace(self.options, budget=budget)))

    def close(self) -> None:
        """Close the library if it is open."""
        if self._index is not None:
            self._index.close()

    def _open(self) -> None:
        try:
            index = Index.open(self._folder, model=self._model)
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
