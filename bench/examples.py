"""Training examples for the reader: questions with spans, and five kinds of questions without."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from splits import DOCUMENTS, Paragraph, own_questions, paragraphs, role, source

from index.encoder import Encoder
from index.sentences import sentence_spans
from qa.read import WINDOW

# How many answerable questions of each file a pass takes.
SOURCES = {
    "squad2.dev-a.json": 10_000,
    "policyqa.dev.json": 10_000,
    "train/squadshifts.new_wiki.json": 10_000,
    "train/squad1.extra13.json": 10_000,
    "train/squadshifts.amazon_reviews.json": 3_500,
    "train/qamr.sentences.json": 11_000,
    "train/medquad.pairs.jsonl": 0,  # its texts alone: only our own questions about them
    **dict.fromkeys(DOCUMENTS, 10_000),
}
# How many times a pass takes the questions of a file, or our own of a kind, where it does not say.
_TIMES = {file: 1 for file in SOURCES} | {"squad2.dev-a.json": 2}
# The share of the answerable questions that is put to near paragraphs without the answer, and to how many.
_NEAREST = {"train/qamr.sentences.json": (0.15, 1), **dict.fromkeys(DOCUMENTS, (1.0, 2))}

KINDS = ("words", "pairs", "free")  # of our own questions
# Of those with an answer: the share that is put to paragraphs without it, and to how many.
_NEAR = {"words": (0.5, 1), "free": (1.0, 2)}

_NAME = re.compile(r"(?<=\S )(?:[A-Z][\w'’-]+(?: (?:of |the |de |von )?[A-Z][\w'’-]+)*)|\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"\w{3,}")
_TURNS = (
    ("first", "last"), ("before", "after"), ("most", "least"), ("largest", "smallest"), ("highest", "lowest"),
    ("north", "south"), ("east", "west"), ("more", "less"), ("increase", "decrease"), ("oldest", "youngest"),
    ("won", "lost"), ("early", "late"), ("began", "ended"), ("beginning", "end"), ("can", "cannot"),
    ("is", "is not"), ("was", "was not"), ("does", "does not"), ("did", "did not"), ("are", "are not"),
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A question, what is read, and where the answer stands in it: None when it is not there."""

    question: str
    context: str
    answer: tuple[int, int] | None


def examples(
    shared: Path,
    part: str,
    files: Sequence[str] = tuple(SOURCES),
    seed: int = 0,
    times: Mapping[str, int] = {},
) -> list[Example]:
    """All examples of one part ("train", "fit" or "report"); `times` says how many times training
    takes those of a file (once, unless told) and our own questions of a kind (not at all, unless
    told). Altered questions and near paragraphs come once whatever it says; a file that is taken no
    times gives nothing at all."""
    rng = random.Random(seed)
    made: list[Example] = []
    often = {**_TIMES, **times} if part == "train" else dict.fromkeys(files, 1)
    for file in files:
        if not often[file]:
            continue
        every = paragraphs(source(shared, file))
        mine = [p for p in every if role(file, p.document) == part]
        asked = [(p, q) for p in mine for q in p.questions]
        rng.shuffle(asked)
        yes = [(p, q) for p, q in asked if _spans(p, q)][: SOURCES[file]]
        no = [(p, q) for p, q in asked if q.get("is_impossible")]
        positive = [_answerable(p, q, rng) for p, q in yes]
        misleading = [Example(q["question"], _window(p.text, q["question"]), None) for p, q in no]
        made += (positive + misleading) * often[file]
        if part == "train" and yes:
            made += list(_altered(yes, mine, rng, 0.3 if "amazon" not in file else 0.15))
            made += _nearest(yes, mine, *_NEAREST.get(file, (0.3, 1)), rng)
        for kind in KINDS:
            if often.get(kind):
                made += _own(every, file, kind, part, mine, rng, often[kind])
    rng.shuffle(made)
    return made


def own_examples(shared: Path, kind: str, part: str) -> list[Example]:
    """Our own questions of a kind about the documents of a part, once each, each with its paragraph."""
    files = [file for file in SOURCES if own_questions(file, kind)]
    return [e for f in files for e in _own(paragraphs(source(shared, f)), f, kind, part, [], random.Random(0), 1)]


def _own(
    every: Sequence[Paragraph],
    file: str,
    kind: str,
    part: str,
    mine: Sequence[Paragraph],
    rng: random.Random,
    times: int,
) -> list[Example]:
    """Our own questions of a part, some times over; in training also with near paragraphs that do
    not answer, where those of the kind have none of their own."""
    yes, made = [], []
    for number, question, answer in own_questions(file, kind):
        p = every[number]
        if role(file, p.document) != part:
            continue
        if answer is None:
            made.append(Example(question, _window(p.text, question), None))
            continue
        asked = {"question": question, "answers": [{"text": p.text[slice(*answer)], "answer_start": answer[0]}]}
        if _spans(p, asked):
            yes.append((p, asked))
            made.append(_answerable(p, asked, rng))
    if yes and mine and part == "train" and kind in _NEAR:
        return made * times + _nearest(yes, mine, *_NEAR[kind], rng)
    return made * times


