"""How fast the page is: `python bench/pagespeed.py`. Times are medians; a long task is one that keeps the
browser from answering for more than 50 ms, as the browser itself tells.

The first answer and the first paint on the sample article; the library of 2,000 documents and a PDF of
1,000 pages; answers while 500 files are being added.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from served import CHROMIUM, served
from specimens import notes, report

from index import Index
from index.library import SAMPLE
from qa import ask as look_up

QUESTIONS = (
    "Who is the main architect of the Great Firewall?",
    "How many guests are expected at the conference?",
    "What does ICANN do?",
)
_WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({type: 'longtask', buffered: true});
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the page.")
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--adding", type=int, default=500)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with sync_playwright() as playwright, TemporaryDirectory() as work:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        print(f"Chromium {browser.version}", flush=True)
        first_answers(browser, Path(work, "article"))
        adding(browser, Path(work, "adding"), options.adding)
        large(browser, Path(work, "large"), options.documents, options.pages)
        browser.close()


def first_answers(browser: Browser, home: Path, rounds: int = 5) -> None:
    """From nothing to an answer, beside `ask` alone."""
    home.mkdir()
    with Index.open(home / "alone") as index:
        index.add(SAMPLE)
        for question in QUESTIONS:
            look_up(question, index=index)
        alone = median(lambda: [look_up(question, index=index) for question in QUESTIONS]) / len(QUESTIONS)
    with served(home=home) as address:
        context = browser.new_context()
        answered(opened(context.new_page(), address), QUESTIONS[0])  # the model is loaded, the browser's cache filled
        whole, shown, paint = [], [], []
        for turn in range(rounds):
            page = context.new_page()
            start = time.perf_counter()
            opened(page, address)
            shown.append(answered(page, QUESTIONS[turn % len(QUESTIONS)]))
            whole.append(time.perf_counter() - start)
            paint.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
            size = page.evaluate(
                """() => performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))
                    .map((one) => [one.name.includes('/page/'), one.decodedBodySize])"""
            )
            page.close()
        context.close()
    ours = sum(bytes_ for own, bytes_ in size if own)
    told("ask alone", alone)
    told(
        "question to answer in the page", statistics.median(shown), f"{statistics.median(shown) / alone:.1f} times ask"
    )
    told("page load to first answer", statistics.median(whole), f"{statistics.median(whole) / alone:.1f} times ask")
    told("first contentful paint, warm", statistics.median(paint))
    total = sum(bytes_ for _, bytes_ in size)
    print(f"  script: {ours / 1024:.0f} kB of ours, {total / 1024:.0f} kB with Gradio's", flush=True)


def adding(browser: Browser, home: Path, count: int) -> None:
    """Answers while files are being added."""
    folder = notes(home / "notes", count)
    with served(home=home) as address:
        page = opened(browser.new_page(), address)
        quiet = [answered(page, question) for question in QUESTIONS]
        page.evaluate("window.longTasks.length = 0")  # what Gradio needs to begin is counted above
        page.get_by_role("button", name="Library").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose a folder").click()
        start = time.perf_counter()
        chooser.value.set_files(str(folder))
        page.locator("#fn-adding progress").wait_for()
        busy: list[float] = []
        while "Done:" not in page.locator("#fn-adding").inner_text():
            busy.append(answered(page, QUESTIONS[len(busy) % len(QUESTIONS)]))
        told(f"{count} files added", time.perf_counter() - start)
        told("question to answer before", statistics.median(quiet))
        told(
            "question to answer meanwhile", statistics.median(busy), f"{len(busy)} questions, slowest {max(busy):.2f} s"
        )
        long_tasks(page)
        page.close()


def large(browser: Browser, home: Path, documents: int, pages: int) -> None:
    """A library of many documents, and a PDF of many pages."""
    folder = notes(home / "notes", documents)
    report(folder / "harbour.pdf", pages)
    with Index.open(home / "library") as index:
        index.add(folder)
    with served("--index", str(home / "library"), home=home) as address:
        page = opened(browser.new_page(), address)
        print(f"  {documents:,} documents and a PDF of {pages:,} pages", flush=True)
        page.locator(".fn-reading").wait_for()
        page.evaluate("window.longTasks.length = 0")

        def open_list() -> None:
            page.get_by_role("button", name="Library").click()
            listed(page, "Page 1 of")

        told("list opened", took(open_list))

        def find() -> None:
            page.locator("#fn-find").fill(f"Pond {documents - 1}")
            listed(page, f"1 of {documents + 1:,}")

        told("document found in the list", took(find))
        question = "Who saved the logbooks of the pilots' house?"
        answered(page, question)
        told("page opened at the words", took(lambda: reopen(page, ".fn-sheet .fn-box-mark")))
        page.get_by_role("button", name="Text", exact=True).click()
        told("next marked place", took(lambda: page.get_by_role("button", name="Next marked place").click()))
        page.get_by_role("button", name="Pages", exact=True).click()
        page.evaluate(
            """async () => { const panel = document.querySelector('#source');
                for (let step = 0; step < 60; step++) { panel.scrollTop += panel.scrollHeight / 60;
                  await new Promise(requestAnimationFrame); } }"""
        )
        long_tasks(page)
        page.close()


def opened(page: Page, address: str) -> Page:
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="commit")
    page.locator("#question textarea").wait_for()
    return page


def answered(page: Page, question: str) -> float:
    """Seconds from Enter until the answer is on the page."""
    before = page.locator(".fn-turn[data-record]").count()
    page.locator("#question textarea").fill(question)
    start = time.perf_counter()
    page.locator("#question textarea").press("Enter")
    page.locator(".fn-turn[data-record]").nth(before).wait_for()
    return time.perf_counter() - start


def listed(page: Page, words: str) -> None:
    page.wait_for_function("words => new RegExp(words).test(document.querySelector('#fn-list').textContent)", arg=words)


def reopen(page: Page, selector: str) -> None:
    page.evaluate("document.querySelector('#fn-document').replaceChildren()")
    page.locator(".fn-turn").last.locator(".fn-quote .fn-cite").first.click()
    page.locator(selector).first.wait_for(state="attached")


def long_tasks(page: Page) -> None:
    tasks: list[float] = page.evaluate("window.longTasks")
    print(f"  long tasks: {len(tasks)}, the longest {max(tasks, default=0):.0f} ms", flush=True)


def took(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def median(run: Callable[[], Any], rounds: int = 10) -> float:
    return statistics.median(took(run) for _ in range(rounds))


def told(name: str, seconds: float, more: str = "") -> None:
    print(f"  {name:34}{seconds * 1000:8.0f} ms{f'   {more}' if more else ''}", flush=True)


if __name__ == "__main__":
    main()
