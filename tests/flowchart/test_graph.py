"""The chart: what it must hold whoever edits it, and what is said when a file is no chart."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from flowchart import graph
from flowchart.errors import UserError
from flowchart.graph import Answer, Flowchart, Kind

SECOND = Path(graph.__file__).with_name("spancat.toml")
CHANGES_SOMETHING = ("collect", "fix_evaluation", "review", "include_all")


@pytest.fixture(scope="module")
def chart() -> Flowchart:
    return graph.load()


def test_all_boxes_of_the_source(chart: Flowchart) -> None:
    assert len(chart.nodes) == 57
    kinds = Counter(node.kind for node in chart.nodes.values())
    assert kinds[Kind.DECISION] == 23
    assert kinds[Kind.RECIPE] == 11
    assert kinds[Kind.OUTCOME] == 6
    assert list(chart.lanes) == ["rules", "route", "scratch", "improve", "add"]
    assert set(chart.recipes) == {"train", "train-curve", "ner.manual", "ner.correct", "review"}


def test_every_decision_has_one_yes_and_one_no(chart: Flowchart) -> None:
    for node in chart.nodes.values():
        answers = set(chart.out(node.id))
        if node.is_decision:
            assert answers == {Answer.YES, Answer.NO}, node.id
        else:
            assert answers == (set() if node.is_outcome else {Answer.NEXT}), node.id


def test_every_box_is_reached_and_leads_to_an_outcome(chart: Flowchart) -> None:
    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(edge.target for edge in chart.out(node).values())
        return seen

    assert reached("start") == set(chart.nodes)
    for node_id in chart.nodes:
        assert any(chart.nodes[other].is_outcome for other in reached(node_id)), node_id


def test_every_loop_changes_something(chart: Flowchart) -> None:
    """Without the boxes that change something no box can be reached from itself."""
    quiet = {
        node_id: [edge.target for edge in chart.out(node_id).values()]
        for node_id in chart.nodes
        if node_id.rpartition(".")[2] not in CHANGES_SOMETHING
    }
    for start in quiet:
        seen: set[str] = set()
        waiting = list(quiet[start])
        while waiting:
            node = waiting.pop()
            assert node != start, f"a loop through {start} changes nothing"
            if node in quiet and node not in seen:
                seen.add(node)
                waiting.extend(quiet[node])


def letters(text: str) -> str:
    """The text without what the layout of the drawing did to it."""
    text = (
        text.replace("’", "'").replace("pre-\ntrained", "pre-trained").replace("pre- trained", "pre-trained")
    )
    return re.sub(r"\s+", "", text)


def test_the_texts_stand_in_the_source_as_often(chart: Flowchart, shared_data: Path) -> None:
    source = (shared_data.parent / "flowchart" / "source.txt").read_text(encoding="utf-8")
    flat = letters(source)
    for text, times in Counter(letters(node.text) for node in chart.nodes.values()).items():
        found = flat.count(text)
        if text in {"train", "train-curve", "ner.manual", "ner.correct", "review"}:
            lines = [line for line in re.split(r"[\n ]+", source) if line == text]
            # Each name stands once more in the introduction; "train" also begins its own description.
            assert len(lines) >= times + 1, text
        else:
            assert found >= times, text
    for recipe in chart.recipes.values():
        assert letters(recipe.description) in flat
    for _, meaning in chart.legend:
        assert letters(meaning) in flat
    for words in (chart.released, chart.compatibility, chart.title):
        assert letters(words) in flat


def test_the_boxes_are_those_of_the_plan(chart: Flowchart, shared_data: Path) -> None:
    table = (shared_data.parent / "flowchart" / "graph.md").read_text(encoding="utf-8")
    line = r"^\| ([a-z]+(?:\.[a-z_]+)?) \| (\S+) \| ([a-z][^|]*) \| ([^|]*) \| ([^|]*) \|$"
    rows = re.findall(line, table, re.MULTILINE)
    rows = [row for row in rows if row[0] != "id"]
    assert len(rows) == 57
    for node_id, lane, kind, text, ways in rows:
        node = chart.nodes[node_id]
        assert node.text == text
        assert node.lane == ("" if lane == "-" else lane)
        assert node.kind == kind.split(",")[0].split()[0]
        assert node.usual == ("usual" in kind)
        for answer, target, basis in re.findall(r"(YES |NO |)([a-z]+\.[a-z_]+) \(([^)]*)\)", ways):
            edge = chart.out(node_id)[Answer(answer.strip().lower() or "next")]
            assert edge.target == target
            assert ", ".join(edge.basis) == basis


def test_the_usual_suggestion_is_to_train_from_scratch(chart: Flowchart) -> None:
    assert [node.id for node in chart.nodes.values() if node.usual] == ["route.scratch", "scratch.enter"]


def test_every_box_says_what_it_means_and_every_arrow_why(chart: Flowchart) -> None:
    for node in chart.nodes.values():
        assert len(node.meaning) > 40, node.id
        assert bool(node.asks) == node.is_decision, node.id
        assert bool(node.measure) == node.is_decision, node.id
        if node.kind in (Kind.RECIPE, Kind.OUTCOME):
            assert node.commands, node.id
    assert all(edge.provenance and edge.basis for edge in chart.edges)


def test_a_second_chart_is_only_another_file() -> None:
    chart = graph.load(SECOND)
    assert chart.start.text.startswith("Start")
    assert {node.kind for node in chart.nodes.values()} >= {Kind.DECISION, Kind.RECIPE, Kind.OUTCOME}


def test_an_override_corrects_one_arrow_and_one_threshold(tmp_path: Path) -> None:
    file = tmp_path / "flowchart.toml"
    file.write_text(
        '[[edge]]\nfrom = "rules.can_write"\nanswer = "no"\nto = "scratch.enter"\nwhy = "The drawing."\n'
        '[node."scratch.enough"]\nthreshold = 3000\n'
    )
    chart = graph.load(None, file)
    edge = chart.out("rules.can_write")[Answer.NO]
    assert (edge.target, edge.basis, edge.provenance) == ("scratch.enter", ("corrected",), "The drawing.")
    assert chart.nodes["scratch.enough"].threshold == 3000
    assert chart.out("rules.can_write")[Answer.YES].target == "rules.accurate"
    assert chart.digest != graph.load().digest


MINIMAL = """
title = "t"
edge = [{ from = "a", to = "b" }]
[[node]]
id = "a"
kind = "start"
text = "A"
[[node]]
id = "b"
kind = "outcome"
text = "B"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('to = "b"', 'to = "nowhere"', "no box 'nowhere'"),
        ('kind = "outcome"', 'kind = "decision"', "must have the ways on ['no', 'yes'], not []"),
        ('kind = "outcome"', 'kind = "box"', "must be one of start, decision"),
        ('kind = "start"', 'kind = "action"', "0 boxes of kind 'start'"),
        ('id = "b"', 'id = "a"', "same id"),
        ('text = "B"', "text = 3", "'text' must be a string"),
        (
            'text = "B"',
            'text = "B"\n[[node]]\nid = "c"\nkind = "outcome"\ntext = "C"',
            "'c' cannot be reached",
        ),
        ('text = "B"', 'text = "B"\nlane = "x"', "lane 'x'"),
        ("title", "title title", "no TOML"),
        ('edge = [{ from = "a", to = "b" }]', "edge = 5", "array of tables"),
        ('to = "b" }', 'to = "b" }, { from = "a", to = "b" }', "two arrows"),
        ('text = "B"', 'text = "B"\ncommands = ["x"]', "pairs of strings"),
        ('text = "B"', 'text = "B"\nthreshold = "x"', "must be a number"),
    ],
)
def test_what_is_wrong_with_a_chart_is_said_in_one_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "chart.toml"
    file.write_text(MINIMAL)
    graph.load(file)
    file.write_text(MINIMAL.replace(old, new, 1))
    with pytest.raises(UserError) as error:
        graph.load(file)
    assert said in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_or_broken_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read"):
        graph.load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="no TOML"):
        graph.load(tmp_path / "bytes.toml")
    override = tmp_path / "flowchart.toml"
    override.write_text('[[edge]]\nfrom = "start"\nanswer = "yes"\nto = "rules.can_write"\n')
    with pytest.raises(UserError, match="no arrow 'yes' from 'start'"):
        graph.load(None, override)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("threshold = nan", "must be a number"),
        ("threshold = 80", "from 0 to 1, not 80"),
        ("threshold = -1", "from 0 to 1, not -1"),
        ("limits = { nope = 3 }", "has no limit 'nope'"),
        ('text = "x"', "only 'threshold' and 'limits' can be set, not 'text'"),
    ],
)
def test_an_override_that_would_change_nothing_or_everything_is_refused(
    tmp_path: Path, setting: str, said: str
) -> None:
    override = tmp_path / "flowchart.toml"
    override.write_text(f'[node."rules.accurate"]\n{setting}\n')
    with pytest.raises(UserError, match=re.escape(said)):
        graph.load(override=override)


def test_limits_and_thresholds_are_overridden_one_by_one(tmp_path: Path) -> None:
    override = tmp_path / "flowchart.toml"
    override.write_text('[node."rules.evaluation_sure"]\nlimits = { leakage = 0.2 }\n')
    limits = graph.load(override=override).nodes["rules.evaluation_sure"].limits
    assert limits == {**graph.load().nodes["rules.evaluation_sure"].limits, "leakage": 0.2}


def test_packaged_charts_have_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert graph.chart_file(Path("ner")) is None
    assert graph.chart_file(Path("spancat")) == SECOND
    assert graph.chart_file(Path("my.toml")) == tmp_path / "my.toml"
    assert graph.chart_file(Path("./charts/ner")) == tmp_path / "charts/ner"
    (tmp_path / "spancat").write_text("")
    assert graph.chart_file(Path("spancat")) == tmp_path / "spancat", "a file of that name comes first"
    with pytest.raises(UserError, match="too long"):
        graph.chart_file(Path("n" * 300))
