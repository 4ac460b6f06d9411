"""A walk by the evidence alone: where it ends and why, what it asks for, what its steps keep."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.advice import Advice, Stop, advise
from flowchart.evidence import NEEDS, Facts
from flowchart.graph import Flowchart, Node
from flowchart.path import Path
from tests.flowchart.test_evidence import check, curve, eval_set, shape, trained, tuning
from tests.flowchart.test_evidence_consistency import fact as consistency_fact
from tests.flowchart.test_evidence_models import entry, score
from tests.flowchart.test_evidence_models import fact as models_fact
from tests.flowchart.test_evidence_rules import FACT as RULES

NOW = "2026-01-02T03:04:05+00:00"

CHART = graph.load()

BOXES = {
    "start": 'kind = "start"\ntext = "Begin"',
    "count": 'kind = "decision"\ntext = "Enough?"\nmeasure = "annotation_count"\nthreshold = 10',
    "good": 'kind = "decision"\ntext = "Good?"\nmeasure = "target"',
    "rising": 'kind = "decision"\ntext = "Rising?"\nmeasure = "last_step"',
    "unknown": 'kind = "decision"\ntext = "Nice weather?"',
    "inside": 'kind = "decision"\ntext = "Text around?"\nmeasure = "context"\nthreshold = 0.5',
    "work": 'kind = "action"\ntext = "Work on it"',
    "collect": 'kind = "action"\nperson = true\ntext = "Collect more"\nmeaning = "More of the same."',
    "end": 'kind = "outcome"\nfavorable = true\ntext = "Done"\nmeaning = "All is well."',
}


def chart(folder: FilePath, *arrows: str) -> Flowchart:
    """A chart of arrows, written as `count no collect` or `start end`, and of the boxes that they name."""
    named = dict.fromkeys(word for arrow in arrows for word in arrow.split() if word not in ("yes", "no"))
    text = 'title = "Small"\n' + "".join(f'[[node]]\nid = "{name}"\n{BOXES[name]}\n' for name in named)
    for arrow in arrows:
        source, *answer, target = arrow.split()
        text += f'[[edge]]\nfrom = "{source}"\nto = "{target}"\n'
        text += f'answer = "{answer[0]}"\n' if answer else ""
    file = folder / "small.toml"
    file.write_text(text)
    return graph.load(file)


class Asked:
    """Gives facts for needs, and notes what it was asked for."""

    def __init__(self, **found: Facts) -> None:
        self.found = found
        self.asked: list[tuple[str, str]] = []

    def __call__(self, need: str, node: Node) -> Facts | None:
        self.asked.append((need, node.id))
        return self.found.get(need)


def boxes(advice: Advice) -> list[str]:
    return [step.node for step in advice.path.steps] + [advice.path.current.id]


# -- where a walk ends --------------------------------------------------------------------------------


def test_it_ends_at_an_outcome(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start count", "count yes end", "count no collect", "collect count")
    advice = advise(small, Facts(check=check(11)), now=NOW)
    assert (advice.stop, advice.reason, advice.evidence) == (Stop.OUTCOME, "All is well.", None)
    assert boxes(advice) == ["start", "count", "end"]
    assert advice.path.finished
    first, second = advice.path.steps
    assert (first.suggestion, first.evidence) == ("", None)  # a box that asks nothing
    assert (second.answer.value, second.suggestion, second.time) == ("yes", "YES", NOW)
    assert second.evidence is not None
    assert (second.evidence["value"], second.evidence["threshold"]) == (11, 10)


def test_it_ends_at_what_only_a_person_can_do_with_the_last_advice(tmp_path: FilePath) -> None:
    small = chart(
        tmp_path,
        *("start inside", "inside no end", "inside yes count"),
        *("count yes end", "count no work", "work collect", "collect count"),
    )
    facts = Facts(check=check(4), measured={"context": context(9)})
    advice = advise(small, facts)
    assert advice.stop is Stop.PERSON
    assert boxes(advice) == ["start", "inside", "count", "work", "collect"]
    assert advice.reason == "Annotate about 7 more."
    assert advice.evidence is None


def test_advice_on_an_earlier_question_is_no_reason_to_stop(tmp_path: FilePath) -> None:
    small = chart(
        tmp_path,
        *("start inside", "inside no end", "inside yes rising"),
        *("rising no end", "rising yes collect", "collect rising"),
    )
    facts = Facts(check=check(4), curve=curve("YES"), measured={"context": context(9)})
    advice = advise(small, facts)  # a curve without points: nothing to advise
    assert advice.stop is Stop.PERSON
    assert advice.reason == "More of the same."


def test_a_person_box_without_a_question_before_it_says_what_it_means(tmp_path: FilePath) -> None:
    advice = advise(chart(tmp_path, "start collect", "collect end"), Facts())
    assert (advice.stop, advice.reason) == (Stop.PERSON, "More of the same.")


def test_it_ends_where_the_data_cannot_tell(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start good", "good yes end", "good no end")
    advice = advise(small, Facts(check=check(9)))
    assert advice.stop is Stop.CANNOT_TELL
    assert advice.path.current.id == "good"
    assert advice.evidence is not None
    assert advice.evidence.needs == "training"
    assert advice.reason == (
        "No model has been trained on all of this data yet. What it takes: a learning curve."
    )


def test_what_cannot_be_told_says_what_to_do_where_nothing_is_needed(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start inside", "inside yes end", "inside no end")
    advice = advise(small, Facts(measured={"context": context(5, 5)}))
    assert advice.stop is Stop.CANNOT_TELL
    assert advice.reason.startswith("5 of 10 annotated texts (50.0%) have at least 3 words around")
    assert advice.reason.endswith(" Annotate whole sentences or paragraphs instead of words from a list.")


@pytest.mark.parametrize("box", ["unknown", "inside"])
def test_a_question_that_nothing_measures_is_the_persons(tmp_path: FilePath, box: str) -> None:
    """Whether the chart names no measure, or the fact for it is missing."""
    small = chart(tmp_path, f"start {box}", f"{box} yes end", f"{box} no end")
    asked = Asked()
    advice = advise(small, Facts(), asked)
    assert (advice.stop, advice.evidence) == (Stop.CANNOT_TELL, None)
    assert advice.reason == "Nothing measures this question; answer it yourself in the app."
    assert asked.asked == []


def test_it_does_not_go_in_circles(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start count", "count yes end", "count no work", "work count")
    advice = advise(small, Facts(check=check(4)))
    assert advice.stop is Stop.CIRCLE
    assert boxes(advice) == ["start", "count", "work", "count"]
    assert advice.reason == "The evidence leads back to 'Enough?'."


# -- what it asks for ---------------------------------------------------------------------------------


def test_what_is_needed_is_asked_for_and_used(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start good", "good yes end", "good no collect", "collect good")
    facts = Facts(check=check(9))
    curved = replace(facts, curve=trained(0.7, 0.6, 0.8))
    asked = Asked(training=curved, target=replace(curved, target=0.5))
    advice = advise(small, facts, asked)
    assert asked.asked == [("training", "good"), ("target", "good")]
    assert advice.stop is Stop.OUTCOME
    evidence = advice.path.steps[-1].evidence
    assert evidence is not None
    assert (evidence["value"], evidence["threshold"]) == (0.7, 0.5)


def test_a_need_that_stays_is_asked_for_once_for_each_box(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start good", "good yes rising", "good no end", "rising yes end", "rising no end")
    facts = Facts(check=check(9), target=0.5)
    asked = Asked(training=replace(facts, curve=trained(0.7, 0.6, 0.8)))  # a curve without a verdict
    advice = advise(small, facts, asked)
    assert asked.asked == [("training", "good"), ("training", "rising")]
    assert (advice.stop, advice.path.current.id) == (Stop.CANNOT_TELL, "rising")
    assert advice.evidence is not None
    assert advice.evidence.needs == "training"


def test_facts_that_were_got_stay_for_later_boxes(tmp_path: FilePath) -> None:
    small = chart(
        tmp_path, "start good", "good yes rising", "good no end", "rising yes collect", "rising no end",
        "collect end",
    )  # fmt: skip
    facts = Facts(check=check(9), target=0.5)
    asked = Asked(training=replace(facts, curve={**trained(0.7, 0.6, 0.8), **curve("NO")}))
    advice = advise(small, facts, asked)
    assert asked.asked == [("training", "good")]
    assert [step.answer.value for step in advice.path.steps] == ["next", "yes", "no"]


def test_where_nothing_can_be_got_it_says_what_is_needed(tmp_path: FilePath) -> None:
    small = chart(tmp_path, "start good", "good yes end", "good no end")
    asked = Asked()
    advice = advise(small, Facts(check=check(9)), asked)
    assert asked.asked == [("training", "good")]
    assert advice.reason.endswith(f"What it takes: {NEEDS['training']}.")


# -- the packaged chart -------------------------------------------------------------------------------


def context(around: int, bare: int = 0) -> dict[str, Any]:
    counts = [bare] + [0] * 19 + [around]
    return {
        "texts": around + bare, "outside": counts, "tokens_median": 9, "in_spans": 0.3, "one_span": bare,
    }  # fmt: skip


def rules(coverage: float, f: float, doubt: float = 0.01) -> dict[str, Any]:
    fact = copy.deepcopy(RULES)
    fact["coverage"] |= {"share": coverage, "low": coverage - doubt, "high": coverage + doubt}
    fact["score"] |= {"ents_f": f, "ents_f_low": f - doubt, "ents_f_high": f + doubt}
    return fact


def test_the_packaged_chart_to_rules_alone() -> None:
    facts = Facts(check=check(9), measured={"rules": rules(0.95, 0.97), "eval_quality": eval_set()})
    advice = advise(CHART, facts)
    assert boxes(advice) == [
        *("start", "rules.can_write", "rules.accurate", "rules.evaluation_sure"),
        "outcome.rules",
    ]
    assert advice.stop is Stop.OUTCOME


def test_the_packaged_chart_to_a_wrong_evaluation_set() -> None:
    measured = {"rules": rules(0.95, 0.97), "eval_quality": eval_set(leaked_exact=100)}
    advice = advise(CHART, Facts(check=check(9), measured=measured))
    assert (advice.stop, advice.path.current.id) == (Stop.PERSON, "rules.fix_evaluation")
    assert advice.reason == "Take the texts that are known from training out of one side."


SCRATCH = {"rules": rules(0.1, 0.1), "models": models_fact(entry(score=score(0.1, 0.05, 0.15)))}
"""No rules and no pipeline: the way to a new model."""


def test_the_packaged_chart_to_a_new_model() -> None:
    facts = Facts(check=check(9), measured=SCRATCH)
    advice = advise(CHART, facts)
    assert (advice.stop, advice.path.current.id) == (Stop.CANNOT_TELL, "scratch.happy")
    assert "What it takes: a learning curve" in advice.reason
    happy = replace(facts, curve={**trained(0.7, 0.65, 0.75), **curve("NO")}, target=0.6)
    assert advise(CHART, happy).path.current.id == "outcome.export"
    few = advise(CHART, replace(happy, target=0.9))
    assert (few.stop, few.path.current.id) == (Stop.PERSON, "scratch.collect")
    assert few.reason.startswith("Annotate about 3,992 more")
    enough = replace(happy, target=0.9, check=check(5000))
    shaped = advise(CHART, replace(enough, measured={**SCRATCH, "span_shape": shape(500, 500)}))
    assert (shaped.stop, shaped.path.current.id) == (Stop.OUTCOME, "outcome.spancat")


def test_the_packaged_chart_to_a_pipeline() -> None:
    """The lane that trains a pipeline further asks for a curve of its own."""
    measured = {**SCRATCH, "models": models_fact(entry(score=score(0.9, 0.85, 0.95), new={}))}
    facts = Facts(check=check(9), curve=trained(0.7, 0.65, 0.75), target=0.6, measured=measured)
    asked = Asked(updating=replace(facts, updated=trained(0.8, 0.75, 0.85)))
    advice = advise(CHART, facts, asked)
    (lane,) = {node for _, node in asked.asked}
    assert CHART.nodes[lane].updates
    assert [need for need, _ in asked.asked] == ["updating"]
    assert (advice.stop, advice.path.current.id) == (Stop.OUTCOME, "outcome.export")


MIXED = {
    "rules": st.sampled_from([rules(0.95, 0.97), rules(0.95, 0.5), rules(0.1, 0.1), rules(0.5, 0.5, 0.1)]),
    "models": st.sampled_from(
        [
            models_fact(entry(score=score(f, f - 0.05, f + 0.05), **more))
            for f in (0.1, 0.9)
            for more in ({}, {"new": {}}, {"missing": []})
        ]
        + [models_fact(chosen=None), {"error": "no such pipeline"}]
    ),
    "eval_quality": st.sampled_from([eval_set(), eval_set(leaked_exact=99), eval_set(difference=0.06)]),
    "span_shape": st.sampled_from([shape(990, 10), shape(900, 100), shape(500, 500)]),
    "consistency": st.sampled_from([consistency_fact(), {"error": "gone"}]),
    "context": st.sampled_from([context(99), context(0, 99), context(50, 50), {"texts": "odd"}]),
    "tuning": st.sampled_from([tuning(0.01, 0.04), tuning(-0.04, 0.004), tuning(-0.1, 0.1)]),
    "tuning_updated": st.sampled_from([tuning(0.01, 0.04), tuning(-0.04, 0.004)]),
}
CURVES = st.none() | st.sampled_from(["YES", "NO", "CAN'T TELL"]).map(
    lambda answer: {**trained(0.7, 0.64, 0.75), **curve(answer)}
)
MIXES = st.builds(
    Facts,
    check=st.none() | st.sampled_from([40, 600, 2500, 5000]).map(check),
    curve=CURVES,
    updated=CURVES,
    measured=st.fixed_dictionaries({}, optional=MIXED),
    target=st.none() | st.sampled_from([0.5, 0.7, 0.9]),
)


@given(MIXES, st.lists(st.none() | MIXES, max_size=4))
def test_any_mix_of_facts_leads_somewhere(facts: Facts, later: list[Facts | None]) -> None:
    more = iter(later)
    asked: list[tuple[str, str]] = []

    def provide(need: str, node: Node) -> Facts | None:
        asked.append((need, node.id))
        return next(more, None)

    advice = advise(CHART, facts, provide)
    here = advice.path.current
    assert advice.reason
    assert len(set(asked)) == len(asked)
    assert here.is_outcome == (advice.stop is Stop.OUTCOME)
    assert advice.stop is not Stop.PERSON or here.person
    assert advice.stop is not Stop.CIRCLE or here.id in {step.node for step in advice.path.steps}
    for step in advice.path.steps:
        if CHART.nodes[step.node].is_decision:
            assert step.evidence is not None
            assert step.suggestion == step.evidence["suggestion"] == step.answer.value.upper()
            assert step.evidence["reason"]
        else:
            assert (step.suggestion, step.evidence) == ("", None)
    kept = json.loads(json.dumps(advice.path.to_dict(), allow_nan=False))
    again, remarks = Path.from_dict(CHART, kept)
    assert remarks == []
    assert [(step.node, step.answer) for step in again.steps] == [
        (step.node, step.answer) for step in advice.path.steps
    ]
    assert again.current.id == here.id
