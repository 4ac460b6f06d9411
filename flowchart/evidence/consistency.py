"""Are the annotations internally consistent? Annotators' agreement, or what the data agrees with itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flowchart.evidence.facts import Evidence, Facts, Suggestion, Table, judged, looked_at, percent
from flowchart.graph import Node
from flowchart.wilson import wilson

SURE = 0.8
"""The score from which on a form's rare outcomes are slips, where the chart says nothing."""

FEWEST_TEXTS = 10
"""Texts that annotators must share to be held against each other; as many must have a span (the interval)."""

FEWEST_SPANS = 100
"""Spans whose form comes more than once that it takes to say anything."""

FIRST = 8
"""Groups to begin a review with."""

SHOWN = 30
"""Groups in the table."""


class Estimate(NamedTuple):
    """What the data agrees with itself, 0 to 1, and what it comes from.

    Attributes:
        value: The F1 of the annotations and the same annotations without their slips.
        low: The lower end, for what cannot be told from another meaning.
        high: The upper end.
        slips: The occurrences that are surely slips.
        unsure: Those that are slips or another meaning.
        unexplained: The share of the latter that their neighbours do not explain.
    """

    value: float
    low: float
    high: float
    slips: int
    unsure: int
    unexplained: float


def consistency(node: Node, facts: Facts) -> Evidence | None:
    """Hold the agreement of annotators, or of the annotations with themselves, against the box's threshold.

    Where two annotators share texts their strict F1 says it. Otherwise it is estimated from the data
    (`estimate`).
    """
    fact = facts.measured["consistency"]
    if node.threshold is None:
        return None
    table = _table(fact)
    suggestion, value, low, high, reason = _judgement(fact, node, node.threshold)
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=value,
        low=low,
        high=high,
        unit=node.unit or "agreement",
        threshold=node.threshold,
        table=table,
        rows="consistency" if table else "",
        advice=" ".join(
            part for part in (_advice(fact), _out_of_fold(facts.measured.get("out_of_fold"))) if part
        ),
    )


def _judgement(
    fact: Mapping[str, Any], node: Node, threshold: float
) -> tuple[Suggestion, float | None, float | None, float | None, str]:
    """Return the suggestion, the value, the ends of its interval and the reason."""
    agreement = fact["agreement"]
    if agreement["texts"] >= FEWEST_TEXTS and None not in (agreement["strict"], agreement["low"]):
        value, low, high = (float(agreement[name]) for name in ("strict", "low", "high"))
        return judged(value, threshold, low, high), value, low, high, _annotators(agreement)
    if fact["compared"] < FEWEST_SPANS:
        reason = (
            f"Only {fact['compared']:,} of {fact['spans']:,} spans have a form that comes more than once, "
            f"and it takes {FEWEST_SPANS} to tell."
        )
        return "CAN'T TELL", None, None, None, reason
    sure = float(node.limits.get("sure", SURE))
    found = estimate(fact["levels"], int(fact["compared"]), sure)
    suggestion = judged(found.value, threshold, found.low, found.high)
    return suggestion, found.value, found.low, found.high, _itself(fact, found, sure)


