"""Sources into a library: read side by side, encoded together, each document a transaction."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path

import numpy as np

from index import codec, split
from index.encoder import Encoder, Encoding
from index.errors import PasswordNeeded, ReadError
from index.files import Found
from index.readers import printable
from index.store import Store, StoredPassage
from index.types import AddReport, Document, Failure, Passage, Progress, is_url
from index.workers import Task, Unchanged, read_all

_GROUP = 256  # passages gathered from several documents before they are encoded together
_SECONDS = 2.0  # after which what was gathered is encoded and stored in any case: little is lost when the program ends
_TELL = 64  # passages of one document between two reports of progress

Told = Callable[[Progress], None]


def ingest(
    store: Store,
    encoder: Encoder,
    found: Found,
    *,
    progress: Told | None = None,
    password: str | None = None,
    allow_private: bool = False,
    stop: threading.Event | None = None,
) -> AddReport:
    """Bring the library up to date with what was found. See `Index.add`."""
    known = store.sources()
    names = [(printable(path), path) for path in found.files] + [(url, None) for url in found.urls]
    tasks = [
        Task(name, path, known[name][1] if name in known else None, password, allow_private) for name, path in names
    ]
    outcome: dict[str, str] = {}
    failed, partial = list(found.failed), []
    passages = 0

    def told(source: str, reason: str = "") -> None:
        if progress:
            progress(Progress(source, len(outcome), len(tasks), passages, outcome.get(source, ""), reason))
        go_on()

    def go_on() -> None:
        if stop and stop.is_set():
            raise _Stopped

    def changed(tasks: Sequence[Task], contents: dict[_Content, str]) -> Generator[Document, None, None]:
        """The documents to store. One whose content is there already waits in `twice`."""
        with closing(read_all(tasks, stop)) as results:
            for task, result in results:
                if isinstance(result, Document):
                    content = _content(task.source, result.sha256)
                    if content in contents:
                        twice.append((task, content))
                    else:
                        contents[content] = result.id
                        yield result
                    continue
                reason = str(result) if isinstance(result, ReadError) else ""
                if reason:
                    failed.append(Failure(task.source, reason, isinstance(result, PasswordNeeded)))
                outcome[task.source] = "unchanged" if isinstance(result, Unchanged) else "failed"
                told(task.source, reason)
        go_on()

    def counted(source: str, stored: Iterable[StoredPassage]) -> Iterator[StoredPassage]:
        nonlocal passages
        for passage in stored:
            yield passage
            passages += 1
            if passages % _TELL == 0:
                told(source)

    with suppress(_Stopped):
        while tasks_left := [task for task in tasks if task.source not in outcome]:
            twice: list[tuple[Task, _Content]] = []
            with closing(changed(tasks_left, _contents(store))) as documents:
                for document, stored in _encoded(documents, encoder):
                    if store.get("model") is None:
                        store.set("model_sha256", encoder.fingerprint)
                        store.set("model", encoder.name)

                    store.put(document, counted(document.source, stored))
                    outcome[document.source] = "updated" if document.source in known else "added"
                    if document.unread:
                        partial.append(Failure(document.source, document.unread))
                    told(document.source, document.unread)
            contents = _contents(store)
            for task, content in twice:
                if content in contents:  # else its document has changed meanwhile: it is read again
                    store.link(contents[content], task.source)
                    outcome[task.source] = "duplicate"
                    told(task.source)
                    if task.source in known:
                        contents = _contents(store)

    ids = {source: document_id for source, (document_id, _) in store.sources().items()}

    def those(word: str) -> tuple[str, ...]:
        return tuple(task.source for task in tasks if outcome.get(task.source) == word)

    def named(word: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ids[source] for source in those(word)))

    return AddReport(
        added=named("added"),
        updated=named("updated"),
        unchanged=named("unchanged"),
        failed=tuple(failed),
        partial=tuple(partial),
        skipped=found.skipped,
        duplicates=those("duplicate"),
    )


class _Stopped(Exception):
    """The adding was called off."""


def gone(source: str) -> bool:
    """Whether a file is certainly no longer there."""
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), source.encode())
    for name in (source.encode(), raw):  # as it is, and with the bytes that `printable` wrote out
        try:
            os.lstat(name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            pass
        return False
    return not is_url(source)


_Content = tuple[str, str]  # the SHA-256 of the bytes, and the kind of the source, which decides how they are read


def _content(source: str, sha256: str) -> _Content:
    return sha256, "url" if is_url(source) else Path(source).suffix.lower()


def _contents(store: Store) -> dict[_Content, str]:
    return {_content(source, sha256): name for source, (name, sha256) in store.sources().items()}


def _encoded(documents: Iterable[Document], encoder: Encoder) -> Iterator[tuple[Document, Iterable[StoredPassage]]]:
    """Pair each document with its encoded passages. Small documents are encoded together; the
    passages of a large one are a stream, so that memory stays bounded."""
    group: list[tuple[Document, list[Passage]]] = []
    begun = time.monotonic()
    for document in documents:
        group.append((document, split.passages(document)))
        if sum(len(cut) for _, cut in group) >= _GROUP or time.monotonic() - begun > _SECONDS:
            yield from _encoded_group(group, encoder)
            group, begun = [], time.monotonic()
    yield from _encoded_group(group, encoder)


def _encoded_group(
    group: Sequence[tuple[Document, list[Passage]]], encoder: Encoder
) -> Iterator[tuple[Document, Iterable[StoredPassage]]]:
    encodings = encoder.passages(passage.text for _, cut in group for passage in cut)
    for document, cut in group:
        yield document, (_stored(document, *pair) for pair in zip(cut, islice(encodings, len(cut))))


def _stored(document: Document, passage: Passage, encoding: Encoding) -> StoredPassage:
    sentences = split.sentences(document, passage.start, passage.end) or [(passage.start, passage.end)]
    return StoredPassage(
        passage,
        encoding.pooled,
        codec.encode(encoding.tokens),
        encoding.spans,
        np.array(sentences, np.int32) - np.int32(passage.start),
    )
