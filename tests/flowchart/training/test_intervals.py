from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowchart.training import intervals as module
from flowchart.training.intervals import drawn_scores, intervals, paired, repeated_intervals
from flowchart.training.scores import Counts

NO_SEEDS = 1e-9
"""A scatter between trainings so small that it is none."""


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
    """Half of 400 texts are all right, the others all wrong: F is the share of the first."""
    rows = [(text, 0, text % 2, 1 - text % 2, 1 - text % 2) for text in range(400)]
    drawn = drawn_scores([[Counts(400, ["A"], rows)]], 0)[:, 0]
    assert drawn.mean() == pytest.approx(0.5, abs=0.002)
    assert drawn.std() == pytest.approx(0.5 / 20, rel=0.05)
    found, _ = intervals(Counts(400, ["A"], rows), 0)
    assert (found.low, found.high) == pytest.approx((0.5 - 1.96 / 40, 0.5 + 1.96 / 40), abs=0.004)


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
    difference = paired([(before, after)], 0, NO_SEEDS)
    assert difference.interval.low > 0
    assert difference.mean == pytest.approx(after.scores()["ents_f"] - before.scores()["ents_f"])
    assert difference.interval.half_width < intervals(after, 0)[0].half_width / 2
    with pytest.raises(ValueError, match="eval sets of 499 and 500 texts"):
        paired([(before, Counts(499))], 0)


def test_rare_labels_have_no_interval() -> None:
    counts = Counts(100, ["A", "B"], [(text, 0, 1, 0, 0) for text in range(20)] + [(3, 1, 0, 0, 1)])
    _, labels = intervals(counts, 0)
    assert set(labels) == {"A"}


@pytest.mark.parametrize("counts", [Counts(0), Counts(5)])
@pytest.mark.parametrize("number", [1, 3])
def test_no_score_makes_no_nan(counts: Counts, number: int) -> None:
    overall, _ = repeated_intervals([counts] * number, 0)
    assert overall == module.Interval(0.0, 0.0)
    difference = paired([(counts, counts)] * number, 0)
    assert difference.interval == module.Interval(0.0, 0.0)
    assert (difference.mean, difference.text_variance) == (0.0, 0.0)


# -- draws that all say the same --------------------------------------------------------------------


def alike(texts: int, right: int, others: int = 0) -> Counts:
    """Texts with a span each, so many of which are found, and others without any."""
    rows = [(text, 0, int(text < right), 0, int(text >= right)) for text in range(texts)]
    return Counts(texts + others, ["A"], rows)


@pytest.mark.parametrize("others", [0, 900])
@pytest.mark.parametrize("texts", [10, 40, 400])
def test_where_all_is_right_or_nothing_the_rule_of_three_is_the_open_end(texts: int, others: int) -> None:
    """The exact binomial end is where n texts that are all right still come in 2.5% of samples."""
    high, _ = intervals(alike(texts, texts, others), 0)
    assert high.high == 1
    assert 1 - high.low == pytest.approx(1 - 0.025 ** (1 / texts), rel=0.1)
    low, _ = intervals(alike(texts, 0, others), 0)
    assert low.low == 0
    assert low.high == pytest.approx(1 - 0.025 ** (1 / texts), rel=0.1)


@pytest.mark.parametrize("texts", [10, 40, 400])
def test_two_models_that_differ_in_no_text_may_still_differ_in_three(texts: int) -> None:
    for right in (texts, texts // 2):
        same = alike(texts, right)
        step = paired([(same, same)], 0, NO_SEEDS)
        assert step.mean == 0
        assert step.interval.high == pytest.approx(3 / (texts + 1), rel=0.15)
        assert step.interval.low == pytest.approx(-3 / (texts + 1), rel=0.15)


def test_one_text_that_differs_is_no_proof() -> None:
    """Its draws alone, none to three times that text, never fall below 0."""
    step = paired([(alike(100, 60), alike(100, 61))], 0, NO_SEEDS)
    assert step.mean == pytest.approx(122 / 161 - 120 / 160)
    assert step.interval.low < -0.01
    assert step.interval.high > 0.02


def test_the_made_up_texts_hardly_count_among_many_that_differ() -> None:
    """200 of 400 texts are one-sided: the binomial interval of the difference, within 5%."""
    draw = np.random.default_rng(0)
    first, second = draw.random(400) < 0.5, draw.random(400) < 0.5
    rows = [[(t, 0, int(r), int(not r), int(not r)) for t, r in enumerate(m)] for m in (first, second)]
    step = paired([(Counts(400, ["A"], rows[0]), Counts(400, ["A"], rows[1]))], 0, NO_SEEDS)
    each = second.astype(float) - first  # F of such texts is the share that is right
    assert step.interval.half_width == pytest.approx(1.96 * each.std() / 20, rel=0.05)


def test_the_open_end_holds_the_truth_where_errors_are_rare() -> None:
    """1 text of 100 is wrong, in truth: of 60 samples of 60 texts more than half have none."""
    draw, held = np.random.default_rng(5), 0
    for seed in range(60):
        wrong = int((draw.random(60) < 0.01).sum())
        found, _ = intervals(alike(60, 60 - wrong), seed)
        held += found.low <= 2 * 0.99 / 1.99 <= found.high
    assert held >= 57


# -- repeats ----------------------------------------------------------------------------------------


counts_of_texts = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 1), *[st.integers(0, 3)] * 3), max_size=20
).map(lambda rows: Counts(12, ["A", "B"], rows))


@given(counts_of_texts, st.integers(2, 4))
def test_repeats_that_agree_are_surer_than_one(counts: Counts, number: int) -> None:
    """Their agreement says that the seeds matter less than experience has it."""
    alone, together = (repeated_intervals([counts] * times, 3) for times in (1, number))
    assert together[1].keys() == alone[1].keys()
    assert together[0].half_width < alone[0].half_width + 0.02


