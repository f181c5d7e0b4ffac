"""Makes a model of FinBERT's shape with random weights, and its ONNX forms, to measure speed with.

    make_model.py DIR [--vocabulary FILE]

DIR/model is what Hugging Face would hold. DIR/f32.onnx is PyTorch's export after ONNX Runtime's own
optimizer for transformers, which fuses attention, GELU and the layer norms; DIR/int8-*.onnx are that
model after dynamic quantisation, in the variants that ONNX Runtime's documentation names for x86:
7-bit weights where the processor's products would overflow (AVX2 without VNNI), per channel or per
tensor. Which is fastest is for rivals.py to find out.

Without a vocabulary, one is made up: its pieces are not English, but as many.
"""
import argparse
import logging
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from transformers import BertConfig, BertForSequenceClassification

PIECES = 30522
SPECIAL = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
# Real weights lie about like this; what they are does not change the time that a product takes.
DEVIATION = 0.04
VARIANTS = {
    "int8-tensor": dict(weight_type=QuantType.QInt8, per_channel=False, reduce_range=True),
    "int8-channel": dict(weight_type=QuantType.QInt8, per_channel=True, reduce_range=True),
    "int8-full": dict(weight_type=QuantType.QInt8, per_channel=False, reduce_range=False),
    "int8-unsigned": dict(weight_type=QuantType.QUInt8, per_channel=False, reduce_range=False),
}


def write_vocabulary(path: Path, source: Path | None) -> None:
    if source is not None:
        path.write_bytes(source.read_bytes())
        return
    path.write_text("".join(SPECIAL.get(i, f"piece{i}") + "\n" for i in range(PIECES)))


def make_checkpoint(folder: Path, source: Path | None) -> BertForSequenceClassification:
    folder.mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder / "vocab.txt", source)
    torch.manual_seed(1)
    labels = ["positive", "negative", "neutral"]
    config = BertConfig(vocab_size=PIECES, id2label=dict(enumerate(labels)),
                        label2id={label: i for i, label in enumerate(labels)})
    model = BertForSequenceClassification._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.normal_(1.0 if name.endswith("LayerNorm.weight") else 0.0, DEVIATION)
    model.save_pretrained(folder)
    return model


class Logits(torch.nn.Module):
    """The model with the inputs and the output that a scorer needs."""

    def __init__(self, model: BertForSequenceClassification):
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def export(model: BertForSequenceClassification, path: Path) -> None:
    example = torch.tensor([[101, 2023, 102, 0], [101, 2023, 2003, 102]])
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(Logits(model), (example, (example != 0).long()), str(path),
                      input_names=["input_ids", "attention_mask"], output_names=["logits"],
                      dynamic_axes={"input_ids": axes, "attention_mask": axes}, opset_version=17,
                      dynamo=False)


def optimize(source: Path, target: Path) -> dict[str, int]:
    options = FusionOptions("bert")
    result = optimize_model(str(source), "bert", num_heads=12, hidden_size=768,
                            optimization_options=options)
    result.save_model_to_file(str(target))
    return result.get_fused_operator_statistics()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dir", type=Path)
    parser.add_argument("--vocabulary", type=Path, help="vocab.txt of bert-base-uncased")
    args = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    model = make_checkpoint(args.dir / "model", args.vocabulary)
    raw = args.dir / "raw.onnx"
    export(model, raw)
    fused = {name: n for name, n in optimize(raw, args.dir / "f32.onnx").items() if n}
    raw.unlink()
    print("fused:", fused)
    for name, options in VARIANTS.items():
        quantize_dynamic(args.dir / "f32.onnx", args.dir / f"{name}.onnx", **options,
                         extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
        graph = onnx.load(args.dir / f"{name}.onnx").graph
        kinds = {node.op_type for node in graph.node}
        print(f"{name}:", ", ".join(sorted(kinds)))


if __name__ == "__main__":
    main()
