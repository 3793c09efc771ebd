"""Documents on their way into a library: what was dropped is kept beside it, read in the background,
and each outcome is told."""

from __future__ import annotations

import filecmp
import re
import shutil
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from index import FootnoteError, Progress
from index.readers import READERS, printable
from index.types import is_url
from page.words import say

if TYPE_CHECKING:
    from page.service import Library

_FILES = "files"  # the folder beside the database where dropped files are kept
_GROUP = 50  # sources that are added before the next that came meanwhile are looked at


@dataclass(frozen=True)
class Step:
    """What became of one source: its name, the outcome as `index.Progress` has it, and why it failed, or what
    of it was not read."""

    name: str
    outcome: str
    reason: str = ""


class Adder:
    """Adds sources to one library, one group after the other; what comes meanwhile waits."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._files = threading.Lock()  # held while files come or go, before the other one
        self._waiting: deque[str] = deque()
        self._called_off: list[str] = []  # what waited when it was cancelled
        self._log: list[Step] = []
        self._total = self._skipped = self._run = 0
        self._now = ""
        self._fresh: set[str] = set()  # kept, and not yet in the library
        self._running = False
        self._stop = threading.Event()

    def take(self, uploads: Sequence[tuple[Path, str]], skipped: int = 0) -> None:
        """Keep uploads, each under the name given, and add them; or none of them. Raises FootnoteError."""
        with self._files:
            before = set(self._fresh)
            try:
                kept = [self._keep(upload, name) for upload, name in uploads]
            except BaseException:
                for source in self._fresh - before:
                    self.forget(source)
                raise
            self.add(*kept, skipped=skipped)

    def add(self, *sources: str, skipped: int = 0) -> None:
        """Add files that are kept, or addresses, after those that wait already; after a cancelling, too."""
        with self._lock:
            if not self._running:
                self._log, self._total, self._skipped, self._run = [], 0, 0, self._run + 1
                self._stop.clear()
                self._running = True
                threading.Thread(target=self._work, name="footnote-add", daemon=True).start()
            self._waiting.extend(sources)
            self._total += len(sources)
            self._skipped += skipped

    @property
    def running(self) -> bool:
        """Whether anything is on its way."""
        return self._running

    def cancel(self) -> None:
        """Stop as soon as may be; what is done stays."""
        with self._lock:
            self._stop.set()
            self._called_off.extend(self._waiting)
            self._waiting.clear()

    def state(self, run: int, since: int) -> dict[str, Any]:
        """How far it is, with the outcomes after the first so many, if they are of this run."""
        with self._lock:
            steps = self._log[since if run == self._run else 0 :]
            return {
                "run": self._run,
                "running": self._running,
                "cancelled": self._stop.is_set(),
                "done": len(self._log),
                "total": self._total,
                "skipped": self._skipped,
                "now": self._now,
                "steps": [asdict(step) for step in steps],
            }

    def forget(self, source: str) -> None:
        """Delete a file if it was kept here; any other is left alone."""
        self._fresh.discard(source)
        with suppress(OSError, ValueError, RuntimeError):
            path = Path(source).resolve()  # a name may lead out by ".." or a link
            if path.is_relative_to((self._library.folder / _FILES).resolve()):
                path.unlink()

    def _keep(self, upload: Path, name: str) -> str:
        """Move an upload into the library's own files, under a name that may have folders; a file
        of that name with other bytes keeps its place. Returns the path. Raises FootnoteError."""
        kept = self._library.folder / _FILES / _safe(name)
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            number = 1
            path = kept
            while path.exists() and not filecmp.cmp(path, upload, shallow=False):
                number += 1
                path = kept.with_name(f"{kept.stem} ({number}){kept.suffix}")
            if path.exists():
                upload.unlink()
            else:
                shutil.move(upload, path)
                self._fresh.add(str(path.resolve()))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise FootnoteError(f"{name} could not be kept ({why}); free some space, or check permissions.") from error
        return str(path)

    def _work(self) -> None:
        left: set[str] = set()
        while True:
            with self._files, self._lock:
                if self._stop.is_set():
                    self._call_off(left)
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _GROUP))]
                if not group:
                    self._running, self._now = False, ""
                    return
            left = _sources(group)
            self._add_group(group, left)

    def _call_off(self, left: set[str]) -> None:
        """Forget what was cancelled, and go on with what came after that."""
        for source in self._fresh & (left | _sources(self._called_off)) - _sources(self._waiting):
            self.forget(source)
        self._called_off.clear()
        if self._waiting:
            self._stop.clear()
            self._total = len(self._log) + len(self._waiting)

    def _add_group(self, group: list[str], left: set[str]) -> None:
        """Add some sources; `left` holds those of which nothing is told yet."""
        try:
            report = self._library.index.add(*group, progress=lambda step: self._told(step, left), stop=self._stop)
            why = {failure.path: failure.reason for failure in report.failed}
        except FootnoteError as error:
            why = dict.fromkeys(left, str(error))
        except Exception as error:  # a thread that dies in silence would leave the page waiting
            why = dict.fromkeys(left, f"{type(error).__name__}: {error}")
        for source in sorted(left):
            if source in why or not self._stop.is_set():
                self._done(source, "failed", why.get(source) or say("add.unknown", name=self._shown(source)), left)

    def _told(self, step: Progress, left: set[str]) -> None:
        self._now = self._shown(step.path)
        if step.outcome:
            self._done(step.path, step.outcome, step.reason, left)

    def _done(self, source: str, outcome: str, reason: str, left: set[str]) -> None:
        reason = reason.replace(source, self._shown(source))
        if outcome == "failed" and source in self._fresh:
            self.forget(source)
        self._fresh.discard(source)
        with self._lock:
            left.discard(source)
            self._log.append(Step(self._shown(source), outcome, reason))

    def _shown(self, source: str) -> str:
        """A source by the name under which the person gave it."""
        files = (self._library.folder / _FILES).resolve()
        return (
            source if is_url(source) or not Path(source).is_relative_to(files) else str(Path(source).relative_to(files))
        )


def _sources(names: Iterable[str]) -> set[str]:
    """The names under which the library has these files and addresses."""
    return {name if is_url(name) else printable(Path(name).resolve()) for name in names}


def is_read(name: str) -> bool:
    """Whether a file of this name would be taken out of a folder: not hidden, of a kind that is read."""
    path = PurePosixPath(name)
    return path.suffix.lower() in READERS and not any(part.startswith(".") for part in path.parts)


def _safe(name: str) -> Path:
    """A relative path that stays where it is put."""
    parts = [re.sub(r'[\x00-\x1f<>:"|?*\\]', "_", part).strip(" ")[:120] for part in PurePosixPath(name).parts]
    return Path(*([part for part in parts if part not in ("", ".", "..", "/")] or ["document"]))
