"""Paths to files: what a person names, and what lies in the folders among it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.readers import READERS
from index.types import Failure

_LARGEST = 100 * 1024 * 1024  # bytes; a text of this size is some 100 novels


@dataclass(frozen=True)
class Found:
    """Files to add, each once; paths that hold none; files in folders that no reader knows."""

    files: tuple[Path, ...]
    failed: tuple[Failure, ...]
    skipped: tuple[str, ...]


def find_files(paths: Iterable[str | os.PathLike[str]]) -> Found:
    """Look up each path. A file named outright is taken whatever its kind; in a folder only
    kinds that a reader knows, without hidden files and without following links to folders."""
    files: dict[Path, None] = {}
    failed: list[Failure] = []
    skipped: list[str] = []
    for name in paths:
        path = Path(name).expanduser()
        if path.is_dir():
            known, unknown = _walk(path)
            if not known:
                kinds = ", ".join(sorted(READERS))
                failed.append(Failure(printable(path), f"{printable(path)} holds no documents ({kinds})."))
            files.update(dict.fromkeys(known))
            skipped += map(printable, unknown)
        elif not path.exists():
            failed.append(Failure(printable(path), f"{printable(path)} does not exist; check the path."))
        else:
            files[path.resolve()] = None
    return Found(tuple(files), tuple(failed), tuple(skipped))


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises ReadError with the reason when they cannot be had."""
    try:
        if not path.is_file():
            raise ReadError(f"{printable(path)} is not a regular file.")
        size = path.stat().st_size
        if size > _LARGEST:
            limit = _LARGEST // 1024**2
            raise ReadError(f"{printable(path)} has {size // 1024**2} MB; files of up to {limit} MB can be added.")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReadError(f"{printable(path)} cannot be read ({reason}); check its permissions.") from error


def printable(path: Path) -> str:
    """A path as text, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _walk(folder: Path) -> tuple[list[Path], list[Path]]:
    known: list[Path] = []
    unknown: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith(".") or not path.is_file():
                continue
            (known if path.suffix.lower() in READERS else unknown).append(path.resolve())
    return known, unknown
