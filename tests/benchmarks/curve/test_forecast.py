"""The benchmark of the forecasts, on a run that was never trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.curve.forecast import checks_of, main, trainings_of
from tests.flowchart.training.simulated import curve


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run of eight points and two repeats, as train-curve leaves it."""
    _, its = curve(
        np.random.default_rng(0),
        lambda size: 0.6 + 0.05 * float(np.log2(size)),
        [number / 8 for number in range(1, 9)],
        repeats=2,
        docs=801,
    )
    folder = tmp_path / "20261125-000000-train-curve-0000"
    records = []
    for number, point in enumerate(its):
        for record, counts in point:
            place = f"points/{number}-r{record['repeat']}"
            (folder / place).mkdir(parents=True)
            (folder / place / "point.json").write_text(json.dumps({"counts": counts.to_dict()}))
            records.append({**record, "model": f"{place}/model"})
    result = {
        "trainings": records[::-1],
        "points": records[::2],
        "repeats": 2,
        "files": [{"path": "/x/train.jsonl"}],
        "train": {"docs": 801},
        "eval": {"docs": 200},
    }
    (folder / "result.json").write_text(json.dumps(result))
    return folder


def test_each_later_point_within_twice_the_texts_is_checked(run: Path) -> None:
    points = trainings_of(run)
    assert [point[0][0]["docs"] for point in points] == [100, 200, 300, 400, 501, 601, 701, 801]
    assert [[record["repeat"] for record, _ in point] for point in points] == [[0, 1]] * 8
    checks = checks_of(points, 0)
    # From 300 to 601, from 400 to 801, and from there on all that are left: 3 + 4 + 3 + 2 + 1.
    assert [check.points for check in checks] == [3] * 3 + [4] * 4 + [5] * 3 + [6] * 2 + [7]
    (main_one,) = [check for check in checks if check.main]
    assert (main_one.points, main_one.docs, main_one.to_docs) == (4, 400, 801)
    assert main_one.actual == np.mean([record["ents_f"] for record, _ in points[-1]])
    assert main_one.last_f == np.mean([record["ents_f"] for record, _ in points[3]])
    assert main_one.low < main_one.predicted < main_one.high
    assert abs(main_one.predicted - main_one.actual) < 0.05


def test_it_prints_and_writes_the_checks(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results.json"
    assert main(["--run", str(run), "--results", str(file), "--synthetic", "2"]) == 0
    shown = capsys.readouterr().out
    assert "801 training texts, 200 eval texts, 8 points, 2 repeats" in shown
    assert "<- from the first 4 points to 100%" in shown
    assert "of 13" in shown
    assert "8 points, 3 repeats: held" in shown
    (checks,) = json.loads(file.read_text()).values()
    held = sum(check["covered"] for check in checks)
    assert f"held by the 90% interval: {held} of 13" in shown
    for check in checks:
        assert check["covered"] is (check["low"] <= check["actual"] <= check["high"])


def test_it_wants_something_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--synthetic" in capsys.readouterr().err
