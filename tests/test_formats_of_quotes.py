"""Quotes ready to paste, and links that open the original at the words."""

from __future__ import annotations

import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Shell
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from index import Index
from index.library import SAMPLE
from qa import Citation, ask
from qa.cite import cite
from qa.formats import FORMATS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CITATION = Citation(
    document_id="tides-1a2b3c4d",
    title="Tides & Trade: 50% more",
    author="Ada Byron, Mary Shelley",
    source="https://example.org/tides.html",
    section="The Harbour",
    page=None,
    paragraph=4,
    last_paragraph=4,
    start=100,
    end=130,
    sha256="0" * 64,
    exact="The tide table of 1843\nhas twelve well-kept columns, and nobody has ever found an error.",
    prefix="and in the end: ",
    suffix=" So it is said.",
    date="1843-10-02",
)


def test_a_sentence_has_quote_author_title_date_place_and_link() -> None:
    assert FORMATS["sentence"](CITATION) == (
        "“The tide table of 1843 has twelve well-kept columns, and nobody has ever found an error.” — "
        "Ada Byron, Mary Shelley, “Tides & Trade: 50% more”, 1843-10-02, section “The Harbour”, para. 4. "
        "https://example.org/tides.html#:~:text=The%20tide%20table%20of%201843,has%20ever%20found%20an%20error."
    )


def test_markdown_shows_the_characters_of_the_quote() -> None:
    wild = replace(CITATION, exact="It says <b>*stars*</b> & [links](x) at `tea`.", source="/notes/tides.txt")
    assert FORMATS["markdown"](wild).splitlines()[0] == (r"> It says \<b\>\*stars\*\</b\> & \[links\](x) at \`tea\`.")


def test_bibtex_keeps_what_it_would_take_for_commands() -> None:
    entry = FORMATS["bibtex"](replace(CITATION, page="12–13", page_number=16))
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.MULTILINE))
    assert entry.startswith("@misc{tides-1a2b3c4d,\n") and entry.endswith("\n}")
    assert fields["title"] == r"{Tides \& Trade: 50\% more}" and fields["author"] == "{Ada Byron, Mary Shelley}"
    assert (fields["year"], fields["date"], fields["pages"]) == ("1843", "1843-10-02", "12--13")
    assert fields["note"] == "section “The Harbour”, para. 4"
    assert fields["url"] == "https://example.org/tides.html#page=16"


def test_ris_has_a_line_for_each_field() -> None:
    lines = FORMATS["ris"](replace(CITATION, source="/talks/tides.pptx", page="7", unit="slide")).splitlines()
    assert lines[0] == "TY  - SLIDE" and lines[-1] == "ER  - "
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert "PY  - 1843" in lines and "DA  - 1843/10/02" in lines
    assert any(line.endswith("(section “The Harbour”, slide 7, para. 4)") for line in lines)


@given(st.text(min_size=1), st.sampled_from(sorted(FORMATS)))
def test_no_quote_breaks_its_format(text: str, form: str) -> None:
    made = FORMATS[form](replace(CITATION, exact=text, title=text, author=text))
    if form == "ris":
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in made.splitlines())
    if form == "bibtex":
        depth = [made[:i].count("{") - made[:i].count("}") for i in range(1, len(made))]
        assert min(depth[5:]) >= 1 and made.count("{") == made.count("}")


def test_files_are_linked_by_page_and_web_pages_by_their_words(tmp_path: Path) -> None:
    paper = replace(CITATION, source="/papers/On tides.pdf", page="xii", page_number=14)
    assert paper.link() == "file:///papers/On%20tides.pdf#page=14"
    assert replace(CITATION, source="/notes/a.docx").link() == "file:///notes/a.docx"
    short = replace(CITATION, exact="in 1843,", prefix="r, and it was printed ", suffix=" for the harbour mas")
    assert short.link().endswith("#:~:text=and%20it%20was%20printed-,in%201843%2C,-for%20the%20harbour")
    assert replace(CITATION, source="https://example.org/a#top").link().startswith("https://example.org/a#top:~:text=")


def test_the_shell_prints_quotes_alone(footnote: Shell, tmp_path: Path) -> None:
    footnote("add", SAMPLE, "--index", tmp_path / "library")
    asked = ("ask", "Who is the main architect of the Great Firewall?", "--index", tmp_path / "library", "--format")
    said = footnote(*asked, "sentence")
    assert said.returncode == 0 and said.stdout.startswith("“Most notably, in June 2014")
    assert said.stdout.endswith("section “Defining Internet Sovereignty”, para. 3.\n")
    none = footnote("ask", "How do whales sleep?", "--index", tmp_path / "library", "--format", "ris")
    assert none.returncode == 1 and none.stdout == "" and "not in this library" in none.stderr
    assert footnote(*asked, "papyrus").returncode == 2


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    paragraphs = "".join(f"<p>Paragraph {number} speaks of the year {1800 + number}.</p>" for number in range(300))
    (folder / "long.html").write_text(f"<html><body><article><h1>Years</h1>{paragraphs}</article></body></html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=folder)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/long.html"
    server.shutdown()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it (Debian: apt-get install chromium)")
def test_a_browser_opens_the_original_at_the_words(browser: Browser, long_page: str, tmp_path: Path) -> None:
    with Index.open(tmp_path / "library") as index:
        index.add(long_page, allow_private=True)
        (document,) = index.documents()
        evidence = ask("Which paragraph speaks of the year 2050?", index=index).hits[0].evidence[0].citation
    year = document.text.index("2050")
    assert "2050" in evidence.exact
    for citation in (evidence, cite(document, year, year + 4)):
        page = browser.new_page()
        page.goto(citation.link())
        page.wait_for_function("scrollY > 0")
        box = page.get_by_text("the year 2050").bounding_box()
        page.close()
        assert box and 0 <= box["y"] <= 720
