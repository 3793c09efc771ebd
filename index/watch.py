"""A library that keeps up with its folders while they change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from index.files import IGNORE, taken_in
from index.library import Index
from index.types import AddReport

_TICK = 300  # milliseconds after which it looks up, whether or not anything has changed


def watch(
    index: Index, *folders: Path, told: Callable[[AddReport], object], stop: threading.Event | None = None
) -> None:
    """Sync the folders, and again whatever changes in them, until `stop` is set or a KeyboardInterrupt.

    Each change that came to something is told. Raises what `Index.sync` raises.
    """
    from watchfiles import watch as changes_in

    roots = [folder.expanduser().resolve() for folder in folders]
    present = [root for root in roots if root.is_dir()]
    synced = False
    watched = changes_in(*present, watch_filter=None, stop_event=stop, rust_timeout=_TICK, yield_on_timeout=True)
    for changes in watched:
        if not synced:  # only now, when no change can be missed
            told(index.sync(*roots))
            synced = True
        there = [root for root in present if root.is_dir()]  # else moved, or a disk that is gone: nothing is removed
        paths = {path for _, name in changes if any((path := Path(name)).is_relative_to(root) for root in there)}
        if not paths:
            continue
        if any(path.name == IGNORE or path.is_dir() for path in paths):
            report = index.sync(*there)
        else:
            here = [path for path in sorted(paths) if path.is_file() and any(_takes(root, path) for root in there)]
            report = index.add(*here) if here else AddReport()
            lost = tuple(name for path in sorted(paths) for name in index.forget(path))
            report = AddReport(**vars(report) | {"removed": lost})
        if any(vars(report).values()):
            told(report)


def _takes(root: Path, path: Path) -> bool:
    return path.is_relative_to(root) and taken_in(root, path)
