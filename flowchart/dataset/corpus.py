"""A dataset made ready: from files to training and evaluation texts, and the funnel that accounts for all."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowchart.dataset import inspection
from flowchart.dataset.alignment import Aligner
from flowchart.dataset.dividing import Divider, EvalSource
from flowchart.dataset.document import Digests, Document, digest, documents_hash
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.formats import jsonl
from flowchart.dataset.funnel import Funnel, Role, Stage
from flowchart.dataset.inspection import LabelCount
from flowchart.dataset.languages import inspect_script
from flowchart.dataset.leakage import Leakage, inspect_leakage
from flowchart.dataset.loading import Loader
from flowchart.dataset.merging import Merger
from flowchart.dataset.origins import Origins
from flowchart.dataset.refusals import nothing_accepted, nothing_to_learn, refuse_unmeasurable
from flowchart.dataset.splitting import split, subset_order
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError

__all__ = ["Corpus", "Document", "FileFacts", "FindingLog", "Stage", "prepare", "split", "subset_order"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that was read: enough to tell later whether it is still the same.

    Attributes:
        path: The file as it was named.
        role: "train" or "eval".
        bytes: Its size on disk.
        sha256: The hash of its bytes on disk.
        rows: The rows in it, blank lines not counted.
    """

    path: str
    role: Role
    bytes: int
    sha256: str
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Corpus:
    """Texts to train on and to be measured on.

    Attributes:
        train: The training texts.
        eval: The evaluation texts; empty when there are too few texts to split any off.
        funnel: The steps from rows to these.
        labels: How often each label occurs, in alphabetical order.
        content_hash: SHA-256 over the merged texts and spans, whatever the order of their rows.
        eval_source: "file" when evaluation files were named, "split" when the set was split off now, "saved"
            when it was split off at another time.
        eval_file: The first evaluation file, or the file that the set split off is saved in; "" when it is
            not saved.
        eval_hash: SHA-256 over the evaluation texts and spans, as `documents_hash`: two scores can be
            compared when theirs are equal. "" when there is no evaluation set.
        leakage: The evaluation texts that are known from training.
        files: The files read, training files first.
        text_stats: `tokens_mean` and `tokens_max` of the texts with spans (the ones tokenised), `words_mean`
            and `words_max` of all texts (by white space; in scripts without, by characters),
            `characters_max`, and `empty_share`, the share without a span.
        train_groups: The group of each training text, where texts are grouped; "" for those without the key.
    """

    train: list[Document]
    eval: list[Document]
    funnel: list[Stage]
    labels: list[LabelCount]
    content_hash: str
    eval_source: EvalSource
    eval_file: str
    eval_hash: str
    leakage: Leakage
    files: list[FileFacts]
    text_stats: dict[str, float]
    train_groups: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all but the texts as plain data, for a run's result."""
        tasks = next(stage for stage in self.funnel if stage.name == "tasks")
        return {
            "documents": tasks.documents,
            "spans": tasks.spans,
            "labels": [label.to_dict() for label in self.labels],
            "funnel": [stage.to_dict() for stage in self.funnel],
            "files": [file.to_dict() for file in self.files],
            "content_hash": self.content_hash,
            "eval_source": self.eval_source,
            "eval_file": self.eval_file,
            "eval_hash": self.eval_hash,
            "leakage": self.leakage.to_dict(),
            "text_stats": self.text_stats,
        }


def _no_progress(_stage: str, _done: int, _total: int) -> None:
    pass


