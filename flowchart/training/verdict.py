"""The chart's question about a learning curve: does the accuracy in its last part go up?"""

from __future__ import annotations

import math
from typing import Any

from flowchart.doubt_text import MEASURE_WITH, by_experience
from flowchart.training.experience import stretch, usual_sd
from flowchart.training.intervals import CONFIDENCE, FEWEST_TEXTS, Difference, paired, texts_counted
from flowchart.training.scores import Counts
from flowchart.training.summary import Record, Trainings

SMALLEST_GAIN = 0.005
"""The gain in F below which more annotations are not worth their while: half a point."""

MOST_TEXTS = 50_000
"""More evaluation texts than this are no advice."""

FEW_REPEATS = MEASURE_WITH
"""The repeats to ask for at least when there is one: with fewer, experience still says nearly all."""

MOST_REPEATS = 10
"""More repeats than this are no advice."""

YES, NO, CANNOT_TELL = "YES", "NO", "CAN'T TELL"


def judge(
    before: tuple[float, Trainings] | None,
    after: tuple[float, Trainings] | None,
    seed: int,
    last: float,
) -> dict[str, Any]:
    """Return the verdict on the last step of a learning curve, with its numbers.

    YES when the whole interval of the difference lies above 0, NO when it lies below `SMALLEST_GAIN`, so that
    at best a gain too small to matter is left, and CAN'T TELL in between. Trainings are compared repeat by
    repeat; a repeat that only one of the two points has is left out. `settle` says for a CAN'T TELL what
    alone would settle it if the difference stays (with `together`: both numbers at once); None is no advice.

    Args:
        before: Fraction and trainings of the point that the last step begins at; None when there are none.
        after: The same of the last point, which is that of all texts.
        seed: The seed of the bootstrap.
        last: The share of the texts that the last step is meant to add; 1 for a curve of one point.
    """
    first, second = _by_repeat(before), _by_repeat(after)
    shared = sorted(first.keys() & second.keys())
    verdict: dict[str, Any] = {
        "question": f"Does the accuracy in the last {last:.0%} go up?",
        "answer": CANNOT_TELL,
        "difference": None,
        "low": None,
        "high": None,
        "confidence": CONFIDENCE,
        "reason": "",
        "from_fraction": before[0] if before else None,
        "to_fraction": after[0] if after else None,
        "smallest_gain": SMALLEST_GAIN,
        "repeats": len(shared),
        "seed_sd": None,
        "settle": {"eval_texts": None, "repeats": None, "annotations": None, "together": False},
    }
    if not shared:
        verdict["reason"] = (
            "The two points of the last step are not both there; resume the run to train them."
            if last < 1
            else "A curve of one point has no last step; train one of four."
        )
        return verdict
    pairs = [(first[repeat][1], second[repeat][1]) for repeat in shared]
    step = paired(pairs, seed, math.hypot(*(_usual(point, shared) for point in (first, second))))
    verdict.update(difference=step.mean, low=step.interval.low, high=step.interval.high, seed_sd=step.seed_sd)
    texts = pairs[0][0].docs
    counted = texts_counted(*(counts for pair in pairs for counts in pair))
    if counted < FEWEST_TEXTS:
        verdict["reason"] = (
            f"Only {counted} of {texts} eval texts have a span, too few to judge by; "
            f"evaluate on {FEWEST_TEXTS} at the very least, better on hundreds."
        )
    elif not any(tp for pair in pairs for counts in pair for _, _, tp, _, _ in counts.rows):
        verdict["reason"] = "No model finds a single span yet; annotate more before asking again."
    else:
        verdict["answer"] = answer = _answer(step)
        verdict["reason"] = _finding(step, answer, len(shared))
        if answer == CANNOT_TELL:
            sizes = int(first[shared[0]][0]["docs"]), int(second[shared[0]][0]["docs"])
            verdict["settle"] = _settle(step, texts, len(shared), sizes)
            verdict["reason"] += _advice(verdict["settle"], texts, len(shared))
        verdict["reason"] += f"{by_experience(step.seed_sd, len(shared))}."
    return verdict


def _usual(point: dict[int, tuple[Record, Counts]], repeats: list[int]) -> float:
    """Return what trainings of a point scatter by, by experience."""
    return usual_sd(sum(float(point[repeat][0]["spans"]) for repeat in repeats) / len(repeats))


def _by_repeat(point: tuple[float, Trainings] | None) -> dict[int, tuple[Record, Counts]]:
    return {int(training[0]["repeat"]): training for training in point[1]} if point else {}


def _answer(step: Difference) -> str:
    if step.interval.low > 0:
        return YES
    return NO if step.interval.high < SMALLEST_GAIN else CANNOT_TELL


