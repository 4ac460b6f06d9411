"""What do the spans look like? Whether they are names, by lengths, overlaps and edges; or one of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowchart.evidence.facts import Evidence, Facts, Suggestion, judged, looked_at, percent, unmeasured
from flowchart.graph import Node
from flowchart.wilson import wilson


def span_shape(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of short spans, those up to `threshold` tokens, against the box's limit `share`.

    More spans that have to go, as they overlap another one, than the limit `overlapping` (a share) suggest
    NO: NER cannot hold them. Short
    spans whose words and edges stand out less than `distinctiveness` (nats, the mean of both) from other
    text, and most of which have no capitals, are phrases rather than names: CAN'T TELL. So it is where a
    token is a character, and the words that these make may be short or not.
    """
    fact = facts.measured["span_shape"]
    limits = {"share": 0.9, "overlapping": 0.01, "distinctiveness": 1.0, **node.limits}
    longest = int(node.threshold if node.threshold is not None else 5)
    spans = int(fact["spans"])
    if not spans:
        return Evidence(
            suggestion="CAN'T TELL",
            reason="There is no span to look at; annotate some texts.",
        )
    if beyond := _beyond(fact, longest):
        return beyond
    short, at_most = _short(fact, longest)
    share = short / spans
    low, high = wilson(short, spans)[0], wilson(at_most, spans)[1]
    overlapping, written = int(fact["overlapping"]), int(fact["written"])
    cased = int(fact.get("cased", spans))
    capitals = int(fact["capitalised"]) / cased if 2 * cased > spans else 1.0
    distinct = (float(fact["sd"]) + float(fact["bd"])) / 2
    what = (
        f"{_shares(share, at_most / spans)} of {spans:,} spans have at most {longest} {_tokens(fact)}, "
        + (f"{percent(capitals)} are written like names, " if 2 * cased > spans else "")
        + _overlaps(fact)
    )
    stand_out = f"their words and edges stand out by {distinct:.1f} nats from other text"
    suggestion: Suggestion
    if overlapping > limits["overlapping"] * written:
        suggestion, reason = "NO", f"{what}: NER cannot hold overlapping spans."
    elif low < limits["share"] <= high:
        suggestion, reason = "CAN'T TELL", f"{what}: too close to {percent(limits['share'])} to say."
    elif high < limits["share"]:
        suggestion, reason = "NO", f"{what}: longer phrases than names."
    elif distinct < limits["distinctiveness"] and capitals < 0.5:
        suggestion, reason = (
            "CAN'T TELL",
            f"{what}: short, but {stand_out} only, so their edges may be hard to learn.",
        )
    else:
        suggestion, reason = "YES", f"{what}; {stand_out}."
    return Evidence(
        suggestion=suggestion,
        reason=reason + looked_at(fact),
        value=share,
        unit=f"share of spans up to {longest} tokens",
        threshold=limits["share"],
        low=low,
        high=high,
        table=_table(fact, longest),
        rows="span_shape",
    )


def short_spans(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of spans of at most `threshold` tokens against the box's limit `share`."""
    return _lengths(node, facts, 0.9, long=False)


def long_spans(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of spans of more than `threshold` tokens against the box's limit `share`."""
    return _lengths(node, facts, 0.5, long=True)


def _lengths(node: Node, facts: Facts, usual: float, *, long: bool) -> Evidence | None:
    fact = facts.measured["span_shape"]
    if node.threshold is None or not int(fact["spans"]):
        return None
    tokens, spans = int(node.threshold), int(fact["spans"])
    if beyond := _beyond(fact, tokens):
        return beyond
    short, at_most = _short(fact, tokens)
    counts, side = ((spans - at_most, spans - short), "more than") if long else ((short, at_most), "at most")
    count = counts[0]
    low, high = wilson(counts[0], spans)[0], wilson(counts[1], spans)[1]
    wanted = node.limits.get("share", usual)
    return Evidence(
        suggestion=judged(count / spans, wanted, low, high),
        reason=f"{_shares(count / spans, counts[1] / spans)} of {spans:,} spans have {side} {tokens} "
        f"{_tokens(fact)}.{looked_at(fact)}",
        value=count / spans,
        unit=f"share of spans of {side} {tokens} tokens",
        threshold=wanted,
        low=low,
        high=high,
        table=_table(fact, tokens),
        rows="span_shape",
    )


def overlapping_spans(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of spans that have to go, as they overlap another one, against the threshold.

    Of a nested pair one has to go: that is what NER cannot hold.
    """
    fact = facts.measured["span_shape"]
    if node.threshold is None:
        return None
    overlapping, spans = int(fact["overlapping"]), int(fact["written"])
    share = overlapping / max(spans, 1)
    return Evidence(
        suggestion=judged(share, node.threshold),
        reason=f"Of the spans, {_overlaps(fact)}.",
        value=share,
        unit=node.unit or "share of spans",
        threshold=node.threshold,
        rows="span_shape",
    )


def _overlaps(fact: Mapping[str, Any]) -> str:
    """Return how many spans overlap, and how many of those have to go."""
    going, written = int(fact["overlapping"]), int(fact["written"])
    overlapping = int(fact.get("overlap_another", going))
    words = f"{overlapping:,} of {written:,} overlap another of their row"
    return f"{words}, so {going:,} would have to go" if going else words


def _short(fact: Mapping[str, Any], tokens: int) -> tuple[int, int]:
    """Return the spans of up to so many tokens; of words, where these are characters: at least, at most."""
    short = sum(fact["lengths"][:tokens])
    return short, sum(fact.get("lengths_least", fact["lengths"])[:tokens])


def _tokens(fact: Mapping[str, Any]) -> str:
    return "words (of 2 to 3 characters, since a token is one)" if fact.get("characters") else "tokens"


def _shares(least: float, most: float) -> str:
    return percent(least) if least == most else f"{percent(least)} to {percent(most)}"


def _beyond(fact: Mapping[str, Any], tokens: int) -> Evidence | None:
    """Return that so many tokens cannot be told, since the last count is of so many and more."""
    told = len(fact["lengths"]) - 1
    if tokens <= told:
        return None
    return unmeasured(f"Spans are told apart up to {told} tokens, and the threshold is {tokens}; lower it.")


def _table(fact: dict[str, Any], longest: int) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    header = ("label", "spans", f"up to {longest}", "like names", "distinct inside", "at edges")
    rows = []
    for name, shape in sorted(fact["labels"].items(), key=lambda each: -each[1]["spans"]):
        spans = max(int(shape["spans"]), 1)
        shares = (sum(shape["lengths"][:longest]) / spans, shape["capitalised"] / spans)
        distinct = (f"{shape['sd']:.1f}", f"{shape['bd']:.1f}")
        rows.append((name, f"{shape['spans']:,}", *map(percent, shares), *distinct))
    return header, tuple(rows)
