"""`ner-tui advise`, for real: the walk as text, as JSON and as Markdown, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from flowchart import graph
from flowchart.advice import advise as walked_by
from flowchart.evidence import Facts
from flowchart.runs.folder import list_runs
from flowchart.workspace import Workspace
from tests.flowchart.runs.helpers import make_rows, write_rows
from tests.tui.cli.conftest import Program, Result, program_environment
from tests.tui.tiny import tiny_pipeline
from tui.cli import advise
from tui.cli.parser import parse

CHART = graph.load()

QUICK = ("--model", tiny_pipeline())
"""Loading a real pipeline takes most of the time."""


class Place:
    """A folder with data, and the program started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_rows(folder / "train.jsonl", make_rows(60))
        write_rows(folder / "eval.jsonl", make_rows(30, seed=1))

    def advise(self, *arguments: object) -> Result:
        return subprocess.run(
            [sys.executable, "-m", "tui", "advise", *map(str, arguments)],
            cwd=self.folder,
            env=program_environment(self.folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
        )

    def runs(self) -> list[str]:
        return [run.id for run in list_runs(Workspace(self.folder / ".ner-tui"))]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace in which the data has been measured once."""
    place = Place(tmp_path_factory.mktemp("place"))
    result = place.advise("train.jsonl,eval:eval.jsonl", *QUICK)
    assert result.returncode == 0, result.stderr
    return place


def test_the_run_that_measured_shows_the_data(place: Place) -> None:
    def runs(*arguments: str) -> str:
        command = [sys.executable, "-m", "tui", "runs", *arguments]
        environment = program_environment(place.folder)
        return subprocess.run(
            command, cwd=place.folder, env=environment, capture_output=True, text=True, timeout=60
        ).stdout

    shown = runs("follow", "last")
    assert "rows" in shown
    assert "train.jsonl" in shown
    assert "none" not in shown.partition("Labels")[2].partition("Findings")[0]
    assert " texts, " in runs()


def same(place: Place, *more: object) -> Result:
    """The same question again: answered from the run that measured it."""
    before = place.runs()
    result = place.advise("train.jsonl", "--eval", "eval.jsonl", *QUICK, *more)
    assert place.runs() == before
    return result


def refused(result: Result) -> str:
    """The one line of stderr of a command that was given what it cannot use."""
    assert result.returncode == 2
    assert result.stdout == b""
    (line,) = result.stderr.decode().splitlines()
    assert line.startswith("ner-tui: ")
    assert "Traceback" not in line
    return line


# -- what comes out -----------------------------------------------------------------------------------


def test_the_report(place: Place) -> None:
    result = same(place)
    out = result.stdout.decode()
    assert result.returncode == 0
    lines = out.splitlines()
    assert lines[0] == f"{CHART.title}: by the data alone"
    assert lines[3] == "  1. Flowchart start"
    assert "  2. Can you write rules" in lines[4]
    assert "entity types?  YES" in out
    assert "No patterns file was given; " in out
    end = lines[lines.index("Stopped at") + 2]
    assert end.removeprefix("Stopped at: ") in {node.text for node in CHART.nodes.values()}
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)
    assert b"Traceback" not in result.stderr


def test_json_is_one_document(place: Place) -> None:
    result = same(place, "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    assert {"path", "stopped_at", "stop", "reason", "run"} <= document.keys()
    assert document["run"] in place.runs()
    path = document["path"]
    assert [step["node"] for step in path][:2] == ["start", "rules.can_write"]
    for step, following in zip(path, [*path[1:], None], strict=True):
        assert {"node", "answer", "suggestion", "evidence"} <= step.keys()
        node = CHART.nodes[step["node"]]
        if following is None:
            assert (step["node"], step["answer"]) == (document["stopped_at"], "")
            continue
        (edge,) = [edge for edge in CHART.out(node.id).values() if edge.answer.value == step["answer"]]
        assert edge.target == following["node"]
        if node.is_decision:
            assert step["suggestion"] == step["answer"].upper() == step["evidence"]["suggestion"]
            assert {"value", "reason", "threshold", "low", "high", "table"} <= step["evidence"].keys()
        else:
            assert (step["suggestion"], step["evidence"]) == ("", None)
    assert document["stop"] in ("outcome", "person", "can't tell", "circle")
    assert document["reason"]


def test_what_the_text_says_is_what_json_says(place: Place) -> None:
    document = json.loads(same(place, "--json").stdout)
    out = " ".join(same(place).stdout.decode().split())
    for step in document["path"][:-1]:
        assert CHART.nodes[step["node"]].text in out
        if step["evidence"]:
            assert " ".join(step["evidence"]["reason"].split()) in out
    assert " ".join(document["reason"].split()) in out


def test_another_target_measures_nothing_anew(place: Place) -> None:
    document = json.loads(same(place, "--target", "0.5", "--json").stdout)
    assert document["run"] in place.runs()


def test_markdown_is_written_and_never_over_a_file_of_somebody(place: Place) -> None:
    file = place.folder / "path.md"
    result = same(place, "-o", "path.md")
    assert result.returncode == 0
    report = file.read_text()
    assert "```mermaid" in report
    assert "Measured: **YES**" in report
    assert "Walked by the data alone; stopped here." in report
    file.write_text("mine")
    assert "path.md: is there already; overwrite it with --force" in refused(same(place, "-o", "path.md"))
    assert file.read_text() == "mine"
    assert same(place, "-o", "path.md", "--force").returncode == 0
    assert "```mermaid" in file.read_text()


@pytest.mark.parametrize(("output", "said"), [("here", "is a directory"), ("gone/path.md", "no such folder")])
def test_where_nothing_can_be_written_nothing_is_measured(tmp_path: Path, output: str, said: str) -> None:
    place = Place(tmp_path)
    (tmp_path / "here").mkdir()
    assert said in refused(place.advise("train.jsonl", "-o", output))
    assert place.runs() == []


def test_patterns_and_a_map_are_measured_with(place: Place) -> None:
    patterns = place.folder / "patterns.jsonl"
    patterns.write_text('{"label": "DRUG", "pattern": "aspirin"}\n')
    result = place.advise("train.jsonl,eval:eval.jsonl", *QUICK, "--patterns", "patterns.jsonl", "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    (step,) = [step for step in document["path"] if step["node"] == "rules.can_write"]
    assert step["evidence"]["reason"].startswith("Your 1 pattern matches ")


# -- what it refuses ----------------------------------------------------------------------------------

BAD: dict[str, tuple[list[str], str]] = {
    "no data": (["missing.jsonl"], "missing.jsonl: no such file"),
    "no eval": (["train.jsonl", "--eval", "missing.jsonl"], "missing.jsonl: no such file"),
    "map": (["train.jsonl", "--map", "PERSON"], "'PERSON' is no pair of labels"),
    "maps": (["train.jsonl", "--map", "A=B", "--map", "A=C"], "'A' is said to mean 'B' and 'C'"),
    "no patterns": (["train.jsonl", "--patterns", "missing.jsonl"], "missing.jsonl: no such file"),
    "two patterns": (["train.jsonl", "--patterns", "train.jsonl,eval.jsonl"], "more than one file"),
    "target": (["train.jsonl", "--target", "lots"], "--target"),
    "no chart": (["train.jsonl", "--flowchart", "missing.toml"], "missing.toml: cannot read this chart"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_one_line_and_exit_2(place: Place, case: str) -> None:
    arguments, said = BAD[case]
    before = place.runs()
    assert said in refused(place.advise(*arguments))
    assert place.runs() == before


def test_data_that_is_none_is_told_at_the_end(ner_tui: Program, folder: Path) -> None:
    (folder / "text.jsonl").write_text("no json\nat all\n")
    result = ner_tui("advise", "text.jsonl")
    assert (result.returncode, result.stdout) == (2, b"")
    last = result.stderr.decode().splitlines()[-1]
    assert last.startswith("ner-tui: ")
    assert "text.jsonl" in last
    assert b"Traceback" not in result.stderr


def test_a_changed_file_is_measured_anew(ner_tui: Program, folder: Path) -> None:
    runs = []
    for count in (40, 41):
        write_rows(folder / "train.jsonl", make_rows(count))
        runs.append(json.loads(ner_tui("advise", "train.jsonl", *QUICK, "--json").stdout)["run"])
    assert len(set(runs)) == 2


def test_no_escape_sequence_comes_out(ner_tui: Program, hostile: Path) -> None:
    for flags in ([], ["--json"]):
        result = ner_tui("advise", hostile.name, *QUICK, *flags)
        assert result.returncode == 0
        for bad in (b"\x1b", b"\x07", "\u202e".encode()):
            assert bad not in result.stdout + result.stderr


# -- real data ----------------------------------------------------------------------------------------


def on_real_data(ner_tui: Program, folder: Path, *more: str) -> dict[str, Any]:
    (train,), (evaluation,) = folder.glob("train.jsonl*"), folder.glob("eval.jsonl*")
    result = ner_tui("advise", train, "--eval", evaluation, "--json", *more)
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_diseases_lead_to_a_training(ner_tui: Program, shared_data: Path) -> None:
    document = on_real_data(ner_tui, shared_data / "ner" / "ncbi_disease")
    assert (document["stopped_at"], document["stop"]) == ("scratch.happy", "can't tell")
    assert document["reason"].endswith("What it takes: a learning curve.")
    answers = {step["node"]: step["answer"] for step in document["path"]}
    assert (answers["rules.can_write"], answers["rules.accurate"]) == ("yes", "no")
    assert answers["route.model_available"] == "no"


def test_patterns_for_drugs_reach_what_they_reach_as_an_entity_ruler(
    ner_tui: Program, shared_data: Path
) -> None:
    drugs = shared_data / "ner" / "drugs"
    document = on_real_data(ner_tui, drugs, *QUICK, "--patterns", str(drugs / "patterns.jsonl"))
    assert "F 42.5" in json.dumps(document)


def test_a_charts_title_is_text() -> None:
    chart = replace(CHART, title="中文\x1b[31m")
    title, rule, *_ = advise.text(chart, walked_by(chart, Facts()), parse(["advise", "x"])).splitlines()
    assert title == "中文\ufffd[31m: by the data alone"
    assert len(rule) == cell_len(title)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"label": "A"}\n', "no pattern that can be used; row 1: it has no pattern"),
        (b'{"label": "A", "pattern": [{"POS": "NOUN"}]}\n', "POS needs a morphologizer or tagger"),
        (bytes(range(256)), "no pattern that can be used; row 1: not "),
        (b"[paths]\ntrain = null\n", "no pattern that can be used; row 1: not JSON"),
        (b"[]", "no pattern that can be used; write one object a line"),
    ],
)
def test_patterns_that_cannot_be_used_at_all_are_refused(place: Place, content: bytes, message: str) -> None:
    (place.folder / "odd.jsonl").write_bytes(content)
    result = place.advise("train.jsonl,eval:eval.jsonl", *QUICK, "--patterns", "odd.jsonl")
    assert result.returncode == 2
    assert result.stdout == b""
    error = result.stderr.decode().strip().splitlines()[-1]
    assert error.startswith(f"ner-tui: {place.folder / 'odd.jsonl'}: ")
    assert message in error
