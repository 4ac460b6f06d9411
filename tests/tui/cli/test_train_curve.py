"""`ner-tui train-curve` and `ner-tui runs`, for real, on a few short texts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from flowchart.demo.generator import line, train_rows
from flowchart.runs.folder import Run, Status, list_runs
from flowchart.workspace import Workspace
from tests.tui.cli.conftest import Program, program_environment

WAIT = 60.0


@pytest.fixture
def large(folder: Path) -> Path:
    """Data that takes a while to train on."""
    file = folder / "large.jsonl"
    file.write_text("".join(map(line, train_rows(1500, 7))), "utf-8")
    return file


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        cwd=folder,
        env=program_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def running(folder: Path) -> Run:
    """The run that is being worked on, once there is one."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        for run in list_runs(Workspace(folder / ".ner-tui")):
            if run.status() is Status.RUNNING and run.events()[0]:
                return run
        time.sleep(0.05)
    raise AssertionError("no run began")


def ended(run: Run) -> Status:
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if run.status() not in (Status.WAITING, Status.RUNNING):
            return run.status()
        time.sleep(0.05)
    raise AssertionError("the run does not end")


def test_json_then_text_then_runs(ner_tui: Program, data: tuple[Path, Path]) -> None:
    source = f"{data[0].name},eval:{data[1].name}"
    quick = ("--training.max_steps", "30")
    first = ner_tui("train-curve", "--ner", source, "--n-samples", "2", *quick, "--json")
    assert first.returncode == 0, first.stderr
    document = json.loads(first.stdout)
    assert [point["fraction"] for point in document["points"]] == [0.5, 1.0]
    for point in document["points"]:
        assert point["docs"] > 5
        assert all(0 <= point[key] <= 1 for key in ("ents_p", "ents_r", "ents_f"))
        assert point["ents_per_type"]
    assert document["verdict"]["answer"] in ("YES", "NO", "CAN'T TELL")
    assert document["seconds"] > 0
    assert b"100%: " in first.stderr
    assert b"\r" not in first.stderr, "no updating line where there is no terminal"

    followed = ner_tui("runs", "follow", "last", "--json")
    assert json.loads(followed.stdout)["points"] == document["points"]
    shown = ner_tui("runs", "follow", document["run"][:-2]).stdout.decode()
    assert f"{document['points'][1]['ents_f']:.3f}" in shown
    assert document["verdict"]["question"] in shown
    listed = ner_tui("runs").stdout.decode()
    assert "finished" in listed
    assert "eval:eval.jsonl" in listed
    assert [run["status"] for run in json.loads(ner_tui("runs", "--json").stdout)] == ["finished"]
    for action in ("cancel", "resume"):
        refused = ner_tui("runs", action, "last")
        assert (refused.returncode, refused.stderr.count(b"\n")) == (2, 1)


def test_hostile_labels_do_not_reach_the_terminal(ner_tui: Program, hostile: Path) -> None:
    result = ner_tui("train-curve", "--ner", hostile.name, "--n-samples", "1", "--label-stats", "--show-plot")
    assert b"\x1b" not in result.stdout + result.stderr
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_the_run(folder: Path, large: Path, number: signal.Signals, status: int) -> None:
    process = start(folder, "train-curve", "--ner", large.name)
    run = running(folder)
    identity = run.identity()
    began = time.monotonic()
    process.send_signal(number)
    out, errors = process.communicate(timeout=WAIT)
    assert process.returncode == status
    assert time.monotonic() - began < 6
    assert out == b""
    assert errors.splitlines()[-1].startswith(f"ner-tui: cancelled {run.id}".encode())
    assert b"Traceback" not in errors
    assert run.status() is Status.CANCELLED
    assert identity is not None
    assert not identity.members(), "no process is left behind"