@contextmanager
def _no_collector() -> Iterator[None]:
    """Pause the collector of cycles: there are none here, only many objects to be looked through in vain."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


@_no_collector()
def prepare(
    train: Sequence[Path],
    eval: Sequence[Path] = (),
    *,
    lang: str = "en",
    eval_split: float = 0.2,
    seed: int = 0,
    progress: Progress = _no_progress,
    findings: FindingLog | None = None,
    trainable: bool = True,
    eval_sets: Path | None = None,
    tokenizer: Tokenizer | None = None,
    fix: bool = False,
    group_by: str = "",
) -> Corpus:
    """Read a dataset and make it ready for training.

    Rows become tasks, accepted tasks are merged by text, spans are held against spaCy's tokens, and without
    evaluation files a part is split off. Each row or span that does not come through is a finding, and the
    funnel's numbers add up.

    Args:
        train: The training files.
        eval: The evaluation files.
        lang: The spaCy language, whose tokenizer the spans must fit where no other is given.
        eval_split: The share split off for evaluation when no evaluation file is named.
        seed: The seed of the split.
        progress: Told the stage ("read" in bytes, "align" in texts), what is done, and the total.
        findings: Takes the findings.
        trainable: Whether to refuse data of which no model can be trained and measured: a single text, no
            span on token boundaries, an evaluation set without spans. A check wants to show the findings
            instead.
        eval_sets: The folder in which a set that is split off is saved, to be used from then on
            (`Workspace.eval_sets`); None splits off a new one each time.
        tokenizer: What the spans must fit; None for the language's own tokenizer.
        fix: Whether to mend spans that can only be mended in one way.
        group_by: The key of the rows, with dots, whose texts stand on one side each; "" for none.

    Raises:
        UserError: The data cannot be used at all: a file is missing or unreadable, nothing was accepted, or
            there is no span to learn from. Or the saved evaluation set is damaged.
    """
    log = findings if findings is not None else FindingLog()
    if not train:
        raise UserError("no training file; name a JSONL file with annotations")
    if not 0 < eval_split < 1:
        raise UserError(f"eval split {eval_split}: must lie between 0 and 1, as 0.2 for a fifth")
    tokenizer = tokenizer or Tokenizer.of(lang)
    divider, origins = None, Origins(group_by)
    if not eval:
        divider = Divider(
            eval_sets, train, seed=seed, share=eval_split, tokenizer=tokenizer, fix=fix, origins=origins
        )
    funnel = Funnel()
    paths = [*train, *eval]
    names = [str(path) for path in paths]
    sides: tuple[tuple[Role, Sequence[Path]], ...] = (("train", train), ("eval", eval))
    roles: list[Role] = [role for role, given in sides for _ in given]
    mergers: dict[Role, Merger] = {role: Merger(role, names, funnel, log) for role in ("train", "eval")}
    facts = _read(paths, roles, mergers, funnel, log, progress, own_tokens=tokenizer.rows, origins=origins)
    for role, given in sides:
        mergers[role].finish()
        if given and not mergers[role].groups:
            raise nothing_accepted(given[0], role, funnel, log)
    nothing = not any(group.spans for group in mergers["train"].groups.values())
    if nothing and (trainable or not funnel["rows"].spans):
        raise nothing_to_learn(names[0], funnel, log)
    inspect_script(mergers["train"].groups, tokenizer.lang, names[0], log)
    aligner = Aligner(tokenizer, names, funnel, log, fix=fix)
    documents, content_hash = _align(mergers, aligner, funnel, progress)
    if trainable and not any(document.spans for document in documents["train"]):
        raise nothing_to_learn(names[0], funnel, log)
    inspection.inspect_labels(documents, names, log)
    inspection.inspect_groups(documents, origins, names, log)
    if divider is not None:
        documents = divider.divide(documents["train"], names, funnel, log)
    if trainable:
        refuse_unmeasurable(documents, names, divider.file if divider is not None else "")
    for role, each in documents.items():
        funnel[role].documents = len(each)
        funnel[role].spans = sum(len(document.spans) for document in each)
    funnel["train"].train = len(documents["train"])
    funnel["eval"].eval = len(documents["eval"])
    labels = inspection.count_labels(documents["train"], documents["eval"])
    inspection.inspect_split(documents, labels, names, log)
    leakage = inspect_leakage(documents, names, log, origins)
    return Corpus(
        train=documents["train"],
        eval=documents["eval"],
        funnel=funnel.stages,
        labels=labels,
        content_hash=content_hash,
        eval_source="file" if divider is None else divider.source,
        eval_file=str(eval[0]) if divider is None else divider.file,
        eval_hash=documents_hash(documents["eval"]) if documents["eval"] else "",
        leakage=leakage,
        files=facts,
        text_stats=inspection.text_stats(documents, aligner),
        train_groups=origins.groups(documents["train"]) if group_by else (),
    )


def _read(  # noqa: PLR0917 - all of them are different things
    paths: Sequence[Path],
    roles: Sequence[Role],
    mergers: dict[Role, Merger],
    funnel: Funnel,
    log: FindingLog,
    progress: Progress,
    *,
    own_tokens: bool,
    origins: Origins,
) -> list[FileFacts]:
    sizes = [_size(path) for path in paths]
    total = sum(sizes)
    for path in paths:  # a missing evaluation file is told before the training files are read
        stream, raw = jsonl.open_bytes(path)
        stream.close()
        raw.close()
    facts = []
    for index, (path, role) in enumerate(zip(paths, roles, strict=True)):
        before = sum(sizes[:index])
        loader = Loader(path, role, funnel, log, own_tokens=own_tokens, origins=origins)
        for task in loader.tasks(lambda done, before=before: progress("read", before + done, total)):  # type: ignore[misc]
            mergers[role].add(index, task)
        progress("read", before + sizes[index], total)
        facts.append(FileFacts(str(path), role, sizes[index], _sha256(path), loader.rows))
    return facts


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # the loader says what is wrong


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: went away while it was read ({error.strerror}); load it again") from error


def _align(
    mergers: dict[Role, Merger], aligner: Aligner, funnel: Funnel, progress: Progress
) -> tuple[dict[Role, list[Document]], str]:
    """Return the documents of both sides, and the hash of their merged content."""
    hashes = Digests()
    done, total = 0, sum(len(merger.groups) for merger in mergers.values())
    documents: dict[Role, list[Document]] = {"train": [], "eval": []}
    for role, merger in mergers.items():
        for text in list(merger.groups):
            group = merger.groups.pop(text)  # a million are not to be there twice
            content = role, text, group.spans
            hashes.add(digest((*content, group.unknown) if group.unknown else content))
            document = aligner.align(text, group)
            documents[role].append(document)
            funnel.keep("aligned", role, len(document.spans))
            done += 1
            if not done % 256 or done == total:
                progress("align", done, total)
        merger.groups.clear()  # popping leaves the table as large as it was
    aligner.finish()
    return documents, hashes.united()
