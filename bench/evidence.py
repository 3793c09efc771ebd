"""How much of a passage the evidence takes in: `python bench/evidence.py SQUAD_FILE...`.

Inside the paragraph that answers, for several values of NEIGHBOUR_GAIN: how often the evidence
meets the answer, and how many sentences it has on the average.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from index import Index
from index.sentences import sentence_spans
from qa.evaluate import meets, prepared
from qa.evidence import NEIGHBOUR_GAIN, find_evidence
from qa.rank import content_tokens, rank

GAINS = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 9.0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the evidence inside the right paragraph.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="questions of each file")
    options = parser.parse_args()
    for path in options.files:
        with Index.open() as default, prepared(path, default, limit=options.limit) as (index, questions):
            found: dict[float, list[tuple[bool, int]]] = {gain: [] for gain in GAINS}
            for question in questions:
                if not question.spans:
                    continue
                encoding = index.encoder.question(question.text)
                keep = content_tokens(question.text, encoding.spans)
                right = {span.document_id for span in question.spans}
                candidates = [c for c in index.search(question.text, encoding, 50) if c.passage.document_id in right]
                for item in rank(candidates, keep)[:1]:
                    document = index.document(item.candidate.passage.document_id)
                    assert document is not None
                    for gain in GAINS:
                        evidence = find_evidence(document, item, keep, gain)
                        length = len(sentence_spans(evidence.text))
                        found[gain].append((meets(question, evidence.citation), length))
        print(f"{path.name}: gain, meets the answer, sentences")
        for gain, results in found.items():
            accuracy = sum(met for met, _ in results) / len(results)
            sentences = sum(n for _, n in results) / len(results)
            chosen = " (as shipped)" if gain == NEIGHBOUR_GAIN else ""
            name = "one sentence" if gain > 1 else f"{gain:.2f}"
            print(f"  {name:14}{accuracy:.3f}  {sentences:.2f}{chosen}")


if __name__ == "__main__":
    main()
