"""Data that cannot be used at all, in one line each: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from flowchart.dataset.document import Document
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel, Role
from flowchart.errors import UserError


def nothing_accepted(path: Path, role: Role, funnel: Funnel, log: FindingLog) -> UserError:
    """Say why nothing is left of the training or of the evaluation files, by the kinds of findings."""
    rows, tasks = getattr(funnel["rows"], role), getattr(funnel["tasks"], role)
    lost = funnel["accepted" if tasks else "tasks"].lost
    why = ", ".join(f"{count} {kind}" for kind, count in lost.items())
    most = max(lost, key=lambda kind: lost[kind], default="")
    if not tasks and most in ("other-format", "not-ner"):
        what = log.kinds[most].message
        return UserError(f"{path}: 0 of {rows} rows are usable NER tasks ({why}): {what}")
    if not tasks:
        return UserError(
            f"{path}: 0 of {rows} rows are usable NER tasks ({why}); name a file with text and spans"
        )
    return UserError(f"{path}: 0 of {tasks} accepted ({why}); accept some annotations or name another file")


def nothing_to_learn(name: str, funnel: Funnel, log: FindingLog) -> UserError:
    """Say why there is no span to learn from."""
    lost = {**funnel["tasks"].lost_spans, **funnel["accepted"].lost_spans, **funnel["aligned"].lost_spans}
    why = "".join(f", {count} {kind}" for kind, count in lost.items())
    instead = "annotate some entities or mend their offsets"
    if "language-script" in log.kinds:
        instead = log.kinds["language-script"].message
    return UserError(
        f"{name}: no span to learn from in {funnel['merged'].train} accepted texts "
        f"({funnel['rows'].spans} spans read{why}); {instead}"
    )


def refuse_unmeasurable(
    documents: Mapping[Role, Sequence[Document]], names: Sequence[str], saved: str = ""
) -> None:
    """Refuse sides of which one has no text or no span.

    Args:
        documents: The documents of both sides.
        names: The files, training files first.
        saved: The file of the saved evaluation set, when it is one.

    Raises:
        UserError: They are refused.
    """
    if not documents["eval"]:
        raise UserError(
            f"{names[0]}: 1 text, of which no evaluation set can be split off; "
            "annotate more or name an evaluation file"
        )
    for role, name, purpose in (("train", names[0], "learn from"), ("eval", names[-1], "measure by")):
        its = documents["train" if role == "train" else "eval"]
        if not any(document.spans for document in its):
            instead = f"delete {saved} to split anew" if saved else "name an evaluation file"
            raise UserError(
                f"{name}: the {role} set of {len(its)} texts has no span to {purpose}; "
                f"annotate more or {instead}"
            )
