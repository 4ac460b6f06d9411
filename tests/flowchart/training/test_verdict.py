from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.training.experience import stretch, usual_sd
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
"""What is said where nothing is left to be settled."""


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


def exact(right: int, of: int = 100, texts: int = 4000) -> Counts:
    """A model whose F is the same on any texts, of which there are so many that they leave no doubt."""
    return Counts(texts, ["A"], [(text, 0, right, of - right, of - right) for text in range(texts)])


def test_a_clear_gain_is_a_yes() -> None:
    found = verdict([model(800, 0.5, 1)], [model(800, 0.7, 2)])
    assert found["answer"] == "YES"
    assert found["question"] == "Does the accuracy in the last 25% go up?"
    assert (found["from_fraction"], found["to_fraction"], found["repeats"]) == (0.75, 1.0, 1)
    assert 0 < found["low"] < found["difference"] < found["high"]
    assert found["settle"] == SETTLED
    # 1.5 points at 1,000 spans, 1.6 at 750
    assert "is taken from experience (standard deviation 1.6 points): --repeats 3" in found["reason"]
    assert found["seed_sd"] == pytest.approx(0.01557, abs=2e-4)


def test_a_clear_loss_is_a_no_and_so_is_no_change_that_repeats_confirm() -> None:
    assert verdict([model(800, 0.7, 1)], [model(800, 0.5, 2)])["answer"] == "NO"
    same = exact(60)
    assert verdict([same], [same])["answer"] == "CAN'T TELL"  # another seed may be luckier
    found = verdict([same] * 20, [same] * 20)
    assert found["answer"] == "NO"
    assert f"{100 * SMALLEST_GAIN:g}" in found["reason"]
    assert "experience" not in found["reason"]
    assert found["settle"] == SETTLED


@pytest.mark.parametrize("repeats", [1, 5, 20])
@pytest.mark.parametrize("texts", [10, 40, 200])
def test_models_that_differ_in_no_text_are_no_proof(texts: int, repeats: int) -> None:
    """3 of so few texts might differ, so a gain of half a point is possible: no interval of width 0."""
    same = exact(60, texts=texts)
    found = verdict([same] * repeats, [same] * repeats)
    assert found["answer"] == "CAN'T TELL"
    assert found["low"] < -1 / texts
    assert found["high"] > 1 / texts


def test_the_answer_by_hand() -> None:
    """Two repeats, their gains 1 point on either side of their mean, and three more by experience.

    Experience has 2.20 points for a difference (1.5 at 1,000 spans, 1.61 at 750), so the variance is
    (3 * 2.20^2 + 2) / 4, and with 4 degrees of freedom the half-width 2.78 standard errors, 4.0 points.
    """
    for gains, answer in (((0.04, 0.06), "YES"), ((0.0, 0.02), "CAN'T TELL"), ((-0.06, -0.04), "NO")):
        after = [exact(round(1000 * (f + gain)), 1000) for f, gain in zip((0.5, 0.4), gains, strict=True)]
        found = verdict([exact(50), exact(40)], after)
        mean = sum(gains) / 2
        assert found["difference"] == pytest.approx(mean)
        assert (found["low"], found["high"]) == pytest.approx((mean - 0.0399, mean + 0.0399), abs=0.005)
        assert found["answer"] == answer
        assert found["repeats"] == 2
        assert "over 2 repeats" in found["reason"]


def test_repeats_are_compared_pairwise() -> None:
    """Luck that a repeat has at both sizes is no doubt about the step."""
    before, after = [exact(40), exact(60), exact(50)], [exact(44), exact(64), exact(54)]
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
    found = verdict([model(200, 0.60, 11)], [model(200, 0.70, 2)])
    assert found["answer"] == "CAN'T TELL"
    settle = found["settle"]
    assert 200 < settle["eval_texts"] <= MOST_TEXTS
    assert f". About {settle['eval_texts']:,} eval texts instead of 200" in found["reason"]
    assert " would settle it. How much another seed would change" in found["reason"]


