"""Every finding of the loading, by kind, down to the row that it was found in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from flowchart.errors import UserError
from flowchart.findings_file import read_findings, read_row
from flowchart.text import from_here, one_line, printable
from tui.glyphs import Glyphs
from tui.panes.data_view import SEVERITY
from tui.screens.base import ClosingScreen
from tui.widgets.key_hints import KeyHints
from tui.widgets.lines import Lines
from tui.widgets.plain import Plain

PAGE = 500
"""Findings read at a time: a list of 50,000 lines helps nobody and costs a slow start."""


class FindingsScreen(ClosingScreen[None]):
    """Findings, or rows in their shape: the kinds on the left, those of one right, one in full below."""

    DEFAULT_CSS = """
    FindingsScreen #title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    FindingsScreen #kinds { width: 40%; min-width: 34; max-width: 60; }
    FindingsScreen #found { width: 1fr; }
    FindingsScreen #lists { height: 1fr; }
    FindingsScreen #detail-box { height: 11; max-height: 40%; border: round $border-blurred; padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="screen.back"),
        Binding(
            "F",
            "mend(True)",
            "Mend",
            id="findings.mend",
            tooltip="Mend the spans that can only be mended in one way, and load the data again",
        ),
        Binding(
            "F",
            "mend(False)",
            "As written",
            id="findings.unmend",
            tooltip="Take the spans as they are written again",
        ),
        Binding("m", "more", "More", id="findings.more", tooltip="Read the next page of findings"),
        Binding(
            "tab",
            "app.focus_next",
            "Other list",
            id="findings.tab",
            tooltip="Between the kinds, the findings and the one in full",
        ),
        Binding(
            "question_mark",
            "app.command_palette",
            "Actions",
            key_display="?",
            id="findings.help",
            tooltip="Every action by name",
        ),
    ]

    kinds = getters.query_one("#kinds", OptionList)
    found = getters.query_one("#found", OptionList)
    detail = getters.query_one("#detail", Plain)

    def __init__(
        self,
        title: str,
        file: Path,
        summary: Mapping[str, Any],
        glyphs: Glyphs,
        mender: Screen[Any] | None = None,
    ) -> None:
        """Show what a file holds.

        Args:
            title: What it is.
            file: Findings, or rows in their shape, one JSON object a line.
            summary: Their `total`, and their `kinds`, each with its `kind`, `severity` and `count`, and in
                `of` how many there are where the file does not hold them all.
            glyphs: The signs to draw with.
            mender: The screen whose data they are about, which mends it.
        """
        super().__init__()
        self._title = title
        self._mender = mender
        self._file = file
        self.glyphs = glyphs
        self._summary = summary
        self._kind: str | None = None
        self._rows: list[dict[str, Any]] = []

    def compose(self) -> ComposeResult:
        yield Plain(Content.styled(f" {one_line(self._title)}", "bold"), id="title")
        with Horizontal(id="lists"):
            yield Lines(id="kinds")
            yield Lines(id="found")
        with VerticalScroll(id="detail-box"):
            yield Plain(id="detail")
        yield KeyHints()

    def on_mount(self) -> None:
        kinds = self._summary.get("kinds") or ()
        self.kinds.border_title = Content("Kinds")
        self.kinds.add_option(Option(Content(f"{self._summary.get('total', 0):>6,}  all"), id="*"))
        for kind in kinds:
            style = SEVERITY.get(str(kind.get("severity")), SEVERITY["info"])[1]
            name = Content.styled(one_line(str(kind.get("kind", ""))), style)
            rest = f"of {kind['of']:,}  " if isinstance(kind.get("of"), int) else ""
            line = Content.assemble(f"{kind.get('count', 0):>6,}  ", (rest, "$foreground-muted"), name)
            self.kinds.add_option(Option(line, id=str(kind.get("kind"))))
        self.kinds.highlighted = 0
        self.kinds.focus()

    @on(OptionList.OptionHighlighted, "#kinds")
    def _choose_kind(self, event: OptionList.OptionHighlighted) -> None:
        self._kind = None if event.option.id == "*" else event.option.id
        self._rows = []
        self.found.clear_options()
        self._read(0)

    @on(OptionList.OptionSelected, "#kinds")
    def _to_rows(self) -> None:
        self.found.focus()

    @work(group="findings", exclusive=True)
    async def _read(self, start: int) -> None:
        try:
            rows = await asyncio.to_thread(
                read_findings, self._file, kind=self._kind, start=start, limit=PAGE
            )
        except UserError as error:
            self.detail.show(str(error))
            return
        self._rows += rows
        width = max(self.found.size.width - 4, 20)
        self.found.add_options([Option(Content(one_line(finding_line(row), width))) for row in rows])
        total = self._total()
        more = "" if len(self._rows) >= total else "  m reads more"
        self.found.border_title = Content(f"{len(self._rows):,} of {total:,}{more}")
        self.refresh_bindings()
        if start == 0 and rows:
            self.found.highlighted = 0
        elif not self._rows:
            self.detail.show("Nothing was found.")

    def _total(self) -> int:
        if self._kind is None:
            return int(self._summary.get("total", 0))
        return next(
            (int(k.get("count", 0)) for k in self._summary.get("kinds") or () if k.get("kind") == self._kind),
            0,
        )

    @on(OptionList.OptionHighlighted, "#found")
    def _show_finding(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._rows):
            self.detail.show(finding_content(self._rows[event.option_index]))

    def action_more(self) -> None:
        """Read the next page."""
        if len(self._rows) < self._total():
            self._read(len(self._rows))

    async def action_mend(self, fix: bool) -> None:
        """Go back and mend, or take as written: other findings come of it."""
        if self._mender is not None:
            mender = self._mender
            self.dismiss()
            await mender.run_action(f"mend({fix})")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer more only while there is more, and mending where there is something to mend."""
        if action == "mend":
            return self._mender is not None and bool(self._mender.check_action(action, parameters))
        return action != "more" or len(self._rows) < self._total()

    @on(OptionList.OptionSelected, "#found")
    @work(group="row", exclusive=True)
    async def _open_row(self) -> None:
        """Show the row of the finding as it stands in its file."""
        place = self.found.highlighted
        if place is None or place >= len(self._rows):
            return
        finding = self._rows[place]
        file, row = Path(str(finding.get("file", ""))), int(finding.get("row", 0))
        if row < 1:
            self.notify("This finding is about the file as a whole.", markup=False)
            return
        try:
            changed = await asyncio.to_thread(changed_since, self._file.parent, file)
        except UserError as error:  # the run is gone, and with it what it has read
            self.notify(str(error), severity="error", markup=False)
            return
        if changed:
            said = f"{from_here(str(file))} has changed since it was read: row {row} may be another by now. "
            self.notify(
                f"{said}Open it again (o) to see what it holds.", severity="warning", markup=False, timeout=10
            )
            return
        try:
            text = await asyncio.to_thread(read_row, file, row)
        except (UserError, OSError) as error:
            self.notify(f"{file}, row {row}: {error}", severity="error", markup=False)
            return
        self.app.push_screen(RowScreen(f"{from_here(str(file))}, row {row}", text))


class RowScreen(ClosingScreen[None], ModalScreen[None]):
    """One row of a file, letter by letter."""

    DEFAULT_CSS = """
    RowScreen { align: center middle; }
    RowScreen #row-box {
        width: 96%;
        height: auto;
        max-height: 90%;
        background: $surface;
        border: round $border;
        padding: 0 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Back", id="screen.back")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="row-box"):
            yield Plain(
                Content.styled(one_line(self._title), "bold") + Content("\n\n" + printable(self._text))
            )
        yield KeyHints()


