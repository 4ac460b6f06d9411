"""Reading plain data that may be anything: a result that another version, or a person, has written.

What is not of the kind that is asked for is as good as missing, so that a screen or a report leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]


def table_of(record: Record, key: object) -> Record:
    """Return the record under a key; an empty one where there is none."""
    value = record.get(key)  # type: ignore[call-overload]
    return value if isinstance(value, Mapping) else {}


def rows_of(records: object) -> Iterator[Record]:
    """Return the records in a list; none where it is no list."""
    listed = isinstance(records, Sequence) and not isinstance(records, (str, bytes))
    return (row for row in records if isinstance(row, Mapping)) if listed else iter(())  # type: ignore[attr-defined]


def text_of(record: Record, key: str) -> str:
    """Return the text under a key; "" where there is none."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def number_of(value: object) -> float | None:
    """Return a value as a finite number, below 10**12 so that it can be drawn and written; else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e12 else None
