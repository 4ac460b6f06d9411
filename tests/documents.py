"""The documents, and how their tables are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/guide.md",
    "docs/clusters.md",
    "docs/scale.md",
)
GUIDE = (ROOT / "docs/guide.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The part of the guide under a title of the second or third level."""
    found = re.search(rf"^(##+) {re.escape(title)}\n(.*?)(?=^## |^\1 |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[2]


def rows(text: str) -> Iterator[list[str]]:
    """The rows of the tables in Markdown, as their cells."""
    for line in text.splitlines():
        if line.startswith("| ") and line.endswith("|"):
            yield [cell.strip() for cell in line[1:-1].split("|")]


def ticked(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)
