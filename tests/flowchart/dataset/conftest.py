"""Writing small datasets, and reading them whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows (objects, or lines as bytes) to a JSONL file."""

    def write_rows(*rows: object, name: str = "data.jsonl") -> Path:
        file = tmp_path / name
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        return file

    return write_rows
