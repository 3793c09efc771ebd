"""The shell's commands that fill a library, and say what is in it."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from index import AddReport, Index, Progress

DONE, NOT_FOUND, WRONG_USE = 0, 1, 2


def open_library(options: argparse.Namespace, *, create: bool = False) -> Index:
    return Index.open(options.index, model=options.model, create=create)


def add(options: argparse.Namespace) -> int:
    with open_library(options, create=True) as index:
        report = _added(index, options.paths, options, options.password)
        locked = [failure.path for failure in report.failed if failure.encrypted]
        if not locked or options.json or not sys.stdin.isatty():
            return _told(options, report)
        status = _told(options, replace(report, failed=tuple(item for item in report.failed if not item.encrypted)))
        for path in locked:
            password = getpass.getpass(f"Password of {path} (empty: leave it out): ")
            if not password or _told(options, _added(index, [path], options, password)) != DONE:
                status = NOT_FOUND
        return status


def _added(index: Index, paths: list[str], options: argparse.Namespace, password: str | None) -> AddReport:
    private = options.allow_private
    return _with_bar(lambda told: index.add(*paths, progress=told, password=password, allow_private=private))


def sync(options: argparse.Namespace) -> int:
    with open_library(options, create=True) as index:
        report = _with_bar(lambda told: index.sync(*options.paths, progress=told))
    return _told(options, report)


def watch(options: argparse.Namespace) -> int:
    from index.watch import watch

    missing = [path for path in options.paths if not path.is_dir()]
    if missing:
        print(f"footnote: {missing[0]} is not a folder; name one to watch.", file=sys.stderr)
        return WRONG_USE
    with open_library(options, create=True) as index:
        print("footnote: watching; Ctrl-C ends it.", file=sys.stderr, flush=True)
        try:
            watch(index, *options.paths, told=lambda report: _told(options, report))
        except KeyboardInterrupt:
            print("footnote: no longer watching.", file=sys.stderr)
    return DONE


def _with_bar(run: Callable[[Callable[[Progress], None]], AddReport]) -> AddReport:
    """Show how far it is, with the time that is left, on a terminal."""
    from tqdm import tqdm

    with tqdm(unit=" files", disable=None, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.files
            bar.set_postfix_str(f"{progress.passages} passages", refresh=False)
            bar.update(progress.files_done - bar.n)
            bar.refresh()

        return run(show)


def _told(options: argparse.Namespace, report: AddReport) -> int:
    """Print what was done, as the person asked."""
    if options.json:
        print_json(asdict(report))
    _show(report, files=not options.json)
    return NOT_FOUND if report.failed else DONE


def _show(report: AddReport, *, files: bool = True) -> None:
    if files:
        counts = [(getattr(report, name), name) for name in ("added", "updated", "unchanged", "removed")]
        told = [f"{len(items)} {word}" for items, word in counts if items]
        if report.duplicates:
            told.append(f"{len(report.duplicates)} the same as another")
        print(", ".join(told) or "Nothing added.", flush=True)
        for name in (*report.added, *report.updated):
            print(f"  {name}")
        for name in report.removed:
            print(f"  {name} is gone")
        sys.stdout.flush()
    if report.skipped:
        kinds = sorted({Path(name).suffix or "no suffix" for name in report.skipped})
        note = f"{len(report.skipped)} files of kinds that are not read were left out ({', '.join(kinds)})."
        print(f"footnote: {note}", file=sys.stderr)
    for failure in (*report.partial, *report.failed):
        print(f"footnote: {failure.reason}", file=sys.stderr)


def list_documents(options: argparse.Namespace) -> int:
    with open_library(options) as index:
        documents = index.documents()
    if options.json:
        keys = ("id", "title", "author", "date", "source", "also", "sha256")
        rows = [{key: getattr(document, key) for key in keys} for document in documents]
        print_json([row | {"characters": len(document.text)} for row, document in zip(rows, documents)])
        return DONE
    if not documents:
        print("The library is empty; add documents with: footnote add PATH", file=sys.stderr)
    for document in documents:
        by = f"{document.author}, " if document.author else ""
        print(f"{document.id}\n  {by}“{document.title}”, {len(document.text):,} characters")
        for source in (document.source, *document.also):
            print(f"  {source}")
    return DONE


def remove(options: argparse.Namespace) -> int:
    with open_library(options) as index:
        removed = index.remove(options.id)
    if options.json:
        print_json({"id": options.id, "removed": removed})
    if removed:
        print(f"footnote: {options.id} removed.", file=sys.stderr)
        return DONE
    print(f"footnote: there is no document {options.id}; footnote list shows their ids.", file=sys.stderr)
    return NOT_FOUND


def check(options: argparse.Namespace) -> int:
    with open_library(options) as index:
        wrong = index.check()
        count = len(index.documents())
    if options.json:
        print_json({"documents": count, "problems": wrong})
    else:
        print("\n".join(wrong) or f"All is well: {count} documents, every passage in its place.")
    return NOT_FOUND if wrong else DONE


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
