"""How much F scatters between trainings that nothing tells apart: other texts as many, another seed.

    python -m tests.benchmarks.scatter --results scatter.jsonl          # trains; about an hour of one core
    python -m tests.benchmarks.scatter --results scatter.jsonl --show   # the table of what is there

From a data set, pieces of equally many training texts are drawn that share none, again and again in another
order, and a model is trained on each as the last point of a curve is, with a seed of its own. All are
measured on the set's evaluation texts. What each got right and wrong is kept by text, a line of JSON each,
so `tests.benchmarks.certainty` can hold any two of them against each other. Trainings that are in the file
are not run again.

The standard deviation between them is what another training would change: `flowchart.training.experience`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.tokens import Tokenizer
from flowchart.training.layout import lay_out
from flowchart.training.point import Point, Trained
from flowchart.training.pool import train_points
from flowchart.training.scores import Counts
from flowchart.training.settings import Settings
from tests.conftest import shared_folder


@dataclass(frozen=True, slots=True)
class Piece:
    """Trainings on pieces of a data set.

    Attributes:
        data: The data set.
        texts: The texts in a piece.
        orders: How many times the texts are shuffled and cut into such pieces.
        pieces: How many of the pieces of one order are trained on.
    """

    data: str
    texts: int
    orders: int
    pieces: int


PLAN = (
    Piece("fashion_brands", 600, 3, 2),
    Piece("wnut17", 1200, 3, 2),
    Piece("drugs", 700, 2, 2),
    Piece("ncbi_disease", 1000, 1, 4),
    Piece("merged_ccby_en", 1400, 1, 4),
    Piece("ncbi_disease", 400, 1, 4),
    Piece("merged_ccby_en", 400, 1, 4),
    Piece("drugs", 350, 1, 4),
    Piece("fashion_brands", 300, 1, 4),
    Piece("wnut17", 400, 1, 4),
    Piece("drugs", 700, 4, 2),
    Piece("ncbi_disease", 1000, 2, 4),
    Piece("merged_ccby_en", 1400, 2, 4),
)
"""What is trained, and in this order."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One training.

    Attributes:
        data: The data set.
        texts: The texts it was trained on.
        spans: The spans in them.
        order: The order of the texts that its piece was cut from.
        seed: The seed of the training.
        counts: What it got right and wrong on the evaluation texts.
    """

    data: str
    texts: int
    spans: int
    order: int
    seed: int
    counts: Counts

    @property
    def f(self) -> float:
        """F, 0 to 1."""
        return float(self.counts.scores()["ents_f"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Train what is not there yet, and print how much each kind scatters."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=Path("scatter.jsonl"))
    parser.add_argument("--data", nargs="+", help="only these sets")
    parser.add_argument("--show", action="store_true", help="train nothing")
    options = parser.parse_args(arguments)
    if not options.show:
        if not (shared_folder() / "ner").is_dir():
            sys.stderr.write(f"{shared_folder()}: the data sets are not here; NER_TUI_SHARED names them\n")
            return 2
        for piece in PLAN:
            if not options.data or piece.data in options.data:
                _train(piece, options.results)
    print(table(read(options.results)))
    return 0


def read(file: Path) -> list[Measured]:
    """Return the trainings that a file of results holds."""
    if not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [Measured(**{**row, "counts": Counts.from_dict(row["counts"])}) for row in rows]


def groups(trainings: Sequence[Measured]) -> Iterator[tuple[tuple[str, int], list[Measured]]]:
    """Yield the trainings of one set on equally many texts, by set and number."""
    found: dict[tuple[str, int], list[Measured]] = {}
    for training in trainings:
        found.setdefault((training.data, training.texts), []).append(training)
    yield from sorted(found.items())


def table(trainings: Sequence[Measured]) -> str:
    """Return one line for each set and size: how many trainings, their mean F, and its standard deviation."""
    lines = [f"{'set':16}{'texts':>6}{'spans':>7}{'eval spans':>11}{'n':>4}{'F':>7}{'sd':>6}"]
    for (data, texts), its in groups(trainings):
        scores = [100 * training.f for training in its]
        gold = sum(tp + fn for _, _, tp, _, fn in its[0].counts.rows)
        spans = round(float(np.mean([training.spans for training in its])))
        scatter = f"{np.std(scores, ddof=1):6.2f}" if len(scores) > 1 else f"{'-':>6}"
        lines.append(
            f"{data:16}{texts:6}{spans:7}{gold:11}{len(its):4}{float(np.mean(scores)):7.2f}{scatter}"
        )
    return "\n".join(lines)


def _train(piece: Piece, results: Path) -> None:
    there = {(one.data, one.texts, one.seed) for one in read(results)}
    wanted = [
        (order, number, 100 * order + number)
        for order in range(piece.orders)
        for number in range(piece.pieces)
        if (piece.data, piece.texts, 100 * order + number) not in there
    ]
    if not wanted:
        return
    corpus = _corpus(piece.data)
    for order, number, seed in wanted:
        documents = list(corpus.train)
        random.Random(order).shuffle(documents)
        chosen = documents[number * piece.texts : (number + 1) * piece.texts]
        with tempfile.TemporaryDirectory() as place:
            settings = Settings((), (), n_samples=1, seed=seed)
            (point,), _ = lay_out(
                Path(place), replace(corpus, train=chosen), settings, lambda *_: None, Tokenizer.of("en")
            )
            train_points([point], 1, _hear)
            trained = Trained.load(point)
            assert trained is not None
        measured = Measured(piece.data, len(chosen), point.spans, order, seed, trained.counts)
        row = {**{name: getattr(measured, name) for name in Measured.__slots__}}
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**row, "counts": trained.counts.to_dict()}) + "\n")
        line = f"{piece.data} {len(chosen)} texts, seed {seed}: F {100 * measured.f:.2f}"
        print(f"{line}, {trained.record['seconds']:.0f} s", flush=True)


def _hear(_: Point, message: dict[str, Any]) -> None:
    if message["kind"] == "failed":
        raise SystemExit(f"a training failed: {message['message']}")


def _corpus(data: str) -> Corpus:
    folder = shared_folder() / "ner" / data
    train, held_out = (next(iter(sorted(folder.glob(f"{role}.jsonl*")))) for role in ("train", "eval"))
    return prepare([train], [held_out])


if __name__ == "__main__":
    sys.exit(main())
