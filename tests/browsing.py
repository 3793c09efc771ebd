"""A real browser at a page that the real command serves."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARTEFACTS = Path(__file__).parent / "artefacts"

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it (Debian: apt-get install chromium)"),
]


@contextmanager
def served(*arguments: str, home: Path) -> Iterator[str]:
    """The address of a page served by `footnote serve`, stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "footnote"), "serve", "--port", str(port), *arguments]
    environment = {**os.environ, "FOOTNOTE_HOME": str(home), "GRADIO_TEMP_DIR": str(home / "uploads")}
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


def leaves(url: str) -> bool:
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
