"""The library in the page: adding, cancelling, finding, removing; several libraries; visitors."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ask, call, needs_browser, served, visit
from playwright.sync_api import Page, expect
from specimens import notes, report

from index import Index

pytestmark = needs_browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """A page of a default library, which the tests here fill."""
    with served(home=home) as address:
        yield address


def library(page: Page, address: str) -> None:
    visit(page, address)
    page.get_by_role("button", name="Library").click()
    expect(page.locator("#fn-list .fn-table, #fn-list .fn-hint").first).to_be_visible()


def choose(page: Page, *paths: Path, button: str = "Choose files") -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files([str(path) for path in paths])


def rows(page: Page) -> list[str]:
    return page.locator("#fn-list .fn-title button").all_inner_texts()


def test_files_are_added_each_with_its_outcome_and_kept_in_the_library(
    page: Page, address: str, home: Path, tmp_path: Path
) -> None:
    report(tmp_path / "harbour.pdf")
    (tmp_path / "broken.pdf").write_text("no PDF")
    library(page, address)
    choose(page, tmp_path / "harbour.pdf", tmp_path / "broken.pdf")
    expect(page.locator("#fn-adding")).to_contain_text("Done: ")
    expect(page.locator(".fn-step-added")).to_contain_text("harbour.pdf")
    expect(page.locator(".fn-step-failed")).to_contain_text("broken.pdf is a damaged PDF")
    row = page.locator("#fn-list tr", has_text="The Harbour Report")
    expect(row).to_contain_text("Ada Marlow")
    expect(row.locator(".fn-state")).to_have_text("ready")
    assert [path.name for path in (home / "library" / "files").iterdir()] == ["harbour.pdf"]
    (tmp_path / "harbour.pdf").unlink()
    ask(page, "Who saved the logbooks of the pilots' house?")
    expect(page.locator(".fn-quote").first).to_contain_text("Martha Venn")
    expect(page.locator(".fn-sheet .fn-box-mark").first).to_be_attached()

    report(tmp_path / "harbour.pdf", pages=3, title="Another Harbour")
    choose(page, tmp_path / "harbour.pdf")  # another file of the same name does not take its place
    expect(page.locator("#fn-list")).to_contain_text("Another Harbour")
    assert {path.name for path in (home / "library" / "files").iterdir()} == {"harbour.pdf", "harbour (2).pdf"}
    choose(page, tmp_path / "harbour.pdf")
    expect(page.locator(".fn-step-duplicate, .fn-step-unchanged")).not_to_have_count(0)


def test_a_folder_is_added_without_what_is_not_read(page: Page, address: str, tmp_path: Path) -> None:
    notes(tmp_path / "ponds", 3)
    (tmp_path / "ponds" / "film.mp4").write_bytes(b"film")
    (tmp_path / "ponds" / ".hidden.md").write_text("hidden")
    library(page, address)
    choose(page, tmp_path / "ponds", button="Choose a folder")
    expect(page.locator("#fn-adding")).to_contain_text("3 added, 2 files of kinds that are not read were left out")
    expect(page.locator("#fn-list")).to_contain_text("Pond 3")


def test_files_that_are_dropped_are_added(page: Page, address: str) -> None:
    visit(page, address)
    expect(page.locator(".fn-reading")).to_be_visible()
    drop = """() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['# Dropped\\n\\nThe bittern booms at dusk.'], 'dropped.md'));
        for (const kind of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(drop)
    expect(page.locator(".fn-step-added")).to_contain_text("dropped.md")
    expect(page.locator("#fn-list")).to_contain_text("Dropped")


def test_an_address_on_the_web_is_added_or_its_trouble_said(page: Page, address: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>News</h1><p>Something happened.</p>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        library(page, address)
        field = page.get_by_label("Address of a web page")
        field.fill(f"http://127.0.0.1:{web.server_port}/page.html")
        field.press("Enter")
        expect(page.locator(".fn-step-failed")).to_contain_text("private network")
        web.shutdown()


def test_adding_can_be_cancelled_and_what_is_done_stays(page: Page, tmp_path: Path) -> None:
    notes(tmp_path / "ponds", 120)
    for path in (tmp_path / "ponds").iterdir():
        path.write_text(path.read_text() + "\n\nIt rained. The reeds grew, and the eels were many." * 60)
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        library(page, address)
        expect(page.locator("#fn-list")).to_contain_text("The library is empty")
        choose(page, tmp_path / "ponds", button="Choose a folder")
        expect(page.locator(".fn-step-added").first).to_be_visible()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#fn-adding")).to_contain_text("cancelled; what was done before stays")
        expect(page.locator("#fn-list .fn-table")).to_be_visible()
    with Index.open(tmp_path / "library") as index:
        assert 0 < index.count() < 120
        assert index.check() == []
        kept = {str(path) for path in (tmp_path / "library" / "files").rglob("*.md")}
        assert kept == {entry.source for entry in index.catalogue()}


def test_a_removal_can_be_undone(page: Page, address: str) -> None:
    library(page, address)
    before = rows(page)
    page.get_by_role("button", name="Remove Internet Sovereignty").click()
    expect(page.locator("#fn-toast")).to_contain_text("Removed “Internet Sovereignty")
    expect(page.locator("#fn-list .fn-title button")).to_have_count(len(before) - 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#fn-toast")).to_contain_text("is back")
    expect(page.locator("#fn-list .fn-title button")).to_have_text(before)
    ask(page, "Who is the main architect of the Great Firewall?")
    expect(page.locator(".fn-quote").first).to_contain_text("Fang Binxing")


def test_many_documents_are_paged_and_found(page: Page, tmp_path: Path) -> None:
    folder = notes(tmp_path / "ponds", 120)
    with Index.open(tmp_path / "library") as index:
        index.add(folder)
    (folder / "pond-0001.md").write_text("changed since")
    (folder / "pond-0002.md").unlink()
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        library(page, address)
        expect(page.locator("#fn-list")).to_contain_text("120 documents")
        expect(page.locator("#fn-list .fn-title button")).to_have_count(50)
        expect(page.locator("#fn-list tr", has_text="Pond 1").first.locator(".fn-state")).to_have_text("file changed")
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page.locator("#fn-list")).to_contain_text("Page 2 of 3")
        page.get_by_label("Find a document by title, author or file").fill("pond-0002")
        expect(page.locator("#fn-list .fn-title button")).to_have_text(["Pond 2"])
        expect(page.locator("#fn-list .fn-state")).to_have_text(["State", "file gone"])
        page.get_by_label("Find a document").fill("walrus")
        expect(page.locator("#fn-list")).to_contain_text("No document matches")


def test_another_library_is_opened_and_remembered(page: Page, address: str, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The walrus sleeps on the ice of Foxe Basin.")
    with Index.open(tmp_path / "walrus") as index:
        index.add(tmp_path / "note.txt")
    library(page, address)
    page.get_by_text("Open another library").click()
    page.get_by_label("Folder of a library").fill(str(tmp_path / "note.txt"))
    page.get_by_label("Folder of a library").press("Enter")
    expect(page.locator("#fn-toast")).to_contain_text("is a file, not a library")
    page.get_by_label("Folder of a library").fill(str(tmp_path / "walrus"))
    page.get_by_label("Folder of a library").press("Enter")
    expect(page.locator("#fn-list .fn-title button")).to_have_text(["note"])
    ask(page, "Where does the walrus sleep?")
    expect(page.locator(".fn-quote").first).to_contain_text("Foxe Basin")
    page.wait_for_url(re.compile("start=.*library="))
    shown = page.url
    visit(page, address)
    page.get_by_role("button", name="Library").click()
    expect(page.locator("#fn-libraries")).to_have_value(
        page.locator("#fn-libraries option").first.get_attribute("value") or ""
    )
    page.locator("#fn-libraries").select_option(label="walrus")
    expect(page.locator("#fn-list .fn-title button")).to_have_text(["note"])
    page.goto(shown)  # the address of a place names its library
    expect(page.locator("#source mark").first).to_contain_text("walrus")


def test_visitors_from_other_machines_may_only_read_unless_allowed(page: Page, tmp_path: Path) -> None:
    with served("--host", "0.0.0.0", home=tmp_path) as address:
        library(page, address)
        expect(page.locator("#library")).to_contain_text("--allow-changes")
        assert page.get_by_role("button", name="Choose files").count() == 0
        assert page.get_by_role("button", name="Remove").count() == 0
        for data in (
            {"do": "remove", "document": "x"},
            {"do": "open_library", "folder": str(tmp_path)},
            {"do": "add_url", "url": "http://example.org"},
            {"do": "add", "files": [{"path": "/etc/hosts", "name": "hosts"}]},
        ):
            assert "--allow-changes" in call(page, data)["error"]
        file = {"files": {"name": "a.txt", "mimeType": "text/plain", "buffer": b"some text"}}
        assert page.request.post(f"{address}/gradio_api/upload", multipart=file).status == 403


def test_only_what_was_uploaded_is_added(page: Page, address: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    visit(page, address)
    expect(page.locator(".fn-reading")).to_be_visible()
    told = call(page, {"do": "add", "files": [{"path": str(tmp_path / "secret.txt"), "name": "../../x.txt"}]})
    assert "could not be read" in told["error"]
    assert (tmp_path / "secret.txt").exists()
