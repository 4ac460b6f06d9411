"""How far off a forecast is: from the first points of a curve to the later ones, which were trained too.

    python -m tests.benchmarks.curve.forecast --data ncbi_disease merged_ccby_en --texts 4000 \\
        --workspace /somewhere --results forecast.json
    python -m tests.benchmarks.curve.forecast --run /somewhere/runs/20261125-...-train-curve-ab12
    python -m tests.benchmarks.curve.forecast --synthetic 200

A curve of eight points is trained once for each data set; with `--workspace` its run is kept, and `--run`
looks at it again without training. `--texts` trains on so many texts drawn at random, because a curve on all
15,225 of merged_ccby_en keeps two cores busy for a long time; the table says on how many. From the first
half of the points the score at 100% is forecast, which is twice the texts. Besides, from every beginning of
three points or more each later point within twice its texts is: more checks of the same curve, which do not
count as independent ones. What is held against the interval is the measured F: a mean over the repeats.

`--synthetic` counts the same on that many curves drawn at random whose truth is known.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flowchart.training.forecast import CONFIDENCE, FARTHEST, FEWEST_SIZES, Extrapolation, extrapolate
from flowchart.training.scores import Counts
from flowchart.training.summary import Trainings, by_fraction
from tests.conftest import shared_folder
from tests.flowchart.training.simulated import curve, random_truth

NER_TUI = Path(sys.executable).parent / "ner-tui"


@dataclass(frozen=True, slots=True)
class Check:
    """One forecast held against what was measured; F from 0 to 1.

    Attributes:
        points: From how many points it was made.
        docs: The texts of the largest of them.
        to_docs: The texts of the point that was forecast.
        last_f: F of the largest point: the forecast of somebody who expects nothing.
        predicted: The forecast.
        low: The lower end of its 90% interval.
        high: The upper end.
        log_linear: What the log-linear fit alone says.
        power_law: What the inverse power law alone says.
        actual: The measured F.
        main: Whether it is the one from the first half of the points to 100%.
    """

    points: int
    docs: int
    to_docs: int
    last_f: float
    predicted: float
    low: float
    high: float
    log_linear: float
    power_law: float
    actual: float
    main: bool

    @property
    def covered(self) -> bool:
        """Whether the interval holds the measured F."""
        return self.low <= self.actual <= self.high


def main(arguments: Sequence[str] | None = None) -> int:
    """Train or read the curves that are asked for, and print how far off the forecasts are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="*", default=[], help="names of data sets to train a curve on")
    parser.add_argument("--run", nargs="*", type=Path, default=[], help="folders of runs that are there")
    parser.add_argument("--points", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--texts", type=int, help="train on so many texts at most, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workspace", type=Path, help="where to keep the runs")
    parser.add_argument("--results", type=Path, help="also write the checks there, as JSON")
    parser.add_argument("--synthetic", type=int, default=0, metavar="N", help="curves drawn at random")
    options = parser.parse_args(arguments)
    if not (options.data or options.run or options.synthetic):
        parser.error("name --data, --run or --synthetic")
    results: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as place:
        workspace = options.workspace or Path(place)
        runs = list(options.run)
        for name in options.data:
            folder = shared_folder() / "ner" / name
            if not folder.is_dir():
                sys.stderr.write(f"{folder}: not here; NER_TUI_SHARED names the folder of the data\n")
                return 2
            runs.append(_train(folder, workspace, options))
        for run in runs:
            checks = checks_of(trainings_of(run), options.seed)
            results[run.name] = [{**asdict(check), "covered": check.covered} for check in checks]
            print(f"{_title(run)}\n{table(checks)}\n", flush=True)
    if options.synthetic:
        print(synthetic(options.synthetic))
    if options.results:
        options.results.write_text(json.dumps(results, indent=1) + "\n")
    return 0


def _train(data: Path, workspace: Path, options: argparse.Namespace) -> Path:
    """Train a curve and return the folder of its run."""
    train, held_out = (next(iter(sorted(data.glob(f"{role}.jsonl*")))) for role in ("train", "eval"))
    if options.texts:
        train = _sample(train, workspace / f"{data.name}-{options.texts}.jsonl", options.texts, options.seed)
    command: list[str | Path] = [NER_TUI, "train-curve", "--ner", f"{train},eval:{held_out}"]
    command += ["--n-samples", str(options.points), "--seed", str(options.seed)]
    command += ["--repeats", str(options.repeats), "--json", "--workspace", workspace]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{data.name}: train-curve ended with {done.returncode}")
    return workspace / "runs" / json.loads(done.stdout)["run"]


def _sample(source: Path, target: Path, texts: int, seed: int) -> Path:
    """Write so many lines of a file, drawn at random and in their order."""
    opened = gzip.open if source.suffix == ".gz" else open
    with opened(source, "rt", encoding="utf-8") as lines:
        rows = [line for line in lines if line.strip()]
    kept = sorted(random.Random(seed).sample(range(len(rows)), min(texts, len(rows))))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(rows[index] for index in kept), encoding="utf-8")
    return target


