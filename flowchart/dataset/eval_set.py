"""The evaluation set that is split off once, saved in the workspace, and used from then on.

    eval-sets/NAME.jsonl   the set: a Prodigy dataset, one accepted task a line
    eval-sets/NAME.json    what it was split off from, how and when, and its SHA-256

Scores can only be compared on the same texts with the same annotation. So the set stays as it was saved
whatever becomes of the data: its texts are held out of training, rows that come later all go to training, and
where the data says something else about one of its texts by now, the saved annotation counts and a finding
says so. Deleting the `.jsonl` has the next run split off a new one.

The name depends on the data's files, the seed, the share and the language, and on whatever else decides which
spans and sides there are: another tokenizer than the language's, the rows' own tokens, mending, the key that
texts are grouped by. The same question, the same set.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowchart.data_settings import ROWS
from flowchart.dataset.alignment import Aligner
from flowchart.dataset.document import Document, documents_hash
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.groups import Group
from flowchart.dataset.loading import Loader
from flowchart.dataset.merging import Merger, difference
from flowchart.dataset.task import input_hash, task_hash
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from flowchart.workspace import make_folder, sync_folder, write_atomic

_LONGEST_STEM = 40


class EvalSet:
    """The saved evaluation set of some data; it need not exist yet.

    Attributes:
        file: The set.
        facts_file: What is known about it.
    """

    def __init__(
        self,
        folder: Path,
        train: Sequence[Path],
        *,
        seed: int,
        share: float,
        tokenizer: Tokenizer,
        fix: bool = False,
        group_by: str = "",
    ) -> None:
        """Name the set; nothing is read or written.

        Args:
            folder: The workspace's folder for such sets.
            train: The files of the data.
            seed: The seed of the split.
            share: The share split off.
            tokenizer: What the spans fit.
            fix: Whether spans are mended.
            group_by: The key whose texts stand on one side; "" for none.
        """
        # not resolved: a link that leads to each day's export is the same data
        paths = sorted(os.path.abspath(path) for path in train)  # noqa: PTH100
        self._asked: dict[str, Any] = {"files": paths, "seed": seed, "share": share, "lang": tokenizer.lang}
        # Named only where they are not as usual, so that sets keep the names they were saved by.
        unusual = {
            "tokenizer": tokenizer.identity,
            "tokens": tokenizer.rows and ROWS,
            "fix": fix,
            "group_by": group_by,
        }
        self._asked.update((name, value) for name, value in unusual.items() if value)
        self._own_tokens = tokenizer.rows
        digest = hashlib.sha256(json.dumps(self._asked, sort_keys=True).encode()).hexdigest()[:12]
        stem = Path(paths[0]).name.removesuffix(".gz").removesuffix(".jsonl")
        stem = re.sub(r"[^A-Za-z0-9_]+", "-", stem)[:_LONGEST_STEM].strip("-")
        self.file = folder / f"{stem or 'data'}-{digest}.jsonl"
        self.facts_file = self.file.with_suffix(".json")

    def read(self, source: int) -> list[Document] | None:
        """Return the documents in the order they were saved in; None when there is no such set.

        Args:
            source: The number of the file in the documents' sources.

        Raises:
            UserError: The set is damaged, or another one than was saved.
        """
        if not os.path.lexists(self.file):
            return None
        funnel, log = Funnel(), FindingLog()
        merger = Merger("eval", [str(self.file)], funnel, log)
        try:
            for task in Loader(self.file, "eval", funnel, log, own_tokens=self._own_tokens).tasks():
                merger.add(0, task)
            found = hashlib.sha256(self.file.read_bytes()).hexdigest()
        except OSError as error:
            raise self._damaged(error.strerror or str(error)) from error
        except UserError as error:
            raise self._damaged(str(error).removeprefix(f"{self.file}: ").split("; ")[0]) from error
        merger.finish()
        if lost := {kind for stage in funnel.stages for kind in stage.lost}:
            first = next(finding for finding in log if finding.kind in lost)
            raise self._damaged(f"row {first.row}: {first.message}")
        documents = [
            Document(text, group.spans, (source, group.source[1]), group.unknown, group.tokens)
            for text, group in merger.groups.items()
        ]
        if (saved := self._saved_sha256()) is None:
            self._write_facts(documents, found)
        elif saved != found:
            raise UserError(
                f"{self.file}: is not the evaluation set that was saved (its SHA-256 is not the one in "
                f"{self.facts_file.name}); put it back from a copy, delete {self.facts_file.name} to use it "
                f"as it is, or delete {self.file.name} to split off a new one"
            )
        return documents

    def save(self, documents: Sequence[Document]) -> bool:
        """Save the set, unless another run has saved one in the meantime; whole or not at all.

        Returns:
            Whether it was saved. If not, the other one counts: read it.

        Raises:
            UserError: It cannot be written.
        """
        content = bytearray()
        for document in documents:
            content += json.dumps(_task(document)).encode() + b"\n"
        temporary = self.file.with_name(f".{self.file.name}.{os.urandom(4).hex()}.tmp")
        try:
            make_folder(self.file.parent)
            write_atomic(temporary, content)
            try:
                if not os.path.lexists(self.file):
                    self.facts_file.unlink(missing_ok=True)  # of a set that was deleted
                if not _claim(temporary, self.file):
                    return False
                sync_folder(self.file.parent)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                f"{self.file}: the evaluation set cannot be saved ({error.strerror or error}); "
                "mend that or choose another --workspace"
            ) from error
        self._write_facts(documents, hashlib.sha256(content).hexdigest())
        return True

    def hold_out(  # noqa: PLR0917 - all of them are different things
        self,
        saved: Sequence[Document],
        documents: Sequence[Document],
        files: Sequence[str],
        aligner: Aligner,
        funnel: Funnel,
        log: FindingLog,
    ) -> list[Document]:
        """Return the documents whose texts are not in the saved set, in the order of their texts.

        What the data and the set say differently is a finding, and the funnel's last step tells it apart.

        Args:
            saved: The set, as read.
            documents: The documents of the data.
            files: The files that the documents' sources count.
            aligner: Says whether saved spans still fit the tokens. Its findings and its funnel are not used.
            funnel: Its step `eval` takes what was left out of the data for the set's sake, and what came in.
            log: Takes the findings.

        Raises:
            UserError: A saved span is off the token boundaries, or overlaps another one.
        """
        texts = {document.text for document in saved}
        here = {document.text: document for document in documents if document.text in texts}
        older: list[Document] = []
        for document in saved:
            now = here.get(document.text)
            if now is not None and now.spans == document.spans:
                if now.unknown != document.unknown:
                    older.append(now)
                continue
            group = Group(document.source, document.spans, tokens=document.tokens)
            if aligner.align(document.text, group).spans != document.spans:
                raise self._damaged(f"row {document.source[1]}: its spans do not fit spaCy's tokens")
            spans = len(document.spans)
            if now is None:
                funnel.add("eval", "eval-text-gone", documents=1, spans=spans)
                message = "no accepted row of the data has this evaluation text any more"
                done, (file, row) = "kept it for evaluation", document.source
                log.add("eval-text-gone", files[file], row, message, done, text=document.text)
            else:
                funnel.lose("eval", "eval-text-changed", documents=1, spans=len(now.spans))
                funnel.add("eval", "eval-text-changed", documents=1, spans=spans)
                what = difference(document.text, now.spans, document.spans)
                message = f"annotated anew since {self.file} row {document.source[1]} was saved: {what}"
                done, (file, row) = "kept the saved annotation for evaluation", now.source
                log.add("eval-text-changed", files[file], row, message, done, text=document.text)
        if older:
            file, row = older[0].source
            message = (
                f"{len(older):,} texts of the saved set {self.file} have places that are unknown in the data "
                "(as spans off the tokens are) and not there, or the other way round"
            )
            done = "kept the set as it was saved; delete it to split off a new one"
            log.add("eval-set-older", files[file], row, message, done, text=older[0].text)
        rest = [document for document in documents if document.text not in texts]
        asked = round(float(str(self._asked["share"])) * (len(rest) + len(saved)))
        if 2 * len(saved) < asked:
            message = f"{len(saved)} evaluation texts were saved; of today's data {asked} would be split off"
            done = "kept them; delete the file to split off more, not to be compared with scores of before"
            log.add("eval-set-outgrown", str(self.file), 0, message, done)
        return sorted(rest, key=lambda document: document.text)

    def _damaged(self, why: str) -> UserError:
        return UserError(
            f"{self.file}: the saved evaluation set is damaged ({why}); "
            "put it back from a copy, or delete it to split off a new one"
        )

    def _saved_sha256(self) -> str | None:
        """Return the hash the set was saved with; None where that is not known."""
        try:
            facts = json.loads(self.facts_file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        found = facts.get("sha256") if isinstance(facts, Mapping) else None
        return found if isinstance(found, str) else None

    def _write_facts(self, documents: Sequence[Document], sha256: str) -> None:
        """Write down what is known about the set. It is as good without, but for damage that goes unseen."""
        try:
            created = datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
            facts = {
                "name": self.file.stem,
                **self._asked,
                "created": created.isoformat(timespec="seconds"),
                "docs": len(documents),
                "spans": sum(len(document.spans) for document in documents),
                "sha256": sha256,
                "eval_hash": documents_hash(documents),
            }
            write_atomic(self.facts_file, json.dumps(facts, indent=1) + "\n")
        except OSError:
            pass


def _task(document: Document) -> dict[str, Any]:
    """Return a document as Prodigy's task, accepted."""
    spans = [{"start": start, "end": end, "label": label} for start, end, label in document.spans]
    task = {"text": document.text, "_input_hash": input_hash(document.text), "spans": spans}
    more: dict[str, Any] = {"_unknown": document.unknown} if document.unknown else {}
    if document.tokens:
        more["tokens"] = [
            {
                "text": document.text[start:end],
                "start": start,
                "end": end,
                "id": number,
                "ws": document.text[end : end + 1] == " ",
            }
            for number, (start, end) in enumerate(document.tokens)
        ]
    return {**task, **more, "_task_hash": task_hash(task), "answer": "accept"}


def _claim(temporary: Path, file: Path) -> bool:
    """Give a file its name; False when the name is taken."""
    try:
        os.link(temporary, file)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(file):
            return False
        temporary.rename(file)
    return True
