"""What the command line asks of the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flowchart.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of one start of the app.

    Attributes:
        workspace: Where everything is kept.
        data: Training files to open; empty to come back to the last ones.
        eval: Evaluation files to go with them.
        flowchart: Another chart than the packaged one.
        lang: The spaCy language code of the texts.
        eval_split: The share of the texts to split off when there are no evaluation files.
        seed: The seed of the split and of the trainings.
        n_samples: The number of points of a learning curve.
        repeats: How often each of them is trained.
        target: The F that would be good enough, 0 to 1; None when nobody said.
        ascii: Draw with ASCII characters only.
        measure: Measure what the questions are answered from as soon as data is loaded.
        mouse: Let the mouse be used; without it the terminal selects text as usual.
    """

    workspace: Workspace
    data: tuple[Path, ...] = ()
    eval: tuple[Path, ...] = ()
    flowchart: Path | None = None
    lang: str = "en"
    eval_split: float = 0.2
    seed: int = 0
    n_samples: int = 4
    repeats: int = 1
    target: float | None = None
    ascii: bool = False
    measure: bool = True
    mouse: bool = True
