"""Token codecs beside each other: `python bench/codec.py SQUAD_FILE`.

MaxSim alone over the file's paragraphs, with token vectors as they are, as Footnote stores them,
and through FAISS's PCA codecs trained on a sample of the same vectors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import numpy as np
from splits import existing

from index import codec
from index.encoder import Encoder
from index.vectors import faiss_module
from qa.query import token_weights

Vectors = np.ndarray[Any, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure codecs for token vectors.")
    parser.add_argument("file", type=existing)
    parser.add_argument("--limit", type=int, default=2000, help="questions")
    options = parser.parse_args()
    squad = json.loads(options.file.read_text())["data"]
    paragraphs = [paragraph for article in squad for paragraph in article["paragraphs"]]
    asked = [
        (item["question"], number)
        for number, paragraph in enumerate(paragraphs)
        for item in paragraph["qas"]
        if not item.get("is_impossible")
    ][: options.limit]
    encoder = Encoder()
    encodings = list(encoder.passages(paragraph["context"] for paragraph in paragraphs))
    tokens = np.concatenate([encoding.tokens for encoding in encodings])
    starts = np.cumsum([0, *(len(encoding.tokens) for encoding in encodings)])[:-1]
    questions = []
    for text, _ in asked:
        encoding = encoder.question(text)
        questions.append(encoding.tokens[token_weights(text, encoding.spans) > 0])
    right = np.array([number for _, number in asked])
    coded = codec.encode(tokens)
    size = codec.code_size(tokens.shape[1])
    codecs: list[tuple[str, int, Callable[[Vectors], Vectors]]] = [
        ("as they are", 4 * tokens.shape[1], lambda question: question @ tokens.T),
        ("Footnote", size, lambda question: codec.dots(question, coded)),
        *(through(spec, tokens) for spec in ("PCAR192,SQ8", "PCAR128,SQ8", "PCAR128,SQ4")),
    ]
    print(f"{options.file.name}: {len(paragraphs)} paragraphs, {len(asked)} questions, {len(tokens)} tokens")
    for name, length, dots in codecs:
        first = [int(np.maximum.reduceat(dots(q), starts, axis=1).mean(axis=0).argmax()) for q in questions]
        print(f"  {name:14}{length:5} bytes a token   R@1 {np.mean(np.array(first) == right):.4f}")


def through(spec: str, tokens: Vectors) -> tuple[str, int, Callable[[Vectors], Vectors]]:
    faiss = faiss_module()
    quantizer = faiss.index_factory(tokens.shape[1], spec, faiss.METRIC_INNER_PRODUCT)
    quantizer.train(tokens[np.random.default_rng(0).choice(len(tokens), min(20_000, len(tokens)), replace=False)])
    decoded = quantizer.sa_decode(quantizer.sa_encode(tokens))
    return spec, quantizer.sa_code_size(), lambda question: np.asarray(question @ decoded.T)


if __name__ == "__main__":
    main()
