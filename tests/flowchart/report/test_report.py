"""The report as a whole: what it holds, in which order, and that odd results break nothing."""

from __future__ import annotations

import html
import re
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from flowchart import graph
from flowchart.graph import Answer
from flowchart.path import Path
from flowchart.report import render

CHECK: dict[str, Any] = {
    "files": [{"path": "a|b`c.jsonl", "role": "train", "rows": 3, "sha256": "ab" * 32}],
    "content_hash": "cd" * 32,
    "eval_source": "split",
    "eval_split": 0.25,
    "seed": 7,
    "lang": "de",
    "funnel": [
        {"stage": "rows", "documents": 3, "spans": 4, "train": 3, "eval": 0},
        {
            "stage": "accepted",
            "documents": 2,
            "spans": 3,
            "train": 2,
            "eval": 0,
            "lost_documents": {"answer-reject": 1},
            "lost_spans": {"answer-reject": 1, "misaligned": 5},
        },
    ],
    "labels": [{"label": "<b>|x", "spans": 3, "train": 2, "eval": 1, "texts": 2}],
    "findings": {"total": 5, "kinds": [{"kind": "misaligned", "severity": "warning", "count": 5}]},
    "versions": {"spacy": "3.8.0"},
    "run": "the-check",
}
POINT = {"docs": 10, "ents_p": 0.5, "ents_r": 0.25, "ents_f_low": 0.3, "ents_f_high": 0.4}
CURVE: dict[str, Any] = {
    "points": [
        {**POINT, "fraction": 0.5, "ents_f": 0.335, "ents_per_type": {"X": {"f": 0.5, "support": 9}}},
        {
            **POINT,
            "fraction": 1.0,
            "docs": 20,
            "ents_f": 0.35,
            "ents_per_type": {"X": {"f": 0.75, "support": 9}},
        },
    ],
    "verdict": {"question": "Does it go up?", "answer": "CAN'T TELL", "reason": "Too few texts."},
    "train": {"docs": 20, "spans": 30},
    "eval": {"docs": 5, "spans": 6, "source": "split", "hash": "ef" * 32},
    "seed": 7,
    "versions": {"spacy": "3.8.1"},
    "commands": ["ner-tui train-curve --ner 'a b.jsonl'", "python -m spacy train x.cfg"],
    "run": "the-curve",
}


def walked(*ways: Answer) -> Path:
    path = Path(graph.load())
    for way in ways:
        path.answer(way, now="2026-01-02T03:04:05+00:00")
    return path


LOOP = (
    Answer.NEXT,
    Answer.NO,
    Answer.NO,
    *[Answer.NEXT] * 4,
    Answer.NO,
    Answer.NO,
    *[Answer.NEXT] * 3,
    Answer.NO,
)


def test_whole_report() -> None:
    path = walked(*LOOP)
    path.note(1, "no | rules\nfor <b>this</b> @octocat")
    path.steps[8].evidence = {"suggestion": "YES", "reason": "5,000 accepted annotations."}
    path.steps[8].suggestion = "YES"
    text = render(
        path, check=CHECK, curve=CURVE, remarks=["train.jsonl has changed"], provenance=True, made="today"
    )
    sections = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    assert sections == [
        "NER Flowchart v2.0: the path taken", "Path", "Data", "Learning curve", "Reproduce", "Provenance",
    ]  # fmt: skip
    assert "The path stands at **Did you collect more than 4000 annotations?** after 13 steps." in text
    assert "- Note: train.jsonl has changed" in text
    assert "Measured: **YES** (answered otherwise). 5,000 accepted annotations." in text
    assert "> no &#124; rules\\\n" in text
    assert "2nd round" not in text
    assert "second round" in text
    assert "| accepted | 2 | 3 | 2 | 0 | 1 answer-reject, 5 spans misaligned |" in text
    assert "| 100% | 20 | 35.0 | 30.0 to 40.0 | 50.0 | 25.0 | +1.5 |" in text
    assert "| `X` | 9 | 50.0 | 75.0 |" in text
    assert "Does it go up? **CAN'T TELL**. Too few texts." in text
    assert "- spacy `3.8.1`" in text
    assert "ner-tui train-curve --ner 'a b.jsonl'\npython -m spacy train x.cfg\n" in text
    assert "- run of check `the-check`" in text
    assert "By Explosion" in text
    assert "today" in text


def test_the_command_of_a_grouped_check_groups_again() -> None:
    text = render(walked(), check={**CHECK, "group_by": "meta.document id"})
    assert "--eval-split 0.25 --group-by 'meta.document id' --lang de --seed 7\n" in text


def test_the_commands_repeat_a_check_without_a_curve() -> None:
    assert "ner-tui check 'a|b`c.jsonl' --eval-split 0.25 --lang de --seed 7\n" in render(
        walked(), check=CHECK
    )
    files = [{"path": "/x/a b.jsonl", "role": "train"}, {"path": "/x/-e.jsonl", "role": "eval"}]
    check = {**CHECK, "files": files, "eval_source": "file"}
    assert "ner-tui check '/x/a b.jsonl' --eval /x/-e.jsonl --lang de --seed 7\n" in render(
        walked(), check=check
    )


