"""How often a verdict is certain where nothing is to be told, and how often it tells what is there.

    python -m tests.benchmarks.certainty                        # simulated, a quarter of an hour
    python -m tests.benchmarks.certainty --real scatter.jsonl   # the trainings of tests.benchmarks.scatter

Simulated: the last two points of a curve, whose truth is known, with the scatter from training to training
that is said, on so many evaluation texts. Wrong is a YES where nothing is gained, and, mirrored, an interval
that lies wholly below 0. `target` is the F of a single point: wrong is an interval without the truth.

Real, A/A: any two trainings on equally many texts of one set that share none. Neither is better, so each
certain difference is wrong. Beside it stands how often the evaluation texts alone would have been certain.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from flowchart.training.experience import usual_sd
from flowchart.training.intervals import Interval, paired
from flowchart.training.summary import summarise
from flowchart.training.verdict import judge
from tests.benchmarks.scatter import Measured, groups, read
from tests.flowchart.training.simulated import last_step

TEXTS, REPEATS, SCATTER, GAINS = (200, 500, 2000), (1, 2, 3, 5), (0.005, 0.01, 0.02), (0.01, 0.02, 0.03)

ALONE = 1e-6
"""A scatter so small that the texts alone are left."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables, or the one that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--texts", type=int, nargs="+", default=TEXTS)
    parser.add_argument("--spans", type=int, default=1000, help="annotated spans trained on")
    parser.add_argument("--real", type=Path, help="a file of tests.benchmarks.scatter; no simulation")
    options = parser.parse_args(arguments)
    if options.real:
        print(real(read(options.real)))
        return 0
    print(f"{'texts':>6}{'repeats':>8}{'scatter':>8}  {'wrong':>6}{'target':>7}   told: +1   +2   +3 points")
    for texts, repeats, scatter in itertools.product(options.texts, REPEATS, SCATTER):
        wrong = rate(texts, repeats, scatter, 0.0, options.trials, options.spans)
        missed = missed_truths(texts, repeats, scatter, options.trials, options.spans)
        told = [rate(texts, repeats, scatter, gain, options.trials, options.spans) for gain in GAINS]
        line = f"{texts:6}{repeats:8}{100 * scatter:8.1f}  {wrong:6.1%}{missed:7.1%}        "
        print(line + "".join(f"{share:5.0%}" for share in told), flush=True)
    return 0


def rate(texts: int, repeats: int, scatter: float, gain: float, trials: int, spans: int) -> float:
    """Return how often the verdict is certain: of a difference, for a gain of 0, and else of the gain."""
    certain = 0
    for trial in range(trials):
        draw = np.random.default_rng((trial, texts, repeats, round(1e4 * scatter)))
        before, after = last_step(draw, gain, texts=texts, repeats=repeats, seed_sd=scatter, spans=spans)
        found = judge((0.75, before), (1.0, after), trial, 0.25)
        certain += found["low"] > 0 or (gain == 0 and found["high"] < 0)
    return certain / trials


def missed_truths(texts: int, repeats: int, scatter: float, trials: int, spans: int) -> float:
    """Return how often the interval of a point's F does not hold the true F."""
    missed = 0
    for trial in range(trials):
        draw = np.random.default_rng((trial, texts, repeats, round(1e4 * scatter)))
        _, point = last_step(draw, 0.0, texts=texts, repeats=repeats, seed_sd=scatter, spans=spans)
        found = summarise(point, trial)
        missed += not found["ents_f_low"] <= 0.7 <= found["ents_f_high"]
    return missed / trials


def real(trainings: Sequence[Measured]) -> str:
    """Return for each set and size how often two trainings that nothing tells apart are told apart."""
    lines = [f"{'set':16}{'texts':>6}{'pairs':>6}{'certain':>9}{'by texts alone':>16}{'half-width':>12}"]
    every: list[tuple[bool, bool]] = []
    for (data, texts), its in groups(trainings):
        found: list[tuple[bool, bool]] = []
        widths = []
        for one, other in itertools.combinations(its, 2):
            if one.order != other.order:
                continue  # they share texts
            usual = math.hypot(usual_sd(one.spans), usual_sd(other.spans))
            pair = [(one.counts, other.counts)]
            step = paired(pair, 0, usual)
            widths.append(step.interval.half_width)
            found.append((_certain(step.interval), _certain(paired(pair, 0, ALONE).interval)))
        every += found
        if found:
            lines.append(f"{data:16}{texts:6}{_shares(found)}{100 * float(np.mean(widths)):12.1f}")
    if every:
        lines.append(f"{'all':16}{'':6}{_shares(every)}")
    return "\n".join(lines)


def _certain(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _shares(found: Sequence[tuple[bool, bool]]) -> str:
    ours, alone = np.mean(found, axis=0)
    return f"{len(found):6}{ours:9.1%}{alone:16.1%}"


if __name__ == "__main__":
    sys.exit(main())
