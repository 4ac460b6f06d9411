"""Do the annotations stand inside text? By what is left of a text without its spans."""

from __future__ import annotations

from flowchart.evidence.facts import Evidence, Facts, judged, looked_at, percent, unmeasured
from flowchart.graph import Node
from flowchart.text import counted
from flowchart.wilson import wilson


def context(node: Node, facts: Facts) -> Evidence | None:
    """Hold the share of annotated texts with a context against the box's threshold.

    A text has one when at least `outside` words (a limit of the box) stand outside its spans.
    """
    fact = facts.measured["context"]
    if node.threshold is None:
        return None
    texts = int(fact["texts"])
    if not texts:
        return Evidence(suggestion="CAN'T TELL", reason="No text has a span; annotate some first.")
    wanted = int(node.limits.get("outside", 3))
    most = len(fact["outside"]) - 1
    if wanted > most:
        return unmeasured(
            f"Words around spans are counted up to {most}, and the limit outside is {wanted}; lower it."
        )
    with_context = sum(fact["outside"][wanted:])
    share = with_context / texts
    low, high = wilson(with_context, texts)
    suggestion = judged(share, node.threshold, low, high)
    reason = (
        f"{with_context:,} of {texts:,} annotated texts ({percent(share)}) have at least {wanted} words "
        f"around their spans; half of the texts have {fact['tokens_median']} "
        f"{'characters' if fact.get('characters') else 'tokens'} or more, "
        f"{percent(fact['in_spans'])} of them inside spans, and {counted(fact['one_span'], 'text')} "
        f"{'is' if fact['one_span'] == 1 else 'are'} nothing but one span.{looked_at(fact)}"
    )
    rows = [(str(words), f"{count:,}") for words, count in enumerate(fact["outside"]) if count]
    if rows and int(rows[-1][0]) == len(fact["outside"]) - 1:
        rows[-1] = (f"{rows[-1][0]} or more", rows[-1][1])
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=share,
        unit=node.unit or "share of texts",
        threshold=node.threshold,
        low=low,
        high=high,
        table=(("words outside spans", "texts"), tuple(rows)),
        rows="context",
        advice=""
        if suggestion == "YES"
        else "Annotate whole sentences or paragraphs instead of words from a list.",
    )
