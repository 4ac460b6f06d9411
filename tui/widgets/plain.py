"""Text from data on the screen: shown letter by letter, never parsed."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from flowchart.text import one_line, printable


class Plain(Static):
    """A Static that takes no markup: a string is shown as it stands.

    Textual's own Static reads `[PER]` as a tag and loses it, and `[/x]` ends the app.
    """

    ALLOW_SELECT = True

    def __init__(
        self, content: str | Content = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(as_content(content), id=id, classes=classes, markup=False)

    def show(self, content: str | Content, *, layout: bool = True) -> None:
        """Replace what is shown; without `layout` where the size does not depend on it."""
        self.update(as_content(content), layout=layout)


def as_content(text: str | Content) -> Content:
    """Return text as content that holds no markup and no control characters."""
    return text if isinstance(text, Content) else Content(printable(text))


def styled(text: str, style: str = "", *, cells: int | None = None) -> Content:
    """Return one line of text from data in a style, cut to `cells`."""
    return Content.styled(one_line(text, cells), style)


def hanging(head: Content, body: str, cells: int) -> Content:
    """Return text from data beside a head, wrapped to `cells` so that its lines stand below each other.

    Where there is no room for that, or it is not known yet (0), the lines are left to the widget.
    """
    indent, text = head.cell_length, Content(printable(body))
    if cells < 2 * indent:
        return head + text
    return head + Content("\n" + " " * indent).join(line.rstrip() for line in text.wrap(cells - indent))
