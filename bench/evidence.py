"""How much of a passage the evidence takes in: `python bench/evidence.py SQUAD_FILE...`.

Inside the paragraph that answers, for several values of how near a neighbour must come, with the
reader and without: how often the evidence meets the answer, and how many sentences it has on the average.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace

from splits import existing

from index import Index
from index.sentences import sentence_spans
from qa.answer import Options, found, search
from qa.evaluate import meets, prepared
from qa.evidence import NEAR_READ, NEAR_UNREAD, find_evidence
from qa.reader import OFF

NEAR = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the evidence inside the right paragraph.")
    parser.add_argument("files", nargs="+", type=existing)
    parser.add_argument("--limit", type=int, help="questions of each file")
    options = parser.parse_args()
    for path in options.files:
        with Index.open() as default, prepared(path, default, limit=options.limit) as (index, questions):
            seen: dict[tuple[str | None, float], list[tuple[bool, int]]] = defaultdict(list)
            for question in questions:
                if not question.spans:
                    continue
                asked = search(index, question.text)
                right = {span.document_id for span in question.spans}
                asked = replace(asked, candidates=tuple(c for c in asked.candidates if c.passage.document_id in right))
                for reader in (None, OFF):
                    ranked = found(asked, 1, Options(reader=reader))
                    for item in ranked[:1]:
                        document = index.document(item.candidate.passage.document_id)
                        assert document is not None
                        for near in NEAR:
                            evidence = find_evidence(document, item, asked.query, near)
                            length = len(sentence_spans(evidence.text))
                            seen[reader, near].append((meets(question, evidence.citation), length))
        print(f"{path.name}: near, meets the answer, sentences")
        for (reader, near), results in sorted(seen.items(), key=str):
            accuracy = sum(met for met, _ in results) / len(results)
            sentences = sum(n for _, n in results) / len(results)
            chosen = " (as shipped)" if near == (NEAR_UNREAD if reader else NEAR_READ) else ""
            name = ("no reader, " if reader else "") + (f"{near:.2f}" if near else "one sentence")
            print(f"  {name:26}{accuracy:.3f}  {sentences:.2f}{chosen}")


if __name__ == "__main__":
    main()