def estimate(levels: Sequence[Sequence[float]], compared: int, sure: float) -> Estimate:
    """Return what the data agrees with itself.

    It is the F1 of the annotations and the same annotations with their slips mended, over the spans whose
    form comes more than once: an agreement on spans, as between annotators (Hripcsak and Rothschild 2005,
    JAMIA 12), the second of whom is the majority. A form's rare outcomes are slips where its score is at
    least `sure`. The others are slips or another meaning; of these, the share counts that the words beside
    them do not explain: how much oftener occurrences between the same two words differ than none, in parts of
    how often any do. After the variation n-grams of Dickinson and Meurers 2003 (EACL), where the same words
    around make a variation an error.

    The interval is that of this share, its linearised variance over forms, with two observations made up, one
    for each extreme, so that few forms leave it open (after Laplace); and that of a share of so many spans
    (`wilson`), without which data that has no slip in a few dozen spans would be sure to have none. The two
    are put together as squares (Zou and Donner 2008, Statistics in Medicine 27). Slips in forms that come
    once, or that everybody missed everywhere, are not seen, so the truth is somewhat lower.

    Args:
        levels: The fact's levels: score in hundredths, forms, suspicious, spans that would go and that would
            come, and the sums of a, b, aa, ab, bb.
        compared: The spans whose form comes more than once.
        sure: The score from which on rare outcomes are slips.
    """
    surely = [level for level in levels if level[0] >= round(100 * sure, 6)]
    unsure = [level for level in levels if level[0] < round(100 * sure, 6)]
    within, whole, aa, ab, bb = (
        _sum(unsure, place) + made_up for place, made_up in zip(range(5, 10), (1, 2, 1, 1, 2), strict=True)
    )
    share = min(within / whole, 1.0)
    doubt = 1.96 * math.sqrt(max(aa - 2 * share * ab + share * share * bb, 0)) / whole

    def agreement(part: float) -> float:
        gone, come = (
            sum(level[place] for level in surely) + part * sum(level[place] for level in unsure)
            for place in (3, 4)
        )
        same = max(compared - gone, 0.0)
        return 2 * same / max(2 * same + gone + come, 1)

    value = agreement(share)
    low, high = agreement(min(share + doubt, 1)), agreement(max(share - doubt, 0))
    fewest, most = wilson(round(value * compared), compared)
    return Estimate(
        value=value,
        low=max(value - math.hypot(value - low, max(value - fewest, 0)), 0),
        high=min(value + math.hypot(high - value, max(most - value, 0)), 1),
        slips=int(_sum(surely, 2)),
        unsure=int(_sum(unsure, 2)),
        unexplained=share,
    )


def _sum(levels: Sequence[Sequence[float]], place: int) -> float:
    return sum(level[place] for level in levels)


def _annotators(agreement: Mapping[str, Any]) -> str:
    rejected = agreement["with_rejected"]
    texts, every = agreement["texts"], agreement.get("all_texts", agreement["texts"])
    shared = f"{texts:,} shared texts" + (f", drawn at random from {every:,}" if every > texts else "")
    reason = (
        f"{len(agreement['annotators'])} annotators agree on {percent(agreement['strict'])} of their spans "
        f"(95%: {percent(agreement['low'])} to {percent(agreement['high'])}; strict F1 over "
        f"{shared}; overlapping spans "
        f"{percent(agreement['partial'])}, the same words under any label {percent(agreement['position'])}"
    )
    if rejected["strict"] is not None and rejected["texts"] != texts:
        reason += f"; {percent(rejected['strict'])} with rejected texts as texts without spans"
    return reason + ")."


def _itself(fact: Mapping[str, Any], found: Estimate, sure: float) -> str:
    return (
        f"The annotations agree with themselves on {percent(found.value)} ({percent(found.low)} to "
        f"{percent(found.high)}) of the {fact['compared']:,} spans "
        f"whose form comes more than once: {found.slips:,} occurrences are unlike the others of a form that "
        f"is nearly always treated alike (at least {sure:.0%} sure), and of {found.unsure:,} that may be "
        f"another meaning {found.unexplained:.0%} are not explained by the words beside them."
        f"{looked_at(fact)}"
    )


def _table(fact: Mapping[str, Any]) -> Table | None:
    lines = tuple(
        (
            str(group["what"]),
            ", ".join(f"{count:,} {outcome}" for outcome, count in group["outcomes"]),
            f"{group['score']:.2f}",
        )
        for group in fact["groups"][:SHOWN]
    )
    return (("what", "outcomes", "how sure"), lines) if lines else None


def _out_of_fold(fact: Mapping[str, Any] | None) -> str:
    """Where models of each half of the texts disagree; "" where nobody asked."""
    if fact is None:
        return ""
    if "error" in fact:
        return f"Not looked at by models of each half: {fact['error']}."
    most = ", ".join(
        f"{group['form']!r} {group['kind']} ({group['places']:,})" for group in fact["groups"][:3]
    )
    return (
        f"Models of each half of the training texts disagree at {fact['places']:,} places, which may be "
        f"their own errors" + (f"; most often: {most}." if most else ".") + looked_at(fact, ["training"])
    )


def _advice(fact: Mapping[str, Any]) -> str:
    groups = fact["groups"][:FIRST]
    if not groups:
        return ""
    count = sum(group["suspicious"] for group in groups)
    named = ", ".join(str(group["what"]) for group in groups[:3])
    rest = f" and {len(groups) - 3} more" if len(groups) > 3 else ""
    rows = "these rows" if count != 1 else "this row"
    return f"Review {rows} first, {count:,} in all: {named}{rest}."
