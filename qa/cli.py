"""The shell's way in: every command is a thin skin over `index` and `qa`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from index import FootnoteError, QuestionError
from qa import commands
from qa.commands import DONE, NOT_FOUND, WRONG_USE, open_library, print_json

if TYPE_CHECKING:
    from qa.answer import Options


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 not found or failed, 2 wrong use."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return WRONG_USE if isinstance(error, QuestionError) else NOT_FOUND
    except KeyboardInterrupt:
        print("footnote: stopped; what was added before stays, and the next run goes on from there.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe has had enough
        sys.stderr.close()
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footnote",
        description="Ask a question of your documents; get the passage that answers it, word for word, cited.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"footnote {version('footnote-qa')}")
    kinds = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = kinds.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        sub.add_argument("--index", metavar="DIR", help="the library's folder (the default library without it)")
        sub.add_argument("--model", help="a sentence-transformers model, by name or folder")
        if name not in ("serve", "chat"):
            sub.add_argument("--json", action="store_true", help="print JSON")
        return sub

    def choices(sub: argparse.ArgumentParser, *, budget: bool = True) -> None:
        """What one may choose of the way to an answer: `qa.answer.Options`."""
        if budget:
            text = "how many of the answers shown may be wrong, such as 10%% (20%%)"
            sub.add_argument("--budget", metavar="SHARE", type=_share, help=text)
        sub.add_argument("--reader", metavar="MODEL", help="another question-answering model, or off")
        sub.add_argument("--reranker", metavar="MODEL", help="a CrossEncoder or multi-vector model (none)")

    asking = command("ask", _ask, "Ask a question. Exit status 1 when the library does not answer it.")
    asking.add_argument("question", metavar="QUESTION")
    text = "print the quotes alone, ready for a text or a bibliography: sentence, markdown, bibtex or ris"
    asking.add_argument("--format", choices=("sentence", "markdown", "bibtex", "ris"), help=text, metavar="FORMAT")
    chatting = command("chat", _chat, "Ask one question after the other; each may lean on those before.")
    for sub in (asking, chatting):
        sub.add_argument("-k", type=_positive, default=5, help="how many passages to show (5)")
        text = "search only in this document (may be given several times)"
        sub.add_argument("--in", metavar="ID", dest="documents", action="append", help=text)
        choices(sub)
    adding = command("add", commands.add, "Add files, the documents in folders, and web pages.")
    adding.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or an address on the web")
    adding.add_argument("--password", help="opens encrypted files (asked for at a terminal)")
    text = "let addresses lead into private networks, such as your own server"
    adding.add_argument("--allow-private", action="store_true", help=text)
    syncing = command("sync", commands.sync, "Add what folders hold, and remove what is gone from them.")
    syncing.add_argument("paths", metavar="FOLDER", nargs="+")
    watching = command("watch", commands.watch, "Sync folders, and keep at it while they change. Ctrl-C ends it.")
    watching.add_argument("paths", metavar="FOLDER", nargs="+", type=Path)
    command("list", commands.list_documents, "List the documents.")
    removing = command("remove", commands.remove, "Remove a document.")
    removing.add_argument("id", metavar="ID", help="as footnote list shows it")
    command("check", commands.check, "Check that the library is whole.")
    verifying = command("verify", _verify, "Check every quote of an answer saved with --json against the library.")
    verifying.add_argument("file", metavar="ANSWER.json", type=Path)
    evaluating = command("eval", _eval, "Measure the answers on questions with known answers.")
    evaluating.add_argument("file", metavar="FILE", type=Path, help="SQuAD JSON, or one JSON object a line")
    choices(evaluating)
    calibrating = command("calibrate", _calibrate, "Fit the confidence to a library, on questions with known answers.")
    calibrating.add_argument("file", metavar="FILE", type=Path, help="one JSON object a line, as for eval")
    choices(calibrating, budget=False)
    serving = command("serve", _serve, "Open the web page.")
    serving.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1: this machine only)")
    serving.add_argument("--port", type=int, default=7860)
    text = "let visitors from other machines add and remove documents (with a --host that they reach)"
    serving.add_argument("--allow-changes", action="store_true", help=text)
    choices(serving)
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share between 0 and 1, such as 0.1 or 10%")
    return value


def _choices(options: argparse.Namespace) -> Options:
    from qa.answer import Options
    from qa.confidence import BUDGET

    return Options(getattr(options, "budget", None) or BUDGET, options.reader, options.reranker)


def _ask(options: argparse.Namespace) -> int:
    from qa.answer import ask, checked
    from qa.terminal import show_answer, show_quotes
    from qa.types import to_json

    checked(options.question)
    with open_library(options) as index:
        chosen = vars(_choices(options))
        answer = ask(options.question, index=index, k=options.k, documents=options.documents, **chosen)
    if options.json:
        print_json(to_json(answer))
    elif options.format:
        show_quotes(answer, options.format)
    else:
        show_answer(answer)
    return DONE if answer.answered else NOT_FOUND


def _chat(options: argparse.Namespace) -> int:
    from qa.chat import chat

    with open_library(options) as index:
        chat(index, _choices(options), options.documents, options.k)
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from qa.verify import verify

    with open_library(options) as index:
        checked = verify(options.file, index)
    broken = [item for item in checked if item.problem]
    if options.json:
        print_json([asdict(item) for item in checked])
    else:
        for item in broken:
            short = item.quote if len(item.quote) <= 80 else f"{item.quote[:79]}…"
            print(f"Does not hold: “{' '.join(short.split())}”\n  {item.citation}\n  {item.problem}")
        print(f"{len(checked) - len(broken)} of {len(checked)} quotes hold.")
    return NOT_FOUND if broken else DONE


def _eval(options: argparse.Namespace) -> int:
    from qa.evaluate import evaluate, prepared
    from qa.terminal import show_report

    with open_library(options) as index, prepared(options.file, index) as (library, questions):
        report = evaluate(library, questions, _choices(options))
    if options.json:
        print_json(asdict(report))
    else:
        show_report(report)
    return DONE


def _calibrate(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from qa.calibrate import calibrate
    from qa.confidence import BUDGETS
    from qa.evaluate import prepared

    with open_library(options) as index, prepared(options.file, index) as (library, questions):
        if library is not index:
            raise QuestionError(f"{options.file} brings its own documents; give questions about this library.")
        bar = tqdm(questions, unit=" questions", disable=None, leave=False)
        fits = calibrate(index, bar, _choices(options))
    if options.json:
        print_json({name: asdict(fitted) for name, fitted in fits.items()})
        return DONE
    for name, fitted in fits.items():
        print(f"{'With' if name == 'read' else 'Without'} the reader, {fitted.askings} askings:", end=" ")
        apart = "" if fitted.auroc is None else f"AUROC {fitted.auroc:.3f} with and without the answer, "
        print(f"{apart}expected calibration error {fitted.error:.3f}.")
        for budget in BUDGETS:
            print(f"  {fitted.calibration.explained(budget)}")
    return DONE


def _serve(options: argparse.Namespace) -> int:
    from app import serve

    serve(
        options.index,
        model=options.model,
        host=options.host,
        port=options.port,
        options=_choices(options),
        allow_changes=options.allow_changes,
    )
    return DONE


if __name__ == "__main__":
    sys.exit(main())
