"""The data half of the metrics pane: how it is loading, the count funnel, the labels, the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from flowchart.data_settings import how_read
from flowchart.dataset.eval_facts import eval_line, leakage_line
from flowchart.dataset.funnel import mended
from flowchart.runs.progress import Progress
from flowchart.text import counted, one_line, pad, printable
from tui.glyphs import Glyphs
from tui.widgets.bar import bar
from tui.widgets.plain import Plain, styled

SEVERITY = {
    "error": ("error", "bold $text-error"),
    "warning": ("warn", "$text-warning"),
    "info": ("info", "$foreground-muted"),
}

NO_DATA = "No dataset yet.\n\nPress o to open a Prodigy JSONL file (.jsonl or .jsonl.gz)."


class DataView(VerticalScroll, can_focus=True):
    """What is known about the dataset."""

    HELP = "The dataset: the funnel from rows to training and evaluation texts, the labels, the findings."

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self._files: Sequence[str] = ()
        self._progress: Progress | None = None
        self._result: dict[str, Any] | None = None
        self._failure = ""
        self._changed: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        yield Plain(NO_DATA)

    def on_resize(self, _event: Resize) -> None:
        self._show()

    def on_show(self) -> None:
        """Draw anew what came while another pane was in front: there was no width to draw it to."""
        self._show()

    def show_loading(self, files: Sequence[str], progress: Progress) -> None:
        """Show how far the loading is."""
        self._files, self._progress, self._result, self._failure = files, progress, None, ""
        self._show()

    def show_result(self, files: Sequence[str], result: dict[str, Any]) -> None:
        """Show the facts of a loaded dataset."""
        self._files, self._progress, self._result, self._failure = files, None, result, ""
        self._show()

    def show_failure(self, files: Sequence[str], message: str) -> None:
        """Show why there is no dataset, and leave the rest of the app as it is."""
        self._files, self._progress, self._result, self._failure = files, None, None, message
        self._show()

    def show_changed(self, files: Sequence[str]) -> None:
        """Say which files hold something else by now than what is shown here."""
        self._changed = files
        self._show()

    @property
    def loaded(self) -> bool:
        """Whether a dataset's facts are shown."""
        return self._result is not None

    def _show(self) -> None:
        width = max(self.scrollable_content_region.width - 1, 20)  # a text's own padding
        blocks = [headline(self._files, self._result, width)] if self._files else []
        if self._changed and self._result is not None:
            blocks.append(Content.styled(printable(stale(self._changed)), "$text-warning"))
        if self._failure:
            hint = "Press o to open another file; everything else goes on as before."
            blocks += [Content.styled(printable(self._failure), "$text-error"), Content(hint)]
        elif self._result is not None:
            blocks += [
                funnel_table(self._result.get("funnel", ()), width) + mending(self._result),
                label_table(self._result.get("labels", ()), width, self.glyphs),
                findings_summary(self._result.get("findings", {}), width),
                provenance(self._result),
            ]
        elif self._progress is not None:
            blocks.append(loading(self._progress, width, self.glyphs))
        else:
            blocks.append(Content(NO_DATA))
        self.query_one(Plain).show(Content("\n\n").join(block for block in blocks if block.plain))


def stale(files: Sequence[str]) -> str:
    """What is said of files that have changed since they were read."""
    names = ", ".join(PurePath(file).name for file in files)
    have = "has" if len(files) == 1 else "have"
    return f"{names} {have} changed since: this is of the data as it was. Open it again with o and enter."


def headline(files: Sequence[str], result: Mapping[str, Any] | None, width: int) -> Content:
    """The names of the files, and the whole in one line."""
    line = styled(", ".join(PurePath(file).name for file in files), "bold", cells=width)
    if result is not None:
        found = dict(result.get("findings") or {}).get("total", 0)
        counts = (
            f"\n{counted(result.get('documents', 0), 'text')}, {counted(result.get('spans', 0), 'span')}, "
            f"{counted(found, 'finding')}"
        )
        line += Content(counts + (" (f)" if found else ""))
    return line


def loading(progress: Progress, width: int, glyphs: Glyphs) -> Content:
    """A line with what is done, and a bar when it is known how much there is."""
    stage = progress.message or progress.stage or "starting"
    if not progress.total:
        return Content(f"{one_line(stage, width)} ...")
    share = min(progress.done / progress.total, 1.0)
    return Content.assemble(
        f"{one_line(stage, width)}\n", bar(share, min(width - 6, 40), glyphs), f" {share:4.0%}"
    )


