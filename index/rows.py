"""Rows of the database to what they stand for, and whether the two agree."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from index.codec import code_size
from index.store import StoredPassage
from index.types import Block, Document, Entry, Page, Passage, Section

DOCUMENT = (
    "id, title, source, author, date, sha256, text, structure, "
    "(SELECT json_group_array(path) FROM source WHERE document_id = document.id AND path <> document.source)"
)
ENTRY = (
    "id, title, source, author, date, sha256, length(text), "
    "(SELECT count(*) FROM passage WHERE document_id = document.id), "
    "(SELECT json_group_array(path) FROM source WHERE document_id = document.id AND path <> document.source)"
)
FOUND = "instr(lower(title || char(10) || source || char(10) || coalesce(author, '')), ?)"
PASSAGE = 'id, document_id, start, "end", text, pooled, tokens, spans, sentences'


def to_document(row: Any) -> Document:
    """A row of `DOCUMENT`."""
    identifier, title, source, author, date, sha256, text, structure, also = row
    spans = json.loads(structure)
    return Document(
        identifier,
        title,
        source,
        author,
        text,
        sha256,
        sections=tuple(Section(**item) for item in spans["sections"]),
        blocks=tuple(Block(**item) for item in spans["blocks"]),
        pages=tuple(Page(**item) for item in spans["pages"]),
        date=date,
        also=tuple(sorted(json.loads(also))),
    )


def to_entry(row: Any) -> Entry:
    """A row of `ENTRY`."""
    identifier, title, source, author, date, sha256, characters, passages, also = row
    names = tuple(sorted(json.loads(also)))
    return Entry(identifier, title, source, author, date, sha256, characters, passages, names)


def to_passage(row: Any) -> StoredPassage:
    """A row of `PASSAGE`."""
    return StoredPassage(
        Passage(*row[1:5]),
        pooled=np.frombuffer(row[5], np.float32),
        tokens=row[6],
        spans=np.frombuffer(row[7], np.int32).reshape(-1, 2),
        sentences=np.frombuffer(row[8], np.int32).reshape(-1, 2),
    )


def problems(document: Document, passages: list[StoredPassage]) -> list[str]:
    """What is wrong with the passages of a document, a sentence each."""
    wrong = []
    for stored in passages:
        passage, name = stored.passage, f"The passage {stored.passage.start}–{stored.passage.end} of {document.id}"
        if document.text[passage.start : passage.end] != passage.text:
            wrong.append(f"{name} is not the text of its document there.")
        if len(stored.tokens) != len(stored.spans) * code_size(len(stored.pooled)):
            wrong.append(f"{name} has vectors that do not match its tokens.")
        if not len(stored.sentences) or stored.sentences.min() < 0 or stored.sentences.max() > len(passage.text):
            wrong.append(f"{name} has sentences outside it.")
    if not passages:
        wrong.append(f"{document.id} has no passages; add {document.source} again.")
    return wrong
