"""The tree pane: the flowchart, and the line that searches it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input
from textual.widgets.tree import TreeNode

from tui.glyphs import Glyphs
from tui.panes.tree import FlowchartTree, Item
from tui.widgets.prompt_line import PromptLine


class SearchInput(PromptLine):
    """The line to type a search into; up and down go through what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="search.close", tooltip="Close, back to where it began"),
        Binding("enter", "submit", "Look into"),
        Binding("down", "step(1)", "Next", id="search.next"),
        Binding("up", "step(-1)", "Previous", id="search.previous"),
    ]

    class Step(Message):
        """Go to another of the found boxes."""

        def __init__(self, by: int) -> None:
            self.by = by
            super().__init__()

    class Left(Message):
        """The search is over."""

    def action_step(self, by: int) -> None:
        """Go to the next or the previous found box."""
        self.post_message(self.Step(by))

    def action_leave(self) -> None:
        """Close the search."""
        self.post_message(self.Left())


class TreePane(Vertical):
    """The pane with the chart and its search line."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tree_view = FlowchartTree(glyphs, id="chart")
        self.search = SearchInput(
            placeholder="search the boxes", id="search", compact=True, select_on_focus=False
        )
        self.search.cursor_blink = False
        self.search.display = False
        self._found: list[str] = []
        self._at = 0
        self._came_from: TreeNode[Item] | None = None

    def compose(self) -> ComposeResult:
        yield self.tree_view

    async def fill(self) -> None:
        """Mount the search line: after the first frame, which does not show it, or when it is wanted."""
        if not self.search.is_attached:
            await self.mount(self.search)

    def on_mount(self) -> None:
        self.border_title = Content("Flowchart")

    @on(FlowchartTree.SearchWanted)
    async def _open_search(self) -> None:
        await self.fill()
        self._came_from = self.tree_view.cursor_node
        self.search.display = True
        self.search.value = ""
        self.search.focus()

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self._found = self.tree_view.find(event.value)
        self._at = 0
        self._show_found(event.value)

    @on(SearchInput.Step)
    def _step(self, event: SearchInput.Step) -> None:
        event.stop()
        if self._found:
            self._at = (self._at + event.by) % len(self._found)
            self._show_found(self.search.value)

    def _show_found(self, words: str) -> None:
        if self._found:
            self.tree_view.look_for(self._found[self._at])
        count = f"{self._at + 1} of {len(self._found)}" if self._found else "nothing found"
        self.border_subtitle = Content(count) if words else Content("")

    @on(Input.Submitted, "#search")
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        found = self._found[self._at] if self._found else ""
        self._close_search()
        if found:
            self.post_message(FlowchartTree.Looked(found))

    @on(SearchInput.Left)
    def _give_up(self) -> None:
        """Close the search and go back to where it began: only enter takes what was found."""
        self._close_search()
        if self._came_from is not None:
            self.tree_view.move_cursor(self._came_from)

    def _close_search(self) -> None:
        self.search.display = False
        self.tree_view.find("")
        self.border_subtitle = Content("")
        self.tree_view.focus()
