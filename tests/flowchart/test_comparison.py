"""Two curves are compared where they may be, and it is said where they may not."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.comparison import OTHER_EVAL, differences, obstacle, remarks


def curve(*scores: float, half: float = 0.03, **more: Any) -> dict[str, Any]:
    points = [
        {
            "fraction": number / len(scores),
            "docs": 100 * number,
            "ents_f": score,
            "ents_f_low": score - half,
            "ents_f_high": score + half,
        }
        for number, score in enumerate(scores, 1)
    ]
    return {"points": points, "eval": {"hash": "e1"}, "content_hash": "c1", "seed": 0, **more}


def test_scores_from_different_eval_sets_are_never_compared() -> None:
    one = curve(0.5, 0.6)
    assert obstacle(one, curve(0.5, 0.7)) == ""
    assert obstacle(one, curve(0.5, 0.7, eval={"hash": "e2"})) == OTHER_EVAL
    assert "different eval sets" in OTHER_EVAL
    assert "names no eval set" in obstacle(one, {"points": one["points"]})
    assert "when the run has ended" in obstacle({"points": one["points"]}, one)


def test_what_is_not_the_same_is_told() -> None:
    one = curve(0.5)
    assert remarks(one, curve(0.9)) == []
    told = " ".join(remarks(one, curve(0.9, content_hash="c2", seed=1, base_model="x", config="y")))
    for word in ("different data", "seeds", "base models", "configs"):
        assert word in told


def test_differences_are_those_of_the_shares_that_both_have() -> None:
    found = differences(curve(0.5, 0.6, 0.7, 0.8), curve(0.55, 0.7, half=0.04))
    assert [difference.fraction for difference in found] == [0.5, 1.0]
    last = found[-1]
    assert (last.docs, last.scores) == ((400, 200), (0.8, 0.7))
    assert last.change == pytest.approx(0.1)
    # Of independent scores the half-widths add up as squares: 3 and 4 make 5.
    assert (last.low, last.high) == (pytest.approx(0.05), pytest.approx(0.15))


def test_without_an_interval_there_is_none_of_the_difference() -> None:
    one = curve(0.5)
    one["points"][0]["ents_f_low"] = None
    assert [(d.low, d.high) for d in differences(one, curve(0.6))] == [(None, None)]


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
odd_points = st.lists(
    st.one_of(
        anything,
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(["fraction", "docs", "ents_f", "ents_f_low", "ents_f_high"], anything)
        ),
    ),
    max_size=4,
)
odd_curve = st.fixed_dictionaries(
    {}, optional={"points": st.one_of(anything, odd_points), "eval": anything, "seed": anything}
)


@given(odd_curve, odd_curve)
def test_odd_results_break_nothing(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert isinstance(obstacle(one, other), str)
    remarks(one, other)
    for difference in differences(one, other):
        assert math.isfinite(difference.change)
