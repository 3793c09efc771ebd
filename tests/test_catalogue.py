"""A library's catalogue, a removal undone, an adding called off."""

from __future__ import annotations

import threading
from pathlib import Path

from index import Index, Progress
from qa import ask


def filled(index: Index, folder: Path, count: int = 3) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"note{number}.txt").write_text(
            f"Note {number}\n\nThe heron of pond {number} eats {number + 2} eels."
        )
    index.add(folder)


def test_the_catalogue_lists_documents_without_their_texts(new_library: Index, tmp_path: Path) -> None:
    filled(new_library, tmp_path / "notes")
    documents = new_library.documents()
    entries = new_library.catalogue()
    assert [entry.id for entry in entries] == [document.id for document in documents]
    assert [entry.characters for entry in entries] == [len(document.text) for document in documents]
    assert all(entry.passages == 1 for entry in entries)
    assert [entry.title for entry in new_library.catalogue("NOTE1")] == ["Note 1"]  # by its source
    assert new_library.catalogue(first=1, count=1) == entries[1:2]
    assert (new_library.count(), new_library.count("note2.txt"), new_library.count("100%")) == (3, 1, 0)


def test_a_document_that_was_taken_out_comes_back_as_it_was(new_library: Index, tmp_path: Path) -> None:
    filled(new_library, tmp_path / "notes")
    (tmp_path / "twin.txt").write_bytes((tmp_path / "notes" / "note1.txt").read_bytes())
    new_library.add(tmp_path / "twin.txt")
    question = "What does the heron of pond 1 eat?"
    before, documents = ask(question, index=new_library), new_library.documents()
    name = before.hits[0].citation.document_id
    taken = new_library.take_out(name)
    assert taken is not None and new_library.take_out(name) is None
    assert name not in [hit.citation.document_id for hit in ask(question, index=new_library).hits]
    new_library.put_back(taken)
    assert ask(question, index=new_library) == before
    assert new_library.documents() == documents
    assert new_library.check() == []


def test_an_adding_that_is_called_off_keeps_what_is_done(new_library: Index, tmp_path: Path) -> None:
    stop = threading.Event()
    told: list[Progress] = []

    def progress(step: Progress) -> None:
        told.append(step)
        stop.set()

    (tmp_path / "notes").mkdir()
    for number in range(400):
        (tmp_path / "notes" / f"{number}.txt").write_text(f"The heron of pond {number} eats eels.")
    report = new_library.add(tmp_path / "notes", progress=progress, stop=stop)
    assert len(told) == 1 and told[0].outcome == "added"
    assert len(report.added) == 1 == new_library.count()
    assert new_library.check() == []
    assert len(new_library.add(tmp_path / "notes").added) == 399


def test_progress_says_what_became_of_each_file(new_library: Index, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The heron eats eels.")
    (tmp_path / "b.pdf").write_text("no PDF")
    told: dict[str, tuple[str, str]] = {}
    new_library.add(
        tmp_path / "a.txt",
        tmp_path / "b.pdf",
        progress=lambda step: told.__setitem__(Path(step.path).name, (step.outcome, step.reason)),
    )
    assert told["a.txt"] == ("added", "")
    assert told["b.pdf"][0] == "failed" and "is a damaged PDF" in told["b.pdf"][1]
