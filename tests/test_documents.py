"""Asking some documents of a library, and not the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Shell

from index import Index, Place, QuestionError
from qa import ask, retrieve

TOWNS = ("Ash", "Birch", "Cedar", "Dover", "Elm")


Towns = tuple[Index, dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("towns") / "library"


@pytest.fixture(scope="module")
def towns(folder: Path) -> Iterator[Towns]:
    """Five documents that all answer the same question, and their ids by title."""
    for number, town in enumerate(TOWNS):
        text = (
            f"# {town}\n\nThe mayor of the town is called {town}son.\n\n## Trade\n\n{number} ships call there a year.\n"
        )
        (folder.parent / f"{town}.md").write_text(text)
    with Index.open(folder) as index:
        index.add(*folder.parent.glob("*.md"))
        yield index, {document.title: document.id for document in index.documents()}


QUESTION = "What is the mayor of the town called?"


def test_only_the_documents_named_are_searched(towns: Towns) -> None:
    index, ids = towns
    for town in TOWNS:
        hits = retrieve(QUESTION, index=index, documents=[ids[town]])
        assert {hit.citation.title for hit in hits} == {town} and f"{town}son" in hits[0].text
    pair = {ids["Ash"], ids["Elm"]}
    answer = ask(QUESTION, index=index, documents=pair, k=20)
    assert {hit.citation.document_id for hit in answer.hits} == pair
    every = {hit.citation.document_id for hit in retrieve(QUESTION, index=index, k=20)}
    assert every == set(ids.values())


def test_documents_that_others_would_crowd_out_are_found(towns: Towns) -> None:
    index, ids = towns
    encoding = index.encoder.question(QUESTION)
    (nearest, *_) = index.search(QUESTION, encoding, 1)
    for town in TOWNS:
        found = index.search(QUESTION, encoding, 1, [Place(ids[town])])
        assert found and {candidate.passage.document_id for candidate in found} == {ids[town]}
    assert nearest.passage in {candidate.passage for candidate in index.search(QUESTION, encoding, 20)}


def test_a_place_can_be_a_part_of_a_document(towns: Towns) -> None:
    index, ids = towns
    document = index.document(ids["Cedar"])
    assert document is not None
    (trade,) = (section for section in document.sections if section.title == "Trade")
    found = index.search(QUESTION, index.encoder.question(QUESTION), 5, [Place(document.id, trade.start, trade.end)])
    assert [candidate.passage.text for candidate in found] == ["## Trade\n\n2 ships call there a year."]


def test_no_documents_answer_nothing(towns: Towns) -> None:
    assert ask(QUESTION, index=towns[0], documents=[]).hits == ()


@pytest.mark.parametrize("name", ["nowhere", "x" * 5_000, "'; DROP TABLE passage"])
def test_a_document_that_is_not_there_is_refused_in_a_sentence(towns: Towns, name: str) -> None:
    index, ids = towns
    for documents in ([name], [ids["Ash"], name]):
        with pytest.raises(QuestionError, match=r"^There is no document .*\.$") as caught:
            ask(QUESTION, index=index, documents=documents)
        assert name[:100] in str(caught.value) and len(str(caught.value)) < 250


def test_the_shell_asks_the_documents_named(towns: Towns, folder: Path, footnote: Shell) -> None:
    ash, elm = towns[1]["Ash"], towns[1]["Elm"]
    done = footnote("ask", QUESTION, "--in", ash, "--in", elm, "--index", folder, "--json")
    assert {hit["citation"]["document_id"] for hit in json.loads(done.stdout)["hits"]} == {ash, elm}
    wrong = footnote("ask", QUESTION, "--in", "nowhere", "--index", folder)
    assert wrong.returncode == 2 and wrong.stdout == ""
    assert wrong.stderr == "footnote: There is no document nowhere in this library; footnote list shows their ids.\n"
