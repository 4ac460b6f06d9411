"""Small datasets, and waiting for runs."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from flowchart.runs.folder import Run, Status

DRUGS = ["aspirin", "codeine", "ketamine", "ibuprofen", "morphine", "caffeine", "melatonin", "valium"]
CITIES = ["Leipzig", "Porto", "Utrecht", "Bergen", "Osaka", "Tampere"]
FRAMES = [
    "She took {drug} before the flight to {city} .",
    "Nobody in {city} sells {drug} on a Sunday .",
    "We walked around {city} until it rained .",
    "The doctor said that {drug} would not help at all .",
    "It was a quiet evening and nothing happened .",
]


def make_rows(count: int, seed: int = 0) -> list[dict[str, object]]:
    """Tasks as Prodigy exports them, of two labels, with some texts without a span."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for number in range(count):
        frame = draw.choice(FRAMES)
        words = {"drug": draw.choice(DRUGS), "city": draw.choice(CITIES)}
        text = f"{number} : " + frame.format(**words)
        spans = []
        for name, label in (("drug", "DRUG"), ("city", "CITY")):
            if "{" + name + "}" in frame:
                start = text.index(words[name])
                spans.append({"start": start, "end": start + len(words[name]), "label": label})
        rows.append({"text": text, "spans": spans, "answer": "accept"})
    return rows


def write_rows(file: Path, rows: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def wait_for_end(run: Run, seconds: float = 110.0) -> Status:
    wait_for(lambda: run.status() not in (Status.WAITING, Status.RUNNING), seconds)
    return run.status()


def has_event(run: Run, kind: str) -> bool:
    return any(event["event"] == kind for event in run.events()[0])