def _spans(p: Paragraph, q: dict[str, Any]) -> list[tuple[int, int]]:
    """Answers that stand where they are said to, and only there when one offset is given."""
    spans = [(a["answer_start"], a["answer_start"] + len(a["text"])) for a in q["answers"]]
    if len(spans) == 1 and p.text.count(q["answers"][0]["text"]) > 3:
        return []
    return [(s, e) for (s, e), a in zip(spans, q["answers"]) if s < e and p.text[s:e] == a["text"]]


def _answerable(p: Paragraph, q: dict[str, Any], rng: random.Random) -> Example:
    start, end = min(_spans(p, q), key=lambda span: span[1] - span[0])
    best = _window(p.text, q["question"])
    at = p.text.find(best)
    if not (at <= start and end <= at + len(best)):
        best = _window(p.text, q["question"], (start, end), rng)
        at = p.text.find(best)
    return Example(q["question"], best, (start - at, min(end - at, len(best))))


def _window(text: str, question: str, around: tuple[int, int] | None = None, rng: random.Random | None = None) -> str:
    """Whole sentences of at most WINDOW characters: those that share most words with the question,
    or some that hold the given span."""
    if len(text) <= WINDOW:
        return text
    spans = sentence_spans(text) or [(0, len(text))]
    if around is None:
        asked = {w.lower() for w in _WORD.findall(question)}
        shared = [len(asked & {w.lower() for w in _WORD.findall(text[a:b])}) for a, b in spans]
        first = last = int(np.argmax(shared))
    else:
        touched = [i for i, (a, b) in enumerate(spans) if a < around[1] and around[0] < b]
        first, last = touched[0], touched[-1]
    turn = rng.random() < 0.5 if rng else True
    for _ in range(2 * len(spans)):
        turn = not turn
        if turn and first > 0 and spans[last][1] - spans[first - 1][0] <= WINDOW:
            first -= 1
        elif not turn and last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= WINDOW:
            last += 1
    start, end = spans[first][0], spans[last][1]
    return text[start : max(min(end, start + WINDOW), around[1] if around else 0)]


def _altered(
    asked: Sequence[tuple[Paragraph, dict[str, Any]]], own: Sequence[Paragraph], rng: random.Random, share: float
) -> Iterator[Example]:
    """The same paragraph, the question made about another name or number, or turned round."""
    by_document: dict[int, list[Paragraph]] = {}
    for p in own:
        by_document.setdefault(p.document, []).append(p)
    for p, q in asked:
        if rng.random() > share:
            continue
        question, answers = q["question"], {a["text"] for a in q["answers"]}
        names = list(_NAME.finditer(question))
        near = _NAME.findall(p.text) if rng.random() < 0.6 else _NAME.findall(rng.choice(by_document[p.document]).text)
        turns = [(a, b) for pair in _TURNS for a, b in (pair, pair[::-1]) if re.search(rf"\b{a}\b", question)]
        if names and rng.random() < 0.75:
            name = rng.choice(names)
            other = [
                o for o in near
                if o[0].isdigit() == name[0][0].isdigit()
                and o not in question and name[0] not in o and o not in answers
            ]  # fmt: skip
            if not other:
                continue
            question = question[: name.start()] + rng.choice(other) + question[name.end() :]
        elif turns:
            a, b = rng.choice(turns)
            question = re.sub(rf"\b{a}\b", b, question, count=1)
        else:
            continue
        yield Example(question, _window(p.text, question), None)


def _nearest(
    asked: Sequence[tuple[Paragraph, dict[str, Any]]],
    own: Sequence[Paragraph],
    share: float,
    n: int,
    rng: random.Random,
) -> list[Example]:
    """A share of the questions with the n nearest paragraphs, by pooled cosine, that do not hold the answer."""
    asked = [pair for pair in asked if rng.random() < share]
    vectors, questions = _pooled(tuple(p.text for p in own)), _pooled(tuple(q["question"] for _, q in asked))
    made = []
    for (mine, q), vector in zip(asked, questions):
        words = [a["text"].lower() for a in q["answers"]]
        near = (own[i] for i in np.argsort(-(vectors @ vector))[:20])
        others = (p for p in near if p is not mine and not any(word in p.text.lower() for word in words))
        made += [Example(q["question"], _window(p.text, q["question"]), None) for p in islice(others, n)]
    return made


@lru_cache(maxsize=4)
def _pooled(texts: tuple[str, ...]) -> NDArray[np.float32]:
    return np.stack([e.pooled for e in Encoder().passages(texts)])
