"""A library that keeps up with its folder, and readers whose failures cost one file."""

from __future__ import annotations

import http.server
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_formats import lines_of
from test_library import committed, write

from index import Index, ReadError, workers
from index.fetch import fetch
from index.files import read_file
from qa import ask


def sources(index: Index) -> list[str]:
    return sorted(Path(source).name for document in index.documents() for source in (document.source, *document.also))


def test_sync_adds_updates_and_removes_what_is_gone(new_library: Index, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for name in ("a", "b", "c"):
        write(folder, f"{name}.txt", f"The letter {name} is here.")
    outside = write(tmp_path, "outside.txt", "Not in the folder.")
    new_library.add(outside)
    assert len(new_library.sync(folder).added) == 3
    (folder / "a.txt").unlink()
    write(folder, "b.txt", "The letter b has changed.")
    report = new_library.sync(folder)
    assert [Path(name).name for name in report.removed] == ["a.txt"]
    assert len(report.updated) == 1 and len(report.unchanged) == 1
    assert sources(new_library) == ["b.txt", "c.txt", "outside.txt"] and new_library.check() == []


@pytest.mark.parametrize("missing", [True, False])
def test_a_folder_that_is_missing_or_empty_takes_nothing_with_it(
    missing: bool, new_library: Index, tmp_path: Path
) -> None:
    folder = tmp_path / "disk"
    path = write(folder, "a.txt", "It stays.")
    new_library.sync(folder)
    path.unlink()
    if missing:
        folder.rmdir()
    report = new_library.sync(folder)
    assert len(report.failed) == 1 and not report.removed and sources(new_library) == ["a.txt"]


def test_footnoteignore_leaves_out_what_git_would(new_library: Index, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name in ("keep.md", "draft.md", "drafts/one.txt", "deep/draft.md", "deep/kept.txt"):
        write(folder, name, f"The file {name}.")
    new_library.add(folder)
    assert len(sources(new_library)) == 5
    write(folder, ".footnoteignore", "# drafts\ndrafts/\ndraft.*\n")
    write(folder, "deep/.footnoteignore", "!draft.md\n")
    assert sorted(Path(name).name for name in new_library.sync(folder).removed) == ["draft.md", "one.txt"]
    assert sources(new_library) == ["draft.md", "keep.md", "kept.txt"]


def test_the_same_document_under_two_names_is_stored_once_and_cited_under_both(
    new_library: Index, tmp_path: Path
) -> None:
    first, second = (write(tmp_path, name, "The well was dug in 1702.") for name in ("a.txt", "b.txt"))
    report = new_library.add(first, second)
    assert len(report.added) == 1 and len(report.duplicates) == 1
    (document,) = new_library.documents()
    (hit,) = ask("When was the well dug?", index=new_library).hits
    assert sorted([hit.citation.source, *hit.citation.also]) == [str(first), str(second)]
    assert new_library.add(first, second).unchanged == (document.id,)

    write(tmp_path, Path(document.source).name, "The well was filled in 1900.")
    assert len(new_library.add(first, second).added + new_library.add(first, second).unchanged) >= 1
    assert sorted(document.text[-5:] for document in new_library.documents()) == ["1702.", "1900."]
    assert new_library.check() == []


def test_documents_that_trade_places_and_move_stay_whole(new_library: Index, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    words = [f"Document {number} tells of the number {number}." for number in range(4)]
    dice = random.Random(0)
    for _ in range(6):
        for path in folder.glob("*"):
            path.unlink()
        chosen = {f"{name}.txt": dice.choice(words) for name in dice.sample("abcdef", 4)}
        for name, text in chosen.items():
            write(folder, name, text)
        assert not new_library.sync(folder).failed
        held = {
            Path(source).name: document.text
            for document in new_library.documents()
            for source in (document.source, *document.also)
        }
        assert held == chosen and new_library.check() == []
        assert len(new_library.documents()) == len(set(chosen.values()))


def test_an_unchanged_file_is_not_read_again(new_library: Index, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(lines_of([[f"Page {number} has words."] for number in range(400)]))
    begun = time.monotonic()
    new_library.add(path)
    first = time.monotonic() - begun
    begun = time.monotonic()
    assert len(new_library.add(path).unchanged) == 1
    assert time.monotonic() - begun < first / 3


def test_a_reader_that_takes_too_long_costs_its_file(
    new_library: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow.pdf").write_bytes(lines_of([[f"Page {number}."] * 40 for number in range(600)]))
    good = write(tmp_path, "good.txt", "A good file.")
    monkeypatch.setattr(workers, "SECONDS", -60 * (tmp_path / "slow.pdf").stat().st_size / 1024**2 + 1.5)
    report = new_library.add(tmp_path / "slow.pdf")
    monkeypatch.undo()
    assert "seconds to read" in report.failed[0].reason
    assert len(new_library.add(good).added) == 1


def test_a_reader_that_breaks_down_costs_its_file(new_library: Index, tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(lines_of([[f"Page {number}."] * 40 for number in range(600)]))
    good = write(tmp_path, "good.txt", "A good file.")
    killed = threading.Thread(target=_kill_a_reader)
    killed.start()
    report = new_library.add(tmp_path / "long.pdf", good)
    killed.join()
    assert ["made its reader break down" in failure.reason for failure in report.failed] == [True]
    assert len(report.added) == 1 and new_library.check() == []


def _kill_a_reader() -> None:
    """With the signal of a crash, the child of this process that is at work on the PDF."""
    for _ in range(200):
        time.sleep(0.05)
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                ours, ticks = int(stat[1]) == os.getpid(), int(stat[11])
            except OSError:
                continue
            if ours and b"index.workers" in command and ticks > 80:
                os.kill(int(entry.name), signal.SIGSEGV)
                return


def test_modules_in_the_folder_one_is_in_are_not_imported(
    new_library: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("re", "pickle", "index"):
        write(tmp_path, f"{name}.py", "raise SystemExit")
    good = write(tmp_path, "good.txt", "A good file.")
    monkeypatch.chdir(tmp_path)
    assert len(new_library.add(good).added) == 1


def test_files_that_are_too_large_or_lead_nowhere_are_named(new_library: Index, tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(2 * 1024**3)
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "two\nlines\x1b.pdf").write_text("no PDF")
    odd = os.fsencode(tmp_path) + b"/odd\xff.txt"
    Path(os.fsdecode(odd)).write_text("A name that is not UTF-8.")
    report = new_library.sync(tmp_path)
    reasons = sorted(failure.reason.removeprefix(str(tmp_path)) for failure in report.failed)
    assert reasons == [
        "/huge.txt has 2048 MB; files of up to 100 MB can be added.",
        "/loop.txt is a link that leads nowhere.",
        "/two\\x0alines\\x1b.pdf is a damaged PDF (PDFSyntaxError); open and save it in a PDF viewer.",
    ]
    assert [Path(document.source).name for document in new_library.documents()] == ["odd\\xff.txt"]
    assert new_library.sync(tmp_path).removed == ()
    Path(os.fsdecode(odd)).unlink()
    write(tmp_path, "other.txt", "Another.")
    assert len(new_library.sync(tmp_path).removed) == 1


def test_a_file_that_changes_while_it_is_read_is_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"a" * 90_000_000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"b")

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        with pytest.raises(ReadError, match="changed while it was read"):
            read_file(path)
    finally:
        stop.set()
        growing.join()
    assert len(read_file(path)) == path.stat().st_size


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(tmp_path: Path) -> None:
    folder, library = tmp_path / "many", tmp_path / "library"
    for number in range(80):
        write(folder, f"{number:02}.txt", f"Document {number} speaks of the number {number}. " * 60)
    command = [sys.executable, "-m", "qa.cli", "add", str(folder), "--index", str(library)]
    Index.open(library).close()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline and not committed(library):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said[1]
    assert said[1].endswith("the next run goes on from there.\n")
    with Index.open(library) as index:
        done = len(index.documents())
        assert 0 < done < 80 and index.check() == []
        report = index.add(folder)
        assert len(report.unchanged) == done and len(index.documents()) == 80


def test_several_programs_add_at_once(new_library: Index, tmp_path: Path) -> None:
    write(tmp_path / "large", "large.txt", "\n\n".join(f"The ledger has an entry {n}. " * 20 for n in range(500)))
    for name in ("left", "right"):
        for number in range(12):
            write(tmp_path / name, f"{number}.txt", f"The {name} file {number}. " * 30)
    command = [sys.executable, "-m", "qa.cli", "add", "--index", str(tmp_path / "library")]
    adding = [subprocess.Popen([*command, str(tmp_path / name)], stderr=subprocess.PIPE) for name in ("large", "left")]
    longest = 0.0
    while adding[0].poll() is None:
        begun = time.monotonic()
        new_library.set_fact("written", "meanwhile")
        longest = max(longest, time.monotonic() - begun)
        time.sleep(0.1)
    assert longest < 5  # while the large one was made, too
    assert not new_library.add(tmp_path / "right").failed
    assert [process.wait(120) for process in adding] == [0, 0]
    assert len(new_library.documents()) == 25 and new_library.check() == []


WATCH = [sys.executable, "-m", "qa.cli", "watch"]


def test_watch_follows_a_folder_until_it_is_stopped(tmp_path: Path) -> None:
    folder, library = tmp_path / "folder", tmp_path / "library"
    write(folder, "a.txt", "Ann keeps bees.")
    process = subprocess.Popen([*WATCH, str(folder), "--index", str(library)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "1 added\n"
        write(folder, "b.txt", "Bill keeps goats.")
        assert process.stdout.readline().startswith("  a-")
        assert process.stdout.readline() == "1 added\n"
        process.stdout.readline()
        (folder / "a.txt").unlink()
        assert process.stdout.readline() == "1 removed\n"
        folder.rename(tmp_path / "elsewhere")  # as a disk that is taken out
        time.sleep(2)
        with Index.open(library) as index:
            assert sources(index) == ["b.txt"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
    with Index.open(library) as index:
        assert sources(index) == ["b.txt"] and index.check() == []


class Site(http.server.BaseHTTPRequestHandler):
    """A small site with good pages and bad habits."""

    def do_GET(self) -> None:
        if self.path == "/page":
            self._send(
                b"<html><body><article><h1>Bees</h1><p>Ann keeps bees in the orchard behind her house."
                b"</p><p>Bill buys the honey from her every single week.</p></article></body></html>"
            )
        elif self.path in ("/round", "/away"):
            self.send_response(302)
            self.send_header("Location", "/round" if self.path == "/round" else "file:///etc/passwd")
            self.end_headers()
        elif self.path in ("/drip", "/slow-headers"):
            self.send_response(200)
            if self.path == "/drip":
                self.end_headers()
            else:
                self.flush_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            except OSError:
                pass
        else:
            self.send_error(404)

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_a_page_is_added_by_its_address_and_private_ones_only_when_allowed(new_library: Index, site: str) -> None:
    (failure,) = new_library.add(f"{site}/page").failed
    assert "private network" in failure.reason and "--allow-private" in failure.reason
    assert len(new_library.add(f"{site}/page", allow_private=True).added) == 1
    (document,) = new_library.documents()
    assert document.source == f"{site}/page" and "Ann keeps bees" in document.text
    assert len(new_library.add(f"{site}/page", allow_private=True).unchanged) == 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/round", "without an end"),
        ("/away", "not on the web"),
        ("/none", "status 404"),
        ("/drip", "did not come"),
        ("/slow-headers", "did not come"),
    ],
)
def test_addresses_that_lead_nowhere_are_refused_in_a_sentence(path: str, reason: str, site: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        fetch(site + path, allow_private=True, seconds=1.0)
    assert str(caught.value).startswith(site)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[64:ff9b::7f00:1]",
    ],
)
def test_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(ReadError, match="private network"):
        fetch(f"http://{host}/")
