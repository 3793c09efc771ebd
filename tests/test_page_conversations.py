"""Conversations are kept in the browser: listed, opened again, renamed, deleted, exported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsing import ask, needs_browser, served, visit
from conftest import Shell
from playwright.sync_api import Page, expect

pytestmark = needs_browser

WHO = "Who is the main architect of the Great Firewall?"


@pytest.fixture
def talked(page: Page, article_page: str) -> Page:
    """A page on which one question was answered and one was not."""
    visit(page, article_page)
    ask(page, WHO)
    expect(page.locator(".fn-quote")).not_to_have_count(0)
    ask(page, "What is the boiling point of water at sea level?")
    expect(page.locator(".fn-none")).to_be_visible()
    return page


def listed(page: Page) -> None:
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".fn-talks li, #fn-conversations .fn-hint").first).to_be_visible()


def test_a_conversation_is_there_again_after_a_reload_and_after_another(talked: Page) -> None:
    talked.reload()
    expect(talked.locator(".fn-turn h3")).to_have_count(2)
    expect(talked.locator(".fn-quote").first).to_contain_text("Fang Binxing")
    talked.get_by_role("button", name="New conversation").click()
    expect(talked.locator(".fn-turn")).to_have_count(0)
    ask(talked, "What does ICANN do?")
    expect(talked.locator(".fn-quote")).not_to_have_count(0)
    listed(talked)
    expect(talked.locator(".fn-talks .fn-cite")).to_have_text(["What does ICANN do?", WHO])
    expect(talked.locator(".fn-talks li").nth(1)).to_contain_text("2 questions")
    talked.get_by_role("button", name=WHO).click()
    expect(talked.locator(".fn-turn h3")).to_have_count(2)
    talked.locator(".fn-quote .fn-cite").first.click()
    expect(talked.locator("#source mark").first).to_contain_text("Fang Binxing")


def test_a_conversation_is_renamed_and_deleted_and_deleting_can_be_undone(talked: Page) -> None:
    listed(talked)
    talked.get_by_role("button", name="Rename").click()
    talked.get_by_label("New name").fill("The <b>wall</b> & its maker")
    talked.get_by_label("New name").press("Enter")
    expect(talked.locator(".fn-talks .fn-cite")).to_have_text("The <b>wall</b> & its maker")
    talked.get_by_role("button", name="Delete").click()
    expect(talked.locator("#fn-conversations")).to_contain_text("No conversations yet")
    talked.get_by_role("button", name="Undo").click()
    expect(talked.locator(".fn-talks .fn-cite")).to_have_text("The <b>wall</b> & its maker")
    talked.get_by_role("button", name="The <b>wall</b> & its maker").click()
    expect(talked.locator(".fn-turn h3")).to_have_count(2)


def test_an_exported_conversation_is_whole_and_is_verified(page: Page, tmp_path: Path, footnote: Shell) -> None:
    def exported(form: str) -> str:
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path.read_text("utf-8")

    with served(home=tmp_path / "home") as address:
        visit(page, address)
        ask(page, WHO)
        expect(page.locator(".fn-quote")).not_to_have_count(0)
        ask(page, "What is the boiling point of water at sea level?")
        expect(page.locator(".fn-none")).to_be_visible()
        listed(page)
        talk = page.locator(".fn-talks")
        expect(talk.get_by_role("button", name="Markdown")).to_be_visible()
        markdown, html, saved = exported("Markdown"), exported("HTML"), exported("JSON")
    assert (
        f"## {WHO}" in markdown and "> Most notably, in June 2014" in markdown and "Not in these documents" in markdown
    )
    assert html.startswith("<!doctype html>") and "Fang Binxing" in html and "<script" not in html
    assert json.loads(saved)["answers"][0]["question"] == WHO
    (tmp_path / "saved.json").write_text(saved)
    done = footnote("verify", tmp_path / "saved.json", "--index", tmp_path / "home" / "library")
    assert done.returncode == 0 and "quotes hold" in done.stdout, done.stdout + done.stderr
    (tmp_path / "saved.json").write_text(saved.replace("Most notably", "Not notably"))
    assert footnote("verify", tmp_path / "saved.json", "--index", tmp_path / "home" / "library").returncode == 1


def test_a_record_that_is_damaged_is_said(talked: Page) -> None:
    talked.evaluate(
        """() => new Promise((done) => {
            const open = indexedDB.open('footnote');
            open.onsuccess = () => {
                const store = open.result.transaction('records', 'readwrite').objectStore('records');
                store.openCursor().onsuccess = ({target}) => {
                    const broken = {...target.result.value, records: [{asked: 'x', found: {hits: 7}}]};
                    target.result.update(broken).onsuccess = done;
                };
            };
        })"""
    )
    talked.reload()
    expect(talked.locator("#fn-toast")).to_contain_text("could not be read")
