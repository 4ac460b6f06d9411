"""The tree pane: the whole chart, lane by lane, with the path walked so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from flowchart.graph import Answer, Edge, Flowchart, Kind, Node
from flowchart.path import Path
from flowchart.text import one_line
from tui.glyphs import UNICODE, Glyphs

INDENT = 2
"""Cells by which each level of the tree is moved in."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the tree: a lane's title, a box, or an arrow that leads elsewhere."""

    title: str = ""
    box: Node | None = None
    arrow: Edge | None = None

    @property
    def looks_at(self) -> str:
        """The id of the box that this line stands for: an arrow stands for where it leads."""
        if self.arrow is not None:
            return self.arrow.target
        return self.box.id if self.box is not None else ""


DRAWN_LATER = Text()
"""Every line's label: `render_label` draws what is shown, and a plain string would be read as markup."""


class FlowchartTree(Tree[Item]):
    """The chart as a tree of three levels: lanes, their boxes in order, the arrows that lead elsewhere.

    Nesting each box under the one before it would push the end of a lane off any screen; so the boxes of a
    lane stand below each other, and an arrow to the very next box is drawn as a short way down.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--lane",
        "chart--walked",
        "chart--in-hand",
        "chart--quiet",
        "chart--usual",
        "chart--found",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="tree.down"),
        Binding("k", "cursor_up", "Up", show=False, id="tree.up"),
        Binding("left,h", "fold", "Fold", show=False, id="tree.fold", tooltip="Fold, or to the box above"),
        Binding(
            "right,l",
            "unfold",
            "Unfold",
            show=False,
            id="tree.unfold",
            tooltip="Unfold, or to the first line below",
        ),
        Binding("home,g", "scroll_home", "First", show=False, id="tree.first"),
        Binding("end,G", "last", "Last", show=False, id="tree.last"),
        Binding(
            "enter",
            "select_cursor",
            "Look into",
            id="tree.look",
            tooltip="Look into a box without walking there",
        ),
        Binding("/", "search", "Search", id="tree.search", tooltip="Search the boxes: every word must occur"),
    ]

    HELP = "The chart: one box a line, lane by lane."

    class Looked(Message):
        """Somebody wants to look into a box.

        Attributes:
            node_id: The box.
            by_enter: Whether enter was pressed in the tree, which takes the suggestion on the box in hand.
        """

        def __init__(self, node_id: str, *, by_enter: bool = False) -> None:
            self.node_id = node_id
            self.by_enter = by_enter
            super().__init__()

    class SearchWanted(Message):
        """Somebody wants to search."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(DRAWN_LATER, id=id)
        self.glyphs = glyphs
        self.show_root = False
        self.guide_depth = INDENT
        self.show_guides = False
        self.auto_expand = False
        self._chart: Flowchart | None = None
        self._path: Path | None = None
        self._lines: dict[str, TreeNode[Item]] = {}
        self._walked: dict[str, Answer] = {}
        self._counts: dict[tuple[str, Answer], int] = {}
        self._found: frozenset[str] = frozenset()

    # -- what is shown ------------------------------------------------------------------------------

    def show_chart(self, chart: Flowchart) -> None:
        """Build the lines of a chart."""
        self._chart = chart
        self.clear()
        self._lines.clear()
        order = {node_id: place for place, node_id in enumerate(chart.nodes)}
        for title, boxes in lanes(chart):
            parent = self.root
            if title:
                parent = self.root.add(DRAWN_LATER, Item(title=title), expand=True)
            for place, box in enumerate(boxes):
                after = boxes[place + 1].id if place + 1 < len(boxes) else ""
                arrows = list(elsewhere(chart, box, after))
                line = parent.add(DRAWN_LATER, Item(box=box), expand=True, allow_expand=bool(arrows))
                self._lines[box.id] = line
                for arrow in arrows:
                    line.add_leaf(DRAWN_LATER, Item(box=box, arrow=arrow))
        self._order = order

    def show_path(self, path: Path, *, follow: bool = True) -> None:
        """Mark what is walked and what is in hand; with `follow` move the cursor to the box in hand."""
        self._path = path
        self._walked = path.walked()
        self._counts = path.walked_edges()
        self._repaint()
        if follow:
            self.look_for(path.current.id)

    def look_for(self, node_id: str) -> None:
        """Move the cursor to a box, unfolding its lane."""
        line = self._lines.get(node_id)
        if line is not None:
            if line.parent is not None and not line.parent.is_expanded:
                line.parent.expand()
            self.move_cursor(line)
            self.call_after_refresh(self._show_surroundings)

    def _show_surroundings(self) -> None:
        """Bring what comes before and after the line under the cursor into view as well."""
        height = self.scrollable_content_region.height
        margin = height // 4
        if not self.scroll_offset.y + margin <= self.cursor_line < self.scroll_offset.y + height - margin:
            self.scroll_to(y=self.cursor_line - height // 2, animate=False)

    def find(self, words: str) -> list[str]:
        """Mark the boxes whose text or id holds all the words; return their ids in the chart's order."""
        assert self._chart is not None
        wanted = words.casefold().split()
        hits = [
            node.id
            for node in self._chart.nodes.values()
            if wanted and all(word in f"{node.text} {node.id} {node.recipe}".casefold() for word in wanted)
        ]
        self._found = frozenset(hits)
        self._repaint()
        return hits

    def _repaint(self) -> None:
        for line in self._all_lines():
            line.refresh()

    def _all_lines(self) -> Iterator[TreeNode[Item]]:
        waiting = list(self.root.children)
        while waiting:
            line = waiting.pop()
            yield line
            waiting.extend(line.children)

    # -- drawing ------------------------------------------------------------------------------------

    def get_label_width(self, node: TreeNode[Item]) -> int:  # noqa: ARG002
        """Lines are cut to the pane, so that nothing ever scrolls sideways."""
        return 1

    def render_label(self, node: TreeNode[Item], base_style: Style, style: Style) -> Text:  # noqa: ARG002
        """Draw one line: marks first, so that they stand in one column whatever is cut at the end."""
        item = node.data
        if item is None or self._chart is None:
            return Text("")
        depth = 0
        parent = node.parent
        while parent is not None and parent is not self.root:
            depth, parent = depth + 1, parent.parent
        room = max(self.scrollable_content_region.width - INDENT * depth, 8)
        if item.arrow is not None:
            return self._arrow(item.arrow, room, style)
        if item.box is not None:
            return self._box(node, item.box, room, style)
        walked = [line for line in node.children if line.data and line.data.looks_at in self._walked]
        fold = "" if node.is_expanded else " (folded)"
        label = f"{one_line(item.title)}  {len(walked)}/{len(node.children)}{fold}"
        return Text(one_line(label, room), style=self._style("chart--lane") + style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def _box(self, line: TreeNode[Item], box: Node, room: int, style: Style) -> Text:
        in_hand = self._path is not None and self._path.current.id == box.id
        walked = box.id in self._walked
        gutter = self.glyphs.in_hand if in_hand else self.glyphs.walked if walked else " "
        mark = self.glyphs.kind(box.kind, box.favorable)
        rounds = self._path.rounds(box.id) if self._path is not None else 0
        tail = ""
        if box.usual:
            tail += f" {self.glyphs.usual} usual"
        if rounds > 1:
            tail += f" x{rounds}"
        if line.allow_expand and not line.is_expanded:
            tail += " ..."
        text_style = Style.null()
        if in_hand:
            text_style = self._style("chart--in-hand")
        elif box.id in self._found:
            text_style = self._style("chart--found")
        elif walked:
            text_style = self._style("chart--walked")
        text = one_line(box.text, max(room - cell_len(tail) - 4, 4))
        return Text.assemble(
            (f"{gutter} ", self._style("chart--in-hand" if in_hand else "chart--walked") + style),
            (f"{mark} ", text_style + style),
            (text, text_style + style),
            (tail, self._style("chart--usual") + style),
        )

    def _arrow(self, arrow: Edge, room: int, style: Style) -> Text:
        assert self._chart is not None
        times = self._counts.get((arrow.source, arrow.answer), 0)
        source = self._lines[arrow.source]
        following = self._next_box(source)
        if following == arrow.target:
            way = self.glyphs.below
        elif self._order[arrow.target] <= self._order[arrow.source]:
            way = self.glyphs.back
        else:
            way = self.glyphs.onward
        answer = "" if arrow.answer is Answer.NEXT else f"{arrow.answer.value.upper():<3} "
        gutter = self.glyphs.walked if times else " "
        tail = f" x{times}" if times > 1 else ""
        line_style = self._style("chart--walked" if times else "chart--quiet")
        text = one_line(
            self._chart.nodes[arrow.target].text, max(room - len(answer) - len(way) - len(tail) - 3, 4)
        )
        return Text.assemble((f"{gutter} {answer}{way} {text}{tail}", line_style + style))

    def _next_box(self, line: TreeNode[Item]) -> str:
        following = line.next_sibling
        return following.data.looks_at if following is not None and following.data is not None else ""

    # -- keys ---------------------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold the line under the cursor, or go to the line that it belongs to."""
        line = self.cursor_node
        if line is None:
            return
        if line.allow_expand and line.is_expanded:
            line.collapse()
        elif line.parent is not None and line.parent is not self.root:
            self.move_cursor(line.parent)

    def action_unfold(self) -> None:
        """Unfold the line under the cursor, or go to its first line."""
        line = self.cursor_node
        if line is None:
            return
        if line.allow_expand and not line.is_expanded:
            line.expand()
        elif line.children:
            self.move_cursor(line.children[0])

    def action_scroll_home(self) -> None:
        """Go to the first line."""
        self.cursor_line = 0
        self._keep_in_view()

    def action_last(self) -> None:
        """Go to the last line."""
        self.cursor_line = self.last_line
        self._keep_in_view()

    def on_resize(self, _event: Resize) -> None:
        """Keep the line under the cursor in view: it is what enter is about."""
        self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        self.scroll_to_line(self.cursor_line, animate=False)

    def shows(self, node_id: str) -> bool:
        """Whether the line of a box is in view."""
        line = self._lines.get(node_id)
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        return bool(self.region.area) and line is not None and top <= line.line < top + height

    def action_search(self) -> None:
        """Ask for words to search for."""
        self.post_message(self.SearchWanted())

    def action_select_cursor(self) -> None:
        """Look into the box under the cursor."""
        item = self.cursor_node.data if self.cursor_node is not None else None
        if item is not None and item.looks_at:
            self.post_message(self.Looked(item.looks_at, by_enter=True))
        else:
            super().action_select_cursor()

    @on(Tree.NodeSelected)
    def _look(self, event: Tree.NodeSelected[Item]) -> None:
        event.stop()
        item = event.node.data
        if item is not None and item.looks_at:
            self.post_message(self.Looked(item.looks_at))
        else:
            event.node.toggle()


def lanes(chart: Flowchart) -> Iterator[tuple[str, list[Node]]]:
    """Yield the lanes of a chart with their boxes, in the chart's order.

    Boxes without a lane: the start and what stands near it come first and without a title, outcomes last.
    """
    loose = [node for node in chart.nodes.values() if not node.lane]
    yield "", [node for node in loose if node.kind is not Kind.OUTCOME]
    for lane in chart.lanes.values():
        boxes = [node for node in chart.nodes.values() if node.lane == lane.id]
        if boxes:
            yield lane.title, boxes
    outcomes = [node for node in loose if node.kind is Kind.OUTCOME]
    if outcomes:
        yield "Outcomes", outcomes


def elsewhere(chart: Flowchart, box: Node, after: str) -> Iterator[Edge]:
    """Yield the arrows of a box that need a line: all of a decision, and a way on that skips the next box."""
    out = chart.out(box.id)
    for answer in Answer:
        edge = out.get(answer)
        if edge is not None and (answer is not Answer.NEXT or edge.target != after):
            yield edge
