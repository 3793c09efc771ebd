"""The page for everyone: keyboard, screen readers, small screens; stopped servers, other sites."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import ask, needs_browser, served, shot, visit
from playwright.sync_api import Browser, Page, expect
from specimens import report

pytestmark = needs_browser

WHO = "Who is the main architect of the Great Firewall?"


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, a line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_the_page_works_from_the_keyboard_alone(page: Page, article_page: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, article_page)
    expect(page.locator(".fn-example").first).to_be_visible()
    page.keyboard.press("/")
    assert focused(page, "#question textarea")
    page.keyboard.type("What is the boiling point?jkoc/")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    expect(page.locator("#question textarea")).to_have_value("What is the boiling point?jkoc/\nsecond line")
    assert page.locator(".fn-turn").count() == 0
    page.locator("#question textarea").fill("")
    page.keyboard.type(WHO)
    page.keyboard.press("Enter")
    expect(page.locator(".fn-quote").first).to_be_visible()
    expect(page.locator("#question textarea")).to_have_value("")
    expect(page.locator("#fn-live")).to_contain_text("Answered: “Most notably")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("#fn-toast")).to_contain_text("copied")
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("“Most notably")
    for key, number in (("j", 0), ("j", 1), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        assert (
            page.evaluate("[...document.querySelectorAll('.fn-hit > summary')].indexOf(document.activeElement)")
            == number
        )
    page.keyboard.press("Enter")
    expect(page.locator(".fn-hit p").nth(1)).to_be_visible()
    page.keyboard.press("o")
    words = " ".join(page.locator(".fn-hit p").nth(1).inner_text().split())[:25]
    expect(page.locator("#source").locator(".fn-passage, mark").filter(has_text=words)).not_to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#fn-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#fn-help")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_has_a_serious_fault_that_axe_finds(browser: Browser, page: Page, tmp_path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    (tmp_path / "broken.pdf").write_text("no PDF")
    report(tmp_path / "harbour.pdf")
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        page.wait_for_timeout(200)
        if faults := serious(page):
            found[state] = faults

    with served(home=tmp_path) as address:
        visit(page, address)
        expect(page.locator(".fn-example").first).to_be_visible()
        look("first visit")
        ask(page, "Who is the main arhcitect of the Great Firewall?")
        expect(page.locator(".fn-quote").first).to_be_visible()
        page.locator(".fn-hit summary").nth(1).click()
        look("answered")
        page.get_by_role("button", name="Edit this question").click()
        look("editing")
        page.keyboard.press("Escape")
        ask(page, "What is the boiling point of water at sea level?")
        expect(page.locator(".fn-none")).to_be_visible()
        look("not answered")
        ask(page, " ")
        expect(page.locator(".fn-error")).to_be_visible()
        look("error")
        page.get_by_role("button", name="Conversations").click()
        expect(page.locator(".fn-talks li")).to_have_count(1)
        look("conversations")
        page.get_by_role("button", name="Library").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files([tmp_path / "broken.pdf", tmp_path / "harbour.pdf"])
        expect(page.locator("#fn-adding")).to_contain_text("Done:")
        page.get_by_label("Search in The Harbour Report").check()
        look("library")
        page.get_by_role("button", name="Remove The Harbour").click()
        expect(page.locator("#fn-toast")).to_be_visible()
        look("removed")
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="The Harbour Report", exact=True).click()
        expect(page.locator(".fn-sheet").first).to_be_visible()
        look("pages")
        page.keyboard.press("?")
        look("help")
        page.keyboard.press("Escape")
        page.set_viewport_size({"width": 360, "height": 740})
        look("narrow")
    assert found == {}


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 430)])  # a phone; a laptop at 200%
def test_a_small_screen_has_everything_and_nothing_overflows(
    page: Page, article_page: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    visit(page, article_page)
    too_wide = "() => document.documentElement.scrollWidth > innerWidth + 1"
    ask(page, WHO)
    expect(page.locator(".fn-quote").first).to_be_visible()
    assert not page.evaluate(too_wide)
    expect(page.locator("#source")).to_be_hidden()
    page.locator(".fn-quote .fn-cite").first.click()
    mark = page.locator("#source mark").first
    expect(mark).to_be_in_viewport()
    assert not page.evaluate(too_wide)
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator(".fn-quote").first).to_be_visible()
    for view in ("Library", "Conversations"):
        page.get_by_role("button", name=view).click()
        expect(page.get_by_role("heading", name=view)).to_be_visible()
        assert not page.evaluate(too_wide)
    shot(page, f"narrow-{width}")


def test_a_server_that_was_stopped_is_said_and_the_question_can_be_asked_again(page: Page, tmp_path: Path) -> None:
    with served(home=tmp_path) as address:
        visit(page, address)
        expect(page.locator(".fn-example").first).to_be_visible()
    ask(page, WHO)
    expect(page.locator(".fn-error")).to_contain_text("Footnote does not answer: it may have been stopped")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    shot(page, "stopped")


def test_an_empty_library_says_what_to_do(page: Page, tmp_path: Path) -> None:
    with served("--index", str(tmp_path / "empty"), home=tmp_path) as address:
        visit(page, address)
        expect(page.locator("#fn-welcome")).to_contain_text("This library has no documents yet")
        expect(page.locator("#source")).to_contain_text("The library is empty")
        page.get_by_role("button", name="Add documents").click()
        expect(page.get_by_role("button", name="Choose files")).to_be_visible()


def test_other_sites_and_other_names_are_turned_away(article_page: str) -> None:
    def status(headers: dict[str, str], data: bytes | None = None, path: str = "/") -> int:
        request = urllib.request.Request(article_page + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                assert "default-src 'self'" in response.headers["Content-Security-Policy"]
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    server = "/gradio_api/component_server/"
    assert status({}) == 200
    assert status({"Host": "evil.example"}) == 403
    assert status({"Origin": "http://evil.example", "Content-Type": "text/plain"}, b"{}", server) == 403
    assert status({"Origin": "null", "Content-Type": "text/plain"}, b"{}", server) == 403
    assert status({"Origin": article_page}, b"", "/gradio_api/reset") != 403


def test_every_word_of_the_page_is_in_one_file_and_is_used() -> None:
    root = Path(__file__).parent.parent
    words = json.loads((root / "page" / "words.json").read_text("utf-8"))
    files = [root / "app.py", *root.glob("page/*.py"), *root.glob("page/static/*.js")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    names = set(re.findall(r"""["'`]([\w./+? ]+)["'`]""", code))
    built = re.findall(r"""["'`]([\w. ]*\$?\{[^}"'`]*\}[\w. ]*)["'`]""", code)  # "help.{key}" and the like
    patterns = [re.sub(r"\$?\{[^}]*\}", ".+", name.replace(".", r"\.")) for name in built if "." in name]
    assert [w for w in words if w not in names and not any(re.fullmatch(p, w) for p in patterns)] == []
    assert {name for name in re.findall(r"""\bsay\(["']([^"']+)["']""", code)} <= set(words)
