from __future__ import annotations

import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from flowchart.dataset.document import Document
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.runs import events
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import environment, launch, resume
from flowchart.runs.reporter import Reporter
from flowchart.training.config import OPS_CODE, make_config
from flowchart.training.corpora import Corpora
from flowchart.training.curve import Curve
from flowchart.training.point import Point, Trained
from flowchart.training.pool import _Worker, train_points
from flowchart.training.schedule import Schedule
from flowchart.training.settings import Settings
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import has_event, make_rows, wait_for, wait_for_end, write_rows

NewRun = Callable[..., Run]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A curve of four points, trained once for all tests that only look at it."""
    folder = tmp_path_factory.mktemp("curve")
    train = write_rows(folder / "train.jsonl", make_rows(32))
    evaluation = write_rows(folder / "eval.jsonl", make_rows(30, seed=1))
    settings = {"train": [str(train)], "eval": [str(evaluation)], "n_samples": 4, "seed": 3, "workers": 2}
    inputs = [("train", train), ("eval", evaluation)]
    run = Run.create(Workspace(folder / "w"), "train-curve", settings, inputs, "ner-tui train-curve --ner x")
    launch(run)
    assert wait_for_end(run) is Status.FINISHED, run.log_tail()
    return run


def result_of(run: Run) -> dict[str, object]:
    result = json.loads(run.result_file.read_text(), parse_constant=lambda name: pytest.fail(name))
    assert isinstance(result, dict)
    return result


def texts_in(file: Path) -> list[str]:
    vocab = spacy.blank("en").vocab
    return [doc.text for doc in DocBin().from_disk(file).get_docs(vocab)]


def test_the_result_has_the_whole_curve(finished: Run) -> None:
    result = result_of(finished)
    points = result["points"]
    assert isinstance(points, list)
    assert [point["fraction"] for point in points] == [0.25, 0.5, 0.75, 1.0]
    assert [point["docs"] for point in points] == [8, 16, 24, 32]
    for point in points:
        assert 0 <= point["ents_f_low"] <= point["ents_f"] <= point["ents_f_high"] <= 1
        assert set(point["ents_per_type"]) == {"CITY", "DRUG"}
        assert sum(label["support"] for label in point["ents_per_type"].values()) == result["eval"]["spans"]
        assert point["steps"] > 0
    assert points[-1]["ents_f"] > 0.5
    assert result["missing"] == []
    assert result["verdict"]["answer"] in ("YES", "NO", "CAN'T TELL")
    assert result["eval"]["docs"] == 30
    assert result["eval"]["source"] == "file"
    assert result["versions"]["spacy"] == spacy.__version__
    assert result["funnel"][0]["stage"] == "rows"


def test_the_subsets_nest_and_are_measured_on_the_same_texts(finished: Run) -> None:
    subsets = [
        texts_in(finished.folder / "points" / name / "train.spacy") for name in ("025", "050", "075", "100")
    ]
    for smaller, larger in itertools.pairwise(subsets):
        assert larger[: len(smaller)] == smaller
    assert len(set(subsets[-1])) == 32
    evaluation = texts_in(finished.folder / "dev.spacy")
    assert len(evaluation) == 30


def test_the_events_tell_it_as_it_goes(finished: Run) -> None:
    told = finished.events()[0]
    names = [event["event"] for event in told]
    assert names[0] == "start"
    assert names[-3:] == ["verdict", "forecast", "end"]
    assert names.count("point-start") == names.count("point") == 4
    for fraction in (0.25, 0.5, 0.75, 1.0):
        steps = [event for event in told if event["event"] == "step" and event["fraction"] == fraction]
        point = next(e for e in told if e["event"] == "point" and e["fraction"] == fraction)
        assert [step["ents_f"] is not None for step in steps] == [False] * (len(steps) - 1) + [True]
        assert steps[-1]["ents_f"] == point["ents_f"]  # the last one is kept: no evaluation chooses
        assert steps[-1]["step"] == steps[-1]["max_steps"]
        quiet = [step for step in steps if step["ents_f"] is None]
        assert len(quiet) <= 2 * point["seconds"] + 2
    starts = [event["fraction"] for event in told if event["event"] == "point-start"]
    assert starts == sorted(starts, reverse=True)  # the longest first


def test_spacy_evaluate_prints_the_same_digits(finished: Run, tmp_path: Path) -> None:
    folder = finished.folder
    output = tmp_path / "scores.json"
    model, dev = str(folder / "points/100/model"), str(folder / "dev.spacy")
    subprocess.run(
        [sys.executable, "-m", "spacy", "evaluate", model, dev, "--output", str(output)],
        check=True,
        capture_output=True,
        env=environment(),
    )
    theirs = json.loads(output.read_text())
    point = result_of(finished)["points"][-1]  # type: ignore[index]
    for key in ("ents_p", "ents_r", "ents_f"):
        assert point[key] == theirs[key]
    for label, scores in theirs["ents_per_type"].items():
        ours = point["ents_per_type"][label]
        assert (ours["p"], ours["r"], ours["f"]) == (scores["p"], scores["r"], scores["f"])


def test_the_command_repeats_the_training(finished: Run) -> None:
    commands = result_of(finished)["commands"]
    assert isinstance(commands, list)
    assert commands[0] == "ner-tui train-curve --ner x"
    command = shlex.split(next(line for line in commands if "points/025/config.cfg" in line))
    subprocess.run(
        [sys.executable, *command[1:]],
        check=True,
        capture_output=True,
        env=environment(),
        cwd=finished.info["cwd"],
    )
    folder = finished.folder / "points/025"
    theirs = json.loads((folder / "repeated/model-last/meta.json").read_text())["performance"]
    ours = json.loads((folder / "point.json").read_text())["point"]
    for key in ("ents_p", "ents_r", "ents_f"):
        assert theirs[key] == ours[key]
    weights = [(folder / name / "ner/model").read_bytes() for name in ("model", "repeated/model-last")]
    assert weights[0] == weights[1]


def test_after_a_crash_only_the_missing_points_are_trained(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, "train-curve", n_samples=2, workers=1)
    wait_for(lambda: has_event(run, "point"))
    identity = run.identity()
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    wait_for(lambda: run.status() is Status.CRASHED, 10)
    done = {file: file.stat().st_mtime_ns for file in run.folder.glob("points/*/point.json")}
    assert len(done) == 1
    with run.events_file.open("ab") as file:
        file.write(b'{"event":"torn')
    offset = events.size(run.events_file)
    resume(run)
    assert wait_for_end(run) is Status.FINISHED
    told = run.events(offset)[0]
    assert sum(event["event"] == "point-start" for event in told) == 1
    assert sum(event["event"] == "point" for event in told) == 2
    assert all(file.stat().st_mtime_ns == moment for file, moment in done.items())
    assert len(result_of(run)["points"]) == 2  # type: ignore[arg-type]


def test_a_killed_point_fails_and_the_others_go_on(new_run: NewRun, tiny: Path) -> None:
    run = new_run(tiny, "train-curve", n_samples=2, workers=2)
    wait_for(lambda: has_event(run, "step"))
    identity = run.identity()
    assert identity is not None
    victim = next(pid for pid in identity.members() if pid != identity.pid)
    os.kill(victim, signal.SIGKILL)
    assert wait_for_end(run) is Status.FAILED
    failed = [event for event in run.events()[0] if event["event"] == "point-failed"]
    assert len(failed) == 1
    assert "memory" in failed[0]["message"]
    end = run.end()
    assert end is not None
    assert end["message"].startswith("1 of 2 trainings failed")
    result = result_of(run)
    assert len(result["points"]) == len(result["missing"]) == 1  # type: ignore[arg-type]
    assert result["verdict"]["answer"] == "CAN'T TELL"  # type: ignore[index]
    wait_for(lambda: not identity.members(), 10)
    offset = events.size(run.events_file)
    resume(run)
    assert wait_for_end(run) is Status.FINISHED
    starts = [event for event in run.events(offset)[0] if event["event"] == "point-start"]
    assert [event["fraction"] for event in starts] == [failed[0]["fraction"]]
    assert result_of(run)["missing"] == []


def test_fewer_texts_than_points_is_one_clear_line(new_run: NewRun, tmp_path: Path) -> None:
    run = new_run(write_rows(tmp_path / "few.jsonl", make_rows(6)), "train-curve", n_samples=8)
    assert wait_for_end(run) is Status.FAILED
    end = run.end()
    assert end is not None
    assert end["kind"] == "user"
    assert "8 subsets" in end["message"]
    assert "\n" not in end["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_samples", 0),
        ("n_samples", 21),
        ("n_samples", "4"),
        ("n_samples", True),
        ("seed", -1),
        ("workers", 0),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: object) -> None:
    with pytest.raises(UserError, match=name):
        Settings.read({name: value})


def make_point(folder: Path, documents: list[Document], dev: list[Document]) -> Point:
    corpora = Corpora(Tokenizer.of("en"))
    evaluation = corpora.write(dev, folder / "dev.spacy")
    texts = corpora.write(documents, folder / "point" / "train.spacy")
    schedule = Schedule.of(texts.words)
    make_config(Settings((), ()), 0, schedule).to_disk(folder / "point/config.cfg", interpolate=False)
    (folder / "ops.py").write_text(OPS_CODE)
    return Point(
        folder=folder / "point",
        dev=evaluation.file,
        code=folder / "ops.py",
        fraction=1.0,
        repeat=0,
        seed=0,
        docs=texts.docs,
        spans=texts.spans,
        words=texts.words,
        max_steps=schedule.steps,
        work=schedule.words,
        digest="d",
    )


def train_alone(point: Point) -> list[dict[str, object]]:
    heard: list[dict[str, object]] = []
    train_points([point], 1, lambda _, message: heard.append(message))
    return heard


ODD = ["a\nb", "B-LOC", "O", "-", "[red]x[/red]", "  ", "L" * 300, "日本", "''"]


@pytest.mark.filterwarnings("ignore")
def test_odd_labels_are_labels(tmp_path: Path) -> None:
    documents = [
        Document(
            f"{number} aspirin here", ((len(str(number)) + 1, len(str(number)) + 8, label),), (0, number)
        )
        for number, label in enumerate(ODD * 2)
    ]
    point = make_point(tmp_path, documents, documents)
    assert train_alone(point)[-1] == {"kind": "done"}
    trained = Trained.load(point)
    assert trained is not None
    supports = {label: score["support"] for label, score in trained.record["ents_per_type"].items()}
    assert dict.fromkeys(ODD, 2).items() <= supports.items()


def test_a_subset_without_spans_finds_nothing(tmp_path: Path) -> None:
    bare = [Document("nothing here at all", (), (0, 1))]
    dev = [Document("Anna took aspirin", ((10, 17, "DRUG"),), (1, 1))]
    point = make_point(tmp_path, bare, dev)
    assert train_alone(point)[-1] == {"kind": "done"}
    trained = Trained.load(point)
    assert trained is not None
    record = json.loads(json.dumps(trained.record, allow_nan=False))
    assert record["ents_f"] == 0.0
    assert record["ents_per_type"]["DRUG"]["support"] == 1


def test_a_point_of_other_data_is_not_taken_for_this_one(tmp_path: Path) -> None:
    point = make_point(tmp_path, [Document("a b", (), (0, 1))], [Document("c", ((0, 1, "X"),), (0, 2))])
    assert Trained.load(point) is None
    (point.folder / "model").mkdir()
    (point.folder / "model/meta.json").write_text("{}")
    for content in (
        "",
        "[]",
        "{}",
        '{"digest": "d"}',
        '{"digest": "d", "point": {}, "counts": {"docs": "x"}}',
    ):
        (point.folder / "point.json").write_text(content)
        assert Trained.load(point) is None
    good = {"digest": "d", "point": {"ents_f": 0.5}, "counts": {"docs": 1, "labels": [], "rows": []}}
    (point.folder / "point.json").write_text(json.dumps(good))
    assert Trained.load(point) is not None
    (point.folder / "point.json").write_text(json.dumps({**good, "digest": "e"}))
    assert Trained.load(point) is None


def test_a_training_that_breaks_is_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    point = make_point(tmp_path, [Document("a b", (), (0, 1))], [Document("c", ((0, 1, "X"),), (0, 2))])
    (point.folder / "config.cfg").write_text("[nlp\n")
    last = train_alone(point)[-1]
    assert last["kind"] == "failed"
    assert str(last["message"]).count("\n") == 0
    assert "Traceback" in capfd.readouterr().err


def test_the_last_step_holds_the_last_quarter_however_many_points_there_are(tmp_path: Path) -> None:
    point = make_point(tmp_path, [Document("a b", (), (0, 1))], [Document("c", ((0, 1, "X"),), (0, 2))])
    report = Reporter(tmp_path / "events.jsonl")
    for count, asked in ((1, "100%"), (2, "50%"), (3, "33%"), (4, "25%"), (10, "30%"), (20, "25%")):
        points = [replace(point, fraction=number / count) for number in range(1, count + 1)]
        curve = Curve(points, Settings((), (), n_samples=count), report)
        assert curve.verdict["question"] == f"Does the accuracy in the last {asked} go up?"
        assert ("one point" in curve.verdict["reason"]) == (count == 1)


def test_a_worker_that_is_over_is_not_ended_again(tmp_path: Path) -> None:
    point = make_point(tmp_path, [Document("a b", (), (0, 1))], [Document("c", ((0, 1, "X"),), (0, 2))])

    worker = _Worker(replace(point, folder=tmp_path / "nothing"))
    heard = []
    while not worker.over:
        heard += worker.read()
        time.sleep(0.01)
    assert heard[-1]["kind"] == "failed"
    worker.kill()
