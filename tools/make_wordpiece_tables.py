#!/usr/bin/env python3
"""Writes src/vibe/wordpiece/unicode_tables.c: what BERT's uncased tokenizer makes of each character.

Every code point is put through the normalizer and the pre-tokenizer of the PyPI package `tokenizers`,
so the tables hold what that library does, whatever version of Unicode it was built with.

    python3 tools/make_wordpiece_tables.py > src/vibe/wordpiece/unicode_tables.c
"""

import unicodedata

import tokenizers
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

BLOCK = 128
SELF, REMOVED, SPACE, PUNCTUATION, IDEOGRAPH, HANGUL, ORDERED, BLOCKING = range(8)
FIRST_TEXT = 16

normalizer = BertNormalizer(
    clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True
)
pre_tokenizer = BertPreTokenizer()


def is_alone(character: str) -> bool:
    """Whether the pre-tokenizer makes a word of it wherever it stands."""
    return len(pre_tokenizer.pre_tokenize_str(f"a{character}a")) == 3


def value_of(code_point: int, texts: dict[bytes, int]) -> int:
    """The character's kind, or the place of the text that stands for it."""
    if 0xD800 <= code_point <= 0xDFFF:
        return REMOVED
    character = chr(code_point)
    text = normalizer.normalize_str(character)
    if text == "":
        return REMOVED
    if text == " ":
        return SPACE
    if text == character:
        return PUNCTUATION if is_alone(character) else SELF
    if text == f" {character} ":
        return IDEOGRAPH
    if 0xAC00 <= code_point <= 0xD7A3:
        assert text == unicodedata.normalize("NFD", character)
        return HANGUL
    encoded = text.encode()
    assert len(encoded) < 256
    return texts.setdefault(encoded, -1)


def ordering(numbers: list[int]) -> dict[int, int]:
    """The characters that are kept and have a combining class in the library, by that class's rank.

    Decomposition sorts what follows a letter by class, so two such characters may change places.
    """
    kept = [c for c in range(0x110000) if numbers[c] == SELF and unicodedata.combining(chr(c)) != 0]
    above: dict[int, set[int]] = {c: set() for c in kept}
    for x in kept:
        for y in kept:
            if x != y and normalizer.normalize_str(f"a{chr(x)}{chr(y)}") == f"a{chr(y)}{chr(x)}":
                above[x].add(y)
    sorted_ones = [c for c in kept if above[c] or any(c in others for others in above.values())]
    counts = sorted({len(above[c]) for c in sorted_ones})
    ranks = {c: counts.index(len(above[c])) + 1 for c in sorted_ones}
    for x in sorted_ones:
        for y in sorted_ones:
            assert (ranks[x] > ranks[y]) == (y in above[x])
    return ranks


def blocks_order(character: str, high: str, low: str) -> bool:
    """Whether the character, which is taken out, keeps two others from changing places."""
    return normalizer.normalize_str(f"a{high}{character}{low}") == f"a{high}{low}"


def main() -> None:
    texts: dict[bytes, int] = {}
    values: list[int | bytes] = []
    for code_point in range(0x110000):
        before = len(texts)
        value = value_of(code_point, texts)
        if value == -1 or len(texts) > before:
            value = normalizer.normalize_str(chr(code_point)).encode()
        values.append(value)
    pool = bytearray()
    places: dict[bytes, int] = {}
    for text in texts:
        places[text] = FIRST_TEXT + len(pool)
        pool += bytes([len(text)]) + text
    numbers = [places[v] if isinstance(v, bytes) else v for v in values]
    assert max(numbers) < 65536
    # What stands for a character is final: nothing is made of it again, and its kind is its own.
    for text in texts:
        for character in text.decode():
            assert character == " " or numbers[ord(character)] in (SELF, PUNCTUATION, IDEOGRAPH)
    ranks = ordering(numbers)
    high, low = max(ranks, key=ranks.__getitem__), min(ranks, key=ranks.__getitem__)
    for code_point in range(0x110000):
        if code_point in ranks:
            numbers[code_point] = ORDERED
        elif numbers[code_point] == REMOVED and not 0xD800 <= code_point <= 0xDFFF:
            if blocks_order(chr(code_point), chr(high), chr(low)):
                numbers[code_point] = BLOCKING
    blocks: dict[tuple[int, ...], int] = {}
    index = []
    for start in range(0, 0x110000, BLOCK):
        block = tuple(numbers[start : start + BLOCK])
        index.append(blocks.setdefault(block, len(blocks)))
    assert len(blocks) < 65536
    write(numbers, index, list(blocks), bytes(pool), ranks)


def write_array(kind: str, name: str, numbers: list[int]) -> None:
    print(f"const {kind} {name}[{len(numbers)}] = {{")
    line = "   "
    for number in numbers:
        if len(line) + len(f" {number},") > 100:
            print(line)
            line = "   "
        line += f" {number},"
    print(line)
    print("};")


def write(
    numbers: list[int],
    index: list[int],
    blocks: list[tuple[int, ...]],
    pool: bytes,
    ranks: dict[int, int],
) -> None:
    print("// Made by tools/make_wordpiece_tables.py from the PyPI package tokenizers "
          f"{tokenizers.__version__}.")
    print("// Not to be changed by hand. See unicode.h.")
    print('#include "vibe/wordpiece/unicode.h"')
    print()
    print("// clang-format off")
    write_array("uint16_t", "gm_wordpiece_blocks", index)
    print()
    write_array("uint16_t", "gm_wordpiece_values", [n for block in blocks for n in block])
    print()
    write_array("unsigned char", "gm_wordpiece_texts", list(pool))
    print()
    print(f"const struct gm_wordpiece_rank gm_wordpiece_ranks[{len(ranks) + 1}] = {{")
    for code_point in sorted(ranks):
        print(f"    {{0x{code_point:x}, {ranks[code_point]}}},")
    print("    {0, 0},")
    print("};")


if __name__ == "__main__":
    main()