def test_a_check_that_read_the_data_otherwise_is_repeated_so() -> None:
    check = {**CHECK, "fix": True, "tokens": "rows", "base_model": None, "config": None}
    text = render(walked(), check=check)
    assert "--lang de --seed 7 --fix --tokens rows\n" in text
    assert "- Read with spans mended where that is certain (" in text
    stage = {"stage": "aligned", "mended_spans": {"whitespace-mended": 3}, "mendable_spans": {}}
    assert "3 spans mended |" in render(walked(), check={**CHECK, "funnel": [stage]})
    offered = {"stage": "aligned", "lost_spans": {}, "mendable_spans": {"whitespace-edge": 1}}
    assert "--fix would bring 1 span |" in render(walked(), check={**CHECK, "funnel": [offered]})


def test_it_renders() -> None:
    text = render(walked(*LOOP), check=CHECK, curve=CURVE, provenance=True)
    markup = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    assert markup.count("<table>") == 7
    assert '<pre lang="mermaid">' in markup
    assert markup.count("<ol") == 1, "one list of steps, not one for each"
    assert "<b>" not in markup


def test_where_an_outcome_ends_it() -> None:
    path = walked(*LOOP[:7], Answer.YES)
    assert "The path ends at **Export model**" in render(path)


@pytest.mark.parametrize("missing", [None, {}])
def test_without_results(missing: dict[str, Any] | None) -> None:
    text = render(walked(), check=missing, curve=missing)
    assert re.findall(r"^## .*", text, re.MULTILINE) == []
    assert "after 0 steps" in text


def test_pending_note_is_there() -> None:
    path = walked()
    path.pending_note = "ask the annotators"
    assert "> ask the annotators" in render(path)


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*CHECK, *CURVE, *POINT, "kinds", "answer"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted({*CHECK, *CURVE})), odd))
def test_odd_results_are_survived(result: dict[str, Any]) -> None:
    assert render(walked(), check=result, curve=result).startswith("# NER Flowchart")


@given(st.sampled_from(sorted(CHECK)), st.sampled_from(sorted(CURVE)), odd)
def test_one_odd_value_is_survived(in_check: str, in_curve: str, value: object) -> None:
    text = render(walked(), check={**CHECK, in_check: value}, curve={**CURVE, in_curve: value})
    assert text.startswith("# NER Flowchart")


def test_the_eval_set_its_leakage_and_the_forecast_are_told() -> None:
    stages = [{"stage": "eval", "documents": 40}]
    file = "w/.ner-tui/eval-sets/a|b-0123.jsonl"
    leakage = {"exact": 2, "near": 1, "share": 0.075, "spans_in_exact": 3}
    check = {**CHECK, "eval_source": "saved", "eval_file": file, "funnel": stages, "leakage": leakage}
    forecast = {
        "at_double": {"docs": 40, "ents_f": 0.4, "low": 0.3, "high": 0.5},
        "per_gain": {"gain": 0.02, "more_docs": 12, "low": 7, "high": 35, "reachable": True},
    }
    few = {"X": {"f": 0.75, "support": 9, "enough": False}}
    points = [CURVE["points"][0], {**CURVE["points"][1], "ents_per_type": few}]
    path = Path(graph.load())
    text = render(path, check=check, curve={**CURVE, "points": points, "forecast": forecast})
    shown = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    plain = html.unescape(re.sub(r"<[^>]*>", "", shown))
    assert (
        "Evaluation set: 40 texts, split off once (25%, seed 7), saved as .ner-tui/eval-sets/a|b-0123.jsonl"
        in plain
    )
    assert "Leakage: 2 of 40 evaluation texts are in training too (3 spans), 1 more nearly so: 7.5%" in plain
    assert "--eval-split 0.25" in text
    assert "at 40 texts: F 40.0, 90% interval 30.0 to 50.0" in plain
    assert "about 12 more annotations for +2.0, 90% interval 7 to 35" in plain
    assert "* too little support in the eval set" in plain


def test_a_curve_measured_otherwise_is_told() -> None:
    told = "Not measured on the evaluation set above"
    hashed = {**CHECK, "eval_hash": "ef" * 32}
    assert told not in render(walked(), check=hashed, curve=CURVE)
    assert told not in render(walked(), curve=CURVE), "no set stands above"
    assert told in render(walked(), check={**hashed, "eval_hash": "00"}, curve=CURVE)


def test_texts_that_a_saved_set_adds_are_in_the_funnel() -> None:
    stage = {"stage": "eval", "documents": 4, "spans": 5, "added_documents": {"eval-text-gone": 2}}
    assert "| eval | 4 | 5 | - | - | 2 eval-text-gone added |" in render(
        walked(), check={**CHECK, "funnel": [stage]}
    )


def test_a_value_names_what_it_is_from() -> None:
    path = walked(*LOOP[:2])
    path.steps[1].evidence = {"suggestion": "NO", "value": 3, "unit": "spans", "source": "the|run"}
    assert "Value: 3 spans, from <code>the&#124;run</code>." in render(path)
    path.steps[1].evidence["source"] = ""
    assert "Value: 3 spans." in render(path)