def test_the_advice_about_texts_holds() -> None:
    """With as many texts as it asks for, and the same models, the answer is there."""
    before, after = model(200, 0.60, 11), model(200, 0.72, 2)
    asked = verdict([before], [after])["settle"]["eval_texts"]
    times = -(-asked // 200)
    assert 1 < times < 60
    for number, answer in ((times, "YES"), (times // 2, "CAN'T TELL")):
        assert verdict([copies(before, number)], [copies(after, number)])["answer"] == answer


def test_the_advice_about_texts_by_the_bootstraps_numbers() -> None:
    """What texts leave open must shrink to what the seeds leave of the squared difference."""
    before, after = model(200, 0.60, 11), model(200, 0.72, 2)
    usual = math.hypot(usual_sd(750), usual_sd(1000))
    step = paired([(before, after)], 0, usual)
    of_seeds, of_texts = (3.182 * usual) ** 2, 1.96**2 * step.text_variance
    goal = (of_seeds + of_texts) * (step.mean / step.interval.half_width) ** 2
    expected = 200 * of_texts / (goal - of_seeds)
    found = verdict([before], [after])["settle"]["eval_texts"]
    assert found == pytest.approx(expected, rel=0.1)


def test_the_advice_about_repeats_holds() -> None:
    """All doubt is the seeds': with as many repeats of the same scatter the answer is there."""

    def gains(*points: int) -> dict[str, Any]:
        return verdict([exact(500, 1000)] * len(points), [exact(500 + gain, 1000) for gain in points])

    found = gains(10, 40)
    assert found["answer"] == "CAN'T TELL"
    assert found["settle"]["eval_texts"] is None  # no number of texts makes seeds agree
    needed = found["settle"]["repeats"]
    assert 2 < needed <= 6
    assert f"{needed} repeats instead of 2" in found["reason"]
    assert gains(*[10, 40] * needed)["answer"] == "YES"
    found = gains(-100, 110)
    assert found["settle"] == SETTLED
    assert f"fewer than {MOST_TEXTS:,} eval texts and {MOST_REPEATS} repeats" in found["reason"]
    # with one training it is three at the least
    found = verdict([exact(500, 1000)], [exact(550, 1000)])
    assert (found["answer"], found["settle"]["repeats"]) == ("CAN'T TELL", FEW_REPEATS)


def test_doubt_that_either_shrinks_by_hand() -> None:
    """Of the squared half-width texts alone shrink a third, repeats alone a third, and either a third."""
    narrow = (stretch(10**6) / stretch(2)) ** 2
    step = Difference(0.01, Interval(-0.01, 0.03), 6, 3, 3 * narrow, 0.01)
    doubt = _Doubt(step, texts=100, repeats=2, goal=0.5)
    assert doubt.texts_needed(2) == pytest.approx(400, abs=10)  # (1/3 + 1/3) / (1/2 - 1/3)
    fewer = (stretch(4) / stretch(2)) ** 2 / 2
    assert doubt.texts_needed(4) == rounded_up(100 * max(0.5 / (0.5 - fewer / 3), 1.25))
    assert _Doubt(step, texts=100, repeats=2, goal=0.3).repeats_needed() is None  # a third is left always
    number = _Doubt(step, texts=100, repeats=2, goal=0.6).repeats_needed()
    assert number is not None
    for repeats, enough in ((number - 1, False), (number, True)):
        left = 1 / 3 + 2 / repeats / 3 + (stretch(repeats) / stretch(2)) ** 2 * 2 / repeats / 3
        assert (left <= 0.6) is enough


def test_the_advice_about_annotations_by_hand() -> None:
    """Log-linear: a gain of 2.5 points from 750 to 1,000 texts, where its interval is 3.7 either way."""
    found = verdict([exact(500, 1000)] * 2, [exact(500 + gain, 1000) for gain in (13, 37)])
    half = (found["high"] - found["low"]) / 2
    needed = 750 * (4 / 3) ** (half / 0.025) - 1000
    assert found["settle"]["annotations"] == rounded_up(needed) > 100
    assert f"about {rounded_up(needed)} more annotations if the trend goes on" in found["reason"]
    falling = [exact(500 + gain, 1000) for gain in (-22, 20)]
    assert verdict([exact(500, 1000)] * 2, falling)["settle"]["annotations"] is None


def test_texts_and_repeats_together() -> None:
    """Where neither alone settles it both may: each has its own part of the doubt."""
    found = verdict([model(100, 0.60, 11)], [model(100, 0.645, 2)])
    assert found["answer"] == "CAN'T TELL"
    settle = found["settle"]
    assert settle["together"]
    assert 100 < settle["eval_texts"] <= MOST_TEXTS
    assert FEW_REPEATS <= settle["repeats"] <= MOST_REPEATS
    words = (
        f"About {settle['eval_texts']:,} eval texts instead of 100 together with {settle['repeats']} repeats"
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
