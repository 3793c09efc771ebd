"""The reader, the reranker and the spelling: what they add, and that everything works without."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import QUESTIONS, Shell
from hypothesis import given, settings
from hypothesis import strategies as st

import qa.reader
from index import Index
from qa import ask
from qa.evaluate import evaluate, prepared
from qa.reader import Reader, ReaderError, Reading
from qa.rerank import RerankerError

QUESTION = "Who is the main architect of the Great Firewall?"


def test_the_words_that_answer_are_pointed_at_inside_the_evidence(article: Index) -> None:
    (document,) = article.documents()
    evidence = ask(QUESTION, index=article).evidence[0]
    assert evidence.answer is not None and "Fang Binxing" in evidence.answer.exact
    assert evidence.citation.start <= evidence.answer.start < evidence.answer.end <= evidence.citation.end
    assert document.text[evidence.answer.start : evidence.answer.end] == evidence.answer.exact
    assert len(evidence.answer.exact) < len(evidence.text)


def test_with_the_reader_off_all_works_and_nothing_is_pointed_at(
    article: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(QUESTION, index=article, reader="off")
    assert answer.answered and "Fang Binxing" in answer.evidence[0].text
    assert all(evidence.answer is None for hit in answer.hits for evidence in hit.evidence)
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    assert ask(QUESTION, index=article) == answer


def test_the_reader_tells_answers_apart_better_than_likeness_alone(article: Index) -> None:
    from qa.answer import Options

    with prepared(QUESTIONS, article) as (index, questions):
        read, unread = evaluate(index, questions), evaluate(index, questions, Options(reader="off"))
    assert read.auroc_unanswerable is not None and unread.auroc_unanswerable is not None
    assert read.auroc_unanswerable > unread.auroc_unanswerable
    assert read.evidence is not None and read.evidence >= 0.85


def test_the_weights_are_small_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = qa.reader._SHIPPED / "model.safetensors"
    assert weights.stat().st_size <= 46_000_000
    copy = tmp_path / "reader"
    shutil.copytree(qa.reader._SHIPPED, copy)
    content = bytearray((copy / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "model.safetensors").write_bytes(content)
    monkeypatch.setattr(qa.reader, "_SHIPPED", copy)
    with pytest.raises(ReaderError, match="reinstall footnote-qa"):
        Reader(str(copy)).load()


def test_another_reader_can_stand_in(article: Index, other_reader: Path) -> None:
    answer = ask(QUESTION, index=article, reader=str(other_reader))
    (document,) = article.documents()
    for hit in answer.hits:
        assert document.text[hit.citation.start : hit.citation.end] == hit.text


@pytest.mark.parametrize("option", ["--reader", "--reranker"])
def test_a_model_that_is_none_is_refused_in_a_sentence(
    article: Index, footnote: Shell, option: str, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text("{}")
    done = footnote("ask", "Who?", option, tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith(f"footnote: The {option[2:]} {tmp_path} could not be loaded")
    assert len(done.stderr.strip().splitlines()) == 1


logits = st.lists(st.floats(-20, 20, width=32), min_size=40, max_size=40)


@given(logits, logits, st.integers(0, 39), st.integers(0, 40))
@settings(max_examples=60)
def test_the_best_span_is_the_best_of_all_spans(starts: list[float], ends: list[float], first: int, last: int) -> None:
    spans = np.array([(3 * i, 3 * i + 2) for i in range(40)], np.int32)
    reading = Reading(spans, np.array(starts, np.float32), np.array(ends, np.float32))
    margin, start, end = reading.best(3 * first, 3 * last)
    allowed = [
        (np.float32(starts[i]) + np.float32(ends[j]))
        for i in range(first, min(last, 40))
        for j in range(i, min(last, 40, i + 30))
    ]
    assert margin == (pytest.approx(float(max(allowed))) if allowed else float("-inf"))
    assert not allowed or 3 * first <= start < end <= 3 * last


def test_a_cross_encoder_decides_the_order(article: Index, cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    answer = ask(QUESTION, index=article, reader="off", reranker=str(cross_encoder), k=8)
    model = CrossEncoder(str(cross_encoder))
    scores = model.predict([(QUESTION, hit.text) for hit in answer.hits]).tolist()
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]
    assert [hit.text for hit in answer.hits] != [h.text for h in ask(QUESTION, index=article, reader="off", k=8).hits]


def test_a_multi_vector_model_decides_the_order(article: Index, multi_vector: Path) -> None:
    from sentence_transformers import MultiVectorEncoder

    answer = ask(QUESTION, index=article, reader="off", reranker=str(multi_vector), k=8)
    model = MultiVectorEncoder(str(multi_vector))
    asked = model.encode_query([QUESTION], convert_to_numpy=True)
    read = model.encode_document([hit.text for hit in answer.hits], convert_to_numpy=True)
    scores = model.similarity(asked, read)[0].tolist()
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1]


def test_a_reranker_with_several_scores_is_refused(article: Index, tmp_path: Path, cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(cross_encoder), num_labels=3, model_kwargs={"ignore_mismatched_sizes": True}).save_pretrained(
        str(tmp_path)
    )
    with pytest.raises(RerankerError, match="several scores"):
        ask(QUESTION, index=article, reranker=str(tmp_path))


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("Who is Fang Binxing?", "Who is Fang Binxing?"),
        ("Who is Fang Bingxing?", "Who is Fang Binxing?"),
        ("What is Internet sovreignty?", "What is Internet sovereignty?"),
        ('What is "Internet sovreignty"?', 'What is "Internet sovreignty"?'),
        ("What does photosynthesis need?", "What does photosynthesis need?"),
    ],
)
def test_words_are_looked_up_in_the_spelling_of_the_library(article: Index, asked: str, searched: str) -> None:
    answer = ask(asked, index=article)
    assert (answer.question, answer.standalone_question) == (asked, searched)


@pytest.mark.parametrize(("written", "asked"), [("Muller", "Mueller"), ("Müller", "Mueller"), ("Goethe", "Göthe")])
def test_a_name_is_found_in_its_other_spelling(new_library: Index, tmp_path: Path, written: str, asked: str) -> None:
    (tmp_path / "a.txt").write_text(f"Herr {written} came from Bremen and sold maps.")
    (tmp_path / "b.txt").write_text("Herr Schmidt came from Berlin and sold clocks.")
    new_library.add(tmp_path / "a.txt", tmp_path / "b.txt")
    answer = ask(f"Where did {asked} come from?", index=new_library)
    assert answer.standalone_question == f"Where did {written} come from?"
    assert written in answer.hits[0].text
