"""A list of lines, one of them in hand."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class Lines(OptionList):
    """A list that j and k move in too, whatever room it has."""

    DEFAULT_CSS = """
    Lines {
        height: 1fr;
        border: round $border-blurred;
        background: transparent;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Lines:focus { border: round $border; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", tooltip="Open the line in hand"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]

    def action_page_down(self) -> None:
        """Move down by as many lines as are in view."""
        self._page(1)

    def action_page_up(self) -> None:
        """Move up by as many lines as are in view."""
        self._page(-1)

    def _page(self, direction: int) -> None:
        """Move by a page. Textual's own looks up a line that a list without room does not have."""
        if self.option_count:
            by = direction * max(self.scrollable_content_region.height, 1)
            self.highlighted = min(max((self.highlighted or 0) + by, 0), self.option_count - 1)