def test_the_seeds_part_by_hand() -> None:
    """All texts alike, so no doubt is theirs: Student's t, with 3 degrees of freedom by experience."""
    even = Counts(5000, ["A"], [(text, 0, 1, 1, 1) for text in range(5000)])
    alone, _ = repeated_intervals([even], 0, 0.01)
    assert alone.half_width == pytest.approx(3.182 * 0.01, rel=0.06)
    twice = [(even, even)]
    step = paired(twice, 0, 0.01 * 2**0.5)
    assert step.interval.half_width == pytest.approx(3.182 * 0.01 * 2**0.5, rel=0.06)
    assert step.seed_sd == pytest.approx(0.01)
    assert step.seed_variance == pytest.approx(2e-4)
    # Three pairs with gains of 0, 0.1 and 0.2: experience of 0.01 is outweighed.
    gains = [Counts(5000, ["A"], [(t, 0, tp, 10 - tp, 10 - tp) for t in range(5000)]) for tp in (4, 5, 6)]
    step = paired([(gains[0], after) for after in gains], 0, 0.01)
    assert step.seed_variance == pytest.approx((3 * 0.01**2 + 2 * 0.1**2) / 5 / 3, rel=0.02)
    assert 0.07 < step.interval.half_width < 0.15
    # and pairs that agree make it less
    agree = paired(twice * 5, 0, 0.01)
    assert agree.seed_sd == pytest.approx(0.01 * (3 / 7) ** 0.5 / 2**0.5)


def test_a_label_of_few_spans_scatters_more() -> None:
    rows = [(t, 0, 1, 1, 1) for t in range(4000)] + [(t, 1, 1, 1, 1) for t in range(0, 4000, 16)]
    overall, labels = repeated_intervals([Counts(4000, ["A", "B"], rows)], 0, 0.01)
    assert labels["A"].half_width == pytest.approx(overall.half_width, rel=0.1)
    assert 1.5 < labels["B"].half_width / labels["A"].half_width < 3


@given(counts_of_texts, counts_of_texts)
def test_intervals_stay_in_range(first: Counts, second: Counts) -> None:
    overall, _ = repeated_intervals([first, second], 0)
    assert 0 <= overall.low <= overall.high <= 1
    step = paired([(first, second), (second, first)], 0)
    assert -1 <= step.interval.low <= step.interval.high <= 1
    assert step.mean == pytest.approx(0)  # what one pair gains the other loses


def test_labels_are_matched_by_name_and_not_by_place() -> None:
    one = Counts(20, ["A", "B"], [row for t in range(20) for row in ((t, 0, 1, 0, 0), (t, 1, 0, 1, 1))])
    two = Counts(20, ["B", "A"], [row for t in range(20) for row in ((t, 0, 0, 1, 1), (t, 1, 1, 0, 0))])
    _, labels = repeated_intervals([one, two], 0, NO_SEEDS)
    # all right and nothing right: the open end is about 3.7 of 20 texts
    assert {name: (one.low, one.high) for name, one in labels.items()} == {
        "A": (pytest.approx(0.83, abs=0.02), 1),
        "B": (0, pytest.approx(0.17, abs=0.02)),
    }


def test_the_points_of_a_curve_are_drawn_together() -> None:
    small, large = repeats_of(np.random.default_rng(0), 200, 0.6, 0.1, 2)
    drawn = drawn_scores([[small, large], [large, small], [small], [large]], 0, 300)
    assert drawn.shape == (300, 4)
    assert np.allclose(drawn[:, 0], drawn[:, 1])  # the mean of the same two on the same texts
    assert np.allclose(drawn[:, 0], drawn[:, 2:].mean(axis=1))


def test_the_doubt_is_of_texts_where_repeats_agree_and_of_seeds_where_texts_do() -> None:
    counts = [model(200, 0.6, 1), model(200, 0.7, 2)]
    step = paired([(counts[0], counts[1])] * 3, 0, NO_SEEDS)
    alone = paired([(counts[0], counts[1])], 0, NO_SEEDS)
    assert step.text_variance == pytest.approx(alone.text_variance) != 0
    assert step.seed_variance == pytest.approx(0, abs=1e-12)
    even = [Counts(5000, ["A"], [(t, 0, tp, 10 - tp, 10 - tp) for t in range(5000)]) for tp in (4, 5, 6)]
    step = paired([(even[0], even[1]), (even[0], even[2]), (even[0], even[0])], 0)
    assert step.text_variance == pytest.approx(0, abs=1e-6)
    assert step.either_variance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed_sd", [0.0, 0.05])
def test_the_parts_of_the_doubt_tell_what_more_texts_would_do(seed_sd: float) -> None:
    draw = np.random.default_rng(7)

    def mean_parts(texts: int) -> tuple[float, float]:
        steps = []
        for seed in range(12):
            before, after = (repeats_of(draw, texts, f, seed_sd, 3) for f in (0.5, 0.6))
            steps.append(paired(list(zip(before, after, strict=True)), seed, NO_SEEDS))
        return (
            float(np.mean([step.text_variance for step in steps])),
            # experience counts as three more, which say 0
            float(np.mean([step.seed_variance for step in steps])) * 5 / 2,
        )

    (few, _), (many, rest) = mean_parts(100), mean_parts(800)
    assert few / many == pytest.approx(8, rel=0.3)
    # F is 2r / (1 + r), with slope 0.89 at r = 0.5 and 0.78 at 0.6; two models, three repeats.
    of_seeds = (0.89**2 + 0.78**2) * seed_sd**2 / 3
    assert rest == pytest.approx(of_seeds, rel=0.5, abs=5e-5)


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
