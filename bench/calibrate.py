"""Fit the confidence: `python bench/calibrate.py SQUAD_FILE... [--write]`.

Every question is asked twice of the library of its own article, and twice of the library of all
the file's paragraphs: as it is, and with every passage that holds the answer taken out. The label
is whether the first passage holds the answer. Half of the articles of each file fit the model,
the others report on it. Nothing is written without --write.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from index import Index
from qa.answer import CANDIDATES
from qa.cite import cite
from qa.confidence import AGREEING, FEATURES, features
from qa.evaluate import Question, auroc, holds, is_right, prepared
from qa.rank import content_tokens, fold, rank

OUTPUT = Path(__file__).parent.parent / "qa" / "confidence.json"


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit qa/confidence.json.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--questions", type=int, default=1500, help="questions taken of each file")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    held_out: list[bool] = []
    for path in options.files:
        for values, label, out in samples(path, options.questions):
            rows.append(values)
            labels.append(label)
            held_out.append(out)
    fit(rows, np.array(labels), np.array(held_out), options)


def samples(path: Path, limit: int) -> list[tuple[dict[str, float], bool, bool]]:
    """Features and label of each asking, and whether it is held out."""
    found = []
    squad = json.loads(path.read_text())["data"]
    article_of = [i for i, article in enumerate(squad) for _ in article["paragraphs"]]
    with Index.open() as default, prepared(path, default) as (index, questions):
        order = sorted(document.source for document in index.documents())
        article = {d.id: article_of[order.index(d.source)] for d in index.documents()}
        answerable = [question for question in questions if question.spans]
        random.Random(0).shuffle(answerable)
        for question in answerable[:limit]:
            own = article[question.spans[0].document_id]
            for values, label in askings(index, question, article):
                found.append((values, label, own % 2 == 1))
    return found


def askings(index: Index, question: Question, article: dict[str, int]) -> list[tuple[dict[str, float], bool]]:
    encoding = index.encoder.question(question.text)
    keep = content_tokens(question.text, encoding.spans)
    everything = index.search(question.text, encoding, CANDIDATES)
    own = [c for c in everything if article[c.passage.document_id] == article[question.spans[0].document_id]]
    found = []
    for library in (everything, own):
        without = [c for c in library if not holds(question, c.passage.document_id, c.passage.text)]
        for candidates in (library, without):
            ranked = fold(rank(candidates, keep), AGREEING + 1)
            if not ranked:
                continue
            passage = ranked[0].candidate.passage
            document = index.document(passage.document_id)
            assert document is not None
            values = features(ranked, 0)
            values["background"] = ranked[AGREEING].score if len(ranked) > AGREEING else np.nan
            found.append((values, is_right(question, cite(document, passage.start, passage.end))))
    return found


def fit(rows: list[dict[str, float]], labels: np.ndarray[Any, Any], out: np.ndarray[Any, Any], options: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    table = np.array([[row[name] for name in FEATURES] for row in rows])
    for names in (*((name,) for name in FEATURES), ("evidence", "lead"), FEATURES):
        columns = [FEATURES.index(name) for name in names]
        model = LogisticRegression(C=100.0, max_iter=1000).fit(table[~out][:, columns], labels[~out])
        sure = model.predict_proba(table[out][:, columns])[:, 1]
        print(f"{'+'.join(names):45} held-out AUROC {auroc(list(sure[labels[out]]), list(sure[~labels[out]])):.4f}")
    # The last model is the whole one.
    seen = model.predict_proba(table[~out])[:, 1]
    threshold = max(np.arange(0.1, 0.9, 0.01), key=lambda t: balanced(seen >= t, labels[~out]))
    print(f"threshold {threshold:.2f}: held-out balanced accuracy {balanced(sure >= threshold, labels[out]):.3f}")
    print(f"expected calibration error {calibration_error(sure, labels[out]):.4f} over {out.sum()} askings")
    weights = dict(zip(FEATURES, (round(float(w), 4) for w in model.coef_[0])))
    result = {
        "source": "bench/calibrate.py " + " ".join(path.name for path in options.files),
        "askings": int((~out).sum()),
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": weights,
        "background": round(float(np.nanmean([row["background"] for row in rows])), 4),
        "threshold": round(float(threshold), 2),
    }
    print(json.dumps(result, indent=2))
    if options.write:
        OUTPUT.write_text(json.dumps(result, indent=2) + "\n")
        print(f"written to {OUTPUT.name}")


def balanced(said: np.ndarray[Any, Any], true: np.ndarray[Any, Any]) -> float:
    return float((said[true].mean() + (~said[~true]).mean()) / 2)


def calibration_error(sure: np.ndarray[Any, Any], true: np.ndarray[Any, Any], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(sure[which == b].mean() - true[which == b].mean()) * (which == b).mean() for b in set(which)]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
