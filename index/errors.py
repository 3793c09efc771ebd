"""What can go wrong, one exception for each thing that a caller can do something about.

Every message is one sentence or two for the person: what was wrong, why, and what to do.
"""


class FootnoteError(Exception):
    """Base of all errors that Footnote raises on purpose; its text is meant to be shown."""


class LibraryError(FootnoteError):
    """The library folder is missing, is not one, is damaged, or cannot be written."""


class ModelError(FootnoteError):
    """The embedding model is missing, altered, unsuitable, or not the one of this library."""


class ReadError(FootnoteError):
    """A file cannot become a document."""


class PasswordNeeded(ReadError):
    """A file is encrypted, and the password that was given, if any, does not open it."""


class QuestionError(FootnoteError):
    """A question that cannot be asked: empty, far too long, or of a document that is not there."""
