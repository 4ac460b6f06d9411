"""GitHub Markdown in which text from data shows as itself: no markup, no link, no mention, no formula."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowchart.text import one_line, printable

SPLIT = "<!-- -->"
"""An empty comment. It shows nothing and parts a word, so that GitHub finds no mention in it."""

_MARKUP = re.compile(
    r"[\\`*\[\]<~]"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # a_b is no emphasis
    r"|&(?=#?\w+;)"
    r"|(?<=\w):(?=//)|(?<=www)\.",
    re.IGNORECASE,
)

_LINE_START = re.compile(r"^(?:[-+#=>]|\d{1,9}(?=[.)]))")

_REFERENCE = re.compile(
    r"(?<=@)(?=\w)"  # @name, and name@example.com
    r"|(?<=#)(?=\d)"  # issue 1
    r"|(?<=GH)(?=-\d)"
    r"|(?<=:)(?!\d\d:)(?=[\w+-]+:)"  # :emoji:, but no time of day
    r"|(?<=mailto)(?=:)|(?<=xmpp)(?=:)",
    re.IGNORECASE,
)


def literal(text: str) -> str:
    """Return text as one line of Markdown that shows exactly it, spaces run together.

    Markup is escaped with a backslash, which stays legible without rendering. GitHub looks for mentions,
    issue numbers, emoji and formulas only after that, in the finished text; those are parted by an empty
    comment, or put in a span as GitHub's documentation of formulas says.
    """
    line = " ".join(one_line(text).split())
    line = _REFERENCE.sub("\0", line)
    line = _MARKUP.sub(lambda found: "\\" + found[0], line)
    line = _LINE_START.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], line)
    line = line.replace("|", "&#124;").replace("$", "<span>$</span>")
    return line.replace("\0", SPLIT)


def code(text: str) -> str:
    """Return text as inline code of one line, in a table's cell too; a dash when there is nothing to show."""
    line = one_line(text)
    if not line.strip():
        return "-"
    if re.search(r"[`|\\$]", line) or line != line.strip():
        # A table takes a bar out of code, and backslashes cannot protect it there: HTML can.
        entities = re.sub(r"[^\w ]|_", lambda found: f"&#{ord(found[0])};", line)
        return f"<code>{entities.replace('&#64;', '&#64;' + SPLIT)}</code>"  # no address either
    return f"`{line}`"


def fence(text: str, language: str = "") -> str:
    """Return text as a block of code, whatever rows of backticks it holds."""
    body = printable(text)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body}\n{ticks}\n"


def quote(text: str) -> str:
    """Return text as a quotation, line by line."""
    lines = [literal(line) for line in printable(text).split("\n")]
    breaks = ["\\" if line and after else "" for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return "".join(f"> {line}{hard}".rstrip() + "\n" for line, hard in zip(lines, breaks, strict=True))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a table.

    Args:
        header: The columns' names, in Markdown.
        rows: The cells, in Markdown that holds no bar: from `literal`, `code` or numbers.
        align: One letter a column: "l", or "r" for numbers.
    """
    rules = ["---:" if letter == "r" else "---" for letter in align]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rules, *rows))
