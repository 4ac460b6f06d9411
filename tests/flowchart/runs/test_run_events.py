from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.runs import events


def test_events_come_back_in_order_with_their_time(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events.append(file, "start", pid=7)
    events.append(file, "progress", stage="read", done=1, total=2, message="")
    found, offset = events.read(file)
    assert [event["event"] for event in found] == ["start", "progress"]
    assert all("T" in event["time"] for event in found)
    assert offset == file.stat().st_size
    assert events.read(file, offset) == ([], offset)


def test_a_line_still_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"event":"a"}\n{"event":')
    found, offset = events.read(file)
    assert [event["event"] for event in found] == ["a"]
    with file.open("ab") as stream:
        stream.write(b'"b"}\n')
    assert [event["event"] for event in events.read(file, offset)[0]] == ["b"]


def test_a_torn_line_does_not_swallow_the_next_event(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"event":"a"}\n{"event":"to')
    events.append(file, "end", status="failed")
    assert [event["event"] for event in events.read(file)[0]] == ["a", "end"]
    assert events.last_end(file) is not None


def test_garbage_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'\xff\xfe\n[1]\n"end"\n{"event":"a"}\n' + b"[" * 100_000 + b"\n")
    assert [event["event"] for event in events.read(file)[0]] == ["a"]
    assert events.last_end(file) is None


def test_a_file_that_became_shorter_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events.append(file, "a")
    assert events.read(file, 10_000)[0][0]["event"] == "a"
    assert events.read(tmp_path / "absent", 5) == ([], 5)


def test_the_end_of_an_earlier_attempt_is_not_the_end_of_this_one(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events.append(file, "end", status="failed")
    offset = events.size(file)
    assert events.last_end(file, offset) is None
    events.append(file, "start", pid=1)
    assert events.last_end(file, offset) is None
    events.append(file, "end", status="finished")
    end = events.last_end(file, offset)
    assert end is not None
    assert end["status"] == "finished"


def test_the_end_is_found_behind_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"event":"step"}\n' * 200_000)
    events.append(file, "end", status="failed", message="x" * 1_000_000)
    end = events.last_end(file)
    assert end is not None
    assert len(end["message"]) == events.MESSAGE


def test_no_number_is_written_that_json_does_not_have(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events.append(file, "step", loss=float("nan"), scores={"f": [float("inf"), 0.5]})

    def refuse(name: str) -> None:
        pytest.fail(f"{name} in the file")

    event = json.loads(file.read_text(), parse_constant=refuse)
    assert event["loss"] is None
    assert event["scores"] == {"f": [None, 0.5]}


@settings(max_examples=50)
@given(st.text())
def test_any_message_stays_one_line(tmp_path_factory: pytest.TempPathFactory, message: str) -> None:
    file = tmp_path_factory.mktemp("events") / "events.jsonl"
    events.append(file, "end", message=message)
    assert file.read_bytes().count(b"\n") == 1
    assert events.read(file)[0][0]["message"] == message


def _write_many(file: Path, writer: int) -> None:
    for number in range(300):
        events.append(file, "step", writer=writer, number=number, filling="x" * (number * 7 % 900))


def test_lines_of_several_writers_never_mix(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(file, writer)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found, _ = events.read(file)
    assert len(found) == 1200
    for writer in range(4):
        assert [event["number"] for event in found if event["writer"] == writer] == list(range(300))


def test_a_full_disk_is_an_error() -> None:
    with pytest.raises(OSError, match="No space left"):
        events.append(Path("/dev/full"), "step")
