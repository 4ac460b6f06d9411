"""`ner-tui check`, for real: a run in a workspace, its result on stdout."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from tests.tui.cli.conftest import Program


def test_the_human_output(ner_tui: Program, data: tuple[Path, Path]) -> None:
    result = ner_tui("check", data[0].name, "--eval", data[1].name)
    out = result.stdout.decode()
    assert result.returncode == 0
    assert [line for line in out.splitlines() if line.startswith("rows ")] == [
        line for line in out.splitlines() if line.split()[:2] == ["rows", "36"]
    ]
    assert "duplicate-text" in out
    assert "train.jsonl:" in out
    assert b"Traceback" not in result.stderr
    assert all(line == line.rstrip() for line in out.splitlines())


def test_the_evaluation_set_is_named(ner_tui: Program, data: tuple[Path, Path], folder: Path) -> None:
    given_file = ner_tui("check", data[0].name, "--eval", data[1].name).stdout.decode()
    assert "evaluation set: 10 texts of eval.jsonl\n" in given_file
    assert "leakage: " in given_file
    assert not (folder / ".ner-tui" / "eval-sets").exists()
    for how in ("now", "once"):
        out = ner_tui("check", data[0].name).stdout.decode()
        (line,) = [line for line in out.splitlines() if line.startswith("evaluation set: ")]
        assert f"split off {how} (20%, seed 0), saved as .ner-tui/eval-sets/train-" in line
    document = json.loads(ner_tui("check", data[0].name, "--json").stdout)
    assert Path(document["eval_file"]) == next((folder / ".ner-tui" / "eval-sets").glob("*.jsonl"))
    Path(document["eval_file"]).write_text("{")
    damaged = ner_tui("check", data[0].name)
    assert damaged.returncode == 2
    assert b"the saved evaluation set is damaged" in damaged.stderr.splitlines()[-1]


def test_texts_that_a_saved_set_adds_are_in_the_funnel(
    ner_tui: Program, data: tuple[Path, Path], folder: Path
) -> None:
    ner_tui("check", data[0].name)
    (file,) = (folder / ".ner-tui" / "eval-sets").glob("*.jsonl")
    first = json.loads(file.read_text().splitlines()[0])["text"]
    lines = [line for line in data[0].read_text().splitlines() if json.loads(line)["text"] != first]
    data[0].write_text("".join(line + "\n" for line in lines))
    out = ner_tui("check", data[0].name).stdout.decode()
    assert "1 eval-text-gone added" in out
    assert "warning: eval-text-gone, 1" in out


def test_json_is_one_document_and_nothing_else(ner_tui: Program, data: tuple[Path, Path]) -> None:
    result = ner_tui("check", f"{data[0].name},eval:{data[1].name}", "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    assert document["documents"] == 36
    assert document["spans"] > 50
    assert {label["label"] for label in document["labels"]} >= {"PART", "FAULT", "BRAND", "MODEL"}
    assert [stage["stage"] for stage in document["funnel"]][:2] == ["rows", "tasks"]
    assert document["findings"]
    for finding in document["findings"]:
        assert {"file", "row", "kind", "message"} <= finding.keys()
    assert len(document["findings"]) == sum(kind["count"] for kind in document["findings_by_kind"])


def test_a_gzip_file_in_a_workspace_of_its_own(
    ner_tui: Program, data: tuple[Path, Path], folder: Path
) -> None:
    packed = folder / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(data[0].read_bytes()))
    result = ner_tui("check", packed.name, "--workspace", "elsewhere", "--json")
    document = json.loads(result.stdout)
    assert document["documents"] == 26
    assert (folder / "elsewhere" / "runs" / document["run"] / "result.json").is_file()
    assert not (folder / ".ner-tui").exists()


def test_a_name_with_a_comma(ner_tui: Program, data: tuple[Path, Path], folder: Path) -> None:
    odd = folder / "eval:a,b.jsonl"
    odd.write_bytes(data[0].read_bytes())
    assert json.loads(ner_tui("check", odd.name, "--json").stdout)["documents"] == 26


@pytest.mark.parametrize("flags", [[], ["--rows", "100"], ["--json"]])
def test_no_escape_sequence_comes_out(ner_tui: Program, hostile: Path, flags: list[str]) -> None:
    result = ner_tui("check", hostile.name, *flags)
    assert result.returncode == 0
    assert b"\x1b" not in result.stdout + result.stderr
    assert b"\x07" not in result.stdout + result.stderr
    assert "\u202e".encode() not in result.stdout + result.stderr


def test_an_error_shows_no_escape_sequence(ner_tui: Program) -> None:
    result = ner_tui("check", "no\x1b[31m\nfile")
    assert result.returncode == 2
    assert b"\x1b" not in result.stderr
    assert result.stderr.count(b"\n") == 1


BAD = {
    "missing.jsonl": None,
    "empty.jsonl": b"",
    "text.jsonl": b"this is no JSON\nneither is this\n",
    "binary.jsonl": bytes(range(256)) * 20,
    "damaged.jsonl.gz": gzip.compress(b'{"text": "a"}\n' * 1000)[:40],
    "rejected.jsonl": b'{"text": "a b", "spans": [], "answer": "reject"}\n',
}


# The reader is the same for all three; one kind of bad data shows that the others say it the same way.
CASES = [("check", name) for name in BAD]
CASES += [(command, name) for command in ("train-curve", "") for name in ("missing.jsonl", "text.jsonl")]


@pytest.mark.parametrize(("command", "name"), CASES)
def test_bad_input_is_one_line_and_exit_2(ner_tui: Program, folder: Path, command: str, name: str) -> None:
    content = BAD[name]
    if content is not None:
        (folder / name).write_bytes(content)
    arguments = [command, *(["--ner"] if command == "train-curve" else []), name] if command else [name]
    result = ner_tui(*arguments)
    assert result.returncode == 2
    assert result.stdout == b""
    last = result.stderr.decode().splitlines()[-1]
    assert last.startswith("ner-tui: ")
    assert name in last
    assert b"Traceback" not in result.stderr


def test_a_directory_and_a_slip_of_the_pen(ner_tui: Program, folder: Path) -> None:
    assert b"is a directory" in ner_tui("check", folder).stderr
    result = ner_tui("chekc")
    assert result.returncode == 2
    assert result.stderr == b"ner-tui: chekc: no such file (nor a command; did you mean check?)\n"


def test_a_workspace_that_cannot_be(ner_tui: Program, data: tuple[Path, Path], folder: Path) -> None:
    (folder / "file").write_text("")
    result = ner_tui("check", data[0].name, "--workspace", "file")
    assert result.returncode == 2
    assert result.stderr.startswith(b"ner-tui: ")
    assert result.stderr.count(b"\n") == 1


def test_more_names_than_one_may_be_long(ner_tui: Program, data: tuple[Path, Path], folder: Path) -> None:
    lines = data[0].read_text("utf-8").splitlines(keepends=True)
    names = [f"part-of-the-data-{number:02d}.jsonl" for number in range(len(lines))]
    for name, line in zip(names, lines, strict=True):
        (folder / name).write_text(line, "utf-8")
    assert len(",".join(names)) > 255
    assert json.loads(ner_tui("check", ",".join(names), "--json").stdout)["documents"] == 26
    too_long = ner_tui("check", "x" * 300)
    assert (too_long.returncode, too_long.stderr.count(b"\n")) == (2, 1)
    assert b"cannot be read (File name too long)" in too_long.stderr


def test_mending_is_offered_and_done(ner_tui: Program, folder: Path) -> None:
    task = {"spans": [{"start": 0, "end": 4, "label": "PER"}], "answer": "accept"}
    lines = [json.dumps({"text": f"Ann saw {number}", **task}) for number in range(10)]
    (folder / "data.jsonl").write_text("\n".join(lines))
    out = ner_tui("check", "data.jsonl").stdout.decode()
    (line,) = [line for line in out.splitlines() if line.startswith("aligned")]
    assert line.split()[:3] == ["aligned", "10", "0"]
    assert line.endswith("10 spans whitespace-edge, --fix would bring 10 spans")
    out = ner_tui("check", "data.jsonl", "--fix").stdout.decode()
    (line,) = [line for line in out.splitlines() if line.startswith("aligned")]
    assert line.split()[:3] == ["aligned", "10", "10"]
    assert line.endswith("10 spans mended")
    assert "info: whitespace-mended, 10" in out
    result = json.loads(ner_tui("check", "data.jsonl", "--fix", "--json").stdout)
    assert result["fix"] is True
    assert "read with spans mended where that is certain (--fix)" in out
    report = ner_tui("data.jsonl", "--fix", "--no-train").stdout.decode()
    assert "10 spans mended" in report


def test_a_check_goes_by_the_tokenizer_that_is_named(ner_tui: Program, folder: Path) -> None:
    nlp = spacy.blank("en")
    nlp.tokenizer.suffix_search = spacy.util.compile_suffix_regex(  # type: ignore[union-attr]
        [*nlp.Defaults.suffixes, r"(?<=[0-9])ng"]  # type: ignore[misc]
    ).search
    nlp.to_disk(folder / "cutter")
    task = {"spans": [{"start": 1, "end": 3, "label": "UNIT"}], "answer": "accept"}
    lines = [json.dumps({"text": f"7ng at {number}", **task}) for number in range(10)]
    (folder / "data.jsonl").write_text("\n".join(lines))

    def spans(*arguments: str) -> int:
        return int(json.loads(ner_tui("check", "data.jsonl", "--json", *arguments).stdout)["labels"] != [])

    assert (spans(), spans("--base-model", "cutter")) == (0, 1)
    assert (
        "read with texts cut as by cutter"
        in ner_tui("check", "data.jsonl", "--base-model", "cutter").stdout.decode()
    )
    unknown = ner_tui("check", "data.jsonl", "--training.nonsense", "1")
    assert (unknown.returncode, b"the config has no such setting" in unknown.stderr) == (2, True)
    missing = ner_tui("check", "data.jsonl", "--base-model", "nobody")
    assert missing.returncode == 2
    assert b"nobody: no such pipeline" in missing.stderr
    assert ner_tui("check", "data.jsonl", "--config", "none.cfg").returncode == 2


def letters(folder: Path) -> None:
    rows = [
        {
            "text": f"Ann{letter} wrote sentence {place} of letter {letter}.",
            "spans": [{"start": 0, "end": len(f"Ann{letter}"), "label": "PERSON"}],
            "meta": {"document_id": f"l{letter}"},
            "answer": "accept",
        }
        for letter in range(10)
        for place in range(6)
    ]
    (folder / "letters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_grouped_texts_are_told_and_split_as_asked(ner_tui: Program, folder: Path) -> None:
    letters(folder)
    plain = ner_tui("check", "letters.jsonl").stdout.decode()
    assert "values of meta.document_id stand on both sides" in plain
    assert "warning: group-on-both-sides, 1" in plain
    grouped = ner_tui("check", "letters.jsonl", "--group-by", "meta.document_id").stdout.decode()
    assert "split off now (20%, seed 0, by meta.document_id), saved as" in grouped
    assert "on both sides" not in grouped
    document = json.loads(
        ner_tui("check", "letters.jsonl", "--group-by", "meta.document_id", "--json").stdout
    )
    assert (document["group_by"], document["eval_source"]) == ("meta.document_id", "saved")
    assert "origins" not in document["leakage"]
    wrong = ner_tui("check", "letters.jsonl", "--group-by", "meta.letter")
    assert wrong.returncode == 2
    assert b"no text has 'meta.letter' to be grouped by; its rows have meta.document_id" in wrong.stderr


def test_a_curve_of_grouped_texts_grows_by_whole_letters(ner_tui: Program, folder: Path) -> None:
    letters(folder)
    arguments = ("--ner", "letters.jsonl", "--group-by", "meta.document_id", "-n", "4", "--json")
    result = ner_tui("train-curve", *arguments, "--training.max_steps", "1")
    document = json.loads(result.stdout)
    assert document["group_by"] == "meta.document_id"
    run = folder / ".ner-tui" / "runs" / document["run"]
    nlp = spacy.blank("en")
    for share, count in (("025", 2), ("050", 4), ("075", 6), ("100", 8)):
        docs = DocBin().from_disk(run / "points" / share / "train.spacy").get_docs(nlp.vocab)
        assert list(Counter(doc[0].text for doc in docs).values()) == [6] * count
