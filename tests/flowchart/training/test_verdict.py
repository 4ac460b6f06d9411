from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.training.intervals import Difference, Interval, paired
from flowchart.training.scores import Counts
from flowchart.training.verdict import (
    FEW_REPEATS,
    MOST_REPEATS,
    MOST_TEXTS,
    SMALLEST_GAIN,
    _Doubt,
    judge,
    rounded_up,
)
from tests.flowchart.training.simulated import measured, training

SETTLED = {"eval_texts": None, "repeats": None, "annotations": None, "together": False}


def model(texts: int, f: float, seed: int) -> Counts:
    draw = np.random.default_rng(seed)
    return measured(draw, f, draw.random((texts, 2)))


def verdict(before: Sequence[Counts], after: Sequence[Counts], docs: int = 1000) -> dict[str, Any]:
    """The verdict on repeats at 75% and at 100% of some texts."""
    found = judge(
        (0.75, [training(counts, 0.75, round(0.75 * docs), at) for at, counts in enumerate(before)]),
        (1.0, [training(counts, 1.0, docs, at) for at, counts in enumerate(after)]),
        0,
        0.25,
    )
    json.dumps(found, allow_nan=False)
    assert "\n" not in found["reason"]
    assert found["reason"].endswith(".")
    return found


def copies(counts: Counts, times: int) -> Counts:
    """The same model on so many times the eval texts."""
    rows = [(text + counts.docs * copy, *rest) for copy in range(times) for text, *rest in counts.rows]
    return Counts(counts.docs * times, counts.labels, rows)  # type: ignore[arg-type]


def exact(right: int, of: int = 100, texts: int = 40) -> Counts:
    """A model whose F is the same on any texts."""
    return Counts(texts, ["A"], [(text, 0, right, of - right, of - right) for text in range(texts)])


def test_a_clear_gain_is_a_yes() -> None:
    found = verdict([model(800, 0.5, 1)], [model(800, 0.7, 2)])
    assert found["answer"] == "YES"
    assert found["question"] == "Does the accuracy in the last 25% go up?"
    assert (found["from_fraction"], found["to_fraction"], found["repeats"]) == (0.75, 1.0, 1)
    assert 0 < found["low"] < found["difference"] < found["high"]
    assert found["settle"] == SETTLED
    assert "one repeat does not show" in found["reason"]


def test_a_clear_loss_and_no_change_are_a_no() -> None:
    assert verdict([model(800, 0.7, 1)], [model(800, 0.5, 2)])["answer"] == "NO"
    same = model(800, 0.6, 1)
    found = verdict([same], [same])
    assert found["answer"] == "NO"
    assert f"{100 * SMALLEST_GAIN:g}" in found["reason"]
    assert found["settle"] == SETTLED


def test_the_answer_by_hand() -> None:
    """Without doubt about the texts the interval over two repeats is their gains' mean, stretched."""
    far = 0.01 * np.sqrt(2)
    for gains, answer in (((0.04, 0.06), "YES"), ((0.0, 0.02), "CAN'T TELL"), ((-0.04, -0.02), "NO")):
        after = [exact(round(1000 * (f + gain)), 1000) for f, gain in zip((0.5, 0.4), gains, strict=True)]
        found = verdict([exact(50), exact(40)], after)
        mean = sum(gains) / 2
        assert found["difference"] == pytest.approx(mean)
        assert (found["low"], found["high"]) == pytest.approx((mean - far, mean + far))
        assert found["answer"] == answer
        assert found["repeats"] == 2
        assert "over 2 repeats" in found["reason"]


def test_repeats_are_compared_pairwise() -> None:
    """Luck that a repeat has at both sizes is no doubt about the step."""
    before, after = [exact(40), exact(60)], [exact(44), exact(64)]
    assert verdict(before, after)["answer"] == "YES"
    assert verdict(before, after[::-1])["answer"] == "CAN'T TELL"


def test_repeats_of_one_point_only_are_left_out() -> None:
    before = [training(exact(40), 0.75, 750, 0), training(exact(10), 0.75, 750, 1)]
    after = [training(exact(90), 1.0, 1000, 2), training(exact(44), 1.0, 1000, 0)]
    found = judge((0.75, before), (1.0, after), 0, 0.25)
    assert found["repeats"] == 1
    assert found["difference"] == pytest.approx(0.04)
    none = judge((0.75, before[1:]), (1.0, after), 0, 0.25)
    assert (none["answer"], none["repeats"], none["difference"]) == ("CAN'T TELL", 0, None)


def test_noise_is_no_answer_but_says_what_would_be_one() -> None:
    found = verdict([model(200, 0.60, 1)], [model(200, 0.63, 2)])
    assert found["answer"] == "CAN'T TELL"
    settle = found["settle"]
    assert 200 < settle["eval_texts"] <= MOST_TEXTS
    assert f"about {settle['eval_texts']:,} eval texts instead of 200" in found["reason"]
    assert settle["repeats"] == FEW_REPEATS
    assert "the seed's part is unknown: train 3" in found["reason"]


