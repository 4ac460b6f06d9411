"""The learning curve as a picture, drawn anew for each size and theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.content import Content
from textual.events import Resize

from tui.widgets.plain import Plain


class CurvePlot(Plain):
    """The points of a learning curve, drawn by plotext."""

    ALLOW_SELECT = False

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._points: Sequence[Mapping[str, Any]] = ()
        self._label: str | None = None

    def show_points(self, points: Sequence[Mapping[str, Any]], label: str | None = None) -> None:
        """Draw these points; with a label the curve of that label alone."""
        self._points, self._label = points, label
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if not self._points or width < 1 or height < 1:
            self.show("", layout=False)
            return
        from flowchart import curve_plot  # not needed for the first frame

        colour = not self.app.no_color and not self._ascii
        picture = curve_plot.draw(
            self._points, width, height, ascii_only=self._ascii, label=self._label, colour=colour
        )
        if colour:
            self.show(Content.from_rich_text(Text.from_ansi(picture, no_wrap=True)), layout=False)
        else:
            self.show(picture, layout=False)
