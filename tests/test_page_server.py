"""The page's server without a browser: what it answers to, takes over, and passes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from specimens import notes
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from index import FootnoteError
from page.bridge import Bridge
from page.guard import Guard
from page.pages import Pages
from page.service import Libraries


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[Libraries]:
    libraries = Libraries(tmp_path / "library", None)
    libraries.start(remembered=False)
    yield libraries
    libraries.close()


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


@pytest.fixture
def bridge(libraries: Libraries, uploads: Path) -> Bridge:
    return Bridge(libraries, Pages(), changes=True, uploads=uploads)


def done(libraries: Libraries) -> dict[str, Any]:
    """How it went, once nothing is on its way."""
    deadline = time.monotonic() + 120
    while libraries.first.adder.running:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return libraries.first.adder.state(0, 0)


def kept(libraries: Libraries) -> set[str]:
    return {str(path) for path in (libraries.first.folder / "files").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("listens", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:7860", 200),
        ("127.0.0.1", "localhost", 200),
        ("127.0.0.1", "[::1]:7860", 200),
        ("127.0.0.1", "192.168.1.5", 403),
        ("127.0.0.1", "evil.example", 403),
        ("127.0.0.1", "[", 403),
        ("127.0.0.1", "", 403),
        ("0.0.0.0", "192.168.1.5:7860", 200),
        ("0.0.0.0", "[fe80::1]", 200),
        ("0.0.0.0", "localhost:7860", 200),
        ("0.0.0.0", socket.gethostname().upper(), 200),
        ("0.0.0.0", socket.getfqdn(), 200),
        ("0.0.0.0", "evil.example", 403),
        ("0.0.0.0", "1.2.3.4.evil.example", 403),
        ("0.0.0.0", "[", 403),
        ("0.0.0.0", "", 403),
        ("archive.example", "archive.example", 200),
        ("archive.example", "evil.example", 403),
    ],
)
def test_the_page_answers_to_this_machine_and_to_no_other_name(listens: str, host: str, status: int) -> None:
    client = TestClient(Guard(PlainTextResponse("here"), host=listens, changes=True))
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost:7860", 200), ("http://localhost", 403), ("[", 403), ("http://[", 403), ("null", 403)],
)
def test_only_the_page_itself_may_ask(origin: str, status: int) -> None:
    client = TestClient(Guard(PlainTextResponse("here"), host="127.0.0.1", changes=True))
    assert client.post("/", headers={"Host": "localhost:7860", "Origin": origin}).status_code == status


def test_what_is_dropped_after_a_cancelling_is_added(libraries: Libraries, uploads: Path) -> None:
    adder = libraries.first.adder
    adder.take([(path, path.name) for path in sorted(notes(uploads, 120).iterdir())])
    while not adder.state(0, 0)["done"]:
        time.sleep(0.01)
    adder.cancel()
    assert adder.running and adder.state(0, 0)["done"] < 120
    notes(uploads, 120)
    again = [uploads / "pond-0001.md", uploads / "pond-0119.md", uploads / "pond-0120.md"]  # dropped once more
    adder.take([(path, path.name) for path in again])
    told = done(libraries)
    names = [step["name"] for step in told["steps"]]
    assert {path.name for path in again} <= set(names) and len(names) < 120 and told["total"] == len(names)
    assert not [step for step in told["steps"] if step["outcome"] == "failed"]
    assert kept(libraries) == {entry.source for entry in libraries.first.index.catalogue()}


def test_of_files_of_which_one_cannot_be_taken_none_stays(libraries: Libraries, bridge: Bridge, uploads: Path) -> None:
    def dropped(*paths: Path) -> dict[str, Any]:
        return bridge({"do": "add", "files": [{"path": str(p), "name": p.name, "outright": True} for p in paths]})

    notes(uploads, 3)
    first, second, third = sorted(uploads.iterdir())
    assert dropped(first) == {} and done(libraries)["steps"][0]["outcome"] == "added"
    before = kept(libraries)
    assert "error" in dropped(second, uploads.parent / "elsewhere.md") and second.exists()
    notes(uploads, 1)
    with pytest.raises(FootnoteError, match="could not be kept"):  # the second goes away before its turn
        libraries.first.adder.take([(first, first.name), (third, third.name), (uploads / "gone.md", third.name)])
    assert kept(libraries) == before


def test_a_source_that_leads_out_of_the_librarys_files_is_left_alone(libraries: Libraries, tmp_path: Path) -> None:
    files = libraries.first.folder / "files"
    files.mkdir(parents=True)
    (tmp_path / "own.txt").write_text("own")
    (files / "link.txt").symlink_to(tmp_path / "own.txt")
    (files / "kept.txt").write_text("kept")
    libraries.first.adder.forget(str(files / ".." / ".." / "own.txt"))
    libraries.first.adder.forget(str(files / "link.txt"))
    assert (tmp_path / "own.txt").exists()
    libraries.first.adder.forget(str(files / "kept.txt"))
    assert not (files / "kept.txt").exists()


def test_of_a_long_conversation_the_first_turn_and_the_last_are_passed_on(
    libraries: Libraries, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[Any] = []
    library, ask = libraries.first, libraries.first.ask

    def noted(question: str, **how: Any) -> Any:
        passed.append(how["history"])
        return ask(question, **how)

    monkeypatch.setattr(library, "ask", noted)
    for count in (0, 1, 9, 500):
        history = [[f"{number} " + "q" * 9_000, "a" * 9_000] for number in range(count)]
        assert "error" not in bridge({"do": "ask", "question": "And what of the heron?", "history": history})
        numbers = [int(asked.split()[0]) for asked, _ in passed[-1]]
        assert numbers == ([0, *range(492, 500)] if count == 500 else list(range(count)))
        assert all(len(asked) == 2_000 and len(text) == 4_000 for asked, text in passed[-1])
