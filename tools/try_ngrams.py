#!/usr/bin/env python3
"""Whether a model trained on labelled texts would add to the lexicon: cross-validated AUC.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy scipy scikit-learn
    /tmp/venv/bin/python tools/try_ngrams.py FILE.csv [--program build/src/app/ghostmarket]

FILE.csv has the columns `text` and `label` (0 negative, 1 positive, 2 neutral; neutral ones are
left out). The model is a logistic regression on one and two words in a row, with names, tickers,
URLs and numbers masked, alone and on top of the lexicon's vibe. A model learns what its texts are
about as well as what they feel, so texts are never judged by a model that saw their like:

    random  ten folds at random: what a careless look would promise
    topic   folds of whole topics (60 clusters by their words)
    kind    each kind of text (headlines with and without a link or ticker, chatter, long reports)
            judged by a model that saw only the other kinds: nearest to meeting another place

Prints the AUC for each regularisation C. A model is worth shipping where "both" clearly beats
"lexicon" by `kind`. Deterministic: every seed is fixed.
"""
import argparse
import csv
import json
import re
import subprocess

import numpy
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, KFold

TOPICS = 60
TOKEN = r"(?u)[a-z0'+\-%]+"
CHATTER = re.compile(r"\b(i|i'm|my|me|we|you|lol|gonna|watch|here|adding|added|calls?|puts?)\b", re.I)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [(row["text"], int(row["label"])) for row in csv.DictReader(file)]
    rows = [row for row in rows if row[1] != 2]
    return [text for text, _ in rows], numpy.array([label for _, label in rows])


def score(texts, program):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run([program, "score", "--json", "--scorer", "lexicon"],
                          input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return numpy.array([json.loads(line)["vibe"] for line in done.stdout.splitlines()])


def mask(text):
    text = re.sub(r"https?://\S+|[@#]\w+|\$[A-Za-z][\w.]*", " ", text).lower()
    text = re.sub(r"\d[\d.,]*", " 0 ", text)
    return re.sub(r"[^a-z0'+\-% ]", " ", text)


def kind_of(text):
    link, ticker = "://" in text, re.search(r"\$[A-Za-z]", text)
    if len(text.encode()) >= 300:
        return "report"
    if ticker and not link and CHATTER.search(text):
        return "chatter"
    return f"headline{' ticker' if ticker else ''}{' link' if link else ''}"


def topics_of(masked):
    words = TfidfVectorizer(min_df=3, stop_words="english").fit_transform(masked)
    shape = TruncatedSVD(TOPICS, random_state=0).fit_transform(words)
    return KMeans(TOPICS, n_init=3, random_state=0).fit_predict(shape)


def predict(features, vibes, labels, seen, judged, c):
    train, test = features[seen], features[judged]
    if vibes is not None:
        train = sparse.hstack([train, vibes[seen][:, None]]).tocsr()
        test = sparse.hstack([test, vibes[judged][:, None]]).tocsr()
    model = LogisticRegression(C=c, solver="liblinear", random_state=0, max_iter=300)
    return model.fit(train, labels[seen]).decision_function(test)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--program", default="build/src/app/ghostmarket")
    arguments = parser.parse_args()
    texts, labels = read(arguments.file)
    vibes = score(texts, arguments.program)
    masked = [mask(text) for text in texts]
    counts = CountVectorizer(ngram_range=(1, 2), min_df=8, binary=True,
                             token_pattern=TOKEN).fit_transform(masked)
    lengths = numpy.sqrt(numpy.asarray(counts.sum(axis=1)).ravel() + 1)
    features = (sparse.diags(1 / lengths) @ counts).tocsr()
    kinds = numpy.array([kind_of(text) for text in texts])
    everything = numpy.arange(len(texts))
    folds = {
        "random": list(KFold(10, shuffle=True, random_state=0).split(everything)),
        "topic": list(GroupKFold(10).split(everything, groups=topics_of(masked))),
        "kind": [(everything[kinds != kind], everything[kinds == kind])
                 for kind in sorted(set(kinds))],
    }
    # Moods over −1 … 1 are stretched to the scale of a decision: 8 × atanh.
    stretched = 8 * numpy.arctanh(numpy.clip(vibes, -0.999, 0.999))
    print(f"{len(texts)} texts, {features.shape[1]} features; AUC by kind of text")
    columns = sorted(set(kinds))
    print(f"{'':32}" + "".join(f"{name[:20]:>22}" for name in columns))

    def row(name, values):
        aucs = (roc_auc_score(labels[kinds == kind], values[kinds == kind]) for kind in columns)
        print(f"{name:32}" + "".join(f"{auc:22.3f}" for auc in aucs))

    row("lexicon", vibes)
    for fold, pairs in folds.items():
        for c in (0.1, 0.5, 2.0):
            for name, lexicon in (("n-grams", None), ("both", stretched)):
                values = numpy.zeros(len(texts))
                for seen, judged in pairs:
                    values[judged] = predict(features, lexicon, labels, seen, judged, c)
                row(f"{name}, by {fold}, C {c}", values)


if __name__ == "__main__":
    main()
