from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flowchart.errors import UserError
from flowchart.runs import events, process
from flowchart.runs.child import EXIT_UNTOLD, NICE
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import cancel, launch, resume
from tests.flowchart.runs.helpers import has_event, wait_for, wait_for_end, write_rows

NewRun = Callable[..., Run]


def kinds(run: Run) -> list[str]:
    return [event["event"] for event in run.events()[0]]


def test_a_run_ends_with_a_result_and_what_it_depends_on(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny)
    assert run.status() is Status.RUNNING
    assert wait_for_end(run) is Status.FINISHED
    assert kinds(run)[0] == "start"
    assert kinds(run)[-1] == "end"
    assert kinds(run).count("end") == 1
    result = run.result()
    assert result is not None
    assert result["documents"] == 24
    run.refresh()
    assert run.info["inputs"][0]["sha256"] == result["files"][0]["sha256"]
    assert run.info["versions"]["spacy"].startswith("3.")
    wait_for(lambda: run.pid() is None)  # an end event is its last word, but not yet its last breath
    with pytest.raises(UserError, match="finished"):
        resume(run)
    with pytest.raises(UserError, match="finished"):
        launch(run)


def test_an_error_of_the_person_is_one_line_and_no_traceback(new_run: NewRun, tmp_path: Path) -> None:
    run = new_run(tmp_path / "absent.jsonl")
    assert wait_for_end(run) is Status.FAILED
    end = run.end()
    assert end is not None
    assert end["kind"] == "user"
    assert "absent.jsonl" in end["message"]
    assert "Traceback" not in run.log_file.read_text()


def test_an_unknown_recipe_fails(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, "make-coffee")
    assert wait_for_end(run) is Status.FAILED
    end = run.end()
    assert end is not None
    assert "make-coffee" in end["message"]


def test_the_process_stands_apart(new_run: NewRun, larger: Path) -> None:
    with Path(__file__).open() as open_file:
        os.set_inheritable(open_file.fileno(), True)
        run = new_run(larger, "train-curve")
        pid = run.pid()
        assert pid is not None
        with pytest.raises(UserError, match="running"):
            launch(run)
        with pytest.raises(UserError, match="running"):
            resume(run)
        wait_for(lambda: has_event(run, "step"))
        identity = run.identity()
        assert identity is not None
        assert len(identity.members()) == 3  # itself and two points at a time
        for member in identity.members():
            proc = Path("/proc") / str(member)
            assert os.getsid(member) == pid != os.getsid(0)
            assert os.getpriority(os.PRIO_PROCESS, member) >= NICE
            variables = proc.joinpath("environ").read_bytes().split(b"\0")
            assert {b"OMP_NUM_THREADS=1", b"BLIS_NUM_THREADS=1", b"PYTHONUNBUFFERED=1"} <= set(variables)
            opened = [str(fd.readlink()) for fd in proc.joinpath("fd").iterdir()]
            assert str(Path(__file__)) not in opened
            assert (proc / "fd/0").readlink() == Path("/dev/null")
            assert (proc / "fd/1").readlink() == (proc / "fd/2").readlink() == run.log_file


@pytest.mark.parametrize("stubborn", [False, True])
def test_cancelling_leaves_an_end_and_no_process(new_run: NewRun, larger: Path, stubborn: bool) -> None:
    run = new_run(larger, "train-curve")
    wait_for(lambda: has_event(run, "step"))
    identity = run.identity()
    assert identity is not None
    members = identity.members()
    assert len(members) == 3
    if stubborn:
        os.kill(identity.pid, signal.SIGSTOP)  # it cannot hear the request any more
    begin = time.monotonic()
    cancel(run)
    assert time.monotonic() - begin < 3.0
    assert run.status() is Status.CANCELLED
    assert kinds(run).count("end") == 1
    assert identity.members() == []
    for pid in members:
        assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text()
    cancel(run)
    assert kinds(run).count("end") == 1


def test_a_run_cancelled_while_it_starts(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny)
    cancel(run)
    assert run.status() is Status.CANCELLED
    waiting = new_run(tiny, start=False)
    cancel(waiting)
    assert waiting.status() is Status.CANCELLED
    resume(waiting)
    assert wait_for_end(waiting) is Status.FINISHED


def test_a_killed_run_has_crashed_and_can_be_resumed(new_run: NewRun, larger: Path) -> None:
    run = new_run(larger, "train-curve", n_samples=1)
    wait_for(lambda: has_event(run, "step"))
    identity = run.identity()
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    wait_for(lambda: run.status() is not Status.RUNNING)
    assert run.status() is Status.CRASHED
    wait_for(lambda: not identity.members(), 5)  # its point died with it
    cancel(run)
    assert run.status() is Status.CRASHED  # a cancel does not hide that it crashed
    resume(run)
    assert run.status() is Status.RUNNING
    assert run.end() is None
    cancel(run)
    assert run.status() is Status.CANCELLED


