"""A library on disk: incremental, transactional, checked; the FAISS file derived."""

from __future__ import annotations

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from index import Index, LibraryError, ModelError, Progress
from index.library import SAMPLE
from qa import retrieve


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def best(index: Index, question: str) -> str:
    hits = retrieve(question, index=index, k=1)
    return hits[0].text if hits else ""


def test_a_document_is_added_once_updated_when_it_changed_and_removed(new_library: Index, tmp_path: Path) -> None:
    path = write(tmp_path / "notes", "tea.txt", "The best tea grows on the slopes of Darjeeling.")
    first = new_library.add(path)
    assert len(first.added) == 1 and not (first.updated or first.unchanged or first.failed or first.skipped)
    assert new_library.add(path).unchanged == first.added
    write(tmp_path / "notes", "tea.txt", "The best tea grows in the hills of Assam.")
    assert new_library.add(path).updated == first.added
    assert "Assam" in best(new_library, "Where does the best tea grow?")
    (document,) = new_library.documents()
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert new_library.remove(document.id) and not new_library.remove(document.id)
    assert new_library.documents() == [] and best(new_library, "Where does the best tea grow?") == ""


def test_a_folder_is_walked_without_hidden_files_and_other_kinds_are_named(new_library: Index, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    write(folder, "a.txt", "Alpha is the first letter.")
    write(folder, "deep/er/b.md", "# Beta\n\nBeta is the second letter.")
    write(folder, ".git/c.txt", "hidden")
    write(folder, ".d.txt", "hidden")
    other = write(folder, "picture.png", "not read")
    (folder / "loop").symlink_to(folder)
    report = new_library.add(folder)
    assert [document.title for document in new_library.documents()] == ["Beta", "a"]
    assert report.skipped == (str(other),) and not report.failed


def test_one_bad_file_does_not_stop_the_rest(new_library: Index, tmp_path: Path) -> None:
    good = write(tmp_path, "good.txt", "A good file.")
    empty = write(tmp_path, "empty.txt", "")
    report = new_library.add(tmp_path / "missing.txt", empty, good)
    assert len(report.added) == 1
    assert [Path(failure.path).name for failure in report.failed] == ["missing.txt", "empty.txt"]


def test_progress_counts_files_and_passages(new_library: Index, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "many", f"{number}.txt", f"Document number {number} is here.")
    write(tmp_path / "many", "bad.txt", "")
    seen: list[Progress] = []
    new_library.add(tmp_path / "many", progress=seen.append)
    assert [progress.files_done for progress in seen] == [1, 2, 3, 4]
    assert seen[-1].files == 4 and seen[-1].passages == 3


def test_a_library_opens_again_as_it_was(tmp_path: Path) -> None:
    with Index.open(tmp_path / "library") as index:
        index.add(SAMPLE)
        before = index.documents()
    with Index.open(tmp_path / "library") as index:
        assert index.documents() == before and index.check() == []
        assert "Fang Binxing" in best(index, "Who designed the Great Firewall?")


@pytest.mark.parametrize("harm", ["missing", "cut", "altered", "empty", "another library's"])
def test_the_faiss_file_is_made_anew_when_missing_or_damaged(harm: str, tmp_path: Path, new_library: Index) -> None:
    new_library.add(SAMPLE)
    best(new_library, "Who designed the Great Firewall?")
    with Index.open(tmp_path / "second") as index:
        index.add(SAMPLE)
        expected = best(index, "Who designed the Great Firewall?")
    file = tmp_path / "second" / "passages.faiss"
    whole = file.read_bytes()
    replacement = {
        "cut": whole[: len(whole) // 2],
        "altered": whole[:-1] + bytes([whole[-1] ^ 1]),
        "empty": b"",
        "another library's": (tmp_path / "library" / "passages.faiss").read_bytes(),
    }
    file.unlink() if harm == "missing" else file.write_bytes(replacement[harm])
    with Index.open(tmp_path / "second") as index:
        assert best(index, "Who designed the Great Firewall?") == expected
        assert index.check() == []
    assert file.read_bytes() == whole


def test_what_another_process_adds_and_removes_is_seen_at_once(tmp_path: Path, new_library: Index) -> None:
    new_library.add(write(tmp_path, "a.txt", "Cats sleep most of the day."))
    assert "Cats" in best(new_library, "Which animal sleeps a lot?")
    with Index.open(tmp_path / "library") as other:
        (name,) = other.add(write(tmp_path, "b.txt", "The koala sleeps twenty hours a day.")).added
        assert "koala" in best(new_library, "How long does a koala sleep?")
        other.remove(name)
        assert "koala" not in best(new_library, "How long does a koala sleep?")
    assert new_library.check() == []


def test_questions_are_answered_while_documents_are_added(new_library: Index, tmp_path: Path) -> None:
    new_library.add(SAMPLE)
    for number in range(40):
        write(tmp_path / "many", f"{number}.txt", f"Document {number} speaks of the number {number}. " * 30)
    adding = threading.Thread(target=new_library.add, args=[tmp_path / "many"])
    adding.start()
    asked = 0
    while adding.is_alive():
        assert "Fang Binxing" in best(new_library, "Who is the main architect of the Great Firewall?")
        asked += 1
    adding.join()
    assert asked > 3 and len(new_library.documents()) == 41 and new_library.check() == []


ADD = "import sys; from index import Index; Index.open(sys.argv[1]).add(sys.argv[2])"


def test_killed_while_adding_it_keeps_what_wascommitted_and_goes_on(tmp_path: Path) -> None:
    folder, library = tmp_path / "many", tmp_path / "library"
    for number in range(60):
        write(folder, f"{number:02}.txt", f"Document {number} speaks of the number {number}. " * 60)
    Index.open(library).close()
    dice = random.Random(0)
    counts = []
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", ADD, str(library), str(folder)])
        grown = counts[-1] if counts else 0
        deadline = time.monotonic() + 60
        while committed(library) <= grown and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(dice.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Index.open(library) as index:
            assert index.check() == []
            counts.append(len(index.documents()))
    assert counts == sorted(counts) and counts[0] > 0
    with Index.open(library) as index:
        report = index.add(folder)
        assert len(report.unchanged) >= counts[-1] and len(index.documents()) == 60 and index.check() == []


def committed(library: Path) -> int:
    connection = sqlite3.connect(library / "footnote.db", timeout=10)
    try:
        return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])
    finally:
        connection.close()


def test_check_finds_what_is_wrong(tmp_path: Path) -> None:
    with Index.open(tmp_path / "library") as index:
        index.add(SAMPLE)
    connection = sqlite3.connect(tmp_path / "library" / "footnote.db")
    connection.execute("DROP TRIGGER passage_added")
    connection.execute("UPDATE passage SET start = start + 1 WHERE id = 2")
    connection.execute("UPDATE passage SET spans = x'' WHERE id = 3")
    connection.execute("UPDATE passage SET text = 'other words' WHERE id = 4")
    connection.commit()
    connection.close()
    with Index.open(tmp_path / "library") as index:
        problems = "\n".join(index.check())
    assert "is not the text of its document" in problems
    assert "do not match its tokens" in problems
    assert "word index" in problems


def test_a_library_is_not_read_with_another_model(tmp_path: Path, other_model: Path, new_library: Index) -> None:
    new_library.add(SAMPLE)
    with pytest.raises(ModelError, match=r"made with the model all-MiniLM-L6-v2.*--model all-MiniLM-L6-v2"):
        Index.open(tmp_path / "library", model=str(other_model))
    with Index.open(tmp_path / "tiny", model=str(other_model)) as index:
        index.add(SAMPLE)
    with pytest.raises(ModelError, match="use --model"):
        Index.open(tmp_path / "tiny")
    moved = tmp_path / "moved"
    other_model.rename(moved)
    try:
        with Index.open(tmp_path / "tiny", model=str(moved)) as index:
            assert retrieve("Who is Fang?", index=index, k=1)
    finally:
        moved.rename(other_model)


def test_the_default_library_holds_the_sample_until_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    assert "Fang Binxing" in retrieve("Who designed the Great Firewall?", k=1)[0].text
    with Index.open() as index:
        (document,) = index.documents()
        assert document.author == "Gianluigi Negro"
        index.remove(document.id)
    with Index.open() as index:
        assert index.documents() == []


def test_a_folder_of_other_things_is_no_library(tmp_path: Path) -> None:
    write(tmp_path / "things", "a.txt", "something")
    with pytest.raises(LibraryError, match="is not a Footnote library"):
        Index.open(tmp_path / "things")
    assert [entry.name for entry in (tmp_path / "things").iterdir()] == ["a.txt"]


def test_a_database_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    write(tmp_path / "one", "footnote.db", "this is no database" * 100)
    with pytest.raises(LibraryError, match="not one, or is damaged"):
        Index.open(tmp_path / "one")
    (tmp_path / "two").mkdir()
    connection = sqlite3.connect(tmp_path / "two" / "footnote.db")
    connection.execute("CREATE TABLE things (name)")
    connection.close()
    with pytest.raises(LibraryError, match="not a Footnote library"):
        Index.open(tmp_path / "two")
