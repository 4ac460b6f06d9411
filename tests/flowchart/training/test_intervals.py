from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest

from flowchart.training import intervals as module
from flowchart.training.intervals import intervals, paired
from flowchart.training.scores import Counts
from flowchart.training.verdict import SMALLEST_GAIN, judge


def model(texts: int, right: float, seed: int, wrong: float = 0.1) -> Counts:
    """A model that finds a share of the spans, one a text, and now and then a wrong one."""
    draw = np.random.default_rng(seed)
    rows = []
    for text in range(texts):
        tp = int(draw.random() < right)
        rows.append((text, 0, tp, int(draw.random() < wrong), 1 - tp))
    return Counts(texts, ["DRUG"], rows)


def test_an_interval_holds_the_score_and_repeats() -> None:
    counts = model(500, 0.7, 1)
    overall, labels = intervals(counts, 0)
    assert overall.low < counts.scores()["ents_f"] < overall.high
    assert intervals(counts, 0)[0] == overall
    assert labels["DRUG"] == overall  # one label: the same sums of the same draws
    assert intervals(counts, 1)[0] != overall


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    right, wrong = 0.7, 0.1
    truth = 2 * right / (2 * right + wrong + (1 - right))
    hits = 0
    for seed in range(40):
        overall, _ = intervals(model(300, right, seed, wrong), seed)
        hits += overall.low <= truth <= overall.high
    assert 33 <= hits <= 40  # 38 expected


def test_an_interval_shrinks_with_the_root_of_the_texts() -> None:
    small, large = (intervals(model(texts, 0.6, 3), 0)[0] for texts in (400, 6400))
    assert small.half_width / large.half_width == pytest.approx(4, rel=0.25)


def test_texts_without_counts_widen_nothing_but_are_drawn() -> None:
    dense = model(200, 0.6, 5)
    sparse = Counts(2000, dense.labels, dense.rows)
    assert intervals(sparse, 0)[0].half_width == pytest.approx(intervals(dense, 0)[0].half_width, rel=0.15)


def test_the_paired_difference_is_surer_than_two_intervals() -> None:
    before = model(500, 0.7, 1)
    after = Counts(
        500,
        ["DRUG"],
        [
            (t, 0, max(tp, int(t % 20 == 0)), fp, min(fn, int(t % 20 != 0)))
            for t, _, tp, fp, fn in before.rows
        ],
    )
    difference = paired(before, after, 0)
    assert difference.low > 0
    assert difference.half_width < intervals(after, 0)[0].half_width / 2
    assert paired(before, before, 0) == module.Interval(0.0, 0.0)
    with pytest.raises(ValueError, match="eval sets"):
        paired(before, Counts(499), 0)


def test_rare_labels_have_no_interval() -> None:
    counts = Counts(100, ["A", "B"], [(text, 0, 1, 0, 0) for text in range(20)] + [(3, 1, 0, 0, 1)])
    _, labels = intervals(counts, 0)
    assert set(labels) == {"A"}


@pytest.mark.parametrize("counts", [Counts(0), Counts(5), Counts(1, ["A"], [(0, 0, 0, 1, 0)])])
def test_no_score_makes_no_nan(counts: Counts) -> None:
    overall, _ = intervals(counts, 0)
    assert overall == module.Interval(0.0, 0.0)
    assert paired(counts, counts, 0) == module.Interval(0.0, 0.0)


def test_a_large_eval_set_is_quick_and_bounded() -> None:
    counts = model(20_000, 0.7, 1)
    begin = time.perf_counter()
    intervals(counts, 0)
    assert time.perf_counter() - begin < 20


def verdict(before: Counts, after: Counts) -> dict[str, object]:
    found = judge((0.75, before.scores()["ents_f"], before), (1.0, after.scores()["ents_f"], after), 0, 0.25)
    json.dumps(found, allow_nan=False)
    assert str(found["reason"]).count("\n") == 0
    return found


def test_a_clear_gain_is_a_yes() -> None:
    found = verdict(model(800, 0.5, 1), model(800, 0.7, 2))
    assert found["answer"] == "YES"
    assert found["question"] == "Does the accuracy in the last 25% go up?"
    assert isinstance(found["low"], float)
    assert found["low"] > 0


def test_a_clear_loss_and_no_change_are_a_no() -> None:
    assert verdict(model(800, 0.7, 1), model(800, 0.5, 2))["answer"] == "NO"
    same = model(800, 0.6, 1)
    found = verdict(same, same)
    assert found["answer"] == "NO"
    assert f"{100 * SMALLEST_GAIN:g}" in str(found["reason"])


def test_noise_is_no_answer_but_says_what_would_be_one() -> None:
    found = verdict(model(200, 0.60, 1), model(200, 0.62, 2))
    assert found["answer"] == "CAN'T TELL"
    assert "eval texts" in str(found["reason"])


def test_the_advice_holds() -> None:
    """With as many texts as it asks for, and the same models, the answer is there."""
    before, after = model(200, 0.60, 11), model(200, 0.66, 12)
    assert verdict(before, after)["answer"] == "CAN'T TELL"
    difference = after.scores()["ents_f"] - before.scores()["ents_f"]
    half = paired(before, after, 0).half_width
    room = max(difference, SMALLEST_GAIN - difference)
    times = math.ceil((half / room) ** 2 * 1.3)
    assert times < 30

    def many(counts: Counts) -> Counts:
        rows = [(text + 200 * copy, *rest) for copy in range(times) for text, *rest in counts.rows]
        return Counts(200 * times, counts.labels, rows)  # type: ignore[arg-type]

    assert verdict(many(before), many(after))["answer"] in ("YES", "NO")


def test_too_little_to_judge_by() -> None:
    few = Counts(500, ["A"], [(0, 0, 1, 0, 0)])
    found = verdict(few, few)
    assert found["answer"] == "CAN'T TELL"
    assert "Only 1 of 500" in str(found["reason"])
    blind = Counts(500, ["A"], [(text, 0, 0, 0, 1) for text in range(100)])
    found = verdict(blind, blind)
    assert found["answer"] == "CAN'T TELL"
    assert "single span" in str(found["reason"])
    missing = judge(None, (1.0, 0.0, blind), 0, 1.0)
    assert missing["answer"] == "CAN'T TELL"
    json.dumps(missing, allow_nan=False)
