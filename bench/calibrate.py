"""Fit the confidence that ships: `python bench/calibrate.py DATA_FOLDER [--write]`.

Questions of the documents that bench/splits.py keeps for this, which neither train the reader nor
stand in any report. They are asked of a library of all the file's paragraphs, and of one of the
document alone, its paragraphs one text, where our own questions in a reader's words are asked too:
as they are, and with every passage that holds the answer taken out. The label is whether the
evidence holds the answer. Documents are never split between fitting and judging.
Nothing is written without --write.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from splits import DOCUMENTS, data_folder, own_questions, paragraphs, role, source

from index import Index
from index.readers import document_id
from qa.answer import Options, search
from qa.calibrate import FEATURES, Asking, askings, fit
from qa.confidence import BUDGETS, BudgetError
from qa.evaluate import Question, Span, prepared

OUTPUT = Path(__file__).parent.parent / "qa" / "confidence.json"
# Not the reviews: many say the same, so that taking one out does not take the answer out.
FILES = {
    "squad2.dev-a.json": 250,
    "train/squadshifts.new_wiki.json": 250,
    "train/squad1.extra13.json": 200,
    **dict.fromkeys(DOCUMENTS, 150),
}
# A library that answers half of what it is asked: each question as it is, and once without what
# answers it. Misleading questions fit the model, but nobody knows how often they are asked.
COUNTED = ("answerable", "removed")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit qa/confidence.json.")
    parser.add_argument("data", type=data_folder, help="the folder of the data to measure and train on")
    parser.add_argument("--share", type=float, default=1.0, help="of the questions; for a trial")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    seen: dict[str, list[Asking]] = {name: [] for name in FEATURES}
    for number, (file, limit) in enumerate(FILES.items()):
        for name, asking in asked(source(options.data, file), file, int(limit * options.share), 1000 * number):
            seen[name].append(asking)
    result: dict[str, object] = {"source": "bench/calibrate.py, documents kept for it of " + ", ".join(FILES)}
    for name, own in seen.items():
        fitted = fit(own, name, COUNTED)
        result[name] = {"askings": fitted.askings} | asdict(fitted.calibration)
        print(f"{name}: {fitted.askings} askings, AUROC answerable against removed {fitted.auroc:.3f},", end=" ")
        print(f"expected calibration error {fitted.error:.3f}, weights {fitted.calibration.weights}")
        for budget in BUDGETS:
            try:
                threshold = fitted.calibration.threshold(budget)
            except BudgetError as error:
                print(f"  {error}")
                continue
            coverage = next(share for t, _, share in fitted.calibration.curve if t == threshold)
            print(f"  budget {budget:.0%}: threshold {threshold:.2f}, {coverage:.3f} of the askings answered")
    if options.write:
        text = json.dumps(result, indent=2)
        text = re.sub(r"\[\s+([\d.]+),\s+([\d.]+),\s+([\d.]+)\s+\]", r"[\1, \2, \3]", text)
        OUTPUT.write_text(text + "\n")
        print(f"written to {OUTPUT.name}")


def asked(path: Path, file: str, limit: int, first: int) -> Iterator[tuple[str, Asking]]:
    """Ask some of a file's questions in every way; groups are its documents, numbered from `first`."""
    owners = [p.document for p in paragraphs(path) for _ in p.questions]
    with Index.open() as default, prepared(path, default) as (index, questions):
        chosen = [(q, own) for q, own in zip(questions, owners) if role(file, own) == "fit"]
        for question, own in random.Random(0).sample(chosen, min(limit, len(chosen))):
            yield from askings(index, question, search(index, question.text), first + own, Options())
    with TemporaryDirectory() as folder, Index.open(Path(folder, "library")) as index:
        theirs, ours = whole(path, file, Path(folder, "documents").resolve())
        index.add(Path(folder, "documents"))
        chosen = random.Random(1).sample(theirs, min(limit, len(theirs)))
        for question, own in chosen + random.Random(2).sample(ours, min(2 * limit, len(ours))):
            everything = search(index, question.text)
            name = question.spans[0].document_id if question.spans else question.words[0]
            mine = tuple(c for c in everything.candidates if c.passage.document_id == name)
            yield from askings(index, question, replace(everything, candidates=mine), first + own, Options())


Asked = list[tuple[Question, int]]


def whole(path: Path, file: str, folder: Path) -> tuple[Asked, Asked]:
    """Write the documents that are kept for fitting, all paragraphs of one in one text, and give
    their questions, the file's and our own. One without an answer names its document among its
    words."""
    folder.mkdir()
    texts: dict[int, str] = defaultdict(str)
    at: dict[int, int] = {}
    theirs: Asked = []
    every = paragraphs(path)
    for number, paragraph in enumerate(every):
        if role(file, paragraph.document) != "fit":
            continue
        at[number] = len(texts[paragraph.document])
        texts[paragraph.document] += paragraph.text + "\n\n"
        for item in paragraph.questions:
            answers = [] if item.get("is_impossible") else item["answers"]
            starts = [(at[number] + a["answer_start"], a["text"]) for a in answers]
            theirs.append((located(item["question"], starts, folder, paragraph.document), paragraph.document))
    for number, text in texts.items():
        (folder / f"{number}.txt").write_text(text, "utf-8")
    ours = []
    for number, question, answer in own_questions(file):
        document = every[number].document
        if number in at:
            starts = [(at[number] + answer[0], every[number].text[slice(*answer)])] if answer else []
            ours.append((located(question, starts, folder, document), document))
    return theirs, ours


def located(question: str, starts: list[tuple[int, str]], folder: Path, document: int) -> Question:
    """A question whose answers stand at these places of a document."""
    name = document_id(str(folder / f"{document}.txt"))
    spans = tuple(Span(name, start, start + len(words)) for start, words in starts)
    return Question(question, spans, tuple({words for _, words in starts}) or (name,))


if __name__ == "__main__":
    main()
