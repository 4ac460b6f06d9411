"""A forecast in words: each number with its interval."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.forecast_text import forecast_lines


def reach(more: int | None, low: int | None, high: int | None) -> dict[str, Any]:
    return {"more_docs": more, "low": low, "high": high, "reachable": more is not None}


def forecast(**more: Any) -> dict[str, Any]:
    return {
        "models": [{"name": "power-law", "line": []}],
        "at_double": {"docs": 2470, "ents_f": 0.661, "low": 0.62, "high": 0.698},
        "confidence": 0.9,
        "per_gain": {"gain": 0.02, **reach(1200, 700, 3500)},
        "target": None,
        "reason": "+2.0 points of F: about 1,200 more annotations.",
        **more,
    }


def test_in_percent_and_as_fractions() -> None:
    assert forecast_lines({"forecast": forecast()}, percent=True) == [
        "at 2,470 texts: F 66.1, 90% interval 62.0 to 69.8",
        "about 1,200 more annotations for +2.0, 90% interval 700 to 3,500",
    ]
    assert forecast_lines({"forecast": forecast()}, percent=False) == [
        "at 2,470 texts: F 0.661, 90% interval 0.620 to 0.698",
        "about 1,200 more annotations for +2.0 points of F, 90% interval 700 to 3,500",
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (reach(1900, 900, None), "about 1,900 more annotations for F 80.0, 90% interval 900 to beyond twice"),
        (
            reach(None, 900, None),
            "F 80.0: not reachable on this trend (up to twice today's data; at best after ",
        ),
        (reach(None, None, None), "F 80.0: not reachable on this trend (up to twice today's data)"),
        (reach(0, 0, 0), "F 80.0: reached with today's data"),
        (reach(0, 0, 400), "F 80.0: reached with today's data, 90% interval to 400 more"),
    ],
)
def test_what_a_target_takes(found: dict[str, Any], said: str) -> None:
    result = {"forecast": forecast(target={"ents_f": 0.8, **found}), "target": 0.8}
    assert forecast_lines(result, percent=True)[-1].startswith(said)


def test_without_a_forecast_it_is_said_why() -> None:
    few = {"models": [], "reason": "A forecast needs\n3 points \x1b[1mof different size."}
    (line,) = forecast_lines({"forecast": few}, percent=True)
    assert line.startswith("A forecast needs 3 points")
    assert "\x1b" not in line
    assert forecast_lines({"points": []}, percent=True) == []


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
table = st.one_of(
    anything,
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(["docs", "ents_f", "low", "high", "gain", "more_docs", "reachable"], anything),
    ),
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "target": anything,
            "forecast": st.one_of(
                anything,
                st.fixed_dictionaries(
                    {},
                    optional={
                        "at_double": table,
                        "per_gain": table,
                        "target": table,
                        "confidence": anything,
                        "reason": anything,
                    },
                ),
            ),
        },
    )
)
def test_odd_forecasts_break_nothing(result: dict[str, Any]) -> None:
    for percent in (True, False):
        assert all(isinstance(line, str) for line in forecast_lines(result, percent=percent))
