"""What the question pane says of a box, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flowchart import graph
from flowchart.evidence import Evidence
from flowchart.graph import Answer
from flowchart.path import Path
from tests.tui.conftest import screen_text
from tui.app import NerTuiApp
from tui.glyphs import UNICODE
from tui.panes.evidence_text import evidence_content
from tui.panes.question import box_content

MakeApp = Callable[..., NerTuiApp]


def walked_to(node_id: str) -> tuple[Path, graph.Node]:
    path = Path(graph.load())
    return path, path.chart.nodes[node_id]


async def test_the_ways_on_are_in_view_in_the_smallest_three_panes(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 28)) as pilot:
        await pilot.press("y", "y")
        await pilot.pause()
        text = screen_text(app)
        assert "y  Yes" in text
        assert "n  No" in text


def test_the_evidence_stands_before_the_explanation() -> None:
    path, node = walked_to("scratch.enough")
    evidence = Evidence(
        measure="annotation_count", value=3, unit="annotations", suggestion="NO", reason="Too few."
    )
    shown = evidence_content(evidence, in_hand=True)
    text = box_content(path, node, UNICODE, evidence=shown).plain
    places = [text.index(part) for part in (node.text, "Yes", "Too few.", node.meaning, node.asks)]
    assert places == sorted(places)


def test_what_is_not_measured_here_is_not_said_to_be() -> None:
    path, node = walked_to("rules.accurate")
    text = box_content(path, replace(node, measure="of a chart of one's own"), UNICODE).plain
    assert "What to measure yourself" in text
    assert "Measured from" not in text
    path, node = walked_to("scratch.enough")
    assert "Measured from" in box_content(path, node, UNICODE).plain


def test_only_the_box_in_hand_offers_keys() -> None:
    path, node = walked_to("scratch.enough")
    assert "Yes  → train-curve\nNo   → Collect" in box_content(path, node, UNICODE).plain
    assert "y  Done, go on" in box_content(path, path.current, UNICODE).plain
    path.answer(Answer.NEXT, now="2026-01-02T03:04:05+00:00")
    assert "y  Yes" in box_content(path, path.current, UNICODE).plain


def test_lines_of_an_answer_stand_below_each_other() -> None:
    path, _ = walked_to("start")
    node = path.current
    target = path.chart.nodes[path.chart.out(node.id)[Answer.NEXT].target]
    lines = box_content(path, node, UNICODE, cells=44).plain.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("y  Done, go on"))
    indent = lines[first].index(target.text[:10])
    assert lines[first + 1].startswith(" " * indent)
    assert lines[first + 1][indent] != " "
    joined = " ".join(line.strip() for line in lines[first:])
    assert target.text in joined


def test_provenance_lists_yes_before_no_as_the_ways_on_do() -> None:
    path, node = walked_to("scratch.enough")
    text = box_content(path, node, UNICODE, basis=True).plain
    assert text.index("YES: train-curve") < text.index("NO: Collect more annotations")
