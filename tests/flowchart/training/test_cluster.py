"""A real scheduler and real workers on loopback: what is trained there is what would be trained here."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.document import Document
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import environment, resume
from flowchart.training import cluster, errands
from flowchart.training.cluster import address_of, check_cluster, train_points_on
from flowchart.training.config import OPS_CODE, make_config
from flowchart.training.corpora import Corpora
from flowchart.training.parcel import Parcel, Returned, differing
from flowchart.training.point import Point, Trained
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from tests.flowchart.runs.helpers import has_event, make_rows, wait_for, wait_for_end

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)

SHORT = Schedule(steps=6, warm_up=2, batch_start=50, batch_stop=50, compound=1.001)
MIDDLE = replace(SHORT, steps=40)
ENDLESS = replace(SHORT, steps=10**6)

Message = dict[str, Any]


class Cluster:
    """A scheduler and its workers, as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        quiet = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        self._start("scheduler", "--port", "0", "--scheduler-file", str(file), *quiet)
        wait_for(lambda: file.exists() and file.read_bytes().endswith(b"}"), 20)
        self.address = str(json.loads(file.read_text())["address"])
        self.executor = self.address.replace("tcp://", "dask://")

    def start_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        place = self.folder / f"worker-{len(self.processes)}"
        return self._start("worker", self.address, *options, "--local-directory", str(place))

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "dask", *command, "--host", "127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(),
            )
        self.processes.append(process)
        return process

    def trainings(self) -> dict[int, int]:
        """The processes that train now, each with the process id of its worker."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    program = (entry / "cmdline").read_bytes()
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except (OSError, IndexError):
                    continue
                if b"flowchart.training.remote" in program and str(self.folder).encode() in program:
                    found[int(entry.name)] = parent
        return found

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers."""
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    started.start_worker()
    started.start_worker()
    yield started
    started.close()


def documents(count: int, seed: int = 0) -> list[Document]:
    found = []
    for number, row in enumerate(make_rows(count, seed)):
        spans = tuple((span["start"], span["end"], span["label"]) for span in row["spans"])  # type: ignore[attr-defined]
        found.append(Document(str(row["text"]), spans, (0, number)))
    return found


def make_points(folder: Path, *schedules: Schedule) -> list[Point]:
    """Trainings on more and more texts, the eval set large enough to be shared."""
    corpora = Corpora(Tokenizer.of("en"))
    folder.mkdir(exist_ok=True)
    (folder / "ops.py").write_text(OPS_CODE)
    evaluation, training = documents(40, seed=1), documents(20 * len(schedules))
    dev = corpora.write(evaluation, folder / "dev.spacy")
    points = []
    for number, schedule in enumerate(schedules, 1):
        place = folder / f"points/{number:03d}"
        texts = corpora.write(training[: 20 * number], place / "train.spacy")
        make_config(Settings((), ()), 0, schedule).to_disk(place / "config.cfg", interpolate=False)
        points.append(
            Point(
                folder=place,
                dev=dev.file,
                code=folder / "ops.py",
                fraction=number / len(schedules),
                repeat=0,
                seed=0,
                docs=texts.docs,
                spans=texts.spans,
                words=texts.words,
                max_steps=schedule.steps,
                work=schedule.words,
                digest="d",
            )
        )
    return points


class Ear:
    """Hears what is said of each point, and does something at a message."""

    def __init__(self, act: Callable[[Point, Message], object] = lambda point, message: None) -> None:
        self.heard: dict[Point, list[Message]] = defaultdict(list)
        self._act = act

    def __call__(self, point: Point, message: Message) -> None:
        self.heard[point].append({**message, "moment": time.monotonic()})
        self._act(point, message)

    def kinds(self, point: Point) -> list[str]:
        return [message["kind"] for message in self.heard[point] if message["kind"] != "step"]


def train_alone(points: list[Point]) -> None:
    """Train on this machine, with one thread for a process's matrix products, as a run does."""
    code = (
        "import pickle, sys\n"
        "from flowchart.training.pool import train_points\n"
        "train_points(pickle.load(sys.stdin.buffer), 2, lambda point, message: None)"
    )
    subprocess.run(
        [sys.executable, "-P", "-c", code], input=pickle.dumps(points), check=True, env=environment()
    )


