"""Documents to passages: langchain-text-splitters chooses where to cut, the spans are ours."""

from __future__ import annotations

from collections.abc import Iterator

from index.sentences import Span, sentence_spans, trimmed
from index.types import Document, Passage

HEADINGS = ("title", "heading")
PASSAGE_LENGTH = 1000  # characters; about 200 tokens, inside the model's window of 256


def passages(document: Document, length: int = PASSAGE_LENGTH) -> list[Passage]:
    """Cut a document into passages of at most `length` characters.

    Cuts fall between paragraphs where they can, else between sentences, else between words.
    Passages do not overlap, do not reach across sections, and miss nothing but white space.
    """
    found = []
    for start, end in _regions(document):
        for span in _cuts(document, start, end, length):
            found.append(Passage(document.id, *span, document.text[slice(*span)]))
    return found


def sentences(document: Document, start: int, end: int) -> list[Span]:
    """Spans of the sentences between two offsets, cut off there; headings and titles left out,
    since they announce an answer and are none."""
    spans = []
    for block in document.blocks_in(start, end):
        if block.kind in HEADINGS:
            continue
        for first, last in sentence_spans(document.text[block.start : block.end]):
            span = max(block.start + first, start), min(block.start + last, end)
            if span[0] < span[1]:
                spans.append(trimmed(document.text, *span))
    return spans


def _regions(document: Document) -> Iterator[Span]:
    """The stretches that no passage may cross: before the first section, each section, after."""
    if not document.blocks:
        return
    at, end = document.blocks[0].start, document.blocks[-1].end
    for section in document.sections:
        yield at, section.start
        yield section.start, section.end
        at = section.end
    yield at, end


def _cuts(document: Document, start: int, end: int, length: int) -> Iterator[Span]:
    """Spans of the passages of one region.

    The splitter sees the region with a mark after each block and each sentence; with nothing
    stripped and no overlap its chunks partition what it sees, so adding up their lengths gives
    the cuts. Its own `start_index` searches the text again and goes wrong on repetitions.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    text = document.text[start:end]
    if not text.strip():
        return
    block_end, sentence_end = _absent_characters(text)
    marks = {last - start: sentence_end for _, last in sentences(document, start, end)}
    for block in document.blocks_in(start, end):
        if block.kind not in HEADINGS:  # a heading stays with what it announces
            marks[block.end - start] = block_end
    seen, at = [], 0
    for offset in sorted(offset for offset in marks if offset <= len(text)):
        seen += [text[at:offset], marks[offset]]
        at = offset
    seen.append(text[at:])

    def true_length(chunk: str) -> int:
        return len(chunk) - chunk.count(block_end) - chunk.count(sentence_end)

    splitter = RecursiveCharacterTextSplitter(
        separators=[block_end, sentence_end, " ", ""],
        chunk_size=length,
        chunk_overlap=0,
        length_function=true_length,
        keep_separator="end",
        strip_whitespace=False,
    )
    at = start
    for chunk in splitter.split_text("".join(seen)):
        span = trimmed(document.text, at, at + true_length(chunk))
        at += true_length(chunk)
        if span[0] < span[1]:
            yield span
    if at != end:
        raise AssertionError(f"passages of {document.id} end at {at}, not at {end}")


def _absent_characters(text: str) -> tuple[str, str]:
    """Two private-use characters that do not occur in the text."""
    used = set(text)
    free = (chr(code) for code in range(0xE000, 0x10FFFE) if chr(code) not in used)
    return next(free), next(free)
