"""A stronger model for the order of the best passages, when one is asked for: off by default."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import FootnoteError
from qa.rank import Ranked

RERANKED = 20  # passages

# What sentence-transformers and PyLate write into the configuration of a late-interaction model.
_MULTI_VECTOR = ("MultiVectorEncoder", "ColBERT")


class RerankerError(FootnoteError):
    """A reranker that cannot be loaded."""


def shared_reranker(name: str | None = None) -> Reranker | None:
    """The one reranker of this process with a name, else with FOOTNOTE_RERANKER's; None without either."""
    name = name or os.environ.get("FOOTNOTE_RERANKER")
    return _reranker(name) if name else None


@lru_cache(maxsize=2)
def _reranker(name: str) -> Reranker:
    return Reranker(name)


def rerank(reranker: Reranker | None, question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Put the best passages in the order of a reranker. Its scores are scaled to [0, 1] and stand
    above those of the rest. Without one, the passages come back as they are."""
    if reranker is None or not ranked:
        return list(ranked)
    best, rest = ranked[:RERANKED], ranked[RERANKED:]
    scores = reranker.scores(question, [item.candidate.passage.text for item in best])
    scaled = (scores - scores.min()) / max(float(np.ptp(scores)), 1e-9)
    done = [replace(item, score=best[0].score + float(score)) for item, score in zip(best, scaled)]
    return sorted([*done, *rest], key=lambda item: -item.score)


class Reranker:
    """A sentence-transformers CrossEncoder or a multi-vector (ColBERT, PyLate) model, by name or
    folder; loaded when first needed, safe between threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._model: Any = None

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the question, (n,) float32, higher is better. Raises
        RerankerError when the model cannot be loaded or gives more than one score a text."""
        from sentence_transformers import CrossEncoder

        model = self._loaded()
        if isinstance(model, CrossEncoder):
            pairs = [(question, text) for text in texts]
            scores = np.asarray(model.predict(pairs, show_progress_bar=False), np.float32)
        else:
            asked = model.encode_query([question], convert_to_numpy=True, show_progress_bar=False)[0]
            read = model.encode_document(list(texts), convert_to_numpy=True, show_progress_bar=False)
            scores = np.array([(asked @ tokens.T).max(axis=1).sum() for tokens in read], np.float32)
        if scores.shape != (len(texts),):
            raise RerankerError(f"The reranker {self.name} gives several scores a passage; use one that gives one.")
        return scores

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = _load(self.name)
            return self._model


def _load(name: str) -> Any:
    import json

    from sentence_transformers import CrossEncoder, MultiVectorEncoder
    from transformers.utils import logging
    from transformers.utils.hub import cached_file

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        local = Path(name).is_dir()
        config = cached_file(
            name,
            "config_sentence_transformers.json",
            local_files_only=local,
            _raise_exceptions_for_missing_entries=False,
        )
        kind = json.loads(Path(config).read_text("utf-8")).get("model_type") if config else None
        return (MultiVectorEncoder if kind in _MULTI_VECTOR else CrossEncoder)(name, local_files_only=local)
    except Exception as error:  # each library below has exceptions of its own
        raise RerankerError(
            f"The reranker {name} could not be loaded ({type(error).__name__}: {str(error).splitlines()[0][:200]}); "
            "name a CrossEncoder or a multi-vector model of sentence-transformers, or its folder."
        ) from error
