"""How much of a score comes from choosing the model by it: the smallest point of the curve, honestly.

    python -m tests.benchmarks.curve.selection --data fashion_brands --seeds 0 1 2 --results selection.json

spaCy's default evaluates some twenty times in a training and keeps the best model by the very texts that it
is measured on; the built-in schedule evaluates six times. The more looks, the more luck is in the best of
them. Here each side chooses its model on one half of the evaluation texts and is measured on the other half,
both ways round, so that the choice flatters nobody. Beside it stands F on the half that chose.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import DocBin

from tests.benchmarks.curve.__main__ import NER_TUI
from tests.conftest import shared_folder

POINT = "025"


def main() -> int:
    """Run the cells that are asked for and print what they add up to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["fashion_brands"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--results", type=Path, default=Path("selection-benchmark.json"))
    options = parser.parse_args()
    cells: dict[str, Any] = json.loads(options.results.read_text()) if options.results.is_file() else {}
    for name in options.data:
        for seed in options.seeds:
            key = f"{name}/{seed}"
            if key not in cells:
                with tempfile.TemporaryDirectory() as place:
                    cells[key] = _cell(shared_folder() / "ner" / name, seed, Path(place))
                options.results.write_text(json.dumps(cells, indent=1))
            print(key, {side: [round(100 * f, 1) for f in scores] for side, scores in cells[key].items()})
    for side in ("here", "spacy"):
        chosen, other = (
            100 * statistics.fmean(cell[side][place] for cell in cells.values()) for place in (0, 1)
        )
        print(f"{side:6} F {chosen:.1f} on the half that chose, {other:.1f} on the other one")
    return 0


def _cell(data: Path, seed: int, place: Path) -> dict[str, list[float]]:
    """Return for each side F on the half that chose, and on the other one; means of both ways round."""
    # One step each: only the files are wanted.
    _run(
        *(NER_TUI, "train-curve", "--ner", f"{data / 'train.jsonl'},eval:{data / 'eval.jsonl'}"),
        *("--seed", seed, "--workspace", place, "--training.max_steps", 1, "--training.eval_frequency", 1),
    )
    run = next((place / "runs").iterdir())
    _config(run, seed)
    docs = list(DocBin().from_disk(run / "dev.spacy").get_docs(spacy.blank("en").vocab))
    for number in (0, 1):
        DocBin(docs=docs[number::2]).to_disk(place / f"half{number}.spacy")
    _run(
        sys.executable, "-m", "spacy", "init", "config", place / "spacy.cfg", "-p", "ner", "-o", "efficiency"
    )
    found: dict[str, list[tuple[float, float]]] = {"here": [], "spacy": []}
    for number in (0, 1):
        mine, other = place / f"half{number}.spacy", place / f"half{1 - number}.spacy"
        for side in found:
            output = place / f"{side}-{number}"
            _run(
                *(
                    sys.executable,
                    "-m",
                    "spacy",
                    "train",
                    run / "here.cfg" if side == "here" else place / "spacy.cfg",
                ),
                *(["--code", run / "ops.py"] if side == "here" else ["--system.seed", seed]),
                *("--output", output, "--paths.dev", mine),
                *("--paths.train", run / "points" / POINT / "train.spacy"),
            )
            found[side].append((_f(output, mine), _f(output, other)))
    return {
        side: [statistics.fmean(pair[i] for pair in pairs) for i in (0, 1)] for side, pairs in found.items()
    }


def _config(run: Path, seed: int) -> None:
    """Write the built-in config of the point, without the single step."""
    from flowchart.training.config import Schedule, make_config
    from flowchart.training.settings import Settings

    docs = DocBin().from_disk(run / "points" / POINT / "train.spacy").get_docs(spacy.blank("en").vocab)
    schedule = Schedule.of(sum(len(doc) for doc in docs))
    make_config(Settings((), ()), seed, schedule).to_disk(run / "here.cfg", interpolate=False)


def _f(output: Path, texts: Path) -> float:
    scores = output / f"{texts.stem}.json"
    _run(sys.executable, "-m", "spacy", "evaluate", output / "model-best", texts, "--output", scores)
    return float(json.loads(scores.read_text())["ents_f"])


def _run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)


if __name__ == "__main__":
    sys.exit(main())
