"""The shell: every command, its output, its exit status, its errors."""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import QUESTIONS, Shell

from index.library import SAMPLE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, footnote: Shell) -> Path:
    """A library of the sample article, made from the shell."""
    folder = tmp_path_factory.mktemp("shell") / "my.index"
    done = footnote("add", SAMPLE, "--index", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 added\n  beyond-the-wuzhen-summit-")
    return folder


@pytest.fixture(scope="module")
def saved(folder: Path, footnote: Shell) -> dict[str, object]:
    done = footnote("ask", "Who designed the Great Firewall?", "--index", folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_ask_prints_plain_text_into_a_pipe(folder: Path, footnote: Shell) -> None:
    done = footnote("ask", "Who designed the Great Firewall?", "--index", folder, "-k", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("“Most notably, in June 2014") and "Fang Binxing" in first
    assert second.startswith("— Gianluigi Negro, “Internet Sovereignty")
    assert re.search(r"^2\. ", done.stdout, re.MULTILINE) and not re.search(r"^3\. ", done.stdout, re.MULTILINE)


def test_ask_uses_colour_and_the_width_of_a_terminal(folder: Path, footnote: Shell) -> None:
    script = f"{Path(sys.executable).parent / 'footnote'} ask 'Who designed the Great Firewall?' --index {folder}"
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "72"}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        ["script", "-qec", script, "/dev/null"], capture_output=True, text=True, timeout=120, env=environment
    )
    assert "\x1b[1m" in done.stdout
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).splitlines()
    assert max(map(len, lines)) <= 72


def test_ask_says_when_nothing_answers(folder: Path, footnote: Shell) -> None:
    done = footnote("ask", "What is the boiling point of water?", "--index", folder)
    assert done.returncode == 1
    assert done.stdout.startswith("Not in this library")
    assert "which are no answer" in done.stdout


def test_list_remove_and_check(tmp_path: Path, footnote: Shell) -> None:
    library = tmp_path / "library"
    (tmp_path / "a.txt").write_text("Some words stand here.")
    report = json.loads(footnote("add", tmp_path / "a.txt", "--index", library, "--json").stdout)
    (name,) = report["added"]
    rows = json.loads(footnote("list", "--index", library, "--json").stdout)
    assert [(row["id"], row["characters"]) for row in rows] == [(name, 22)]
    assert name in footnote("list", "--index", library).stdout
    assert footnote("check", "--index", library).stdout.startswith("All is well: 1 documents")
    assert footnote("remove", name, "--index", library).returncode == 0
    again = footnote("remove", name, "--index", library)
    assert again.returncode == 1 and f"no document {name}" in again.stderr
    assert json.loads(footnote("list", "--index", library, "--json").stdout) == []


def test_verify_accepts_what_holds(folder: Path, footnote: Shell, saved: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps(saved))
    done = footnote("verify", tmp_path / "answer.json", "--index", folder)
    assert done.returncode == 0
    assert re.fullmatch(r"(\d+) of \1 quotes hold\.\n", done.stdout)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": "Fang Binxing invented the Great Firewall."}, "the words and their selector differ"),
        ({"start": 2313}, "not at 2313–2679"),
        ({"end": 10**9}, "the words stand at 2312–2679"),
        ({"sha256": "0" * 64}, "has changed since"),
        ({"document_id": "nobody"}, "nobody is not in this library"),
        ({"start": "x"}, "are none"),
        ({"selector": [], "text": "Nobody said this."}, "not in the document"),
    ],
)
def test_verify_names_each_quote_that_does_not_hold(
    folder: Path, footnote: Shell, saved: dict[str, object], tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    altered = json.loads(json.dumps(saved))
    evidence = altered["evidence"][0]
    for key, value in change.items():
        (evidence if key == "text" else evidence["citation"])[key] = value
    (tmp_path / "answer.json").write_text(json.dumps(altered))
    done = footnote("verify", tmp_path / "answer.json", "--index", folder)
    assert done.returncode == 1
    assert done.stdout.count("Does not hold") == 1 and problem in done.stdout


def test_eval_prints_figures(folder: Path, footnote: Shell) -> None:
    done = footnote("eval", QUESTIONS, "--index", folder)
    assert done.returncode == 0
    assert "right passage first (R@1)" in done.stdout and "AUROC, unanswerable questions" in done.stdout


def test_eval_takes_squad_files(folder: Path, footnote: Shell, tmp_path: Path) -> None:
    paragraphs = []
    for animal, hours in (("koala", "twenty"), ("giraffe", "two"), ("cat", "fifteen")):
        context = f"The {animal} sleeps for {hours} hours every day."
        answer = {"text": f"{hours} hours", "answer_start": context.index(hours)}
        question = {"id": animal, "question": f"How long does the {animal} sleep?", "answers": [answer]}
        paragraphs.append({"context": context, "qas": [question]})
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Sleep", "paragraphs": paragraphs}]}))
    report = json.loads(footnote("eval", path, "--index", folder, "--json").stdout)
    assert (report["questions"], report["r_at_1"], report["evidence"]) == (3, 1.0, 1.0)


# Bad input: one clear line, an exit status that is not zero, nothing lost or half written.


def refused(done: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    assert done.returncode == status, done
    assert done.stdout in ("", "Nothing added.\n")
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("footnote: ")
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b" \n", "only white space"),
        (bytes(range(256)), "is not a text file"),
    ],
    ids=["missing", "empty", "blank", "binary"],
)
def test_files_that_cannot_be_added(
    folder: Path, footnote: Shell, tmp_path: Path, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "bad.txt").write_bytes(content)
    refused(footnote("add", tmp_path / "bad.txt", "--index", folder), 1, "bad.txt", words)
    assert footnote("check", "--index", folder).stdout.startswith("All is well: 1 documents")


