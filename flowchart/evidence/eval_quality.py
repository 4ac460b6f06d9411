"""Is the evaluation right? What stands against it, and the smallest difference that it can resolve."""

from __future__ import annotations

from typing import Any

from flowchart.evidence.facts import Evidence, Facts, Suggestion, percent, points
from flowchart.graph import Node
from flowchart.text import counted

_OF = "on both sides, of the evaluation texts' values of"


def eval_quality(node: Node, facts: Facts) -> Evidence | None:
    """Hold what is wrong with the evaluation set against the box's limits.

    NO when more texts than `leakage` (a share) are known from training, more rows or spans than `lost` (a
    share of the spans) conflict, overlap or fit no token boundaries, or a label has none to be measured on.
    CAN'T TELL when nothing is wrong but two models less than `resolution` (in F) apart could not be told
    apart, or a label has fewer than `support` texts, or when more texts than `leakage` are of a document,
    say, of which others are in training. No measure sees whether the annotations are true.
    """
    fact = facts.measured["eval_quality"]
    limits = {"leakage": 0.01, "lost": 0.01, "support": 10, "resolution": 0.05, **node.limits}
    texts, spans = int(fact["texts"]), int(fact["spans"])
    if not spans:
        return Evidence(
            suggestion="NO",
            value=0,
            unit="faults",
            reason="There is no evaluation text with a span, so nothing can be measured.",
            advice="Annotate an evaluation set, some hundred texts drawn at random.",
        )
    leaked = int(fact["leaked_exact"]) + int(fact["leaked_near"])
    faulty = int(fact["conflicts"]) + int(fact["lost"])
    missing = [name for name, label in fact["labels"].items() if not label["spans"]]
    wrong, todo = [], []
    if leaked > limits["leakage"] * texts:
        wrong.append(f"{leaked:,} of {texts:,} texts ({percent(leaked / texts)}) are known from training")
        todo.append("take the texts that are known from training out of one side")
    if faulty > limits["lost"] * spans:
        faults = (
            ("conflicts", "rows contradict another row of their text"),
            ("off_tokens", "spans fit no token boundaries"),
            ("overlapping", "spans overlap another one"),
        )
        wrong.append(", ".join(f"{int(fact[name]):,} {what}" for name, what in faults if int(fact[name])))
        todo.append("settle its conflicts and mend its spans")
    if missing:
        named = ", ".join(missing[:5])
        wrong.append(f"{counted(len(missing), 'label')} with nothing to be measured on ({named})")
        todo.append(f"add texts with {named}")
    few = [name for name, label in fact["labels"].items() if 0 < int(label["texts"]) < limits["support"]]
    difference, score = float(fact["difference"]), float(fact["score"])
    size = (
        f"with {spans:,} spans a score near 80 is sure to {points(score)} points and two models are told "
        f"apart from about {points(difference)} points on, at best"
    )
    if leaked and not wrong:
        size += f"; {counted(leaked, 'text')} known from training"
    akin = [each for each in fact.get("origins", ()) if int(each["texts"]) > limits["leakage"] * texts]
    if akin:
        size += "".join(f"; {each['shared']:,} of {each['values']:,} {_OF} {each['key']}" for each in akin)
        todo.append(f"have each on one side (--group-by {akin[0]['key']})")
    suggestion: Suggestion = "YES"
    if wrong:
        suggestion, reason = "NO", f"{_sentence(wrong)}; {size}."
    elif difference > limits["resolution"] or few:
        suggestion = "CAN'T TELL"
        rare = f", with {counted(len(few), 'label')} in fewer than {limits['support']:g} texts" if few else ""
        reason = f"Nothing is wrong with it that can be measured, but it is small: {size}{rare}."
        todo.append("annotate more evaluation texts" + (f", with {', '.join(few[:5])}" if few else ""))
    elif akin:
        suggestion = "CAN'T TELL"
        reason = f"Texts of one origin stand on both sides, so that scores may be too high: {size}."
    else:
        reason = (
            f"Nothing is wrong with it that can be measured; {size}. Whether its annotations are true, "
            "you know."
        )
    return Evidence(
        suggestion=suggestion,
        reason=reason,
        value=len(wrong),
        unit="faults",
        threshold=0,
        table=_table(fact),
        rows="eval_quality",
        advice=_sentence(todo) + "." if todo else "",
    )


def _table(fact: dict[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = [("all", fact), *sorted(fact["labels"].items(), key=lambda each: each[1]["spans"])]
    header = ("label", "spans", "one score +-", "two models differ from")
    return header, tuple(
        (name, f"{row['spans']:,}", *(_or_dash(row[key]) for key in ("score", "difference")))
        for name, row in rows
    )


def _or_dash(value: float | None) -> str:
    return "-" if value is None else points(value)


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]
