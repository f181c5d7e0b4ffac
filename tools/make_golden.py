#!/usr/bin/env python3
"""Makes the small models of tests/data/models and what PyTorch computes with them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch transformers safetensors
    /tmp/venv/bin/python tools/make_golden.py

Each folder is what Hugging Face would hold: config.json, vocab.txt, and the weights in one of the
formats that a checkpoint comes in. Its golden.json says what comes out:

    labels     the mood of each logit, in their order
    texts      [{text, ids, logits}]         ids as Hugging Face's tokenizer gives them
    sequences  [{ids, logits, hidden?}]      hidden: the last layer's output, token after token

All in float32, printed so that each reads back as the same float. Weights are random, and large
enough that a wrong sum anywhere shows in the logits.

The folder "wide" has BERT-base's widths and no weights: they would be 60 MB. Whoever wants them
makes each tensor of its golden.json by the rule below (`uniform`), the same in Python and C:

    state    64 bits, FNV-1a of the tensor's name
    element  the next of splitmix64, its upper 24 bits as u: offset + spread * (u / 2^23 - 1), where
             every step is rounded to float32
"""
import argparse
import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

FINBERT = ["positive", "negative", "neutral"]
FINBERT_TONE = ["Neutral", "Positive", "Negative"]
WORDS = """the to and of is in it a i you this on for that buy sell hold short squeeze moon stock
 price up down market gain loss bull bear crash rocket cafe now not very good bad""".split()
TEXTS = [
    "Buy the stock now!",
    "café: GME crashed, -12% …  not good",
    "",
    "to the moon 🚀🚀 hodl",
]


@dataclass(frozen=True)
class Model:
    name: str
    hidden: int
    heads: int
    intermediate: int
    layers: int
    activation: str
    positions: int
    labels: list[str]
    file: str  # "safetensors", "zip" (torch.save) or "legacy" (torch.save before 1.6)
    dtype: torch.dtype = torch.float32
    old_names: bool = False  # LayerNorm.gamma and .beta
    position_ids: bool = False  # the buffer that older checkpoints carry along


MODELS = [
    Model("plain", 32, 4, 128, 2, "gelu", 40, FINBERT, "safetensors"),
    Model("odd", 60, 5, 100, 2, "gelu_new", 33, FINBERT_TONE, "safetensors"),
    Model("half", 40, 4, 72, 3, "relu", 32, FINBERT, "safetensors", torch.float16),
    Model("brain", 36, 2, 90, 1, "gelu", 64, FINBERT_TONE, "safetensors", torch.bfloat16),
    Model("zip", 48, 3, 80, 4, "gelu", 32, FINBERT, "zip", position_ids=True),
    Model("legacy", 32, 2, 56, 2, "gelu", 32, FINBERT, "legacy", position_ids=True),
    Model("old-names", 24, 3, 64, 2, "gelu_new", 20, FINBERT, "legacy", old_names=True),
]
WIDE = Model("wide", 768, 12, 3072, 2, "gelu", 64, FINBERT, "")


def vocabulary() -> list[str]:
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    signs = list("0123456789!?.,:;-%$#@'\"()")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    endings = ["##" + end for end in [*letters, "ed", "ing", "er", "ss"]]
    return special + letters + signs + endings + [w for w in WORDS if len(w) > 1]


def config_of(model: Model, vocab_size: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocab_size, hidden_size=model.hidden, num_hidden_layers=model.layers,
        num_attention_heads=model.heads, intermediate_size=model.intermediate,
        hidden_act=model.activation, max_position_embeddings=model.positions,
        id2label=dict(enumerate(model.labels)),
        label2id={label: i for i, label in enumerate(model.labels)},
        architectures=["BertForSequenceClassification"])


def spread_of(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """The middle and the standard deviation of a tensor's values."""
    if "LayerNorm" in name:
        return (1.0, 0.25) if name.endswith("weight") else (0.0, 0.25)
    if name.endswith("bias"):
        return 0.0, 0.2
    if "embeddings" in name:
        return 0.0, 0.5
    if "classifier" in name:
        return 0.0, 2 / math.sqrt(shape[-1])
    return 0.0, 1.2 / math.sqrt(shape[-1])


def hash_name(name: str) -> int:
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


def uniform(name: str, shape: tuple[int, ...], offset: np.float32, spread: np.float32) -> np.ndarray:
    """The rule of the wide model's weights; see above."""
    steps = np.arange(1, math.prod(shape) + 1, dtype=np.uint64)
    z = np.uint64(hash_name(name)) + steps * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float32) * np.float32(2**-23) - np.float32(1)
    return (offset + spread * unit).reshape(shape)


