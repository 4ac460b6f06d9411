"""What the measures about rules have in common: words for the patterns and for what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.facts import looked_at, percent
from flowchart.text import counted, from_here


def subject(fact: Mapping[str, Any]) -> str:
    """Return which patterns they are, as the beginning of a sentence."""
    count = counted(fact["patterns"], "pattern")
    if fact["source"] == "mined":
        return f"No patterns file was given; {count} made of your training texts"
    return f"Your {count}"


def verb(fact: Mapping[str, Any]) -> str:
    """Return the ending of what the patterns do, which is another for a single one."""
    return "es" if fact["patterns"] == 1 else ""


def between(low: float | None, high: float | None) -> str:
    """Return an interval of shares in words, or nothing."""
    return f" (95%: {percent(low)} to {percent(high)})" if low is not None and high is not None else ""


def few(fact: Mapping[str, Any]) -> str:
    """Return what the numbers rest on, where that is less than it seems."""
    parts = []
    if not fact["enough"] or fact["coverage"]["low"] is None or fact["score"]["ents_f_low"] is None:
        parts.append("too few evaluation texts have a span to say how sure that is")
    if count := fact["known_texts"]:
        parts.append(f"left out, as known from training: {counted(count, 'evaluation text')}")
    if count := fact["left_out"]["count"]:
        first = fact["left_out"]["first"][0]
        parts.append(f"left out, as no pattern: {counted(count, 'row')} of the patterns file ({first})")
    if foreign := fact["foreign_labels"]:
        parts.append(f"the data has no label {', '.join(map(str, foreign[:3]))}")
    return "".join(f"; {part}" for part in parts)


def looked(fact: Mapping[str, Any]) -> str:
    """Return of how many texts the numbers are, where some were drawn; training texts only make patterns."""
    return looked_at(fact, ("training", "evaluation") if fact["source"] == "mined" else ("evaluation",))


def advice(fact: Mapping[str, Any]) -> str:
    """Return what to do with the patterns."""
    file = from_here(str(fact["file"]))
    if fact["source"] == "mined":
        return (
            f"{file} holds the patterns, the most useful first: a start for a patterns file of your own, to "
            "be named with --patterns FILE, or m in the app."
        )
    never = int(fact["never"]["count"])
    unused = f" Without any match in your texts: {counted(never, 'pattern')}." if never else ""
    return f"Prodigy highlights what {file} matches while you annotate (--patterns FILE).{unused}"
