"""The web page: questions and their answers, in a real browser, served by the real command."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

from browsing import ask, asked_of, in_view, needs_browser, served, shot, visit
from conftest import QUESTIONS
from playwright.sync_api import Page, expect

from index import Index
from index.library import SAMPLE
from qa import ask as look_up
from qa.evaluate import prepared

pytestmark = needs_browser

HOSTILE = """Hostile Teapots

A hostile teapot says <img src=x onerror="window.pwned=1"> and <script>window.pwned=2</script> to its guests.

It also says ${window.pwned=3} and {{constructor}} and `code` and **bold** and [link](javascript:alert(1)) at tea.
"""


def test_a_question_is_answered_and_its_citation_opens_the_source_at_the_words(article_page: str, page: Page) -> None:
    visit(page, article_page)
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
    visit(page, article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    for name, beginning in (("quote", "“Most notably"), ("BibTeX", "@misc{beyond"), ("RIS", "TY  - GEN")):
        button = page.locator(".fn-copies").first.get_by_role("button", name=name, exact=True)
        button.click()
        expect(page.locator(".fn-copies").first.get_by_role("button", name="copied")).to_have_count(1)
        assert str(page.evaluate("navigator.clipboard.readText()")).startswith(beginning)
        expect(button).to_be_visible()
    shot(page, "copies")


def test_passages_open_and_lead_to_their_source(article_page: str, page: Page) -> None:
    visit(page, article_page)
    ask(page, "What does ICANN do?")
    expect(page.get_by_text("Passages, best first")).to_be_visible()
    second = page.locator(".fn-hit").nth(1)
    expect(second.locator("p")).to_be_hidden()
    expect(second.locator("summary")).to_contain_text("Beyond the Wuzhen Summit")
    expect(second.locator(".fn-sure")).to_have_attribute("title", re.compile("probability .* [0-9]+%"))
    second.locator("summary").click()
    words = " ".join(second.locator("p").inner_text().split())[:25]
    expect(page.locator("#source").locator(".fn-passage, mark")).not_to_have_count(0)  # where the first one stands
    second.locator(".fn-cite").click()
    expect(page.locator("#source").locator(".fn-passage, mark").filter(has_text=words)).not_to_have_count(0)


def test_what_nothing_answers_is_said(article_page: str, page: Page) -> None:
    visit(page, article_page)
    ask(page, "What is the boiling point of water at sea level?")
    expect(page.locator(".fn-none")).to_contain_text("Not in these documents")
    expect(page.locator(".fn-quote")).to_have_count(0)
    expect(page.locator("#source mark")).to_have_count(0)
    expect(page.get_by_role("heading", name="Nearest passages, which are no answer")).to_be_visible()
    page.locator(".fn-hit summary").first.click()
    expect(page.locator(".fn-hit p").first).to_be_visible()
    assert page.locator(".fn-hit mark").count() == 0
    shot(page, "not-answered")


def test_an_example_is_asked_with_one_click(article_page: str, page: Page) -> None:
    visit(page, article_page)
    page.get_by_role("button", name="How many guests are expected at the conference?").click()
    expect(page.locator(".fn-quote").first).to_contain_text("one thousand two hundred guests")


def test_questions_that_cannot_be_asked_get_a_sentence(article_page: str, page: Page) -> None:
    visit(page, article_page)
    ask(page, "   ")
    expect(page.locator(".fn-error")).to_have_text("The question is empty; ask it in a few words.")
    ask(page, "why " * 25_000)
    expect(page.locator(".fn-error").nth(1)).to_contain_text("characters; at most 2,000 are read")


def test_a_question_shows_as_its_characters(article_page: str, page: Page) -> None:
    visit(page, article_page)
    question = "<img src=x onerror='window.pwned=1'> **ICANN** ${window.pwned=2} {{value}}?"
    ask(page, question)
    expect(page.locator(".fn-turn h3")).to_have_text(question)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#conversation img").count() == 0


def test_a_hostile_document_is_inert(page: Page, tmp_path: Path) -> None:
    (tmp_path / "hostile.txt").write_text(HOSTILE)
    with Index.open(tmp_path / "library") as index:
        index.add(tmp_path / "hostile.txt")
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        visit(page, address)
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
        visit(page, address)
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
        visit(page, address)
        expect(page.locator("#source")).to_contain_text("is not a Footnote library")
        ask(page, "Who?")
        expect(page.locator(".fn-turn .fn-error")).to_contain_text("is not a Footnote library")


def test_the_page_listens_on_this_machine_only(article_page: str) -> None:
    port = int(article_page.rsplit(":", 1)[1])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in (str(other) for other in others if not str(other).startswith("127.")):
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0


def test_the_sample_is_what_the_examples_ask_about() -> None:
    from page.shell import EXAMPLES
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
    visit(page, article_page)
    ask(page, text)
    expect(page.locator(".fn-turn .fn-quote")).not_to_have_count(0)
    page.locator("#budget").get_by_label("5%", exact=True).check()
    ask(page, text)
    expect(page.locator(".fn-turn").last.locator(".fn-none")).to_be_visible()


def test_the_words_that_answer_are_bold_and_a_corrected_word_is_said(page: Page, article_page: str) -> None:
    visit(page, article_page)
    ask(page, "Who is the main arhcitect of the Great Firewall?")
    expect(page.locator(".fn-quote strong")).to_contain_text("Fang Binxing")
    expect(page.locator(".fn-turn")).to_contain_text("Searched for: Who is the main architect of the Great Firewall?")


def test_what_was_searched_for_can_be_corrected_and_is_asked_as_it_stands(page: Page, article_page: str) -> None:
    visit(page, article_page)
    ask(page, "Who is the main arhcitect of the Great Firewall?")
    expect(page.locator(".fn-quote").first).to_be_visible()
    asked = asked_of(page, "ask")
    page.get_by_role("button", name="Change what is searched for").click()
    field = page.locator(".fn-editing textarea")
    expect(field).to_have_value("Who is the main architect of the Great Firewall?")
    field.fill("How many guests are expected at the conference?")
    field.press("Enter")
    expect(page.locator(".fn-quote").first).to_contain_text("one thousand two hundred guests")
    expect(page.locator(".fn-turn")).to_have_count(1)
    assert [data["history"] for data in asked] == [[]]


def test_a_follow_up_is_asked_with_what_was_said_before_and_an_earlier_question_can_be_changed(
    page: Page, article_page: str
) -> None:
    visit(page, article_page)
    asked = asked_of(page, "ask")
    first, second = (
        "Who is the main architect of the Great Firewall?",
        "What is the boiling point of water at sea level?",
    )
    ask(page, first)
    quote = page.locator(".fn-quote").first
    said = quote.locator("p").inner_text().strip("“”")
    ask(page, second)
    expect(page.locator(".fn-none")).to_be_visible()
    ask(page, "What does ICANN do?")
    expect(page.locator(".fn-turn h3")).to_have_count(3)
    expect(page.locator(".fn-turn").last.locator(".fn-quote")).not_to_have_count(0)
    assert asked[0]["history"] == [] and asked[1]["history"] == [[first, said]]
    assert [question for question, _ in asked[2]["history"]] == [first, second]
    nearest = json.loads(page.locator(".fn-turn").nth(1).get_attribute("data-record") or "")["found"]["hits"][0]
    assert asked[2]["history"][1][1] == nearest["evidence"][0]["text"]  # where nothing answered

    page.locator(".fn-turn").nth(1).get_by_role("button", name="Edit this question").click()
    page.locator(".fn-editing textarea").fill("How many guests are expected at the conference?")
    page.locator(".fn-editing textarea").press("Enter")
    expect(page.locator(".fn-turn").nth(1).locator(".fn-quote").first).to_contain_text("two hundred guests")
    expect(page.locator(".fn-turn h3")).to_have_text(
        [first, "How many guests are expected at the conference?", "What does ICANN do?"]
    )
    assert asked[3]["history"] == [[first, said]]


def test_where_it_was_searched_goes_through_a_correction_unchanged(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for bird in ("heron", "stork"):
        (folder / f"{bird}.md").write_text(f"# The {bird} & “{{its}} $pond”\n\nThe {bird} of the pond eats eels.")
    with Index.open(tmp_path / "library") as index:
        index.add(folder)
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        visit(page, address)
        ask(page, "What eats eels?")
        expect(page.locator(".fn-hit")).to_have_count(2)
        asked = asked_of(page, "ask")
        ask(page, "only in “stork & ”")
        searched = page.locator(".fn-searched").last
        expect(searched).to_contain_text("What eats eels, only in “stork & ”")
        searched.get_by_role("button", name="Change what is searched for").click()
        expect(page.locator(".fn-editing textarea")).to_have_value("What eats eels, only in “stork & ”")
        page.locator(".fn-editing textarea").press("Enter")
        expect(page.locator(".fn-turn h3").last).to_have_text("What eats eels, only in “stork & ”")
        expect(page.locator(".fn-turn").last.locator(".fn-hit")).to_have_count(1)
        assert (asked[-1]["question"], asked[-1]["history"]) == ("What eats eels, only in “stork & ”", [])


def test_a_question_that_leans_on_the_one_before_shows_what_was_searched_for(page: Page, article_page: str) -> None:
    visit(page, article_page)
    ask(page, "Who is the main architect of the Great Firewall?")
    expect(page.locator(".fn-quote").first).to_be_visible()
    ask(page, "What was he president of?")
    searched = page.locator(".fn-turn").last.locator(".fn-searched")
    expect(searched).to_contain_text("Fang Binxing")
    expect(searched).to_contain_text("What was he president of?")


def test_documents_can_be_chosen_to_search_in(page: Page, tmp_path: Path) -> None:
    for name, bird in (("one", "heron"), ("two", "stork")):
        (tmp_path / f"{name}.txt").write_text(f"Notes {name}\n\nThe bird of the pond is the {bird}, which eats eels.")
    with Index.open(tmp_path / "library") as index:
        index.add(tmp_path / "one.txt", tmp_path / "two.txt")
    with served("--index", str(tmp_path / "library"), home=tmp_path) as address:
        visit(page, address)
        page.get_by_role("button", name="Library").click()
        page.get_by_label("Search in Notes two").check()
        expect(page.locator("#fn-scope")).to_contain_text("Searching one chosen document: Notes two")
        ask(page, "Which bird lives at the pond?")
        expect(page.locator(".fn-hit")).to_have_count(1)
        expect(page.locator(".fn-hit").first).to_contain_text("stork")
        page.get_by_role("button", name="Search all").click()
        ask(page, "Which bird lives at the pond?")
        expect(page.locator(".fn-turn").last.locator(".fn-hit")).to_have_count(2)
