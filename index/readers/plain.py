"""Plain text: paragraphs between blank lines, and the headings that nothing marks as such.

What plain text leaves unsaid is guessed from its shape, on the side of caution: a line taken for
a paragraph still can be found and cited, a paragraph taken for a heading would lose its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.readers.parsed import Mark, Parsed, decode, structure

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")
_WRAP_WIDTH = 120  # no line of hard-wrapped text is longer, in characters
_HEADING_LENGTH = 100
_SENTENCE_END = re.compile(r"[.!?…:;,。！？][”’\"')\]]*$")
_NUMBERED = re.compile(
    r"(?:(?:chapter|part|section|book|appendix|article|act|scene)\s+[\divxlc]+\b"
    r"|§\s*\d|[IVXLC]+\.\s|\d+(?:\.\d+)*[.)]?\s+[A-Z“\"‘])",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"(?:figure|fig\.|table|chart|map|photo|image|source|credit)\b[\s:.\d]", re.IGNORECASE)
_BYLINE = re.compile(r"by\s+(?P<name>[^\W\d_][\w.’'-]*(?:\s+[^\W\d_][\w.’'-]*){1,4})$", re.IGNORECASE)
_SMALL_WORD = 3  # letters; "of", "and", "the" may stay lower-case in a title


@dataclass(frozen=True)
class _Piece:
    """A block of lines: its span, its text on one line, the blank lines above it."""

    start: int
    end: int
    text: str
    gap: int
    lines: int


def read_plain(data: bytes, stem: str) -> Parsed:
    """Read a plain-text file; `stem` is its title when the text does not begin with one."""
    text = decode(data)
    pieces = _pieces(text)
    title, author = stem, None
    marks: list[Mark] = []
    for i, piece in enumerate(pieces):
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        byline = _author_in(text, piece)
        if i == 0 and after is not None and _is_title(piece, after):
            title = piece.text
            marks.append(Mark("title", piece.start, piece.end))
        elif byline and (i <= 2 or piece.lines == 2):
            author = author or byline
            marks.append(Mark("byline", piece.start, piece.end))
        elif _is_caption(piece):
            marks.append(Mark("caption", piece.start, piece.end))
        elif after is not None and _is_heading(piece, after):
            marks.append(Mark("heading", piece.start, piece.end, heading=piece.text))
        else:
            marks.append(Mark("paragraph", piece.start, piece.end))
    sections, blocks = structure(marks)
    return Parsed(text, title, author, sections, blocks)


def _pieces(text: str) -> list[_Piece]:
    """Blocks of lines between blank lines; lines too long to be wrapped are each a block."""
    pieces: list[_Piece] = []
    lines: list[tuple[int, int]] = []
    gap = blanks = 0

    def close() -> None:
        nonlocal lines
        wrapped = all(end - start <= _WRAP_WIDTH for start, end in lines)
        groups = [lines] if wrapped else [[line] for line in lines]
        for position, group in enumerate(groups):
            start, end = group[0][0], group[-1][1]
            joined = " ".join(text[start:end].split())
            pieces.append(_Piece(start, end, joined, gap if position == 0 else 0, len(group)))
        lines = []

    for match in _LINE.finditer(text):
        line = match.group()
        content = line.strip()
        if content:
            if not lines:
                gap = blanks
            start = match.start() + line.index(content[0])
            lines.append((start, start + len(content)))
            blanks = 0
        else:
            if lines:
                close()
            blanks += 1
    if lines:
        close()
    return pieces


def _is_title(piece: _Piece, after: _Piece) -> bool:
    short = piece.lines <= 2 and len(piece.text) <= 2 * _HEADING_LENGTH
    return short and not _SENTENCE_END.search(piece.text) and after.gap > 0


def _is_heading(piece: _Piece, after: _Piece) -> bool:
    """A short line standing alone above prose, capitalised or numbered as headings are."""
    words = piece.text.split()
    if piece.lines > 1 or len(piece.text) > _HEADING_LENGTH or len(words) > 14 or after.gap == 0:
        return False
    if _NUMBERED.match(piece.text):
        return not _SENTENCE_END.search(piece.text) or len(words) <= 2
    if _SENTENCE_END.search(piece.text.rstrip("?")) or not piece.text[0].isupper():
        return False
    if piece.text.isupper() or _is_title_case(words):
        return True
    leads_prose = len(after.text) > 150 and bool(_SENTENCE_END.search(after.text))
    plain = len(words) <= 10 and not re.search(r"[,\d]", piece.text)
    return plain and leads_prose and piece.gap > 0


def _is_title_case(words: list[str]) -> bool:
    large = [word for word in words if sum(map(str.isalpha, word)) > _SMALL_WORD]
    return bool(large) and all(next(c for c in word if c.isalpha()).isupper() for word in large)


def _is_caption(piece: _Piece) -> bool:
    """A line that names a picture, or one without a full stop under the gap a picture left."""
    if piece.lines > 1 or len(piece.text) > _HEADING_LENGTH or _SENTENCE_END.search(piece.text):
        return False
    if _CAPTION.match(piece.text):
        return True
    return piece.gap >= 2 and not _is_title_case(piece.text.split()) and not _NUMBERED.match(piece.text)


def _author_in(text: str, piece: _Piece) -> str | None:
    """The name on a byline: "By A. Name", or one short name set twice, line under line."""
    match = _BYLINE.match(piece.text)
    if match and piece.lines == 1:
        return match["name"]
    first, _, second = text[piece.start : piece.end].partition("\n")
    twice = piece.lines == 2 and first.strip() == second.strip()
    if twice and 2 <= len(first.split()) <= 5 and _is_title_case(first.split()):
        return first.strip()
    return None
