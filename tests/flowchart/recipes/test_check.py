"""The check recipe: its result as the screen, the command line and the report read it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from flowchart.errors import UserError
from flowchart.findings_file import read_findings, read_row
from flowchart.recipes import check
from flowchart.runs.folder import Run
from flowchart.runs.reporter import Reporter
from flowchart.workspace import Workspace


def made(tmp_path: Path, **settings: Any) -> Run:
    inputs = [("train", Path(file)) for file in settings["train"]]
    return Run.create(Workspace(tmp_path / "work"), "check", settings, inputs, "ner-tui check")


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "text": f"Ann saw Rome {number}",
            "spans": [{"start": 0, "end": 3, "label": "PER"}],
            "answer": "accept",
        }
        for number in range(count)
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.jsonl"
    lines = [json.dumps(row) for row in rows(20)]
    broken = {"text": "Annabel left", "spans": [{"start": 0, "end": 3, "label": "PER"}], "answer": "accept"}
    file.write_text("\n".join(["broken", *lines, json.dumps(broken), lines[0]]) + "\n")
    return file


def test_the_result(tmp_path: Path, data: Path) -> None:
    run = made(tmp_path, train=[str(data)], eval=[], lang="en", eval_split=0.25, seed=3)
    result = check.run(run, Reporter(run.events_file))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert (result["documents"], result["spans"]) == (22, 22)
    (label,) = result["labels"]
    assert (label["label"], label["spans"], label["texts"]) == ("PER", 20, 20)
    assert label["train"] + label["eval"] == 20
    assert label["eval"] in (4, 5)  # 5 of 21 texts, one of which has no span
    assert [stage["stage"] for stage in result["funnel"]] == [
        "rows",
        "tasks",
        "accepted",
        "merged",
        "aligned",
        "train",
        "eval",
    ]
    lost = {kind: count for stage in result["funnel"] for kind, count in stage["lost"].items()}
    assert lost == {"not-json": 1, "duplicate-text": 1, "misaligned": 1}
    assert result["files"] == [
        {
            "path": str(data),
            "role": "train",
            "bytes": data.stat().st_size,
            "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
            "rows": 23,
        }
    ]
    assert (result["seed"], result["eval_split"], result["lang"]) == (3, 0.25, "en")
    assert result["eval_source"] == "split"
    assert result["text_stats"]["empty_share"] == pytest.approx(1 / 21, abs=1e-3)
    assert result["versions"]["spacy"].startswith("3.8")
    told, _ = run.events()
    finished = dict.fromkeys(event["stage"] for event in told if event["done"] == event["total"])
    assert list(finished) == ["read", "align"]


def test_the_eval_set_is_split_off_once(tmp_path: Path, data: Path) -> None:
    settings = {"train": [str(data)], "eval": [], "eval_split": 0.25, "seed": 3}
    found = []
    for more in ("", json.dumps(rows(21)[20]) + "\n"):
        with data.open("a") as file:
            file.write(more)
        run = made(tmp_path, **settings)
        found.append(check.run(run, Reporter(run.events_file)))
    first, second = found
    assert (first["eval_source"], second["eval_source"]) == ("split", "saved")
    assert first["eval_hash"] == second["eval_hash"]
    assert first["eval_file"] == second["eval_file"]
    file = Path(first["eval_file"])
    assert file.parent == Workspace(tmp_path / "work").eval_sets
    before, after = first["funnel"][-1], second["funnel"][-1]
    assert before["documents"] == after["documents"] == len(file.read_text().splitlines())
    assert second["funnel"][-2]["documents"] == first["funnel"][-2]["documents"] + 1
    assert {"exact", "near", "share", "spans_in_exact"} == first["leakage"].keys()


def test_a_damaged_eval_set_ends_the_run_with_what_to_do(tmp_path: Path, data: Path) -> None:
    run = made(tmp_path, train=[str(data)])
    file = Path(check.run(run, Reporter(run.events_file))["eval_file"])
    file.write_bytes(file.read_bytes()[:-9])
    run = made(tmp_path, train=[str(data)])
    with pytest.raises(UserError, match="or delete it to split off a new one"):
        check.run(run, Reporter(run.events_file))


def test_each_finding_opens_its_row(tmp_path: Path, data: Path) -> None:
    run = made(tmp_path, train=[str(data)])
    result = check.run(run, Reporter(run.events_file))
    summary = result["findings"]
    found = read_findings(run.folder / summary["file"])
    assert len(found) == summary["total"] == sum(kind["count"] for kind in summary["kinds"])
    misaligned = next(finding for finding in found if finding["kind"] == "misaligned")
    assert "Annabel" in read_row(Path(misaligned["file"]), misaligned["row"])
    broken = next(finding for finding in found if finding["kind"] == "not-json")
    assert read_row(Path(broken["file"]), broken["row"]) == "broken"


def test_data_that_cannot_be_trained_is_checked_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"text": "Annabel", "spans": [{"start": 0, "end": 3, "label": "PER"}]}))
    run = made(tmp_path, train=[str(file)])
    result = check.run(run, Reporter(run.events_file))
    kinds = {kind["kind"] for kind in result["findings"]["kinds"]}
    assert {"misaligned", "nothing-aligned", "no-split"} <= kinds


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    run = made(tmp_path, train=[])
    with pytest.raises(UserError, match="no training file"):
        check.run(run, Reporter(run.events_file))
