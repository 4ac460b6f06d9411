"""Compares two trainings on all texts, on the same evaluation set: did the other hyperparameters help?"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowchart.best_of import widened
from flowchart.dataset.eval_facts import same_eval
from flowchart.errors import UserError
from flowchart.records import number_of, table_of
from flowchart.runs.folder import Run
from flowchart.runs.versions import versions
from flowchart.training.experience import TYPICAL_SPANS, usual_sd
from flowchart.training.intervals import CONFIDENCE, FEWEST_TEXTS, paired, texts_counted
from flowchart.training.scores import Counts
from flowchart.training.verdict import SMALLEST_GAIN

if TYPE_CHECKING:
    from flowchart.runs.reporter import Reporter

WHOLE = "100"
"""The name of the point on all texts, in a curve's folder `points`; its repeats are 100-r2 and so on."""


def run(run: Run, report: Reporter) -> dict[str, Any]:
    """Compare the points on all texts of two train-curve runs.

    Settings: `default` and `tuned`, the ids of two runs of the same workspace, and `tried`, of how many runs
    the tuned one is the best on these texts (1 where it is not said).

    Args:
        run: The run.
        report: Told when it begins.

    Returns:
        `difference` (mean F of tuned minus default, over the repeats that both have) with `low` and `high`,
        the two scores, `repeats`, the runs' ids, `tried`, and `what` was set in the tuned one. The interval
        is as wide as the choice among `tried` asks for (`flowchart.best_of.widened`), and None where fewer
        than `FEWEST_TEXTS` texts have a span, or no model finds any.

    Raises:
        UserError: A run is gone, has no model trained on all texts, or they have different evaluation sets.
    """
    report.progress("compare", 0, 1, "comparing two trainings")
    folder = run.folder.parent
    runs = {name: Run.open(folder / Path(str(run.settings[name])).name) for name in ("default", "tuned")}
    results = {name: each.result() or {} for name, each in runs.items()}
    if not same_eval(results["default"], results["tuned"]):
        raise UserError(
            f"{runs['tuned'].id}: measured on another evaluation set than {runs['default'].id}; "
            "train it again"
        )
    counts = {name: _counts(each) for name, each in runs.items()}
    shared = sorted(counts["default"].keys() & counts["tuned"].keys())
    if not shared:
        raise UserError(f"{runs['tuned'].id}: shares no repeat with {runs['default'].id}; train it again")
    pairs = [(counts["default"][repeat], counts["tuned"][repeat]) for repeat in shared]
    try:
        difference = paired(pairs, int(results["default"].get("seed") or 0), _usual(results))
    except ValueError as error:
        raise UserError(f"{runs['tuned'].id}: {error}; train it again") from error
    scores = {
        name: sum(each[repeat].scores()["ents_f"] for repeat in shared) / len(shared)
        for name, each in counts.items()
    }
    tried = int(run.settings.get("tried") or 1)
    low, high = widened(difference.mean, difference.interval.low, difference.interval.high, tried)
    told = texts_counted(*(each for pair in pairs for each in pair)) >= FEWEST_TEXTS and any(scores.values())
    report.progress("compare", 1, 1, "compared")
    return {
        **scores,
        "difference": difference.mean,
        "low": low if told else None,
        "high": high if told else None,
        "confidence": CONFIDENCE,
        "smallest_gain": SMALLEST_GAIN,
        "repeats": len(shared),
        "tried": tried,
        "what": what_is_set(runs["tuned"].settings),
        "default_run": runs["default"].id,
        "tuned_run": runs["tuned"].id,
        "seed_sd": difference.seed_sd,  # what a training's F scatters by, as far as is known
        "versions": versions(),
    }


def _usual(results: dict[str, dict[str, Any]]) -> float:
    """Return what the difference of two such trainings scatters by, by experience."""
    spans = [number_of(table_of(result, "train").get("spans")) for result in results.values()]
    return math.hypot(*(usual_sd(number or TYPICAL_SPANS) for number in spans))


def what_is_set(settings: dict[str, Any]) -> str:
    """Return in words what a training set otherwise: its own config, single settings."""
    parts = [Path(str(settings["config"])).name] if settings.get("config") else []
    overrides = settings.get("overrides")
    parts += [f"{name} {value}" for name, value in overrides.items()] if isinstance(overrides, dict) else []
    return ", ".join(parts) or "other settings"


def _counts(run: Run) -> dict[int, Counts]:
    """Return what each repeat of the training on all texts got right and wrong."""
    found = {}
    for file in sorted((run.folder / "points").glob(f"{WHOLE}*/point.json")):
        try:
            data = json.loads(file.read_bytes())
            found[int(data["point"]["repeat"])] = Counts.from_dict(data["counts"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise UserError(f"{file}: is damaged ({error}); resume {run.id} to train it again") from error
    if not found:
        raise UserError(f"{run.id}: has no model trained on all texts; train it again")
    return found
