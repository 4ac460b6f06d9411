"""The chart's questions that the data answers: hand-computed cases, and facts that are missing or odd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.evidence import MEASURES, Facts, measure

CHART = graph.load()


def check(accepted: int) -> dict[str, Any]:
    stages = [
        {"stage": "rows", "documents": accepted + 5, "spans": 9},
        {"stage": "accepted", "documents": accepted, "spans": 8},
        {"stage": "merged", "documents": accepted - 1, "spans": 7},
    ]
    return {"funnel": stages, "content_hash": "abc"}


def curve(answer: str) -> dict[str, Any]:
    return {
        "verdict": {"answer": answer, "difference": 0.02, "low": -0.01, "high": 0.05, "reason": "Because."}
    }


@pytest.mark.parametrize(("accepted", "suggestion"), [(4001, "YES"), (4000, "NO"), (12, "NO")])
def test_annotations_are_counted_against_the_boxs_threshold(accepted: int, suggestion: str) -> None:
    evidence = measure(CHART.nodes["scratch.enough"], Facts(check=check(accepted)))
    assert evidence is not None
    assert (evidence.value, evidence.threshold, evidence.suggestion) == (accepted, 4000, suggestion)
    assert f"{accepted:,} accepted" in evidence.reason
    assert f"{accepted - 1:,} different texts, 7 spans" in evidence.reason


def test_the_threshold_is_the_lanes_own() -> None:
    evidence = measure(CHART.nodes["improve.enough"], Facts(check=check(2500)))
    assert evidence is not None
    assert evidence.suggestion == "YES"


@pytest.mark.parametrize("answer", ["YES", "NO", "CAN'T TELL"])
def test_the_last_step_is_the_curves_verdict(answer: str) -> None:
    evidence = measure(CHART.nodes["add.last_quarter"], Facts(curve=curve(answer)))
    assert evidence is not None
    assert evidence.suggestion == answer
    assert (evidence.value, evidence.low, evidence.high) == (0.02, -0.01, 0.05)


def test_without_facts_nothing_is_said() -> None:
    for node in CHART.nodes.values():
        assert measure(node, Facts()) is None


@given(
    st.dictionaries(
        st.sampled_from(["funnel", "verdict", "x"]), st.none() | st.integers() | st.lists(st.text())
    )
)
def test_odd_facts_say_nothing(odd: dict[str, Any]) -> None:
    for name in ("scratch.enough", "scratch.last_quarter"):
        assert measure(CHART.nodes[name], Facts(check=odd, curve=odd)) is None


def test_every_measure_is_asked_for_by_the_chart() -> None:
    assert set(MEASURES) <= {node.measure for node in CHART.nodes.values()}
