"""Evaluation texts when no file is named: of the saved set, else split off, and saved for the next time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from flowchart.dataset.alignment import Aligner
from flowchart.dataset.document import Document
from flowchart.dataset.eval_set import EvalSet
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel, Role
from flowchart.dataset.grouped import split_groups
from flowchart.dataset.origins import Origins
from flowchart.dataset.splitting import split
from flowchart.dataset.tokens import Tokenizer

EvalSource = Literal["file", "split", "saved"]
"""Evaluation files that were named, a set split off now, or one that was split off at another time."""


class Divider:
    """Parts the documents of some data into the training and the evaluation set.

    Attributes:
        source: "split" or "saved".
        file: The file of the saved set; "" when there is none.
    """

    def __init__(
        self,
        eval_sets: Path | None,
        train: Sequence[Path],
        *,
        seed: int,
        share: float,
        tokenizer: Tokenizer,
        origins: Origins,
        fix: bool = False,
    ) -> None:
        """Look for a saved set of the data.

        Args:
            eval_sets: The folder of saved sets; None neither looks nor saves.
            train: The files of the data.
            seed: The seed of the split.
            share: The share to split off.
            tokenizer: What the spans fit.
            origins: Where the texts are from, and whether they are grouped by that.
            fix: Whether spans are mended.

        Raises:
            UserError: There is a saved set, and it is damaged.
        """
        self.source: EvalSource = "split"
        self.file = ""
        self._seed, self._share, self._tokenizer = seed, share, tokenizer
        self._place = len(train)  # of the set's file, after the data's own
        self._origins = origins
        self._set = None
        if eval_sets:
            self._set = EvalSet(
                eval_sets, train, seed=seed, share=share, tokenizer=tokenizer, fix=fix, group_by=origins.by
            )
        self._saved = self._set.read(self._place) if self._set else None

    def divide(
        self, documents: list[Document], files: list[str], funnel: Funnel, log: FindingLog
    ) -> dict[Role, list[Document]]:
        """Return the two sides. A set that is split off is saved, unless one side has no span.

        Args:
            documents: The documents, their texts all different.
            files: The data's files; the saved set's is put at the end.
            funnel: Told what the saved set has otherwise than the data.
            log: Takes the findings.

        Raises:
            UserError: The set cannot be saved, or the saved one is damaged.
        """
        if self._set is not None and self._saved is None:
            sides = self._split(documents, files[0], log)
            if not all(any(document.spans for document in side) for side in sides.values()):
                return sides
            if self._set.save(sides["eval"]):
                self.file = str(self._set.file)
                return sides
            self._saved = self._set.read(self._place)  # another run was quicker
        if self._set is None or self._saved is None:
            return self._split(documents, files[0], log)
        self.source, self.file = "saved", str(self._set.file)
        files.append(self.file)
        aligner = Aligner(self._tokenizer, files, Funnel(), FindingLog())
        train = self._set.hold_out(self._saved, documents, files, aligner, funnel, log)
        return {"train": train, "eval": self._saved}

    def _split(self, documents: list[Document], file: str, log: FindingLog) -> dict[Role, list[Document]]:
        if len(documents) < 2:
            message = f"{len(documents)} text: no evaluation set can be split off"
            done = "kept all for training; annotate more or name an evaluation file"
            log.add("no-split", file, 0, message, done)
            return {"train": documents, "eval": []}
        if self._origins.by:
            groups = self._origins.groups(documents)
            train, evaluation = split_groups(documents, groups, self._share, self._seed)
        else:
            train, evaluation = split(documents, self._share, self._seed)
        return {"train": train, "eval": evaluation}
