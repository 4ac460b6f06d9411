"""What measures take and give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Suggestion = Literal["YES", "NO", "CAN'T TELL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the data in hand.

    Attributes:
        check: The result of loading it; None when it has not been loaded.
        curve: The result of its learning curve; None when there is none, or it is of other data.
    """

    check: dict[str, Any] | None = None
    curve: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A measured value beside a threshold, with its doubt.

    Attributes:
        measure: The name of the measure.
        value: The value, in `unit`.
        unit: Its unit.
        threshold: What it is held against; None when nothing is.
        low: The lower end of its 95% interval; None for a count.
        high: The upper end.
        suggestion: What it suggests to answer.
        reason: Why, in one sentence.
        source: The run that found it out.
    """

    measure: str
    value: float
    unit: str
    suggestion: Suggestion
    reason: str
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    source: str = ""
