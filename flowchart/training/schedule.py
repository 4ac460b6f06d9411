"""How long a training of the built-in config is, known beforehand in steps, and how large its batches are."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

WARM_UP = 0.1
"""The share of the steps over which the learning rate rises."""

PASSES = 9.0
"""How often the training texts are gone through, where that makes enough steps.

Twelve take a third longer, and made no higher F on the evaluation texts of four sets.
"""

SMALL = 26_000
"""Below so many words, sets are gone through more often: learning needs updates, however few texts there are.

The passes grow with the square of what is missing, so that half as many words make twice as many steps.
"""

MOST_PASSES = 30.0
"""But not more often than this, which is where a few dozen texts are learnt by heart."""

BATCH_WORDS = (400, 1000)
"""The words in a batch at the start, and at most.

spaCy's default begins with 100, and the many steps of that gain nothing here.
"""

COMPOUND = 1.001
"""The factor from one batch's words to the next's, as in spaCy's default."""

FEWEST_BATCHES = 8
"""The batches that one pass has at least, so that tiny sets are not learnt in one lump."""

SMALLEST_BATCH = 50
"""The fewest words that a batch is made for."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to train, in steps, and how large its batches are.

    A training is evaluated once, after its last step, and the model of that step is kept. With a rate that
    falls to zero it is about the best there is, and no evaluation chooses it: the best of many evaluations
    looks better than it is on the texts that it was chosen by.

    Attributes:
        steps: The number of the last step; spaCy counts them from 0.
        warm_up: The steps over which the learning rate rises.
        batch_start: The words in a batch at the start.
        batch_stop: The words in a batch at most.
        compound: The factor from one batch to the next.
    """

    steps: int
    warm_up: int
    batch_start: int
    batch_stop: int
    compound: float

    @property
    def words(self) -> int:
        """The words in all batches together, as often as they are gone through: how much work it is."""
        if self.batch_stop <= self.batch_start or self.compound <= 1:
            return self.steps * self.batch_start
        growing = math.log(self.batch_stop / self.batch_start) / math.log(self.compound)
        grown = min(float(self.steps), growing)
        summed: float = self.batch_start * (self.compound**grown - 1) / (self.compound - 1)
        return round(summed + (self.steps - grown) * self.batch_stop)

    @classmethod
    def of(cls, words: int, overrides: Mapping[str, Any] = MappingProxyType({})) -> Schedule:
        """Return the schedule for training texts of so many words (spaCy's tokens).

        Args:
            words: The words.
            overrides: The person's own settings. With other batches the texts are gone through as often as
                without; `training.max_epochs` says how often, `training.max_steps` how many steps.
        """

        def given(name: str, usual: float) -> float:
            value = value_of(overrides.get(f"training.{name}"))
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            return value if is_number and value > 0 else usual  # type: ignore[operator, return-value]

        words = max(words, 1)
        largest = max(words // FEWEST_BATCHES, SMALLEST_BATCH)
        start, stop = (
            int(given(f"batcher.size.{name}", min(size, largest))) or 1
            for name, size in zip(("start", "stop"), BATCH_WORDS, strict=True)
        )
        compound = given("batcher.size.compound", COMPOUND)
        passes = given("max_epochs", min(PASSES * max((SMALL / words) ** 2, 1.0), MOST_PASSES))
        steps = int(given("max_steps", 0)) or max(round(_steps(passes * words, start, stop, compound)), 1)
        return cls(steps, max(round(WARM_UP * steps), 1), start, stop, compound)


def _steps(words: float, start: int, stop: int, compound: float) -> float:
    """Return in how many batches so many words are seen, when the batches grow from `start` to `stop`.

    While they grow, the words seen are the sum of a geometric series.
    """
    if stop <= start or compound <= 1:
        return words / start
    growing = math.log(stop / start) / math.log(compound)
    grown = start * (math.exp(growing * math.log(compound)) - 1) / (compound - 1)
    if words > grown:
        return growing + (words - grown) / stop
    return math.log(1 + words * (compound - 1) / start) / math.log(compound)


def value_of(text: object) -> object:
    """Read a value as spaCy's command line does: JSON, or else the text itself."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
