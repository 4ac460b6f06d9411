"""The trainings of a curve while they run: one line each, and a count of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textual.content import Content

from flowchart.runs.progress import Progress, TrainingProgress
from flowchart.text import one_line
from tui.glyphs import Glyphs
from tui.widgets.bar import bar


def training_list(progress: Progress, width: int, most: int, glyphs: Glyphs) -> list[Content]:
    """Return the trainings in lines: all of them if they are few, else those that run or have failed.

    Args:
        progress: The run's progress.
        width: The cells of a line.
        most: The most trainings to name; a line with what the others do comes on top.
        glyphs: The marks to draw bars with.
    """
    trainings = [training for _, training in sorted(progress.trainings.items())]
    every = len(trainings) + progress.waiting - sum(training.state == "waiting" for training in trainings)
    named = trainings
    if every > most:
        running, failed = (
            [training for training in trainings if training.state == state]
            for state in ("training", "failed")
        )
        named = [*running[: most - bool(failed)], *failed][:most]
    lines = [training_line(training, progress.repeats, width, glyphs) for training in named]
    return lines if every <= most else [_counts(trainings, every, named), *lines]


def training_line(training: TrainingProgress, repeats: int, width: int, glyphs: Glyphs) -> Content:
    """One training: how far, the loss, the best F so far."""
    name = f"{training.name(repeats):>{9 if repeats > 1 else 4}} "
    room = max(width - len(name), 1)
    match training.state:
        case "done":
            return Content.assemble((name, "bold"), f"done  F {100 * (training.ents_f or 0):.1f}")
        case "failed":
            message = one_line(training.message, max(room - len("failed  "), 1))
            return Content.assemble((name, "bold"), ("failed  ", "$text-error"), message)
        case "waiting":
            return Content.assemble((name, "bold"), ("waiting", "$foreground-muted"))
    facts = f" {training.step}/{training.max_steps} steps"
    if training.loss is not None:
        facts += f"  loss {training.loss:.1f}"
    if training.ents_f is not None:
        facts += f"  F {100 * training.ents_f:.1f}"
    length = min(max(room - len(facts) - 1, 4), 24)
    return Content.assemble((name, "bold"), bar(training.share, length, glyphs), facts)


def _counts(trainings: Sequence[TrainingProgress], every: int, named: Sequence[TrainingProgress]) -> Content:
    """What all the trainings do, and how many of those that run or have failed are not named."""
    states = Counter(training.state for training in trainings)
    ended = states["done"] + states["failed"] + states["training"]
    parts = [
        f"{states['done']} of {every} trainings done",
        f"{states['training']} running",
        f"{every - ended} waiting",
    ]
    if states["failed"]:
        parts.append(f"{states['failed']} failed")
    left = states["training"] + states["failed"] - len(named)
    if left:
        parts.append(f"{left} not shown")
    return Content(", ".join(parts))