def test_a_lost_terminal_leaves_the_run_going(folder: Path, large: Path, ner_tui: Program) -> None:
    command = [sys.executable, "-m", "tui", "train-curve", "--ner", large.name]
    environment = program_environment(folder)
    terminal = pexpect.spawn(command[0], command[1:], cwd=str(folder), env=environment, dimensions=(24, 80))
    run = running(folder)
    terminal.ptyproc.fileobj.close()  # the terminal is gone: SIGHUP, and no SIGINT after it as by close()
    while terminal.isalive():
        time.sleep(0.05)
    time.sleep(0.5)
    assert run.status() is Status.RUNNING
    attending = start(folder, "runs", "follow", "last")
    time.sleep(1.0)
    attending.send_signal(signal.SIGINT)
    _, errors = attending.communicate(timeout=WAIT)
    assert attending.returncode == 130
    assert f"{run.id} goes on".encode() in errors
    assert run.status() is Status.RUNNING
    assert ner_tui("runs", "cancel", run.id).returncode == 0
    assert ended(run) is Status.CANCELLED
    assert ner_tui("runs", "follow", run.id).returncode == 1
    assert ner_tui("runs", "resume", run.id).returncode == 0
    assert running(folder).id == run.id


def test_progress_in_a_terminal_is_one_line(folder: Path, large: Path) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "tui", "train-curve", "--ner", large.name],
        cwd=str(folder),
        env={**program_environment(folder), "TERM": "xterm"},
        dimensions=(24, 70),
        encoding="utf-8",
    )
    terminal.expect(r"\r\d:\d\d  \d+% \d+/\d+", timeout=WAIT)
    seen = terminal.before + terminal.after
    terminal.sendintr()
    terminal.expect(pexpect.EOF, timeout=WAIT)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "\n" not in seen
    assert "\x1b" not in seen
    assert max(map(len, seen.split("\r"))) <= 70


def test_a_run_that_crashes_is_exit_1(folder: Path, large: Path) -> None:
    process = start(folder, "train-curve", "--ner", large.name)
    identity = running(folder).identity()
    assert identity is not None
    os.killpg(identity.pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=WAIT)
    assert process.returncode == 1
    last = errors.decode().splitlines()[-1]
    assert " crashed: " in last
    assert "log.txt" in last


PARTIAL = (
    '[nlp]\nlang = "en"\npipeline = ["ner"]\n[components.ner]\nfactory = "ner"\n[components]\n[training]\n'
)
WHOLE = PARTIAL + "seed = 0\ngpu_allocator = null\n"
OTHER_TASK = WHOLE.replace('factory = "ner"', 'factory = "textcat"')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PARTIAL.encode(), "python -m spacy init fill-config my.cfg config.cfg"),
        (OTHER_TASK.encode(), "its pipeline (ner) has no ner component"),
        (b"\x93\x00\xff", "no spaCy training config (not UTF-8)"),
        (b'{"text": "no config"}\n', "no spaCy training config"),
        (None, "no such file"),
    ],
)
def test_a_config_that_no_training_can_begin_with_is_refused_at_once(
    ner_tui: Program, folder: Path, content: bytes | None, message: str
) -> None:
    """Before the data is read, which is no JSON here, and without a run."""
    (folder / "train.jsonl").write_text("no data")
    if content is not None:
        (folder / "my.cfg").write_bytes(content)
    result = ner_tui("train-curve", "--ner", "train.jsonl", "--config", "my.cfg")
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert len(result.stderr.splitlines()) == 1
    assert not (folder / ".ner-tui").exists()


def test_a_folder_is_no_config(ner_tui: Program, folder: Path) -> None:
    (folder / "train.jsonl").write_text("no data")
    result = ner_tui("train-curve", "--ner", "train.jsonl", "--config", ".")
    assert result.returncode == 2
    assert b"is a directory; name a spaCy training config" in result.stderr
    for name in ("config.cfg", "meta.json"):
        (folder / name).write_text("")
    result = ner_tui("train-curve", "--ner", "train.jsonl", "--config", ".")
    assert result.returncode == 2
    assert b"is a pipeline; --base-model . trains it further, with its tokenizer" in result.stderr