def test_a_signal_to_the_process_alone_ends_the_run(new_run: NewRun, larger: Path) -> None:
    run = new_run(larger, "train-curve")
    wait_for(lambda: has_event(run, "step"))
    identity = run.identity()
    assert identity is not None
    os.kill(identity.pid, signal.SIGTERM)
    assert wait_for_end(run, 5) is Status.CANCELLED
    wait_for(lambda: not identity.members(), 3)


def test_a_hang_up_of_the_launchers_session_does_not_reach_it(new_run: NewRun, larger: Path) -> None:
    run = new_run(larger, "train-curve", start=False)
    script = (
        "import sys, time; from pathlib import Path; from flowchart.runs.folder import Run; "
        "from flowchart.runs.process import launch; launch(Run.open(Path(sys.argv[1]))); "
        "print('launched', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(run.folder)],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=process.environment(),
        text=True,
    ) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "launched\n"
        os.killpg(launcher.pid, signal.SIGHUP)
        assert launcher.wait(10) == -signal.SIGHUP
    wait_for(lambda: has_event(run, "step"))
    assert run.status() is Status.RUNNING


def test_a_process_that_cannot_be_started(
    new_run: NewRun, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tiny, start=False)
    monkeypatch.setattr(process.sys, "executable", "/nowhere/python")
    with pytest.raises(UserError, match="No such file"):
        launch(run)
    assert run.status() is Status.FAILED
    monkeypatch.undo()
    resume(run)
    assert wait_for_end(run) is Status.FINISHED


def test_a_full_disk_is_not_silent(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, start=False)
    run.events_file.symlink_to("/dev/full")
    done = subprocess.run(
        [sys.executable, "-m", "flowchart.runs.child", str(run.folder)],
        capture_output=True,
        check=False,
        env=process.environment(),
        text=True,
    )
    assert done.returncode == EXIT_UNTOLD
    assert "No space left on device" in done.stderr
    assert run.status() is Status.CRASHED


def test_a_disk_that_fills_up_under_way_fails_the_run(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, "train-curve", start=False, n_samples=1)

    def cap() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # the model is larger

    done = subprocess.run(
        [sys.executable, "-m", "flowchart.runs.child", str(run.folder)],
        capture_output=True,
        check=False,
        env=process.environment(),
        preexec_fn=cap,
        text=True,
    )
    assert done.returncode != 0
    end = run.end()
    assert end is not None
    assert end["status"] == "failed"
    assert "File too large" in end["message"] or "space" in end["message"]


def test_an_input_that_changed_since_is_not_mixed_in(new_run: NewRun, larger: Path) -> None:
    run = new_run(larger, "train-curve")
    wait_for(lambda: has_event(run, "point-start"))
    cancel(run)
    larger.write_bytes(larger.read_bytes().replace(b"aspirin", b"codeine"))
    resume(run)
    assert wait_for_end(run) is Status.FAILED
    end = run.end()
    assert end is not None
    assert "has changed" in end["message"]


def test_files_beside_the_data_are_not_part_of_the_program(
    new_run: NewRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("raise SystemExit('taken for the standard library')\n")
    (tmp_path / "spacy.py").write_text("raise SystemExit('taken for spaCy')\n")
    text = "Anna lives here ."
    row = {"text": text, "spans": [{"start": 0, "end": 4, "label": "PERSON"}], "answer": "accept"}
    run = new_run(write_rows(Path("data.jsonl"), [row]))
    assert wait_for_end(run) is Status.FINISHED


def test_launching_leaves_no_zombie(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny)
    identity = run.identity()
    assert identity is not None
    wait_for_end(run)
    wait_for(lambda: not Path(f"/proc/{identity.pid}").exists(), 10)


def test_the_screens_side_imports_nothing_heavy() -> None:
    script = (
        "import sys, flowchart.runs.folder, flowchart.runs.process, flowchart.curve_plot; "
        "print([name for name in ('spacy', 'numpy', 'srsly', 'msgspec', 'plotext', 'textual') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=process.environment(), text=True
    )
    assert done.stdout == "[]\n"


def test_usage_and_a_folder_without_a_run(tmp_path: Path) -> None:
    for arguments in ([], [str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-m", "flowchart.runs.child", *arguments],
            capture_output=True,
            check=False,
            env=process.environment(),
            text=True,
        )
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


def test_the_end_of_a_run_that_was_stopped_is_noted_even_beside_a_torn_line(
    new_run: NewRun, larger: Path
) -> None:
    run = new_run(larger, "train-curve")
    wait_for(lambda: has_event(run, "point-start"))
    identity = run.identity()
    assert identity is not None
    identity.kill(signal.SIGSTOP)
    with contextlib.suppress(OSError), run.events_file.open("ab") as file:
        file.write(b'{"event":"st')
    cancel(run)
    assert run.status() is Status.CANCELLED
    assert events.last_end(run.events_file) is not None
