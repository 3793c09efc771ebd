"""How the reader moves what is found: `python bench/order.py DATA_FOLDER`.

Prints how often the right passage comes first, and how often the evidence meets the answer, as
shipped and with another value of one constant of qa/read.py at a time. The questions are of documents
that are kept for fitting (bench/splits.py), asked of libraries of paragraphs and of whole documents.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from statistics import mean

from calibrate import FILES, looked_up
from splits import data_folder, source

import qa.read
from qa.answer import compose
from qa.evaluate import is_right, meets
from qa.reader import Reader, Reading, shared_reader

WAYS: tuple[dict[str, float], ...] = (
    {},
    {"WEIGHT": 0.0},
    {"WEIGHT": 0.3},
    {"WEIGHT": 0.4},
    {"WEIGHT": 0.6},
    {"SCALE": 2.0},
    {"SCALE": 6.0},
    {"READ": 2},
    {"READ": 4},
)


def remembering(reader: Reader) -> dict[str, Reading]:
    """Let a reader read no text twice; what comes back holds what it has read."""
    read, seen = reader.read, dict[str, Reading]()

    def remembered(question: str, texts: Sequence[str]) -> list[Reading]:
        new = [text for text in texts if text not in seen]
        seen.update(zip(new, read(question, new)))
        return [seen[text] for text in texts]

    reader.read = remembered  # type: ignore[method-assign]
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the reader does to the order.")
    parser.add_argument("data", type=data_folder, help="the folder of the data to measure and train on")
    parser.add_argument(
        "--limit",
        type=int,
        default=150,
        help="questions of each file and kind of library, and twice as many of our own",
    )
    options = parser.parse_args()
    reader = shared_reader()
    if reader is None:
        parser.error("the reader is switched off by FOOTNOTE_READER; unset it, there is nothing to measure.")
    seen = remembering(reader)
    shipped = {name: getattr(qa.read, name) for way in WAYS for name in way}
    for file in FILES:
        results: dict[tuple[str, int], list[tuple[bool, bool]]] = defaultdict(list)
        for index, question, looked, _, library in looked_up(source(options.data, file), file, options.limit):
            if not question.spans:
                continue
            seen.clear()
            for number, way in enumerate(WAYS):
                for name, value in (shipped | way).items():
                    setattr(qa.read, name, value)
                right = met = False
                for hit in compose(index, looked, 1).hits:
                    right, met = is_right(question, hit.citation), meets(question, hit.evidence[0].citation)
                results[library, number].append((right, met))
        for library in ("paragraphs", "document"):
            print(f"\n{file}, {library}, {len(results[library, 0])} questions: R@1, evidence")
            for number, way in enumerate(WAYS):
                figures = "  ".join(f"{mean(column):.3f}" for column in zip(*results[library, number]))
                named = ", ".join(f"{name} {value:g} (not {shipped[name]:g})" for name, value in way.items())
                print(f"  {named or 'as shipped':24} {figures}", flush=True)


if __name__ == "__main__":
    main()
