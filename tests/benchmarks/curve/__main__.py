"""How long a learning curve takes, against four trainings with spaCy's own settings in a row.

    python -m tests.benchmarks.curve --data drugs fashion_brands --seeds 0 1 2 --results curve.json

Each cell is one data set and one seed: first `ner-tui train-curve`, then the baseline on the very same
subsets and eval set, so that both sides share the machine's moods. The baseline is what a user does without
this project: `spacy init config -p ner -o efficiency`, unchanged but for the seed, and `spacy train` four
times in a row. Its F is the best on the eval set, as spaCy keeps it.

Cells that are in the results file already are not run again. A cell takes about a quarter of an hour.
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
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.conftest import shared_folder

FRACTIONS = ("025", "050", "075", "100")
NER_TUI = Path(sys.executable).parent / "ner-tui"


def main() -> int:
    """Run the cells that are asked for and print what they add up to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["fashion_brands", "drugs"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--results", type=Path, default=Path("curve-benchmark.json"))
    parser.add_argument(
        "--ours-only", action="store_true", help="measure this side anew, keep the baseline's"
    )
    parser.add_argument("--efficiency", action="store_true", help="also train with one worker, to compare")
    options = parser.parse_args()
    folder = shared_folder() / "ner"
    if not folder.is_dir():
        sys.stderr.write(f"{folder}: the data sets are not here; NER_TUI_SHARED names their folder\n")
        return 2
    cells: dict[str, dict[str, Any]] = {}
    if options.results.is_file():
        cells = json.loads(options.results.read_text())
    for seed in options.seeds:
        for name in options.data:
            key = f"{name}/{seed}"
            if key in cells and not options.ours_only:
                continue
            with tempfile.TemporaryDirectory() as place:
                cell = _ours(folder / name, seed, Path(place), efficiency=options.efficiency)
                if key in cells and "baseline" in cells[key]:
                    cell["baseline"] = cells[key]["baseline"]
                elif not options.ours_only:
                    cell["baseline"] = _baseline(Path(place), seed)
            cells[key] = cell
            options.results.write_text(json.dumps(cells, indent=1))
            print(_line(key, cell), flush=True)
    wanted = [f"{name}/{seed}" for name in options.data for seed in options.seeds]
    print(_summary([cells[key] for key in wanted if "baseline" in cells.get(key, {})]))
    return 0


def _ours(data: Path, seed: int, place: Path, *, efficiency: bool) -> dict[str, Any]:
    cell = _curve(data, seed, place / "two", 2)
    if efficiency:
        one = _curve(data, seed, place / "one", 1)
        cell["one_worker"] = one["training_wall"]
    return cell


def _curve(data: Path, seed: int, workspace: Path, workers: int) -> dict[str, Any]:
    command: list[str | Path] = [
        NER_TUI,
        "train-curve",
        "--ner",
        f"{data / 'train.jsonl'},eval:{data / 'eval.jsonl'}",
    ]
    command += ["--seed", str(seed), "--workers", str(workers), "--json", "--workspace", workspace]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    result = json.loads(done.stdout)
    return {
        "wall": wall,
        "f": [point["ents_f"] for point in result["points"]],
        "cpu": sum(training["cpu_seconds"] for training in result["trainings"]),
        "busy": sum(training["seconds"] for training in result["trainings"]),
        "words": sum(training["words"] for training in result["trainings"]),
        "training_wall": _training_wall(workspace / "runs" / result["run"]),
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


def _baseline(place: Path, seed: int) -> dict[str, Any]:
    """Train with spaCy's own settings on the files that this side has written."""
    run = next((place / "two" / "runs").iterdir())
    config = place / "efficiency.cfg"
    _spacy("init", "config", config, "-p", "ner", "-o", "efficiency")
    scores, walls = [], []
    for fraction in FRACTIONS:
        output = place / f"baseline-{fraction}"
        began = time.perf_counter()
        _spacy(
            *("train", config, "--system.seed", str(seed), "--output", output),
            *("--paths.train", run / "points" / fraction / "train.spacy", "--paths.dev", run / "dev.spacy"),
        )
        walls.append(time.perf_counter() - began)
        meta = json.loads((output / "model-best" / "meta.json").read_text())
        scores.append(meta["performance"]["ents_f"])
    return {"wall": sum(walls), "walls": walls, "f": scores, "load": os.getloadavg()[0]}


def _spacy(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "spacy", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)


def _line(key: str, cell: dict[str, Any]) -> str:
    ours = " ".join(f"{100 * score:5.1f}" for score in cell["f"])
    line = f"{key:18} here {cell['wall']:6.1f} s  F {ours}"
    if baseline := cell.get("baseline"):
        theirs = " ".join(f"{100 * score:5.1f}" for score in baseline["f"])
        line += (
            f"   spacy train {baseline['wall']:6.1f} s  F {theirs}   1/{baseline['wall'] / cell['wall']:.1f}"
        )
    return line


def _summary(cells: Sequence[dict[str, Any]]) -> str:
    if not cells:
        return "no cell with both sides"
    ratios = [cell["baseline"]["wall"] / cell["wall"] for cell in cells]
    busy = _mean(cell["busy"] / (2 * cell["training_wall"]) for cell in cells)
    lines = [
        f"wall time: 1/{statistics.median(ratios):.1f} of the baseline's (median of {len(cells)} pairs, "
        f"1/{min(ratios):.1f} to 1/{max(ratios):.1f})",
        f"the two processes were busy {busy:.2f} of the time of the trainings",
    ]
    alone = [cell["one_worker"] / (2 * cell["training_wall"]) for cell in cells if "one_worker" in cell]
    if alone:
        lines.append(f"parallel efficiency, against one worker: {_mean(alone):.2f}")
    peaks = [(cell["peak_mb"]["coordinator"], cell["peak_mb"]["training"]) for cell in cells]
    lines.append(
        f"peak memory: {max(peak[0] for peak in peaks):.0f} MB for the coordinator, "
        f"{max(peak[1] for peak in peaks):.0f} MB for a training"
    )
    for place, fraction in enumerate(FRACTIONS):
        ours = 100 * _mean(cell["f"][place] for cell in cells)
        theirs = 100 * _mean(cell["baseline"]["f"][place] for cell in cells)
        lines.append(
            f"F at {int(fraction):3d}%: {ours:.2f} against {theirs:.2f}, {ours - theirs:+.2f} points"
        )
    return "\n".join(lines)


def _mean(values: Iterable[float]) -> float:
    return statistics.fmean(values)


if __name__ == "__main__":
    sys.exit(main())
