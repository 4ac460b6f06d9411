"""The chart's questions that the data answers: hand-computed cases, and facts that are missing or odd."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.evidence import MEASURES, Facts, measure
from flowchart.evidence.facts import numbers
from flowchart.measures import FACTS
from flowchart.training.scores import Counts
from flowchart.training.summary import summarise
from flowchart.wilson import wilson
from tests.flowchart.training.simulated import training

CHART = graph.load()


def check(accepted: int) -> dict[str, Any]:
    stages = [
        {"stage": "rows", "documents": accepted + 5, "spans": 9},
        {"stage": "accepted", "documents": accepted, "spans": 8},
        {"stage": "merged", "documents": accepted - 1, "spans": 7},
    ]
    return {"funnel": stages, "content_hash": "abc"}


def curve(answer: str) -> dict[str, Any]:
    verdict = {"answer": answer, "difference": 0.02, "low": -0.01, "high": 0.05, "reason": "Because."}
    return {"verdict": {**verdict, "from_fraction": 0.75, "to_fraction": 1.0}}


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


def test_the_last_step_is_that_of_the_curve_that_has_one() -> None:
    single = {"verdict": {**curve("CAN'T TELL")["verdict"], "reason": "One point."}}
    evidence = measure(CHART.nodes["scratch.last_quarter"], Facts(curve=single, steps=curve("YES")))
    assert evidence is not None
    assert evidence.suggestion == "YES"


@pytest.mark.parametrize("answer", ["YES", "NO", "CAN'T TELL"])
def test_the_last_step_is_the_curves_verdict(answer: str) -> None:
    evidence = measure(CHART.nodes["scratch.last_quarter"], Facts(curve=curve(answer)))
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
    facts = Facts(check=odd, curve=odd, updated=odd, measured=dict.fromkeys(FACTS, odd))
    for node in CHART.nodes.values():
        evidence = measure(node, facts)
        assert evidence is None or evidence.suggestion == "CAN'T TELL", node.id


def test_a_lane_that_updates_a_pipeline_asks_about_its_own_curve() -> None:
    scratch, add = CHART.nodes["scratch.last_quarter"], CHART.nodes["add.last_quarter"]
    facts = Facts(check=check(9), curve=curve("NO"), updated=curve("YES"))
    found = measure(scratch, facts), measure(add, facts)
    assert [evidence and evidence.suggestion for evidence in found] == ["NO", "YES"]
    missing = measure(add, Facts(check=check(9), curve=curve("NO")))
    assert missing is not None
    assert (missing.suggestion, missing.needs) == ("CAN'T TELL", "updating")


def test_more_than_500_on_top_of_a_trained_pipeline_are_enough() -> None:
    node = CHART.nodes["add.enough"]
    few, enough, many = (measure(node, Facts(check=check(count))) for count in (500, 501, 2001))
    assert few is not None
    assert enough is not None
    assert many is not None
    assert (few.suggestion, enough.suggestion, many.suggestion) == ("NO", "YES", "YES")
    assert "are not more than 500 on top of what a trained pipeline has learnt from" in few.reason
    assert "are more than 500 on top" in enough.reason
    assert many.reason.endswith("are more than 2,000.")


def test_what_is_missing_is_told_with_the_rarest_labels() -> None:
    labels = [
        {"label": "DRUG", "spans": 90, "train": 80, "eval": 10, "texts": 70},
        {"label": "DOSE", "spans": 9, "train": 8, "eval": 1, "texts": 9},
    ]
    evidence = measure(CHART.nodes["scratch.enough"], Facts(check={**check(1000), "labels": labels}))
    assert evidence is not None
    assert evidence.advice == (
        "Annotate about 3,001 more, first of the labels with fewer than 50 spans to learn from: DOSE (8)."
    )
    assert evidence.table is not None
    assert evidence.table[1][0] == ("DOSE", "9", "8", "1", "9")


def trained(score: float, low: float, high: float) -> dict[str, Any]:
    label = {"p": 0.5, "r": 0.5, "f": score, "support": 10}
    point = {"fraction": 1.0, "ents_f": score, "ents_f_low": low, "ents_f_high": high}
    return {"points": [{**point, "ents_per_type": {"DRUG": label}}], "eval": {"docs": 500}, "run": "r1"}


@pytest.mark.parametrize(
    ("target", "suggestion"), [(0.6, "YES"), (0.65, "CAN'T TELL"), (0.7, "CAN'T TELL"), (0.76, "NO")]
)
def test_happy_is_the_interval_against_the_target(target: float, suggestion: str) -> None:
    facts = Facts(curve=trained(0.7, 0.64, 0.75), target=target)
    evidence = measure(CHART.nodes["scratch.happy"], facts)
    assert evidence is not None
    assert (evidence.suggestion, evidence.threshold) == (suggestion, target)
    assert "F is 70.0, its 95% interval 64.0 to 75.0 on 500 evaluation texts" in evidence.reason
    assert evidence.threshold_from == "your target"


def right_in(texts: int, right: int = 1) -> Counts:
    """A model on so many texts of one span each: all found, or none."""
    return Counts(texts, ["DRUG"], [(text, 0, right, 0, 1 - right) for text in range(texts)])


@pytest.mark.parametrize(
    ("texts", "low", "suggestion"), [(9, None, "CAN'T TELL"), (10, 0.68, "CAN'T TELL"), (120, 0.93, "YES")]
)
def test_all_right_on_few_texts_is_no_certainty(texts: int, low: float | None, suggestion: str) -> None:
    """The lower end is 1 - 3.7 / n or so, and what another seed would change below that."""
    point = summarise([training(right_in(texts), 1.0, 100)], 0)
    assert (point["ents_f_low"], point["ents_f_high"]) == (
        pytest.approx(low, abs=0.02),
        None if low is None else 1,
    )
    result = {"points": [point], "eval": {"docs": texts}, "run": "r1"}
    evidence = measure(CHART.nodes["scratch.happy"], Facts(curve=result, target=0.9))
    assert evidence is not None
    assert (evidence.value, evidence.low, evidence.suggestion) == (1, point["ents_f_low"], suggestion)
    if low is None:
        held = "too few of them have a span to hold that against the target of 90.0."
        assert evidence.reason == f"F is 100.0 on 9 evaluation texts: {held}"


def test_nothing_right_leaves_the_upper_end_open() -> None:
    point = summarise([training(right_in(10, right=0), 1.0, 100)], 0)
    assert (point["ents_f_low"], point["ents_f_high"]) == (0, pytest.approx(0.32, abs=0.02))
    label = point["ents_per_type"]["DRUG"]
    assert (label["f_low"], label["f_high"]) == (0, point["ents_f_high"])


def test_without_a_target_or_a_training_it_is_said_what_is_lacking() -> None:
    node = CHART.nodes["scratch.happy"]
    without = measure(node, Facts(curve=trained(0.7, 0.64, 0.75)))
    assert without is not None
    assert (without.suggestion, without.needs, without.value) == ("CAN'T TELL", "target", 0.7)
    untrained = measure(node, Facts(check=check(9), target=0.7))
    assert untrained is not None
    assert (untrained.suggestion, untrained.needs, untrained.value) == ("CAN'T TELL", "training", None)
    half = trained(0.7, 0.6, 0.8)
    half["points"][0]["fraction"] = 0.5
    assert measure(node, Facts(check=check(9), curve=half, target=0.5)).needs == "training"  # type: ignore[union-attr]


def tuning(low: float, high: float) -> dict[str, Any]:
    return {
        "default": 0.70,
        "tuned": 0.72,
        "difference": 0.02,
        "low": low,
        "high": high,
        "repeats": 1,
        "what": "training.dropout 0.1",
        "tuned_run": "r2",
    }


def test_the_best_of_several_tuned_ones_says_so() -> None:
    fact = {"difference": 0.02, "default": 0.7, "tuned": 0.72, "low": 0.01, "high": 0.03, "what": "x"}
    for tried, said in ((1, False), (3, True)):
        evidence = measure(
            CHART.nodes["scratch.helped"], Facts(measured={"tuning": {**fact, "tried": tried}})
        )
        assert evidence is not None
        assert ("The best of 3, chosen on these texts" in evidence.reason) is said


@pytest.mark.parametrize(
    ("low", "high", "suggestion"), [(0.001, 0.04, "YES"), (-0.04, 0.004, "NO"), (-0.01, 0.05, "CAN'T TELL")]
)
def test_tuning_helped_when_all_of_the_interval_is_above_zero(
    low: float, high: float, suggestion: str
) -> None:
    node = CHART.nodes["scratch.helped"]
    evidence = measure(node, Facts(measured={"tuning": tuning(low, high)}))
    assert evidence is not None
    assert evidence.suggestion == suggestion
    assert "F 72.0 with training.dropout 0.1 against 70.0: +2.0 points" in evidence.reason
    lacking = measure(node, Facts(check=check(9), curve=trained(0.7, 0.6, 0.8)))
    assert lacking is not None
    assert lacking.needs == "tuning"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"low": None, "high": None}, "too few evaluation texts have a span to say how sure that is."),
        ({"default": 0.0, "tuned": 0.0}, "no model finds a single span yet."),
    ],
)
def test_a_tuning_that_shows_nothing_leaves_it_open(changes: dict[str, Any], said: str) -> None:
    fact = {**tuning(0.0, 0.0), **changes}
    evidence = measure(CHART.nodes["scratch.helped"], Facts(measured={"tuning": fact}))
    assert evidence is not None
    assert (evidence.suggestion, evidence.low, evidence.high) == ("CAN'T TELL", None, None)
    assert evidence.reason.endswith(said)


def eval_set(**changes: Any) -> dict[str, Any]:
    label = {"spans": 900, "texts": 500, "score": 0.026, "difference": 0.0207}
    fact = {"texts": 1000, "with_spans": 500, "spans": 900, "leaked_exact": 0, "leaked_near": 0}
    fact |= {"conflicts": 0, "lost": 0, "off_tokens": 0, "overlapping": 0}
    fact |= {"source": "file", "labels": {"DRUG": label}}
    return {**fact, "score": 0.026, "difference": 0.0207, **changes}


@pytest.mark.parametrize(
    ("changes", "suggestion", "said"),
    [
        ({}, "YES", "two models are told apart from about 2.1 points on"),
        ({"leaked_exact": 6, "leaked_near": 5}, "NO", "11 of 1,000 texts (1.1%) are known from training"),
        ({"leaked_exact": 6, "leaked_near": 4}, "YES", "Nothing is wrong"),
        (
            {"origins": [{"key": "meta.doc", "shared": 18, "values": 20, "texts": 900}]},
            "CAN'T TELL",
            "18 of 20 on both sides, of the evaluation texts' values of meta.doc",
        ),
        (
            {"origins": [{"key": "meta.doc", "shared": 1, "values": 20, "texts": 9}]},
            "YES",
            "Nothing is wrong",
        ),
        (
            {"conflicts": 8, "lost": 2, "off_tokens": 2},
            "NO",
            "8 rows contradict another row of their text, 2 spans fit no token boundaries;",
        ),
        (
            {"lost": 10, "off_tokens": 4, "overlapping": 6},
            "NO",
            "4 spans fit no token boundaries, 6 spans overlap another one;",
        ),
        (
            {"labels": {"DOSE": {"spans": 0, "texts": 0}}},
            "NO",
            "1 label with nothing to be measured on (DOSE)",
        ),
        ({"difference": 0.06}, "CAN'T TELL", "but it is small"),
        (
            {"labels": {"DOSE": {"spans": 9, "texts": 9}}},
            "CAN'T TELL",
            "with 1 label in fewer than 10 texts",
        ),
        ({"spans": 0}, "NO", "no evaluation text with a span"),
    ],
)
def test_the_evaluation_set_is_held_against_its_limits(
    changes: dict[str, Any], suggestion: str, said: str
) -> None:
    fact = eval_set(**changes)
    fact["labels"] = {
        name: {"score": None, "difference": None, **label} for name, label in fact["labels"].items()
    }
    evidence = measure(CHART.nodes["rules.evaluation_sure"], Facts(measured={"eval_quality": fact}))
    assert evidence is not None
    assert evidence.suggestion == suggestion
    assert said in evidence.reason


def shape(short: int, long: int, **changes: Any) -> dict[str, Any]:
    lengths = [short] + [0] * 5 + [long] + [0] * 23
    fact = {"spans": short + long, "lengths": lengths, "capitalised": short, "sd": 4.0, "bd": 1.5}
    fact |= {"overlapping": 0, "written": short + long}
    return {**fact, **changes, "labels": {"A": {**fact, **changes}}}


@pytest.mark.parametrize(
    ("fact", "suggestion"),
    [
        (shape(990, 10), "YES"),
        (shape(900, 100), "CAN'T TELL"),  # 90% itself lies in its interval
        (shape(500, 500), "NO"),
        (shape(990, 10, overlapping=20), "NO"),
        (shape(990, 10, overlapping=20, written=2000), "YES"),  # of all files' spans, not of those drawn
        (shape(990, 10, capitalised=100, sd=0.9, bd=0.4), "CAN'T TELL"),
        (shape(990, 10, capitalised=100), "YES"),  # drugs are no proper nouns, and NER is good at them
        (shape(0, 0), "CAN'T TELL"),
    ],
)
def test_names_and_very_short_phrases(fact: dict[str, Any], suggestion: str) -> None:
    evidence = measure(CHART.nodes["scratch.proper_nouns"], Facts(measured={"span_shape": fact}))
    assert evidence is not None
    assert evidence.suggestion == suggestion


@pytest.mark.parametrize(
    ("outside", "suggestion"),
    [([0, 0, 0, 100], "YES"), ([100, 0, 0, 0], "NO"), ([0, 0, 50, 50], "CAN'T TELL"), ([0], "CAN'T TELL")],
)
def test_context_is_words_outside_the_spans(outside: list[int], suggestion: str) -> None:
    counts = outside + [0] * (21 - len(outside))
    fact = {"texts": sum(outside), "outside": counts, "tokens_median": 9, "in_spans": 0.3, "one_span": 2}
    evidence = measure(CHART.nodes["improve.in_context"], Facts(measured={"context": fact}))
    assert evidence is not None
    assert evidence.suggestion == suggestion


def test_words_are_not_counted_beyond_the_last_count() -> None:
    fact = {"texts": 9, "outside": [0] * 20 + [9], "tokens_median": 9, "in_spans": 0.3, "one_span": 2}
    for wanted, suggestion in ((20, "YES"), (21, "CAN'T TELL")):
        node = replace(CHART.nodes["improve.in_context"], limits={"outside": wanted})
        evidence = measure(node, Facts(measured={"context": fact}))
        assert evidence is not None
        assert evidence.suggestion == suggestion
    assert "counted up to 20, and the limit outside is 21" in evidence.reason


@pytest.mark.parametrize("name", ["span_shape", "short_spans", "long_spans"])
def test_tokens_are_not_told_beyond_the_last_count(name: str) -> None:
    for longest in (29, 30):
        node = replace(CHART.nodes["scratch.proper_nouns"], measure=name, threshold=longest, limits={})
        evidence = measure(node, Facts(measured={"span_shape": shape(990, 10)}))
        assert evidence is not None
        assert (evidence.suggestion == "CAN'T TELL") is (longest == 30)
    assert evidence.reason == "Spans are told apart up to 29 tokens, and the threshold is 30; lower it."


def test_only_what_was_drawn_is_said_to_be() -> None:
    drawn = {"training": [20_000, 80_000], "evaluation": [20_000, 30_000]}
    whole = {"span_shape": {**shape(990, 10), "drawn": drawn}}
    names = ("span_shape", "short_spans", "overlapping_spans")
    nodes = [
        replace(CHART.nodes["scratch.proper_nouns"], measure=name, threshold=6, limits={}) for name in names
    ]
    said = " 20,000 of 80,000 training texts and 20,000 of 30,000 evaluation texts, drawn at random."
    found = [measure(node, Facts(measured=whole)) for node in nodes]
    assert [evidence and evidence.reason.endswith(said) for evidence in found] == [True, True, False]


def test_limits_of_a_chart_of_ones_own_count() -> None:
    node = replace(CHART.nodes["rules.evaluation_sure"], limits={"leakage": 0.5})
    fact = eval_set(leaked_exact=400)
    evidence = measure(node, Facts(measured={"eval_quality": fact}))
    assert evidence is not None
    assert evidence.suggestion == "YES"


@given(st.integers(0, 500), st.integers(1, 500))
@example(0, 249)
@example(499, 1)
def test_the_interval_of_a_share_holds_it(hits: int, others: int) -> None:
    low, high = wilson(hits, hits + others)
    assert 0 <= low <= hits / (hits + others) <= high <= 1


def test_every_box_that_asks_is_measured() -> None:
    assert all(node.measure in MEASURES for node in CHART.nodes.values() if node.is_decision)


@pytest.mark.parametrize(
    ("measure_name", "threshold", "suggestion"),
    [
        ("short_spans", 6, "NO"),  # 75%, and nine of ten are wanted
        ("short_spans", 7, "YES"),
        ("long_spans", 6, "NO"),
        ("long_spans", 0, "YES"),
        ("overlapping_spans", 0, "YES"),
        ("overlapping_spans", 0.5, "NO"),
    ],
)
def test_single_features_of_spans_for_other_charts(
    measure_name: str, threshold: float, suggestion: str
) -> None:
    node = replace(CHART.nodes["scratch.proper_nouns"], measure=measure_name, threshold=threshold, limits={})
    evidence = measure(node, Facts(measured={"span_shape": shape(750, 250, overlapping=20)}))
    assert evidence is not None
    assert evidence.suggestion == suggestion


def test_overlaps_are_a_share_of_the_spans_among_which_they_were_looked_for() -> None:
    node = replace(CHART.nodes["scratch.proper_nouns"], measure="overlapping_spans", threshold=0.01)
    evidence = measure(node, Facts(measured={"span_shape": shape(10, 0, overlapping=3, written=200)}))
    assert evidence is not None
    assert (evidence.value, evidence.suggestion) == (0.015, "YES")
    assert evidence.reason == "Of the spans, 3 of 200 overlap another of their row, so 3 would have to go."
    nested = {**shape(10, 0, overlapping=1, written=200), "overlap_another": 2}
    evidence = measure(node, Facts(measured={"span_shape": nested}))
    assert evidence is not None
    assert (evidence.value, evidence.suggestion) == (0.005, "NO")
    assert evidence.reason == "Of the spans, 2 of 200 overlap another of their row, so 1 would have to go."


def test_another_threshold_of_the_last_step_counts() -> None:
    facts = Facts(curve=curve("YES"))  # -1 to 5 points
    node = replace(CHART.nodes["scratch.last_quarter"], threshold=0.06)
    evidence = measure(node, facts)
    assert evidence is not None
    assert evidence.suggestion == "NO"
    assert "Held against +6.0 points: NO." in evidence.reason


def step(low: float | None, scores: tuple[float, float] = (0.5, 0.6)) -> dict[str, Any]:
    """A curve whose verdict is CAN'T TELL, with the interval of its last point's F."""
    points = [
        {"fraction": fraction, "ents_f": score, "ents_f_low": low}
        for fraction, score in zip((0.75, 1.0), scores, strict=True)
    ]
    return {**curve("CAN'T TELL"), "points": [{"fraction": 0.5, "ents_f": 0.4}, *points]}


@pytest.mark.parametrize(
    ("found", "suggestion"),
    [(step(0.4), "NO"), (step(None), "CAN'T TELL"), (step(0.0, (0.0, 0.0)), "CAN'T TELL")],
)
def test_no_threshold_makes_more_of_too_few_texts(found: dict[str, Any], suggestion: str) -> None:
    node = replace(CHART.nodes["scratch.last_quarter"], threshold=0.06)
    evidence = measure(node, Facts(curve=found))
    assert evidence is not None
    assert evidence.suggestion == suggestion
    assert (evidence.low is None) is (suggestion == "CAN'T TELL")


def test_every_measure_is_asked_for_by_a_chart() -> None:
    spancat = graph.load(Path(graph.__file__).with_name("spancat.toml"))
    asked = {node.measure for chart in (CHART, spancat) for node in chart.nodes.values()}
    assert set(MEASURES) <= asked
    assert asked - set(MEASURES) == {""}


@pytest.mark.parametrize(
    ("value", "unit", "line"),
    [
        (1, "faults", "1 fault"),
        (2, "faults", "2 faults"),
        (1, "labels missing", "1 label missing"),
        (0, "labels", "0 labels"),
        (1, "share of spans", "1 share of spans"),
        (1.0, "loss", "1 loss"),
    ],
)
def test_one_of_a_unit_is_no_plural(value: float, unit: str, line: str) -> None:
    assert numbers({"value": value, "unit": unit}) == line
