"""Documents to a searchable library on disk: the write path of Footnote.

What needs the model is loaded when it is first used, so that a reader's process stays small.
"""

from typing import TYPE_CHECKING, Any

from index.errors import FootnoteError, LibraryError, ModelError, QuestionError, ReadError
from index.types import AddReport, Block, Document, Entry, Failure, Page, Passage, Place, Progress, Section

if TYPE_CHECKING:
    from index.encoder import Encoding
    from index.library import Candidate, Index

__all__ = [
    "AddReport",
    "Block",
    "Candidate",
    "Document",
    "Encoding",
    "Entry",
    "Failure",
    "FootnoteError",
    "Index",
    "LibraryError",
    "ModelError",
    "Page",
    "Passage",
    "Place",
    "Progress",
    "QuestionError",
    "ReadError",
    "Section",
]


def __getattr__(name: str) -> Any:
    if name in ("Candidate", "Encoding", "Index"):
        from index import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
