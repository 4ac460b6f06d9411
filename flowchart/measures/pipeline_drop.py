"""How much lower a pipeline's F is here than published: like is held against like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flowchart.measures.pipeline_loading import Spans
from flowchart.measures.pipeline_scores import count, score


class _Expected(NamedTuple):
    """What a label would have here at its published precision and recall: right, predicted and gold spans."""

    right: float
    predicted: float
    gold: float


def drop(
    gold: Sequence[Spans],
    theirs: Sequence[Spans],
    each: Mapping[str, Any],
    own: Mapping[str, Mapping[str, Any]],
    seed: int,
) -> dict[str, Any]:
    """Return how much lower F is here than published, both over the same labels and the same gold spans.

    F here is micro-averaged: that of the sums over the labels. A mean of published F by label is not, and
    differs from it without any drop: labels that are predicted too often weigh more in the sums. So what is
    published is summed as well. A label with n gold spans here and published precision p and recall r would
    have tp = r n spans right and tp / p predicted; F published is then 2 sum(tp) / (sum(tp / p) + sum(n)).
    A pipeline that is here exactly as good as published, label by label, has a drop of 0.

    Where several of the pipeline's labels mean the same one, how n parts among them is not known. Each is
    taken to be predicted as often as it is here, m times: then p m are right, of p m / r gold spans, and p
    and r of the one that they mean are those of the sums.

    Args:
        gold: The gold spans of each text.
        theirs: The predicted spans of each text, with the data's labels; "" for those that mean none.
        each: By the data's labels their `spans` here.
        own: By the pipeline's labels what each `means`, how often it is `predicted`, and its `published`
            `p` and `r`; None where there is none.
        seed: The seed of the draws.

    Returns:
        `labels`: those of the data that have gold spans here, and a published score by which anything of them
        is right; `published` and `drop` as above, and the interval `low` and `high`, from that of F here
        alone. None where one is not known.
    """
    expected = {
        label: found
        for label, here in each.items()
        if (found := _expected(here["spans"], (one for one in own.values() if one["means"] == label)))
    }
    if not expected:
        return {"labels": [], "published": None, "drop": None, "low": None, "high": None}
    right, predicted, spans = map(sum, zip(*expected.values(), strict=True))
    published = 2 * right / (predicted + spans)
    here = score(count(gold, theirs, list(expected)), seed)
    ends = {"drop": here["f"], "low": here["high"], "high": here["low"]}
    return {
        "labels": list(expected),
        "published": round(published, 4),
        **{name: round(published - f, 4) if f is not None else None for name, f in ends.items()},
    }


def _expected(spans: int, sources: Iterable[Mapping[str, Any]]) -> _Expected | None:
    """Return what a label would have here; None without a gold span, or where nothing would be right."""
    known = [(one["published"], one["predicted"]) for one in sources if one["published"] is not None]
    if not spans or not known:
        return None
    if not any(predicted for _, predicted in known):
        known = [(score, 1) for score, _ in known]
    right = sum(score["p"] * predicted for score, predicted in known)
    found = sum(score["p"] * predicted / score["r"] for score, predicted in known if score["r"])
    if not right or not found:
        return None
    recall, precision = right / found, right / sum(predicted for _, predicted in known)
    return _Expected(recall * spans, recall * spans / precision, spans)
