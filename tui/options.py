"""What the command line asks of the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowchart.session import SETTINGS
from flowchart.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of one start of the app. Those about the data are None where nothing was said.

    Attributes:
        workspace: Where everything is kept.
        data: Training files to open; empty to come back to the last ones.
        eval: Evaluation files to go with them.
        flowchart: Another chart than the packaged one.
        lang: The spaCy language code of the texts.
        eval_split: The share of the texts to split off when there are no evaluation files.
        seed: The seed of the split and of the trainings.
        fix: Whether spans that can only be mended in one way are.
        tokens: Who cuts texts into tokens: "spacy", or "rows".
        group_by: The key of the rows whose texts stand on one side each, training or evaluation.
        n_samples: The number of points of a learning curve.
        repeats: How often each of them is trained.
        target: The F that would be good enough, 0 to 1.
        ascii: Draw with ASCII characters only.
        measure: Measure what the questions are answered from as soon as data is loaded.
        mouse: Let the mouse be used; without it the terminal selects text as usual.
    """

    workspace: Workspace
    data: tuple[Path, ...] = ()
    eval: tuple[Path, ...] = ()
    flowchart: Path | None = None
    lang: str | None = None
    eval_split: float | None = None
    seed: int | None = None
    fix: bool | None = None
    tokens: str | None = None
    group_by: str | None = None
    n_samples: int | None = None
    repeats: int | None = None
    target: float | None = None
    ascii: bool = False
    measure: bool = True
    mouse: bool = True

    @property
    def said(self) -> dict[str, Any]:
        """What was said about the data, by the names of the session."""
        return {name: value for name in SETTINGS if (value := getattr(self, name)) is not None}
