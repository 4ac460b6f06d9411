"""`python -m flowchart.demo`: write the demo data at any size."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flowchart.demo import SEED, TEXTS
from flowchart.demo.generator import eval_rows, line, sizes, train_rows


def main(argv: Sequence[str] | None = None) -> int:
    """Write train.jsonl and eval.jsonl and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m flowchart.demo",
        description="Write annotated repair notes in Prodigy's JSONL: train.jsonl and, a fifth, eval.jsonl.",
    )
    option = parser.add_argument
    option("--texts", type=int, default=TEXTS, metavar="N", help="how many texts (default %(default)s)")
    option("--seed", type=int, default=SEED, metavar="S", help="which texts (default %(default)s)")
    option("-o", "--output", type=Path, default=Path(), metavar="DIR", help="folder (default: this one)")
    options = parser.parse_args(argv)
    train, evaluation = sizes(max(options.texts, 0))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        _write(options.output / "train.jsonl", train_rows(train, options.seed))
        _write(options.output / "eval.jsonl", eval_rows(evaluation, options.seed, train=train))
    except OSError as error:
        sys.stderr.write(f"{parser.prog}: {error.filename}: {error.strerror}\n")
        return 2
    sys.stdout.write(f"{options.output}: {train} training and {evaluation} evaluation texts\n")
    return 0


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(line(row))


if __name__ == "__main__":
    sys.exit(main())
