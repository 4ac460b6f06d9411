"""What the data says: facts that take work to find out. They are measured in a child process, with spaCy.

A fact is plain data and knows no threshold; `flowchart.evidence` holds it against those of a chart. This
table is light; the modules that it names are not.
"""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """A fact.

    Attributes:
        module: The module that finds it out, by `measure(material, rows)`.
        doing: What it does, in words.
        continues: The fact whose rows its own follow; "" where they have a file of their own.
        most_seconds: How long it may take, and what is told when it takes longer; None for no bound.
        whole: Whether it is of all texts, however many there are; others are of those drawn.
    """

    module: str
    doing: str
    continues: str = ""
    most_seconds: tuple[int, str] | None = None
    whole: bool = False


FACTS: dict[str, Fact] = {
    "context": Fact("flowchart.measures.context", "looking for context"),
    "span_shape": Fact("flowchart.measures.span_shape", "looking at the spans"),
    "eval_quality": Fact("flowchart.measures.eval_quality", "looking at the evaluation set", whole=True),
    "rules": Fact(
        "flowchart.measures.rules",
        "matching the patterns",
        most_seconds=(
            120,
            "The patterns take more than two minutes to match; a regular expression that backtracks may be "
            "the cause, or one of many repeats: take it out",
        ),
    ),
    "consistency": Fact("flowchart.measures.consistency", "looking for inconsistent annotations"),
    "models": Fact("flowchart.measures.models", "trying the installed pipelines", whole=True),
}
"""The facts by name, quick ones first."""

ON_REQUEST: dict[str, Fact] = {
    "out_of_fold": Fact(
        "flowchart.measures.out_of_fold", "training on each half of the texts", "consistency"
    ),
}
"""The facts that take minutes, found out where a run's setting of that name is true."""
