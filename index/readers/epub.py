"""E-books: the chapters of an EPUB in the order of its spine, named as its table of contents does."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from index.errors import ReadError
from index.readers.archive import checked_archive
from index.readers.parsed import Parsed, Part, assembled, day

_BLOCKS = ("p", "li", "blockquote", "pre", "td", "th", "dt", "dd", "figcaption", "div", "section", "article")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_epub(data: bytes, stem: str) -> Parsed:
    """Read an EPUB (https://www.w3.org/TR/epub-33/). Title, author and date come from its metadata.
    A file that the table of contents does not name goes on with the chapter before it.

    Raises ReadError for a file that is damaged, protected or holds no text.
    """
    archive = checked_archive(data)
    try:
        if "META-INF/rights.xml" in archive.namelist():
            raise ReadError("is protected by its seller (DRM), and cannot be read.")
        package = next(
            e.get("full-path") for e in _xml(archive, "META-INF/container.xml").iter() if _tag(e) == "rootfile"
        )
        opf = _xml(archive, package)
        items = {e.get("id"): e.get("href") for e in opf.iter() if _tag(e) == "item"}
        spine = [items[e.get("idref")] for e in opf.iter() if _tag(e) == "itemref" and e.get("linear") != "no"]
        named = {_tag(e): " ".join((e.text or "").split()) for e in reversed(list(opf.iter())) if e.text}
        folder = posixpath.dirname(package)
        names = [posixpath.normpath(posixpath.join(folder, unquote(href))) for href in spine]
        titles = _titles(archive, opf, folder)
        labels: dict[int, str] = {}
        parts: list[Part] = []
        for name in names:
            begins = not labels or not titles or name in titles
            for part in _chapter(archive, name):
                if begins:
                    labels[len(labels) + 1] = titles.get(name) or str(len(labels) + 1)
                    part = replace(part, pages=((0, len(labels)),))
                    begins = False
                parts.append(part)
    except ReadError:
        raise
    except Exception as error:  # zip, XML and the contents of both can be wrong in many ways
        raise ReadError(f"is a damaged e-book ({type(error).__name__}); get a fresh copy.") from error
    return assembled(
        parts, named.get("title") or stem, named.get("creator"), labels, date=day(named.get("date")), unit="chapter"
    )


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(archive.read(name))


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _titles(archive: zipfile.ZipFile, opf: Any, folder: str) -> dict[str, str]:
    """What the table of contents calls each file: that of EPUB 3 (nav), else that of EPUB 2 (ncx)."""
    from lxml import html

    found: dict[str, str] = {}
    for item in (element for element in opf.iter() if _tag(element) == "item"):
        file = posixpath.join(folder, unquote(item.get("href") or ""))
        if "nav" in (item.get("properties") or "").split():
            links = [(a.get("href"), a.text_content()) for a in html.fromstring(archive.read(file)).iter("a")]
        elif item.get("media-type") == "application/x-dtbncx+xml" and not found:
            points = [e for e in _xml(archive, file).iter() if _tag(e) == "navPoint"]
            links = [
                (
                    next((e.get("src") for e in point.iter() if _tag(e) == "content"), None),
                    next((e.text for e in point.iter() if _tag(e) == "text"), None),
                )
                for point in points
            ]
        else:
            continue
        for href, title in links:
            name = posixpath.join(posixpath.dirname(file), unquote((href or "").partition("#")[0]))
            if words := " ".join((title or "").split()):
                found.setdefault(posixpath.normpath(name), words)
    return found


def _chapter(archive: zipfile.ZipFile, name: str) -> Iterator[Part]:
    from lxml import html

    body = html.fromstring(archive.read(name)).find(".//body")
    if body is not None:
        yield from blocks(body)


def blocks(element: Any) -> Iterator[Part]:
    """Headings and innermost blocks; text of a block that stands between others is one too."""
    loose = element.text or ""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        inner = any(isinstance(d.tag, str) and d.tag in (*_BLOCKS, *_HEADINGS) for d in child.iterdescendants())
        if tag in _HEADINGS or tag in _BLOCKS or inner:
            yield from _loose(loose)
            loose = child.tail or ""
            if tag in _HEADINGS:
                yield Part("heading", " ".join(child.text_content().split()), level=int(tag[1]))
            elif inner:
                yield from blocks(child)
            else:
                yield from _loose(child.text_content())
        elif tag not in ("script", "style", ""):
            loose += child.text_content() + (child.tail or "")
        else:
            loose += child.tail or ""
    yield from _loose(loose)


def _loose(text: str) -> Iterator[Part]:
    if words := " ".join(text.split()):
        yield Part("paragraph", words)
