"""Which learning curve answers which question: from a blank model or from a trained one, default or tuned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flowchart.dataset.eval_facts import same_eval
from flowchart.records import rows_of, text_of
from flowchart.runs.folder import Run

TRIED = ({"training.dropout": 0.1}, {"training.batcher.size.start": 100, "training.batcher.size.stop": 500})
"""The hyperparameters that are tried where nobody says others: those that the chart's box names."""


def chosen_pipeline(fact: object) -> str:
    """Return the name of the pipeline that the fact about models has chosen; "" when there is none."""
    if not isinstance(fact, Mapping) or not isinstance(fact.get("chosen"), int):
        return ""
    models = list(rows_of(fact.get("models")))
    place = int(fact["chosen"])
    return text_of(models[place], "name") if place < len(models) else ""


def is_updating(settings: Mapping[str, Any]) -> bool:
    """Whether a curve with these settings trains a trained pipeline further."""
    return bool(settings.get("base_model"))


def is_tuned(settings: Mapping[str, Any]) -> bool:
    """Whether a curve has other hyperparameters than the built-in ones."""
    return bool(settings.get("overrides") or settings.get("config"))


def of_kind(runs: Iterable[Run], *, updating: bool) -> list[Run]:
    """Return the runs, in their order, whose curve begins with a trained pipeline, or with a blank model."""
    return [run for run in runs if is_updating(run.settings) == updating]


def default_and_tuned(runs: Iterable[Run]) -> tuple[Run, Run] | None:
    """Return the newest default run, and of the tuned ones that begin and are measured alike the best in F.

    None when either is missing. The best of several flatters itself a little.

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
    return (plain, max(tuned, key=lambda each: each[1])[0]) if tuned else None


def _score(run: Run) -> float | None:
    """Return the F of the training on all texts."""
    for point in reversed((run.result() or {}).get("points") or ()):
        if point.get("fraction") == 1:
            return float(point.get("ents_f") or 0)
    return None
