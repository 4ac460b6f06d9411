"""Learning curves as runs leave them, with round numbers: the trainings themselves are tested elsewhere."""

from __future__ import annotations

import json
import os
from typing import Any

from flowchart.runs import events
from flowchart.runs.folder import Run
from flowchart.runs.identity import Identity

SCORES = ((0.25, 228, 0.68), (0.5, 457, 0.76), (0.75, 686, 0.81), (1.0, 914, 0.83))

VERDICT = {
    "question": "Does the accuracy in the last 25% go up?",
    "answer": "CAN'T TELL",
    "difference": 0.02,
    "low": -0.01,
    "high": 0.05,
    "confidence": 0.95,
    "reason": "F changes by +2.0 points, but its 95% interval, -1.0 to +5.0 points of F, holds zero.",
}


def old_points(less: float = 0.0) -> list[dict[str, Any]]:
    """The points of a version that trained each of them once: each is the record of its training."""
    return [
        {
            "fraction": fraction,
            "docs": docs,
            "repeat": 0,
            "ents_f": score - less,
            "ents_p": score + 0.01,
            "ents_r": score - 0.01,
            "ents_f_low": score - less - 0.03,
            "ents_f_high": score - less + 0.03,
            "ents_per_type": {
                "PART": {"p": score, "r": score, "f": score, "support": 285},
                "FLUID": {"p": score, "r": score, "f": score - 0.2, "support": 32},
            },
        }
        for fraction, docs, score in SCORES
    ]


def old_curve(**more: Any) -> dict[str, Any]:
    """The result of such a run."""
    return {"points": old_points(), "verdict": VERDICT, "eval": {"hash": "e1"}, **more}


def curve(repeats: int = 3, target: float | None = 0.88, **more: Any) -> dict[str, Any]:
    """The result of a run that has trainings, a forecast and perhaps a target."""
    points, trainings = [], []
    for point in old_points():
        labels = {
            "PART": {**point["ents_per_type"]["PART"], "f_low": 0.6, "f_high": 0.9, "enough": True},
            "FLUID": {**point["ents_per_type"]["FLUID"], "f_low": None, "f_high": None, "enough": False},
        }
        point = {key: value for key, value in point.items() if key != "repeat"} | {"ents_per_type": labels}
        spread = 0.01 if repeats > 1 else None
        points.append({**point, "repeats": repeats, "ents_f_sd": spread, "seconds": 9.0})
        for repeat in range(repeats):
            score = point["ents_f"] + 0.01 * (repeat - (repeats - 1) / 2)
            trainings.append({**point, "repeat": repeat, "ents_f": score, "seconds": 9.0})
    trainings.sort(key=lambda record: (record["repeat"], record["fraction"]))
    return {
        "points": points,
        "trainings": trainings,
        "verdict": VERDICT,
        "forecast": forecast(target),
        "repeats": repeats,
        "target": target,
        "eval": {"hash": "e1"},
        "content_hash": "c1",
        **more,
    }


def forecast(target: float | None) -> dict[str, Any]:
    """Two fits that part beyond the last point."""

    def line(gain: float) -> list[list[float]]:
        made = []
        for docs in range(228, 1829, 100):
            score = 0.83 + gain * (docs - 914) / 914
            half = 0.01 + 0.03 * abs(docs - 914) / 914
            made.append([docs, score, score - half, score + half])
        return made

    power = line(0.02)
    docs, score, low, high = power[-1]
    return {
        "models": [
            {"name": "log-linear", "text": "", "line": line(0.05)},
            {"name": "power-law", "text": "", "line": power},
        ],
        "at_double": {"docs": docs, "ents_f": score, "low": low, "high": high},
        "confidence": 0.9,
        "target": {"ents_f": target, "more_docs": None, "low": 1500, "high": None, "reachable": False}
        if target
        else None,
        "per_gain": {"gain": 0.02, "more_docs": 1200, "low": 700, "high": 3500, "reachable": True},
        "reason": "The two fits agree within 3.0 points.",
    }


def tell(run: Run, *kinds_and_facts: tuple[str, dict[str, Any]]) -> None:
    """Write events of a run, as its process would."""
    for kind, facts in kinds_and_facts:
        events.append(run.events_file, kind, **facts)


def tell_curve(run: Run, result: dict[str, Any]) -> None:
    """Write what a run tells while it makes a curve."""
    trainings = result.get("trainings", [])
    total = len(trainings) or len(result["points"])
    told = [("start", {"pid": os.getpid()})]
    told += [("progress", {"stage": "train", "done": 0, "total": total, "message": "trainings done"})]
    told += [("training", record) for record in trainings]
    told += [("point", record) for record in result["points"]]
    told += [(kind, result[kind]) for kind in ("verdict", "forecast") if kind in result]
    tell(run, *told)


def finish_curve(run: Run, result: dict[str, Any]) -> None:
    """Leave the folder of a finished run."""
    tell_curve(run, result)
    run.result_file.write_text(events.dump(result), encoding="utf-8")
    tell(run, ("end", {"status": "finished", "message": ""}))


def keep_alive(run: Run) -> None:
    """Have a run look as if this process were working on it."""
    identity = Identity.of(os.getpid(), 0)
    assert identity is not None
    run.process_file.write_text(json.dumps(identity.to_dict()), encoding="utf-8")
