"""Which documents train the reader, which fit the confidence, and which only report."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEASURED = ("squad2.dev-a.json", "policyqa.dev.json")
# Of many kinds, with questions; written for this project, so they are here.
DOCUMENTS = ("documents.json", "documents-2.json")
_HERE = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or the passage of a pair, the number of its document, and its questions."""

    text: str
    document: int
    questions: list[dict[str, Any]]


def existing(name: str) -> Path:
    """An argument of a bench that names data. Raises ArgumentTypeError, a clean end, when it is not there."""
    path = Path(name)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{path} is not there; the data is no part of the project, give its path.")
    return path


def data_folder(name: str) -> Path:
    """An argument of a bench that is the whole folder of the data. Raises ArgumentTypeError when it is not."""
    path = Path(name)
    if not (path / "train").is_dir():
        raise argparse.ArgumentTypeError(
            f"{path} is not the folder of the data, or not whole; it is no part of the project."
        )
    return path


def role(file: str, document: int) -> str:
    """What a document is for: "train", "fit" (of the confidence) or "report"."""
    if file in MEASURED:
        if document % 3 == 2:
            return "report"
        return "fit" if document in (0, 15) else "train"
    return "fit" if document % 4 == 3 else "train"


def source(shared: Path, file: str) -> Path:
    """Where a file lies: in the folder of the data, or here."""
    return _HERE / file if file in DOCUMENTS else shared / file


def paragraphs(path: Path) -> list[Paragraph]:
    """The paragraphs of a SQuAD file, in its order; its documents are numbered in the order of
    their titles. Where all is one document, its paragraphs are numbered instead; so are the
    passages of a file of pairs, whose own questions are left out: they ask for the whole."""
    if path.suffix == ".jsonl":
        pairs = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return [Paragraph(pair["passage"], i, []) for i, pair in enumerate(pairs)]
    data = json.loads(path.read_text("utf-8"))["data"]
    if len(data) == 1:
        return [Paragraph(p["context"], i, p["qas"]) for i, p in enumerate(data[0]["paragraphs"])]
    titles = sorted(str(document["title"]) for document in data)
    numbers = [titles.index(str(document["title"])) for document in data]
    return [Paragraph(p["context"], number, p["qas"]) for number, d in zip(numbers, data) for p in d["paragraphs"]]


def own_questions(file: str, kind: str = "words") -> list[tuple[int, str, tuple[int, int] | None]]:
    """Our own questions about a file: the number of the paragraph, the question, and where in it
    the answer stands, None when it does not. Kinds: "words", in a reader's own words; "pairs", one
    that is answered beside one that only looks so; "free", by people who do not know the text."""
    path = _HERE / kind / f"{Path(file).stem}.jsonl"
    if not path.exists():
        return []
    asked = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(q["paragraph"], q["question"], tuple(q["answer"]) if q["answer"] else None) for q in asked]