@needs_dask
def test_a_curve_is_the_one_trained_here(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "SHARED_FROM", 1000)  # the eval set travels once, the rest with its training
    there = make_points(tmp_path / "there", SHORT, SHORT, MIDDLE)
    here = make_points(tmp_path / "here", SHORT, SHORT, MIDDLE)
    ear = Ear()
    train_points_on(two.executor, there, ear)
    train_alone(here)
    assert [*ear.heard][-1].words == min(point.words for point in there)  # the longest first
    for point, twin in zip(there, here, strict=True):
        assert ear.kinds(point) == ["start", "done"]
        steps = [message for message in ear.heard[point] if message["kind"] == "step"]
        assert [step["step"] for step in steps if step["ents_f"] is not None] == [point.max_steps]
        quiet = [step["moment"] for step in steps if step["ents_f"] is None]
        assert len(quiet) <= 2.5 * (quiet[-1] - quiet[0]) + 2
        ours, theirs = Trained.load(point), Trained.load(twin)
        assert ours is not None
        assert theirs is not None
        varying = {"seconds", "cpu_seconds", "peak_mb", "loss"}  # the mean since a step was told last
        assert {key: value for key, value in ours.record.items() if key not in varying} == {
            key: value for key, value in theirs.record.items() if key not in varying
        }
        assert ours.counts == theirs.counts
        files = [sorted(file.relative_to(p.folder) for file in p.folder.rglob("*")) for p in (point, twin)]
        assert files[0] == files[1]
        weights = [(p.folder / "model/ner/model").read_bytes() for p in (point, twin)]
        assert weights[0] == weights[1]
    assert not two.trainings()


@needs_dask
def test_a_training_that_fails_fails_alone(
    two: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good, killed, broken = make_points(tmp_path, SHORT, ENDLESS, SHORT)
    (broken.folder / "config.cfg").write_text("[nlp\n")

    def act(point: Point, message: Message) -> None:
        # The broken one must have failed by itself before all that still train are killed.
        if point == killed and message["kind"] == "step" and ear.kinds(broken)[-1:] == ["failed"]:
            for process in two.trainings():
                os.kill(process, signal.SIGKILL)

    ear = Ear(act)
    train_points_on(two.executor, [killed, broken], ear)
    train_points_on(two.executor, [good], ear)
    assert ear.kinds(good) == ["start", "done"]
    assert ear.kinds(killed) == ["start", "failed"]
    assert "SIGKILL" in ear.heard[killed][-1]["message"]
    assert ear.kinds(broken) == ["start", "failed"]
    assert "\n" not in ear.heard[broken][-1]["message"]
    assert "Traceback" in capfd.readouterr().err
    assert Trained.load(broken) is None
    assert Trained.load(good) is not None


@needs_dask
def test_a_lost_worker_loses_no_training(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "SHARED_FROM", 1000)  # the eval set is lost with it, too
    points = make_points(tmp_path, SHORT, MIDDLE, MIDDLE)
    killed: list[int] = []

    def act(point: Point, message: Message) -> None:
        if message["kind"] == "step" and not killed and len(set(two.trainings().values())) == 2:
            victim = two.processes[-1]
            victim.kill()
            victim.wait()
            killed.append(victim.pid)
            shutil.rmtree(two.folder / f"worker-{len(two.processes) - 1}")  # what dask would do in time
            two.start_worker()

    ear = Ear(act)
    train_points_on(two.executor, points, ear)
    assert killed
    assert all(Trained.load(point) is not None for point in points)
    kinds = [ear.kinds(point) for point in points]
    assert all(kind[-1] == "done" and set(kind) == {"start", "done"} for kind in kinds)
    assert sum(kind.count("start") for kind in kinds) == len(points) + 1
    wait_for(lambda: not two.trainings(), 3)  # that of the lost worker has ended with it


class _CancelledError(BaseException):
    pass


@needs_dask
def test_cancel_ends_what_trains(two: Cluster, tmp_path: Path) -> None:
    points = make_points(tmp_path, ENDLESS, ENDLESS, ENDLESS)
    telling: set[Point] = set()
    moment = 0.0

    def act(point: Point, message: Message) -> None:
        nonlocal moment
        if message["kind"] == "step":
            telling.add(point)
        if len(telling) == 2:
            assert len(two.trainings()) == 2
            moment = time.monotonic()
            raise _CancelledError

    with pytest.raises(_CancelledError):
        train_points_on(two.executor, points, Ear(act))
    wait_for(lambda: not two.trainings(), 3)
    assert time.monotonic() - moment < 3
    time.sleep(0.3)
    assert not two.trainings()  # nor has the third one begun
    wait_for(lambda: not any(two.folder.glob("worker-*/*/*/ner-tui-*")), 3)


@needs_dask
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")
def test_a_run_is_killed_and_resumed(two: Cluster, new_run: Callable[..., Run], tiny: Path) -> None:
    run = new_run(tiny, "train-curve", n_samples=1, executor=two.executor)
    wait_for(lambda: has_event(run, "step"))
    identity = run.identity()
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    wait_for(lambda: not two.trainings(), 3)
    wait_for(lambda: run.status() is Status.CRASHED, 10)
    resume(run)
    assert wait_for_end(run) is Status.FINISHED, run.log_tail()
    (model,) = run.folder.glob("points/*/model/meta.json")
    assert json.loads(run.result_file.read_text())["executor"] == two.executor
    assert json.loads(model.read_text())["lang"] == "en"


@needs_dask
def test_a_cluster_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = make_points(tmp_path / "run", ENDLESS, ENDLESS)
    monkeypatch.setattr(cluster, "FIRST_WORKER", 0.3)
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with pytest.raises(UserError, match="no scheduler answers there"):
        train_points_on("dask://127.0.0.1:9", points, Ear())
    with pytest.raises(UserError, match=r"no certificate for it here \(none is configured\)"):
        check_cluster("tls://127.0.0.1:9")
    started = Cluster(tmp_path)
    try:
        with pytest.raises(UserError, match="has no worker; start one with `dask worker tcp:"):
            check_cluster(started.executor)
        started.start_worker()
        monkeypatch.setattr(cluster, "FIRST_WORKER", 20)
        monkeypatch.setattr(cluster, "CONNECT", 5)
        check_cluster(started.executor)
        real = cluster.versions()
        with monkeypatch.context() as other:
            other.setattr(cluster, "versions", lambda: {**real, "spacy": "2.0"})
            with pytest.raises(
                UserError, match=r"has spacy 3.* where this machine has 2\.0; install the same"
            ):
                check_cluster(started.executor)
        with monkeypatch.context() as other:  # a worker that has come later
            other.setattr(errands, "versions", lambda: {**real, "ner-tui": "9"})
            ear = Ear()
            train_points_on(started.executor, points[:1], ear)
            assert "where this machine has 9; install the same there" in ear.heard[points[0]][-1]["message"]

        def act(point: Point, message: Message) -> None:
            if message["kind"] == "step":
                started.processes[0].kill()

        ear = Ear(act)
        began = time.monotonic()
        train_points_on(started.executor, points, ear)
        assert time.monotonic() - began < 20
        gone = f"scheduler {started.address} is gone; resume when it is back"
        assert [ear.heard[point][-1].get("message") for point in points] == [gone, gone]
        wait_for(lambda: not started.trainings(), 5)
    finally:
        started.close()


@needs_dask
@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("dask://10.0.0.5:8786", "tcp://10.0.0.5:8786"),
        ("dask://head.cluster:8786/", "tcp://head.cluster:8786"),
        ("tcp://10.0.0.5:8786", "tcp://10.0.0.5:8786"),
        ("tls://head:8786", "tls://head:8786"),
        ("dask://[fe80::1%eth0]:8786", "tcp://[fe80::1%eth0]:8786"),
    ],
)
def test_addresses(given: str, address: str) -> None:
    assert address_of(given) == address
    assert address_of(address) == address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "dask",
        "10.0.0.5:8786",
        "dask://host",
        "dask://host:0",
        "dask://:8786",
        "http://h:1",
        "dask://a b:1",
    ],
)
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(UserError, match="give dask://HOST:PORT"):
        address_of(given)


