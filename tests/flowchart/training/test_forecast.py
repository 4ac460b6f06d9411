from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flowchart.training.fits import EXPONENTS, LogLinear, PowerLaw, squared_error
from flowchart.training.forecast import FARTHEST, Estimate, Extrapolation, extrapolate, forecast
from flowchart.training.scores import Counts
from flowchart.training.summary import summarise
from tests.flowchart.training.simulated import curve, random_truth, training

QUARTERS = (0.25, 0.5, 0.75, 1.0)

# -- the laws ---------------------------------------------------------------------------------------


def test_the_log_linear_fit_by_hand() -> None:
    """Three points, weighed 1, 2 and 3, at ln n = 0, 1 and 2, with F 0, 0 and 1.

    The weighted means are 8/6 and 3/6, so the slope is (3 x 2/3 x 1/2 + 3 x 4/3 x 1/2 - 3 x 1/3 x 1/2 ...) as
    below, from the sums alone.
    """
    docs, scores = np.exp([0.0, 1.0, 2.0]), np.array([[0.0, 0.0, 1.0]])
    # Sum w x^2 = 14, sum w x = 8, sum w = 6, sum w x y = 6, sum w y = 3.
    slope = (6 * 6 - 8 * 3) / (6 * 14 - 8 * 8)
    start = (3 - slope * 8) / 6
    fit = LogLinear.fit(docs, scores)
    assert fit.b[0] == pytest.approx(slope) == pytest.approx(0.6)
    assert fit.at(np.array([np.e]))[0, 0] == pytest.approx(start + slope) == pytest.approx(0.3)
    assert fit.formula() == "F = -0.3 + 0.6 ln(texts)"
    # Residuals -0.3, 0.3 and -0.1 (of F below 0 cut off: 0): weights 1/2, 1 and 3/2 are 1 on average.
    assert squared_error(np.array([[-0.3, 0.3, 0.9]]), scores)[0] == pytest.approx(
        0.5 * 0.09 + 0.09 + 1.5 * 0.01
    )


def test_both_laws_find_themselves() -> None:
    docs = np.array([250.0, 500, 750, 1000])
    line = LogLinear.fit(docs, np.array([0.1 + 0.08 * np.log(docs)]))
    assert line.at(np.array([2000.0]))[0, 0] == pytest.approx(0.1 + 0.08 * np.log(2000))
    c = float(EXPONENTS[20])
    law = PowerLaw.fit(docs, np.array([0.8 - 3 * docs**-c, 0.9 - 2 * docs**-c]))
    assert (law.a, law.c) == (pytest.approx([0.8, 0.9]), pytest.approx([c, c]))
    assert law.at(np.array([2000.0]))[:, 0] == pytest.approx([0.8 - 3 * 2000**-c, 0.9 - 2 * 2000**-c])
    assert law.formula() == f"F = 0.8 - 3 texts^-{c:.3g}"


def test_goals_are_reached_where_the_curve_says() -> None:
    docs = np.array([250.0, 500, 1000])
    line = LogLinear.fit(docs, np.array([0.1 + 0.08 * np.log(docs)]))
    assert line.texts_for(np.array([0.1 + 0.08 * np.log(1500)]))[0] == pytest.approx(1500)
    c = float(EXPONENTS[10])
    law = PowerLaw.fit(docs, np.array([0.8 - 1.5 * docs**-c]))
    assert law.texts_for(np.array([0.8 - 1.5 * 1700**-c]))[0] == pytest.approx(1700)
    assert law.texts_for(np.array([0.81]))[0] == np.inf  # above what it levels off at
    falling = np.array([[0.7, 0.6, 0.5]])
    assert LogLinear.fit(docs, falling).texts_for(np.array([0.6]))[0] == np.inf
    assert PowerLaw.fit(docs, falling).texts_for(np.array([0.9]))[0] == np.inf