def test_a_folder_without_documents(folder: Path, footnote: Shell, tmp_path: Path) -> None:
    refused(footnote("add", tmp_path, "--index", folder), 1, "holds no documents")


@pytest.mark.parametrize(("question", "words"), [("", "empty"), ("x" * 100_000, "100,000 characters")])
def test_questions_that_cannot_be_asked(folder: Path, footnote: Shell, question: str, words: str) -> None:
    refused(footnote("ask", question, "--index", folder), 2, words)


def test_a_library_that_is_not_there(footnote: Shell, tmp_path: Path) -> None:
    for command in (["ask", "Who?"], ["list"], ["check"], ["remove", "x"], ["verify", "x"], ["eval", "x"]):
        refused(footnote(*command, "--index", tmp_path / "none"), 1, "There is no library at", "footnote add")
    assert not (tmp_path / "none").exists()


def test_a_folder_or_a_file_that_is_no_library(footnote: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("something")
    refused(footnote("list", "--index", tmp_path), 1, "not a Footnote library")
    refused(footnote("add", tmp_path / "a.txt", "--index", tmp_path / "a.txt"), 1, "is a file")


def test_another_model(folder: Path, footnote: Shell, other_model: Path) -> None:
    done = footnote("ask", "Who?", "--index", folder, "--model", other_model)
    refused(done, 1, "made with the model all-MiniLM-L6-v2", "use --model all-MiniLM-L6-v2")
    environment = {**os.environ, "FOOTNOTE_MODEL": str(other_model)}
    refused(footnote("list", "--index", folder, env=environment), 1, "made with the model all-MiniLM-L6-v2")


def test_files_of_answers_and_questions_that_are_none(folder: Path, footnote: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    refused(footnote("verify", bad, "--index", folder), 1, "is not JSON")
    bad.write_text("{}")
    refused(footnote("verify", bad, "--index", folder), 1, "quotes nothing")
    refused(footnote("verify", tmp_path / "none.json", "--index", folder), 1, "cannot be read")
    bad.write_text('{"question": "Who?"}')
    refused(footnote("eval", bad, "--index", folder), 1, "line 1 is not a question")
    bad.write_text('{"question": "Who?", "answers": ["nobody of that name"]}')
    refused(footnote("eval", bad, "--index", folder), 1, "does not stand in the library")
    bad.write_text('{"data": [{"paragraphs": [{"context": "x"}]}]}')
    refused(footnote("eval", bad, "--index", folder), 1, "SQuAD format")


def test_wrong_use_exits_with_two(footnote: Shell) -> None:
    for words in ([], ["ask"], ["ask", "Who?", "-k", "0"], ["nonsense"], ["add"]):
        done = footnote(*words)
        assert done.returncode == 2 and "usage: footnote" in done.stderr and "Traceback" not in done.stderr


def _bound_by_permissions() -> None:
    """Root may read and write everything, and the tests run as root in CI: give that up."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert libc.prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


def test_an_unreadable_file(footnote: Shell, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Nobody may read this.")
    secret.chmod(0)
    done = footnote("add", secret, "--index", tmp_path / "library", preexec_fn=_bound_by_permissions)
    refused(done, 1, "secret.txt cannot be read (permission denied)")


def test_a_read_only_library_can_be_asked_but_not_changed(footnote: Shell, tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert footnote("add", SAMPLE, "--index", library).returncode == 0
    for entry in library.iterdir():
        entry.chmod(0o444)
    library.chmod(0o555)
    settings = {"preexec_fn": _bound_by_permissions}
    done = footnote("ask", "Who designed the Great Firewall?", "--index", library, **settings)
    assert done.returncode == 0 and "Fang Binxing" in done.stdout
    (tmp_path / "new.txt").write_text("Something new.")
    refused(footnote("add", tmp_path / "new.txt", "--index", library, **settings), 1, "it is read-only")
    refused(footnote("add", SAMPLE, "--index", library / "inner", **settings), 1, "could not be made")
    library.chmod(0o755)


def test_a_full_disk_loses_nothing(footnote: Shell, tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert footnote("add", SAMPLE, "--index", library).returncode == 0
    big = tmp_path / "big.txt"
    big.write_text("".join(f"Sentence number {number} stands in this long file. " for number in range(1500)))
    limit = max(path.stat().st_size for path in library.iterdir()) + 100_000

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    refused(footnote("add", big, "--index", library, preexec_fn=small_disk), 1, "disk")
    assert footnote("check", "--index", library).stdout.startswith("All is well: 1 documents")
    assert footnote("add", big, "--index", library).returncode == 0
    assert footnote("check", "--index", library).stdout.startswith("All is well: 2 documents")
