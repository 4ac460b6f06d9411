"""What a result says of its evaluation set, in the screen's process too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.eval_facts import eval_hash, eval_line, leakage_line, same_eval, set_is_there


def check(source: str, file: str = "", texts: int = 240, **more: Any) -> dict[str, Any]:
    funnel = [{"stage": "eval", "documents": texts}]
    return {"eval_source": source, "eval_file": file, "eval_split": 0.2, "seed": 7, "funnel": funnel, **more}


def test_only_the_same_texts_and_spans_may_be_compared() -> None:
    curve, checked = {"eval": {"hash": "a"}}, {"eval_hash": "a"}
    assert same_eval(curve, curve)
    assert same_eval(curve, checked)
    assert not same_eval(curve, {"eval": {"hash": "b"}})
    for unknown in ({}, {"eval": None}, {"eval": {}}, {"eval": {"hash": None}}, {"eval": {"hash": ""}}):
        assert eval_hash(unknown) == ""
        assert not same_eval(unknown, unknown)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (
            check("saved", "/home/me/.ner-tui/eval-sets/train-0123456789ab.jsonl"),
            "240 texts, split off once (20%, seed 7), saved as .ner-tui/eval-sets/train-0123456789ab.jsonl",
        ),
        (
            check("split", "/x/.ner-tui/eval-sets/a.jsonl", 1),
            "1 text, split off now (20%, seed 7), saved as .ner-tui/eval-sets/a.jsonl",
        ),
        (check("split"), "240 texts, split off now (20%, seed 7), not saved"),
        (check("split", "", 0), "none could be split off"),
        (check("file", "/x/eval.jsonl"), "240 texts of eval.jsonl"),
        ({"eval_source": "file"}, "0 texts of their own file"),
    ],
)
def test_where_the_set_is_from(result: dict[str, Any], line: str) -> None:
    assert eval_line(result) == line


def test_a_curve_says_it_in_other_keys() -> None:
    checked = check("saved", "/x/.ner-tui/eval-sets/a.jsonl", eval_hash="h")
    held_out = {name: checked[f"eval_{name}"] for name in ("source", "file", "hash", "split")}
    curve = {"eval": held_out, "funnel": checked["funnel"], "seed": 7}
    assert eval_line(curve) == eval_line(checked)
    assert same_eval(curve, checked)


def test_a_result_whose_set_was_deleted_is_out_of_date(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.touch()
    for source in ("split", "saved"):
        assert set_is_there(check(source, str(file)))
        assert not set_is_there(check(source, str(tmp_path / "gone.jsonl")))
        assert not set_is_there({"eval": {"source": source, "file": str(tmp_path / "gone.jsonl")}})
    assert set_is_there(check("file", str(tmp_path / "gone.jsonl"))), "others say that the data is gone"
    assert set_is_there(check("split"))
    assert set_is_there({})


def test_leakage_in_words() -> None:
    none = {"exact": 0, "near": 0, "share": 0.0, "spans_in_exact": 0}
    some = {"exact": 5, "near": 2, "share": 0.0076, "spans_in_exact": 1}
    assert leakage_line(check("file", leakage=none)) == "no evaluation text is in training, or nearly so"
    assert leakage_line(check("file", texts=923, leakage=some)) == (
        "5 of 923 evaluation texts are in training too (1 span), 2 more nearly so: 0.8%"
    )
    assert leakage_line(check("file", leakage={**none, "near": 3, "share": 0.0125})) == (
        "0 of 240 evaluation texts are in training too, 3 nearly so: 1.2%"
    )
    assert leakage_line(check("file", texts=0, leakage=none)) == leakage_line({}) == ""


def test_it_is_light() -> None:
    heavy = ("numpy", "spacy", "srsly", "msgspec")
    code = f"import sys, flowchart.dataset.eval_facts; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