@given(
    st.lists(st.integers(1, 10**6), min_size=3, max_size=8, unique=True),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
)
@example([1, 3, 191], [0.625] * 3 + [0.0] * 5)
def test_the_laws_stay_in_range_and_the_power_law_never_falls(sizes: list[int], f: list[float]) -> None:
    docs = np.array(sorted(sizes), dtype=float)
    scores = np.array([f[: len(docs)]])
    law, line = PowerLaw.fit(docs, scores), LogLinear.fit(docs, scores)
    assert law.b[0] >= 0
    assert law.a[0] <= 1
    places = np.linspace(docs[0], 2 * docs[-1], 20)
    for fit in (law, line):
        drawn = fit.at(places)[0]
        assert ((drawn >= 0) & (drawn <= 1)).all()
        goal = np.array([0.5])
        assert fit.texts_for(goal)[0] >= 0  # 0 where a curve is level but for round-off: a number too small
        assert "nan" not in fit.formula()
    assert (np.diff(law.at(places)[0]) >= -1e-12).all()
    # Nothing in its family that was tried fits better: level, and each slope at its best is not beaten.
    level = np.full_like(scores, np.average(scores[0], weights=np.arange(1, len(docs) + 1)))
    assert squared_error(law.at(docs), scores)[0] <= squared_error(level, scores)[0] + 1e-9


# -- the forecast -----------------------------------------------------------------------------------


def sure(
    f: Callable[[float], float], fractions: tuple[float, ...] = QUARTERS, **kwargs: Any
) -> dict[str, Any]:
    """The forecast of a curve on which any eval texts agree."""
    its = [
        [
            training(
                Counts(900, ["A"], [(text, 0, round(1e6 * f(at)), *[10**6 - round(1e6 * f(at))] * 2)
                                    for text in range(900)]),
                at, round(1000 * at), repeat,
            )
            for repeat in range(20)
        ]
        for at in fractions
    ]  # fmt: skip
    found = forecast([summarise(one, 0) for one in its], its, **kwargs)
    json.dumps(found, allow_nan=False)
    return found


def log_linear(size: float) -> float:
    return 0.6 + 0.05 * float(np.log2(size))


def test_a_log_linear_curve_goes_on() -> None:
    found = sure(log_linear, target=0.63)
    assert [model["name"] for model in found["models"]] == ["log-linear", "power-law"]
    assert found["models"][0]["text"] == "F = 0.102 + 0.0721 ln(texts)"
    double = found["at_double"]
    assert double["docs"] == 2000
    assert double["ents_f"] == pytest.approx(0.65, abs=0.004)
    assert double["low"] < 0.65 < double["high"]
    # 2 points are 2/5 of a doubling: 1,000 x (2^0.4 - 1) = 320; 3 points are 516. Both rounded up.
    assert found["per_gain"]["more_docs"] == pytest.approx(320, abs=20)
    assert found["target"]["more_docs"] == pytest.approx(520, abs=40)
    assert found["target"]["reachable"] is found["per_gain"]["reachable"] is True
    assert found["target"]["low"] <= found["target"]["more_docs"]
    first, second = found["reason"].split("; ")
    assert re.fullmatch(r"about 5\d\d more annotations for F 63\.0, 90% interval [\d,]+ to .+", first)
    assert re.fullmatch(r"about 3\d\d more annotations for \+2\.0 points of F, 90% interval .+\.", second)
    assert [place[0] for place in found["line"]] == sorted({place[0] for place in found["line"]})
    assert found["line"][0][0] >= 1000
    assert found["line"][-1] == [2000, double["ents_f"], double["low"], double["high"]]


def test_a_curve_that_levels_off_is_not_drawn_on_as_if_it_rose() -> None:
    found = sure(lambda size: 0.7 - 0.05 * size**-0.8, fractions=tuple(n / 8 for n in range(1, 9)))
    truth = 0.7 - 0.05 * 2**-0.8
    assert found["at_double"]["ents_f"] == pytest.approx(truth, abs=0.005)
    straight = found["models"][0]["line"][-1][1]
    assert straight > truth + 0.04  # the law that is taken is the other one


