"""Findings and rows read back for the screen."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from flowchart.dataset.findings import FindingLog
from flowchart.errors import UserError
from flowchart.findings_file import read_findings, read_row


@pytest.fixture
def findings(tmp_path: Path) -> Path:
    file = tmp_path / "findings.jsonl"
    with FindingLog(file) as log:
        for row in range(1, 11):
            log.add(
                "misaligned",
                "data.jsonl",
                row,
                f'row {row} says "kind"',
                "left out",
                text="\ud800 Köln",
                span=(2, 6),
            )
            log.add("not-json", "data.jsonl", row, 'not "misaligned" at all', "left out")
    return file


def test_what_was_written_is_read(findings: Path) -> None:
    first = read_findings(findings, limit=1)[0]
    assert first == {
        "file": "data.jsonl",
        "row": 1,
        "kind": "misaligned",
        "severity": "warning",
        "stage": "aligned",
        "message": 'row 1 says "kind"',
        "done": "left out",
        "excerpt": "\ud800 Köln",
        "span": [2, 6],
        "label": "",
    }


def test_pages_and_filters(findings: Path) -> None:
    assert len(read_findings(findings)) == 20
    assert [each["row"] for each in read_findings(findings, kind="misaligned", start=3, limit=2)] == [4, 5]
    assert {each["kind"] for each in read_findings(findings, stage="tasks")} == {"not-json"}
    assert read_findings(findings, kind="none-such") == []


def test_a_torn_last_line_is_skipped(findings: Path) -> None:
    with findings.open("ab") as file:
        file.write(b'{"kind": "not-json", "mess')
    assert len(read_findings(findings)) == 20
    with pytest.raises(UserError, match="cannot be read"):
        read_findings(findings.with_name("none"))


@pytest.mark.parametrize("packed", [False, True])
def test_rows_of_lines(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "data"
    content = b'\xef\xbb\xbf{"a":1}\r\n\n' + b"x" * 200_000 + b"\n\xff\xfe last"
    file.write_bytes(gzip.compress(content) if packed else content)
    assert read_row(file, 1) == '{"a":1}'
    assert read_row(file, 2) == ""
    assert read_row(file, 3, limit=100) == "x" * 100
    assert read_row(file, 4) == "\ufffd\ufffd last"
    for row in (0, 5):
        with pytest.raises(UserError, match=f"has no row {row}"):
            read_row(file, row)


def test_rows_of_an_array_are_its_items(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps([{"text": "ä"}, 2, {"n": 3}], indent=1, ensure_ascii=False), encoding="utf-8")
    assert json.loads(read_row(file, 1)) == {"text": "ä"}
    assert read_row(file, 2) == "2"
    assert json.loads(read_row(file, 3)) == {"n": 3}
    with pytest.raises(UserError, match="has no row 4"):
        read_row(file, 4)


def test_lines_that_begin_with_an_array_are_lines(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text('[1, 2]\n{"text": "b"}\n')
    assert read_row(file, 1) == "[1, 2]"
    assert read_row(file, 2) == '{"text": "b"}'


def test_a_damaged_or_missing_source_is_said(tmp_path: Path) -> None:
    file = tmp_path / "data.gz"
    file.write_bytes(gzip.compress(b"a\nb\n")[:-9])
    with pytest.raises(UserError, match="damaged"):
        read_row(file, 9)
    with pytest.raises(UserError, match="cannot be read"):
        read_row(tmp_path / "none", 1)


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, flowchart.findings_file; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"msgspec", "numpy", "spacy", "srsly", "textual"} & set(out.stdout.split())
