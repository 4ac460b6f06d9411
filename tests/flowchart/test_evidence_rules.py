"""The two questions about rules, held against facts written by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from flowchart import graph
from flowchart.evidence import Evidence, Facts, measure

CHART = graph.load()
COVER, SCORE = CHART.nodes["rules.can_write"], CHART.nodes["rules.accurate"]


def pattern(name: str, entities: int, right: int) -> dict[str, Any]:
    return {
        "pattern": f'"{name}"',
        "label": "DRUG",
        "row": 1,
        "matches": entities,
        "entities": entities,
        "right": right,
        "precision": right / entities,
    }


FACT: dict[str, Any] = {
    "source": "given",
    "file": "patterns.jsonl",
    "patterns": 12,
    "left_out": {"count": 0, "first": []},
    "texts": 500,
    "known_texts": 0,
    "enough": True,
    "coverage": {
        "mentions": 100,
        "matched": 60,
        "share": 0.6,
        "low": 0.52,
        "high": 0.68,
        "labels": 2,
        "labels_matched": 1,
        "by_label": [
            {"label": "DRUG", "mentions": 80, "matched": 60, "share": 0.75},
            {"label": "DOSE", "mentions": 20, "matched": 0, "share": 0.0},
        ],
    },
    "score": {
        "ents_p": 0.9,
        "ents_p_low": 0.85,
        "ents_p_high": 0.95,
        "ents_r": 0.6,
        "ents_r_low": 0.52,
        "ents_r_high": 0.68,
        "ents_f": 0.72,
        "ents_f_low": 0.66,
        "ents_f_high": 0.78,
        "tp": 60,
        "fp": 7,
        "fn": 40,
        "by_label": [
            {"label": "DRUG", "p": 0.9, "r": 0.75, "f": 0.82, "support": 80, "low": 0.7, "high": 0.9},
            {"label": "DOSE", "p": 0.0, "r": 0.0, "f": 0.0, "support": 20, "low": None, "high": None},
        ],
    },
    "foreign_labels": [],
    "useful": [pattern("meth", 40, 40), pattern("pot", 10, 4)],
    "wrong": [pattern("pot", 10, 4), pattern("speed", 1, 0)],
    "never": {"count": 3, "first": []},
    "conflicts": {"same_span": 0, "overlap": 2, "pairs": []},
    "rows": {"wrong": 7, "missed": 40, "written": 47, "most": 2000},
}


def given(**changes: Any) -> Facts:
    return Facts(
        check={"content_hash": "abcdef" * 10}, measured={"rules": {**copy.deepcopy(FACT), **changes}}
    )


def told(evidence: Evidence | None) -> Evidence:
    assert evidence is not None
    return evidence


@pytest.mark.parametrize(
    ("low", "high", "suggestion"),
    [(0.52, 0.68, "YES"), (0.45, 0.68, "CAN'T TELL"), (0.3, 0.5, "NO"), (None, None, "CAN'T TELL")],
)
def test_coverage_is_held_against_the_threshold_with_its_interval(
    low: Any, high: Any, suggestion: str
) -> None:
    coverage = {**FACT["coverage"], "low": low, "high": high}
    evidence = told(measure(COVER, given(coverage=coverage, enough=low is not None)))
    assert evidence.suggestion == suggestion
    assert (evidence.value, evidence.threshold, evidence.low, evidence.high) == (0.6, 0.5, low, high)
    assert evidence.threshold_from == "the chart's file"
    assert evidence.rows == "rules"
    assert "Your 12 patterns match 60.0% of 100 annotated mentions" in evidence.reason
    assert "labels with any: 1 of 2" in evidence.reason
    assert ("too few evaluation texts" in evidence.reason) is (low is None)
    assert evidence.table is not None
    assert evidence.table[1] == (("DRUG", "80", "60", "75.0%"), ("DOSE", "20", "0", "0.0%"))
    assert evidence.source == "abcdefabcdef"


def test_the_score_tells_precision_and_recall_apart() -> None:
    evidence = told(measure(SCORE, given()))
    assert (evidence.suggestion, evidence.value, evidence.threshold) == ("NO", 0.72, 0.9)
    assert "F 72.0 (95%: 66.0 to 78.0) on 500 evaluation texts, not more than 90.0" in evidence.reason
    assert "of what is found 90.0% (95%: 85.0% to 95.0%) is right" in evidence.reason
    assert "of the mentions 60.0% (95%: 52.0% to 68.0%) are found" in evidence.reason
    assert "Without any match in your texts: 3 patterns" in evidence.advice


def test_the_table_has_the_labels_then_the_worst_patterns_then_the_best_others() -> None:
    evidence = told(measure(SCORE, given()))
    assert evidence.table is not None
    assert [row[0] for row in evidence.table[1]] == [
        "DRUG",
        "DOSE",
        'DRUG "pot"',
        'DRUG "speed"',
        'DRUG "meth"',
    ]
    assert all(len(row) == len(evidence.table[0]) for row in evidence.table[1])
    assert evidence.table[1][2][-1] == "6 wrong of 10"


@pytest.mark.parametrize("node", [COVER, SCORE])
def test_mined_patterns_say_so_and_where_they_are(node: graph.Node) -> None:
    evidence = told(measure(node, given(source="mined", file="runs/1/patterns.jsonl", known_texts=5)))
    assert "No patterns file was given; 12 patterns made of your training texts" in evidence.reason
    assert "left out, as known from training: 5 evaluation texts" in evidence.reason
    assert "runs/1/patterns.jsonl" in evidence.advice
    assert "--patterns FILE" in evidence.advice
    assert evidence.needs == ""


@pytest.mark.parametrize("node", [COVER, SCORE])
def test_what_cannot_be_measured_says_why(node: graph.Node) -> None:
    evidence = told(measure(node, Facts(measured={"rules": {"error": "p.jsonl: no pattern"}})))
    assert (evidence.suggestion, evidence.reason, evidence.value) == (
        "CAN'T TELL",
        "p.jsonl: no pattern",
        None,
    )
    assert measure(node, Facts()) is None


def test_what_is_odd_about_the_patterns_is_told() -> None:
    odd = given(
        left_out={"count": 2, "first": ["row 3: it has no label"]},
        foreign_labels=["drug"],
        conflicts={"same_span": 4, "overlap": 0, "pairs": []},
    )
    reason = told(measure(SCORE, odd)).reason
    assert "left out, as no pattern: 2 rows of the patterns file (row 3: it has no label)" in reason
    assert "the data has no label drug" in reason
    assert "patterns give the same span different labels: 4 times" in reason


def test_a_single_pattern_that_finds_nothing_is_told_as_such() -> None:
    score = {**FACT["score"], "tp": 0, "fp": 0, "ents_f": 0.0, "ents_f_low": 0.0, "ents_f_high": 0.06}
    evidence = told(measure(SCORE, given(patterns=1, score=score, texts=1)))
    assert evidence.reason.startswith(
        "Your 1 pattern reaches F 0.0 (95%: 0.0 to 6.0) on 1 evaluation text, not"
    )
    assert evidence.reason.endswith("90.0: nothing is found.")
    assert told(measure(COVER, given(patterns=1))).reason.startswith("Your 1 pattern matches 60.0%")


ROW = {"pattern": "x", "label": "DRUG", "row": 7, "reason": "token 1: LOWER is never 'Meth'"}


def dead(count: int, mendable: int = 0) -> dict[str, Any]:
    return {"count": count, "first": [ROW] * min(count, 1), "mendable": mendable}


def meant(high: float) -> dict[str, Any]:
    return {
        "coverage": {"share": high - 0.1, "low": high - 0.2, "high": high},
        "score": {"ents_f": high - 0.1, "ents_f_low": high - 0.2, "ents_f_high": high},
    }


@pytest.mark.parametrize("node", [COVER, SCORE])
def test_patterns_that_are_all_dead_tell_nothing(node: graph.Node) -> None:
    low = {**FACT["coverage"], "share": 0.0, "low": 0.0, "high": 0.1}
    evidence = told(measure(node, given(dead=dead(12, 12), as_meant=meant(0.2), coverage=low)))
    assert evidence.suggestion == "CAN'T TELL"
    assert "can never match: 12 patterns of 12 (row 7: token 1: LOWER is never 'Meth')" in evidence.reason
    assert "None of the patterns can match" in evidence.reason


@pytest.mark.parametrize(
    ("changes", "suggestion"),
    [
        ({}, "NO"),
        ({"dead": dead(1)}, "CAN'T TELL"),
        ({"dead": dead(2, 1), "as_meant": meant(0.4)}, "CAN'T TELL"),  # of one it is not known what it means
        ({"dead": dead(2, 2), "as_meant": meant(0.4)}, "NO"),
        ({"dead": dead(2, 2), "as_meant": meant(0.95)}, "CAN'T TELL"),
        ({"left_out": {"count": 1, "first": ["row 3: POS needs a tagger"]}}, "CAN'T TELL"),
        ({"repeated": {"count": 1, "first": ["row 3: the same pattern as in row 1"]}}, "NO"),
        ({"misfits": dead(1)}, "NO"),
        ({"partly": dead(1)}, "CAN'T TELL"),
    ],
)
@pytest.mark.parametrize("node", [COVER, SCORE])
def test_a_no_does_not_rest_on_patterns_that_cannot_match(
    node: graph.Node, changes: dict[str, Any], suggestion: str
) -> None:
    coverage = {**FACT["coverage"], "share": 0.3, "low": 0.2, "high": 0.4}
    evidence = told(measure(node, given(coverage=coverage, **changes)))
    assert evidence.suggestion == suggestion
    if "as_meant" in changes:
        assert "would with it take the coverage to" in evidence.advice


def test_a_yes_stands_though_some_patterns_cannot_match() -> None:
    evidence = told(measure(COVER, given(dead=dead(1))))
    assert evidence.suggestion == "YES"
    assert "can never match: 1 pattern of 12" in evidence.reason
    assert "Without any match in your texts: 2 patterns." in evidence.advice


def test_what_else_is_wrong_with_patterns_is_told() -> None:
    reason = told(measure(COVER, given(misfits=dead(2), repeated={"count": 1, "first": ["row 3"]}))).reason
    assert "stand in the texts, but are cut into other tokens there: 2 phrases (row 7" in reason
    assert "used once: 1 row with a pattern that stands there already" in reason