def test_lines_run_from_the_smallest_point_to_twice_the_largest_within_their_band() -> None:
    points, its = curve(np.random.default_rng(0), log_linear, QUARTERS)
    for model in forecast(points, its)["models"]:
        sizes = [place[0] for place in model["line"]]
        assert sizes[0] == 250
        assert sizes[-1] == FARTHEST * 1000
        assert sizes == sorted(set(sizes))
        assert all(0 <= low <= f <= high <= 1 for _, f, low, high in model["line"])
        width = [high - low for _, _, low, high in model["line"]]
        assert width[-1] > width[len(width) // 3]


def test_a_goal_out_of_reach_is_said_to_be() -> None:
    found = sure(log_linear, target=0.9, gain=0.2)
    assert found["target"] == {
        "ents_f": 0.9,
        "more_docs": None,
        "low": None,
        "high": None,
        "reachable": False,
    }
    assert found["per_gain"]["gain"] == 0.2
    assert found["reason"] == (
        "F 90.0: not reachable on this trend (up to twice today's data); "
        "+20.0 points of F: not reachable on this trend (up to twice today's data)."
    )


def test_a_target_that_is_reached_needs_nothing_more() -> None:
    found = sure(log_linear, target=0.5)
    assert found["target"] == {"ents_f": 0.5, "more_docs": 0, "low": 0, "high": 0, "reachable": True}
    assert "F 50.0: reached with today's data" in found["reason"]


@pytest.mark.parametrize("slope", [-0.05, 0.0])
def test_a_curve_that_does_not_rise_promises_nothing(slope: float) -> None:
    found = sure(lambda size: 0.6 + slope * float(np.log2(size)), target=0.63)
    assert found["at_double"]["ents_f"] <= 0.61
    assert found["at_double"]["ents_f"] >= 0.5
    assert not found["target"]["reachable"]
    assert not found["per_gain"]["reachable"]
    assert found["per_gain"]["more_docs"] is None


def test_f_is_never_above_one() -> None:
    found = sure(lambda size: min(0.98 + 0.1 * float(np.log2(size)), 1), target=1.0)
    assert found["at_double"]["high"] <= 1
    assert all(place[3] <= 1 for model in found["models"] for place in model["line"])
    assert not sure(log_linear, target=1.01)["target"]["reachable"]


@pytest.mark.parametrize(
    ("fractions", "f", "words"),
    [
        ((0.5, 1.0), 0.5, "needs 3 points of different size; here are 2"),
        ((), 0.5, "here are 0"),
        ((0.5, 0.5, 1.0), 0.5, "here are 2"),
        (QUARTERS, 0.0, "No model finds a single span yet"),
    ],
)
def test_too_little_makes_no_forecast(fractions: tuple[float, ...], f: float, words: str) -> None:
    found = sure(lambda _: f, fractions)
    assert found["models"] == []
    assert words in found["reason"]


def test_few_eval_texts_make_no_forecast() -> None:
    its = [[training(Counts(500, ["A"], [(0, 0, 1, 0, 0)]), at, round(1000 * at))] for at in QUARTERS]
    found = forecast([summarise(one, 0) for one in its], its)
    assert found == {
        "models": [],
        "reason": "Only 1 eval texts have a span: 10 at least make a forecast.",
    }


def test_points_may_come_in_any_order_and_the_same_seed_says_the_same() -> None:
    points, its = curve(np.random.default_rng(3), log_linear, QUARTERS, repeats=2)
    found = forecast(points, its, seed=4)
    assert forecast(points[::-1], its[::-1], seed=4) == found
    assert forecast(points, its, seed=5) != found


def test_estimates_are_of_the_draws_even_where_most_are_infinite() -> None:
    draws = np.array([*range(1, 8), np.inf, np.inf, np.inf], dtype=float)
    assert Estimate.of(draws) == Estimate(5.0, 1.0, np.inf)
    assert Estimate.of(np.full(10, np.inf)) == Estimate(np.inf, np.inf, np.inf)


# -- the doubt --------------------------------------------------------------------------------------


def extrapolated(
    scores: list[list[float]], seed: int = 0, text_sd: float = 0.0, sizes: tuple[float, ...] = QUARTERS
) -> Extrapolation:
    means = np.array([np.mean(one) for one in scores])
    draws = means + text_sd * np.random.default_rng(1).standard_normal((2000, 1))
    return Extrapolation([round(1000 * size) for size in sizes], scores, draws, seed)


def width(estimate: Estimate) -> float:
    return estimate.high - estimate.low


def test_points_on_a_line_by_chance_promise_no_certainty() -> None:
    """One training each, perfectly log-linear: the prior's doubt remains, and grows with the distance."""
    found = extrapolated([[log_linear(size)] for size in QUARTERS])
    assert width(found.score(2000)) > width(found.score(1000)) > 0.02


def test_scatter_of_points_and_of_repeats_widens_the_interval() -> None:
    smooth = [[log_linear(size)] for size in QUARTERS]
    rough = [[log_linear(size) + off] for size, off in zip(QUARTERS, (0.04, -0.04, 0.04, -0.04), strict=True)]
    assert width(extrapolated(rough).score(2000)) > 2 * width(extrapolated(smooth).score(2000))
    agree = [[log_linear(size) + off for off in (-0.001, 0, 0.001)] for size in QUARTERS]
    differ = [[log_linear(size) + off for off in (-0.04, 0, 0.04)] for size in QUARTERS]
    assert width(extrapolated(differ).score(2000)) > 3 * width(extrapolated(agree).score(2000))
    assert width(extrapolated(agree).score(2000)) < width(extrapolated(smooth).score(2000))


def test_where_both_laws_hold_the_one_with_fewer_parameters_is_taken_more_often() -> None:
    """A curve as flat as this is either: the power law's third parameter makes its chance 1 / (1 + e)."""
    found = extrapolated([[0.6 + 0.005 * float(np.log2(size))] * 3 for size in QUARTERS], text_sd=0.001)
    assert found._levels_off.mean() == pytest.approx(1 / (1 + np.e), abs=0.05)


def test_doubt_that_all_points_share_is_in_the_level_but_not_in_the_gain() -> None:
    scores = [[log_linear(size)] * 3 for size in QUARTERS]
    sharp, blurred = extrapolated(scores), extrapolated(scores, text_sd=0.02)
    assert width(blurred.score(2000)) > width(sharp.score(2000)) + 0.03
    one, other = sharp.texts_for_gain(0.02), blurred.texts_for_gain(0.02)
    assert other.value == pytest.approx(one.value, rel=0.1)
    assert other.high == pytest.approx(one.high, rel=0.25)


@pytest.mark.parametrize(("points", "repeats"), [(4, 1), (4, 3), (8, 1)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(points: int, repeats: int) -> None:
    """Curves of four families at random: where a training on twice the texts would come out."""
    fractions = [number / points for number in range(1, points + 1)]
    hits, gains, widths, errors = 0, 0, [], []
    for number in range(40):
        draw = np.random.default_rng((number, points, repeats))
        truth, seed_sd = random_truth(draw, fractions[0]), draw.uniform(0.002, 0.02)
        found = extrapolate(*curve(draw, truth, fractions, repeats=repeats, seed_sd=seed_sd), number)
        assert isinstance(found, Extrapolation)
        estimate, measured = found.score(2000), truth(2) + seed_sd * draw.standard_normal()
        hits += estimate.low <= measured <= estimate.high
        more = found.texts_for_gain(truth(1.5) - truth(1))
        gains += more.low <= 500 <= more.high
        widths.append(width(estimate))
        errors.append(abs(estimate.value - truth(2)))
    assert hits >= 33  # 36 promised; it errs on the wide side
    assert gains >= 31
    assert np.mean(widths) < 0.18  # of which the few eval texts alone make 0.1
    assert np.mean(errors) < 0.035


def test_a_forecast_is_quick() -> None:
    draw = np.random.default_rng(0)
    points, its = curve(draw, log_linear, [n / 8 for n in range(1, 9)], repeats=3, texts=1500)
    begin = time.perf_counter()
    forecast(points, its, target=0.7)
    assert time.perf_counter() - begin < 3  # measured: 0.3 s
