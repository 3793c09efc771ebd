"""Markdown: the structure that markdown-it (CommonMark) finds, over the text as it was written."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.readers.parsed import Mark, Parsed, day, decode, structure
from index.sentences import trimmed

_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n?|\n)(?P<yaml>.*?)(?:\r\n?|\n)---[ \t]*(?:(?:\r\n?|\n)|$)", re.DOTALL)
_LINE_END = re.compile(r"\r\n?|\n")


def read_markdown(data: bytes, stem: str) -> Parsed:
    """Read a Markdown file. Title, author and date come from YAML front matter; the title
    otherwise from a first heading that opens the text, or from the file's name."""
    text = decode(data)
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else 0
    meta = _front_matter(front["yaml"]) if front else {}
    starts = [body, *(body + end.end() for end in _LINE_END.finditer(text[body:])), len(text)]

    marks: list[Mark] = []
    title = meta.get("title")
    tokens = MarkdownIt("commonmark").enable("table").parse(text[body:])
    for token, following in zip(tokens, [*tokens[1:], None]):
        if token.level > 0 or token.map is None or token.nesting < 0:
            continue
        start, end = trimmed(text, starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)])
        if start == end:
            continue
        if token.type == "heading_open" and following is not None:
            heading = _plain(following)
            if not marks and token.tag == "h1" and title in (None, heading):
                title = heading
                marks.append(Mark("title", start, end))
            else:
                marks.append(Mark("heading", start, end, heading=heading, level=int(token.tag[1])))
        elif token.type != "hr":
            marks.append(Mark("paragraph", start, end))
    sections, blocks = structure(marks)
    return Parsed(text, title or stem, meta.get("author"), sections, blocks, date=day(meta.get("date")))


def _plain(inline: Token) -> str:
    """The words of a heading without its markup."""
    parts = (child.content if child.type in ("text", "code_inline") else " " for child in inline.children or ())
    return " ".join("".join(parts).split()) if inline.children else inline.content


def _front_matter(source: str) -> dict[str, str]:
    """`title`, `date` and `author` (or `authors`) of a YAML front matter that is valid."""
    import yaml

    try:
        values = yaml.safe_load(source)
    except yaml.YAMLError:
        return {}
    if not isinstance(values, dict):
        return {}
    authors = values.get("author") or values.get("authors")
    if isinstance(authors, list):
        named = (author.get("name") if isinstance(author, dict) else author for author in authors)
        authors = ", ".join(name for name in named if isinstance(name, str))
    date = values.get("date")
    told = {"title": values.get("title"), "author": authors, "date": str(date) if date else None}
    return {key: value for key, value in told.items() if isinstance(value, str) and value}
