"""What typing errors cost: `python bench/spelling.py SQUAD_FILE... [--limit N]`.

One letter of one word of each question is swapped, left out, doubled with another or replaced. The
right passage first, with and without `qa.spelling`, for the questions as they are and so altered.
"""

from __future__ import annotations

import argparse
import random
import re
import string

from splits import existing

from index import Index
from qa.answer import CANDIDATES, Asked, Options, compose, search
from qa.evaluate import auroc, is_right, prepared, taken_out
from qa.query import Query, token_weights
from qa.reader import OFF


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what typing errors cost.")
    parser.add_argument("files", nargs="+", type=existing)
    parser.add_argument("--limit", type=int, help="questions of each file")
    options = parser.parse_args()
    for path in options.files:
        rng = random.Random(0)
        with Index.open() as default, prepared(path, default, limit=options.limit) as (index, questions):
            questions = [question for question in questions if question.spans]
            altered = [mistyped(question.text, rng) for question in questions]
            print(f"{path.name}, {len(questions)} questions: R@1, AUROC of answerable against answer taken out")
            for name, texts in (("as asked", [q.text for q in questions]), ("mistyped", altered)):
                for way, looked_up in (("", literal), (", corrected", search)):
                    right, sure, without = [], [], []
                    for question, text in zip(questions, texts):
                        asked = looked_up(index, text)
                        answer = compose(index, asked, 1, Options(reader=OFF))
                        right.append(is_right(question, answer.hits[0].citation))
                        sure.append(answer.confidence)
                        without.append(compose(index, taken_out(asked, question), 1, Options(reader=OFF)).confidence)
                    print(f"  {name + way:22}{sum(right) / len(right):.3f}  {auroc(sure, without):.3f}", flush=True)


def literal(index: Index, text: str) -> Asked:
    encoding = index.encoder.question(text)
    weights = token_weights(text, encoding.spans)
    return Asked(text, Query(text, text, weights, weights), tuple(index.search(text, encoding, CANDIDATES)))


def mistyped(question: str, rng: random.Random) -> str:
    """The question with one error inside a word of five letters or more."""
    words = list(re.finditer(r"[^\W\d_]{5,}", question))
    if not words:
        return question
    at = rng.choice(words)
    i = rng.randrange(at.start() + 1, at.end() - 1)
    letter = rng.choice(string.ascii_lowercase)
    new = rng.choice(
        [question[i + 1] + question[i], question[i + 1], letter + question[i : i + 2], letter + question[i + 1]]
    )
    return question[:i] + new + question[i + 2 :]


if __name__ == "__main__":
    main()
