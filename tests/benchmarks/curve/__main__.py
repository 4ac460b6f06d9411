"""A learning curve's time, and its F on unseen texts, against four trainings with spaCy's own settings.

    python -m tests.benchmarks.curve --data fashion_brands drugs ncbi_disease wnut17 --seeds 0 1
    python -m tests.benchmarks.curve --data drugs --seeds 2 --pair

Each cell is one data set and one seed. Both sides train on the very same subsets and may select a model by
the same dev texts; F is measured on test texts that neither has selected by, because the best of many
evaluations flatters itself on the texts that it was chosen by, and the more so the more often it is
evaluated (`texts.py` says which texts these are). The baseline's scores are kept in `baseline.json`: they
do not depend on this project's code, and `baseline.py` makes them. `--pair` trains the baseline as well,
right after this side, so that both share the machine's moods: only then wall times are compared.

Cells that are in the results file already are not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.curve.baseline import FRACTIONS, KEPT, f_on, test_texts, train_all
from tests.benchmarks.curve.texts import Texts, texts
from tests.conftest import shared_folder

NER_TUI = Path(sys.executable).parent / "ner-tui"

Cell = dict[str, Any]


def main() -> int:
    """Run the cells that are asked for and print what they add up to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["fashion_brands", "drugs", "ncbi_disease", "wnut17"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--results", type=Path, default=Path("curve-benchmark.json"))
    parser.add_argument("--pair", action="store_true", help="train the baseline too, to compare wall times")
    parser.add_argument("--efficiency", action="store_true", help="also train with one worker, to compare")
    options = parser.parse_args()
    if not (shared_folder() / "ner").is_dir():
        sys.stderr.write(
            f"{shared_folder()}: the data sets are not here; NER_TUI_SHARED names their folder\n"
        )
        return 2
    cells: dict[str, Cell] = json.loads(options.results.read_text()) if options.results.is_file() else {}
    kept: dict[str, Cell] = json.loads(KEPT.read_text()) if KEPT.is_file() else {}
    wanted = [f"{name}/{seed}" for seed in options.seeds for name in options.data]
    for key in wanted:
        if key not in cells or (options.pair and "pair" not in cells[key]):
            cells[key] = _cell(key, efficiency=options.efficiency, pair=options.pair)
            options.results.write_text(json.dumps(cells, indent=1))
        print(_line(key, cells[key], kept.get(key, {})), flush=True)
    print(_summary({key: cells[key] for key in wanted}, kept))
    return 0


def _cell(key: str, *, efficiency: bool, pair: bool) -> Cell:
    name, seed = key.rsplit("/", 1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        files = texts(name, int(seed), place)
        run, cell = _curve(files, int(seed), place / "two", 2)
        test = test_texts(files.test, place)
        cell["f"] = [f_on(run / "points" / fraction / "model", test) for fraction in FRACTIONS]
        if efficiency:
            cell["one_worker"] = _curve(files, int(seed), place / "one", 1)[1]["training_wall"]
        if pair:
            subsets = {fraction: run / "points" / fraction / "train.spacy" for fraction in FRACTIONS}
            cell["pair"] = train_all(subsets, run / "dev.spacy", int(seed), place)
            cell["pair"]["f"] = [f_on(place / f"baseline-{each}" / "model-best", test) for each in FRACTIONS]
    return cell


def _curve(files: Texts, seed: int, workspace: Path, workers: int) -> tuple[Path, Cell]:
    command: list[str | Path] = [NER_TUI, "train-curve", "--ner", f"{files.train},eval:{files.dev}", "--json"]
    command += ["--seed", str(seed), "--workers", str(workers), "--workspace", workspace]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    result = json.loads(done.stdout)
    run = workspace / "runs" / result["run"]
    return run, {
        "wall": round(wall, 1),
        "f_dev": [point["ents_f"] for point in result["points"]],
        "cpu": sum(training["cpu_seconds"] for training in result["trainings"]),
        "busy": sum(training["seconds"] for training in result["trainings"]),
        "words": sum(training["words"] for training in result["trainings"]),
        "training_wall": _training_wall(run),
        "peak_mb": result["peak_mb"],
        "load": os.getloadavg()[0],
    }


def _training_wall(run: Path) -> float:
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    times = [
        datetime.fromisoformat(event["time"]).timestamp()
        for event in events
        if event["event"] in ("point-start", "training")
    ]
    return times[-1] - times[0]


def _line(key: str, cell: Cell, kept: Mapping[str, Any]) -> str:
    baseline = cell.get("pair") or kept
    line = f"{key:18} here {cell['wall']:6.1f} s  F {_scores(cell['f'])}  last step {_step(cell['f']):+5.1f}"
    if baseline:
        line += f"   spacy train  F {_scores(baseline['f'])}  last step {_step(baseline['f']):+5.1f}"
        line += f"   processor time 1/{sum(baseline['cpus']) / cell['cpu']:.1f}"
    if pair := cell.get("pair"):
        line += f"   wall {sum(pair['walls']):.0f} s, 1/{sum(pair['walls']) / cell['wall']:.1f}"
    return line


def _scores(scores: Iterable[float]) -> str:
    return " ".join(f"{100 * score:5.1f}" for score in scores)


def _step(scores: Sequence[float]) -> float:
    return 100 * (scores[-1] - scores[-2])


def _summary(cells: Mapping[str, Cell], kept: Mapping[str, Cell]) -> str:
    pairs = {key: cell.get("pair") or kept.get(key) for key, cell in cells.items()}
    both = [(key, cells[key]["f"], pair["f"]) for key, pair in pairs.items() if pair]
    lines = []
    for place, fraction in enumerate(FRACTIONS):
        lines.append(
            f"F at {int(fraction):3d}%: " + _held([(ours[place], theirs[place]) for _, ours, theirs in both])
        )
        for name in dict.fromkeys(key.rsplit("/", 1)[0] for key, _, _ in both):
            its = [(ours[place], theirs[place]) for key, ours, theirs in both if key.startswith(f"{name}/")]
            lines.append(f"    {name:18} {_held(its)}")
    lines.append(
        "last step: " + _held([(ours[-1] - ours[-2], theirs[-1] - theirs[-2]) for _, ours, theirs in both])
    )
    if walls := [sum(cell["pair"]["walls"]) / cell["wall"] for cell in cells.values() if "pair" in cell]:
        lines.append(
            f"wall time: 1/{statistics.median(walls):.1f} of the baseline's (median of {len(walls)} pairs, "
            f"1/{min(walls):.1f} to 1/{max(walls):.1f})"
        )
    busy = _mean(cell["busy"] / (2 * cell["training_wall"]) for cell in cells.values())
    lines.append(f"the two processes were busy {busy:.2f} of the time of the trainings")
    alone = [
        cell["one_worker"] / (2 * cell["training_wall"]) for cell in cells.values() if "one_worker" in cell
    ]
    if alone:
        lines.append(f"parallel efficiency, against one worker: {_mean(alone):.2f}")
    peaks = [(cell["peak_mb"]["coordinator"], cell["peak_mb"]["training"]) for cell in cells.values()]
    lines.append(
        f"peak memory: {max(peak[0] for peak in peaks):.0f} MB for the coordinator, "
        f"{max(peak[1] for peak in peaks):.0f} MB for a training"
    )
    return "\n".join(lines)


def _held(pairs: Sequence[tuple[float, float]]) -> str:
    if not pairs:
        return "no baseline kept"
    ours, theirs = (100 * _mean(side) for side in zip(*pairs, strict=True))
    return f"{ours:6.2f} against {theirs:6.2f}, {ours - theirs:+.2f} points ({len(pairs)} cells)"


def _mean(values: Iterable[float]) -> float:
    return statistics.fmean(values)


if __name__ == "__main__":
    sys.exit(main())