def funnel_table(stages: Sequence[Mapping[str, Any]], width: int) -> Content:
    """From rows to training and evaluation texts: each line opens its rows in the findings screen."""
    lines = [Content.styled(f"{'Funnel':<10}{'texts':>8}{'spans':>8}  left out", "bold $text-secondary")]
    for stage in stages:
        added = {f"{kind} added": count for kind, count in (stage.get("added_documents") or {}).items()}
        lost = what_fits({**(stage.get("lost") or {}), **added}, width - 28)
        numbers = f"{stage.get('documents', 0):>8,}{stage.get('spans', 0):>8,}"
        name = pad(str(stage.get("stage", "")), 10)
        lines.append(Content.assemble(name, (numbers, "bold"), ("  " + lost, "$text-warning")))
    return Content("\n").join(lines)


def mending(result: Mapping[str, Any]) -> Content:
    """What F would mend, or has mended; nothing where there is nothing to mend."""
    done, possible = mended(result.get("funnel", ()))
    said = f"\n{counted(done, 'span')} mended; F takes them as written." if done else ""
    if possible:
        said = f"\nF mends {counted(possible, 'span')}: white space at an edge."
    return Content.styled(said, "$text-accent")


def what_fits(lost: Mapping[str, int], cells: int) -> str:
    """What was left out, by kinds as far as there is room for them; else how many in all."""
    kinds = [f"{count:,} {one_line(str(kind))}" for kind, count in lost.items()]
    for shown in range(len(kinds), 0, -1):
        more = sum(list(lost.values())[shown:])
        line = ", ".join([*kinds[:shown], *([f"{more:,} more"] if more else [])])
        if cell_len(line) <= cells:
            return line
    return f"{sum(lost.values()):,}" if lost else ""


def label_table(labels: Sequence[Mapping[str, Any]], width: int, glyphs: Glyphs) -> Content:
    """The spans of each label in the training and in the evaluation texts, most frequent first."""
    if not labels:
        return Content("")
    name_width = max(min(max(len(str(row.get("label", ""))) for row in labels), width - 24), 8)
    labels = sorted(labels, key=lambda row: -(int(row.get("train", 0)) + int(row.get("eval", 0))))
    most = max(int(row.get("train", 0)) for row in labels) or 1
    room = width - name_width - 18
    lines = [Content.styled(f"{pad('Label', name_width)}{'train':>8}{'eval':>8}", "bold $text-secondary")]
    for row in labels:
        text = (
            f"{pad(str(row.get('label', '')), name_width)}{row.get('train', 0):>8,}{row.get('eval', 0):>8,}"
        )
        line = Content(text)
        if room >= 8:
            line += Content("  ") + bar(int(row.get("train", 0)) / most, min(room, 24), glyphs, rest=False)
        lines.append(line)
    return Content("\n").join(lines)


def findings_summary(findings: Mapping[str, Any], width: int) -> Content:
    """How many of each kind were found; the rows are one key away."""
    kinds = findings.get("kinds") or ()
    if not kinds:
        return Content.styled("No findings: every row was read and every span used.", "$text-success")
    lines = [Content.styled("Findings  (f opens the rows)", "bold $text-secondary")]
    for kind in kinds:
        name, style = SEVERITY.get(str(kind.get("severity")), SEVERITY["info"])
        text = one_line(f"{kind.get('kind', '')}: {kind.get('message', '')}", max(width - 14, 10))
        lines.append(Content.assemble((f"{name:<6}", style), (f"{kind.get('count', 0):>6,}  ", "bold"), text))
    return Content("\n").join(lines)


def provenance(result: Mapping[str, Any]) -> Content:
    """Where the eval set comes from, what of it is known from training, and the hash to check a report by."""
    lines = [f"Eval set: {eval_line(result)}"]
    if leakage := leakage_line(result):
        lines.append(f"Leakage: {leakage}")
    if how := how_read(result):
        lines.append(f"Read with {how}")
    lines.append(f"Content hash {str(result.get('content_hash', ''))[:12]}")
    return Content.styled("\n".join(one_line(line) for line in lines), "$foreground-muted")
