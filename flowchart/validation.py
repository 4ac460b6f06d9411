"""Reading a chart's tables with care: what is wrong is said with the file, the box and the key."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flowchart.errors import UserError

if TYPE_CHECKING:
    from flowchart.graph import Flowchart

Choice = TypeVar("Choice", bound=StrEnum)


class Reader:
    """The tables of one TOML file.

    Attributes:
        file: The file.
        top: Its outermost table.
    """

    def __init__(self, file: Path, top: dict[str, Any]) -> None:
        self.file = file
        self.top = top

    def wrong(self, what: str, table: dict[str, Any] | None = None) -> UserError:
        """Return the error that says what is wrong, and in which table."""
        named = (table or {}).get("id") or (table or {}).get("from") or (table or {}).get("name")
        where = f" at {str(named)[:80]!r}" if named else ""
        return UserError(f"{self.file}: not a chart{where}: {what}")

    def tables(self, key: str) -> list[dict[str, Any]]:
        """Return the tables of an array of tables; none when there is no such array."""
        tables = self.top.get(key, [])
        if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            return tables
        raise self.wrong(f"{key!r} must be an array of tables, [[{key}]]")

    def text(self, table: dict[str, Any], key: str, default: str | None = None) -> str:
        """Return a string; without a default it must be there and not be empty."""
        value = table.get(key, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        raise self.wrong(f"{key!r} must be a string, not {str(value)[:80]!r}", table)

    def texts(self, table: dict[str, Any], key: str) -> list[str]:
        """Return a list of strings."""
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return value
        raise self.wrong(f"{key!r} must be a list of strings", table)

    def pairs(self, table: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
        """Yield pairs of strings."""
        value = table.get(key, [])
        for pair in value if isinstance(value, list) else [value]:
            if not (
                isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
            ):
                raise self.wrong(f"{key!r} must be a list of pairs of strings", table)
            yield pair[0], pair[1]

    def truth(self, table: dict[str, Any], key: str) -> bool | None:
        """Return true, false, or None when nothing is said."""
        value = table.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.wrong(f"{key!r} must be true or false, not {str(value)[:80]!r}", table)

    def number(self, table: dict[str, Any], key: str) -> float | None:
        """Return a number, or None when nothing is said."""
        value = table.get(key)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is None or (number and math.isfinite(value)):
            return value
        raise self.wrong(f"{key!r} must be a number, not {str(value)[:80]!r}", table)

    def numbers(self, table: dict[str, Any], key: str) -> dict[str, float]:
        """Return a table of numbers; an empty one when there is none."""
        value = table.get(key, {})
        if isinstance(value, dict):
            return {name: self.number(value, name) or 0.0 for name in value}
        raise self.wrong(f"{key!r} must be a table of numbers, not {str(value)[:80]!r}", table)

    def member(
        self, table: dict[str, Any], key: str, of: type[Choice], default: Choice | None = None
    ) -> Choice:
        """Return one of a few words."""
        value = table.get(key, default)
        try:
            return of(str(value))
        except ValueError as error:
            words = ", ".join(member.value for member in of)
            raise self.wrong(f"{key!r} is {str(value)[:80]!r}, but must be one of {words}", table) from error


def check_graph(chart: Flowchart, reader: Reader) -> None:
    """Check that a path can be walked whatever is answered.

    Raises:
        UserError: A box leads nowhere, or to no box; a decision lacks an answer; a box cannot be reached.
    """
    starts = [node.id for node in chart.nodes.values() if node.kind.value == "start"]
    if len(starts) != 1:
        raise reader.wrong(f"it has {len(starts)} boxes of kind 'start', and must have one")
    for edge in chart.edges:
        for end in (edge.source, edge.target):
            if end not in chart.nodes:
                raise reader.wrong(f"an arrow from {edge.source!r} to {edge.target!r}: no box {end[:80]!r}")
    for node in chart.nodes.values():
        if node.lane and node.lane not in chart.lanes:
            raise reader.wrong(f"box {node.id!r} is in a lane {node.lane!r} that there is not")
        answers = sorted(answer.value for answer in chart.out(node.id))
        wanted = ["no", "yes"] if node.is_decision else [] if node.is_outcome else ["next"]
        if answers != wanted:
            raise reader.wrong(
                f"box {node.id!r} ({node.kind.value}) must have the ways on {wanted}, not {answers}"
            )
    reached, waiting = set(), starts
    while waiting:
        node_id = waiting.pop()
        if node_id not in reached:
            reached.add(node_id)
            waiting.extend(edge.target for edge in chart.out(node_id).values())
    lost = [node_id for node_id in chart.nodes if node_id not in reached]
    if lost:
        raise reader.wrong(f"box {lost[0]!r} cannot be reached from the start")
