"""The texts of a comparison: to train on, to select a model by, and to measure on what neither side has seen.

Where a corpus has a test side of its own, that is what both sides are measured on. Else 500 texts are drawn
for it and 250 to select by, from all of the set's texts, and the rest is trained on.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import shared_folder

TEST, DEV = 500, 250
"""The texts drawn where a corpus has no test side."""

MOST = {"ncbi_disease": 1500}
"""Training texts drawn from a large corpus, so that a pair takes no hours."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The files of one cell.

    Attributes:
        train: The training texts.
        dev: The texts that a model may be selected by.
        test: The texts that nothing was selected by.
    """

    train: Path
    dev: Path
    test: Path


def texts(name: str, seed: int, folder: Path) -> Texts:
    """Write the texts of a data set as three JSONL files, the same ones for the same seed."""
    data = shared_folder() / "ner" / name
    draw = random.Random(f"{name}/{seed}")
    train, dev = _lines(data, "train"), _lines(data, "eval")
    test = _lines(data, "test")
    if not test:
        everything = sorted(set(train + dev))
        draw.shuffle(everything)
        test, dev, train = everything[:TEST], everything[TEST : TEST + DEV], everything[TEST + DEV :]
    if name in MOST:
        train = draw.sample(train, MOST[name])
    folder.mkdir(parents=True, exist_ok=True)
    files = Texts(*(folder / f"{side}.jsonl" for side in ("train", "dev", "test")))
    for file, lines in ((files.train, train), (files.dev, dev), (files.test, test)):
        file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return files


def _lines(data: Path, side: str) -> Sequence[str]:
    plain, packed = data / f"{side}.jsonl", data / f"{side}.jsonl.gz"
    if plain.is_file():
        return plain.read_text(encoding="utf-8").split("\n")[:-1]
    if packed.is_file():
        return gzip.decompress(packed.read_bytes()).decode("utf-8").split("\n")[:-1]
    return []
