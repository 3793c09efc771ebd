"""What a person names to sources: files, the documents in folders, addresses on the web."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ReadError
from index.readers import READERS, printable
from index.types import Failure, is_url

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE = ".footnoteignore"
_LARGEST = 100 * 1024 * 1024  # bytes; a text of this size is some 100 novels
_TRIES = 3  # at reading a file that changes meanwhile


@dataclass(frozen=True)
class Found:
    """What to add, each once: files, and addresses on the web. `failed`: what cannot be; `skipped`:
    files in folders that no reader knows."""

    files: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    skipped: tuple[str, ...] = ()


def find_files(names: Iterable[str | os.PathLike[str]]) -> Found:
    """Look up each name. A file named outright is taken whatever its kind; in a folder only kinds
    that a reader knows, without hidden files, without what a `.footnoteignore` there or further up
    leaves out (as git reads .gitignore), and without following links to folders."""
    files: dict[Path, None] = {}
    urls: dict[str, None] = {}
    failed: list[Failure] = []
    skipped: list[str] = []
    for name in names:
        path = Path(name).expanduser()
        if isinstance(name, str) and is_url(name):
            urls[name] = None
        elif path.is_dir():
            known, unknown = _walk(path, failed)
            if not known:
                kinds = ", ".join(sorted(READERS))
                failed.append(Failure(printable(path), f"{printable(path)} holds no documents ({kinds})."))
            files.update(dict.fromkeys(known))
            skipped += map(printable, unknown)
        elif path.exists():
            files[path.resolve()] = None
        else:
            failed.append(_missing(path))
    return Found(tuple(files), tuple(urls), tuple(failed), tuple(skipped))


def read_file(path: Path) -> bytes:
    """The bytes of a file, all of one moment. Raises ReadError when they cannot be had."""
    try:
        if not path.is_file():
            raise ReadError(f"{printable(path)} is not a regular file.")
        for _ in range(_TRIES):
            before = path.stat()
            if before.st_size > _LARGEST:
                megabytes, limit = before.st_size // 1024**2, _LARGEST // 1024**2
                raise ReadError(f"{printable(path)} has {megabytes} MB; files of up to {limit} MB can be added.")
            with path.open("rb") as file:
                data = file.read(_LARGEST + 1)
            after = path.stat()
            if (before.st_size, before.st_mtime_ns, before.st_ino) == (len(data), after.st_mtime_ns, after.st_ino):
                return data
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReadError(f"{printable(path)} cannot be read ({reason}); check its permissions.") from error
    raise ReadError(f"{printable(path)} changed while it was read; add it again when it is at rest.")


def taken_in(folder: Path, path: Path) -> bool:
    """Whether a walk of a folder would take a file beneath it, going by its name."""
    inside = path.relative_to(folder)
    return (
        path.suffix.lower() in READERS and not any(part.startswith(".") for part in inside.parts) and not ignored(path)
    )


def ignored(path: Path) -> bool:
    """Whether the `.footnoteignore` files above a file leave it out."""
    rules = _Rules()
    return any(rules.leave_out(part, part != path) for part in [*reversed(path.parents), path][1:])


class _Rules:
    """The `.footnoteignore` files that were met so far."""

    def __init__(self) -> None:
        self._of = cache(_rules)

    def leave_out(self, path: Path, is_folder: bool) -> bool:
        """Go by the deepest file that says anything about the path, as git does."""
        for folder in path.parents:
            if rules := self._of(folder):
                inside = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
                verdict = rules.check_file(inside).include
                if verdict is not None:
                    return bool(verdict)
        return False


def _rules(folder: Path) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines((folder / IGNORE).read_text("utf-8", "replace").splitlines())
    except OSError:
        return None


def _walk(folder: Path, failed: list[Failure]) -> tuple[list[Path], list[Path]]:
    """The files beneath a folder that are of a known kind, and the others."""
    known: list[Path] = []
    unknown: list[Path] = []
    rules = _Rules()

    def unreadable(error: OSError) -> None:
        name = printable(Path(error.filename))
        reason = (error.strerror or str(error)).lower()
        failed.append(Failure(name, f"{name} cannot be read ({reason}); check its permissions."))

    def kept(root: Path, names: Iterable[str], are_folders: bool) -> Iterator[str]:
        for name in sorted(names):
            if not name.startswith(".") and not rules.leave_out(root / name, are_folders):
                yield name

    for place, folders, names in os.walk(folder.resolve(), onerror=unreadable):
        root = Path(place)
        folders[:] = kept(root, folders, True)
        for name in kept(root, names, False):
            path = root / name
            if path.suffix.lower() not in READERS:
                unknown.append(path)
            elif path.exists():
                (known if path.is_file() else unknown).append(path.resolve())
            else:
                failed.append(_missing(path))
    return known, unknown


def _missing(path: Path) -> Failure:
    why = "is a link that leads nowhere" if path.is_symlink() else "does not exist; check the path"
    return Failure(printable(path), f"{printable(path)} {why}.")
