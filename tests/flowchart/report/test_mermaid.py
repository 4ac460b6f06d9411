"""The diagram: each box once, each arrow with its steps, and no text of a chart as Mermaid's syntax."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.graph import Answer, Kind
from flowchart.path import Path
from flowchart.report.mermaid import diagram, label


def decoded(text: str) -> str:
    """The text as Mermaid shows it."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


def test_loop_has_one_box_and_numbered_arrows() -> None:
    path = Path(graph.load())
    ways = [Answer.NEXT, Answer.NO, Answer.NO, *[Answer.NEXT] * 4]
    for way in ways:
        path.answer(way)
    for _ in range(6):
        for way in (Answer.NO, Answer.NO, Answer.NEXT, Answer.NEXT, Answer.NEXT):
            path.answer(way)
    text = diagram(path)
    assert text.count(label(path.chart.nodes["scratch.happy"].text)) == 1
    assert '-->|"NO, steps 8, 13, 18, 23 and 2 more"|' in text
    assert re.search(r'n\d+ -->\|"NO, step 2"\| n\d+', text)
    boxes = set(re.findall(r"^    (n\d+)\S", text, re.MULTILINE))
    assert boxes >= set(re.findall(r"n\d+", text))
    assert re.search(r"class (n\d+) here", text)


def test_shapes_tell_kinds() -> None:
    path = Path(graph.load())
    for way in (Answer.NEXT, Answer.NO, Answer.NO, Answer.NEXT, Answer.NEXT, Answer.NEXT):
        path.answer(way)
    text = diagram(path)
    assert '(["Flowchart start"])' in text
    assert re.search(r'\{"Can you write rules', text)
    assert '[["ner.manual"]]' in text
    assert path.current.kind is Kind.RECIPE


def test_start_alone_is_a_diagram() -> None:
    assert '(["Flowchart start"])' in diagram(Path(graph.load()))


@given(st.text(max_size=60))
def test_label_holds_no_syntax(text: str) -> None:
    found = label(text)
    rest = re.sub(r"#\d+;", "", found)
    assert not re.search(r"[\"`<>&#;\\\[\]{}|*_~$@\n\x1b=^]|%%|:\S", rest)


@pytest.mark.parametrize(
    "text", ['say "no"', "a # b;", "`x`", "%%{init}%%", "fa:fa-car", "a_b", "été 中文", "1. one"]
)
def test_label_shows_its_text(text: str) -> None:
    assert decoded(label(text)) == text


def test_numbered_list_is_escaped() -> None:
    assert label("1. one").startswith("1#46;")  # Mermaid refuses lists in boxes
