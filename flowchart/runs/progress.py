"""What a run's events add up to: how far each part is, and what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]

_NOT_OF_RECORD = ("event", "time")


@dataclass(slots=True)
class TrainingProgress:
    """One training of a learning curve.

    Attributes:
        fraction: The share of the training texts, 0 to 1.
        repeat: Which of the trainings on that share it is, from 0.
        docs: The number of texts.
        step: Steps done.
        max_steps: Steps in all.
        loss: The loss of the ner component at the last step that was reported.
        ents_f: The best F on the eval set so far, 0 to 1; None before the first evaluation.
        seconds: How long it took, once it is done.
        state: "waiting", "training", "done" or "failed".
        message: Why it failed.
    """

    fraction: float
    repeat: int = 0
    docs: int = 0
    step: int = 0
    max_steps: int = 0
    loss: float | None = None
    ents_f: float | None = None
    seconds: float | None = None
    state: str = "waiting"
    message: str = ""

    def name(self, repeats: int) -> str:
        """Return which training it is: its share of the texts, and which of its repeats."""
        return f"{self.fraction:.0%}" + (f" {self.repeat + 1}/{repeats}" if repeats > 1 else "")

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.state == "done":
            return 1.0
        return min(max(self.step / self.max_steps, 0.0), 1.0) if self.max_steps else 0.0


@dataclass(slots=True)
class Progress:
    """The sum of a run's events, folded one by one.

    Attributes:
        stage: What the run is at ("read", "align", "train", ...).
        done: How much of the stage is done, in the stage's own unit.
        total: How much there is; 0 when unknown.
        message: The stage in words.
        trainings: The trainings of a learning curve that were heard of, by fraction and repeat.
        repeats: How often each point is trained.
        expected: The trainings that were asked for; 0 when unknown.
        result: What came of it so far, in the shape of a train-curve result: the full records of the `points`
            and `trainings` that are there, smallest first, the `verdict` and the `forecast`; in `expected`
            the share and the texts of each training that has begun.
        facts: What a `measure` run has found out so far, by the name of the fact.
        end: The end event, once the run has ended.
    """

    stage: str = ""
    done: float = 0
    total: float = 0
    message: str = ""
    trainings: dict[tuple[float, int], TrainingProgress] = field(default_factory=dict)
    repeats: int = 1
    expected: int = 0
    result: Record = field(default_factory=dict)
    facts: Record = field(default_factory=dict)
    end: Record | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Progress:
        """Return the progress of a run that has said nothing yet.

        Args:
            settings: The run's settings.
        """
        samples, repeats = settings.get("n_samples"), settings.get("repeats")
        repeats = repeats if isinstance(repeats, int) else 1
        expected = samples * repeats if isinstance(samples, int) else 0
        return cls(repeats=repeats, expected=expected, result={"target": settings.get("target")})

    @property
    def points(self) -> list[Record]:
        """The finished points' full records, smallest first."""
        points = self.result.get("points")
        return points if isinstance(points, list) else []

    @property
    def waiting(self) -> int:
        """How many trainings nothing was heard of yet, or wait to be taken up again."""
        waiting = sum(training.state == "waiting" for training in self.trainings.values())
        return waiting + max(self._trainings_in_all - len(self.trainings), 0)

    @property
    def share(self) -> float:
        """How much of all the trainings is done, 0 to 1."""
        done = sum(training.share for training in self.trainings.values())
        return done / max(self._trainings_in_all, len(self.trainings), 1)

    @property
    def _trainings_in_all(self) -> int:
        return int(self.total) if self.stage == "train" else self.expected

    def take(self, result: Mapping[str, Any]) -> None:
        """Take the run's result instead of what its events have told of it."""
        self.result |= result

    def fold(self, event: Mapping[str, Any]) -> None:
        """Take one event in. Events of unknown kinds, or of odd shape, change nothing."""
        try:
            self._fold(event)
        except (KeyError, TypeError, ValueError, OverflowError):
            return  # a line that somebody else wrote into the file is not worth the screen

    def _fold(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "start":
                self._start()
            case "progress":
                self.done, self.total = float(event["done"]), float(event["total"])
                self.stage, self.message = str(event["stage"]), str(event.get("message", ""))
            case "point-start":
                key = _key(event)
                docs, steps = int(event["docs"]), int(event["max_steps"])
                self.result.setdefault("expected", []).append({"fraction": key[0], "docs": docs})
                self.trainings[key] = TrainingProgress(*key, docs=docs, max_steps=steps, state="training")
            case "step":
                training = self._training(event)
                training.step, training.max_steps = int(event["step"]), int(event["max_steps"])
                training.state, training.loss = "training", event.get("loss")
                if event.get("ents_f") is not None:
                    training.ents_f = max(training.ents_f or 0.0, float(event["ents_f"]))
            case "training":
                self._finish(event)
            case "point":
                if "repeat" in event:  # of a version that trained each point once: the training itself
                    self._finish(event)
                self._keep("points", event, (float(event["fraction"]),))
            case "point-failed":
                training = self._training(event)
                training.state, training.message = "failed", str(event.get("message", ""))
            case "fact":
                self.facts[str(event["name"])] = dict(event["fact"])
            case "verdict" | "forecast" as kind:
                self.result[kind] = _record(event)
            case "end":
                self.end = dict(event)

    def _start(self) -> None:
        """Begin, or begin again: a resumed run goes on in the same folder."""
        self.end = None
        for key, training in self.trainings.items():
            if training.state in ("training", "failed"):
                self.trainings[key] = TrainingProgress(*key, docs=training.docs)

    def _finish(self, event: Mapping[str, Any]) -> None:
        training = self._training(event)
        training.ents_f, training.docs = float(event["ents_f"]), int(event["docs"])
        training.seconds = float(event.get("seconds") or 0)
        training.state, training.message = "done", ""
        self._keep("trainings", event, _key(event))

    def _keep(self, kind: str, event: Mapping[str, Any], key: tuple[float, ...]) -> None:
        """Put a record in its place among those of its kind, instead of an earlier one of the same key."""
        records = {_key(record)[: len(key)]: record for record in self.result.get(kind, ())}
        records[key] = _record(event)
        self.result[kind] = [records[place] for place in sorted(records)]

    def _training(self, event: Mapping[str, Any]) -> TrainingProgress:
        key = _key(event)
        return self.trainings.setdefault(key, TrainingProgress(*key))


def _key(record: Mapping[str, Any]) -> tuple[float, int]:
    return float(record["fraction"]), int(record.get("repeat", 0))


def _record(event: Mapping[str, Any]) -> Record:
    return {key: value for key, value in event.items() if key not in _NOT_OF_RECORD}
