"""A library in one folder: a SQLite database in WAL mode, and the FAISS file derived from it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError
from index.folder import DATABASE, check_folder, explanation
from index.readers import document_id
from index.rows import DOCUMENT, ENTRY, FOUND, PASSAGE, problems, to_document, to_entry, to_passage
from index.store import StoredPassage
from index.types import Document, Entry, Place
from index.vectors import VectorFile

_VECTORS = "passages.faiss"
_APPLICATION_ID = 0x466F6F74  # "Foot"
_SCHEMA_VERSION = 2
_BUSY_SECONDS = 30.0
_MOST_VARIABLES = 500  # in one SQL statement
_COLUMNS = 'document_id, start, "end", text, pooled, tokens, spans, sentences'
_INSERT = f"INSERT INTO passage ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FAR = 2**62  # beyond the end of any text


class SqliteStore:
    """The embedded `Store`. Safe to share between threads: one connection reads, one writes."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        """Open the library in a folder, or make one there.

        Raises LibraryError when there is none and `create` is false, when the folder holds
        something else, or when it can be neither read nor made.
        """
        self.folder = folder
        self._path = folder / DATABASE
        self._reading, self._writing = threading.RLock(), threading.RLock()
        check_folder(folder, create)
        self._writable = os.access(folder, os.W_OK) and (not self._path.exists() or os.access(self._path, os.W_OK))
        with self._explained("open"):
            self._reader = self._connect()
            try:
                self._prepare()
                self._writer = self._connect() if self._writable else self._reader
            except BaseException:
                self._reader.close()
                raise
        self._vectors = VectorFile(folder / _VECTORS)
        self._library = self.get("library") or ""

    # Facts

    def get(self, key: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else str(row[0])

    def set(self, key: str, value: str) -> None:
        with self._transaction("write") as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Writing

    def put(self, document: Document, passages: Iterable[StoredPassage]) -> int:
        structure = json.dumps(
            {name: [asdict(item) for item in getattr(document, name)] for name in ("sections", "blocks", "pages")}
        )
        with closing(sqlite3.connect("")) as waiting:  # in memory, and what is too much for it in a file of no name
            waiting.execute(f"CREATE TABLE passage ({_COLUMNS})")
            with self._explained(f"add {document.source} to"):
                waiting.executemany(_INSERT, map(_row, passages))
            with self._transaction(f"add {document.source} to") as connection:
                _unlink(connection, document.source)
                connection.execute(
                    "INSERT INTO document (id, title, source, author, date, sha256, text, structure)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (document.id, document.title, document.source, document.author, document.date)
                    + (document.sha256, document.text, structure),
                )
                connection.execute("INSERT INTO source VALUES (?, ?)", (document.source, document.id))
                rows = waiting.execute(f"SELECT {_COLUMNS} FROM passage ORDER BY rowid")
                count = connection.executemany(_INSERT, rows).rowcount
                _bump(connection)
        return max(count, 0)

    def remove(self, document_id: str) -> bool:
        with self._transaction(f"remove {document_id} from") as connection:
            gone = connection.execute("DELETE FROM document WHERE id = ?", (document_id,)).rowcount > 0
            if gone:
                _bump(connection)
        return gone

    def link(self, document_id: str, source: str) -> None:
        with self._transaction(f"add {source} to") as connection:
            _unlink(connection, source)
            connection.execute("INSERT INTO source VALUES (?, ?)", (source, document_id))
            _bump(connection)

    def unlink(self, source: str) -> bool:
        with self._transaction(f"remove {source} from") as connection:
            gone = _unlink(connection, source)
            if gone:
                _bump(connection)
        return gone

    # Reading

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._reading, self._explained("read"):
            if self._reader.in_transaction:
                yield
                return
            self._reader.execute("BEGIN")
            try:
                yield
            finally:
                self._reader.execute("COMMIT")

    def document(self, document_id: str) -> Document | None:
        row = self._one(f"SELECT {DOCUMENT} FROM document WHERE id = ?", document_id)
        return None if row is None else to_document(row)

    def documents(self) -> list[Document]:
        return [to_document(row) for row in self._all(f"SELECT {DOCUMENT} FROM document ORDER BY title, id")]

    def catalogue(self, words: str = "", first: int = 0, count: int = -1) -> list[Entry]:
        query = f"SELECT {ENTRY} FROM document WHERE {FOUND} ORDER BY title, id LIMIT ? OFFSET ?"
        return [to_entry(row) for row in self._all(query, words.lower(), count, first)]

    def count(self, words: str = "") -> int:
        return int(self._one(f"SELECT count(*) FROM document WHERE {FOUND}", words.lower())[0])

    def sources(self) -> dict[str, tuple[str, str]]:
        rows = self._all("SELECT path, id, sha256 FROM source JOIN document ON id = document_id")
        return {path: (document_id, sha256) for path, document_id, sha256 in rows}

    def keys(self, place: Place) -> list[int]:
        query = 'SELECT id FROM passage WHERE document_id = ? AND "end" > ? AND start < ?'
        end = _FAR if place.end is None else place.end
        return [row[0] for row in self._all(query, place.document_id, place.start, end)]

    def nearest(self, vector: NDArray[np.float32], n: int, among: Collection[int] | None = None) -> list[int]:
        with self.snapshot():
            self._sync_vectors()
            return self._vectors.nearest(vector, n, among)

    def matching(self, words: Sequence[str], n: int, among: Collection[int] | None = None) -> list[int]:
        if not words:
            return []
        query, values = "SELECT rowid FROM passage_text WHERE passage_text MATCH ?", [_any_of(words)]
        if among is not None:
            query += " AND +rowid IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(among)))
        return [row[0] for row in self._all(f"{query} ORDER BY rank LIMIT ?", *values, n)]

    def passages(self, keys: Sequence[int], words: Sequence[str]) -> list[StoredPassage]:
        found: dict[int, StoredPassage] = {}
        with self.snapshot():
            for first in range(0, len(keys), _MOST_VARIABLES):
                some = keys[first : first + _MOST_VARIABLES]
                marks = ",".join("?" * len(some))
                for row in self._all(f"SELECT {PASSAGE} FROM passage WHERE id IN ({marks})", *some):
                    found[row[0]] = to_passage(row)
                if words:
                    ranks = f"SELECT rowid, rank FROM passage_text WHERE passage_text MATCH ? AND +rowid IN ({marks})"
                    for key, rank in self._all(ranks, _any_of(words), *some):
                        found[key] = replace(found[key], bm25=-rank)
        return [found[key] for key in keys if key in found]

    # Health

    def check(self) -> list[str]:
        with self.snapshot():
            wrong = [f"The database is damaged: {row[0]}." for row in self._all("PRAGMA integrity_check(20)")]
            if wrong != ["The database is damaged: ok."]:
                return wrong
            wrong = self._check_words()
            for document in self.documents():
                rows = self._all(f"SELECT {PASSAGE} FROM passage WHERE document_id = ?", document.id)
                wrong += problems(document, [to_passage(row) for row in rows])
            for (orphan,) in self._all("SELECT id FROM passage WHERE document_id NOT IN (SELECT id FROM document)"):
                wrong.append(f"Passage {orphan} belongs to no document.")
            self._sync_vectors()
            if self._vectors.holds() != {row[0] for row in self._all("SELECT id FROM passage")}:
                wrong.append(f"{_VECTORS} does not match the database: delete it, it is made anew.")
        return wrong

    def close(self) -> None:
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()

    # Within

    def _connect(self) -> sqlite3.Connection:
        uri = self._path.resolve().as_uri()
        if not self._writable:
            log = self._path.with_name(DATABASE + "-wal")
            alone = not log.exists() or log.stat().st_size == 0
            uri += "?mode=ro&immutable=1" if alone else "?mode=ro"
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _prepare(self) -> None:
        """Make the tables of a new library; refuse a database that is not a library."""
        application, version, tables = (
            self._reader.execute(query).fetchone()[0]
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if application == _APPLICATION_ID:
            if version == 1 and self._writable:
                self._reader.executescript(f"BEGIN IMMEDIATE; {_script(2)} PRAGMA user_version = 2; COMMIT;")
            elif version != _SCHEMA_VERSION:
                raise LibraryError(
                    f"{self.folder} was made by another version of Footnote (format {version}, this one reads "
                    f"{_SCHEMA_VERSION}): install that version, or add the documents to a new library."
                )
            return
        if tables:
            raise LibraryError(f"{self._path} is a database, but not a Footnote library; name another folder.")
        self._reader.execute("PRAGMA journal_mode = WAL")
        self._reader.executescript(
            f"BEGIN IMMEDIATE; {_script(1)} {_script(2)}"
            f"INSERT INTO meta VALUES ('library', '{uuid.uuid4().hex}'), ('generation', '0');"
            f"PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
        )

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        if not self._writable:
            raise LibraryError(
                f"Could not {doing} the library {self.folder}: it is read-only. "
                "Change its permissions, or use a library elsewhere."
            )
        with self._writing, self._explained(doing):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # SQLite has rolled back by itself on a full disk
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Say in a sentence what SQLite says in a word."""
        try:
            yield
        except sqlite3.Error as error:
            what = f"Could not {doing} the library {self.folder}"
            raise LibraryError(f"{what}: {explanation(str(error))}") from error

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._reading, self._explained("read"):
            return self._reader.execute(query, values).fetchall()

    def _one(self, query: str, *values: Any) -> Any:
        with self._reading, self._explained("read"):
            return self._reader.execute(query, values).fetchone()

    def _sync_vectors(self) -> None:
        def ids() -> Iterable[int]:
            return (row[0] for row in self._all("SELECT id FROM passage"))

        def fetch(some: list[int]) -> list[tuple[int, bytes]]:
            first, last = some[0], some[-1]
            rows = self._all("SELECT id, pooled FROM passage WHERE id BETWEEN ? AND ?", first, last)
            wanted = set(some)
            return [row for row in rows if row[0] in wanted]

        self._vectors.sync(f"{self._library}:{self.get('generation')}", ids, fetch)

    def _check_words(self) -> list[str]:
        if not self._writable:
            return []
        try:
            with self._writing:
                self._writer.execute("INSERT INTO passage_text (passage_text, rank) VALUES ('integrity-check', 1)")
        except sqlite3.Error as error:
            return [f"The word index does not match the passages ({error}): add the documents anew."]
        return []


