#!/usr/bin/env python3
"""Compares `ghostmarket model tokenize` with Hugging Face's `tokenizers` on fuzzed Unicode texts.

    python3 tools/compare_wordpiece.py --model DIR [--program build/src/app/ghostmarket]
                                       [--count 1000000] [--seed 1] [--texts FILE]

DIR holds vocab.txt. FILE, JSON Lines with a "text" (.gz or plain), gives real texts to mutate. Ends
with status 1 and the first differences where there are any.
"""

import argparse
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.implementations import BertWordPieceTokenizer

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
IDS_MAX = 512
BATCH = 10_000
RANGES = [
    (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x250, 0x36F), (0x370, 0x5FF),
    (0x600, 0x8FF), (0x900, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x11FF), (0x1200, 0x1FFF),
    (0x2000, 0x2BFF), (0x2C00, 0x2FFF), (0x3000, 0x30FF), (0x3100, 0x4DBF), (0x4E00, 0x9FFF),
    (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFB00, 0xFFFF),
    (0x10000, 0x107FF), (0x10800, 0x10FFF), (0x11000, 0x12FFF), (0x16000, 0x1BFFF),
    (0x1D000, 0x1DFFF), (0x1E000, 0x1EFFF), (0x1F000, 0x1FFFF), (0x20000, 0x2FFFF),
    (0x30000, 0x3FFFF), (0xE0000, 0xE0FFF), (0xF0000, 0x10FFFF),
]
# Kept marks of several combining classes, dropped ones, and one that keeps them apart.
MARKS = (
    "\U0001d15e\u1b44\u302e\u302f\U0001d165\U0001d16d\U0001d16e"
    "\u0300\u0316\u0345\u093c\u0b4d\u1939\u0334\u0900"
)
PIECES = [
    *SPECIALS, "[sep]", "[SEP", "SEP]", "##", "##s", "\u00e9", "e\u0301", "\u0130", "\u1e9e", "\u03a3",
    "\u212a", "\ufb03", "\u2028", "\u200d", "\ufe0f", "\U0001f680", "\u00ad", "\ufeff", "\ufffd",
    "\uac01", "\u1100\u1161\u11a8", "\u4e2d", "\u3042", "don't", "GME", "$BTC", "to the moon",
    "a" * 99, "a" * 100, "a" * 101, "\u00e9" * 100, "\u00df" * 101, "unaffable" * 11,
]


def pick(rng: random.Random) -> str:
    low, high = rng.choice(RANGES)
    code_point = rng.randint(low, high)
    return " " if 0xD800 <= code_point <= 0xDFFF else chr(code_point)


def fuzzed(rng: random.Random, real: list[str]) -> str:
    kind = rng.randrange(6)
    if kind == 0:
        return "".join(pick(rng) for _ in range(rng.randint(0, 40)))
    if kind == 1:
        low, high = rng.choice(RANGES)
        return "".join(
            chr(c) for c in (rng.randint(low, high) for _ in range(rng.randint(1, 60)))
            if not 0xD800 <= c <= 0xDFFF
        )
    if kind == 2:
        return "".join(rng.choice([*MARKS, pick(rng), "a"]) for _ in range(rng.randint(1, 24)))
    if kind == 3:
        return rng.choice(["", " "]).join(rng.choice(PIECES) for _ in range(rng.randint(1, 8)))
    if kind == 4 or not real:
        words = [rng.choice(PIECES) if rng.random() < 0.3 else pick(rng) for _ in range(12)]
        return rng.choice(["", " ", "-"]).join(words)
    text = list(rng.choice(real)[:600])
    for _ in range(rng.randint(0, 4)):
        text.insert(rng.randrange(len(text) + 1), rng.choice([pick(rng), rng.choice(PIECES)]))
    return "".join(text)


def read_texts(path: Path) -> list[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def reference(vocab: Path) -> Tokenizer:
    tokenizer = BertWordPieceTokenizer(str(vocab), lowercase=True)
    tokenizer.enable_truncation(IDS_MAX)
    tokenizer.add_special_tokens(SPECIALS)
    return tokenizer


def answers(program: list[str], texts: list[str]) -> list[list[int]]:
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    result = subprocess.run(program, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, type=Path, help="folder with vocab.txt")
    parser.add_argument("--program", default="build/src/app/ghostmarket")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=Path, help="real texts to mutate, JSON Lines")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    real = read_texts(args.texts) if args.texts else []
    tokenizer = reference(args.model / "vocab.txt")
    program = [args.program, "model", "tokenize", "--model", str(args.model), "--json"]
    done = different = 0
    while done < args.count:
        # A NUL cannot stand in the program's JSON strings; the library drops it.
        texts = [
            fuzzed(rng, real).replace("\0", "") for _ in range(min(BATCH, args.count - done))
        ]
        ours = answers(program, texts)
        theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
        if len(ours) != len(texts):
            sys.exit(f"{len(texts)} texts, {len(ours)} answers")
        for text, our, their in zip(texts, ours, theirs):
            if our != their:
                different += 1
                if different <= 10:
                    print(f"{text!r}\n  ours   {our}\n  theirs {their}")
        done += len(texts)
        if sys.stderr.isatty():
            print(f"\r{done} texts, {different} different", end="", file=sys.stderr)
    print(f"{done} texts, {different} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
