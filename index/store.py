"""Where a library lives: the protocol that `Index` stands on. `index.sqlite` implements it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Document, Entry, Passage, Place


@dataclass(frozen=True)
class StoredPassage:
    """A passage with its vectors: `pooled` (d,) float32, `tokens` coded by `index.codec`; `spans`
    (n, 2) and `sentences` (m, 2) int32, offsets of its tokens and sentences in the passage. `bm25`
    is set by a lexical search: 0 where no word is shared, higher is better."""

    passage: Passage
    pooled: NDArray[np.float32]
    tokens: bytes
    spans: NDArray[np.int32]
    sentences: NDArray[np.int32]
    bm25: float = 0.0


class Store(Protocol):
    """Documents, passages and vectors, kept together. Each write is one transaction.

    Passage keys are integers that are never used twice.
    """

    def get(self, key: str) -> str | None:
        """A fact about the library, such as the model that made it."""

    def set(self, key: str, value: str) -> None:
        """Record a fact about the library."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads inside see one committed state, whatever is written meanwhile."""

    def put(self, document: Document, passages: Iterable[StoredPassage]) -> int:
        """Add a document, or replace the one with its id; the passages may be a stream, which is drawn
        before anything is locked: others can write while it is made.
        Returns how many there were. A source that named another document names this one now."""

    def link(self, document_id: str, source: str) -> None:
        """Let a document have another source, which may have named another document before."""

    def unlink(self, source: str) -> bool:
        """Take a source from its document, which goes with its last one; when its first goes, the
        next takes its place and gives the document its id. False where no document has it."""

    def remove(self, document_id: str) -> bool:
        """Remove a document and all that came from it; False when there is none."""

    def document(self, document_id: str) -> Document | None:
        """One document, or None."""

    def documents(self) -> list[Document]:
        """All documents, in the order of their titles."""

    def catalogue(self, words: str = "", first: int = 0, count: int = -1) -> list[Entry]:
        """Documents in the order of their titles, without their texts: those whose title, author or
        source holds the words, from the first so many (-1: all)."""

    def count(self, words: str = "") -> int:
        """How many documents the catalogue finds."""

    def sources(self) -> dict[str, tuple[str, str]]:
        """The document id, and the SHA-256 of the bytes, of each source."""

    def keys(self, place: Place) -> list[int]:
        """Keys of the passages in a place; none where there is no such document."""

    def nearest(self, vector: NDArray[np.float32], n: int, among: Collection[int] | None = None) -> list[int]:
        """Keys of the n passages whose pooled vectors are nearest, best first; with `among`, of
        those with these keys."""

    def matching(self, words: Sequence[str], n: int, among: Collection[int] | None = None) -> list[int]:
        """Keys of the n passages that BM25 ranks highest for any of the words, best first; with
        `among`, of those with these keys. Words weigh what they weigh in the whole library."""

    def passages(self, keys: Sequence[int], words: Sequence[str]) -> list[StoredPassage]:
        """The passages with these keys that still exist, each with its BM25 for the words."""

    def check(self) -> list[str]:
        """What is wrong with the library, a sentence each; empty when all is well."""

    def close(self) -> None:
        """Let go of files and connections."""
