"""A question to a cited answer: the read path of Footnote."""

from qa.answer import ask, retrieve
from qa.types import Answer, Citation, Evidence, Hit, to_json

__all__ = ["Answer", "Citation", "Evidence", "Hit", "ask", "retrieve", "to_json"]
