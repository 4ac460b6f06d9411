"""Consistency held against the chart's threshold: hand-computed cases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.evidence import Evidence, Facts, measure
from flowchart.evidence.consistency import FEWEST_TEXTS, FIRST, estimate
from flowchart.wilson import wilson

NODE = graph.load().nodes["scratch.consistent"]


def group(number: int) -> dict[str, Any]:
    outcomes = [["unlabelled", 1778], ["INGRED", 1]]
    return {"kind": "form", "what": f"'to{number}'", "outcomes": outcomes, "score": 0.993, "suspicious": 1}


def fact(levels: list[list[float]] | None = None, compared: int = 1000, **more: Any) -> dict[str, Any]:
    alone = {"texts": 0, "strict": None, "with_rejected": {"texts": 0, "strict": None}}
    return {
        "spans": 1500,
        "compared": compared,
        "levels": levels or [],
        "groups": [],
        "agreement": alone,
        **more,
    }


def annotators(strict: float, low: float, high: float, texts: int = FEWEST_TEXTS) -> dict[str, Any]:
    return {
        "annotators": ["ann", "bob"],
        "texts": texts,
        "strict": strict,
        "low": low,
        "high": high,
        "partial": 0.95,
        "position": 0.93,
        "with_rejected": {"texts": texts + 5, "strict": 0.6},
    }


def judge(measured: dict[str, Any]) -> Evidence:
    evidence = measure(NODE, Facts(measured={"consistency": measured}))
    assert evidence is not None
    return evidence


def test_without_the_fact_nothing_is_said() -> None:
    assert measure(NODE, Facts()) is None


def test_an_error_is_told() -> None:
    evidence = judge({"error": "train.jsonl: gone"})
    assert (evidence.suggestion, evidence.reason, evidence.value) == ("CAN'T TELL", "train.jsonl: gone", None)


@pytest.mark.parametrize(
    ("strict", "low", "high", "suggestion"),
    [(0.95, 0.92, 0.97, "YES"), (0.95, 0.89, 0.97, "CAN'T TELL"), (0.7, 0.66, 0.74, "NO")],
)
def test_annotators_come_first(strict: float, low: float, high: float, suggestion: str) -> None:
    evidence = judge(fact(agreement=annotators(strict, low, high)))
    assert evidence.suggestion == suggestion
    assert (evidence.value, evidence.low, evidence.high) == (strict, low, high)
    assert "10 shared texts" in evidence.reason
    assert "60.0% with rejected texts" in evidence.reason


def test_too_few_shared_texts_are_passed_over() -> None:
    evidence = judge(fact(agreement=annotators(0.1, 0.0, 0.2, texts=FEWEST_TEXTS - 1)))
    assert (evidence.suggestion, evidence.value) == ("YES", 1.0)


def test_annotators_who_share_texts_without_spans_are_passed_over() -> None:
    bare = {**annotators(1.0, 0, 0, texts=40), "low": None, "high": None}
    evidence = judge(fact(agreement=bare))
    assert (evidence.value, evidence.reason[:35]) == (1.0, "The annotations agree with themselv")


def test_it_says_of_how_many_texts_it_is() -> None:
    shared = annotators(0.95, 0.92, 0.97, texts=5000)
    drawn = {"training": [20_000, 80_000]}
    evidence = judge(fact(agreement={**shared, "all_texts": 12_000}, drawn=drawn))
    assert "strict F1 over 5,000 shared texts, drawn at random from 12,000;" in evidence.reason
    assert "training texts" not in evidence.reason
    alone = judge(fact(drawn=drawn))
    assert alone.reason.endswith(" Looked at 20,000 of 80,000 training texts, drawn at random.")


def test_sure_slips_count_in_full_and_the_others_in_part() -> None:
    levels = [
        [50, 4, 40, 20.0, 30.0, 6.0, 8.0, 12.0, 16.0, 24.0],
        [80, 2, 10, 5.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    ]
    found = estimate(levels, 1000, 0.8)
    share = (6 + 1) / (8 + 2)
    gone, come = 5 + share * 20, 5 + share * 30
    same = 1000 - gone
    assert found.unexplained == pytest.approx(share)
    assert found.value == pytest.approx(2 * same / (2 * same + gone + come))
    assert (found.slips, found.unsure) == (10, 40)
    assert estimate(levels, 1000, 0.81).slips == 0
    assert judge(fact(levels)).value == found.value


def test_nothing_known_about_contexts_leaves_the_interval_open() -> None:
    found = estimate([[50, 4, 100, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0]], 900, 0.8)
    assert found.unexplained == 0.5
    assert found.high == 1
    # and the doubt of a share of 900 spans beside it
    fewest, _ = wilson(round(900 * found.value), 900)
    doubt = ((found.value - 1800 / 1900) ** 2 + (found.value - fewest) ** 2) ** 0.5
    assert found.low == pytest.approx(found.value - doubt)


def test_no_slip_in_few_spans_is_no_certainty() -> None:
    """Nothing differs, so nothing varies: the doubt is that of 100 of 100 spans."""
    found = estimate([], 100, 0.8)
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(100 / (100 + 1.959964**2))
    assert estimate([], 100_000, 0.8).low > 0.9999


def test_half_left_out_is_not_consistent() -> None:
    """Forms that are labelled half of the time, whatever stands beside them: 50 forms of 10 and 10."""
    differing, forms = 10 / 19, 50
    within = whole = 20 * differing
    squares = [forms * within * within] * 3
    levels = [[29, forms, 500, 0.0, 500.0, forms * within, forms * whole, *squares]]
    evidence = judge(fact(levels, compared=500))
    assert evidence.suggestion == "NO"
    assert evidence.value == pytest.approx(2 / 3, abs=0.01)


def test_few_forms_that_come_twice_tell_nothing() -> None:
    evidence = judge(fact(compared=99))
    assert (evidence.suggestion, evidence.value, evidence.rows) == ("CAN'T TELL", None, "")
    assert "99 of 1,500" in evidence.reason


def test_the_first_groups_are_in_the_table_and_in_the_advice() -> None:
    evidence = judge(fact(groups=[group(number) for number in range(FIRST + 3)]))
    assert evidence.table is not None
    assert len(evidence.table[1]) == FIRST + 3
    assert evidence.table[1][0] == ("'to0'", "1,778 unlabelled, 1 INGRED", "0.99")
    assert evidence.rows == "consistency"
    assert evidence.advice == "Review these rows first, 8 in all: 'to0', 'to1', 'to2' and 5 more."


numbers = st.floats(0, 50)


@given(
    st.lists(
        st.tuples(st.integers(0, 99), st.integers(0, 9), numbers, numbers, numbers, numbers), max_size=6
    ),
    st.integers(0, 500),
    st.floats(0, 1),
)
def test_an_estimate_lies_in_its_interval(
    levels: list[tuple[float, ...]], compared: int, sure: float
) -> None:
    whole = [
        [score, 1, count, gone, come, min(a, b), b, min(a, b) ** 2, min(a, b) * b, b * b]
        for score, count, gone, come, a, b in levels
    ]
    found = estimate(whole, compared, sure)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9 <= 1 + 2e-9
    assert 0 <= found.unexplained <= 1