def test_without_dask_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install '.\[dask\]'"):
        address_of("dask://host:8786")


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, flowchart.training.cluster, flowchart.training.remote\n"
        "assert not {'distributed', 'dask', 'spacy', 'numpy', 'srsly'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "a\0b"])
def test_no_file_leaves_itsfolder(tmp_path: Path, name: str) -> None:
    place = tmp_path / "in"
    place.mkdir()
    with pytest.raises(ValueError, match="not a path inside"):
        Returned({name: b"", "point.json": b"{}"}).unpack(place)
    with pytest.raises(ValueError, match="not a path inside"):
        Parcel(b"", "p", {name: b""}, {}).unpack(place, {})
    assert [file.name for file in tmp_path.rglob("*")] == ["in"]


def test_what_comes_back_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/old").write_text("old")
    (tmp_path / ".arrived").mkdir()
    with pytest.raises(ValueError, match=r"no point\.json"):
        Returned({"model/new": b"new"}).unpack(tmp_path)
    Returned({"model/new": b"new", "point.json": b"{}"}).unpack(tmp_path)
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["model", "new", "point.json"]


def test_versions_that_differ_are_named() -> None:
    here = {"ner-tui": "1", "python": "3.11.7", "spacy": "3.8", "thinc": "8", "numpy": "2"}
    assert differing(here, {**here, "python": "3.11.9"}) == ""
    assert differing(here, {**here, "python": "3.12.7"}) == "python 3.12 where this machine has 3.11"
    assert differing(here, {"ner-tui": "not installed"}) == "ner-tui not installed where this machine has 1"
