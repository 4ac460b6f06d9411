"""Which module does the work of which recipe: a function `run(run, report) -> dict` in a child process."""

from __future__ import annotations

RECIPES = {
    "check": "flowchart.recipes.check",
    "train-curve": "flowchart.recipes.train_curve",
}
