"""A real browser at a page that the real command serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request
from served import CHROMIUM, served

__all__ = ["CHROMIUM", "served"]
ARTEFACTS = Path(__file__).parent / "artefacts"

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it (Debian: apt-get install chromium)"),
]


def leaves(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def visit(page: Page, address: str) -> None:
    """Go to the page, and wait until it is alive."""
    page.goto(address)
    page.locator("body[data-left]").wait_for()


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


def asked_of(page: Page, do: str) -> list[dict[str, Any]]:
    """What the page asks of the server from now on, of one kind."""
    seen: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.rstrip("/").endswith("/component_server"):
            data = json.loads(request.post_data or "{}").get("data") or {}
            if data.get("do") == do:
                seen.append(data)

    page.on("request", note)
    return seen


def call(page: Page, data: dict[str, Any]) -> dict[str, Any]:
    """What the server says to a request that a script of somebody's may make from the page."""
    script = """async (data) => {
        const id = window.gradio_config.components.find((one) => one.props.elem_id === 'head').id;
        const body = JSON.stringify({data, component_id: id, fn_name: 'footnote', session_hash: 'x'});
        const headers = {'Content-Type': 'application/json'};
        return (await fetch('gradio_api/component_server/', {method: 'POST', headers, body})).json();
    }"""
    told: dict[str, Any] = page.evaluate(script, data)
    return told
