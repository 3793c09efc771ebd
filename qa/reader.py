"""The reader: where in a text the answer stands, and whether it stands there at all.

An encoder fine-tuned to point at the answer, or at [CLS] when the text does not hold it (Devlin et
al. 2019, "BERT", section 4.3). The one that ships was made by bench/train.py; any model that
transformers' AutoModelForQuestionAnswering loads can stand in for it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import FootnoteError

if TYPE_CHECKING:
    import torch

OFF = "off"
_SHIPPED = Path(__file__).parent / "reader-model"
_SHA256 = "000bcc7876a9d6490c8af9bcd12b0496acee6db6de10636ea0065a38c9faaada"
_LONGEST = 30  # tokens of an answer
_LIMIT = 384  # tokens of question and text together


class ReaderError(FootnoteError):
    """A reader that cannot be loaded or used."""


@dataclass(frozen=True)
class Reading:
    """A text as the reader sees it: for each of its n tokens the characters it stands for, (n, 2),
    and how much rather the answer starts or ends there than nowhere, (n,) float32 logits each."""

    spans: NDArray[np.int32]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]

    def best(self, start: int, end: int) -> tuple[float, int, int]:
        """The likeliest answer inside the characters [start, end): its log-odds against no answer,
        its first character and the one past its last; -inf where the reader has read nothing."""
        inside = np.flatnonzero((self.spans[:, 0] >= start) & (self.spans[:, 1] <= end))
        if not inside.size:
            return float("-inf"), start, start
        i, j = int(inside[0]), int(inside[-1]) + 1
        sums = self.starts[i:j, None] + self.ends[None, i:j]
        size = j - i
        allowed = np.triu(np.ones((size, size), bool)) & ~np.triu(np.ones((size, size), bool), _LONGEST)
        sums = np.where(allowed, sums, -np.inf)
        a, b = divmod(int(sums.argmax()), size)
        return float(sums[a, b]), int(self.spans[i + a, 0]), int(self.spans[i + b, 1])


def shared_reader(name: str | None = None) -> Reader | None:
    """The one reader of this process with a name: a model, its folder, or "off", which gives None.
    Without a name, FOOTNOTE_READER's, else the one that ships."""
    name = name or os.environ.get("FOOTNOTE_READER") or str(_SHIPPED)
    return None if name == OFF else _reader(name)


@lru_cache(maxsize=2)
def _reader(name: str) -> Reader:
    return Reader(name)


class Reader:
    """An extractive question-answering model, loaded when first needed; safe between threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def load(self) -> None:
        """Load the model now. Raises ReaderError when it is missing, altered or unsuitable."""
        self._parts()

    def read(self, question: str, texts: Sequence[str]) -> list[Reading]:
        """Read texts for the answer to a question, in one forward pass."""
        import torch

        if not texts:
            return []
        tokenizer, model = self._parts()
        coded = tokenizer(
            [question] * len(texts),
            list(texts),
            truncation="longest_first",
            max_length=min(_LIMIT, model.config.max_position_embeddings),
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = coded.pop("offset_mapping").numpy()
        with torch.inference_mode():
            out = model(**coded)
        starts, ends = out.start_logits.float().numpy(), out.end_logits.float().numpy()
        starts, ends = starts - starts[:, :1], ends - ends[:, :1]  # the first token is [CLS]: no answer
        text = [np.array([part == 1 for part in coded.sequence_ids(row)]) for row in range(len(texts))]
        return [
            Reading(offsets[row][own].astype(np.int32), starts[row][own], ends[row][own])
            for row, own in enumerate(text)
        ]

    def _parts(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.name)
            return self._loaded


def _load(name: str) -> tuple[Any, Any]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils import logging

    if name == str(_SHIPPED):
        _check_shipped()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        local = Path(name).is_dir()
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
        model = AutoModelForQuestionAnswering.from_pretrained(name, local_files_only=local, dtype=_precision())
    except Exception as error:  # as with the encoder, each library has exceptions of its own
        raise ReaderError(
            f"The reader {name} could not be loaded ({type(error).__name__}: {str(error).splitlines()[0][:200]}); "
            "name a question-answering model or its folder, or switch the reader off with --reader off."
        ) from error
    if not tokenizer.is_fast:
        raise ReaderError(f"The reader {name} cannot be used: it needs a fast tokenizer; use another, or --reader off.")
    return tokenizer, model.eval()


def _precision() -> torch.dtype:
    """Half precision where the processor computes in it, which halves the time and moves no logit
    by as much as 0.1; else single."""
    import torch

    able = getattr(torch.cpu, "get_capabilities", dict[str, Any])()  # since torch 2.12
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def _check_shipped() -> None:
    weights = _SHIPPED / "model.safetensors"
    found = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else ""
    if found != _SHA256:
        raise ReaderError(
            "The weights of the reader are missing or not the ones that ship with Footnote: reinstall footnote-qa, "
            "or switch the reader off with --reader off."
        )
