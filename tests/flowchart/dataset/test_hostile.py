"""Every odd and hostile file: what is read of it, and exactly what is found in it.

The expectations are those of the collection's manifest. Where this reader does otherwise, `DEVIATIONS` says
why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.kinds import KINDS
from flowchart.errors import UserError

READ: dict[str, dict[str, int]] = {
    # sound, whatever it looks like
    "deep_meta_500.jsonl": {},
    "blank_lines_between.jsonl": {},
    "rich_markup_text.jsonl": {"misaligned": 2, "one-word-texts": 1},
    "[bold]name[@click=app.quit]x.jsonl": {},
    "punctuation_spans.jsonl": {"overlapping": 1},
    "html_markdown_labels.jsonl": {},
    "percent%20s%n.jsonl": {},
    "doc_20k_newlines.jsonl": {},
    "control_chars.jsonl": {},
    "every_token_entity.jsonl": {},
    "one_label_only.jsonl": {},
    "ansi_osc_in_text.jsonl": {"misaligned": 3},
    "wide_labels.jsonl": {},
    "huge_int_hashes.jsonl": {},
    "tokens_good.jsonl": {},
    "extra_keys_any_order.jsonl": {},
    "leak_train.jsonl": {},
    "bom_utf8.jsonl": {},
    "no_final_newline.jsonl": {},
    "emoji_codepoint_offsets.jsonl": {},
    "token_100k_chars.jsonl": {},
    "ünï✓.jsonl": {},
    "csv_formula_labels.jsonl": {"label-suspect": 1},
    "duplicate_keys.jsonl": {},
    "nul_in_text.jsonl": {},
    "crlf.jsonl": {},
    "label_10k_chars.jsonl": {},
    "spans_missing.jsonl": {},
    "rich_markup_labels.jsonl": {},
    # rows that are not usable
    "truncated_last_line.jsonl": {"truncated-line": 1},
    "text_missing.jsonl": {"text-missing": 1},
    "text_number.jsonl": {"text-not-string": 1},
    "text_list.jsonl": {"text-not-string": 1},
    "text_empty.jsonl": {"text-empty": 1},
    "text_white.jsonl": {"text-empty": 1},
    "two_objects_on_a_line.jsonl": {"not-json": 1},
    "latin1_bytes.jsonl": {"not-utf8": 1},
    "nul_bytes_raw.jsonl": {"not-json": 1},
    "mixed_tasks.jsonl": {"not-ner": 4},
    # one span that is not usable
    "span_string_offsets.jsonl": {"span-offsets": 1},
    "span_missing_end.jsonl": {"span-offsets": 1},
    "span_token_only.jsonl": {"span-offsets": 1},
    "span_bool_offsets.jsonl": {"span-offsets": 1},
    "span_float_whole.jsonl": {"span-offsets": 1},
    "span_float_frac.jsonl": {"span-offsets": 1},
    "span_null_offsets.jsonl": {"span-offsets": 1},
    "nan_infinity.jsonl": {"span-offsets": 1},
    "span_beyond_text.jsonl": {"span-out-of-text": 1},
    "span_both_negative.jsonl": {"span-out-of-text": 1},
    "span_zero_length.jsonl": {"span-out-of-text": 1},
    "span_huge_offsets.jsonl": {"span-out-of-text": 1},
    "span_start_gt_end.jsonl": {"span-out-of-text": 1},
    "span_label_null.jsonl": {"span-label": 1},
    "span_label_empty.jsonl": {"span-label": 1},
    "span_label_list.jsonl": {"span-label": 1},
    "span_label_missing.jsonl": {"span-label": 1},
    "spans_of_strings.jsonl": {"span-not-object": 2},
    # spans written in another way than a list: the row is read, but not learnt from
    "spans_string.jsonl": {"spans-unreadable": 1},
    "spans_dict.jsonl": {"spans-unreadable": 1},
    # another way of counting
    "byte_offsets.jsonl": {"span-moved": 2, "offsets-otherwise": 1},
    "emoji_utf16_offsets.jsonl": {"span-moved": 2, "offsets-otherwise": 1},
    "span_text_disagrees.jsonl": {"span-text-disagrees": 1},
    "span_inclusive_end.jsonl": {"span-moved": 1, "offsets-otherwise": 1},
    "tokens_disagree.jsonl": {"tokens-disagree": 3, "conflicting-spans": 1},
    # answers, hashes, annotators
    "answers_odd.jsonl": {"answer-spelling": 1, "answer-unknown": 2, "answer-missing": 1},
    "binary_teach.jsonl": {"answer-reject": 1, "binary-only": 1, "binary-united": 1},
    "same_hash_other_text.jsonl": {"hash-reused": 1, "duplicate-text": 1, "hash-unknown": 1},
    "annotator_answer_conflict.jsonl": {
        "hash-reused": 2,
        "answer-reject": 1,
        "answer-ignore": 1,
        "hash-unknown": 1,
    },
    "annotator_conflicts.jsonl": {
        "conflicting-spans": 20,
        "duplicate-text": 20,
        "hash-unknown": 1,
        "same-span-two-labels": 20,
        "overlapping": 13,
    },
    "identical_texts.jsonl": {"duplicate-text": 299},
    "single_words.jsonl": {"duplicate-text": 92, "one-word-texts": 1},
    # labels and overlaps
    "same_span_two_labels.jsonl": {"same-span-two-labels": 1},
    "overlapping.jsonl": {"overlapping": 2},
    "label_variants.jsonl": {"label-variants": 1, "label-suspect": 4},
    "ansi_in_labels.jsonl": {"label-suspect": 2},
    # the file as a whole
    "bom_every_line.jsonl": {"byte-order-mark": 2},
    "proper.jsonl.gz": {},
    "gzip_named_jsonl.jsonl": {},
    "json_array_one_line.jsonl": {"json-array": 1},
    "json_array_pretty.json": {"json-array": 1},
    "one_doc.jsonl": {},
    "leak_eval.jsonl": {},
    "eval_other_labels.jsonl": {},
}
"""For each file that is read, how often each kind is found (the kinds about the split are left aside)."""

REFUSED: dict[str, tuple[str, ...]] = {
    "no_spans_at_all.jsonl": ("no span to learn from in 100",),
    "pretty_objects.jsonl": ("pretty-printed", "jq -c ."),
    "gzip_truncated.jsonl.gz": ("gzip", "damaged"),
    "only_reject_ignore.jsonl": ("0 of 60 accepted", "40 answer-reject", "20 answer-ignore"),
    "garbage.spacy": ("gzip", "damaged"),
    "not_json_at_all.jsonl": ("row 1 is not JSON", "CoNLL"),
    "gzip_bomb.jsonl.gz": ("line 1 is longer than 64 MiB",),
    "binary_garbage.jsonl": ("row 1", "not UTF-8"),
    "pickle.spacy": ("row 1", "a .spacy file is not read here"),
    "utf16_bom.jsonl": ("UTF-16", "iconv"),
    "conll_ragged.conll": ("row 1 is not JSON", "CoNLL"),
}
"""For each file that is refused, what its one line says."""

DEVIATIONS: dict[str, tuple[int, int, str]] = {
    "mixed_tasks.jsonl": (
        2,
        5,
        "a text classification row read as a text without entities would teach misses",
    ),
    "json_array_one_line.jsonl": (3, 8, "a JSON array is read, not only recognised"),
    "json_array_pretty.json": (3, 8, "a JSON array is read, not only recognised"),
    "byte_offsets.jsonl": (1, 2, "both spans name their text, and bytes lead both to it"),
    "emoji_utf16_offsets.jsonl": (1, 2, "both spans name their text, and UTF-16 units lead both to it"),
    "span_text_disagrees.jsonl": (2, 4, "a span that says Google over the word Apple teaches the wrong one"),
    "proper.jsonl.gz": (3, 8, "the manifest leaves the counts open; gzip is read"),
    "gzip_named_jsonl.jsonl": (3, 8, "gzip is told by its first bytes and read whatever its name"),
}
"""Documents and spans read where the manifest says otherwise or nothing, and why."""


def check(shared_data: Path, *names: str) -> tuple[Corpus, FindingLog]:
    folder = shared_data / "hostile"
    log = FindingLog()
    corpus = prepare(
        [folder / names[0]], [folder / name for name in names[1:]], findings=log, trainable=False
    )
    return corpus, log


def manifest(shared_data: Path) -> dict[str, dict[str, Any]]:
    entries = json.loads((shared_data / "hostile" / "MANIFEST.json").read_text("utf-8"))
    return {entry["name"]: entry for entry in entries}


def test_every_file_of_the_manifest_has_its_expectation(shared_data: Path) -> None:
    entries = manifest(shared_data)
    assert set(entries) == set(READ) | set(REFUSED)
    refused = {name for name, entry in entries.items() if entry["expect"] == "refuse"}
    # gzip under a .jsonl name may be refused or read: it is read. CoNLL is another format: it is refused.
    assert refused - set(REFUSED) == {"gzip_named_jsonl.jsonl"}
    assert set(REFUSED) - refused == {"conll_ragged.conll"}


@pytest.mark.parametrize("name", READ)
def test_read(shared_data: Path, name: str) -> None:
    corpus, log = check(shared_data, name)
    kinds = {kind: count.count for kind, count in log.kinds.items() if KINDS[kind].stage != "split"}
    assert kinds == READ[name]
    entry = manifest(shared_data)[name]
    expected = (entry["ref_usable_docs"], entry["ref_usable_spans"])
    if name in DEVIATIONS:
        assert expected != DEVIATIONS[name][:2], "no deviation any more"
        expected = DEVIATIONS[name][:2]
    tasks = corpus.funnel[1]
    assert (tasks.documents, tasks.spans) == expected
    if entry["expect"] == "load":
        lost = {**tasks.lost, **corpus.funnel[2].lost}
        assert not lost
    elif entry["expect"] == "warn" and "pair" not in entry and name not in DEVIATIONS:
        assert any(finding.severity != "info" for finding in log)


def test_eval_sets_of_hostile_data_are_saved_and_read_back(shared_data: Path, tmp_path: Path) -> None:
    saved = 0
    for name in READ:
        file = shared_data / "hostile" / name
        first, second = (prepare([file], eval_sets=tmp_path / "sets", trainable=False) for _ in range(2))
        assert first.eval_hash == second.eval_hash, name
        assert first.eval_file == second.eval_file, name
        assert second.eval_source == ("saved" if first.eval_file else "split"), name
        saved += bool(first.eval_file)
    files = list((tmp_path / "sets").iterdir())
    assert len(files) == 2 * saved > 20
    for file in files:
        assert file.name.isascii()
        assert file.name.isprintable()
        assert not set(file.name) & set("[]@=% \\/")


@pytest.mark.parametrize("name", REFUSED)
def test_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(UserError) as caught:
        check(shared_data, name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    assert name in message
    for part in REFUSED[name]:
        assert part in message


def test_rows_are_named(shared_data: Path) -> None:
    rows = {
        "text_missing.jsonl": ("text-missing", 1),
        "two_objects_on_a_line.jsonl": ("not-json", 1),
        "truncated_last_line.jsonl": ("truncated-line", 3),
        "nul_bytes_raw.jsonl": ("not-json", 2),
        "latin1_bytes.jsonl": ("not-utf8", 1),
    }
    for name, (kind, row) in rows.items():
        _, log = check(shared_data, name)
        found = next(finding for finding in log if finding.kind == kind)
        assert (found.row, Path(found.file).name) == (row, name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("emoji_utf16_offsets.jsonl", "UTF-16"),
        ("byte_offsets.jsonl", "UTF-8 bytes"),
        ("span_inclusive_end.jsonl", "last character"),
    ],
)
def test_the_offset_unit_is_guessed(shared_data: Path, name: str, hint: str) -> None:
    _, log = check(shared_data, name)
    messages = [finding.message for finding in log if finding.kind in ("span-moved", "offsets-otherwise")]
    assert len(messages) >= 2
    assert all(hint in message for message in messages[-1:])


def test_leaking_pair(shared_data: Path) -> None:
    corpus, log = check(shared_data, "leak_train.jsonl", "leak_eval.jsonl")
    assert log.count("eval-text-in-train") == log.count("train-text-in-eval") == 30
    assert corpus.leakage.exact == 30
    assert corpus.leakage.to_dict()["share"] == (30 + corpus.leakage.near) / 40
    assert (len(corpus.train), len(corpus.eval), corpus.eval_source) == (80, 40, "file")


def test_disjoint_labels(shared_data: Path) -> None:
    _, log = check(shared_data, "leak_train.jsonl", "eval_other_labels.jsonl")
    assert log.count("labels-disjoint") == 1
    missing = {finding.label for finding in log if finding.kind == "label-not-in-train"}
    assert missing == {"PER", "GPE"}


def test_one_text_cannot_be_split(shared_data: Path) -> None:
    corpus, log = check(shared_data, "one_doc.jsonl")
    assert log.count("no-split") == 1
    assert (len(corpus.train), len(corpus.eval)) == (1, 0)
    with pytest.raises(UserError, match="1 text, of which no evaluation set"):
        prepare([shared_data / "hostile/one_doc.jsonl"])
