"""What a run's events add up to: how far each part is, and what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class PointProgress:
    """One point of a learning curve while it is trained.

    Attributes:
        fraction: The share of the training texts, 0 to 1.
        docs: The number of texts.
        step: Steps done.
        max_steps: Steps in all.
        loss: The loss of the ner component at the last step that was reported.
        ents_f: The best F on the eval set so far, 0 to 1; None before the first evaluation.
        state: "waiting", "training", "done" or "failed".
        message: Why it failed.
    """

    fraction: float
    docs: int = 0
    step: int = 0
    max_steps: int = 0
    loss: float | None = None
    ents_f: float | None = None
    state: str = "waiting"
    message: str = ""


@dataclass(slots=True)
class Progress:
    """The sum of a run's events, folded one by one.

    Attributes:
        stage: What the run is at ("read", "align", "train", ...).
        done: How much of the stage is done, in the stage's own unit.
        total: How much there is; 0 when unknown.
        message: The stage in words.
        points: The points of a learning curve, by fraction and repeat.
        finished: The finished points' full records, smallest first.
        verdict: The verdict on the last step, once there is one.
        end: The end event, once the run has ended.
    """

    stage: str = ""
    done: float = 0
    total: float = 0
    message: str = ""
    points: dict[tuple[float, int], PointProgress] = field(default_factory=dict)
    finished: list[dict[str, Any]] = field(default_factory=list)
    verdict: dict[str, Any] | None = None
    end: dict[str, Any] | None = None

    def fold(self, event: Mapping[str, Any]) -> None:
        """Take one event in. Events of unknown kinds, or of odd shape, change nothing."""
        try:
            self._fold(event)
        except (KeyError, TypeError, ValueError):
            return  # a line that somebody else wrote into the file is not worth the screen

    def _fold(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "start":
                self.end = None  # a resumed run starts again in the same folder
            case "progress":
                self.stage, self.message = str(event["stage"]), str(event.get("message", ""))
                self.done, self.total = float(event["done"]), float(event["total"])
            case "point-start":
                point = self._point(event)
                point.docs, point.max_steps, point.state = (
                    int(event["docs"]),
                    int(event["max_steps"]),
                    "training",
                )
            case "step":
                point = self._point(event)
                point.step, point.max_steps, point.state = (
                    int(event["step"]),
                    int(event["max_steps"]),
                    "training",
                )
                point.loss = event.get("loss")
                if event.get("ents_f") is not None:
                    point.ents_f = max(point.ents_f or 0.0, float(event["ents_f"]))
            case "point":
                point = self._point(event)
                point.state, point.ents_f, point.docs = "done", float(event["ents_f"]), int(event["docs"])
                record = {key: value for key, value in event.items() if key not in ("event", "time")}
                key = (point.fraction, int(event.get("repeat", 0)))
                kept = [r for r in self.finished if (float(r["fraction"]), int(r.get("repeat", 0))) != key]
                self.finished = sorted(
                    [*kept, record], key=lambda r: (float(r["fraction"]), int(r.get("repeat", 0)))
                )
            case "point-failed":
                point = self._point(event)
                point.state, point.message = "failed", str(event.get("message", ""))
            case "verdict":
                self.verdict = dict(event)
            case "end":
                self.end = dict(event)

    def _point(self, event: Mapping[str, Any]) -> PointProgress:
        key = (float(event["fraction"]), int(event.get("repeat", 0)))
        return self.points.setdefault(key, PointProgress(fraction=key[0]))
