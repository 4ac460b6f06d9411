"""Which learning curve answers which question: from a blank model or from a trained one, default or tuned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flowchart.dataset.eval_facts import same_eval
from flowchart.runs.folder import Run

TRIED = ({"training.dropout": 0.1}, {"training.batcher.size.start": 100, "training.batcher.size.stop": 500})
"""The hyperparameters that are tried where nobody says others: those that the chart's box names."""


_TRIES = ("overrides", "config", "repeats")
"""The settings that make another try of a tuned training."""


class Curves(NamedTuple):
    """Runs of learning curves by what they begin with: a blank model, or a trained pipeline."""

    blank: list[Run]
    updating: list[Run]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Curves:
        """Part runs, in their order."""
        found = cls([], [])
        for run in runs:
            (found.updating if _updates(run) else found.blank).append(run)
        return found


def _updates(run: Run) -> bool:
    """Whether a run trains a trained component further; a pipeline may give its tokenizer alone."""
    named = bool(run.settings.get("base_model"))
    return named and bool((run.result() or {}).get("updates", named))


def is_tuned(settings: Mapping[str, Any]) -> bool:
    """Whether a curve has other hyperparameters than the built-in ones."""
    return bool(settings.get("overrides") or settings.get("config"))


class Pair(NamedTuple):
    """Two runs to compare.

    Attributes:
        default: The one with the built-in hyperparameters.
        tuned: The best of those with others.
        tried: How many it is the best of; the same settings with the same F count once.
    """

    default: Run
    tuned: Run
    tried: int


def default_and_tuned(runs: Iterable[Run]) -> Pair | None:
    """Return the newest default run, and of the tuned ones that begin and are measured alike the best in F.

    None when either is missing. The best of several flatters itself: whoever compares the two has to know of
    how many it is the best (`flowchart.best_of`).

    Args:
        runs: Finished runs of the same data, newest first.
    """
    scored = [(run, score) for run in runs if (score := _score(run)) is not None]
    plain = next((run for run, _ in scored if not is_tuned(run.settings)), None)
    if plain is None:
        return None
    held = plain.result() or {}
    base = plain.settings.get("base_model")
    tuned = [
        each
        for each in scored
        if is_tuned(each[0].settings)
        and each[0].settings.get("base_model") == base
        and same_eval(held, each[0].result() or {})
    ]
    if not tuned:
        return None
    different = {json.dumps([run.settings.get(name) for name in _TRIES]) + str(f) for run, f in tuned}
    return Pair(plain, max(tuned, key=lambda each: each[1])[0], len(different))


def _score(run: Run) -> float | None:
    """Return the F of the training on all texts."""
    for point in reversed((run.result() or {}).get("points") or ()):
        if point.get("fraction") == 1:
            return float(point.get("ents_f") or 0)
    return None