def changed_since(folder: Path, file: Path) -> bool:
    """Whether a file holds something else than when the run in a folder has read it."""
    from flowchart.runs.changed import changed_files
    from flowchart.runs.folder import Run

    return str(file.absolute()) in changed_files(Run.open(folder))


def finding_line(finding: dict[str, Any]) -> str:
    """A finding in one line: its row and what is wrong, with files by their names alone."""
    return f"{finding.get('row') or '':>6}  {message_of(finding)}"


def message_of(finding: dict[str, Any]) -> str:
    """What is wrong, with the file by its name alone."""
    file, message = str(finding.get("file", "")), str(finding.get("message", ""))
    return message.replace(file, PurePath(file).name) if file else message


def finding_content(finding: dict[str, Any]) -> Content:
    """A finding in full: what, where, what was done, and the text with the span marked."""
    name, style = SEVERITY.get(str(finding.get("severity")), SEVERITY["info"])
    row = f", row {finding['row']}" if finding.get("row") else ""  # 0: the file as a whole
    where = one_line(from_here(str(finding.get("file", ""))) + row)
    is_row = finding.get("severity") == "row"  # no finding, but what stands behind a measured value
    lines = [
        Content.assemble(
            ("" if is_row else f"{name}  ", style),
            (one_line(str(finding.get("kind", ""))), "bold"),
            f"   {where}",
        ),
        Content(one_line(message_of(finding))),
    ]
    if finding.get("done"):
        done = one_line(str(finding["done"]))
        lines.append(Content.styled(done if is_row else f"Done: {done}", "$foreground-muted"))
    excerpt, span = printable(str(finding.get("excerpt") or "")), finding.get("span")
    if excerpt:
        text = Content(excerpt)
        if isinstance(span, list) and len(span) == 2 and all(isinstance(edge, int) for edge in span):
            text = text.stylize("reverse", max(span[0], 0), min(span[1], len(excerpt)))
        lines += [Content(""), text]
    return Content("\n").join(lines)
