"""What bench/vibe.mjs measures GhostMarket's encoder against, run on request.

    rivals.py DIR

DIR is what make_model.py made. Obeys lines on stdin, each answered by a line of JSON on stdout:

    encode TEXTS IDS   writes the token ids of TEXTS, a text a line, into IDS
    ids FILE           takes sequences of token ids, one a line
    texts FILE         takes texts, one a line, for the pipeline
    choose             tries each int8 model with each schedule, keeps the fastest: {"chosen", "tried"}
    run NAME           {"wall", "cpu"} in seconds

Names: ort-int8 (as chosen), ort-f32 and torch (a sequence at a time), ort-f32-best (the schedule that
was chosen for it), pipeline (from texts, one at a time). All have two threads.
"""
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)  # they slow a current numpy

import numpy as np
import onnxruntime
import torch
import transformers
from transformers import BertForSequenceClassification, BertTokenizer, pipeline

THREADS = 2
TRIES = 2
# How many sequences of like length share a padded batch; 0: all.
SCHEDULES = {"one at a time": 1, "sorted by 2": 2, "sorted by 4": 4, "padded": 0}


class Rivals:
    def __init__(self, folder: Path):
        torch.set_num_threads(THREADS)
        self.folder = folder
        self.sequences: list[list[int]] = []
        self.texts: list[str] = []
        self.tokenizer = BertTokenizer.from_pretrained(folder / "model")
        self.torch = BertForSequenceClassification.from_pretrained(folder / "model").eval()
        self.pipeline = pipeline("sentiment-analysis", model=str(folder / "model"), device="cpu")
        self.sessions = {path.stem: self.session(path) for path in sorted(folder.glob("*.onnx"))}
        self.int8 = ("int8-channel", "one at a time")
        self.f32_schedule = "one at a time"

    @staticmethod
    def session(path: Path) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])

    def run_onnx(self, model: str, schedule: str) -> None:
        session = self.sessions[model]
        together = SCHEDULES[schedule] or len(self.sequences)
        ordered = self.sequences if together == 1 else sorted(self.sequences, key=len)
        for at in range(0, len(ordered), together):
            part = ordered[at:at + together]
            ids = np.zeros((len(part), max(map(len, part))), np.int64)
            mask = np.zeros_like(ids)
            for row, sequence in enumerate(part):
                ids[row, :len(sequence)] = sequence
                mask[row, :len(sequence)] = 1
            session.run(None, {"input_ids": ids, "attention_mask": mask})

    def run_torch(self) -> None:
        with torch.inference_mode():
            for sequence in self.sequences:
                self.torch(input_ids=torch.tensor([sequence]))

    def run_pipeline(self) -> None:
        for text in self.texts:
            self.pipeline(text, truncation=True, max_length=512)

    def run(self, name: str) -> dict[str, float]:
        work: dict[str, Callable[[], None]] = {
            "ort-int8": lambda: self.run_onnx(*self.int8),
            "ort-f32": lambda: self.run_onnx("f32", "one at a time"),
            "ort-f32-best": lambda: self.run_onnx("f32", self.f32_schedule),
            "torch": self.run_torch,
            "pipeline": self.run_pipeline,
        }
        return timed(work[name])

    def choose(self) -> dict[str, object]:
        def best(model: str, schedule: str) -> float:
            return min(timed(lambda: self.run_onnx(model, schedule))["wall"] for _ in range(TRIES))

        tried = {(model, schedule): best(model, schedule) for model in self.sessions
                 for schedule in SCHEDULES if schedule != "padded" or model == "int8-channel"}
        self.int8 = min((key for key in tried if key[0] != "f32"), key=tried.__getitem__)
        self.f32_schedule = min((key for key in tried if key[0] == "f32"), key=tried.__getitem__)[1]
        return {"chosen": ", ".join(self.int8), "chosen_f32": self.f32_schedule,
                "tried": {", ".join(key): seconds for key, seconds in tried.items()}}

    def obey(self, command: str, arguments: list[str]) -> dict[str, object]:
        if command == "encode":
            lines = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
            encoded = self.tokenizer(lines, truncation=True, max_length=512)["input_ids"]
            Path(arguments[1]).write_text("".join(" ".join(map(str, ids)) + "\n"
                                                  for ids in encoded))
            return {"tokens": sum(map(len, encoded))}
        if command == "ids":
            self.sequences = [[int(i) for i in line.split()]
                              for line in Path(arguments[0]).read_text().splitlines()]
            return {"sequences": len(self.sequences)}
        if command == "texts":
            self.texts = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
            return {"texts": len(self.texts)}
        if command == "choose":
            return self.choose()
        if command == "run":
            return self.run(arguments[0])
        raise ValueError(command)


def timed(work: Callable[[], None]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def main() -> None:
    transformers.utils.logging.disable_progress_bar()
    rivals = Rivals(Path(sys.argv[1]))
    print(json.dumps({"onnxruntime": onnxruntime.__version__, "torch": torch.__version__}),
          flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        print(json.dumps(rivals.obey(command, arguments)), flush=True)


if __name__ == "__main__":
    main()
