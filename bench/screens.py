"""Every state of the page as a picture, on a desk and on a phone, in light and in dark, and all on one
sheet: `python bench/screens.py OUT_DIR`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright
from served import CHROMIUM, served
from specimens import notes, report

WHO = "Who is the main arhcitect of the Great Firewall?"
NEVER = "What is the boiling point of water at sea level?"
SIZES = {"desk": (1280, 860), "phone": (390, 780)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a picture of every state of the page.")
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as work:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        specimens = Path(work)
        report(specimens / "harbour.pdf")
        (specimens / "broken.pdf").write_text("no PDF")
        notes(specimens / "ponds", 60)
        for size in SIZES:
            for scheme in ("light", "dark"):
                home = specimens / f"{size}-{scheme}"
                home.mkdir()
                pictures = Pictures(browser, folder, size, scheme)
                first_visit(pictures, home)
                asking(pictures, home, specimens)
                troubles(pictures, home)
        sheet(browser, folder)
        browser.close()


class Pictures:
    """Pages of one size and scheme, and where their pictures go."""

    def __init__(self, browser: Browser, folder: Path, size: str, scheme: str) -> None:
        self._browser, self._folder, self._size, self._scheme = browser, folder, size, scheme

    @contextmanager
    def page(self, address: str) -> Iterator[tuple[Page, Callable[[str], None]]]:
        width, height = SIZES[self._size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if self._scheme == "dark" else "light",
        )
        page = context.new_page()
        page.goto(address)

        def take(state: str) -> None:
            page.wait_for_timeout(400)
            page.screenshot(path=self._folder / f"{state}.{self._size}.{self._scheme}.png")
            print(f"{state} {self._size} {self._scheme}", flush=True)

        yield page, take
        context.close()


def first_visit(pictures: Pictures, home: Path) -> None:
    with served(home=home) as address, pictures.page(address) as (page, take):
        page.wait_for_selector("#question textarea")
        take("00-opening")
        ask(page, WHO)
        take("01-loading")
        page.wait_for_selector(".fn-quote")


def asking(pictures: Pictures, home: Path, specimens: Path) -> None:
    with served(home=home) as address, pictures.page(address) as (page, take):
        page.wait_for_selector(".fn-example")
        page.wait_for_selector(".fn-reading", state="attached")
        take("02-first-visit")
        ask(page, WHO)
        page.wait_for_selector(".fn-quote")
        page.locator(".fn-hit summary").nth(1).click()
        take("03-answered")
        page.locator(".fn-quote .fn-cite").first.click()
        take("04-read")
        go(page, "Ask")
        page.get_by_role("button", name="Edit this question").first.click()
        take("05-editing")
        page.keyboard.press("Escape")
        ask(page, NEVER)
        page.wait_for_selector(".fn-none")
        take("06-not-answered")
        ask(page, "why " * 2000)
        page.wait_for_selector(".fn-error")
        take("07-error")
        go(page, "Conversations")
        page.wait_for_selector(".fn-talks")
        take("08-conversations")
        go(page, "Library")
        page.wait_for_selector(".fn-table")
        take("09-library")
        files = [specimens / "broken.pdf", specimens / "harbour.pdf", *sorted((specimens / "ponds").iterdir())]
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files(files)
        page.wait_for_selector(".fn-step-added")
        take("10-adding")
        page.wait_for_function("document.querySelector('#fn-adding').textContent.includes('Done:')")
        take("11-added")
        page.get_by_label("Search in Pond 1", exact=True).check()
        page.get_by_role("button", name="Remove Pond 2", exact=True).click()
        page.wait_for_selector("#fn-toast:not([hidden])")
        page.locator("#fn-find").scroll_into_view_if_needed()
        take("12-chosen-and-removed")
        go(page, "Ask")
        page.get_by_role("button", name="Search all").click()
        ask(page, "Who saved the logbooks of the pilots' house?")
        page.locator(".fn-turn").last.locator(".fn-quote .fn-cite").first.click()
        page.wait_for_selector(".fn-sheet img")
        page.wait_for_timeout(1500)
        take("13-pages")
        page.keyboard.press("?")
        take("14-help")


def troubles(pictures: Pictures, home: Path) -> None:
    with served("--index", str(home / "empty"), home=home) as address, pictures.page(address) as (page, take):
        page.wait_for_selector("#fn-welcome button")
        take("15-empty")
        go(page, "Library")
        page.wait_for_selector("#fn-list .fn-hint")
        take("16-empty-library")
    with served("--host", "0.0.0.0", home=home) as address, pictures.page(address) as (page, take):
        page.wait_for_selector(".fn-example")
        go(page, "Library")
        page.wait_for_selector(".fn-table")
        take("17-visitors")
    (home / "things").mkdir()
    (home / "things" / "a.txt").write_text("something")
    with served("--index", str(home / "things"), home=home) as address, pictures.page(address) as (page, take):
        page.wait_for_selector("#fn-welcome .fn-error")
        take("18-no-library")
    with served(home=home) as address:
        held = pictures.page(address)
        page, take = held.__enter__()
        page.wait_for_selector(".fn-example")
    ask(page, WHO)
    page.wait_for_selector(".fn-error")
    take("19-stopped")
    held.__exit__(None, None, None)


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def go(page: Page, view: str) -> None:
    page.locator(".fn-nav").get_by_role("button", name=view, exact=True).click()


def sheet(browser: Browser, folder: Path) -> None:
    """All pictures on one, a row for each state."""
    names = sorted({path.name.split(".")[0] for path in folder.glob("*-*.*.png")})
    kinds = [f"{size}.{scheme}" for size in SIZES for scheme in ("light", "dark")]
    rows = "".join(
        f"<h2>{name}</h2><div>" + "".join(f'<img src="{name}.{kind}.png">' for kind in kinds) + "</div>"
        for name in names
    )
    style = "body{font:14px sans-serif;margin:16px}img{height:300px;margin:0 8px 8px 0;border:1px solid #999}"
    (folder / "sheet.html").write_text(f"<meta charset='utf-8'><style>{style}</style>{rows}", "utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": 800})
    page.goto((folder / "sheet.html").resolve().as_uri())
    page.screenshot(path=folder / "sheet.png", full_page=True)


if __name__ == "__main__":
    main()
