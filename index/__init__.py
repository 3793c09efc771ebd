"""Documents to a searchable library on disk: the write path of Footnote."""

from index.encoder import Encoding
from index.errors import FootnoteError, LibraryError, ModelError, QuestionError, ReadError
from index.library import Candidate, Index
from index.types import AddReport, Block, Document, Failure, Page, Passage, Progress, Section

__all__ = [
    "AddReport",
    "Block",
    "Candidate",
    "Document",
    "Encoding",
    "Failure",
    "FootnoteError",
    "Index",
    "LibraryError",
    "ModelError",
    "Page",
    "Passage",
    "Progress",
    "QuestionError",
    "ReadError",
    "Section",
]
