"""`footnote chat`: a conversation in the shell, with line editing and a history of what was typed."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index import Index, QuestionError
from index.library import default_folder
from qa.answer import Options, ask
from qa.terminal import show_answer
from qa.types import Answer

HELP = (
    "Ask; ask on (“and when?”, “what about Apple?”), or say: more · only in chapter 2 · in the second document · "
    "compare with X.\n=QUESTION asks it as it stands · new begins a new conversation · quit, or Ctrl-D, ends."
)
_KEPT = 1_000  # lines typed


def chat(index: Index, options: Options, documents: Collection[str] | None = None, k: int = 5) -> None:
    """Answer line by line until the end of the input; each question can lean on those before."""
    history: list[tuple[str, str]] = []
    with _editing(default_folder().parent / "chat-history"):
        if sys.stdin.isatty():
            print(HELP)
        for line in _lines():
            if line in ("quit", "exit"):
                return
            if line in ("?", "help"):
                print(HELP)
                continue
            if line == "new" or line.startswith("="):
                history.clear()
            question = line.removeprefix("=").strip()
            if line == "new" or not question:
                continue
            try:
                answer = ask(question, index=index, history=history, k=k, documents=documents, **vars(options))
            except QuestionError as error:
                print(f"footnote: {error}", file=sys.stderr)
                continue
            show_answer(answer)
            history.append((question, answer_text(answer)))


def answer_text(answer: Answer) -> str:
    """What an answer said, for the history of the next question: its evidence, or what came nearest."""
    shown = answer.evidence or [evidence for hit in answer.hits[:1] for evidence in hit.evidence]
    return " ".join(evidence.text for evidence in shown)


def _lines() -> Iterator[str]:
    while True:
        try:
            line = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if line:
            yield line


@contextmanager
def _editing(file: Path) -> Iterator[None]:
    """Arrow keys and what was typed before, where the system has readline."""
    try:
        import readline
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(_KEPT)
    try:
        yield
    finally:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(file)
