"""The folder of a library: what it may be, and what can be wrong with it, in sentences."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import LibraryError

DATABASE = "footnote.db"


def check_folder(folder: Path, create: bool) -> None:
    """See that a library is, or with `create` can be, in a folder. Raises LibraryError."""
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file, not a library; a library is a folder.")
    if (folder / DATABASE).exists():
        return
    if folder.is_dir() and any(not entry.name.startswith((".", DATABASE)) for entry in folder.iterdir()):
        raise LibraryError(
            f"{folder} holds other files and is not a Footnote library; name one, or a new or empty folder."
        )
    if not create:
        raise LibraryError(f"There is no library at {folder}; make one with: footnote add PATH --index {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The library {folder} could not be made ({error.strerror}); name another folder."
        ) from error
    if not os.access(folder, os.W_OK):
        raise LibraryError(f"The library {folder} could not be made: the folder is read-only; name another folder.")


def explanation(message: str) -> str:
    """What an error of SQLite means for the person, and what to do about it."""
    for sign, meaning in (
        ("full", "the disk is full. Free some space and try again; nothing was half written."),
        ("locked", "another program is writing to it. Try again when that one is done."),
        ("readonly", "it is read-only. Change its permissions, or use a library elsewhere."),
        ("unable to open", "its files cannot be opened; check the folder's permissions."),
        (
            "not a database",
            "its database is not one, or is damaged. Restore it from a copy, or make a new library.",
        ),
        ("malformed", "its database is damaged. Restore it from a copy, or make a new library."),
        ("I/O error", "the disk failed or is full. Check the disk and try again; nothing was half written."),
    ):
        if sign in message:
            return meaning
    return f"{message}."
