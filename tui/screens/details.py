"""The details of what was measured: the whole table, and the rows behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize

from flowchart.evidence import Evidence, as_record
from flowchart.evidence.facts import numbers
from flowchart.runs.folder import Run
from flowchart.text import counted, one_line, printable
from tui.glyphs import Glyphs
from tui.panes.evidence_text import table_content
from tui.screens.base import ClosingScreen
from tui.screens.findings import FindingsScreen
from tui.widgets.key_hints import KeyHints
from tui.widgets.plain import Plain

if TYPE_CHECKING:
    from tui.app import NerTuiApp


async def show_details(
    app: NerTuiApp, evidence: Evidence, question: str, run: Run | None, glyphs: Glyphs
) -> None:
    """Show the details of evidence, until somebody goes back.

    Args:
        app: The app.
        evidence: What was measured.
        question: The question, in the chart's words.
        run: The run that measured; None when it is gone, and its rows with it.
        glyphs: The signs to draw with.
    """
    result = await asyncio.to_thread(run.result) if run is not None and evidence.rows else None
    rows = (result or {}).get("rows")
    summary = rows.get(evidence.rows) if isinstance(rows, dict) else None
    await app.push_screen_wait(DetailsScreen(evidence, question, run, summary or {}, glyphs))


class DetailsScreen(ClosingScreen[None]):
    """The table in full; enter opens the rows behind it."""

    DEFAULT_CSS = """
    DetailsScreen #title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    DetailsScreen VerticalScroll { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", key_display="esc", id="screen.back"),
        Binding(
            "enter,d",
            "rows",
            "Rows",
            key_display="enter",
            id="details.rows",
            tooltip="Open the rows behind it, group by group",
        ),
        Binding("j", "scroll('scroll_down')", "Scroll", key_display="j/k"),
        Binding("k", "scroll('scroll_up')", "Up", show=False),
        Binding("g", "scroll('scroll_home')", "Top", show=False),
        Binding("G", "scroll('scroll_end')", "Bottom", show=False),
    ]

    def __init__(
        self, evidence: Evidence, question: str, run: Run | None, summary: dict[str, Any], glyphs: Glyphs
    ) -> None:
        super().__init__()
        self._evidence, self._question = evidence, question
        self._run, self._summary, self.glyphs = run, summary, glyphs

    def compose(self) -> ComposeResult:
        yield Plain(Content.styled(f" {one_line(self._question)}", "bold"), id="title")
        with VerticalScroll():
            yield Plain(id="details")
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self, _event: Resize) -> None:
        """Fit the table to the width."""
        evidence = self._evidence
        cells = self.query_one(VerticalScroll).scrollable_content_region.width - 1
        parts = [Content(printable(f"{evidence.suggestion}. {evidence.reason}"))]
        if line := numbers(as_record(evidence)):
            parts.append(Content.styled(line, "$foreground-muted"))
        if evidence.advice:
            parts.append(Content(printable(evidence.advice)))
        if evidence.table is not None:
            parts += [Content(""), table_content(evidence.table, len(evidence.table[1]), cells)]
        total = int(self._summary.get("total") or 0)
        if total:
            parts += [
                Content(""),
                Content.styled(f"enter opens the {counted(total, 'row')} behind it", "$text-accent"),
            ]
        self.query_one("#details", Plain).show(Content("\n").join(parts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer rows only where there are any."""
        return action != "rows" or bool(self._summary.get("total"))

    def action_rows(self) -> None:
        """Open the rows."""
        if self._run is not None:
            file = self._run.folder / str(self._summary.get("file", ""))
            self.app.push_screen(FindingsScreen(self._question, file, self._summary, self.glyphs))

    def action_scroll(self, how: str) -> None:
        """Scroll the text."""
        getattr(self.query_one(VerticalScroll), how)(animate=False)
