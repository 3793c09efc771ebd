"""Web pages: the main content, without navigation, with title, author and date.

trafilatura says which words are content; what they are, a heading, a row or a paragraph, is taken
from the page itself, since trafilatura loses headings where a page is not made like an article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from index.errors import ReadError
from index.readers.markup import blocks, tree
from index.readers.parsed import Parsed, Part, assembled, day, decode, opening

_RUN = 4  # words in a row that are looked up in the content
_TAGS = {"head": "h2", "item": "li", "list": "ul", "quote": "blockquote", "row": "tr", "cell": "td", "lb": "br"}
_ENCODINGS = {"iso-8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}  # what browsers take
_CHARSET = re.compile(rb"""<meta[^>]{1,200}charset=["']?([\w-]+)""", re.IGNORECASE)


def read_web(data: bytes, stem: str) -> Parsed:
    """Read an HTML page. Raises ReadError when it holds no article-like text."""
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"  # short pages would come as one piece
    text = _decoded(data)
    with opening("web page", "save it anew from the browser"):
        page: Any = bare_extraction(
            text,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},  # else dates in the text count
            config=config,
        )
        if page is None or page.body is None:
            raise ReadError("holds no text to speak of, as pages made by scripts do; save it from the browser as text.")
        content = list(blocks(_as_html(page.body)))
        whole = tree(text)
        parts = _kept(list(blocks(whole)), content)
        title, author = _title(whole, page.title or ""), _author(whole, page.author or "")
    if title and not any(part.text == title for part in parts[:3]):
        parts.insert(0, Part("title", title))
    return assembled(parts, title or stem, author or None, date=day(page.date))


def _title(whole: Any, found: str) -> str:
    """The title of the page rather than the heading of a part of it, which trafilatura may take."""
    smaller = {" ".join(heading.text_content().split()) for heading in whole.iter("h2", "h3")}
    named = " ".join((whole.findtext(".//title") or "").split())
    return (named or found if found in smaller else found).rstrip("¶ ")


def _author(whole: Any, found: str) -> str:
    """An author as the page writes the name: trafilatura takes the points from initials."""
    metas = (meta.get("content") or "" for meta in whole.iter("meta") if "author" in (meta.get("name") or "").lower())
    return next((" ".join(name.split()) for name in metas if found and _words(name) == _words(found)), found)


def _decoded(data: bytes) -> str:
    """In the encoding that the page names, where it is not UTF-8."""
    named = _CHARSET.search(data[:4096])
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        encoding = named[1].decode().lower() if named else "utf-8"
        try:
            return data.decode(_ENCODINGS.get(encoding, encoding))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)


def _as_html(body: Any) -> Any:
    """The tree of trafilatura in the tags of HTML."""
    for element in body.iter():
        level = str(element.get("rend") or "")
        if element.tag == "head" and re.fullmatch("h[1-6]", level):
            element.tag = level
        elif element.tag == "code" and element.getparent() is body:
            element.tag = "pre"
        else:
            element.tag = _TAGS.get(element.tag, element.tag)
    return body


def _kept(parts: Sequence[Part], content: Sequence[Part]) -> list[Part]:
    """The parts whose words are content, and the headings above such. The content itself, where it
    is not in the parts, as on pages that keep their text in scripts."""
    whole = {_words(part.text) for part in content}
    runs = {run for words in whole for run in _runs(words)}

    def is_content(part: Part) -> bool:
        words = _words(part.text)
        of_part = _runs(words)
        return words in whole if not of_part else 2 * sum(run in runs for run in of_part) >= len(of_part)

    kept: list[Part] = []
    waiting: list[Part] = []  # headings, until something under them is kept
    for part in parts:
        if part.kind == "heading":
            waiting = [heading for heading in waiting if heading.level < part.level] + [part]
        elif is_content(part):
            kept += [*waiting, part]
            waiting = []
    found, all_of_it = (sum(len(part.text) for part in some) for some in (kept, content))
    return kept if 2 * found >= all_of_it else list(content)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)]
