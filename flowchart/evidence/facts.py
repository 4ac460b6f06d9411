"""What measures take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from flowchart.records import number_of, text_of
from flowchart.text import one_line

Suggestion = Literal["YES", "NO", "CAN'T TELL"]

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""The names of the columns, and the rows: any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the data in hand.

    Attributes:
        check: The result of loading it; None when it has not been loaded.
        curve: The result of its learning curve from a blank model; None when there is none, or it is of other
            data.
        updated: The same of a trained pipeline that was trained further.
        steps: The first learning curve from a blank model that has a last step, which takes several points;
            a training that tries other hyperparameters has one.
        updated_steps: The same of a trained pipeline.
        measured: What `measure` runs found out, by the name of the fact.
        target: The F that would be good enough, 0 to 1; None when nobody said.
    """

    check: dict[str, Any] | None = None
    curve: dict[str, Any] | None = None
    updated: dict[str, Any] | None = None
    steps: dict[str, Any] | None = None
    updated_steps: dict[str, Any] | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the data says about a question: a value beside a threshold, with its doubt.

    Attributes:
        measure: The name of the measure; `flowchart.evidence.measure` says it.
        suggestion: What it suggests to answer.
        reason: Why, in one sentence.
        value: The value, in `unit`; None when it cannot be measured yet.
        unit: Its unit.
        threshold: What it is held against; None when nothing is.
        threshold_from: Where the threshold comes from; the chart's file, unless the measure says otherwise.
        low: The lower end of its 95% interval; None for a count.
        high: The upper end.
        table: The details.
        rows: The name of the fact whose rows are behind it (`flowchart.measures.rows`); "" for none.
        needs: What the person has not given yet, one of `NEEDS`; "" for nothing.
        advice: What to do about it, for a box that the answer leads to.
        source: The run, or the content, that it was found out from.
    """

    suggestion: Suggestion
    reason: str
    measure: str = ""
    value: float | None = None
    unit: str = ""
    threshold: float | None = None
    threshold_from: str = ""
    low: float | None = None
    high: float | None = None
    table: Table | None = None
    rows: str = ""
    needs: str = ""
    advice: str = ""
    source: str = ""


THRESHOLD_FROM = "the chart's file"
"""Where a threshold comes from unless the person said one."""

NEEDS = {
    "model": "a trained pipeline",
    "target": "the F that would be good enough",
    "training": "a learning curve",
    "updating": "a learning curve that trains a pipeline further",
    "tuning": "a training with other hyperparameters, on the same evaluation set",
}
"""What a person may have to give before a question can be answered."""


def numbers(evidence: Mapping[str, Any]) -> str:
    """Return value, interval and what it is held against in one line; "" where nothing was measured.

    Args:
        evidence: Evidence as plain data, which a version of its own may have written.
    """
    value, low, high, threshold = (
        number_of(evidence.get(name)) for name in ("value", "low", "high", "threshold")
    )
    if value is None:
        return ""
    number = _number(value)
    line = f"{number} {_of_one(text_of(evidence, 'unit')) if number == '1' else text_of(evidence, 'unit')}"
    line = one_line(line).strip()
    if low is not None and high is not None:
        line += f", 95% interval {_number(low)} to {_number(high)}"
    if threshold is not None:
        source = one_line(text_of(evidence, "threshold_from"))
        line += f"; held against {_number(threshold)}" + (f" ({source})" if source else "")
    return line


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1 else f"{value:.3g}"


def _of_one(unit: str) -> str:
    """A unit as it stands after 1: charts name units in the plural, as faults or labels missing."""
    noun, space, rest = unit.partition(" ")
    return noun.removesuffix("s") + space + rest if len(noun) > 1 and not noun.endswith("ss") else unit


def alignment(table: Table) -> str:
    """Return one letter for each column: "r" where all cells are numbers, signs or dashes, else "l"."""
    header, rows = table
    cells = [[row[column] for row in rows] for column in range(len(header))]
    return "".join(
        "l" if any(character.isalpha() for cell in column for character in cell) else "r" for column in cells
    )


def unmeasured(
    reason: str, *, needs: str = "", table: Table | None = None, advice: str = "", source: str = ""
) -> Evidence:
    """Return that something could not be told, and why."""
    return Evidence(
        suggestion="CAN'T TELL", reason=reason, needs=needs, table=table, advice=advice, source=source
    )


def source(facts: Facts) -> str:
    """Return the content that was measured; "" when it is not known."""
    return str((facts.check or {}).get("content_hash", ""))[:12]


def against(suggestion: Suggestion) -> str:
    """Return in words how a value stands to the threshold that is named next."""
    return {"YES": "more than", "NO": "not more than"}.get(suggestion, "which may or may not be more than")


def judged(value: float, threshold: float, low: float | None = None, high: float | None = None) -> Suggestion:
    """Return whether a value lies above a threshold: YES or NO only when its whole interval does.

    A value without an interval, a count, is certain.
    """
    if low is None or high is None:
        return "YES" if value > threshold else "NO"
    if low > threshold:
        return "YES"
    return "NO" if high <= threshold else "CAN'T TELL"


def decided(value: float, threshold: float, low: float | None, high: float | None) -> Suggestion:
    """Return the same for an estimate: a sample too small for an interval tells nothing."""
    return "CAN'T TELL" if low is None or high is None else judged(value, threshold, low, high)


def looked_at(fact: Mapping[str, Any], sides: Sequence[str] = ("training", "evaluation")) -> str:
    """Return of how many texts a fact is, as a sentence behind another; "" where it is of all.

    Args:
        fact: The fact.
        sides: The texts that it is of.
    """
    drawn = fact.get("drawn", {})
    some = " and ".join(
        f"{drawn[side][0]:,} of {drawn[side][1]:,} {side} texts" for side in sides if side in drawn
    )
    return f" Looked at {some}, drawn at random." if some else ""


def percent(value: float) -> str:
    """Return a share in percent, in words for a reason: as 28.5%."""
    return f"{100 * value:.1f}%"


def points(value: float) -> str:
    """Return an F in points of 100, as 71.3."""
    return f"{100 * value:.1f}"
