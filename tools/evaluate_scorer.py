#!/usr/bin/env python3
"""How well a scorer reads labelled texts, beside VADER on the same texts.

    tools/evaluate_scorer.py FILE.csv [--program build/src/app/ghostmarket] [--scorer lexicon]
                             [--model DIR] [--labels 0=negative,1=positive,2=neutral]

FILE.csv has a header with the columns `text` and `label`. Prints, for all texts, for the short and
for the long ones (300 bytes and more): the AUC of positive against negative, by the vibe; accuracy
and macro F1 over the labels that the file has. Where the file has no neutral texts, a vibe of 0
counts as wrong. VADER is in PyPI's vaderSentiment; without it, its lines are left out.
"""
import argparse
import csv
import json
import subprocess
import sys

LONG_BYTES = 300
VADER_NEUTRAL_BELOW = 0.05  # as its authors advise


def read(path, labels):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [(row["text"], labels[row["label"].strip()]) for row in csv.DictReader(file)]
    if not rows:
        sys.exit(f"{path}: no texts")
    return [text for text, _ in rows], [label for _, label in rows]


def score(texts, arguments):
    command = [arguments.program, "score", "--json", "--scorer", arguments.scorer]
    if arguments.model:
        command += ["--model", arguments.model]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    moods = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(moods) == len(texts)
    return [mood["vibe"] for mood in moods], [mood["label"] for mood in moods]


def score_vader(texts):
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    analyzer = SentimentIntensityAnalyzer()
    vibes = [analyzer.polarity_scores(text)["compound"] for text in texts]
    labels = ["neutral" if abs(vibe) < VADER_NEUTRAL_BELOW
              else "positive" if vibe > 0 else "negative" for vibe in vibes]
    return vibes, labels


def auc(vibes, truth):
    """The share of pairs (positive, negative) that the vibe puts in order; a tie is half of one."""
    pairs = sorted((vibe, label == "positive") for vibe, label in zip(vibes, truth)
                   if label != "neutral")
    positives = sum(positive for _, positive in pairs)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return float("nan")
    ordered, below, at = 0.0, 0, 0
    while at < len(pairs):
        end = at
        while end < len(pairs) and pairs[end][0] == pairs[at][0]:
            end += 1
        here = sum(positive for _, positive in pairs[at:end])
        ordered += here * (below + (end - at - here) / 2)
        below += end - at - here
        at = end
    return ordered / (positives * negatives)


def macro_f1(labels, truth):
    f1 = []
    for label in sorted(set(truth)):
        hits = sum(a == b == label for a, b in zip(labels, truth))
        total = labels.count(label) + truth.count(label)
        f1.append(2 * hits / total if total else 0.0)
    return sum(f1) / len(f1)


def report(name, scored, texts, truth):
    kinds = [("all", lambda text: True),
             ("short", lambda text: len(text.encode()) < LONG_BYTES),
             ("long", lambda text: len(text.encode()) >= LONG_BYTES)]
    for kind, belongs in kinds:
        chosen = [i for i, text in enumerate(texts) if belongs(text)]
        if not chosen:
            continue
        vibes, labels, real = ([values[i] for i in chosen] for values in (*scored, truth))
        accuracy = sum(a == b for a, b in zip(labels, real)) / len(real)
        print(f"{name:12} {kind:6} {len(chosen):7}  AUC {auc(vibes, real):.3f}  "
              f"accuracy {accuracy:.3f}  macro F1 {macro_f1(labels, real):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--program", default="build/src/app/ghostmarket")
    parser.add_argument("--scorer", default="lexicon")
    parser.add_argument("--model")
    parser.add_argument("--labels", default="0=negative,1=positive,2=neutral")
    arguments = parser.parse_args()
    labels = dict(pair.split("=") for pair in arguments.labels.split(","))
    texts, truth = read(arguments.file, labels)
    report(arguments.scorer, score(texts, arguments), texts, truth)
    vader = score_vader(texts)
    if vader:
        report("VADER", vader, texts, truth)


if __name__ == "__main__":
    main()
