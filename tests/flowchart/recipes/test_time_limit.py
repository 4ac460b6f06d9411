"""Patterns that would take for ever are ended, named, and cost no other fact."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import pytest

from flowchart.measures import FACTS
from flowchart.measures.time_limit import TimeIsUpError, time_limit
from tests.flowchart.recipes.test_measure import NO_PIPELINE, made, measured, task
from tests.flowchart.runs.helpers import write_rows

BACKTRACKS = "^(a+)+$"  # doubles its time with each letter of "aaa...b"
FOREVER = "a" * 40 + "b"

ROWS = [
    {"label": "DRUG", "pattern": [{"TEXT": {"REGEX": "^aspirin"}}]},
    {"label": "DRUG", "pattern": [{"LOWER": "aspirin"}]},
    {"label": "DRUG", "pattern": [{"TEXT": {"REGEX": BACKTRACKS}}]},
    {"label": "DRUG", "pattern": [{"TEXT": {"REGEX": "^ibu"}, "OP": "+"}]},
]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    most = FACTS["rules"].most_seconds
    assert most is not None
    monkeypatch.setitem(FACTS, "rules", FACTS["rules"]._replace(most_seconds=(1, most[1])))


def patterns(folder: Path, rows: list[dict[str, object]]) -> str:
    file = folder / "patterns.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


@pytest.mark.usefixtures("short")
def test_the_pattern_that_backtracks_is_named_and_the_other_facts_go_on(tmp_path: Path) -> None:
    texts = [task(f"took aspirin {FOREVER} day {number}", "aspirin") for number in range(40)]
    train = write_rows(tmp_path / "train.jsonl", texts)
    run = made(tmp_path, train, patterns=patterns(tmp_path, ROWS), **NO_PIPELINE)
    began = time.monotonic()
    facts = measured(run)["facts"]
    assert time.monotonic() - began < 30
    error = facts["rules"]["error"]
    assert "take more than two minutes to match" in error
    assert "row 3 takes most of it" in error
    assert BACKTRACKS in error
    assert facts["consistency"].keys() - {"error", "seconds"}
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.usefixtures("short")
def test_patterns_in_time_are_measured_as_ever(tmp_path: Path) -> None:
    train = write_rows(tmp_path / "train.jsonl", [task(f"took aspirin {n}", "aspirin") for n in range(40)])
    run = made(tmp_path, train, patterns=patterns(tmp_path, ROWS), **NO_PIPELINE)
    assert measured(run)["facts"]["rules"]["coverage"]["share"] == 1


def sleep_and_lose_the_first(lost: list[BaseException]) -> None:
    with time_limit(0.05):
        while True:
            try:
                try:
                    time.sleep(5)
                except Exception:  # what takes it for a bad row
                    pytest.fail("taken for a fault of the row")
            except TimeIsUpError as error:  # as compiled code may lose it
                lost.append(error)
                if len(lost) > 1:
                    raise


def test_no_except_takes_it_and_it_comes_again_when_lost() -> None:
    began = time.monotonic()
    lost: list[BaseException] = []
    with pytest.raises(TimeIsUpError):
        sleep_and_lose_the_first(lost)
    assert len(lost) == 2
    assert time.monotonic() - began < 4
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_off_the_main_thread_nothing_is_ended_and_that_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    ended: list[bool] = []

    def work() -> None:
        with time_limit(0.05):
            time.sleep(0.2)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
    assert "not ended after 0.05 seconds" in capfd.readouterr().err
