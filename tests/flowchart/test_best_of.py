"""The best of several, chosen and tested on the same texts: how often chance alone is called a gain."""

from __future__ import annotations

import numpy as np
import pytest

from flowchart.best_of import widened
from flowchart.training.intervals import paired
from tests.flowchart.training.simulated import measured

TRIED, TEXTS, TIMES = 5, 150, 300


def test_one_that_was_tried_alone_stays_as_it_is() -> None:
    assert widened(0.02, -0.01, 0.05, 1) == (-0.01, 0.05)
    assert widened(0.02, -0.01, 0.05, 0) == (-0.01, 0.05)


@pytest.mark.parametrize(("tried", "quantile"), [(2, 2.2414), (5, 2.5758), (20, 3.0233)])
def test_the_interval_is_bonferronis(tried: int, quantile: float) -> None:
    """Its half-width over the standard error, from a table of the normal distribution."""
    low, high = widened(0.02, 0.02 - 1.95996, 0.02 + 1.95996, tried, least=-9, most=9)
    assert (0.02 - low, high - 0.02) == pytest.approx((quantile, quantile), abs=1e-4)


def test_it_stays_inside_what_makes_sense_and_around_its_value() -> None:
    assert widened(0.9, 0.5, 0.99, 20, least=0.0)[1] == 1
    assert widened(0.1, 0.01, 0.5, 20, least=0.0)[0] == 0
    low, high = widened(0.02, -0.06, 0.03, 5)
    assert 0.02 - low == pytest.approx(8 * (high - 0.02)), "an uneven interval stays uneven"


def test_chance_is_seldom_called_a_gain() -> None:
    """Five tries without any true difference: at most 5% wrong YES; without the widening more than that."""
    draw = np.random.default_rng(8)
    wrong = {"widened": 0, "as it was": 0}
    for _ in range(TIMES):
        difficulty = draw.random((TEXTS, 2))
        default, *tuned = (measured(draw, 0.7, difficulty) for _ in range(TRIED + 1))
        best = max(tuned, key=lambda counts: counts.scores()["ents_f"])
        found = paired([(default, best)], 0, 1e-9)
        low, _ = widened(found.mean, found.interval.low, found.interval.high, TRIED)
        wrong["widened"] += low > 0
        wrong["as it was"] += found.interval.low > 0
    assert wrong["widened"] <= 0.05 * TIMES
    assert wrong["as it was"] > 0.05 * TIMES, wrong


def test_a_true_gain_is_still_found() -> None:
    """Of five tries one is better by 10 points: YES in most cases."""
    draw = np.random.default_rng(9)
    found = 0
    for _ in range(40):
        difficulty = draw.random((TEXTS, 2))
        default, *tuned = (measured(draw, f, difficulty) for f in (0.7, 0.7, 0.7, 0.8, 0.7, 0.7))
        best = max(tuned, key=lambda counts: counts.scores()["ents_f"])
        difference = paired([(default, best)], 0, 1e-9)
        found += widened(difference.mean, difference.interval.low, difference.interval.high, TRIED)[0] > 0
    assert found >= 30