def test_the_advice_about_texts_holds() -> None:
    """With as many texts as it asks for, and the same models, the answer is there."""
    before, after = model(200, 0.60, 11), model(200, 0.64, 2)
    asked = verdict([before], [after])["settle"]["eval_texts"]
    times = -(-asked // 200)
    assert 3 < times < 60
    for number, answer in ((times, "YES"), (times // 2, "CAN'T TELL")):
        assert verdict([copies(before, number)], [copies(after, number)])["answer"] == answer


def test_the_advice_about_texts_by_the_bootstraps_numbers() -> None:
    """n (half-width / difference)^2, in two digits."""
    before, after = model(200, 0.60, 11), model(200, 0.64, 2)
    step = paired([(before, after)], 0)
    assert step.mean > SMALLEST_GAIN
    expected = 200 * (step.interval.half_width / step.mean) ** 2
    assert verdict([before], [after])["settle"]["eval_texts"] == rounded_up(expected)


def test_the_advice_about_repeats_by_hand() -> None:
    """All doubt is the seeds': the squared half-width shrinks with 1/K to the square of the difference."""

    def settle(*gains: int) -> dict[str, Any]:
        found = verdict([exact(500, 1000)] * 2, [exact(500 + gain, 1000) for gain in gains])
        assert found["answer"] == "CAN'T TELL"
        assert found["settle"]["eval_texts"] is None  # no number of texts makes seeds agree
        return found

    # Half the range of the gains x root 2 against their mean: 0.01131 and 0.011 make 2 x 1.06 repeats.
    found = settle(3, 19)
    assert found["settle"]["repeats"] == 3
    assert "3 repeats instead of 2" in found["reason"]
    assert settle(-2, 22)["settle"]["repeats"] == 6  # 0.01697 and 0.010: 2 x 2.88
    found = settle(-100, 110)
    assert found["settle"] == SETTLED
    assert f"fewer than {MOST_TEXTS:,} eval texts and {MOST_REPEATS} repeats" in found["reason"]


def test_doubt_that_either_shrinks_by_hand() -> None:
    """Of a variance of 10 texts alone shrink 5, repeats alone 2, and either 3; 4 is the goal."""
    step = Difference(0.01, Interval(-0.01, 0.03), variance=10, text_variance=8, seed_variance=5)
    doubt = _Doubt(step, texts=100, repeats=2, goal=0.4)
    assert doubt.texts_needed(2) == 400  # 8 / (4 - 2)
    assert doubt.texts_needed(4) == 220  # (5 + 3/2) / (4 - 2/2) = 2.17
    assert doubt.repeats_needed() is None  # 5 are left however many there are
    assert _Doubt(step, texts=100, repeats=2, goal=0.75).repeats_needed() == 4  # 5 / (7.5 - 5) times 2


def test_the_advice_about_annotations_by_hand() -> None:
    """Log-linear: a gain of 0.010 from 750 to 1,000 texts, where 0.01697 would be needed."""
    after = [exact(500 + gain, 1000) for gain in (-2, 22)]
    found = verdict([exact(500, 1000)] * 2, after)
    # 750 x (4/3)^(1.697) = 1,222: about 230 more than 1,000, in two digits.
    assert found["settle"]["annotations"] == 230
    assert "about 230 more annotations if the trend goes on" in found["reason"]
    falling = [exact(500 + gain, 1000) for gain in (-22, 20)]
    assert verdict([exact(500, 1000)] * 2, falling)["settle"]["annotations"] is None


def test_texts_and_repeats_together() -> None:
    """Where neither alone settles it both may: each has its own part of the doubt."""
    before = model(100, 0.60, 1)
    draw = np.random.default_rng(0)
    rows = [(text, 0, *((1, 0, 0) if draw.random() < 0.075 else three)) for text, _, *three in before.rows]
    found = verdict([before, before], [Counts(100, ["DRUG"], rows), before])  # type: ignore[arg-type]
    assert found["answer"] == "CAN'T TELL"
    settle = found["settle"]
    assert settle["together"]
    assert 100 < settle["eval_texts"] < 2000
    assert 2 < settle["repeats"] <= MOST_REPEATS
    words = (
        f"about {settle['eval_texts']:,} eval texts instead of 100 together with {settle['repeats']} repeats"
    )
    assert words in found["reason"]


def test_too_little_to_judge_by() -> None:
    few = Counts(500, ["A"], [(0, 0, 1, 0, 0)])
    found = verdict([few], [few])
    assert found["answer"] == "CAN'T TELL"
    assert "Only 1 of 500" in found["reason"]
    assert found["settle"] == SETTLED
    blind = Counts(500, ["A"], [(text, 0, 0, 0, 1) for text in range(100)])
    found = verdict([blind], [blind])
    assert found["answer"] == "CAN'T TELL"
    assert "single span" in found["reason"]


@pytest.mark.parametrize("point", [None, (0.75, [])])
def test_a_missing_point_is_no_verdict(point: tuple[float, list[Any]] | None) -> None:
    found = judge(point, (1.0, [training(exact(5), 1.0, 10)]), 0, 0.25)
    assert (found["answer"], found["difference"], found["to_fraction"]) == ("CAN'T TELL", None, 1.0)
    assert "resume the run" in found["reason"]
    assert judge(None, point, 0, 1.0)["answer"] == "CAN'T TELL"


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=3),
    st.integers(1, 60),
    st.integers(1, 10**6),
)
def test_advice_is_never_absurd(scores: list[tuple[float, float]], texts: int, docs: int) -> None:
    before = [model(texts, low, at) for at, (low, _) in enumerate(scores)]
    after = [model(texts, high, 9 + at) for at, (_, high) in enumerate(scores)]
    found = verdict(before, after, docs)
    settle = found["settle"]
    assert settle["eval_texts"] is None or texts < settle["eval_texts"] <= MOST_TEXTS
    assert settle["repeats"] is None or len(scores) < settle["repeats"] <= MOST_REPEATS
    assert settle["annotations"] is None or 0 < settle["annotations"] <= rounded_up(docs)
    if found["answer"] != "CAN'T TELL":
        assert settle == SETTLED


@given(st.floats(1e-6, 1e9))
def test_estimates_are_rounded_up_to_two_digits(number: float) -> None:
    rounded = rounded_up(number)
    assert number <= rounded <= number * 1.1 + 1
    assert len(str(rounded).rstrip("0")) <= 2
