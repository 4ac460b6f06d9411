"""The main screen: three panes, and every action on the walk."""

from __future__ import annotations

import asyncio
import gc
from time import monotonic
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.widget import Widget

from flowchart.dataset.funnel import mended
from flowchart.errors import UserError
from flowchart.graph import Answer, Node
from flowchart.runs.broken import why_broken
from flowchart.runs.folder import Run, Status
from flowchart.runs.process import launch
from flowchart.runs.progress import Progress
from flowchart.walk import Walk
from tui.following import ACTIVE, follow
from tui.glyphs import Glyphs
from tui.panes.metrics import MetricsPane
from tui.panes.question import QuestionPane
from tui.panes.tree import FlowchartTree
from tui.panes.tree_pane import TreePane
from tui.screens.curve import CurveScreen
from tui.screens.keys import KEYS
from tui.screens.layout import SMALLEST, Layout, choose_layout
from tui.widgets.key_hints import KeyHints
from tui.widgets.plain import Plain
from tui.widgets.status_line import StatusLine

LOOK_AGAIN = 3.0
"""Seconds between two looks at whether the data's files are still what was loaded."""

PANES = ("flowchart", "question", "metrics")

NOT_UNSEEN = frozenset(
    [
        *("accept", "answer", "cancel", "export", "measure", "mend", "note", "note_last", "open", "rows"),
        *("train", "undo"),
    ]
)
"""What is not done in a terminal too small to see what it does."""


NOTHING_DONE = {
    "answer": "This box has no such answer: the line below names its keys.",
    "accept": "The data suggests nothing here: y and n answer.",
    "undo": "There is no answer to take back.",
    "note_last": "There is no answer to write a note on yet.",
    "come_back": "The box in hand is shown already.",
    "rows": "Nothing was measured about this box.",
    "measure": "Open a dataset first (o).",
    "cancel": "Nothing is running.",
    "findings": "No findings to open: o opens a dataset.",
    "labels": "No learning curve yet: t trains one.",
}
"""Why a key does nothing now, by its action."""


ELSEWHERE = "Only the box in hand is answered, and this is another one: . goes back to it."


def _parsed(action: str) -> tuple[str, tuple[object, ...]]:
    name, _, parameter = action.partition("(")
    return name, (parameter.strip("')"),) if parameter else ()


