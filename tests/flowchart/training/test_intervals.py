from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.training import intervals as module
from flowchart.training.intervals import drawn_scores, intervals, paired, repeated_intervals
from flowchart.training.scores import Counts


def model(texts: int, right: float, seed: int, wrong: float = 0.1) -> Counts:
    """A model that finds a share of the spans, one a text, and now and then a wrong one."""
    draw = np.random.default_rng(seed)
    rows = []
    for text in range(texts):
        tp = int(draw.random() < right)
        rows.append((text, 0, tp, int(draw.random() < wrong), 1 - tp))
    return Counts(texts, ["DRUG"], rows)


def repeats_of(
    draw: np.random.Generator, texts: int, right: float, seed_sd: float, number: int, own: float = 0.2
) -> list[Counts]:
    """Repeats that each find another share of the spans, and mostly find the same texts hard."""
    hard = draw.random(texts)
    repeats = []
    for _ in range(number):
        share = right + seed_sd * draw.standard_normal()
        luck = np.where(draw.random(texts) < own, draw.random(texts), hard)
        found = (luck < share).astype(int)
        rows = [(text, 0, int(tp), 0, int(1 - tp)) for text, tp in enumerate(found)]
        repeats.append(Counts(texts, ["DRUG"], rows))
    return repeats


# -- one training -----------------------------------------------------------------------------------


def test_an_interval_holds_the_score_and_repeats() -> None:
    counts = model(500, 0.7, 1)
    overall, labels = intervals(counts, 0)
    assert overall.low < counts.scores()["ents_f"] < overall.high
    assert intervals(counts, 0)[0] == overall
    assert labels["DRUG"] == overall  # one label: the same sums of the same draws
    assert intervals(counts, 1)[0] != overall


def test_an_interval_by_hand() -> None:
    """Of two texts, one all right and one all wrong, draws have none, one or both: F 0, 1/2 or 1."""
    counts = Counts(2, ["A"], [(0, 0, 1, 0, 0), (1, 0, 0, 1, 1)])
    drawn = drawn_scores([[counts]], 0)[:, 0]
    shares = [float(np.mean(np.isclose(drawn, f))) for f in (0, 0.5, 1)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.04)
    assert intervals(counts, 0)[0] == module.Interval(0.0, 1.0)


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
    difference = paired([(before, after)], 0)
    assert difference.interval.low > 0
    assert difference.mean == pytest.approx(after.scores()["ents_f"] - before.scores()["ents_f"])
    assert difference.seed_variance is None
    assert difference.interval.half_width < intervals(after, 0)[0].half_width / 2
    assert paired([(before, before)], 0).interval == module.Interval(0.0, 0.0)
    with pytest.raises(ValueError, match="eval sets of 499 and 500 texts"):
        paired([(before, Counts(499))], 0)


def test_rare_labels_have_no_interval() -> None:
    counts = Counts(100, ["A", "B"], [(text, 0, 1, 0, 0) for text in range(20)] + [(3, 1, 0, 0, 1)])
    _, labels = intervals(counts, 0)
    assert set(labels) == {"A"}


@pytest.mark.parametrize("counts", [Counts(0), Counts(5), Counts(1, ["A"], [(0, 0, 0, 1, 0)])])
@pytest.mark.parametrize("number", [1, 3])
def test_no_score_makes_no_nan(counts: Counts, number: int) -> None:
    overall, _ = repeated_intervals([counts] * number, 0)
    assert overall == module.Interval(0.0, 0.0)
    difference = paired([(counts, counts)] * number, 0)
    assert difference.interval == module.Interval(0.0, 0.0)
    assert (difference.mean, difference.text_variance) == (0.0, 0.0)


# -- repeats ----------------------------------------------------------------------------------------


counts_of_texts = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 1), *[st.integers(0, 3)] * 3), max_size=20
).map(lambda rows: Counts(12, ["A", "B"], rows))


@given(counts_of_texts, st.integers(1, 4))
def test_repeats_that_agree_are_as_sure_as_one(counts: Counts, number: int) -> None:
    alone, together = intervals(counts, 3), repeated_intervals([counts] * number, 3)
    assert together[1].keys() == alone[1].keys()
    for one, other in [(alone[0], together[0]), *((alone[1][at], together[1][at]) for at in alone[1])]:
        assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9)


@given(counts_of_texts, counts_of_texts)
def test_intervals_stay_in_range(first: Counts, second: Counts) -> None:
    overall, _ = repeated_intervals([first, second], 0)
    assert 0 <= overall.low <= overall.high <= 1
    step = paired([(first, second), (second, first)], 0)
    assert -1 <= step.interval.low <= step.interval.high <= 1
    assert step.mean == pytest.approx(0)  # what one pair gains the other loses


