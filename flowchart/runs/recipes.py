"""Which module does the work of which recipe: a function `run(run, report) -> dict` in a child process."""

from __future__ import annotations

RECIPES = {
    "check": "flowchart.recipes.check",
    "compare": "flowchart.recipes.compare",
    "measure": "flowchart.recipes.measure",
    "train-curve": "flowchart.recipes.train_curve",
}
