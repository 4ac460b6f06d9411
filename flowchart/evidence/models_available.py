"""Is there a pipeline to build on? The F of the best one here, over the labels that the data shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.best_of import widened
from flowchart.evidence.about_pipelines import HOW, MAP, chosen, nothing, rows, shares_nothing, some, texts
from flowchart.evidence.facts import (
    Evidence,
    Facts,
    Table,
    against,
    judged,
    percent,
    points,
    source,
    unmeasured,
)
from flowchart.graph import Node

HEAD = ("pipeline or label", "F", "95%", "precision", "recall", "on what")


def models_available(node: Node, facts: Facts) -> Evidence | None:
    """Hold the F of the chosen pipeline over the shared labels against the box's threshold.

    It is the best of those that share a label, chosen on the same texts: its interval is wider for that. NO
    where no pipeline shares a label, or none is installed.
    """
    fact = facts.measured["models"]
    if node.threshold is None:
        return None
    entry = chosen(fact)
    if entry is None or not entry["shared"]:
        return _none(node, facts, fact, entry)
    score = entry["score"]
    if score["f"] is None or score["low"] is None:
        why = (
            f"{entry['name']} shares {some(entry['shared'])} with your data, but too few of "
            f"{fact['texts']:,} evaluation texts have any of it to measure F; annotate more evaluation texts."
        )
        return unmeasured(why, table=_table(fact, entry), source=source(facts))
    value, low, high = float(score["f"]), float(score["low"]), float(score["high"])
    tried = sum(bool(not each["error"] and each["shared"]) for each in fact["models"])
    low, high = widened(value, low, high, tried, least=0.0)
    best = f", the best of {tried}, chosen on these texts," if tried > 1 else ""
    suggestion = judged(value, node.threshold, low, high)
    words = against(suggestion)
    lacking = [label for label in fact["labels"] if label not in entry["shared"]]
    lacks = f"; it lacks {some(lacking)}" if lacking else ""
    reason = (
        f"{entry['name']} {entry['version']}{best} reaches F {points(value)} (95%: {points(low)} to "
        f"{points(high)}) on {texts(fact)}, {words} {points(node.threshold)}, over the labels that it shares"
        f": {some(entry['shared'])}{lacks}{_others(fact)}."
    )
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=value,
        unit=node.unit,
        threshold=node.threshold,
        low=low,
        high=high,
        table=_table(fact, entry),
        rows=rows(fact),
        advice=(_mapping(entry) + _strange(fact)).strip(),
        source=source(facts),
    )


def _none(node: Node, facts: Facts, fact: Mapping[str, Any], entry: Mapping[str, Any] | None) -> Evidence:
    """Return that there is none to build on; a broken one leaves that open."""
    usable = [each["name"] for each in fact["models"] if not each["error"]]
    broken = any(each["broken"] for each in fact["models"])
    if not usable:
        reason = nothing(fact)
        return Evidence(
            suggestion="CAN'T TELL" if broken else "NO",
            reason=f"{reason[0].upper()}{reason[1:]}." if not broken else f"{reason}.",
            unit=node.unit,
            threshold=node.threshold,
            needs="model",
            advice=HOW,
            source=source(facts),
        )
    shown = entry or next(each for each in fact["models"] if not each["error"])
    return Evidence(
        suggestion="NO",
        reason=f"{shares_nothing(usable)}: {some(fact['labels'])}{_others(fact)}.",
        unit=node.unit,
        threshold=node.threshold,
        table=_table(fact, None),
        rows=rows(fact),
        advice=f"{shown['name']} has {some(shown['labels'], 20)}. If one of them means one of yours, {MAP}."
        + _strange(fact),
        source=source(facts),
    )


def _others(fact: Mapping[str, Any]) -> str:
    failed = [each["name"] for each in fact["models"] if each["broken"]]
    return f"; {some(failed)} could not be used" if failed else ""


def _mapping(entry: Mapping[str, Any]) -> str:
    """Return which labels were taken for which, so that a wrong guess is seen."""
    pairs = [f"{own}={meant}" for own, meant in entry["means"].items() if meant and own != meant]
    return f"Labels taken for each other: {some(pairs, 20)}. Where that is wrong, {MAP}." if pairs else ""


def _strange(fact: Mapping[str, Any]) -> str:
    """Return which labels were mapped in vain."""
    return f" No pipeline has {some(fact['strange'])}, which you mapped." if fact["strange"] else ""


def _table(fact: Mapping[str, Any], entry: Mapping[str, Any] | None) -> Table:
    """Return the pipelines, and below them the labels of the chosen one."""
    lines: list[tuple[str, ...]] = []
    for each in fact["models"]:
        if each["error"]:
            lines.append((str(each["name"]), "", "", "", "", str(each["error"])))
            continue
        what = f"{len(each['shared'])} of {len(fact['labels'])} labels"
        lines.append((f"{each['name']} {each['version']}", *_scores(each["score"]), what))
    for label, score in entry["by_label"].items() if entry is not None else ():
        spans = f"{score['spans']:,} spans"
        if score["from"]:
            lines.append((f"  {label}", *_scores(score), f"{spans}; says {some(score['from'])}"))
        else:
            lines.append((f"  {label}", "", "", "", "", f"{spans}; the pipeline has no such label"))
    return HEAD, tuple(lines)


def _scores(score: Mapping[str, Any]) -> tuple[str, str, str, str]:
    f, low, high = score["f"], score["low"], score["high"]
    between = f"{points(low)} to {points(high)}" if low is not None and high is not None else ""
    return (
        points(f) if f is not None else "",
        between,
        percent(score["p"]) if score["p"] is not None else "",
        percent(score["r"]) if score["r"] is not None else "",
    )
