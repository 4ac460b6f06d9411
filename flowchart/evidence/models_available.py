"""Is there a pipeline to build on? The F of the best one here, over the labels that the data shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowchart.evidence.facts import Evidence, Facts, Table, judged, percent, points
from flowchart.graph import Node

THRESHOLD_FROM = "the chart's file"

HOW = (
    "Install one (python -m spacy download en_core_web_sm), or name a package or a folder with --model NAME."
)
"""What to do where no pipeline can be used."""

MAP = "map it: --map THEIRS=YOURS"

HEAD = ("pipeline or label", "F", "95%", "precision", "recall", "on what")


def models_available(node: Node, facts: Facts) -> Evidence | None:
    """Hold the F of the chosen pipeline over the shared labels against the box's threshold.

    NO where no pipeline shares a label, or none is installed.
    """
    fact = facts.measured.get("models")
    if fact is None or node.threshold is None:
        return None
    if "error" in fact:
        return unmeasured("models_available", str(fact["error"]))
    entry = chosen(fact)
    if entry is None or not entry["shared"]:
        return _none(node, facts, fact, entry)
    score = entry["score"]
    if score["f"] is None or score["low"] is None:
        why = (
            f"{entry['name']} shares {some(entry['shared'])} with your data, but too few of "
            f"{fact['texts']:,} evaluation texts have any of it to measure F; annotate more evaluation texts."
        )
        return unmeasured("models_available", why, table=_table(fact, entry), source=source(facts))
    value, low, high = float(score["f"]), float(score["low"]), float(score["high"])
    suggestion = judged(value, node.threshold, low, high)
    words = {"YES": "more than", "NO": "not more than"}.get(suggestion, "which may or may not be more than")
    lacking = [label for label in fact["labels"] if label not in entry["shared"]]
    lacks = f"; it lacks {some(lacking)}" if lacking else ""
    reason = (
        f"{entry['name']} {entry['version']} reaches F {points(value)} (95%: {points(low)} to "
        f"{points(high)}) on {texts(fact)}, {words} {points(node.threshold)}, over the labels that it shares"
        f": {some(entry['shared'])}{lacks}{_others(fact)}."
    )
    return Evidence(
        measure="models_available",
        suggestion=suggestion,
        reason=reason,
        value=value,
        unit=node.unit,
        threshold=node.threshold,
        threshold_from=THRESHOLD_FROM,
        low=low,
        high=high,
        table=_table(fact, entry),
        rows=rows(fact),
        advice=(_mapping(entry) + _strange(fact)).strip(),
        source=source(facts),
    )


def unmeasured(
    measure: str,
    reason: str,
    *,
    needs: str = "",
    table: Table | None = None,
    advice: str = "",
    source: str = "",
) -> Evidence:
    """Return that something could not be told, and why."""
    return Evidence(
        measure=measure,
        suggestion="CAN'T TELL",
        reason=reason,
        needs=needs,
        table=table,
        advice=advice,
        source=source,
    )


def chosen(fact: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the entry of the pipeline that the questions are about; None for none.

    Raises:
        ValueError: The fact names one that it does not have.
    """
    place = fact["chosen"]
    if place is None:
        return None
    models = fact["models"]
    if not 0 <= place < len(models):
        raise ValueError(f"no pipeline {place}")
    entry: Mapping[str, Any] = models[place]
    return entry


def without(measure: str, facts: Facts, fact: Mapping[str, Any]) -> Evidence:
    """Return that there is no pipeline that the question could be about."""
    usable = [entry["name"] for entry in fact["models"] if not entry["error"]]
    why = nothing(fact) if not usable else f"{_shares_nothing(usable)}, so none was chosen to build on"
    return unmeasured(measure, f"{why}.", needs="model", advice=HOW, source=source(facts))


def nothing(fact: Mapping[str, Any]) -> str:
    """Return why no pipeline can be used, as a sentence without its full stop."""
    models = fact["models"]
    if not models:
        return "no trained pipeline is installed here, and none was named"
    broken = [entry for entry in models if entry["broken"]]
    if broken:
        return str(broken[0]["error"])
    names = some([entry["name"] for entry in models])
    return f"no pipeline with an ner component: {names} {'have' if len(models) > 1 else 'has'} none"


def some(names: Iterable[Any], most: int = 6) -> str:
    """Return names in words, the first ones of many."""
    every = [str(name) for name in names]
    if len(every) <= most:
        return ", ".join(every)
    return f"{', '.join(every[: most - 1])} and {len(every) - most + 1} more"


def texts(fact: Mapping[str, Any]) -> str:
    """Return on how many evaluation texts, and whether they are all there are."""
    if fact["texts"] == fact["all_texts"]:
        return f"{fact['texts']:,} evaluation texts"
    return f"{fact['texts']:,} evaluation texts drawn from {fact['all_texts']:,}"


def rows(fact: Mapping[str, Any]) -> str:
    """Return the name of the fact whose rows can be opened; "" when it has none."""
    return "models" if fact["rows"] else ""


def source(facts: Facts) -> str:
    """Return the content that the pipelines were tried on; "" when it is not known."""
    return str((facts.check or {}).get("content_hash", ""))[:12]


def _none(node: Node, facts: Facts, fact: Mapping[str, Any], entry: Mapping[str, Any] | None) -> Evidence:
    """Return that there is none to build on; a broken one leaves that open."""
    usable = [each["name"] for each in fact["models"] if not each["error"]]
    broken = any(each["broken"] for each in fact["models"])
    if not usable:
        reason = nothing(fact)
        return Evidence(
            measure="models_available",
            suggestion="CAN'T TELL" if broken else "NO",
            reason=f"{reason[0].upper()}{reason[1:]}." if not broken else f"{reason}.",
            unit=node.unit,
            threshold=node.threshold,
            threshold_from=THRESHOLD_FROM,
            needs="model",
            advice=HOW,
            source=source(facts),
        )
    shown = entry or next(each for each in fact["models"] if not each["error"])
    return Evidence(
        measure="models_available",
        suggestion="NO",
        reason=f"{_shares_nothing(usable)}: {some(fact['labels'])}{_others(fact)}.",
        unit=node.unit,
        threshold=node.threshold,
        threshold_from=THRESHOLD_FROM,
        table=_table(fact, None),
        rows=rows(fact),
        advice=f"{shown['name']} has {some(shown['labels'], 20)}. If one of them means one of yours, {MAP}."
        + _strange(fact),
        source=source(facts),
    )


def _shares_nothing(usable: Sequence[str]) -> str:
    if len(usable) == 1:
        return f"{usable[0]} has none of your data's labels"
    return f"None of {len(usable)} pipelines ({some(usable)}) has any of your data's labels"


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
