"""What every screen over the main one keeps: it closes once, and takes no key where nobody can see it."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.events import Resize
from textual.screen import Screen

from tui.widgets.plain import Plain

Answered = TypeVar("Answered")


class ClosingScreen(Screen[Answered]):
    """A screen that may be told to close any number of times, and closes once.

    Textual's own takes the next screen off the stack at the second time, and the app ends at the last one.
    """

    SMALLEST: ClassVar[tuple[int, int]] = (24, 7)
    """Columns and lines below which nothing of it can be read."""

    _left = False

    def dismiss(self, result: Answered | None = None) -> AwaitComplete:
        """Close, if it is open and in front; what is told it afterwards changes nothing.

        Args:
            result: What whoever opened it is given.
        """
        if self._left or self.app.screen is not self:
            return AwaitComplete()
        self._left = True
        return super().dismiss(result)

    @property
    def too_small(self) -> bool:
        """Whether the terminal is too small to read anything."""
        width, height = self.app.size
        return width < self.SMALLEST[0] or height < self.SMALLEST[1]

    def on_resize(self, _event: Resize) -> None:
        """Say that there is too little room, where there is."""
        small = self.too_small
        if small and not self.query("#too-small"):
            self.mount(Plain("too small", id="too-small"))
        self.set_class(small, "-too-small")
