"""Languages whose tokens are characters: thresholds in tokens, context, and forms know it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from flowchart.dataset.corpus import prepare
from flowchart.evidence import measure as judge
from flowchart.evidence.facts import Facts
from flowchart.graph import load
from flowchart.measures import context, span_shape
from flowchart.measures.characters import are_tokens
from flowchart.measures.forms import scan
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog

CHINESE = "据{name}的第{number}号通知，会议改在下午举行。"


def material_of(folder: Path, names: list[str], lang: str = "zh") -> Material:
    file = folder / "train.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number, name in enumerate(names):
            text = CHINESE.format(name=name, number=number)
            span = {"start": 1, "end": 1 + len(name), "label": "ORG"}
            out.write(json.dumps({"text": text, "spans": [span], "answer": "accept"}) + "\n")
    corpus = prepare([file], lang=lang, trainable=False)
    return Material(corpus, [str(file)], lang=lang, folder=folder)


@pytest.mark.parametrize(
    ("lang", "text", "characters"),
    [
        ("zh", "王小明昨天在深圳开会。", True),
        ("zh", "Ann Lee ran home.", False),
        ("en", "I saw 王 there.", False),
    ],
)
def test_tokens_that_are_characters_are_told(lang: str, text: str, characters: bool) -> None:
    assert are_tokens([spacy.blank(lang)(text)]) == characters


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("深圳大学", "YES"),  # 4 characters, at most 2 words
        ("成都市第二师范大学", "YES"),  # 9, at most 5 words
        ("成都市第二师范大学附属中学", "CAN'T TELL"),  # 13: 5 to 7 words
        ("中华人民共和国成都市第二师范大学附属中学", "NO"),  # 20, at least 7 words
    ],
)
def test_short_names_are_short_in_characters_too(tmp_path: Path, name: str, suggestion: str) -> None:
    material = material_of(tmp_path, [name] * 100)
    with RowLog(tmp_path / "rows.jsonl", material.files) as rows:
        fact = span_shape.measure(material, rows)
    assert fact["characters"]
    assert sum(fact["lengths"]) == sum(fact["lengths_least"]) == 100
    evidence = judge(load().nodes["scratch.proper_nouns"], Facts(measured={"span_shape": fact}))
    assert evidence is not None
    assert evidence.suggestion == suggestion
    assert "characters" in evidence.reason
    assert "written like names" not in evidence.reason  # there are no capitals


def test_context_is_counted_in_words_of_two_characters(tmp_path: Path) -> None:
    material = material_of(tmp_path, ["深圳大学"])
    with RowLog(tmp_path / "rows.jsonl", material.files) as rows:
        fact = context.measure(material, rows)
    assert fact["characters"]
    assert fact["outside"][8] == 1  # 15 letters and digits outside the span


def test_a_single_character_is_no_form(tmp_path: Path) -> None:
    nlp = spacy.blank("zh")

    def doc(text: str, *spans: tuple[int, int]) -> Doc:
        made = nlp(text)
        made.ents = [made.char_span(start, end, label="GPE") for start, end in spans]
        return made

    docs = [doc("中与深圳签约", (0, 1), (2, 4)), doc("其中之一在深圳中间")]
    found = scan(docs)
    assert [variation.form for variation in found.varied] == ["深圳"]
    assert found.too_long == 1


def test_reports_of_users(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "reports/23.jsonl"
    material = Material(prepare([file], lang="zh"), [str(file)], lang="zh", folder=tmp_path)
    with RowLog(tmp_path / "rows.jsonl", material.files) as rows:
        fact = span_shape.measure(material, rows)
    evidence = judge(load().nodes["scratch.proper_nouns"], Facts(measured={"span_shape": fact}))
    assert evidence is not None
    assert evidence.suggestion != "NO"
