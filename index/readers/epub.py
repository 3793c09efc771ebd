"""E-books: the chapters of an EPUB in the order of its spine, named as its table of contents does."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from index.errors import ReadError
from index.readers.archive import checked_archive
from index.readers.markup import blocks, tree
from index.readers.parsed import Parsed, Part, assembled, day, decode, opening


def read_epub(data: bytes, stem: str) -> Parsed:
    """Read an EPUB (https://www.w3.org/TR/epub-33/). Title, author and date come from its metadata.
    A file that the table of contents does not name goes on with the chapter before it.

    Raises ReadError for a file that is damaged, protected or holds no text.
    """
    archive = checked_archive(data)
    with opening("e-book", "get a fresh copy"):
        package = next(
            e.get("full-path") for e in _xml(archive, "META-INF/container.xml").iter() if _tag(e) == "rootfile"
        )
        opf = _xml(archive, package)
        items = {e.get("id"): e for e in opf.iter() if _tag(e) == "item"}
        spine = [items[e.get("idref")] for e in opf.iter() if _tag(e) == "itemref" and e.get("linear") != "no"]
        named = {_tag(e): _words(e) for e in reversed(list(opf.iter())) if e.text}
        authors = ", ".join(_words(e) for e in opf.iter() if _tag(e) == "creator" and e.text)
        folder = posixpath.dirname(package)
        names = [
            posixpath.normpath(posixpath.join(folder, unquote(item.get("href"))))
            for item in spine
            if "html" in item.get("media-type", "html")
        ]
        _refuse_protected(archive, names)
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
    return assembled(
        parts, named.get("title") or stem, authors or None, labels, date=day(named.get("date")), unit="chapter"
    )


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(archive.read(name))


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _words(element: Any) -> str:
    return " ".join((element.text or "").split())


def _titles(archive: zipfile.ZipFile, opf: Any, folder: str) -> dict[str, str]:
    """What the table of contents calls each file: that of EPUB 3 (nav), else that of EPUB 2 (ncx)."""
    found: dict[str, str] = {}
    for item in (element for element in opf.iter() if _tag(element) == "item"):
        file = posixpath.join(folder, unquote(item.get("href") or ""))
        if "nav" in (item.get("properties") or "").split():
            links = [(a.get("href"), a.text_content()) for a in tree(decode(archive.read(file))).iter("a")]
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
    data = archive.read(name)
    if data.strip():
        yield from blocks(tree(decode(data)))


def _refuse_protected(archive: zipfile.ZipFile, chapters: Sequence[str]) -> None:
    """Fonts may be encrypted, as is usual; chapters may not."""
    members = archive.namelist()
    locked: set[str] = set()
    if "META-INF/encryption.xml" in members:
        ciphers = (e for e in _xml(archive, "META-INF/encryption.xml").iter() if _tag(e) == "CipherReference")
        locked = {unquote(e.get("URI") or "") for e in ciphers}
    if "META-INF/rights.xml" in members or locked.intersection(chapters):
        raise ReadError("is protected by its seller (DRM), and cannot be read.")
