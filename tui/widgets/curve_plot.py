"""The learning curve as a picture, drawn anew for each size and theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual.content import Content
from textual.events import Resize

from tui.widgets.plain import Plain

Record = Mapping[str, Any]


class CurvePlot(Plain):
    """A learning curve, drawn by plotext."""

    ALLOW_SELECT = False

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii = ascii_only
        self._curve: Record = {}
        self._other: Record | None = None
        self._other_name = ""

    def show_curve(self, curve: Record, other: Record | None = None, other_name: str = "") -> None:
        """Draw as much as there is of a train-curve result, perhaps with another one laid over it."""
        self._curve, self._other, self._other_name = curve, other, other_name
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if not self._curve.get("points") or width < 1 or height < 1:
            self.show("", layout=False)
            return
        from flowchart import curve_plot  # not needed for the first frame

        colour = not self.app.no_color and not self._ascii
        picture = curve_plot.draw_result(
            self._curve,
            width,
            height,
            ascii_only=self._ascii,
            colour=colour,
            percent=True,
            other=self._other,
            other_name=self._other_name,
        )
        if colour:
            self.show(Content.from_rich_text(Text.from_ansi(picture, no_wrap=True)), layout=False)
        else:
            self.show(picture, layout=False)
