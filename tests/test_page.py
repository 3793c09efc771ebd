"""The web page in a real browser, served by the real command."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import QUESTIONS
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index import Index
from index.library import SAMPLE
from qa import ask as look_up
from qa.evaluate import prepared

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARTEFACTS = Path(__file__).parent / "artefacts"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it (Debian: apt-get install chromium)"),
]

HOSTILE = """Hostile Teapots

A hostile teapot says <img src=x onerror="window.pwned=1"> and <script>window.pwned=2</script> to its guests.

It also says ${window.pwned=3} and {{constructor}} and `code` and **bold** and [link](javascript:alert(1)) at tea.
"""


@contextmanager
def served(*arguments: str, home: Path) -> Iterator[str]:
    """The address of a page served by `footnote serve`, stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "footnote"), "serve", "--port", str(port), *arguments]
    environment = {**os.environ, "FOOTNOTE_HOME": str(home)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, server.stdout and server.stdout.read().decode()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the page did not come up")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def article_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(home=tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any request that leaves the machine and any script error."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if _leaves(request.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    yield page
    context.close()
    assert strangers == [] and errors == []


def _leaves(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def shot(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def in_view(page: Page, selector: str) -> bool:
    """Whether an element lies inside both the window and the source panel."""
    script = """(selector) => {
        const box = document.querySelector(selector).getBoundingClientRect();
        const panel = document.querySelector('#source').getBoundingClientRect();
        return box.top >= Math.max(0, panel.top - 1) && box.bottom <= Math.min(innerHeight, panel.bottom + 1);
    }"""
    return bool(page.evaluate(script, selector))


def test_a_question_is_answered_and_its_citation_opens_the_source_at_the_words(article_page: str, page: Page) -> None:
    page.goto(article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    quote = page.locator(".fn-quote").first
    expect(quote).to_contain_text("Fang Binxing")
    expect(quote.locator(".fn-cite")).to_contain_text("para. 3, characters 2312–2679")
    expect(page.locator("#source mark").first).to_contain_text("Fang Binxing")

    ask(page, "Who was a postdoctoral researcher?")
    expect(page.locator(".fn-turn")).to_have_count(2)
    page.locator("#source").evaluate("panel => panel.scrollTop = 0")
    quote.locator(".fn-cite").click()
    expect(page.locator("#source mark").first).to_contain_text("main architect of the Great Firewall")
    page.wait_for_function("document.querySelector('#source').scrollTop > 0")
    assert in_view(page, "#source mark")
    shot(page, "answered")


def test_a_quote_is_copied_with_its_reference(article_page: str, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    for name, beginning in (("quote", "“Most notably"), ("BibTeX", "@misc{beyond"), ("RIS", "TY  - GEN")):
        button = page.locator(".fn-copies").first.get_by_role("button", name=name, exact=True)
        button.click()
        expect(page.locator(".fn-copies").first.get_by_role("button", name="copied")).to_have_count(1)
        assert str(page.evaluate("navigator.clipboard.readText()")).startswith(beginning)
        expect(button).to_be_visible()
    shot(page, "copies")


def test_passages_open_and_lead_to_their_source(article_page: str, page: Page) -> None:
    page.goto(article_page)
    ask(page, "What does ICANN do?")
    page.get_by_text("Passages, best first").click()
    second = page.locator(".fn-hit").nth(1)
    expect(second).to_be_visible()
    words = " ".join(second.locator("p").inner_text().split())[:25]
    expect(page.locator("#source").locator(".fn-passage, mark")).not_to_have_count(0)  # where the first one stands
    second.locator(".fn-cite").click()
    expect(page.locator("#source").locator(".fn-passage, mark").filter(has_text=words)).not_to_have_count(0)


def test_what_nothing_answers_is_said(article_page: str, page: Page) -> None:
    page.goto(article_page)
    ask(page, "What is the boiling point of water at sea level?")
    expect(page.locator(".fn-none")).to_contain_text("Not in these documents")
    expect(page.locator(".fn-quote")).to_have_count(0)
    expect(page.locator("#source mark")).to_have_count(0)
    page.get_by_text("Nearest passages, which are no answer").click()
    expect(page.locator(".fn-hit").first).to_be_visible()
    assert page.locator(".fn-hit mark").count() == 0
    shot(page, "not-answered")


def test_an_example_is_asked_with_one_click(article_page: str, page: Page) -> None:
    page.goto(article_page)
    page.get_by_role("button", name="How many guests are expected at the conference?").click()
    expect(page.locator(".fn-quote").first).to_contain_text("one thousand two hundred guests")


def test_questions_that_cannot_be_asked_get_a_sentence(article_page: str, page: Page) -> None:
    page.goto(article_page)
    ask(page, "   ")
    expect(page.locator(".fn-error")).to_have_text("The question is empty; ask it in a few words.")
    ask(page, "why " * 25_000)
    expect(page.locator(".fn-error").nth(1)).to_contain_text("characters; at most 2,000 are read")


def test_a_question_shows_as_its_characters(article_page: str, page: Page) -> None:
    page.goto(article_page)
    question = "<img src=x onerror='window.pwned=1'> **ICANN** ${window.pwned=2} {{value}}?"
    ask(page, question)
    expect(page.locator(".fn-turn h3")).to_have_text(question)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#conversation img").count() == 0


def test_a_hostile_document_is_inert(browser: Browser, page: Page, tmp_path: Path) -> None:
    (tmp_path / "hostile.txt").write_text(HOSTILE)
    with Index.open(tmp_path / "library") as index:
        index.add(tmp_path / "hostile.txt")
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        page.goto(address)
        ask(page, "What does the hostile teapot say to its guests?")
        expect(page.locator(".fn-quote").first).to_contain_text('<img src=x onerror="window.pwned=1">')
        source = page.locator("#source .fn-document")
        expect(source).to_contain_text(
            "${window.pwned=3} and {{constructor}} and `code` and **bold** and [link](javascript:"
        )
        shot(page, "hostile")
        assert page.evaluate("window.pwned") is None
        assert page.locator("#source img, #source script, #source a, #conversation img").count() == 0


def test_the_page_shows_itself_before_the_model_is_loaded_and_a_question_waits(page: Page, tmp_path: Path) -> None:
    with served(home=tmp_path) as address:  # a first use: the sample is not indexed yet
        page.goto(address)
        expect(page.get_by_role("heading", name="Footnote")).to_be_visible()
        assert not list(tmp_path.glob("library/passages.faiss"))
        ask(page, "Who is the main architect of the Great Firewall?")
        # On a slow machine the answer may be there as soon as the browser looks.
        said = page.locator(".fn-status, .fn-quote").first
        expect(said).to_contain_text(re.compile("The model is loading|Searching|Fang Binxing"))
        shot(page, "loading")
        expect(page.locator(".fn-quote").first).to_contain_text("Fang Binxing")


def test_a_library_that_cannot_be_opened_is_said_in_the_page(page: Page, tmp_path: Path) -> None:
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "a.txt").write_text("something")
    with served("--index", str(tmp_path / "things"), home=tmp_path) as address:
        page.goto(address)
        expect(page.locator("#source")).to_contain_text("is not a Footnote library")
        ask(page, "Who?")
        expect(page.locator(".fn-error")).to_contain_text("is not a Footnote library")


def test_the_page_listens_on_this_machine_only(article_page: str) -> None:
    port = int(article_page.rsplit(":", 1)[1])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in (str(other) for other in others if not str(other).startswith("127.")):
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0


def test_the_sample_is_what_the_examples_ask_about() -> None:
    from app import EXAMPLES
    from qa import ask as ask_library

    with Index.open() as index:
        assert [document.source for document in index.documents()] == [str(SAMPLE)]
        for example in EXAMPLES:
            assert ask_library(example, index=index).answered, example


def test_a_smaller_error_budget_declines_what_is_less_sure(page: Page, article_page: str, article: Index) -> None:
    with prepared(QUESTIONS, article) as (index, questions):
        sure = {question.text: look_up(question.text, index=index) for question in questions}
    text = next(
        text
        for text, answer in sure.items()
        if answer.answered and not look_up(text, index=article, budget=0.05).answered
    )
    page.goto(article_page)
    ask(page, text)
    expect(page.locator(".fn-turn .fn-quote")).not_to_have_count(0)
    page.locator("#budget").get_by_label("5%", exact=True).check()
    ask(page, text)
    expect(page.locator(".fn-turn").last.locator(".fn-none")).to_be_visible()


def test_the_words_that_answer_are_bold_and_a_corrected_word_is_said(page: Page, article_page: str) -> None:
    page.goto(article_page)
    ask(page, "Who is the main arhcitect of the Great Firewall?")
    expect(page.locator(".fn-quote strong")).to_contain_text("Fang Binxing")
    expect(page.locator(".fn-turn")).to_contain_text("Searched for: Who is the main architect of the Great Firewall?")
