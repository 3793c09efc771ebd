"""What people use today, behind one call: `search(question, n)` over the same chunks, same model.

`Pooled` needs nothing; the others come with the extra: `pip install -e ".[peers]"`.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from index import Document
from index.encoder import Encoder

SIZE, OVERLAP = 1000, 200  # characters


@dataclass(frozen=True)
class Chunk:
    """A piece of a document, and how well it scored: higher is better."""

    document_id: str
    start: int
    text: str
    score: float = 0.0

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Peer(Protocol):
    """Another way to find chunks."""

    def search(self, question: str, n: int) -> list[Chunk]: ...


Encode = Callable[[list[str]], "np.ndarray[Any, Any]"]


def chunks(documents: Sequence[Document]) -> list[Chunk]:
    """Cut documents as LangChain's guides do, at 1,000 characters with 200 of overlap."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP, add_start_index=True)
    return [
        Chunk(document.id, piece.metadata["start_index"], piece.page_content)
        for document in documents
        for piece in splitter.create_documents([document.text])
    ]


def encoding(encoder: Encoder) -> Encode:
    """The model as its own library applies it. What several peers index is encoded once; a text
    alone is a question, and takes its time every time."""
    model = encoder._model()
    known: dict[str, np.ndarray[Any, Any]] = {}

    def encoded(texts: list[str]) -> np.ndarray[Any, Any]:
        return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False))

    def encode(texts: list[str]) -> np.ndarray[Any, Any]:
        if len(texts) == 1:
            return encoded(texts)
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(new, encoded(new)))
        return np.stack([known[text] for text in texts])

    return encode


class Pooled:
    """One pooled vector a chunk, cosine in FAISS."""

    def __init__(self, cut: list[Chunk], encode: Encode) -> None:
        import faiss

        self.chunks, self.encode = cut, encode
        vectors = encode([chunk.text for chunk in cut])
        self.faiss = faiss.IndexFlatIP(vectors.shape[1])
        self.faiss.add(vectors)

    def search(self, question: str, n: int) -> list[Chunk]:
        scores, ids = self.faiss.search(self.encode([question]), min(n, len(self.chunks)))
        return [_scored(self.chunks[i], score) for i, score in zip(ids[0], scores[0])]


class BM25:
    """SQLite's FTS5 with Porter's stemmer."""

    def __init__(self, cut: list[Chunk], encode: Encode) -> None:
        self.chunks = cut
        self.words = sqlite3.connect(":memory:")
        self.words.execute("CREATE VIRTUAL TABLE chunk USING fts5(text, tokenize='porter unicode61')")
        self.words.executemany("INSERT INTO chunk(rowid, text) VALUES (?, ?)", enumerate(c.text for c in cut))

    def search(self, question: str, n: int) -> list[Chunk]:
        query = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        rows = self.words.execute(
            "SELECT rowid, -rank FROM chunk WHERE chunk MATCH ? ORDER BY rank LIMIT ?", (query, n)
        )
        return [_scored(self.chunks[i], score) for i, score in rows]


class LangChain:
    """langchain_community's FAISS store."""

    def __init__(self, cut: list[Chunk], encode: Encode) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import Embeddings

        class Model(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return encode(texts).tolist()  # type: ignore[no-any-return]

            def embed_query(self, text: str) -> list[float]:
                return self.embed_documents([text])[0]

        self.chunks = cut
        numbers = [{"number": i} for i in range(len(cut))]
        self.store = FAISS.from_texts([chunk.text for chunk in cut], Model(), numbers)

    def search(self, question: str, n: int) -> list[Chunk]:
        found = self.store.similarity_search_with_score(question, k=n)
        return [_scored(self.chunks[d.metadata["number"]], -distance) for d, distance in found]


class Txtai:
    """txtai's hybrid index: BM25 and dense vectors, half and half."""

    def __init__(self, cut: list[Chunk], encode: Encode) -> None:
        from txtai import Embeddings

        self.chunks = cut
        self.store = Embeddings(method="external", transform=encode, hybrid=True)
        self.store.index((i, chunk.text, None) for i, chunk in enumerate(cut))

    def search(self, question: str, n: int) -> list[Chunk]:
        return [_scored(self.chunks[i], score) for i, score in self.store.search(question, n)]


class Haystack:
    """Haystack's in-memory BM25 and dense retrievers, joined by reciprocal rank fusion."""

    def __init__(self, cut: list[Chunk], encode: Encode) -> None:
        os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.chunks, self.encode = cut, encode
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        vectors = encode([chunk.text for chunk in cut]).tolist()
        store.write_documents(
            [
                Document(id=str(i), content=chunk.text, meta={"number": i}, embedding=vector)
                for i, (chunk, vector) in enumerate(zip(cut, vectors))
            ]
        )
        self.words = InMemoryBM25Retriever(store)
        self.dense = InMemoryEmbeddingRetriever(store)
        self.joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(self, question: str, n: int) -> list[Chunk]:
        words = self.words.run(query=question, top_k=n)["documents"]
        dense = self.dense.run(query_embedding=self.encode([question])[0].tolist(), top_k=n)["documents"]
        joined = self.joiner.run(documents=[words, dense], top_k=n)["documents"]
        return [_scored(self.chunks[d.meta["number"]], d.score) for d in joined]


PEERS: dict[str, Callable[[list[Chunk], Encode], Peer]] = {
    "LangChain + FAISS": LangChain,
    "txtai hybrid": Txtai,
    "Haystack hybrid": Haystack,
    "BM25": BM25,
}


def _scored(chunk: Chunk, score: float) -> Chunk:
    return Chunk(chunk.document_id, chunk.start, chunk.text, float(score))
