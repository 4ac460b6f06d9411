"""The metrics pane: the data and the learning curve, side by side where there is room."""

from __future__ import annotations

from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive

from tui.glyphs import Glyphs
from tui.panes.curve_view import CurveView
from tui.panes.data_view import DataView

ROOM_FOR_BOTH = 96
"""Cells from which the data and the curve stand side by side."""


class MetricsPane(Horizontal):
    """Two views, of which a narrow pane shows one at a time."""

    DEFAULT_CSS = """
    MetricsPane.-both DataView { width: 42%; min-width: 44; border-right: vkey $panel; }
    MetricsPane.-both CurveView { width: 1fr; padding-left: 1; }
    MetricsPane.-data CurveView { display: none; }
    MetricsPane.-curve DataView { display: none; }
    """

    view: reactive[str] = reactive("data")
    """The view in front, "data" or "curve"."""

    def __init__(
        self, glyphs: Glyphs, *, ascii_only: bool, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.data_view = DataView(glyphs, id="data")
        self.curve_view = CurveView(glyphs, ascii_only=ascii_only, id="curve")

    async def fill(self) -> None:
        """Mount the two views: after the first frame, which has nothing to show in them yet."""
        await self.mount(self.data_view, self.curve_view)

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self, _event: Resize) -> None:
        self._arrange()

    def watch_view(self) -> None:
        """Bring the view to the front, and the focus with it."""
        had_focus = self.has_focus_within
        self._arrange()
        if had_focus:
            self.front.focus()

    @property
    def front(self) -> DataView | CurveView:
        """The view in front."""
        return self.curve_view if self.view == "curve" else self.data_view

    def toggle_view(self) -> None:
        """Bring the other view to the front."""
        self.view = "data" if self.view == "curve" else "curve"

    def _arrange(self) -> None:
        both = self.size.width >= ROOM_FOR_BOTH
        filled = self.data_view.is_attached  # before that the classes change no style
        self.set_class(both, "-both", update=filled)
        self.set_class(not both and self.view == "data", "-data", update=filled)
        self.set_class(not both and self.view == "curve", "-curve", update=filled)
        titles = {"data": "Data", "curve": "Learning curve"}
        self.border_title = Content("Metrics" if both else f"Metrics: {titles[self.view]}")
        other = "curve" if self.view == "data" else "data"
        self.border_subtitle = Content("" if both else f"v: {titles[other]}")
