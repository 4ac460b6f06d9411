"""The versions that a result depends on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import flowchart


def versions() -> dict[str, str]:
    """Return the versions of what computes, and the platform, without importing any of it."""
    found = {
        "ner-tui": flowchart.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    for name in ("spacy", "thinc", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
