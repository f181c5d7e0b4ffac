#!/usr/bin/env python3
"""Writes tests/data/wordpiece: a small vocabulary of our own, and what Hugging Face's `tokenizers`
makes of texts with it.

    python3 tools/make_wordpiece_cases.py tests/data/wordpiece
"""

import argparse
import json
import random
from pathlib import Path

from compare_wordpiece import IDS_MAX, MARKS, fuzzed, reference

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = [
    "the", "to", "moon", "buy", "sell", "un", "aff", "gme", "btc", "don", "t", "cafe", "strasse",
    "##able", "##ing", "##ed", "##s", "##coin", "bit", "bitcoin", "##moon", "hold", "aaa", "##aaa",
]
OTHERS = (
    "ßæøđŋıſ" "αβγσςω" "абвгд" "אבג" "ابت" "कखग" "กขฃ" "각ᄂ" "あいウエ" "中国今币" "🚀💎🙌" "ﬁ"
    "𝄞𐐀" "\u302e\u302f\U0001d165\u093e\u1b44\U0001d157"
)
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~…—“”、。¿"
TEXTS = [
    "", " ", "\t\r\n", "Buy GME!", "buy\u00a0the\u2003moon", "a\u200bb\u00adc\u0007d", "unaffable",
    "unaffableing", "UNAFFABLES", "bitcoins", "bitcoinmoon", "bitcoinxyz", "don't", "don’t", "$GME #btc @moon",
    "Café CAFÉ cafe\u0301 c\u0327afe", "STRASSE straße Straẞe", "İıIi", "ΣΊΣΥΦΟΣ σς", "ŒœÆæ",
    "中国buy今天", "あいウエ", "각나 가", "\u1100\u1161\u11a8", "🚀🚀 to the moon💎🙌", "ﬁﬂ", "Ⅷ ①",
    "[CLS] [SEP] [MASK] [PAD] [UNK]", "a[SEP]b", "[sep][SEP", "[[SEP]]", "##s ##", "\ufffd\ufffe",
    "a\u302f\u302eb", "a\u302f\u0300\u302eb", "a\u302f\u0900\u302eb", "a\u302f\u0007\u302eb",
    "\U0001d15e\u1b44", "a\u302e\U0001d15e\u302e\u1b44b",
    "a\U0001d16d\u302f\U0001d165\u302e", "\u302f\u302e", "b\u302f\U0001d165 \u302e",
    "a" * 99, "a" * 100, "a" * 101, "é" * 100, "é" * 101, "각" * 33, "각" * 34, "x" * 5000,
    "a " * 600, "unaffable " * 200, "中" * 600, "! " * 300, "[SEP]" * 600,
    "https://example.org/a?b=c&d=e_f", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301\u0316\u0345",
    "\ud7a4\ud7a3", "\u0378\u0379", "\ue000\uf8ff", "\U000e0041", "\U0010ffff", "१२३", "½ ⅓ ²",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PUNCTUATION, *LETTERS, *WORDS, *OTHERS]
    pieces += [f"##{c}" for c in [*LETTERS, *OTHERS] if f"##{c}" not in WORDS]
    pieces = list(dict.fromkeys(pieces))
    args.folder.mkdir(parents=True, exist_ok=True)
    vocab = args.folder / "vocab.txt"
    vocab.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    tokenizer = reference(vocab)
    rng = random.Random(7)
    texts = TEXTS + [fuzzed(rng, TEXTS) for _ in range(600)]
    texts += ["".join(rng.choice([*MARKS, "a"]) for _ in range(12)) for _ in range(100)]
    with open(args.folder / "cases.jsonl", "w", encoding="utf-8") as out:
        for text in texts:
            text = text.replace("\0", "")
            ids = tokenizer.encode(text).ids
            assert len(ids) <= IDS_MAX
            out.write(json.dumps({"text": text, "ids": ids}, separators=(",", ":")) + "\n")
    tokenizer.save(str(args.folder / "tokenizer.json"), pretty=False)


if __name__ == "__main__":
    main()
