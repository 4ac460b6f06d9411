from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flowchart.errors import UserError
from flowchart.runs import events
from flowchart.runs.folder import SILENCE, Run, Status, list_runs
from flowchart.runs.identity import Identity
from flowchart.workspace import Workspace

NewRun = Callable[..., Run]


def note_process(run: Run, identity: Identity) -> None:
    run.process_file.write_text(json.dumps(identity.to_dict()))


def test_a_later_group_of_the_same_number_is_somebody_elses() -> None:
    # A shell's job: its first process ends and leaves another one, in the shell's session.
    script = "import subprocess; subprocess.Popen(['sleep', '30'])"
    with subprocess.Popen([sys.executable, "-c", script], process_group=0) as leader:
        identity = replace(Identity.of(leader.pid, 0), started=0)
    try:
        assert identity.members() == []
    finally:
        os.killpg(leader.pid, signal.SIGKILL)


def test_a_new_run_waits_and_says_what_was_asked(new_run: NewRun, tiny: Path) -> None:
    run = Run.open(new_run(tiny, start=False, n_samples=2).folder)
    assert run.status() is Status.WAITING
    assert run.recipe == "check"
    assert run.settings["n_samples"] == 2
    assert run.id == run.folder.name
    assert run.id.split("-")[2] == "check"
    assert run.info["inputs"][0]["bytes"] == tiny.stat().st_size
    assert (run.events(), run.result(), run.end(), run.pid()) == (([], 0), None, None, None)
    assert run.log_tail() == []


def test_runs_are_listed_newest_first_and_broken_folders_are_passed_over(
    new_run: NewRun, workspace: Workspace, tiny: Path
) -> None:
    made = [new_run(tiny, recipe, start=False).id for recipe in ("check", "train-curve", "check")]
    (workspace.runs / "empty").mkdir()
    (workspace.runs / "stray.txt").write_text("x")
    for name, content in (("torn", '{"recipe": "ch'), ("list", "[]"), ("nameless", "{}")):
        (workspace.runs / name).mkdir()
        (workspace.runs / name / "run.json").write_text(content)
    assert [run.id for run in list_runs(workspace)] == made[::-1]
    assert [run.id for run in list_runs(workspace, "check")] == [made[2], made[0]]
    assert list_runs(Workspace(workspace.root / "nowhere")) == []


def test_opening_what_is_no_run_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        Run.open(tmp_path / "absent")
    assert "\n" not in str(caught.value)
    (tmp_path / "run.json").write_text("\x00")
    with pytest.raises(UserError, match="damaged"):
        Run.open(tmp_path)


def test_the_process_itself_counts_not_its_number(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    me = Identity.of(os.getpid(), 0)
    note_process(run, me)
    assert run.status() is Status.RUNNING
    assert run.pid() == os.getpid()
    assert me.started is not None
    note_process(run, replace(me, started=me.started - 1))  # the number was given out again since
    assert run.status() is Status.CRASHED
    assert run.pid() is None
    note_process(run, replace(me, boot="another"))
    assert run.status() is Status.CRASHED


def test_a_process_that_ended_without_a_word_has_crashed(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        note_process(run, Identity.of(process.pid, 0))
        assert run.status() is Status.RUNNING
        process.kill()
        deadline = time.monotonic() + 10
        # Nobody has waited for it yet: it is a zombie, which is dead.
        while run.status() is Status.RUNNING:
            assert time.monotonic() < deadline
        assert process.returncode is None
        assert run.status() is Status.CRASHED
    assert run.status() is Status.CRASHED


def test_an_end_event_outweighs_the_process(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    note_process(run, Identity.of(os.getpid(), 0))
    events.append(run.events_file, "end", status="finished", message="")
    assert run.status() is Status.FINISHED
    note_process(run, Identity.of(os.getpid(), events.size(run.events_file)))  # launched again
    assert run.status() is Status.RUNNING
    events.append(run.events_file, "end", status="nonsense")
    assert run.status() is Status.FAILED


def test_a_run_on_another_host_is_believed_while_it_is_heard_of(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    note_process(run, replace(Identity.of(os.getpid(), 0), host="elsewhere"))
    assert run.status() is Status.RUNNING
    past = time.time() - SILENCE - 1
    os.utime(run.process_file, (past, past))
    assert run.status() is Status.CRASHED
    events.append(run.events_file, "step", step=1)
    assert run.status() is Status.RUNNING


def test_a_damaged_process_file_is_no_process(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    for content in ("", "[]", '{"pid": "x"}', "7"):
        run.process_file.write_text(content)
        assert run.status() is Status.WAITING


def test_the_end_of_the_log_is_safe_to_show(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    run.log_file.write_bytes(b"one\r10%\r20%\n\x1b[31mred\x1b]52;c;x\x07\n\xff last")
    assert run.log_tail(2) == ["\ufffd[31mred\ufffd]52;c;x\ufffd", "\ufffd last"]
    assert len(run.log_tail(100)) == 5
    run.log_file.write_bytes(b"line\n" * 100_000)
    assert run.log_tail(3) == ["line"] * 3


def test_a_changed_input_is_noticed(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    assert run.same_inputs()
    stat = tiny.stat()
    os.utime(tiny, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert not run.same_inputs()
    os.utime(tiny, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert Run.open(run.folder).same_inputs()
    tiny.unlink()
    assert not run.same_inputs()


def test_asking_whether_a_file_changed_writes_nothing(new_run: NewRun, tiny: Path) -> None:
    """A file written anew is the same by its hash; run.json belongs to the process that works on the run."""
    run = new_run(tiny, start=False)
    run.info["inputs"][0]["sha256"] = hashlib.sha256(tiny.read_bytes()).hexdigest()
    run.write_info()
    opened = Run.open(run.folder)
    os.utime(tiny, ns=(1, 1))
    run.info["versions"] = {"written": "by another process, since"}
    run.write_info()
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in run.folder.iterdir()}
    assert opened.same_inputs()
    assert {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in run.folder.iterdir()} == before
    assert Run.open(run.folder).info["versions"] == {"written": "by another process, since"}


def test_a_workspace_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="--workspace"):
        Run.create(Workspace(tmp_path / "file"), "check", {}, [], "")
