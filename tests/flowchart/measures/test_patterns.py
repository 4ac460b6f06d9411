"""Reading a patterns file: what can be used is used, what cannot is told with its row."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowchart.errors import UserError
from flowchart.measures.patterns import MOST_REPEATS, Pattern, read, write

NLP = spacy.blank("en")


def file_of(tmp_path: Path, *rows: Any) -> Path:
    file = tmp_path / "patterns.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_phrases_and_tokens_are_read_with_their_rows_and_keys_in_any_case(tmp_path: Path) -> None:
    file = file_of(
        tmp_path,
        "\ufeff" + json.dumps({"label": "DRUG", "pattern": [{"lower": "opiates"}]}),
        "",
        {"label": "DRUG", "pattern": "crack cocaine", "id": "cocaine"},
        {"label": "DOSE", "pattern": [{"Like_Num": True}, {"LOWER": {"in": ["mg", "g"]}, "op": "?"}]},
    )
    patterns, problems = read(file, NLP)
    assert problems == []
    assert [pattern.row for pattern in patterns] == [1, 3, 4]
    assert patterns[0].pattern == [{"LOWER": "opiates"}]
    assert str(patterns[0]) == '[{"lower":"opiates"}]'
    assert patterns[1].pattern == "crack cocaine"
    assert patterns[2].pattern == [{"LIKE_NUM": True}, {"LOWER": {"IN": ["mg", "g"]}, "OP": "?"}]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"label": "A", "pattern": "x"', "not JSON"),
        ("[1]", "no object"),
        ({"pattern": "x"}, "it has no label"),
        ({"label": 3, "pattern": "x"}, "the label is no text: 3"),
        ({"label": " ", "pattern": "x"}, "the label is no text"),
        ({"label": "A"}, "it has no pattern"),
        ({"label": "A", "pattern": None}, "no text and no list: None"),
        ({"label": "A", "pattern": ""}, "the pattern is empty"),
        ({"label": "A", "pattern": []}, "the pattern is empty"),
        ({"label": "A", "pattern": ["x"]}, "token 1 is no object: 'x'"),
        ({"label": "A", "pattern": [{"LOWER": "x"}, {"FOO": "x"}]}, "token 2: no token has 'FOO'"),
        ({"label": "A", "pattern": [{"LOWER": "x", "lower": "y"}]}, "token 1 has 'LOWER' twice"),
        ({"label": "A", "pattern": [{"POS": "NOUN"}]}, "POS needs a morphologizer or tagger"),
        ({"label": "A", "pattern": [{"ENT_TYPE": "A"}]}, "ENT_TYPE needs a model of entities"),
        ({"label": "A", "pattern": [{"_": {"own": 1}}]}, "_ needs an extension"),
        ({"label": "A", "pattern": [{"IS_SENT_START": True}]}, "IS_SENT_START needs a parser or"),
        ({"label": "A", "pattern": [{"TEXT": {"REGEX": "("}}]}, "no regular expression"),
        ({"label": "A", "pattern": [{}, {"lower": {"LIKE": "x"}}]}, "token 2: LOWER cannot be {'LIKE': 'x'}"),
        ({"label": "A", "pattern": [{"LOWER": 3}]}, "token 1: LOWER cannot be 3"),
        ({"label": "A", "pattern": [{"LENGTH": {"REGEX": "3"}}]}, "LENGTH is a number"),
        ({"label": "A", "pattern": [{"LENGTH": 1e300}]}, "spaCy does not take it"),
        ({"label": "A", "pattern": [{"LOWER": "x", "OP": "{99999999999}"}]}, f"{MOST_REPEATS} at most"),
        ({"label": "A", "pattern": [{"LOWER": "x", "OP": "often"}]}, "token 1: OP cannot be 'often'"),
        ('{"label": "A", "pattern": "\\ud83d"}', "half a character"),
        ({"label": "OK", "pattern": "fine"}, "the same pattern as in row 1"),
    ],
)
def test_a_bad_row_is_left_out_and_told(tmp_path: Path, row: Any, message: str) -> None:
    file = file_of(tmp_path, {"label": "OK", "pattern": "fine"}, row, {"label": "OK", "pattern": "last"})
    patterns, problems = read(file, NLP)
    assert [pattern.row for pattern in patterns] == [1, 3]
    assert [problem.row for problem in problems] == [2]
    assert message in problems[0].message
    assert "\n" not in problems[0].message


def test_a_file_without_a_pattern_says_what_is_wrong_with_its_first_row(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"patterns\.jsonl: no pattern that can be used; row 1: it has no label"
    ):
        read(file_of(tmp_path, {"pattern": "x"}), NLP)
    with pytest.raises(UserError, match="no pattern that can be used; write one"):
        read(file_of(tmp_path, ""), NLP)


@pytest.mark.parametrize("name", ["absent.jsonl", ".", "nul\0"])
def test_a_file_that_cannot_be_read_is_the_persons_to_mend(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="the patterns cannot be read"):
        read(tmp_path / name, NLP)


def test_the_same_pattern_with_another_id_is_used_once(tmp_path: Path) -> None:
    row = {"label": "A", "pattern": [{"lower": "x"}]}
    file = file_of(tmp_path, {**row, "id": "a"}, {"label": "A"}, {**row, "id": "b"})
    patterns, problems = read(file, NLP)
    assert [pattern.row for pattern in patterns] == [1]
    assert [(problem.row, problem.repeated) for problem in problems] == [(2, False), (3, True)]


def test_arrays_and_gzip_are_read_as_data_is(tmp_path: Path) -> None:
    rows = [{"label": "A", "pattern": [{"lower": "x"}]}, {"label": "A"}, {"label": "B", "pattern": "y z"}]
    lines = "\n".join(map(json.dumps, rows)).encode()
    array = json.dumps(rows, indent=1).encode()
    for name, content in (
        ("a.json", array),
        ("a.json.gz", gzip.compress(array)),
        ("lines.gz", gzip.compress(lines)),
    ):
        (tmp_path / name).write_bytes(content)
        patterns, problems = read(tmp_path / name, NLP)
        assert [(each.row, each.label) for each in patterns] == [(1, "A"), (3, "B")], name
        assert [each.row for each in problems] == [2]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "patterns.jsonl"
    patterns = [Pattern("Ä", [{"LOWER": "ß"}], 0, ""), Pattern("B", "two words", 0, "")]
    write(file, patterns)
    again, problems = read(file, NLP)
    assert problems == []
    assert [(each.label, each.pattern) for each in again] == [(each.label, each.pattern) for each in patterns]
    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path / "none" / "patterns.jsonl", patterns)


_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["LOWER", "text", "REGEX", "IN", "OP", "LENGTH", ">=", "FUZZY", "POS", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
_row = st.one_of(
    st.builds(
        lambda label, pattern: json.dumps({"label": label, "pattern": pattern}).encode(), _value, _value
    ),
    st.builds(
        lambda tokens: json.dumps({"label": "A", "pattern": tokens}).encode(),
        st.lists(
            st.dictionaries(
                st.sampled_from(["LOWER", "TEXT", "OP", "LENGTH", "IS_ALPHA"]), _value, max_size=2
            ),
            max_size=3,
        ),
    ),
    st.binary(max_size=20).filter(lambda line: b"\n" not in line),
)


@settings(max_examples=60)
@given(st.lists(_row, max_size=6))
@example([b"[" * 100_000, b'{"label": "A", "pattern": ' + b'[{"LOWER":' * 5000])
def test_whatever_the_file_holds_each_row_is_used_or_told(rows: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "patterns.jsonl")
        file.write_bytes(b"\n".join([b'{"label": "A", "pattern": "always"}', *rows]))
        patterns, problems = read(file, NLP)
    lines = file_lines(rows)
    assert sorted([each.row for each in patterns] + [each.row for each in problems]) == [1, *lines]
    assert all(problem.message for problem in problems)


def file_lines(rows: list[bytes]) -> list[int]:
    return [number for number, line in enumerate(rows, 2) if line.strip()]
