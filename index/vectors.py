"""The FAISS index of pooled vectors: derived from the database, tagged, rebuilt when in doubt."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fetch = Callable[[list[int]], Iterable[tuple[int, bytes]]]


def faiss_module() -> Any:
    """faiss, imported after torch and kept to one thread: each brings an OpenMP runtime, and on
    macOS the two can abort when faiss comes first; side by side at full threads both crawl."""
    import torch  # noqa: F401
    import faiss  # isort: skip

    faiss.omp_set_num_threads(1)
    return faiss


class VectorFile:
    """Exact inner-product search over pooled vectors, kept in one file.

    The file begins with the tag of the database state that it holds and a SHA-256 of the rest;
    a file that is missing, cut short, altered or older is brought up to date from the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index: Any = None
        self._ids: set[int] = set()
        self._tag = ""

    def sync(self, tag: str, ids: Callable[[], Iterable[int]], fetch: Fetch) -> None:
        """Make the index hold exactly the passages of the database state named by `tag`.

        Passage ids are never used twice, so what differs is what was added or removed.
        """
        if self._index is not None and tag == self._tag:
            return
        faiss = faiss_module()
        if self._index is None:
            self._load(faiss, library=tag.partition(":")[0])
            if self._index is not None and tag == self._tag:
                return
        wanted = set(ids())
        gone, new = self._ids - wanted, sorted(wanted - self._ids)
        if gone and self._index is not None:
            self._index.remove_ids(np.fromiter(gone, np.int64, len(gone)))
        for first in range(0, len(new), 1024):
            rows = list(fetch(new[first : first + 1024]))
            vectors = np.stack([np.frombuffer(blob, np.float32) for _, blob in rows])
            if self._index is None:
                self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
            self._index.add_with_ids(vectors, np.array([key for key, _ in rows], np.int64))
        self._ids, self._tag = wanted, tag
        self._save(faiss)

    def nearest(self, vector: NDArray[np.float32], n: int, among: Collection[int] | None = None) -> list[int]:
        """Ids of the n passages with the highest inner product, best first; with `among`, of
        those with these ids."""
        if self._index is None or not self._ids or (among is not None and not among):
            return []
        settings = {}
        if among is not None:
            faiss = faiss_module()
            chosen = faiss.IDSelectorBatch(np.fromiter(among, np.int64, len(among)))
            settings["params"] = faiss.SearchParameters(sel=chosen)
        _, ids = self._index.search(vector[None, :], min(n, len(self._ids)), **settings)
        return [int(i) for i in ids[0] if i >= 0]

    def holds(self) -> set[int]:
        """The ids that FAISS itself has."""
        faiss = faiss_module()
        return set() if self._index is None else set(faiss.vector_to_array(self._index.id_map).tolist())

    def _load(self, faiss: Any, library: str) -> None:
        with suppress(OSError, ValueError, RuntimeError):  # any damage means: build it anew
            tag, digest, body = self._path.read_bytes().split(b"\n", 2)
            if tag.decode().partition(":")[0] == library and hashlib.sha256(body).hexdigest() == digest.decode():
                self._index = faiss.deserialize_index(np.frombuffer(body, np.uint8))
                self._ids, self._tag = self.holds(), tag.decode()

    def _save(self, faiss: Any) -> None:
        if self._index is None:
            return
        body = faiss.serialize_index(self._index).tobytes()
        head = f"{self._tag}\n{hashlib.sha256(body).hexdigest()}\n".encode()
        # A full disk or a read-only folder costs the next start some time, nothing else.
        with suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".passages-", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(head + body)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink()
