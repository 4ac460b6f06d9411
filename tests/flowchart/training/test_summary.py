from __future__ import annotations

import json

import numpy as np
import pytest

from flowchart.training.experience import usual_sd
from flowchart.training.intervals import repeated_intervals
from flowchart.training.scores import Counts
from flowchart.training.summary import by_fraction, summarise
from tests.flowchart.training.simulated import measured, training


def by_label(texts_of_b: int, right: int) -> Counts:
    """20 eval texts of one A each, of which so many are found; some hold a B, never found."""
    rows = []
    for text in range(20):
        rows.append((text, 0, int(text < right), 0, int(text >= right)))
        if text < texts_of_b:
            rows.append((text, 1, 0, 1, 2))
    return Counts(20, ["A", "B"], rows)


def test_a_point_by_hand() -> None:
    records = [training(by_label(0, 10), 0.5, 600, 0), training(by_label(0, 15), 0.5, 600, 1)]
    records[0][0].update(seconds=2.0, spans=100, words=1000, steps=10)
    records[1][0].update(seconds=4.0, spans=105, words=1003, steps=20)
    point = summarise(records, 0)
    # F is 2 tp / (2 tp + fn): 20 of 30, and 30 of 35.
    assert point["ents_f"] == pytest.approx((20 / 30 + 30 / 35) / 2)
    assert point["ents_p"] == pytest.approx(1)
    assert point["ents_r"] == pytest.approx((0.5 + 0.75) / 2)
    assert point["ents_f_sd"] == pytest.approx((30 / 35 - 20 / 30) / np.sqrt(2))
    assert (point["fraction"], point["docs"], point["repeats"]) == (0.5, 600, 2)
    assert (point["spans"], point["words"], point["steps"], point["seconds"]) == (102, 1002, 15, 3.0)
    assert point["model"] == "points/050-r1/model"
    assert point["ents_f_low"] < point["ents_f"] < point["ents_f_high"]
    label = point["ents_per_type"]["A"]
    assert (label["f"], label["support"], label["enough"]) == (pytest.approx(point["ents_f"]), 20, True)
    assert label["f_low"] < label["f"] < label["f_high"]
    json.dumps(point, allow_nan=False)


def test_a_point_of_one_training_is_that_training() -> None:
    draw = np.random.default_rng(1)
    record, counts = training(measured(draw, 0.7, draw.random((100, 2))), 1.0, 400)
    point = summarise([(record, counts)], 5)
    for key in ("fraction", "docs", "spans", "words", "steps", "seconds", "model"):
        assert point[key] == record[key]
    assert point["ents_f"] == record["ents_f"]
    assert point["ents_f_sd"] is None
    overall, _ = repeated_intervals([counts], 5, usual_sd(400))
    assert (point["ents_f_low"], point["ents_f_high"]) == (overall.low, overall.high)
    label = point["ents_per_type"]["DRUG"]
    assert {key: label[key] for key in ("p", "r", "f", "support")} == record["ents_per_type"]["DRUG"]


@pytest.mark.parametrize(("texts", "enough"), [(9, False), (10, True)])
def test_a_label_in_few_eval_texts_is_marked(texts: int, enough: bool) -> None:
    label = summarise([training(by_label(texts, 10), 1.0, 10)], 0)["ents_per_type"]["B"]
    assert label["enough"] is enough
    assert (label["f_low"] is None) is (label["f_high"] is None) is (not enough)
    assert label["support"] == 2 * texts


def test_predictions_alone_do_not_support_a_label() -> None:
    counts = Counts(50, ["A", "B"], [row for t in range(50) for row in ((t, 0, 1, 0, 0), (t, 1, 0, 1, 0))])
    without = Counts(50, ["A"], [(text, 0, 1, 0, 0) for text in range(50)])
    labels = summarise([training(without, 1.0, 9), training(counts, 1.0, 9, 1)], 0)["ents_per_type"]
    assert labels["B"] == {
        "p": 0, "r": 0, "f": 0, "f_low": None, "f_high": None, "support": 0, "enough": False
    }  # fmt: skip
    assert labels["A"]["enough"] is True


def test_trainings_are_grouped_by_size_and_then_by_repeat() -> None:
    counts = by_label(0, 3)
    mixed = [training(counts, f, 5, r) for f, r in ((1.0, 1), (0.5, 0), (1.0, 0), (0.5, 2))]
    found = [[(record["fraction"], record["repeat"]) for record, _ in group] for group in by_fraction(mixed)]
    assert found == [[(0.5, 0), (0.5, 2)], [(1.0, 0), (1.0, 1)]]
    assert by_fraction([]) == []


def test_no_trainings_make_no_point() -> None:
    with pytest.raises(ValueError, match="a training at least"):
        summarise([], 0)