def fill_randomly(net: torch.nn.Module, dtype: torch.dtype, seed: int) -> None:
    """Random weights, rounded to what the checkpoint's type can hold."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            middle, deviation = spread_of(name, tuple(tensor.shape))
            noise = torch.randn(tensor.shape, generator=generator)
            tensor.copy_((middle + deviation * noise).to(dtype).float())


def fill_by_rule(net: torch.nn.Module) -> dict[str, dict[str, object]]:
    """The wide model's weights, and what a reader needs to know to make them too."""
    tensors = {}
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            middle, deviation = spread_of(name, tuple(tensor.shape))
            offset, spread = np.float32(middle), np.float32(deviation * math.sqrt(3))
            tensor.copy_(torch.from_numpy(uniform(name, tuple(tensor.shape), offset, spread)))
            tensors[name] = {"shape": list(tensor.shape), "offset": exact(offset),
                             "spread": exact(spread)}
    return tensors


def exact(value: np.float32) -> float:
    """The shortest number that reads back as the same float32."""
    return float(np.format_float_scientific(np.float32(value), unique=True))


def exact_list(values: torch.Tensor) -> list[float]:
    return [exact(v) for v in values.detach().flatten().numpy()]


def random_sequences(model: Model, vocab_size: int, seed: int) -> Iterator[list[int]]:
    """Of length 1, 2, an odd one, one around every width of a vector, and as long as it goes."""
    generator = np.random.default_rng(seed)
    for length in [1, 2, 7, 16, 19, model.positions - 1, model.positions]:
        yield generator.integers(0, vocab_size, size=length).tolist()


def run(net: BertForSequenceClassification, ids: list[int]) -> tuple[list[float], list[float]]:
    """Logits, and the last layer's output token after token."""
    with torch.no_grad():
        out = net(input_ids=torch.tensor([ids]), output_hidden_states=True)
    return exact_list(out.logits[0]), exact_list(out.hidden_states[-1][0])


def golden(net: BertForSequenceClassification, model: Model, tokenizer: BertTokenizer,
           seed: int) -> dict[str, object]:
    net.eval()
    result: dict[str, object] = {"labels": [label.lower() for label in model.labels]}
    texts = []
    for text in TEXTS:
        ids = tokenizer(text, truncation=True, max_length=model.positions)["input_ids"]
        texts.append({"text": text, "ids": ids, "logits": run(net, ids)[0]})
    sequences = []
    for ids in random_sequences(model, len(tokenizer), seed):
        logits, hidden = run(net, ids)
        sequence = {"ids": ids, "logits": logits}
        if len(ids) in (1, 7) and model is not WIDE or len(ids) == 2:
            sequence["hidden"] = hidden
        sequences.append(sequence)
    return result | {"texts": texts, "sequences": sequences}


def checkpoint_of(net: BertForSequenceClassification, model: Model) -> dict[str, torch.Tensor]:
    tensors = {}
    for name, tensor in net.state_dict().items():
        if model.old_names:
            name = name.replace("LayerNorm.weight", "LayerNorm.gamma")
            name = name.replace("LayerNorm.bias", "LayerNorm.beta")
        tensors[name] = tensor.to(model.dtype).contiguous()
        if name == "bert.embeddings.token_type_embeddings.weight" and model.position_ids:
            tensors["bert.embeddings.position_ids"] = torch.arange(model.positions)[None]
    return tensors


def write_golden(path: Path, values: dict[str, object]) -> None:
    """JSON with a line for each text, sequence and tensor, so that a diff shows which changed."""
    def one(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = []
    for key, value in values.items():
        if isinstance(value, dict):
            body = "{\n" + ",\n".join(f"{one(k)}:{one(v)}" for k, v in value.items()) + "}"
        elif isinstance(value[0], dict):
            body = "[\n" + ",\n".join(map(one, value)) + "]"
        else:
            body = one(value)
        parts.append(f"{one(key)}:{body}")
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def make(model: Model, root: Path, seed: int) -> None:
    folder = root / model.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pieces = vocabulary()
    vocab = folder / "vocab.txt"
    vocab.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(str(vocab))
    config = config_of(model, len(pieces))
    config.dtype = model.dtype
    config.save_pretrained(folder)
    net = BertForSequenceClassification._from_config(config, attn_implementation="eager",
                                                     dtype=torch.float32)
    if model is WIDE:
        tensors = fill_by_rule(net)
    else:
        fill_randomly(net, model.dtype, seed)
    values = golden(net, model, tokenizer, seed)
    if model is WIDE:
        values["tensors"] = tensors
    elif model.file == "safetensors":
        save_file(checkpoint_of(net, model), folder / "model.safetensors",
                  metadata={"format": "pt"})
    else:
        torch.save(checkpoint_of(net, model), folder / "pytorch_model.bin",
                   _use_new_zipfile_serialization=model.file == "zip")
    write_golden(folder / "golden.json", values)
    spread = np.std([s["logits"] for s in values["sequences"]])
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{model.name}: {size / 1024:.0f} KiB, logits' deviation {spread:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, help="default: tests/data/models",
                        default=Path(__file__).parent.parent / "tests/data/models")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for seed, model in enumerate([*MODELS, WIDE]):
        make(model, args.output, seed)


if __name__ == "__main__":
    main()
