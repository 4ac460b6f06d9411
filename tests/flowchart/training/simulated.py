"""Learning curves whose truth is known: trainings drawn around it, with what they got right by text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowchart.training.scores import Counts
from flowchart.training.summary import Trainings

Truth = Callable[[float], float]
"""The expected F of a training on this many times today's texts."""


def measured(
    draw: np.random.Generator, f: float, difficulty: np.ndarray[Any, Any], own: float = 0.3
) -> Counts:
    """A model with an expected F: each text has a span, and one that is easily taken for one.

    Args:
        draw: The random numbers.
        f: F; with as many wrong spans as missed ones, recall and precision are both that.
        difficulty: Texts x 2, uniform: models find the same texts hard.
        own: The share of the texts on which a model has luck of its own.
    """
    chance = np.where(draw.random(difficulty.shape) < own, draw.random(difficulty.shape), difficulty)
    found, mistaken = (chance[:, 0] < f).astype(int), (chance[:, 1] < 1 - f).astype(int)
    texts = len(difficulty)
    rows = zip(
        range(texts), [0] * texts, found.tolist(), mistaken.tolist(), (1 - found).tolist(), strict=True
    )
    return Counts(texts, ["DRUG"], list(rows))


def training(counts: Counts, fraction: float, docs: int, repeat: int = 0) -> tuple[dict[str, Any], Counts]:
    """A finished training with these counts."""
    record = {
        "fraction": fraction,
        "repeat": repeat,
        "seed": repeat,
        "docs": docs,
        "spans": docs,
        "words": 10 * docs,
        **counts.scores(),
        "steps": 100,
        "seconds": 1.5,
        "model": f"points/{round(100 * fraction):03d}-r{repeat}/model",
    }
    return record, counts


def curve(
    draw: np.random.Generator,
    truth: Truth,
    fractions: Sequence[float],
    *,
    repeats: int = 1,
    texts: int = 200,
    seed_sd: float = 0.01,
    docs: int = 1000,
) -> tuple[list[dict[str, Any]], list[Trainings]]:
    """The points, as far as a forecast needs them, and the trainings of a curve.

    Half of the variance between seeds is shared by the points of a repeat, whose subsets nest.
    """
    difficulty = draw.random((texts, 2))
    shared = draw.standard_normal(repeats)
    trainings: list[Trainings] = []
    for fraction in fractions:
        luck = seed_sd * np.sqrt(0.5) * (shared + draw.standard_normal(repeats))
        trainings.append(
            [
                training(
                    measured(draw, float(np.clip(truth(fraction) + luck[repeat], 0, 1)), difficulty),
                    fraction,
                    round(docs * fraction),
                    repeat,
                )
                for repeat in range(repeats)
            ]
        )
    return [{"docs": its[0][0]["docs"]} for its in trainings], trainings


def last_step(
    draw: np.random.Generator,
    gain: float,
    *,
    texts: int = 300,
    repeats: int = 1,
    seed_sd: float = 0.01,
    f: float = 0.7,
    spans: int = 1000,
) -> tuple[Trainings, Trainings]:
    """The trainings of a curve's last two points, whose true F is `f` and `f + gain`.

    Each has an F of its own, that is so far from the truth as another seed and other texts make it.

    Args:
        draw: The random numbers.
        gain: What the last step truly brings.
        texts: The evaluation texts.
        repeats: How often each point is trained.
        seed_sd: The standard deviation of F between trainings of a point, on endlessly many texts.
        f: F before the step.
        spans: The spans trained on.
    """
    difficulty = draw.random((texts, 2))
    before, after = (
        [
            training(
                measured(draw, float(np.clip(truth + seed_sd * draw.standard_normal(), 0, 1)), difficulty),
                fraction,
                round(spans * fraction),
                repeat,
            )
            for repeat in range(repeats)
        ]
        for truth, fraction in ((f, 0.75), (f + gain, 1.0))
    )
    return before, after


def random_truth(draw: np.random.Generator, smallest: float) -> Truth:
    """A law of one of four families, of which the fits know two, that rises from some F above 0.1."""
    while True:
        today, last_half = draw.uniform(0.45, 0.88), draw.uniform(0.005, 0.1)
        power, shift, rate = draw.uniform(0.2, 1.2), draw.choice([0.0, 0.15]), draw.uniform(0.7, 2.5)
        shape: Truth = [
            lambda size: float(np.log(size)),
            lambda size, c=power, s=shift: float(-((size + s) ** -c)),
            lambda size, c=rate: float(-np.exp(-c * size)),
        ][draw.choice(3, p=[0.25, 0.5, 0.25])]
        slope = last_half / (shape(1) - shape(0.5))

        def truth(size: float, shape: Truth = shape, slope: float = slope, today: float = today) -> float:
            return float(today + slope * (shape(size) - shape(1)))

        if truth(smallest) > 0.1 and truth(2) < 0.97:
            return truth
