"""The source beside the answers: marked places, addresses that come back to them, pages of PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import ask, in_view, needs_browser, served, shot, visit
from playwright.sync_api import Page, expect
from specimens import LOGBOOKS, report

from index import Index
from page.pages import Pages
from page.pdfium import Unshowable

pytestmark = needs_browser


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report as PDF, the same encrypted, and a library of them and of a long text."""
    folder = tmp_path_factory.mktemp("harbour")
    report(folder / "harbour.pdf")
    long = "\n\n".join(f"Line {number}: nothing happened on day {number}, and so on." for number in range(4_000))
    (folder / "diary.txt").write_text("Diary\n\n" + long.replace("day 3333,", "day 3333 but a comet over Ghent,"))
    (folder / "letter.txt").write_bytes("A letter\r\n\r\nDear Zoë 😀,\r\nthe comet came\r\nat dawn, and left.".encode())
    with Index.open(folder / "library") as index:
        index.add(folder / "harbour.pdf", folder / "diary.txt", folder / "letter.txt")
    return folder


@pytest.fixture(scope="module")
def harbour_page(harbour: Path) -> Iterator[str]:
    with served("--index", str(harbour / "library"), home=harbour) as address:
        yield address


def test_a_citation_has_an_address_that_opens_the_same_view(page: Page, article_page: str) -> None:
    visit(page, article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    page.locator(".fn-quote .fn-cite").first.click()
    page.wait_for_url(re.compile(r"doc=beyond.*&start=2312&end=2679"))
    address = page.url
    page.goto("about:blank")
    visit(page, address)
    expect(page.locator("#source mark").first).to_contain_text("main architect of the Great Firewall")
    page.wait_for_function("document.querySelector('#source').scrollTop > 0")
    assert in_view(page, "#source mark")


def test_back_leads_to_the_place_before(page: Page, article_page: str) -> None:
    visit(page, article_page)
    ask(page, "What does ICANN do?")
    hits = page.locator(".fn-hit")
    starts = [json.loads(hit.get_attribute("data-place") or "")["start"] for hit in (hits.nth(1), hits.nth(2))]
    for number, start in zip((1, 2), starts):
        hits.nth(number).locator("summary").click()
        hits.nth(number).locator(".fn-cite").click()
        page.wait_for_url(re.compile(f"start={start}&"))
    page.go_back()
    page.wait_for_url(re.compile(f"start={starts[0]}&"))
    expect(page.locator(f'#source [data-at="{starts[0]}"]').first).to_be_in_viewport()


def test_the_other_passages_are_marked_lighter_and_next_and_previous_lead_through_all(
    page: Page, article_page: str
) -> None:
    visit(page, article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    expect(page.locator("#source mark").first).to_be_visible()
    expect(page.locator("#source .fn-other")).not_to_have_count(0)
    told = page.locator(".fn-steps span")
    count = int(told.inner_text().split()[-1])
    assert count > 1
    seen = set()
    for _ in range(count):
        page.get_by_role("button", name="Next marked place").click()
        page.wait_for_timeout(50)
        assert in_view(page, "#source .fn-now")
        seen.add(told.inner_text())
    assert len(seen) == count
    page.get_by_role("button", name="Previous marked place").click()


def test_a_long_document_comes_in_parts_and_is_marked_far_down(page: Page, harbour_page: str) -> None:
    visit(page, harbour_page)
    ask(page, "When was there a comet over Ghent?")
    expect(page.locator("#source mark").first).to_contain_text("a comet over Ghent")
    page.wait_for_function("document.querySelector('#source').scrollTop > 1000")
    assert in_view(page, "#source mark")
    wanted = page.locator(".fn-part[data-wanted]").count()
    assert wanted > 8  # not there yet
    page.locator("#source").evaluate("panel => panel.scrollTop = 0")
    expect(page.locator(".fn-part").first).to_contain_text("nothing happened on day 3,")
    assert page.locator("#source p").count() < 4_000


def test_a_pdf_is_shown_as_its_pages_with_the_words_marked_on_them(page: Page, harbour_page: str) -> None:
    visit(page, harbour_page)
    ask(page, "Who saved the logbooks of the pilots' house?")
    expect(page.locator(".fn-quote .fn-cite").first).to_contain_text("p. 5")
    box = page.locator('.fn-sheet[data-page="5"] .fn-box-mark').first
    expect(box).to_be_visible()
    expect(page.locator(".fn-sheet")).to_have_count(9)
    page.wait_for_function(
        "() => { const i = document.querySelector('[data-page=\"5\"] img'); return i.complete && i.naturalWidth > 600 }"
    )
    assert in_view(page, '.fn-sheet[data-page="5"] .fn-box-mark')
    unread = "() => [...document.querySelectorAll('.fn-sheet img')].filter(i => !i.complete || !i.naturalWidth).length"
    assert page.evaluate(unread) > 0  # pages far away are not fetched
    shot(page, "pdf-pages")
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#source mark").first).to_contain_text("Martha Venn")
    assert in_view(page, "#source mark")


def test_pages_can_be_made_larger(page: Page, harbour: Path, harbour_page: str) -> None:
    with Index.open(harbour / "library") as index:
        name = next(document.id for document in index.documents() if document.pages)
    visit(page, f"{harbour_page}/?doc={name}")
    sheet = page.locator(".fn-sheet").first
    before = (sheet.bounding_box() or {})["width"]
    page.get_by_role("button", name="Larger").click()
    expect(sheet).to_be_visible()
    assert (sheet.bounding_box() or {})["width"] > before * 1.2


def test_what_is_selected_in_the_text_can_be_copied_with_its_reference(
    page: Page, harbour: Path, harbour_page: str
) -> None:
    with Index.open(harbour / "library") as index:
        document = next(document for document in index.documents() if document.source.endswith("letter.txt"))
    visit(page, f"{harbour_page}/?doc={document.id}")
    expect(page.locator(".fn-text")).to_contain_text("the comet came")
    page.evaluate(
        """() => {
            const block = [...document.querySelectorAll('.fn-text p')].find((one) => one.textContent.includes('comet'));
            const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
            const text = walker.nextNode();
            const start = text.data.indexOf('comet'), end = text.data.indexOf(', and');
            getSelection().setBaseAndExtent(text, end, text, start);  // backwards
        }"""
    )
    line = page.locator(".fn-selected .fn-copies")
    expect(line).to_be_visible()
    start = document.text.index("comet")
    end = document.text.index(", and left")
    place = json.loads(line.get_attribute("data-place") or "")
    assert (place["start"], place["end"]) == (start, end)
    assert "“comet came at dawn” — " in (line.get_by_role("button", name="quote").get_attribute("data-copy") or "")
    page.evaluate("getSelection().removeAllRanges()")
    expect(line).to_have_count(0)


def test_the_words_are_where_the_boxes_are(harbour: Path) -> None:
    pages = Pages()
    with Index.open(harbour / "library") as index:
        document = next(document for document in index.documents() if document.pages)
    start = document.text.index(LOGBOOKS)
    (number, boxes), *others = pages.boxes(document, start, start + len(LOGBOOKS)).items()
    assert number == 5 and not others and len(boxes) == 2  # it runs over two lines
    left, top, width, height = boxes[0]
    import pypdfium2

    sheet = pypdfium2.PdfDocument(harbour / "harbour.pdf")[number - 1]
    wide, high = sheet.get_size()
    there = sheet.get_textpage().get_text_bounded(
        left * wide, high * (1 - top - height), (left + width) * wide, high * (1 - top)
    )
    assert there.strip().startswith("The pilots' house burnt down")
    assert pages.picture(document, 5, 900).startswith(b"\x89PNG")
    assert len(pages.sizes(document)) == 9
    pages.close()


def test_a_file_that_is_gone_changed_or_encrypted_is_said_and_its_text_shown(page: Page, tmp_path: Path) -> None:
    from pypdf import PdfWriter

    report(tmp_path / "harbour.pdf")
    locked = PdfWriter(clone_from=tmp_path / "harbour.pdf")
    locked.encrypt("sesame")
    locked.write(tmp_path / "locked.pdf")
    with Index.open(tmp_path / "library") as index:
        added = index.add(tmp_path / "harbour.pdf").added[0]
        secret = index.add(tmp_path / "locked.pdf", password="sesame").added[0]
        document = index.document(added)
        assert document
        pages = Pages()
        (tmp_path / "harbour.pdf").write_bytes(b"something else")
        with pytest.raises(Unshowable, match="file changed"):
            pages.sizes(document)
        (tmp_path / "harbour.pdf").unlink()
        with pytest.raises(Unshowable, match="file gone"):
            pages.picture(document, 1, 300)
        pages.close()
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        for name, said in ((added, "no longer at"), (secret, "encrypted")):
            page.goto(f"{address}/?doc={name}&start=10&end=60")
            expect(page.locator("#source .fn-notice")).to_contain_text(said)
            expect(page.locator("#source .fn-text mark").first).to_be_visible()
        page.goto(f"{address}/?doc={secret}&start=10&end=60&sha=000000000000")
        expect(page.locator("#source")).to_contain_text("has changed since it was quoted")
        page.goto(f"{address}/?doc=never-there")
        expect(page.locator("#source")).to_contain_text("no longer in the library")


def test_pictures_are_of_documents_of_the_library_and_of_nothing_else(
    harbour: Path, harbour_page: str, page: Page
) -> None:
    visit(page, harbour_page)
    for asked in (
        "document=/etc/passwd",
        "document=../harbour.pdf",
        f"document={harbour}/harbour.pdf",
        "document=",
        "path=x",
    ):
        assert page.request.get(f"{harbour_page}/page-picture?{asked}&page=1&width=300").status == 404
    for outside in ("page/../app.py", "page/words.py", "page/..%2f..%2fapp.py"):
        assert page.request.get(f"{harbour_page}/{outside}").status in (403, 404)
