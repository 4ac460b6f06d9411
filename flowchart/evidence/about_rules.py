"""What the measures about rules have in common: words for the patterns and for what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.facts import Suggestion, looked_at, percent, points
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
    parts += _faults(fact)
    return "".join(f"; {part}" for part in parts)


def _faults(fact: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with single patterns, each kind with its first row."""
    parts = []
    if dead := fact.get("dead", {}).get("count", 0):
        parts.append(
            f"can never match: {counted(dead, 'pattern')} of {fact['patterns']:,} ({_first(fact['dead'])})"
        )
    if partly := fact.get("partly", {}).get("count", 0):
        parts.append(f"can match in part only: {counted(partly, 'pattern')} ({_first(fact['partly'])})")
    if misfits := fact.get("misfits", {}).get("count", 0):
        parts.append(
            f"stand in the texts, but are cut into other tokens there: {counted(misfits, 'phrase')} "
            f"({_first(fact['misfits'])})"
        )
    if repeated := fact.get("repeated", {}).get("count", 0):
        parts.append(f"used once: {counted(repeated, 'row')} with a pattern that stands there already")
    return parts


def _first(found: Mapping[str, Any]) -> str:
    first = found["first"][0]
    return f"row {first['row']}: {first['reason']}"


def all_dead(fact: Mapping[str, Any]) -> bool:
    """Whether no pattern can ever match, so that nothing was measured of what they mean."""
    return bool(fact.get("dead", {}).get("count", 0) == fact["patterns"])


def stands(
    suggestion: Suggestion, fact: Mapping[str, Any], threshold: float, high: float | None
) -> tuple[Suggestion, str]:
    """Return what is left of a suggestion where some patterns can never match, and why.

    YES and CAN'T TELL stay: patterns that do not match take nothing away from those that do. NO stays only
    where the dead ones, mended as they plainly mean, would not change it; else it may be for them alone, or
    for the rows that were left out, which look at what no blank pipeline knows, and words of lists.

    Args:
        suggestion: What the patterns as they are suggest.
        fact: The fact.
        threshold: What their value is held against.
        high: The upper end of the interval with the dead ones mended; None where that is not known.
    """
    dead = int(fact.get("dead", {}).get("count", 0))
    left_out = int(fact["left_out"]["count"]) + int(fact.get("partly", {}).get("count", 0))
    if not dead and not left_out:
        return suggestion, ""
    if all_dead(fact):
        return "CAN'T TELL", " None of the patterns can match whatever the texts hold, so this says nothing."
    if suggestion != "NO":
        return suggestion, ""
    if dead and not left_out and fact["dead"]["mendable"] == dead and high is not None and high <= threshold:
        return "NO", " Mended as they plainly mean, those would not change it."
    return "CAN'T TELL", " It may be NO only for the patterns that cannot match: mend or remove them first."


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
    dead = int(fact.get("dead", {}).get("count", 0))
    never = int(fact["never"]["count"]) - dead
    unused = f" Without any match in your texts: {counted(never, 'pattern')}." if never else ""
    return (
        f"Prodigy highlights what {file} matches while you annotate (--patterns FILE).{unused}{_mend(fact)}"
    )


def _mend(fact: Mapping[str, Any]) -> str:
    """Return what patterns that can never match would bring if they were mended."""
    if not fact.get("dead", {}).get("count", 0):
        return ""
    meant = fact.get("as_meant")
    brings = ""
    if meant is not None:
        brings = (
            f" Those that plainly mean another pattern ({fact['dead']['mendable']:,}) would with it take the "
            f"coverage to {percent(meant['coverage']['share'])}, F to {points(meant['score']['ents_f'])}."
        )
    return f" The rows behind this name each pattern that can never match, and why.{brings}"
