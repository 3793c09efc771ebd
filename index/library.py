"""`Index`: a library of documents on disk, the one object that the rest of the world holds."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_data_path

from index import codec
from index.encoder import Encoder, Encoding, model_name, shared_encoder, weights_sha256
from index.errors import ModelError, QuestionError
from index.files import find_files, ignored
from index.ingest import gone, ingest
from index.readers import printable
from index.sqlite import SqliteStore
from index.store import Store, StoredPassage
from index.types import AddReport, Document, Entry, Passage, Place, Progress

SAMPLE = Path(__file__).parent / "sample" / "beyond-the-wuzhen-summit.txt"
_MOST_CACHED = 64  # documents
_LONGEST_NAME = 100  # characters of an id that a message repeats


@dataclass(frozen=True)
class Candidate:
    """A passage that may answer a question, and how it compares.

    `similarity`: (q, n) float32, cosine of each token of the question with each token of the
    passage; `spans`: (n, 2) and `sentences`: (m, 2) int32, the offsets of those tokens and of the
    sentences in the passage; `cosine`: of the pooled vectors; `bm25`: 0 where no word is shared,
    higher is better.
    """

    passage: Passage
    similarity: NDArray[np.float32]
    spans: NDArray[np.int32]
    sentences: NDArray[np.int32]
    cosine: float
    bm25: float


@dataclass(frozen=True)
class TakenOut:
    """A document that was taken out of a library, with all that was derived from it."""

    document: Document
    passages: tuple[StoredPassage, ...]


class Index:
    """A library of documents. Make one with `Index.open`; use it as a context manager."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self.encoder = encoder
        self._cache: dict[str, Document | None] = {}
        self._cached_at: str | None = None

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, *, model: str | None = None, create: bool = True
    ) -> Index:
        """Open the library in a folder, made when missing; without a folder, the default library,
        which holds the sample article when it is first used.

        `model` is a sentence-transformers model by name or folder (else FOOTNOTE_MODEL, else the
        default). Raises LibraryError when the folder cannot be used, and ModelError when
        the library was made with another model.
        """
        folder = default_folder() if path is None else Path(path).expanduser()
        index = cls(SqliteStore(folder, create=create or path is None), shared_encoder(model_name(model)))
        try:
            index._check_model()
            if path is None and index._store.get("sample") is None:
                index.add(SAMPLE)
                index._store.set("sample", "added")
        except BaseException:
            index.close()
            raise
        return index

    def add(
        self,
        *paths: str | os.PathLike[str],
        progress: Callable[[Progress], None] | None = None,
        password: str | None = None,
        allow_private: bool = False,
        stop: threading.Event | None = None,
    ) -> AddReport:
        """Add files, the documents in folders, and web pages by their address.

        In folders, hidden files, what a `.footnoteignore` names, and kinds that no reader knows
        are left out. A file whose bytes are those last added is left as it is; a changed one
        replaces its old self; one with the bytes of another is stored once and cited under both
        names. Each document is a transaction: one that fails, or a crash, leaves the others whole.
        What cannot be read is named in the report and does not stop the rest. `password` opens
        encrypted files; `allow_private` lets addresses lead into private networks. When `stop` is
        set, the report names what is done by then. Raises LibraryError when the library cannot be
        written.
        """
        return ingest(
            self._store,
            self.encoder,
            find_files(paths),
            progress=progress,
            password=password,
            allow_private=allow_private,
            stop=stop,
        )

    def sync(self, *folders: str | os.PathLike[str], progress: Callable[[Progress], None] | None = None) -> AddReport:
        """Add what folders hold, and remove what came from them and is gone, or is now left out by
        a `.footnoteignore`. From a folder that is missing or holds no documents at all, such as a
        disk that is not there, nothing is removed. Raises LibraryError as `add` does."""
        report = self.add(*folders, progress=progress)
        empty = {failure.path for failure in report.failed}
        removed = []
        for folder in map(Path, folders):
            if printable(folder.expanduser()) not in empty:
                removed += self.forget(folder)
        return replace(report, removed=tuple(removed))

    def forget(self, path: str | os.PathLike[str]) -> list[str]:
        """Remove the sources at or beneath a path that no longer exist or are now left out by a
        `.footnoteignore`. Returns them."""
        place = Path(path).expanduser().resolve()
        inside = printable(place) + os.sep
        sources = [source for source in self._store.sources() if source == inside[:-1] or source.startswith(inside)]
        return [name for name in sources if (gone(name) or ignored(Path(name))) and self._store.unlink(name)]

    def remove(self, document_id: str) -> bool:
        """Remove a document and everything derived from it; False when there is none."""
        return self._store.remove(document_id)

    def take_out(self, document_id: str) -> TakenOut | None:
        """Remove a document, and give what `put_back` needs to undo that; None when there is none."""
        with self._store.snapshot():
            document = self._store.document(document_id)
            passages = self._store.passages(self._store.keys(Place(document_id)), ())
        if document is None or not self._store.remove(document_id):
            return None
        return TakenOut(document, tuple(passages))

    def put_back(self, taken: TakenOut) -> None:
        """Undo `take_out`: the document is there again under its id and all its names."""
        self._store.put(taken.document, taken.passages)
        for source in taken.document.also:
            self._store.link(taken.document.id, source)

    def catalogue(self, words: str = "", first: int = 0, count: int = -1) -> list[Entry]:
        """The documents by title, without their texts: those whose title, author or source holds
        the words, from the first so many (-1: all)."""
        return self._store.catalogue(words, first, count)

    def count(self, words: str = "") -> int:
        """How many documents `catalogue` finds."""
        return self._store.count(words)

    def documents(self) -> list[Document]:
        """All documents, by title."""
        return self._store.documents()

    def document(self, document_id: str) -> Document | None:
        """One document, or None. Kept in memory until the library changes."""
        generation = self._store.get("generation")
        if generation != self._cached_at or len(self._cache) > _MOST_CACHED:
            self._cache, self._cached_at = {}, generation
        if document_id not in self._cache:
            self._cache[document_id] = self._store.document(document_id)
        return self._cache.get(document_id)

    def fact(self, key: str) -> str | None:
        """What is recorded about the library under a key, or None."""
        return self._store.get(key)

    def set_fact(self, key: str, value: str) -> None:
        """Record something about the library. Raises LibraryError when it cannot be written."""
        self._store.set(key, value)

    def reading(self) -> AbstractContextManager[None]:
        """Searches and look-ups inside see one state of the library, whatever is added meanwhile."""
        return self._store.snapshot()

    def check(self) -> list[str]:
        """What is wrong with the library, a sentence each; empty when all is well."""
        return self._store.check()

    def search(
        self, question: str, encoding: Encoding, n: int, places: Collection[Place] | None = None
    ) -> list[Candidate]:
        """Candidates for a question: the n nearest pooled vectors and the n best by BM25, of the
        whole library or of these places. Raises QuestionError for a place that is not there."""
        words = list(dict.fromkeys(re.findall(r"\w+", question.lower())))
        with self._store.snapshot():
            among = None if places is None else [key for place in places for key in self._keys(place)]
            near, matching = self._store.nearest(encoding.pooled, n, among), self._store.matching(words, n, among)
            stored = self._store.passages(list(dict.fromkeys([*near, *matching])), words)
        return _candidates(encoding, stored)

    def close(self) -> None:
        """Close the library; it must not be used afterwards."""
        self._store.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keys(self, place: Place) -> list[int]:
        keys = self._store.keys(place)
        if not keys:
            name = place.document_id[:_LONGEST_NAME]
            raise QuestionError(f"There is no document {name} in this library; footnote list shows their ids.")
        return keys

    def _check_model(self) -> None:
        made_with, name = self._store.get("model"), self.encoder.name
        if made_with in (None, name):
            return
        known = self._store.get("model_sha256")
        if known and known == weights_sha256(name):
            return  # the same weights under another name
        raise ModelError(
            f"This library was made with the model {made_with}, and cannot be read with {name}: "
            f"use --model {made_with} (or set FOOTNOTE_MODEL to it), or add the documents to a new library."
        )


def default_folder() -> Path:
    """The folder of the default library: in FOOTNOTE_HOME, else where the system keeps user data."""
    home = os.environ.get("FOOTNOTE_HOME")
    return (Path(home).expanduser() if home else user_data_path("footnote", appauthor=False)) / "library"


def _candidates(encoding: Encoding, stored: Sequence[StoredPassage]) -> list[Candidate]:
    if not stored:
        return []
    similarity = codec.dots(encoding.tokens, b"".join(item.tokens for item in stored))
    ends = np.cumsum([len(item.spans) for item in stored])
    return [
        Candidate(
            item.passage,
            similarity[:, end - len(item.spans) : end],
            item.spans,
            item.sentences,
            cosine=float(item.pooled @ encoding.pooled),
            bm25=item.bm25,
        )
        for item, end in zip(stored, ends)
    ]
