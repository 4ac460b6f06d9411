"""The documents' commands: each of them runs, and leaves the files, events and keys that the guide names."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowchart import demo
from flowchart.errors import UserError
from flowchart.training.forecast import forecast
from tests.documents import ROOT, rows, section, ticked
from tests.flowchart.training import simulated
from tui.cli.commands import COMMANDS
from tui.cli.parser import parse

NOT_RUN = {
    "python3 -m venv ": "sets up an environment with packages from the network; .ci/run does that",
    "ssh ": "needs another machine",
    "tmux ": "needs a terminal",
}
"""How a command begins that is not run here, and why."""

JSON_SHOWN = [
    *(("check", f".{key}") for key in ("", "labels[]", "funnel[]", "files[]", "findings[]")),
    ("check", ".findings_by_kind[]"),
    *(("advise", f".{key}") for key in ("", "path[]", "others[]", "path[].evidence")),
    *(("train-curve", f".{key}") for key in ("", "points[]", "trainings[]", "verdict", "forecast")),
    ("runs", ".[]"),
]
"""The parts of the JSON whose keys the guide has to name."""

TEXTS = 8
"""Enough to train on, few enough to do so in seconds: the shortest of the demo's accepted texts."""


def commands(name: str) -> list[str]:
    """Every command line in a document's blocks of code, without prompts and without output."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = []
    for language, block in re.findall(r"^```(console|sh|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines = block.splitlines()
        if language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        found += [line for line in lines if line.strip() and not line.startswith("#")]
    return found


def as_run(command: str) -> str:
    """The same command, where as it stands it would not end: the app trains nothing, tail does not wait."""
    ours, bar, rest = command.partition("|")
    words = shlex.split(ours.split(">")[0], comments=True)
    if words[0] == "ner-tui":
        with suppress(UserError):  # a command that cannot be parsed is run as it stands, and fails
            options = parse(words[1:])
            if options.module == "open_app" and not options.no_train:
                command = f"{shlex.join(words)} --no-train {bar}{rest}"
    if "jq " in command and shutil.which("jq") is None:
        command = ours if words[0] == "ner-tui" else "true"
    return command.replace("tail -qfn", "tail -qn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the documents talk about, and a home of its own."""
    for name, file in zip(("train.jsonl", "eval.jsonl"), demo.files(), strict=True):
        tasks = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        good = [task for task in tasks if task["answer"] == "accept" and task.get("spans")]
        good.sort(key=lambda task: len(task["text"]))
        lines = [json.dumps(task) + "\n" for task in good[:TEXTS]]
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    subprocess.run(["gzip", "-k", "train.jsonl"], cwd=tmp_path, check=True)
    for wanted in ("home/.zfunc", "home/.config/fish/completions"):
        (tmp_path / wanted).mkdir(parents=True)
    return tmp_path


def bash(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as somebody would in the folder, but without a terminal."""
    home = folder / "home"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NER_TUI")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
    }
    fails = [] if "| head" in line else ["-o", "pipefail"]  # head ends the command before it
    return subprocess.run(
        ["bash", *fails, "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        start_new_session=True,
    )


@pytest.mark.timeout(300)  # two dozen commands, some of which train
def test_every_command_runs_and_leaves_what_the_guide_says(folder: Path) -> None:
    found = {name: commands(name) for name in ("README.md", "docs/guide.md")}
    ran, failed = 0, {}
    for command in dict.fromkeys([*found["README.md"], *found["docs/guide.md"]]):
        if command.startswith(tuple(NOT_RUN)):
            continue
        ran += 1
        line = as_run(command)
        done = bash(line, folder)
        if done.returncode or re.search(r"^(ner-tui: |Traceback)", done.stderr, re.MULTILINE):
            failed[line] = done.returncode, done.stderr[-500:]
    assert not failed
    assert ran >= 20
    assert {
        word for name in found for line in found[name] for word in line.split() if word in COMMANDS
    } == set(COMMANDS)
    check_json(folder)
    check_runs(folder)


def check_json(folder: Path) -> None:
    """Hold the keys that the guide names against what --json prints."""
    printed: dict[str, Any] = {}
    for command in ("check train.jsonl --eval eval.jsonl", "advise train.jsonl --eval eval.jsonl", "runs"):
        done = bash(f"ner-tui {command} --json", folder)
        printed[command.split()[0]] = json.loads(done.stdout)
    assert printed["check"]["findings"]  # a few texts always have labels with few spans
    curve = next(run for run in printed["runs"] if run["recipe"] == "train-curve")
    printed["train-curve"] = json.loads((Path(curve["folder"]) / "result.json").read_text(encoding="utf-8"))
    printed["train-curve"]["run"] = curve["id"]
    whole = whole_forecast()
    assert {*printed["train-curve"]["forecast"]} <= {*whole}  # so few texts make none
    printed["train-curve"]["forecast"] = whole
    named = [cells for cells in rows(section("The command line")) if len(cells) == 3 and "`." in cells[1]]
    assert [(ticked(command)[0], ticked(where)[0]) for command, where, _ in named] == JSON_SHOWN
    for command, where, keys in named:
        value = printed[ticked(command)[0]]
        for part in re.findall(r"\w+|\[\]", ticked(where)[0]):  # the last box of a walk has evidence
            value = value[-1] if part == "[]" else value[part]
        assert sorted(ticked(keys)) == sorted(value), (command, where)


def whole_forecast() -> dict[str, Any]:
    """What is forecast from a curve that is long enough."""
    quarters = (0.25, 0.5, 0.75, 1.0)
    points, trainings = simulated.curve(np.random.default_rng(0), lambda size: 0.6 + 0.2 * size, quarters)
    made = forecast(points, trainings)
    assert made["models"]
    return made


def check_runs(folder: Path) -> None:
    """Hold the files and events that the guide names against the runs that the commands have left."""
    files, events = [
        {ticked(cells[0])[0]: cells for cells in rows(section("Runs")) if re.search(pattern, cells[0])}
        for pattern in (r"`[\w.-]+\.\w+`|`points`", r"`[a-z-]+`")
    ]
    events.pop("points")
    runs = list((folder / ".ner-tui/runs").iterdir())
    left = {file.name for run in runs for file in run.iterdir()}
    left = {
        re.sub(r"^predictions-\d+", "predictions-N", re.sub(r"^rows-\w+", "rows-NAME", each)) for each in left
    }
    assert left | {"predictions-N.jsonl"} == {*files}  # which none is where no pipeline is installed
    told = [json.loads(line) for run in runs for line in (run / "events.jsonl").read_text().splitlines()]
    assert {event["event"] for event in told} | {"point-failed"} == {*events}
    for event in told:
        if event["event"] != "point":  # whose keys are those of the JSON
            assert {*ticked(events[event["event"]][1])} - {"train-curve --json"} <= {*event}
    point = next(iter((folder / ".ner-tui/runs").glob("*/points/*")))
    assert {file.name for file in point.iterdir()} == {
        name.rstrip("/") for name in ticked(files["points"][1])[1:]
    }


def test_what_is_not_run_is_known() -> None:
    ours = ("ner-tui ", "python -m flowchart", 'eval "$(ner-tui ', "cat .ner-tui/", "tail -qfn +1 .ner-tui/")
    for name in ("README.md", "docs/guide.md"):
        for command in commands(name):
            assert command == "ner-tui" or command.startswith((*ours, *NOT_RUN)), (name, command)
