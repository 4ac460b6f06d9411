"""Which rows are named entities: told by what they hold, then by their interface; other tools are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.funnel import Funnel
from flowchart.dataset.loading import Loader, Task
from flowchart.errors import UserError

Write = Callable[..., Path]
GOOD = {"text": "Ann saw Rome", "spans": [{"start": 8, "end": 12, "label": "LOC"}], "answer": "accept"}
TOKENS = [{"text": "Ann", "start": 0, "end": 3, "id": 0}, {"text": "ran", "start": 4, "end": 7, "id": 1}]
CHOICE = {"options": [{"id": "A", "text": "A"}], "accept": ["A"]}


def load(file: Path) -> tuple[list[Task], FindingLog, Funnel]:
    log, funnel = FindingLog(), Funnel()
    return list(Loader(file, "train", funnel, log).tasks()), log, funnel


def task(**more: Any) -> dict[str, Any]:
    return {"text": "Ann ran", "answer": "accept", **more}


@pytest.mark.parametrize(
    "row",
    [
        task(),
        task(_view_id="ner_manual"),
        task(_view_id="spans_manual", tokens=TOKENS),
        task(_view_id="blocks", tokens=TOKENS, **CHOICE),
        task(_view_id="blocks", tokens=TOKENS, label="X"),
        task(tokens=TOKENS, **CHOICE),
        task(_view_id="ner_manual", **CHOICE),
        task(_view_id="ner_manual", image="x.png", relations=[]),
        task(_view_id="review", versions=[task(_view_id="ner_manual")], view_id="ner_manual"),
        task(nct_id="N1", relations=[], pages=None),
    ],
)
def test_texts_without_entities(write: Write, row: dict[str, Any]) -> None:
    tasks, log, _ = load(write(GOOD, row))
    assert [each.spans for each in tasks[1:]] == [[]]
    assert not log.total


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (task(relations=[{"head": 1, "child": 0}], tokens=TOKENS, _view_id="relations"), "'relations'"),
        (task(relations=[{"head": 1, "child": 0}], tokens=TOKENS), "'relations'"),
        (task(relations=[], spans=[], tokens=TOKENS, _view_id="relations"), "'relations'"),
        (task(arcs=[{"head": 1, "child": 0}], tokens=TOKENS), "'dep'"),
        (task(head=1, child=0, label="nsubj", tokens=TOKENS), "'dep'"),
        (task(_view_id="dep", spans=[]), "'dep'"),
        (task(pages=[{"text": "Ann"}]), "'pages'"),
        ({"pages": [{"text": "Ann"}], "_view_id": "pages", "answer": "accept"}, "'pages'"),
        (task(**CHOICE), "'choice'"),
        (task(_view_id="blocks", relations=[{"head": 1}], tokens=TOKENS), "'relations'"),
        (task(label="SPAM"), "'classification'"),
        (task(cats={"SPAM": 1.0}), "'classification'"),
        (task(image="x.png"), "'image'"),
        (task(image="x.png", spans=[{"points": [[0, 0]], "label": "CAT"}]), "'image'"),
        ({"image": "x.png", "spans": [], "answer": "accept"}, "'image'"),
        ({"audio": "x.wav", "audio_spans": [], "answer": "accept"}, "'audio'"),
        (task(html="<b>Ann</b>"), "'html'"),
        (task(user_input="Ann"), "'text_input'"),
        (task(_view_id="pos_manual", spans=GOOD["spans"]), "'pos_manual'"),
        (task(_view_id="review", view_id="choice", versions=[task()], spans=[]), "'choice'"),
    ],
)
def test_tasks_of_other_interfaces_are_named(write: Write, row: dict[str, Any], name: str) -> None:
    tasks, log, funnel = load(write(GOOD, row))
    assert len(tasks) == 1
    assert {kind: count.count for kind, count in log.kinds.items()} == {"not-ner": 1}
    assert f"interface {name}" in next(iter(log)).message
    assert funnel["tasks"].lost_documents == {"not-ner": 1}


def test_labelled_spans_between_which_there_are_relations_are_entities(write: Write) -> None:
    tasks, log, _ = load(write({**GOOD, "relations": [{"head": 0, "child": 2}], "_view_id": "relations"}))
    assert (len(tasks), log.total) == (1, 0)


def test_blocks_are_told_by_what_other_rows_of_theirs_hold(write: Write) -> None:
    empty = task(_view_id="blocks", **CHOICE)
    marked = {**GOOD, "_view_id": "blocks"}
    tasks, log, funnel = load(write(empty, marked, empty, GOOD))
    assert sorted(each.row for each in tasks) == [1, 2, 3, 4]
    assert (log.total, funnel["tasks"].documents) == (0, 4)
    tasks, log, funnel = load(write(empty, GOOD, empty))
    assert [each.row for each in tasks] == [2]
    assert funnel["tasks"].lost_documents == {"not-ner": 2}
    assert log.count("not-ner") == 2


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"text": "a", "annotation": [["X", 0, 1]], "annotation_agent": "u"}, "Argilla"),
        ({"text": "a", "annotation": None, "prediction": None, "status": "Default"}, "Argilla"),
        ({"fields": {"text": "a"}, "responses": {}, "suggestions": {}}, "Argilla"),
        ({"text": "a", "span.responses": [[]], "span.suggestion": None}, "Argilla"),
        ({"tokenized_text": ["a"], "ner": [[0, 0, "x"]]}, "GLiNER"),
        ({"tokens": ["a"], "ner_tags": [0]}, "Hugging Face"),
        ({"id": "0", "text": "a", "tokens": ["a"], "ner_tags": ["O"]}, "Hugging Face"),
        ({"words": ["a"], "labels": ["B-X"]}, "Hugging Face"),
        ({"data": {"text": "a"}, "annotations": []}, "Label Studio"),
        ({"id": 1, "text": "a", "label": [{"start": 0, "end": 1, "labels": ["X"]}]}, "JSON_MIN"),
        ({"id": 1, "text": "a", "annotator": 1, "annotation_id": 2, "lead_time": 1.0}, "JSON_MIN"),
        ({"text": "a", "label": [[0, 1, "X"]]}, "doccano"),
        ({"text": "a", "labels": []}, "doccano"),
        ({"data": "a", "label": [[0, 1, "X"]]}, "doccano"),
        ({"text": "a", "entities": [{"id": 0, "label": "X", "start_offset": 0, "end_offset": 1}]}, "doccano"),
        ({"text": "a", "entities": [[0, 1, "X"]]}, "spaCy"),
        ({"id": 0, "paragraphs": [{"raw": "a"}]}, "spaCy 2 training data"),
        ({"text": "a", "ents": [{"start": 0, "end": 1, "label": "X"}]}, "spaCy Doc"),
        (["a", {"entities": [[0, 1, "X"]]}], "spaCy 2 training tuple"),
        ({"content": "a", "annotation": [{"label": ["X"], "points": []}]}, "Dataturks"),
        ({"text": "a", "denotations": [{"span": {"begin": 0, "end": 1}, "obj": "X"}]}, "PubAnnotation"),
        ({"label": "X", "pattern": "a"}, "match pattern"),
        (
            {"example_id": "1", "content": "a", "annotations": [{"tag": "X", "start": 0, "end": 1}]},
            "LightTag",
        ),
        ({"documentName": "a.txt", "document": "a", "tokens": [], "relations": []}, "UBIAI"),
        ({"content": "a", "externalId": "1", "labels": []}, "Kili"),
        ({"data_row": {"row_data": "a"}, "projects": {}}, "Labelbox"),
        ({"File": "a.txt", "Line": 0, "Entities": []}, "Comprehend"),
        ({"source": "a", "job": {"annotations": {}}, "job-metadata": {}}, "SageMaker"),
        ({"text": "a", "intentName": "x", "entityLabels": []}, "LUIS"),
        ({"doc_key": "1", "sentences": [["a"]], "ner": [[]], "relations": [[]]}, "DyGIE"),
        ({"text": "a", "entities": {"X": [{"indices": [0, 1]}]}}, "GATE"),
        ({"text": "a", "tags": [{"start": 0, "end": 1, "tag": "X"}]}, "'tags' in place of spans"),
        ({"tokens": [["a"], ["b"]], "ner_tags": [[1], [0]]}, "Hugging Face"),
        ([{"text": "a", "ner": "S-X"}, {"text": "b", "ner": "O"}], "tokens with tags"),
        ([["a", "b"], ["B-X", "I-X"]], "tokens with tags"),
        ([["a", "NN", "B-X"], ["b", "NN", "O"]], "tokens with tags"),
    ],
)
def test_other_tools_are_named_row_by_row_and_as_a_file(write: Write, row: object, name: str) -> None:
    tasks, log, _ = load(write(GOOD, row))
    assert len(tasks) == 1
    assert {kind: count.count for kind, count in log.kinds.items()} == {"other-format": 1}
    assert name in next(iter(log)).message
    with pytest.raises(UserError, match=name):
        prepare([write(row, row)])


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\n", "CoNLL"),
        ("EU\tB-ORG\nrejects\tO\n\nGerman\tB-MISC\n", "CoNLL"),
        ("EU|U-ORG rejects|O\nGerman|B-MISC call|O\n", "CoNLL"),
        ("# text = EU\n1\tEU\tB-ORG\t-\t-\n2\trejects\tO\t-\t-\n", "CoNLL"),
        ("# sent_id = 1\n1\tEU\tEU" + "\t_" * 7 + "\n2-3\tis" + "\t_" * 8 + "\n", "CoNLL"),
        ("#begin document (bn/abc); part 000\nbn/abc 0 0 Ann NNP (TOP* - - - - (PERSON) -\n", "CoNLL"),
        ("B-PER Ann\nO ran\nO home\n", "CoNLL"),
        ("T1\tPER 0 3\tAnn\nR1\tsaw Arg1:T1 Arg2:T2\n", "brat"),
        ("#FORMAT=WebAnno TSV 3.3\n", "WebAnno"),
        ("123|t|Title\n123|a|Abstract\n", "PubTator"),
        ("<?xml version='1.0'?>\n<doc/>\n", "XML"),
        ("text,label,start,end\nAnn ran,PER,0,3\n", "CSV"),
        ("Sentence #,Word,POS,Tag\nSentence: 1,Ann,NNP,B-per\n", "CSV"),
        ("TRAIN_DATA = [('Ann ran', {'entities': [(0, 3, 'PER')]})]\n", "Python"),
        ("[('Ann ran', {'entities': [(0, 3, 'PER')]})]\n", "Python"),
        ("We gave it to Our Lady.\nO what a day, Or so.\n", "plain text"),
        ("Word O\nOne O two\nB-side of it\n", "plain text"),
        ("# A song\n\nSing O my soul\n", "plain text"),
        ("The B-cell count rose.\n", "plain text"),
        ("- text: Ann ran\n  spans: []\n", "plain text"),
        ("a\0b\0c", "binary file"),
        ('{"rasa_nlu_data": {"common_examples": []}}', "Rasa"),
        ('{"source": "", "documents": [{"id": "1", "passages": []}]}', "BioC"),
        ('{"version": "1", "data": [{"tokens": ["a"], "ner_tags": [0]}]}', "Hugging Face"),
        ('{"TRAIN_DATA": [["Ann", {"entities": [[0, 3, "PER"]]}]]}', "spaCy 2 training tuple"),
        ('{"a": {"b": [{"text": "Ann", "spans": []}]}}', "tasks under 'a.b'"),
        ('[["Ann ran", {"entities": [[0, 3, "PER"]]}]]', "spaCy 2 training tuple"),
        ('{"classes": ["PER"], "annotations": [["Ann", {"entities": [[0, 3, "PER"]]}]]}', "NER Annotator"),
        ('{\n "data": [\n  {"tokens": ["a"],\n "ner_tags": [0]}]\n}', "Hugging Face"),
        ('{\n "text": "a",\n "spans": []\n}', "pretty-printed"),
        ("SQLite format 3\0...", "prodigy db-out"),
        ("PAR1....", "Parquet"),
        ("PK\x03\x04..", "zip archive"),
    ],
)
def test_files_of_other_tools_are_named(tmp_path: Path, content: str, name: str) -> None:
    file = tmp_path / "data.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        prepare([file])
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ("CoNLL" in str(caught.value)) == (name == "CoNLL")


def test_a_folder_of_brat_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("T1\tPER 0 3\tAnn\n")
    (tmp_path / "a.txt").write_text("Ann ran")
    with pytest.raises(UserError, match="brat"):
        prepare([tmp_path])
    with pytest.raises(UserError, match=r"brat's \.ann file beside it"):
        prepare([tmp_path / "a.txt"])


@pytest.mark.parametrize(
    "row",
    [
        {"rows": [{"a": 1}], "n": {"a": {"b": {"c": {"d": []}}}}},
        {"items": [["Ann", "ran"], ["Bo", "sat"]]},
        {"items": [[{"text": "Ann"}]], "source": "wiki", "source-url": "x"},
    ],
)
def test_what_no_tool_writes_has_no_name(write: Write, row: object) -> None:
    with pytest.raises(UserError, match="name a file with text and spans"):
        prepare([write(row, row)])


def test_rows_as_people_write_them_are_no_other_format(write: Write) -> None:
    row = {**task(), "meta": {"labels": [1]}, "title": "x", "sentence": "Ann ran", "ids": [1, 2], "tag": "x"}
    tasks, log, _ = load(write(row, json.dumps(row).encode()))
    assert (len(tasks), log.total) == (2, 0)


def test_reports_of_users(shared_data: Path) -> None:
    folder = shared_data / "reports"
    corpus = prepare([folder / "01.jsonl"])
    assert (corpus.funnel[2].documents, corpus.funnel[2].spans) == (60, 80)
    corpus = prepare([folder / "16rel.jsonl"])
    assert corpus.funnel[2].documents == 40
    assert corpus.funnel[1].lost == {"not-ner": 40}
    for name, said in (
        ("11argilla.jsonl", "Argilla"),
        ("11gliner.json", "GLiNER"),
        ("11hf.jsonl", "Hugging Face"),
        ("11lsmin.json", "JSON_MIN"),
        ("11tuples.jsonl", "spaCy 2 training tuple"),
        ("12plain.txt", "plain text"),
    ):
        with pytest.raises(UserError) as caught:
            prepare([folder / name])
        assert said in str(caught.value)
        assert "CoNLL" not in str(caught.value)


def test_every_format_at_hand_is_named(shared_data: Path) -> None:
    folder = shared_data / "formats/same200"
    said = {
        "conll": "CoNLL",
        "iob": "CoNLL",
        "iob2": "CoNLL",
        "tsv": "CoNLL",
        "docbin": ".spacy file",
        "labelstudio": "Label Studio",
        "doccano": "doccano",
        "hf_tokens": "Hugging Face",
        "spacy_v2": "spaCy 2",
        "brat": "brat",
    }
    for file in folder.iterdir():
        if file.name.startswith(("prodigy", "expected", "hf_tokens_int.labels")):
            continue
        name = next((key for key in said if file.name.startswith(key)), file.suffix[1:])
        with pytest.raises(UserError) as caught:
            prepare([file])
        assert said[name] in str(caught.value), file.name
