"""Token vectors to bytes and back: four bits a dimension, with nothing to train.

A fixed rotation spreads each unit vector evenly over its dimensions, so that one range fits every
model and every text; FAISS's scalar quantizer does the rest. 192 bytes a token at 384 dimensions.
`bench/codec.py` sets it beside PCA codecs, which are smaller or as small, and rank worse.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RANGE = 3.5  # standard deviations of a rotated coordinate; what lies outside is clipped


def encode(vectors: NDArray[np.float32]) -> bytes:
    """Compress (n, d) unit vectors to n codes of ceil(d / 2) bytes."""
    if not len(vectors):
        return b""
    rotated = np.ascontiguousarray(vectors @ _rotation(vectors.shape[1]))
    codes: NDArray[np.uint8] = _quantizer(vectors.shape[1]).sa_encode(rotated)
    return codes.tobytes()


def dots(queries: NDArray[np.float32], codes: bytes) -> NDArray[np.float32]:
    """Dot products of (q, d) query vectors with n coded vectors: (q, n) float32.

    The queries are rotated instead of the codes, which costs next to nothing.
    """
    dimension = queries.shape[1]
    if not codes or not len(queries):
        return np.zeros((len(queries), len(codes) // code_size(dimension)), np.float32)
    packed = np.frombuffer(codes, np.uint8).reshape(-1, code_size(dimension))
    decoded: NDArray[np.float32] = _quantizer(dimension).sa_decode(packed)
    return np.asarray((queries @ _rotation(dimension)) @ decoded.T, np.float32)


def code_size(dimension: int) -> int:
    """Bytes a vector takes."""
    return (dimension + 1) // 2


@lru_cache(maxsize=4)
def _rotation(dimension: int) -> NDArray[np.float32]:
    """Random signs, then the orthonormal cosine transform (DCT-II): a (d, d) orthogonal matrix.

    Built from a formula and numpy's frozen generator, so that it is the same on every machine.
    """
    signs = np.random.RandomState(0).choice([-1.0, 1.0], dimension)
    row, column = np.arange(dimension)[:, None], np.arange(dimension)[None, :]
    cosines = np.cos(np.pi * (2 * row + 1) * column / (2 * dimension)) * np.sqrt(2.0 / dimension)
    cosines[:, 0] = np.sqrt(1.0 / dimension)
    matrix: NDArray[np.float32] = (signs[:, None] * cosines).astype(np.float32)
    return matrix


@lru_cache(maxsize=4)
def _quantizer(dimension: int) -> Any:
    from index.vectors import faiss_module

    faiss = faiss_module()
    quantizer = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit_uniform)
    limit = _RANGE / np.sqrt(dimension)
    quantizer.train(np.array([[-limit] * dimension, [limit] * dimension], np.float32))
    return quantizer
