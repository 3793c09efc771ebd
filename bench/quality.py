"""Quality beside what people build today: `python bench/quality.py FILE...`.

Each FILE is in the SQuAD format (its paragraphs are the library), or holds questions about the
sample article, one JSON object a line. The baseline is RecursiveCharacterTextSplitter with pooled
vectors in FAISS: the same model, the same files, the same run. Latency is of this machine, beside
the time of encoding the question alone.
"""

from __future__ import annotations

import argparse
import platform
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index import Document, Index
from index.library import SAMPLE
from index.sentences import sentence_spans
from qa.evaluate import DEPTH, Outcome, Question, Report, evaluate, holds, prepared, summarise

PACKAGES = ("sentence-transformers", "faiss-cpu", "langchain-text-splitters", "torch")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Footnote beside the common baseline.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="questions of each file")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"Python {platform.python_version()}, {versions}")
    for path in options.files:
        if not path.exists():
            parser.error(f"{path} is not there; the data to measure on is no part of the project, give its path.")
        with TemporaryDirectory() as folder, Index.open(folder) as article:
            article.add(SAMPLE)
            with prepared(path, article, limit=options.limit) as (index, questions):
                show(path, index, questions)


def show(path: Path, index: Index, questions: list[Question]) -> None:
    print(f"\n{path.name}: {len(index.documents())} documents, {len(questions)} questions")
    columns = {"Footnote": evaluate(index, questions), "baseline": Baseline(index).evaluate(questions)}
    print(f"  {'':34}" + "".join(f"{name:>12}" for name in columns))
    for label, field in (
        ("R@1", "r_at_1"),
        ("R@3", "r_at_3"),
        ("MRR@10", "mrr_at_10"),
        ("evidence of the first passage", "evidence"),
        ("  where that passage is right", "evidence_in_right_passage"),
        ("AUROC, answer taken out", "auroc_removed"),
        ("AUROC, unanswerable questions", "auroc_unanswerable"),
        ("answered, of the answerable", "answered"),
        ("declined, answer taken out", "declined_removed"),
        ("declined, of the unanswerable", "declined_unanswerable"),
    ):
        row(label, [getattr(report, field) for report in columns.values()], ".3f")
    for label, field in (
        ("median ms", "median_seconds"),
        ("95th percentile ms", "p95_seconds"),
        ("encoding the question, ms", "encode_seconds"),
    ):
        row(label, [1000 * getattr(report, field) for report in columns.values()], ".1f")
    row("median / encoding", [r.median_seconds / r.encode_seconds for r in columns.values()], ".2f")  # type: ignore[operator]


def row(label: str, values: list[float | None], form: str) -> None:
    if any(value is not None for value in values):
        print(f"  {label:34}" + "".join(f"{'–' if v is None else format(v, form):>12}" for v in values))


class Baseline:
    """Chunks of 1,000 characters with 200 of overlap, one pooled vector each, cosine in FAISS.

    Its evidence is the sentence whose own vector is nearest, its confidence the best cosine; it
    has no threshold, so it neither answers nor declines.
    """

    def __init__(self, index: Index) -> None:
        import faiss
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self.model = index.encoder._model()
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        self.chunks: list[tuple[Document, int, str]] = []
        for document in index.documents():
            for chunk in splitter.create_documents([document.text]):
                self.chunks.append((document, chunk.metadata["start_index"], chunk.page_content))
        self.faiss = faiss.IndexFlatIP(384)
        self.faiss.add(self.encode([text for _, _, text in self.chunks]))

    def encode(self, texts: list[str]) -> np.ndarray[Any, Any]:
        return np.asarray(self.model.encode(texts, normalize_embeddings=True, show_progress_bar=False))

    def evaluate(self, questions: list[Question]) -> Report:
        outcomes = [self.judge(question) for question in questions]
        times, encodes = [], []
        for question in questions[:: max(1, len(questions) // 100)]:
            start = time.perf_counter()
            vector = self.encode([question.text])
            encoded = time.perf_counter()
            self.faiss.search(vector, 5)
            encodes.append(encoded - start)
            times.append(time.perf_counter() - start)
        report = summarise(outcomes, times, encodes)
        return Report(**{**vars(report), "answered": None, "declined_removed": None, "declined_unanswerable": None})

    def judge(self, question: Question) -> Outcome:
        vector = self.encode([question.text])
        scores, ids = self.faiss.search(vector, min(100, len(self.chunks)))
        hits = [(*self.chunks[i], float(score)) for i, score in zip(ids[0], scores[0])]
        rank = None
        for position, (document, start, text, _) in enumerate(hits[:DEPTH], 1):
            if self.right(question, document, start, text):
                rank = position
                break
        document, start, text, sure = hits[0]
        without = [score for d, _, t, score in hits if not holds(question, d.id, t)]
        return Outcome(
            answerable=bool(question.spans),
            rank=rank,
            evidence=self.evidence(question, vector[0], document, start, text),
            sure=sure,
            sure_without=max(without, default=0.0),
        )

    @staticmethod
    def right(question: Question, document: Document, start: int, text: str) -> bool:
        inside = (question.whole or (start <= span.start and span.end <= start + len(text)) for span in question.spans)
        return any(ok and span.document_id == document.id for ok, span in zip(inside, question.spans))

    def evidence(
        self, question: Question, vector: np.ndarray[Any, Any], document: Document, start: int, text: str
    ) -> bool:
        spans = sentence_spans(text)
        best = int(np.argmax(self.encode([text[a:b] for a, b in spans]) @ vector))
        first, last = start + spans[best][0], start + spans[best][1]
        return any(s.document_id == document.id and first < s.end and s.start < last for s in question.spans)


if __name__ == "__main__":
    main()
