"""The question pane: the box in hand, or the one looked into, with all that is known about it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize, Show

from flowchart.evidence import MEASURES, Evidence, Facts, measure
from flowchart.graph import Answer, Command, Flowchart, Kind, Node
from flowchart.path import Path
from flowchart.text import one_line, printable
from tui.glyphs import Glyphs
from tui.widgets.plain import Plain, hanging

KIND_NAMES = {
    Kind.START: "start",
    Kind.DECISION: "decision",
    Kind.ACTION: "something to do",
    Kind.RECIPE: "recipe",
    Kind.CONNECTOR: "way on",
    Kind.ENTRY: "entry of a lane",
    Kind.OUTCOME: "outcome",
}

BASIS_NAMES = {
    "read": "read from the source",
    "advised": "advised by its authors in public",
    "inferred": "inferred from the boxes' texts",
    "corrected": "corrected by this workspace",
}


class QuestionPane(VerticalScroll, can_focus=True):
    """One box at a time, as one text that scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="question.down"),
        Binding("k", "scroll_up", "Up", show=False, id="question.up"),
        Binding("g", "scroll_home", "Top", show=False, id="question.top"),
        Binding("G", "scroll_end", "Bottom", show=False, id="question.bottom"),
        Binding(
            "b",
            "basis",
            "Provenance",
            id="question.basis",
            tooltip="Show or hide how each arrow is known, and why it is believed",
        ),
        Binding("c", "copy", "Copy", id="question.copy", tooltip="Copy the commands"),
    ]

    HELP = "The box in hand: its text, what it means, the commands that do the same elsewhere."

    def __init__(self, glyphs: Glyphs, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs
        self.node: Node | None = None
        self._path: Path | None = None
        self.evidence: Evidence | None = None
        """What is known about the question of the box shown."""
        self._facts = Facts()
        self._measuring = ""
        self._basis = False
        self._drawn_to = 0
        self._changed = ""

    def compose(self) -> ComposeResult:
        yield Plain()

    def show_box(self, path: Path, facts: Facts, node_id: str | None = None, *, measuring: str = "") -> None:
        """Show a box of the path's chart, with what the facts say about it.

        Args:
            path: The path.
            facts: What is known about the data.
            node_id: The box; without one that in hand.
            measuring: What is being measured now, in words; "" for nothing.
        """
        self._facts, self._measuring = facts, measuring
        node = path.current if node_id is None else path.chart.nodes[node_id]
        if self.node is None or node.id != self.node.id:
            self.scroll_home(animate=False)
        self._path, self.node = path, node
        self._show()

    def show_changed(self, said: str) -> None:
        """Say that what was measured is of data as it was; "" when it is of the data as it is."""
        self._changed = said
        self._show()

    @property
    def looking_elsewhere(self) -> bool:
        """Whether the box shown is another than the one in hand."""
        return self.node is not None and self._path is not None and self.node.id != self._path.current.id

    def _show(self) -> None:
        if self.node is None or self._path is None:
            return
        self.border_title = Content("Looked into" if self.looking_elsewhere else "In hand")
        self.evidence = measure(self.node, self._facts)
        self._drawn_to = self._cells
        content = box_content(
            self._path,
            self.node,
            self.glyphs,
            evidence=self._evidence_content(),
            basis=self._basis,
            cells=self._drawn_to,
        )
        self.query_one(Plain).show(content)

    def _evidence_content(self) -> Content:
        if self.node is None or not self.node.measure:
            return Content("")
        from tui.panes.evidence_text import evidence_content, nothing_yet  # not for the first frame

        if self.evidence is None:
            data = self._facts.check is not None
            return nothing_yet(self.node, self._measuring, data=data)
        known = evidence_content(self.evidence, in_hand=not self.looking_elsewhere, cells=self._cells)
        if self._changed:
            return Content.styled(f"{printable(self._changed)}\n", "$text-warning") + known
        return known

    @property
    def _cells(self) -> int:
        """Cells of a line of the text; 0 before the pane has a size."""
        return max(self.scrollable_content_region.width - 1, 0)

    def on_resize(self, _event: Resize) -> None:
        """Draw anew what is wrapped to the width."""
        if self._cells != self._drawn_to:
            self._show()

    def on_show(self, _event: Show) -> None:
        """Draw anew what came while another pane was in front: there was no width to draw it to."""
        if self._cells != self._drawn_to:
            self._show()

    def action_basis(self) -> None:
        """Show or hide why each arrow is believed."""
        self._basis = not self._basis
        self._show()

    def action_copy(self) -> None:
        """Send the commands of the box to the terminal's clipboard."""
        if self.node is None:
            return
        lines = [command.line for command in self.node.commands]
        if not lines:
            self.notify("This box has no commands to copy.", markup=False)
            return
        self.app.copy_to_clipboard("\n".join(lines))
        self.notify(f"Sent {len(lines)} command line(s) to the terminal's clipboard.", markup=False)


def box_content(
    path: Path,
    node: Node,
    glyphs: Glyphs,
    *,
    evidence: Content | None = None,
    basis: bool = False,
    cells: int = 0,
) -> Content:
    """Return all that is known about a box as one text.

    What an answer needs comes first: ten lines show the text, the ways on and the evidence.
    """
    chart = path.chart
    blocks = [
        heading(path, node, glyphs) + Content("\n") + Content.styled(printable(node.text), "bold $text")
    ]
    if node.id != path.current.id:
        held = f"In hand: {one_line(path.current.text, 60)}  (press . to go back to it)"
        blocks.insert(0, Content.styled(held, "$text-warning"))
    blocks.append(ways_on(path, node, glyphs, cells))
    if evidence is not None and evidence.plain:
        blocks.append(section("From your data", evidence))
    note = path.pending_note if node.id == path.current.id else ""
    if note:
        blocks.append(section("Your note", Content(printable(note))))
    if node.recipe in chart.recipes:
        described = chart.recipes[node.recipe].description
        blocks.append(
            Content.styled(f"“{printable(described)}”", "italic") + Content("  (the chart's introduction)")
        )
    if node.meaning:
        blocks.append(Content(printable(node.meaning)))
    if node.is_decision and node.asks:
        title = "Measured from" if node.measure in MEASURES else "What to measure yourself"
        blocks.append(section(title, Content(printable(node.asks)) + threshold(node)))
    if node.commands:
        blocks.append(section("The same by hand  (c copies)", commands(node.commands)))
    if node.links:
        lines = [
            Content.assemble(f"{printable(link.title)}\n  ", (printable(link.url), "$text-accent"))
            for link in node.links
        ]
        blocks.append(section("Read on", Content("\n").join(lines)))
    blocks.append(earlier(path, node))
    if basis:
        blocks.append(section("Why these arrows are believed", basis_lines(chart, node, cells)))
    elif chart.out(node.id):
        blocks.append(Content.styled("b shows why each arrow is believed", "$foreground-muted"))
    return Content("\n\n").join(block for block in blocks if block.plain)


def heading(path: Path, node: Node, glyphs: Glyphs) -> Content:
    """The line above the text: kind, lane, round, and whether it is the usual suggestion."""
    lane = path.chart.lanes.get(node.lane)
    parts = [KIND_NAMES[node.kind]]
    if node.kind is Kind.OUTCOME:
        parts = ["favorable outcome" if node.favorable else "negative outcome"]
    if lane is not None:
        parts.append(printable(lane.title))
    if path.rounds(node.id) > 1:
        parts.append(f"round {path.rounds(node.id)}")
    line = Content.styled(f" {glyphs.separator} ".join(parts), "$foreground-muted")
    if node.usual:
        line += Content.styled(f"  {glyphs.usual} our usual suggestion", "bold $text-success")
    return line


def ways_on(path: Path, node: Node, glyphs: Glyphs, cells: int = 0) -> Content:
    """The answers, each with the box that it leads to."""
    chart, out = path.chart, path.chart.out(node.id)
    if not out:
        end = "The path ends here. e exports it; u takes the last answer back."
        return Content.styled(end, "bold") if node.id == path.current.id else Content("")
    names = {Answer.YES: "y  Yes", Answer.NO: "n  No ", Answer.NEXT: "y  Done, go on"}
    style = "bold $text-primary"
    if node.id != path.current.id:  # no key answers it from here
        names, style = {Answer.YES: "Yes", Answer.NO: "No ", Answer.NEXT: "On"}, "bold"
    lines = []
    for answer in Answer:
        if answer in out:
            target = chart.nodes[out[answer].target]
            head = Content.assemble((names[answer], style), f"  {glyphs.onward} ")
            lines.append(hanging(head, one_line(target.text), cells))
    return Content("\n").join(lines)


def threshold(node: Node) -> Content:
    """The threshold that the chart's file sets, if any: not every one stands in the source."""
    if node.threshold is None:
        return Content("")
    unit = f" ({printable(node.unit)})" if node.unit else ""
    return Content(f"\nThreshold in the chart's file: {node.threshold:g}{unit}")


def commands(lines: tuple[Command, ...]) -> Content:
    """Command lines, one below the other, under the tool that they belong to."""
    parts: list[Content] = []
    tool = ""
    for command in lines:
        if command.tool != tool:
            tool = command.tool
            parts.append(Content.styled(printable(tool), "$foreground-muted"))
        parts.append(Content.styled(f"  {printable(command.line)}", "$text-accent"))
    return Content("\n").join(parts)


def earlier(path: Path, node: Node) -> Content:
    """What was answered here before, with the notes."""
    lines = []
    for step in path.steps:
        if step.node == node.id:
            answer = "done" if step.answer is Answer.NEXT else step.answer.value.upper()
            note = f"  {one_line(step.note)}" if step.note else ""
            lines.append(Content(f"{step.time[:16].replace('T', ' ')}  {answer}{note}"))
    return section("Answered before", Content("\n").join(lines)) if lines else Content("")


def basis_lines(chart: Flowchart, node: Node, cells: int = 0) -> Content:
    """Where the chart has each arrow from."""
    lines = []
    out = chart.out(node.id)
    for answer, edge in ((answer, out[answer]) for answer in Answer if answer in out):
        name = "on" if answer is Answer.NEXT else answer.value.upper()
        known = ", ".join(BASIS_NAMES.get(word, printable(word)) for word in edge.basis)
        target = one_line(chart.nodes[edge.target].text, 60)
        lines.append(Content.styled(f"{name}: {target}", "bold"))
        lines.append(hanging(Content("  "), f"{known}. {edge.provenance}", cells))
    return Content("\n").join(lines)


def section(title: str, body: Content) -> Content:
    """A titled part of the text."""
    return Content.assemble((f"{title}\n", "bold $text-secondary")) + body