def _finding(step: Difference, answer: str, repeats: int) -> str:
    span = f"{_points(step.interval.low)} to {_points(step.interval.high)} points of F"
    change = f"by {_points(step.mean)} points" + (f" over {repeats} repeats" if repeats > 1 else "")
    if answer == YES:
        return f"F rises {change}, and all of its 95% interval, {span}, lies above zero"
    smallest = f"{100 * SMALLEST_GAIN:g}"
    if answer == NO:
        return (
            f"F changes {change}, and all of its 95% interval, {span}, lies below {smallest}, the smallest "
            "gain that matters"
        )
    both = f"no gain and a gain of {smallest} or more"
    return f"F changes {change}, but its 95% interval, {span}, holds both {both}"


def _settle(step: Difference, texts: int, repeats: int, sizes: tuple[int, int]) -> dict[str, Any]:
    """Estimate what would settle the question if the difference stays.

    What the texts leave open shrinks with their number, what the seeds do with the repeats'. YES needs a
    half-width of the interval below the difference, NO one below what is missing to the smallest gain. With
    more annotations the difference to the smaller point grows instead: on a log-linear trend n1 texts must
    become n1 (n2/n1)^(half-width / difference), at most twice today's.
    """
    room = max(step.mean, SMALLEST_GAIN - step.mean)
    doubt = _Doubt(step, texts, repeats, (room / step.interval.half_width) ** 2)
    more_texts, more_repeats, together = doubt.texts_needed(repeats), doubt.repeats_needed(), False
    if more_texts is None and more_repeats is None:
        both = [
            (needed, number)
            for number in range(max(repeats + 1, FEW_REPEATS), MOST_REPEATS + 1)
            if (needed := doubt.texts_needed(number)) is not None
        ]
        if both:
            more_texts, more_repeats = min(both, key=math.prod)
            together = True
    return {
        "eval_texts": more_texts,
        "repeats": more_repeats,
        "annotations": _annotations_needed(step, *sizes),
        "together": together,
    }


class _Doubt:
    """The shares of a squared half-width: what shrinks with texts, with repeats, and with either."""

    def __init__(self, step: Difference, texts: int, repeats: int, goal: float) -> None:
        """Take the parts of `step`; its squared half-width is to shrink to `goal` of what it is."""
        of_texts = stretch(10**6) ** 2 * step.text_variance
        of_either = stretch(10**6) ** 2 * step.either_variance
        of_seeds = stretch(repeats) ** 2 * step.seed_variance
        whole = of_texts + of_seeds or 1.0
        self._texts, self._repeats, self._goal = texts, repeats, goal
        self._texts_alone = (of_texts - of_either) / whole
        self._either = of_either / whole
        self._seeds_alone = of_seeds / whole

    def _of_seeds(self, repeats: int) -> float:
        """Return what so many repeats leave of the seeds' share: they tell their own scatter better, too."""
        narrower = (stretch(repeats) / stretch(self._repeats)) ** 2
        return self._seeds_alone * narrower * self._repeats / repeats

    def texts_needed(self, repeats: int) -> int | None:
        """Return the eval texts that would do with so many repeats; None where it is no advice."""
        left = self._goal - self._of_seeds(repeats)
        if left <= 0:
            return None
        more = (self._texts_alone + self._either * self._repeats / repeats) / left
        needed = self._texts * max(more, 1.25)
        return rounded_up(needed) if rounded_up(needed) <= MOST_TEXTS else None

    def repeats_needed(self) -> int | None:
        """Return the repeats that would do on these eval texts; None where it is no advice."""
        for number in range(max(self._repeats + 1, FEW_REPEATS), MOST_REPEATS + 1):
            of_texts = self._texts_alone + self._either * self._repeats / number
            if of_texts + self._of_seeds(number) <= self._goal:
                return number
        return None


def _annotations_needed(step: Difference, smaller: int, larger: int) -> int | None:
    if step.mean <= 0 or not 0 < smaller < larger:
        return None
    exponent = step.interval.half_width / step.mean
    if exponent * math.log(larger / smaller) > math.log(2 * larger / smaller):
        return None
    needed = smaller * (larger / smaller) ** exponent - larger
    return rounded_up(needed) if needed > 0 else None


def _advice(settle: dict[str, Any], texts: int, repeats: int) -> str:
    ways = []
    if settle["eval_texts"]:
        ways.append(f"about {settle['eval_texts']:,} eval texts instead of {texts:,}")
    if settle["repeats"]:
        ways.append(f"{settle['repeats']} repeats instead of {repeats}")
    if settle["together"]:
        ways = [" together with ".join(ways)]
    if settle["annotations"]:
        ways.append(f"about {settle['annotations']:,} more annotations if the trend goes on")
    if not ways:
        few = f"fewer than {MOST_TEXTS:,} eval texts and {MOST_REPEATS} repeats"
        return f". It is too small to be settled with {few}"
    said = ", or ".join(ways)
    return f". {said[0].upper()}{said[1:]} would settle it"


def rounded_up(number: float) -> int:
    """Return an estimate as a whole number of two digits and zeros, not below it."""
    step: int = 10 ** max(len(str(int(number))) - 2, 0)
    return math.ceil(number / step) * step


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"