def test_repeats_are_drawn_by_hand() -> None:
    """Texts that are all alike leave the repeats alone: half of the draws draw both of F 0.4 and 0.6.

    The others draw one of them twice, and are stretched by the root of 2 from the mean.
    """
    repeats = [
        Counts(50, ["A"], [(text, 0, right, 10 - right, 10 - right) for text in range(50)])
        for right in (4, 6)
    ]
    drawn = drawn_scores([repeats], 0)[:, 0]
    far = 0.1 * np.sqrt(2)
    shares = [float(np.mean(np.isclose(drawn, f))) for f in (0.5 - far, 0.5, 0.5 + far)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.04)
    overall, labels = repeated_intervals(repeats, 0)
    assert (overall.low, overall.high) == pytest.approx((0.5 - far, 0.5 + far))
    assert labels["A"] == overall


def test_labels_are_matched_by_name_and_not_by_place() -> None:
    one = Counts(20, ["A", "B"], [row for t in range(20) for row in ((t, 0, 1, 0, 0), (t, 1, 0, 1, 1))])
    two = Counts(20, ["B", "A"], [row for t in range(20) for row in ((t, 0, 0, 1, 1), (t, 1, 1, 0, 0))])
    _, labels = repeated_intervals([one, two], 0)
    # all right and nothing right: the open end is the rule of three, 3 / 20
    assert {name: (one.low, one.high) for name, one in labels.items()} == {
        "A": (pytest.approx(0.85), pytest.approx(1)),
        "B": (0, pytest.approx(0.15)),
    }


def test_the_points_of_a_curve_are_drawn_together() -> None:
    small, large = repeats_of(np.random.default_rng(0), 200, 0.6, 0.1, 2)
    drawn = drawn_scores([[small, large], [large, small], [small], [small, large]], 0, 300)
    assert drawn.shape == (300, 4)
    assert (drawn[:, 0] == drawn[:, 3]).all()  # the same texts and the same repeats
    assert (drawn[:, 2] == drawn_scores([[small]], 0, 300)[:, 0]).all()  # one repeat: the texts alone
    assert not np.allclose(drawn[:, 0], drawn[:, 1])  # by their place in the point


def test_the_doubt_is_of_texts_where_repeats_agree_and_of_seeds_where_texts_do() -> None:
    counts = [model(200, 0.6, 1), model(200, 0.7, 2)]
    step = paired([(counts[0], counts[1])] * 3, 0)
    assert step.text_variance == pytest.approx(step.variance) != 0
    assert step.seed_variance == pytest.approx(0, abs=1e-12)
    even = [Counts(50, ["A"], [(t, 0, tp, 10 - tp, 10 - tp) for t in range(50)]) for tp in (4, 5, 6)]
    step = paired([(even[0], even[1]), (even[0], even[2]), (even[0], even[0])], 0)
    assert step.text_variance == pytest.approx(0, abs=1e-12)
    assert step.seed_variance == pytest.approx(step.variance)
    assert step.variance == pytest.approx(0.1**2 / 3, rel=0.1)  # gains of 0.1, 0.2 and 0, three of them


@pytest.mark.parametrize("seed_sd", [0.0, 0.05])
def test_the_parts_of_the_doubt_tell_what_more_texts_would_do(seed_sd: float) -> None:
    draw = np.random.default_rng(7)

    def mean_parts(texts: int) -> tuple[float, float]:
        steps = []
        for seed in range(12):
            before, after = (repeats_of(draw, texts, f, seed_sd, 3) for f in (0.5, 0.6))
            steps.append(paired(list(zip(before, after, strict=True)), seed))
        return (
            float(np.mean([step.text_variance for step in steps])),
            float(np.mean([step.variance - step.text_variance for step in steps])),
        )

    (few, _), (many, rest) = mean_parts(100), mean_parts(800)
    assert few / many == pytest.approx(8, rel=0.3)
    # F is 2r / (1 + r), with slope 0.89 at r = 0.5 and 0.78 at 0.6; two models, three repeats.
    of_seeds = (0.89**2 + 0.78**2) * seed_sd**2 / 3
    assert rest == pytest.approx(of_seeds, rel=0.5, abs=2e-5)


@pytest.mark.parametrize("number", [2, 3])
def test_the_interval_of_repeats_covers_the_truth_where_that_of_one_does_not(number: int) -> None:
    draw, truth = np.random.default_rng(number), 2 * 0.7 / 1.7
    hits = alone = 0
    for seed in range(50):
        repeats = repeats_of(draw, 100, 0.7, 0.06, number)
        overall, _ = repeated_intervals(repeats, seed)
        hits += overall.low <= truth <= overall.high
        one, _ = intervals(repeats[0], seed)
        alone += one.low <= truth <= one.high
    assert hits >= 43  # 47.5 promised
    assert alone <= 42  # the seeds' part of the doubt is not in it


def test_eval_sets_of_different_size_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="eval sets of 5 and 6 texts"):
        repeated_intervals([Counts(5), Counts(6)], 0)


def test_a_large_eval_set_is_quick_and_bounded() -> None:
    counts = model(10_000, 0.7, 1)
    begin = time.perf_counter()
    repeated_intervals([counts] * 3, 0)
    assert time.perf_counter() - begin < 20  # measured: 2 s