def _script(version: int) -> str:
    """What makes a library of a format out of one of the format before."""
    return (resources.files("index") / "schema" / f"{version}.sql").read_text("utf-8")


def _bump(connection: sqlite3.Connection) -> None:
    """A new generation: whoever holds derived data can see that it is out of date."""
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")


def _row(stored: StoredPassage) -> tuple[object, ...]:
    """A passage as a row of `_COLUMNS`."""
    passage = stored.passage
    return (passage.document_id, passage.start, passage.end, passage.text) + (
        stored.pooled.tobytes(),
        stored.tokens,
        stored.spans.tobytes(),
        stored.sentences.tobytes(),
    )


def _any_of(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _unlink(connection: sqlite3.Connection, source: str) -> bool:
    row = connection.execute("SELECT document_id FROM source WHERE path = ?", (source,)).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM source WHERE path = ?", (source,))
    others = "SELECT path FROM source WHERE document_id = ? ORDER BY path"
    rest = [path for (path,) in connection.execute(others, row)]
    if not rest:
        connection.execute("DELETE FROM document WHERE id = ?", row)
    elif row[0] == document_id(source):
        names = (document_id(rest[0]), row[0])
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("UPDATE document SET id = ?, source = ? WHERE id = ?", (names[0], rest[0], names[1]))
        connection.execute("UPDATE passage SET document_id = ? WHERE document_id = ?", names)
        connection.execute("UPDATE source SET document_id = ? WHERE document_id = ?", names)
    return True
