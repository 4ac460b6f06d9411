"""The count funnel: how many texts and spans are left after each step, and what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flowchart.text import counted

Role = Literal["train", "eval"]

STAGES = ("rows", "tasks", "accepted", "merged", "aligned", "train", "eval")
"""The steps in order. The last two stand side by side: together they come from the texts of `aligned`."""


@dataclass(slots=True)
class Stage:
    """What is left after one step.

    Attributes:
        name: One of `STAGES`.
        documents: The number of rows, or from `merged` on of texts.
        spans: The number of spans in them.
        train: The documents from the training files (after the split: in the training set).
        eval: The documents from the evaluation files (after the split: in the evaluation set).
        lost_documents: The documents lost since the step before, by kind of finding.
        lost_spans: The spans lost since the step before, by kind of finding, those of lost documents
            included.
        added_documents: The documents that come in here, by kind of finding: a saved evaluation set may hold
            texts, or annotations of them, that are not in the data any more.
        added_spans: The spans of those.
        mended_spans: The spans that are among `spans` because they were mended, by kind of finding.
        mendable_spans: The spans that mending (`--fix`) would bring, by the kind that they are lost by.
    """

    name: str
    documents: int = 0
    spans: int = 0
    train: int = 0
    eval: int = 0
    lost_documents: Counter[str] = field(default_factory=Counter)
    lost_spans: Counter[str] = field(default_factory=Counter)
    added_documents: Counter[str] = field(default_factory=Counter)
    added_spans: Counter[str] = field(default_factory=Counter)
    mended_spans: Counter[str] = field(default_factory=Counter)
    mendable_spans: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> dict[str, int]:
        """How often each kind struck: the documents it cost, or the spans where it costs no document."""
        return {
            kind: self.lost_documents[kind] or self.lost_spans[kind]
            for kind in {**self.lost_documents, **self.lost_spans}
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the step as plain data."""
        return {
            "stage": self.name,
            "documents": self.documents,
            "spans": self.spans,
            "train": self.train,
            "eval": self.eval,
            "lost": self.lost,
            "lost_documents": dict(self.lost_documents),
            "lost_spans": dict(self.lost_spans),
            "added_documents": dict(self.added_documents),
            "added_spans": dict(self.added_spans),
            "mended_spans": dict(self.mended_spans),
            "mendable_spans": dict(+self.mendable_spans),
        }


class Funnel:
    """The steps, filled while a dataset is read.

    It always adds up: for neighbours up to `aligned`, the difference of their documents is the sum of
    `lost_documents` of the later one, and the same for spans. The last two together have what `aligned` has,
    less what they lost and with what they added.
    """

    def __init__(self) -> None:
        self._stages = {name: Stage(name) for name in STAGES}

    def __getitem__(self, stage: str) -> Stage:
        return self._stages[stage]

    @property
    def stages(self) -> list[Stage]:
        """The steps in order."""
        return list(self._stages.values())

    def keep(self, stage: str, role: Role, spans: int) -> None:
        """Count one document with `spans` spans at a step."""
        reached = self._stages[stage]
        reached.documents += 1
        reached.spans += spans
        if role == "train":
            reached.train += 1
        else:
            reached.eval += 1

    def lose(self, stage: str, kind: str, *, documents: int = 0, spans: int = 0) -> None:
        """Count documents and spans that do not reach a step."""
        reached = self._stages[stage]
        if documents:
            reached.lost_documents[kind] += documents
        if spans:
            reached.lost_spans[kind] += spans

    def add(self, stage: str, kind: str, *, documents: int = 0, spans: int = 0) -> None:
        """Count documents and spans that come in at a step."""
        reached = self._stages[stage]
        if documents:
            reached.added_documents[kind] += documents
        if spans:
            reached.added_spans[kind] += spans

    def mend(self, stage: str, kind: str, *, spans: int) -> None:
        """Count spans that reach a step because they were mended."""
        self._stages[stage].mended_spans[kind] += spans

    def could_mend(self, stage: str, kind: str, *, spans: int) -> None:
        """Count spans that would reach a step if they were mended."""
        self._stages[stage].mendable_spans[kind] += spans


def mended(stages: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Return how many spans of a result's funnel were mended, and how many more mending would bring."""
    done, possible = 0, 0
    for stage in stages:
        done += sum((stage.get("mended_spans") or {}).values())
        possible += sum((stage.get("mendable_spans") or {}).values())
    return done, possible


def mending_words(stage: Mapping[str, Any]) -> list[str]:
    """Return in words what was mended at a step, and what `--fix` would bring; nothing where nothing is."""
    done, possible = mended([stage])
    words = [f"{counted(done, 'span')} mended"] if done else []
    return words + ([f"--fix would bring {counted(possible, 'span')}"] if possible else [])