def trainings_of(run: Path) -> list[Trainings]:
    """Return the trainings of a run's points, smallest first, from its result and its points' folders."""
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    trainings = []
    for record in result["trainings"]:
        place = (run / record["model"]).parent / "point.json"
        counts = json.loads(place.read_text(encoding="utf-8"))["counts"]
        trainings.append((record, Counts.from_dict(counts)))
    return list(by_fraction(trainings))


def checks_of(points: Sequence[Trainings], seed: int) -> list[Check]:
    """Forecast each point from every beginning of the curve that is at least half as large."""
    scores = [statistics.fmean(float(record["ents_f"]) for record, _ in point) for point in points]
    docs = [int(point[0][0]["docs"]) for point in points]
    half = max(len(points) // 2, FEWEST_SIZES)
    checks = []
    for number in range(FEWEST_SIZES, len(points)):
        known = [{"docs": size} for size in docs[:number]]
        found = extrapolate(known, points[:number], seed)
        if isinstance(found, str):
            raise SystemExit(found)
        for later in range(number, len(points)):
            # Half of an odd number of texts is rounded: one text beyond twice is not another question.
            if docs[later] > FARTHEST * docs[number - 1] + 1:
                continue
            estimate = found.score(docs[later])
            line, law = (float(fit.at(np.array([float(docs[later])]))[0, 0]) for fit in found.fits)
            checks.append(
                Check(
                    points=number,
                    docs=docs[number - 1],
                    to_docs=docs[later],
                    last_f=scores[number - 1],
                    predicted=estimate.value,
                    low=estimate.low,
                    high=estimate.high,
                    log_linear=line,
                    power_law=law,
                    actual=scores[later],
                    main=number == half and later == len(points) - 1,
                )
            )
    return checks


def table(checks: Sequence[Check]) -> str:
    """Return the checks, and what they add up to, as text; F in points of 100."""
    lines = [
        f"{'points':>6} {'texts':>7} {'to':>7} {'F':>6} {'forecast':>8}  {'90% interval':<14} {'actual':>6} "
        f"{'error':>6} {'held':<4}"
    ]
    for check in checks:
        span = f"{100 * check.low:.1f} to {100 * check.high:.1f}"
        lines.append(
            f"{check.points:>6} {check.docs:>7,} {check.to_docs:>7,} {100 * check.last_f:>6.1f} "
            f"{100 * check.predicted:>8.1f}  {span:<14} {100 * check.actual:>6.1f} "
            f"{100 * (check.predicted - check.actual):>+6.1f} {'yes' if check.covered else 'NO':<4}"
            + (f"  <- from the first {check.points} points to 100%" if check.main else "")
        )
    held = sum(check.covered for check in checks)
    errors = {
        "forecast": [check.predicted - check.actual for check in checks],
        "log-linear": [check.log_linear - check.actual for check in checks],
        "power law": [check.power_law - check.actual for check in checks],
        "no change": [check.last_f - check.actual for check in checks],
    }
    means = ", ".join(f"{name} {100 * _mean_size(values):.1f}" for name, values in errors.items())
    lines.append(f"held by the {CONFIDENCE:.0%} interval: {held} of {len(checks)}")
    lines.append(f"mean error in points of F: {means}")
    return "\n".join(lines)


def _title(run: Path) -> str:
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    source = ", ".join(Path(file["path"]).name for file in result["files"])
    return (
        f"{run.name} ({source}): {result['train']['docs']:,} training texts, {result['eval']['docs']:,} eval "
        f"texts, {len(result['points'])} points, {result.get('repeats', 1)} repeats"
    )


def _mean_size(values: Iterable[float]) -> float:
    return statistics.fmean(abs(value) for value in values)


def synthetic(curves: int) -> str:
    """Return how often the interval at twice the texts holds what a further training has, truth known."""
    lines = [f"{curves} curves drawn at random each, truth known; F at twice the texts, by one more training"]
    for points, repeats in ((3, 1), (4, 1), (4, 3), (8, 1), (8, 3)):
        fractions = [number / points for number in range(1, points + 1)]
        held, widths, errors = 0, [], []
        for number in range(curves):
            draw = np.random.default_rng((number, points, repeats))
            truth, seed_sd = random_truth(draw, fractions[0]), draw.uniform(0.002, 0.02)
            drawn = curve(draw, truth, fractions, repeats=repeats, texts=300, seed_sd=seed_sd)
            found = extrapolate(*drawn, number)
            assert isinstance(found, Extrapolation)
            estimate, measured = found.score(2000), truth(2) + seed_sd * draw.standard_normal()
            held += estimate.low <= measured <= estimate.high
            widths.append(estimate.high - estimate.low)
            errors.append(estimate.value - truth(2))
        lines.append(
            f"{points} points, {repeats} repeats: held {held / curves:.0%}, interval "
            f"{100 * statistics.fmean(widths):.1f} points wide, mean error {100 * _mean_size(errors):.1f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
