"""The questions that trained pipelines answer: hand-made facts against thresholds, and facts that are odd."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.evidence import NEEDS, Evidence, Facts, measure
from flowchart.evidence.label_completeness import label_completeness
from flowchart.evidence.label_overlap import label_overlap
from flowchart.evidence.models_available import models_available
from flowchart.evidence.new_labels import new_label_count, new_labels
from flowchart.evidence.similarity import similarity

CHART = graph.load()

JUDGES = {
    "models_available": models_available,
    "new_labels": new_labels,
    "new_label_count": new_label_count,
    "label_overlap": label_overlap,
    "similarity": similarity,
    "label_completeness": label_completeness,
}

NODES = {node.measure: node for node in CHART.nodes.values() if node.measure in JUDGES}


def score(f: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"p": f, "r": f, "f": f, "low": low, "high": high}


def new(spans: int, overlapped: int, by: Mapping[str, int] | None = None) -> dict[str, Any]:
    share = overlapped / spans if spans else None
    return {"spans": spans, "looked": spans, "overlapped": overlapped, "share": share, "by": dict(by or {})}


def entry(**given: Any) -> dict[str, Any]:
    """A pipeline that shares PER with the data, and lacks COMPANY."""
    own = {"means": "", "predicted": 3, "train": 0, "p": None, "r": None, "f": None, "published": None}
    return {
        "name": "some_pipeline",
        "version": "1.0",
        "lang": "en",
        "error": "",
        "broken": False,
        "labels": ["DATE", "PERSON"],
        "means": {"DATE": "", "PERSON": "PER"},
        "shared": ["PER"],
        "score": score(0.7, 0.6, 0.8),
        "all": score(0.5, 0.4, 0.6),
        "by_label": {
            "COMPANY": {"spans": 40, "from": [], **score(0.0, 0.0, 0.0)},
            "PER": {"spans": 100, "from": ["PERSON"], **score(0.7, 0.6, 0.8)},
        },
        "own": {
            "DATE": own,
            "PERSON": {**own, "means": "PER", "train": 300, "published": {"p": 1, "r": 1, "f": 0.9}},
        },
        "off_tokens": 0,
        "predictions": "predictions-0.jsonl",
        "new": {"COMPANY": new(200, 100, {"ORG": 100})},
        "overlap_texts": 150,
        "missing": ["DATE"],
        "similarity": {
            "labels": ["PER"],
            "published": 0.9,
            "drop": 0.2,
            "low": 0.1,
            "high": 0.3,
            "words": 1000,
            "types": 400,
            "known": 40000,
            "unknown_types": 0.2,
            "unknown_words": 0.05,
            "trigrams": 0.1,
        },
        **given,
    }


BROKEN = {"name": "broken", "error": "broken: cannot be used (no such folder)", "broken": True}
NO_NER = {"name": "tagger_only", "error": "tagger_only: has no ner component", "broken": False}


def fact(*models: dict[str, Any], chosen: int | None = 0, **given: Any) -> dict[str, Any]:
    return {
        "named": True,
        "texts": 500,
        "all_texts": 500,
        "seed": 0,
        "spans": 140,
        "labels": {"COMPANY": {"train": 160, "eval": 40}, "PER": {"train": 300, "eval": 100}},
        "models": list(models),
        "best": chosen,
        "chosen": chosen,
        "rows": 12,
        "strange": [],
        "matched": "first and last character",
        "seconds": 1.0,
        **given,
    }


def judge(name: str, models: Any, **given: Any) -> Evidence:
    node = dataclasses.replace(NODES[name], **given)
    evidence = measure(node, Facts(measured={"models": models}, check={"content_hash": "abc" * 20}))
    assert evidence is not None
    assert evidence.measure == name
    assert evidence.needs in {"", *NEEDS}
    assert "\n" not in evidence.reason
    if evidence.table is not None:
        head, lines = evidence.table
        assert all(len(line) == len(head) for line in lines)
        assert all(isinstance(cell, str) for line in lines for cell in line)
    return evidence


def test_the_best_of_several_models_has_a_wider_interval() -> None:
    sure = entry(score=score(0.6, 0.51, 0.7))
    assert judge("models_available", fact(sure, BROKEN, entry(shared=[]))).suggestion == "YES"
    evidence = judge("models_available", fact(sure, entry(), BROKEN))
    assert evidence.suggestion == "CAN'T TELL"
    assert evidence.low == pytest.approx(0.6 - 2.2414 / 1.95996 * 0.09, abs=1e-4)
    assert "some_pipeline 1.0, the best of 2, chosen on these texts, reaches F 60.0" in evidence.reason


@pytest.mark.parametrize(
    ("low", "high", "suggestion"), [(0.51, 0.8, "YES"), (0.4, 0.5, "NO"), (0.4, 0.6, "CAN'T TELL")]
)
def test_a_model_is_available_when_its_interval_lies_above(low: float, high: float, suggestion: str) -> None:
    evidence = judge("models_available", fact(entry(score=score(0.5, low, high)), BROKEN))
    assert evidence.suggestion == suggestion
    assert (evidence.value, evidence.low, evidence.high, evidence.threshold) == (0.5, low, high, 0.5)
    assert "it lacks COMPANY" in evidence.reason
    assert "broken could not be used" in evidence.reason
    assert "PERSON=PER" in evidence.advice
    assert (evidence.rows, evidence.source, evidence.threshold_from) == (
        "models",
        "abcabcabcabc",
        "the chart's file",
    )
    assert evidence.table is not None
    assert [line[0] for line in evidence.table[1]] == ["some_pipeline 1.0", "broken", "  COMPANY", "  PER"]


def test_a_sample_is_said_to_be_one() -> None:
    assert (
        "2,000 evaluation texts drawn from 9,000"
        in judge("models_available", fact(entry(), texts=2000, all_texts=9000)).reason
    )


def test_labels_mapped_in_vain_are_told() -> None:
    assert "No pipeline has PRESON," in judge("models_available", fact(entry(), strange=["PRESON"])).advice


def test_too_few_texts_tell_nothing() -> None:
    evidence = judge("models_available", fact(entry(score=score(0.9, None, None))))
    assert (evidence.suggestion, evidence.value) == ("CAN'T TELL", None)
    assert "annotate more" in evidence.reason


def test_no_pipeline_is_no_and_can_be_mended() -> None:
    evidence = judge("models_available", fact(chosen=None))
    assert (evidence.suggestion, evidence.needs) == ("NO", "model")
    assert "no trained pipeline is installed here" in evidence.reason.lower()
    assert "--model NAME" in evidence.advice


def test_pipelines_without_ner_are_none() -> None:
    evidence = judge("models_available", fact(NO_NER, chosen=None))
    assert (evidence.suggestion, evidence.needs) == ("NO", "model")
    assert "ner component" in evidence.reason


def test_a_broken_one_leaves_it_open() -> None:
    evidence = judge("models_available", fact(BROKEN, chosen=None))
    assert (evidence.suggestion, evidence.needs) == ("CAN'T TELL", "model")
    assert "no such folder" in evidence.reason


@pytest.mark.parametrize("chosen", [None, 0])
def test_no_shared_label_is_no(chosen: int | None) -> None:
    strange = entry(shared=[], score=score(None, None, None))
    evidence = judge("models_available", fact(strange, chosen=chosen))
    assert evidence.suggestion == "NO"
    assert "none of your data's labels" in evidence.reason
    assert "--map" in evidence.advice


@pytest.mark.parametrize(
    ("count", "any_new", "many"), [(0, "NO", "NO"), (1, "YES", "NO"), (3, "YES", "NO"), (4, "YES", "YES")]
)
def test_new_labels_are_counted(count: int, any_new: str, many: str) -> None:
    models = fact(entry(new={f"NEW{n}": new(10, 5) for n in range(count)}))
    first, second = judge("new_labels", models), judge("new_label_count", models)
    assert (first.suggestion, second.suggestion) == (any_new, many)
    assert first.value == second.value == count
    assert (first.threshold, second.threshold) == (0, 3)
    assert bool(first.advice) == bool(count)


def test_overlap_is_decided_by_the_label_that_lies_above() -> None:
    labels = {
        "RARE": new(2, 2, {"DATE": 2}),
        "COMPANY": new(200, 60, {"ORG": 50, "GPE": 10}),
        "FREE": new(200, 0),
    }
    evidence = judge("label_overlap", fact(entry(new=labels)))
    assert evidence.suggestion == "YES"
    # Wilson's interval of 2 in 2 is 0.342 to 1
    assert evidence.value == 1
    assert evidence.low == pytest.approx(0.342, abs=0.001)
    assert "the same goes for COMPANY" in evidence.reason
    assert evidence.table is not None
    assert evidence.table[0] == ("new label", "spans", "overlapped", "ORG", "GPE", "DATE")
    assert evidence.table[1][1] == ("COMPANY", "200", "30.0%", "50", "10", "0")


@pytest.mark.parametrize(
    ("spans", "overlapped", "suggestion"),
    [(200, 2, "NO"), (200, 20, "CAN'T TELL"), (5, 0, "CAN'T TELL"), (200, 40, "YES")],
)
def test_overlap_has_an_interval(spans: int, overlapped: int, suggestion: str) -> None:
    evidence = judge(
        "label_overlap", fact(entry(new={"COMPANY": new(spans, overlapped, {"ORG": overlapped})}))
    )
    assert evidence.suggestion == suggestion
    assert evidence.value == overlapped / spans


def test_a_new_label_without_a_span_to_look_at_leaves_it_open() -> None:
    labels = {"COMPANY": new(200, 2, {"ORG": 2}), "RARE": new(0, 0)}
    evidence = judge("label_overlap", fact(entry(new=labels)))
    assert evidence.suggestion == "CAN'T TELL"
    assert evidence.reason.endswith("not more than 10.0%. There is no span of RARE to look at.")
    labels["COMPANY"] = new(200, 60, {"ORG": 60})
    evidence = judge("label_overlap", fact(entry(new=labels)))
    assert evidence.suggestion == "YES"
    assert evidence.reason.endswith("There is no span of RARE to look at.")


def test_overlap_without_new_labels_or_spans() -> None:
    assert judge("label_overlap", fact(entry(new={}))).suggestion == "NO"
    assert judge("label_overlap", fact(entry(new={"COMPANY": new(0, 0)}))).suggestion == "CAN'T TELL"


@pytest.mark.parametrize(
    ("low", "high", "unknown", "suggestion"),
    [
        (-0.02, 0.09, 0.05, "YES"),
        (-0.02, 0.09, 0.15, "CAN'T TELL"),
        (-0.02, 0.09, None, "CAN'T TELL"),
        (0.05, 0.15, 0.05, "CAN'T TELL"),
        (0.11, 0.2, 0.01, "NO"),
    ],
)
def test_similar_needs_a_small_drop_and_known_words(
    low: float, high: float, unknown: float | None, suggestion: str
) -> None:
    found = {
        **entry()["similarity"],
        "drop": (low + high) / 2,
        "low": low,
        "high": high,
        "unknown_words": unknown,
    }
    evidence = judge("similarity", fact(entry(similarity=found)))
    assert evidence.suggestion == suggestion
    assert (evidence.low, evidence.high, evidence.threshold) == (low, high, 0.1)
    assert evidence.reason.startswith("With low confidence: over PER, some_pipeline is published with F 90.0")


def test_no_published_score_tells_nothing_about_likeness() -> None:
    found = {**entry()["similarity"], "published": None, "drop": None, "low": None, "high": None}
    evidence = judge("similarity", fact(entry(similarity=found)))
    assert evidence.suggestion == "CAN'T TELL"
    assert "no published score" in evidence.reason


def test_labels_that_training_lacks_are_counted() -> None:
    evidence = judge("label_completeness", fact(entry()))
    assert (evidence.suggestion, evidence.value, evidence.threshold) == ("NO", 1, 0)
    assert "lacks 1 of 2 labels" in evidence.reason
    assert "DATE" in evidence.advice
    assert "rehearsed" in evidence.advice


@pytest.mark.parametrize(("examples", "told"), [(49, True), (50, False)])
def test_few_examples_are_told_beside(examples: int, told: bool) -> None:
    own = {name: {**one, "train": examples} for name, one in entry()["own"].items()}
    evidence = judge("label_completeness", fact(entry(own=own)))
    assert evidence.suggestion == "YES"
    assert ("fewer than 50 examples of DATE, PERSON" in evidence.reason) is told
    assert bool(evidence.advice) is told


@pytest.mark.parametrize("name", [name for name in JUDGES if name != "models_available"])
@pytest.mark.parametrize("models", [[], [BROKEN], [NO_NER], [entry(shared=[])]])
def test_without_a_pipeline_nothing_can_be_told(name: str, models: list[dict[str, Any]]) -> None:
    evidence = judge(name, fact(*models, chosen=None))
    assert (evidence.suggestion, evidence.needs) == ("CAN'T TELL", "model")
    assert evidence.reason.endswith(".")


@pytest.mark.parametrize("name", JUDGES)
def test_an_error_is_handed_on_and_a_missing_fact_says_nothing(name: str) -> None:
    assert judge(name, {"error": "label map: no.", "seconds": 1}).reason == "label map: no."
    assert measure(NODES[name], Facts()) is None
    bare = dataclasses.replace(NODES[name], threshold=None, limits={})
    assert measure(bare, Facts(measured={"models": fact(entry())})) is None


JUNK = st.none() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})


@given(st.data())
def test_odd_facts_say_nothing_or_something(data: st.DataObject) -> None:
    """What `measure` catches is all that a judge may raise, wherever in a fact something else stands."""
    models = copy.deepcopy(fact(entry()))
    place: Any = models
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(place[key], dict | list) and place[key]
        if not deeper or data.draw(st.booleans()):
            place[key] = data.draw(JUNK)
            break
        place = place[key]
    for name, by in JUDGES.items():
        try:
            by(NODES[name], Facts(measured={"models": models}))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
