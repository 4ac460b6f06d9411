"""The evaluation set that is split off once: the same texts, the same spans, whatever the data does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.eval_set import EvalSet
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.task import input_hash, task_hash
from flowchart.dataset.tokens import Tokenizer
from flowchart.errors import UserError
from tests.flowchart.dataset.test_corpus import adds_up, row

Write = Callable[..., Path]

MANY = [row(f"Ann saw Rome {number}", "PER" if number % 3 else "LOC") for number in range(60)]
LATER = [row(f"Bob left Oslo {number}", "PER") for number in range(40)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work" / "eval-sets"


def prepared(file: Path, folder: Path | None, **options: Any) -> tuple[Corpus, FindingLog]:
    log = FindingLog()
    corpus = prepare([file], findings=log, eval_sets=folder, **options)
    adds_up(corpus, log)
    held_out = {document.text for document in corpus.eval}
    assert not held_out & {document.text for document in corpus.train}
    return corpus, log


def saved(folder: Path) -> Path:
    (file,) = folder.glob("*.jsonl")
    return file


def test_the_first_split_is_saved_and_used_again(write: Write, folder: Path) -> None:
    file = write(*MANY)
    first, _ = prepared(file, folder)
    again, _ = prepared(file, folder)
    unsaved, _ = prepared(file, None)
    assert (first.eval_source, again.eval_source, unsaved.eval_source) == ("split", "saved", "split")
    assert first.eval_file == again.eval_file == str(saved(folder))
    assert unsaved.eval_file == ""
    assert first.eval_hash == again.eval_hash == unsaved.eval_hash != ""
    texts = [[(document.text, document.spans) for document in each.eval] for each in (first, again, unsaved)]
    assert texts[0] == texts[1] == texts[2], "in the same order: the same dev.spacy, byte by byte"
    assert {document.text for document in first.train} == {document.text for document in again.train}
    assert first.content_hash == again.content_hash


def test_what_is_saved_is_a_prodigy_dataset(write: Write, folder: Path) -> None:
    corpus, _ = prepared(write(*MANY), folder, seed=3, eval_split=0.25)
    rows = [json.loads(line) for line in saved(folder).read_text("ascii").splitlines()]
    assert [task["text"] for task in rows] == [document.text for document in corpus.eval]
    for task in rows:
        assert task["answer"] == "accept"
        assert task["_input_hash"] == input_hash(task["text"])
        assert task["_task_hash"] == task_hash({"text": task["text"], "spans": task["spans"]})
        assert all(span.keys() == {"start", "end", "label"} for span in task["spans"])
    facts = json.loads(saved(folder).with_suffix(".json").read_text("ascii"))
    assert (facts["seed"], facts["share"], facts["lang"], facts["docs"], facts["spans"]) == (
        3,
        0.25,
        "en",
        15,
        15,
    )
    assert facts["files"] == [str(folder.parents[1] / "data.jsonl")]
    assert facts["eval_hash"] == corpus.eval_hash
    given_as_file = prepare([write(*LATER, name="other.jsonl")], [saved(folder)])
    assert given_as_file.eval_hash == corpus.eval_hash
    assert (given_as_file.eval_source, given_as_file.eval_file) == ("file", str(saved(folder)))


def test_rows_that_come_later_are_all_trained_on(write: Write, folder: Path) -> None:
    before, _ = prepared(write(*MANY), folder)
    after, log = prepared(write(*LATER, *reversed(MANY)), folder)
    assert after.eval_hash == before.eval_hash
    assert after.eval_source == "saved"
    assert (len(after.train), len(after.eval)) == (88, 12)
    assert not log.count("eval-text-changed") + log.count("eval-text-gone") + log.count("eval-set-outgrown")
    train, evaluation = after.funnel[-2:]
    assert (train.documents, evaluation.documents, evaluation.eval) == (88, 12, 12)


@pytest.mark.parametrize("change", [{"seed": 1}, {"eval_split": 0.3}, {"lang": "de"}])
def test_another_question_has_another_set(write: Write, folder: Path, change: dict[str, Any]) -> None:
    file = write(*MANY)
    prepared(file, folder)
    assert prepared(file, folder, **change)[0].eval_source == "split"
    assert len(list(folder.glob("*.jsonl"))) == 2


def test_the_order_of_files_and_how_they_are_named_changes_nothing(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = write(*MANY, name="one.jsonl"), write(*LATER, name="two.jsonl")
    first = prepare([one, two], eval_sets=folder)
    monkeypatch.chdir(one.parent)
    again = prepare([Path("two.jsonl"), Path("work/../one.jsonl")], eval_sets=folder)
    assert again.eval_source == "saved"
    assert again.eval_hash == first.eval_hash


def test_an_annotation_that_changed_is_told_and_the_saved_one_kept(write: Write, folder: Path) -> None:
    before, _ = prepared(write(*MANY), folder)
    place = before.eval[0].source[1] - 1
    changed = row(MANY[place]["text"], "ORG", "PER")
    after, log = prepared(write(*MANY[:place], changed, *MANY[place + 1 :]), folder)
    assert after.eval_hash == before.eval_hash
    (finding,) = [each for each in log if each.kind == "eval-text-changed"]
    assert (Path(finding.file).name, finding.row) == ("data.jsonl", place + 1)
    assert "ORG" in finding.message
    assert str(saved(folder)) in finding.message
    evaluation = after.funnel[-1]
    assert evaluation.lost_spans == {"eval-text-changed": 2}
    assert evaluation.added_spans == {"eval-text-changed": 1}
    assert evaluation.lost == evaluation.added_documents == {"eval-text-changed": 1}


def test_texts_that_are_gone_are_told_and_measured_on_all_the_same(write: Write, folder: Path) -> None:
    before, _ = prepared(write(*MANY), folder)
    held_out = {document.text for document in before.eval}
    after, log = prepared(write(*[task for task in MANY if task["text"] not in held_out]), folder)
    assert after.eval_hash == before.eval_hash
    assert log.count("eval-text-gone") == after.funnel[-1].added_documents["eval-text-gone"] == 12
    assert {(Path(each.file), each.row) for each in log if each.kind == "eval-text-gone"} == {
        (saved(folder), number) for number in range(1, 13)
    }
    assert (len(after.train), len(after.eval)) == (48, 12)
    rejected = [{**task, "answer": "reject"} if task["text"] in held_out else task for task in MANY]
    assert prepared(write(*rejected), folder)[1].count("eval-text-gone") == 12


def test_a_set_that_the_data_has_outgrown_is_told(write: Write, folder: Path) -> None:
    prepared(write(*MANY[:10]), folder)
    later = [row(f"Eve met Max {number}", "PER") for number in range(11)]
    assert prepared(write(*MANY[:10], *later[:5]), folder)[1].count("eval-set-outgrown") == 0
    _, log = prepared(write(*MANY[:10], *LATER), folder)
    (finding,) = [each for each in log if each.kind == "eval-set-outgrown"]
    assert (finding.file, finding.row) == (str(saved(folder)), 0)
    assert "2 evaluation texts were saved; of today's data 10" in finding.message


def test_deleting_the_set_splits_off_a_new_one(write: Write, folder: Path) -> None:
    before, _ = prepared(write(*MANY), folder)
    file = write(*MANY, *LATER)
    saved(folder).unlink()
    after, _ = prepared(file, folder)
    assert (after.eval_source, len(after.eval)) == ("split", 20)
    assert after.eval_hash != before.eval_hash
    again, _ = prepared(file, folder)
    assert (again.eval_source, again.eval_hash) == ("saved", after.eval_hash)


def test_a_set_without_spans_is_not_kept(write: Write, folder: Path) -> None:
    few = [row("Ann left", "PER"), *[row(f"nobody {number}") for number in range(30)]]
    _, log = prepared(write(*few), folder, trainable=False)
    assert log.count("no-split") == 0
    prepared(write(row("Ann left", "PER")), folder, trainable=False)
    assert not folder.exists()
    assert prepared(write(*MANY), folder)[0].eval_source == "split"


def test_data_of_evaluation_texts_alone_is_refused_with_what_to_do(write: Write, folder: Path) -> None:
    before, _ = prepared(write(*MANY), folder)
    held_out = {document.text for document in before.eval}
    file = write(*[task for task in MANY if task["text"] in held_out])
    with pytest.raises(UserError, match="the train set of 0 texts has no span") as caught:
        prepare([file], eval_sets=folder)
    assert f"delete {saved(folder)}" in str(caught.value)
    assert prepared(file, folder, trainable=False)[0].train == []


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda content: content[:-40],
    "a line short": lambda content: content[: content[:-1].rindex(b"\n") + 1],
    "not JSON": lambda content: b"{\n" + content,
    "binary": lambda _: bytes(range(256)) * 9,
    "empty": lambda _: b"",
    "blank": lambda _: b"\n\n",
    "a span outside": lambda content: content.replace(b'"end": 3', b'"end": 3000', 1),
    "a span off the tokens": lambda content: content.replace(b'"end": 3', b'"end": 2', 1),
    "a label": lambda content: content.replace(b'"PER"', b'"LOC"', 1),
    "an answer": lambda content: content.replace(b'"accept"', b'"reject"', 1),
    "a row twice": lambda content: content + content[: content.index(b"\n") + 1],
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_set_is_one_line_with_what_to_do(write: Write, folder: Path, name: str) -> None:
    file = write(*MANY)
    prepared(file, folder)
    content = saved(folder).read_bytes()
    damaged = DAMAGE[name](content)
    assert damaged != content
    saved(folder).write_bytes(damaged)
    with pytest.raises(UserError) as caught:
        prepare([file], eval_sets=folder)
    message = str(caught.value)
    assert message.startswith(f"{saved(folder)}: ")
    assert "\n" not in message
    assert "delete" in message
    assert "to split off a new one" in message
    saved(folder).write_bytes(content)
    prepared(file, folder)


def test_a_set_that_was_changed_on_purpose_can_be_used(write: Write, folder: Path) -> None:
    file = write(*MANY)
    before, _ = prepared(file, folder)
    saved(folder).write_bytes(DAMAGE["a label"](saved(folder).read_bytes()))
    facts = saved(folder).with_suffix(".json")
    facts.unlink()
    after, log = prepared(file, folder)
    assert after.eval_hash != before.eval_hash
    assert log.count("eval-text-changed") == 1
    assert json.loads(facts.read_bytes())["eval_hash"] == after.eval_hash
    saved(folder).write_bytes(DAMAGE["a span off the tokens"](saved(folder).read_bytes()))
    facts.write_text("{")
    with pytest.raises(UserError, match="do not fit spaCy's tokens"):
        prepare([file], eval_sets=folder)


def test_a_place_that_cannot_be_written_is_told(write: Write, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(UserError, match="the evaluation set cannot be saved"):
        prepare([write(*MANY)], eval_sets=tmp_path / "work" / "eval-sets")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("train.jsonl", "train"),
        ("train.v2.jsonl.gz", "train-v2"),
        ("../up.jsonl", "up"),
        ("..jsonl", "data"),
        ("a\x1b]52;c;x\x07[bold]\u202e b.jsonl", "a-52-c-x-bold-b"),
        ("中文.jsonl", "data"),
        (f"{'x' * 200}.jsonl", "x" * 40),
    ],
)
def test_the_name_is_safe(tmp_path: Path, name: str, stem: str) -> None:
    file = EvalSet(tmp_path, [tmp_path / "d" / name], seed=0, share=0.2, tokenizer=Tokenizer.of("en")).file
    assert file.parent == tmp_path
    assert file.name.rpartition("-")[0] == stem
    other = EvalSet(
        tmp_path, [tmp_path / "e" / "f" / name], seed=0, share=0.2, tokenizer=Tokenizer.of("en")
    ).file
    assert file != other


def test_labels_and_texts_are_not_in_names(write: Write, folder: Path) -> None:
    hostile = "../../\x1b[31m"
    prepared(write(*[row(f"{number} {hostile}", hostile) for number in range(20)]), folder)
    assert all(name.startswith("data-") for name in (path.name for path in folder.iterdir()))


RACE = """
import sys
from pathlib import Path
from flowchart.dataset.corpus import prepare
sys.stdin.readline()
corpus = prepare([Path(sys.argv[1])], eval_sets=Path(sys.argv[2]))
print(corpus.eval_source, corpus.eval_hash, len(corpus.eval), len(corpus.train))
"""


def test_of_two_runs_at_once_the_first_saves_and_all_use_the_same(write: Write, folder: Path) -> None:
    file = write(*MANY)
    command = [sys.executable, "-c", RACE, str(file), str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for run in runs:
        run.stdin.write("go\n")
        run.stdin.flush()
    said = [run.communicate(timeout=60)[0].split() for run in runs]
    assert {words[1] for words in said} == {prepared(file, folder)[0].eval_hash}
    assert [words[0] for words in said].count("split") == 1
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".jsonl"]


def test_the_run_that_comes_second_reads_what_the_first_has_saved(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = prepared(write(*MANY), folder)
    file = write(*MANY, *LATER)  # the second sees newer data, and has looked before the first saved
    read, calls = EvalSet.read, []

    def late(self: EvalSet, source: int) -> Any:
        calls.append(source)
        return None if len(calls) == 1 else read(self, source)

    monkeypatch.setattr(EvalSet, "read", late)
    second, _ = prepared(file, folder)
    assert (second.eval_source, second.eval_hash) == ("saved", first.eval_hash)


@pytest.mark.parametrize("there", [False, True])
def test_file_systems_without_hard_links(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    file = write(*MANY)
    if there:
        prepared(file, folder)
    monkeypatch.setattr(os, "link", refuse)
    corpus, _ = prepared(file, folder)
    assert corpus.eval_source == ("saved" if there else "split")
    assert EvalSet(folder, [file], seed=0, share=0.2, tokenizer=Tokenizer.of("en")).save(corpus.eval) is False
    assert len(list(folder.iterdir())) == 2


TEXT = st.integers(0, 25).map(lambda number: f"Ann saw Rome {number}")
ROWS = st.lists(
    st.tuples(TEXT, st.lists(st.sampled_from(["PER", "LOC", "ORG"]), max_size=2), st.sampled_from("aaar")),
    min_size=3,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(0, 3), st.sampled_from([0.1, 0.2, 0.5]))
def test_whatever_the_data_does_the_set_stays(
    first: list[Any], second: list[Any], seed: int, share: float
) -> None:
    options = {"seed": seed, "eval_split": share, "trainable": False}
    with tempfile.TemporaryDirectory() as place:
        file, folder = Path(place, "data.jsonl"), Path(place, "eval-sets")
        found = []
        for rows in (first, second, first):
            tasks = [row(text, *labels) for text, labels, _ in rows]
            for task, (_, _, answer) in zip(tasks, rows, strict=True):
                task["answer"] = "accept" if answer == "a" else "reject"
            lines = [*tasks, row("Max saw Oslo", "PER")]
            file.write_text("".join(json.dumps(task) + "\n" for task in lines))
            found.append(prepared(file, folder, **options)[0])
        hashes = [corpus.eval_hash for corpus in found if corpus.eval_file]
        assert len(set(hashes)) <= 1
        assert found[0].eval_file == "" or found[0].eval_hash == found[2].eval_hash
        if found[0].eval_file:
            assert {document.text for document in found[0].train} == {
                document.text for document in found[2].train
            }