class MainScreen(CurveScreen):
    """The chart, the box in hand and the metrics; everything is done from here by single keys."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    tree_pane = getters.query_one("#flowchart", TreePane)

    def __init__(self, walk: Walk, glyphs: Glyphs, *, ascii_only: bool) -> None:
        super().__init__(walk, glyphs)
        self._ascii = ascii_only
        self._zoomed = False
        self._shown = "flowchart"
        self._layout_now = Layout.COLUMNS
        self._arranged: tuple[Layout, bool, str] | None = None
        self._mendable = 0
        """The spans of the data in view that mending would bring."""
        self._explained, self._explained_at = "", 0.0

    def compose(self) -> ComposeResult:
        yield StatusLine(self.glyphs)
        with Horizontal(id="body"):
            yield TreePane(self.glyphs, id="flowchart", classes="pane")
            with Vertical(id="right"):
                yield QuestionPane(self.glyphs, id="question", classes="pane")
                yield MetricsPane(self.glyphs, ascii_only=self._ascii, id="metrics", classes="pane")
        yield KeyHints()
        yield Plain(id="too-small")

    def on_mount(self) -> None:
        self.tree_pane.tree_view.show_chart(self.walk.chart)
        self._show_walk()
        self.tree_pane.tree_view.focus()
        self.call_after_refresh(self._begin)
        for place in ("cursor_line", "scroll_y"):  # what the keys do depends on what is in view
            self.watch(self.tree_pane.tree_view, place, self.refresh_bindings, init=False)
        self.set_interval(LOOK_AGAIN, self._watch_files)

    async def _begin(self) -> None:
        """Do what may wait for the first frame: remarks, the data, a run that still goes on."""
        await self.metrics.fill()
        await self.tree_pane.fill()
        tree = self.tree_pane.tree_view
        if tree.cursor_line < 1:  # nobody has moved it yet; its lines have a place only now
            tree.look_for(self.walk.path.current.id)
        gc.enable()  # the way to the first frame makes thousands of objects and no garbage: see tui.launch
        if self.app.options.data or self.app.options.said:
            self._open_given()
        for remark in self.walk.remarks:
            self.notify(remark, severity="warning", markup=False, timeout=10)
        self.walk.remarks.clear()
        if self.walk.session.data:
            self._load_data()
            self.come_back_to_curve()

    @work(group="watch", exclusive=True)
    async def _watch_files(self) -> None:
        """Notice files that change under what is shown of them; a look at each, nothing is read for it."""
        await self.look_at_files()

    def _open_given(self) -> None:
        options = self.app.options
        try:
            self.walk.take_up(options.data, options.eval, options.said)
        except UserError as error:
            self.complain(error)

    # -- the walk -----------------------------------------------------------------------------------

    def _show_walk(self) -> None:
        self.tree_pane.tree_view.show_path(self.walk.path)
        self.show_box()
        self.status_line.show_walk(self.walk)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what does something now."""
        path = self.walk.path
        if self._layout_now is Layout.TOO_SMALL and action in NOT_UNSEEN:
            return False
        match action:
            case "answer":
                return Answer(str(parameters[0])) in path.chart.out(path.current.id)
            case "accept":
                offered = self._accepted() is not None
            case "rows":
                evidence = self.question.evidence if self.is_mounted else None
                offered = evidence is not None and bool(evidence.rows or evidence.table)
            case "measure":
                offered = bool(self.walk.session.data)
            case "mend":
                offered = self._can_mend(fix=bool(parameters[0]))
            case "undo" | "note_last":
                offered = bool(path.steps)
            case "come_back":
                offered = self.is_mounted and self.question.looking_elsewhere
            case "cancel":
                active = bool({self._curve_status, self._check_status} & set(ACTIVE))
                offered = active or bool(self.measuring) or self.active_run is not None
            case "findings":
                offered = self._check is not None and self._check_status is Status.FINISHED
            case "labels":
                offered = self._curve_status is not None
            case _:
                offered = True
        return offered

    def action_answer(self, answer: str) -> None:
        """Answer the box in hand; it is on disk before the next one is shown."""
        if not self._in_view:
            self.action_come_back()
            if not self._in_view:
                self.action_pane("question")
            self.notify("This is the box in hand: press the key again to answer it.", markup=False)
            return
        try:
            step = self.walk.answer(Answer(answer), self.facts)
        except UserError as error:
            self.complain(error)
            return
        self._show_walk()
        if step.suggestion in ("YES", "NO") and step.suggestion.lower() != answer:
            said = (
                f"Answered {answer.upper()}; the data suggested {step.suggestion}. W notes why, if you like."
            )
            self.notify(said, markup=False)

    @property
    def _in_view(self) -> bool:
        """Whether the box in hand can be seen: in the question pane, or as its line in the flowchart."""
        if not self.is_mounted:
            return False
        asked = bool(self.question.region.area) and not self.question.looking_elsewhere
        held = self.tree_pane.tree_view.shows(self.walk.path.current.id)
        return asked or (held and not self.question.looking_elsewhere)

    def says(self, action: str, description: str) -> str:
        """Return what a key does now, for the line of keys."""
        accepted = self._accepted()
        takes = (
            ""
            if accepted is None
            else "Go on"
            if accepted is Answer.NEXT
            else f"Take {accepted.value.upper()}"
        )
        if action == "accept" or action.startswith("answer"):
            if not self._in_view:
                return "Show the question"
            return takes if action == "accept" and takes else description
        if action == "select_cursor":
            line = self.tree_pane.tree_view.cursor_node
            item = line.data if line is not None else None
            if item is None or not item.looks_at:
                return "Fold"
            held = item.looks_at == self.walk.path.current.id and not self.question.looking_elsewhere
            return takes if held and takes and self.question.region.area else description
        return description

    def explain(self, key: str) -> None:
        """Say why a key has done nothing."""
        actions = [
            binding.action
            for binding in self._bindings.key_to_bindings.get(key, ())
            if not self.check_action(*_parsed(binding.action))
        ]
        why = next(
            (NOTHING_DONE[name] for name in (a.partition("(")[0] for a in actions) if name in NOTHING_DONE),
            "",
        )
        if why in (NOTHING_DONE["answer"], NOTHING_DONE["accept"]) and self.question.looking_elsewhere:
            why = ELSEWHERE
        if self._layout_now is Layout.TOO_SMALL or (not why and len(key) > 1):
            return
        if why != self._explained or not self._explained_at or monotonic() - self._explained_at > 2:
            self._explained, self._explained_at = why, monotonic()
            self.notify(why or f"{key} does nothing here; ? lists the keys.", markup=False, timeout=3)

    def _accepted(self) -> Answer | None:
        """The answer that enter gives: what the data suggests, or on; None when there is none."""
        ways = self.walk.path.chart.out(self.walk.path.current.id)
        if Answer.NEXT in ways:
            return Answer.NEXT
        evidence = self.question.evidence if self.is_mounted and not self.question.looking_elsewhere else None
        suggested = evidence.suggestion if evidence is not None else ""
        return Answer(suggested.lower()) if suggested in ("YES", "NO") else None

    def action_accept(self) -> None:
        """Answer the box in hand as the data suggests; go on from a box that asks nothing."""
        answer = self._accepted()
        if answer is not None:
            self.action_answer(answer.value)

    def action_undo(self) -> None:
        """Take the last answer back."""
        try:
            self.walk.undo()
        except UserError as error:
            self.complain(error)
        self._show_walk()

    def action_come_back(self) -> None:
        """Show the box in hand again."""
        self._show_walk()

    @on(FlowchartTree.Looked)
    def _look_into(self, event: FlowchartTree.Looked) -> None:
        held = event.node_id == self.walk.path.current.id and not self.question.looking_elsewhere
        if held and event.by_enter and self.question.region.area and self.check_action("accept", ()):
            self.action_accept()
            return
        self.tree_pane.tree_view.look_for(event.node_id)
        self.show_box(event.node_id)
        if self._layout_now is Layout.SINGLE or self._zoomed:
            self.action_pane("question")
        self.refresh_bindings()

    @work(group="dialog", exclusive=True)
    async def action_note(self) -> None:
        """Write a note on the box shown: on the one in hand, or on the last step taken there."""
        node = self.question.node or self.walk.path.current
        step = self.walk.last_step_on(node.id) if self.question.looking_elsewhere else None
        if self.question.looking_elsewhere and step is None:
            self.notify("The path has not been here yet: notes go on boxes walked or in hand.", markup=False)
            return
        await self._write_note(node, step)

    @work(group="dialog", exclusive=True)
    async def action_note_last(self) -> None:
        """Write a note on the last answer."""
        steps = self.walk.path.steps
        if steps:
            await self._write_note(self.walk.path.chart.nodes[steps[-1].node], len(steps) - 1)

    async def _write_note(self, node: Node, step: int | None) -> None:
        from tui.screens.dialogs import Ask

        note = self.walk.path.steps[step].note if step is not None else self.walk.path.pending_note
        values = await self.app.push_screen_wait(
            Ask("Note", [(node.text, note)], hint="An empty line takes it away.")
        )
        if values is not None:
            try:
                self.walk.write_note(values[0].strip(), step)
            except UserError as error:
                self.complain(error)
            self.show_box(self.question.node.id if self.question.node else None)

    @work(group="dialog", exclusive=True)
    async def action_export(self) -> None:
        """Export the path as Markdown, to a file or to the clipboard."""
        from tui.screens.export import export  # not needed for the first frame, like those below

        await export(self.app, self.walk)

    # -- the data -----------------------------------------------------------------------------------

    @work(group="dialog", exclusive=True)
    async def action_open(self) -> None:
        """Open another dataset."""
        from tui.screens.open import ask_for_data

        files = await ask_for_data(self.app, self.walk)
        if files is not None:
            try:
                self.walk.open_data(*files)
            except UserError as error:
                self.complain(error)
                return
            await self.forget()
            self._load_data()
            self.come_back_to_curve()

    async def forget(self) -> None:
        """Take out of view what was known, before data is loaded; a measuring of other data ends."""
        self.workers.cancel_group(self, "check")
        self._check = self._check_status = None
        self._mendable = 0
        self._changed = []
        self.metrics.data_view.show_changed([])
        self.question.show_changed("")
        files = [*self.walk.session.data, *self.walk.session.eval]
        self.metrics.data_view.show_loading(files, Progress())
        self.status_line.show_data(files, Status.WAITING)
        await super().forget()

    @work(group="check", exclusive=True)
    async def _load_data(self) -> None:
        """Load the dataset in a child process, or take what the last loading found if no file has changed."""
        try:
            run = await asyncio.to_thread(self.walk.fresh_check)
            if run is None:
                run = await asyncio.to_thread(self.walk.new_check)
                await asyncio.to_thread(launch, run)
            self._check, self.walk.session.check_run = run, run.id
            self._check_status = await follow(
                run, lambda status, progress: self._show_check(run, status, progress)
            )
        except UserError as error:
            self._check_status = Status.FAILED
            self._show_check_failure(str(error))
        self.refresh_bindings()

    def _can_mend(self, *, fix: bool) -> bool:
        """Whether the data in view is as written and has something to mend, or else is mended."""
        now = self.walk.session.fix
        return bool(self.walk.session.data) and fix != now and (now or self._mendable > 0)

    @work(group="dialog", exclusive=True)
    async def action_mend(self, fix: bool) -> None:
        """Mend the spans that can only be mended in one way, or take them as written; load the data again."""
        try:
            self.walk.mend(fix=fix)
        except UserError as error:
            self.complain(error)
            return
        await self.forget()
        self._load_data()
        self.come_back_to_curve()

    async def load_again(self) -> None:
        """Load the data in view anew, and then measure."""
        await self.forget()
        self._measure_then = True
        self._load_data()

    def _show_check(self, run: Run, status: Status, progress: Progress) -> None:
        self._check_status = status
        files = [*self.walk.session.data, *self.walk.session.eval]
        view = self.metrics.data_view
        result = run.result() if status is Status.FINISHED else None
        if status in ACTIVE:
            view.show_loading(files, progress)
        elif result is not None:
            view.show_result(files, result)
            self._mendable = mended(result.get("funnel", ()))[1]
        else:
            said = (progress.end or {}).get("message")
            why = f": {why_broken(run)}" if status is Status.CRASHED else ""
            self._show_check_failure(str(said or f"loading {status.value}{why}"))
        self.status_line.show_data(files, status)
        self.refresh_bindings()
        if status not in ACTIVE:
            self.learn()
            if result is not None and (self.app.options.measure or self._measure_then):
                self._measure_then = False
                self.measure()

    def _show_check_failure(self, message: str) -> None:
        self.metrics.data_view.show_failure([*self.walk.session.data, *self.walk.session.eval], message)
        if not self.metrics.data_view.region.area:  # it is behind another pane, or behind the curve
            self.notify(message, title="Not loaded", severity="error", markup=False, timeout=10)

    def action_findings(self) -> None:
        """Open the findings."""
        from tui.screens.findings import FindingsScreen

        run = self._check
        if run is not None:
            summary = (run.result() or {}).get("findings") or {}
            self.app.push_screen(
                FindingsScreen("Findings", run.folder / "findings.jsonl", summary, self.glyphs, self)
            )

    # -- panes --------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Arrange the panes for the new size."""
        width, height = event.size
        before, self._layout_now = self._layout_now, choose_layout(width, height)
        if Layout.TOO_SMALL in (before, self._layout_now) and before is not self._layout_now:
            self.refresh_bindings()
        smallest = f"{SMALLEST[0]}x{SMALLEST[1]}"
        self.query_one("#too-small", Plain).show(f"{width}x{height} is too small: ner-tui needs {smallest}.")
        self._arrange()

    def _arrange(self) -> None:
        arrangement = (self._layout_now, self._zoomed, self._shown)
        if arrangement == self._arranged:
            return
        self._arranged = arrangement
        single = self._layout_now is Layout.SINGLE or self._zoomed
        self.set_class(self._layout_now is Layout.TOO_SMALL, "-too-small")
        self.set_class(single, "-single")
        for pane in PANES:
            self.query_one(f"#{pane}").set_class(pane == self._shown, "-shown")
        self.query_one("#right").set_class(self._shown != "flowchart", "-shown")
        self.status_line.show_tabs(self._shown if single else "", zoomed=self._zoomed)

    def bring_to_front(self, name: str) -> None:
        """Go to a pane where one pane has the whole screen."""
        if self._layout_now is Layout.SINGLE:
            self.action_pane(name)

    def action_pane(self, name: str) -> None:
        """Go to a pane."""
        self._shown = name
        self._arrange()
        self._focus_target(name).focus()

    def _focus_target(self, name: str) -> Widget:
        if name == "flowchart":
            return self.tree_pane.tree_view
        return self.question if name == "question" else self.metrics.front

    def action_next_pane(self, by: int) -> None:
        """Go to the next pane, or the one before."""
        self.action_pane(PANES[(PANES.index(self._shown) + by) % len(PANES)])

    @on(DescendantFocus)
    def _note_focus(self) -> None:
        for name in PANES:
            if self.query_one(f"#{name}").has_focus_within:
                self._shown = name
        self._arrange()

    def action_zoom(self) -> None:
        """Give the pane in focus the whole screen, or give it back."""
        self._zoomed = not self._zoomed
        self._arrange()

    def action_view(self) -> None:
        """Show the other half of the metrics."""
        self.metrics.toggle_view()

    def action_help(self) -> None:
        """Show every key, and the chart's own introduction, legend and metadata."""
        from tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.walk.chart, self.glyphs))
