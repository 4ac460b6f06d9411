"""What patterns find: hand-computed cases, spaCy's own entity ruler, and real patterns on real texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.pipeline import EntityRuler
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from flowchart.dataset.corpus import prepare
from flowchart.dataset.document import Document
from flowchart.errors import UserError
from flowchart.measures import rules
from flowchart.measures.material import Material
from flowchart.measures.patterns import Pattern, read
from flowchart.measures.rows import RowLog
from flowchart.measures.rule_matching import RuleMatcher, resolve

NLP = spacy.blank("en")


def tasks(folder: Path, name: str, texts: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Path:
    """Write texts with (words, label) spans, each at its words' first place."""
    file = folder / name
    with file.open("w", encoding="utf-8") as out:
        for text, parts in texts:
            spans = [
                {"start": text.index(part), "end": text.index(part) + len(part), "label": label}
                for part, label in parts
            ]
            out.write(json.dumps({"text": text, "spans": spans, "answer": "accept"}) + "\n")
    return file


def measured(
    folder: Path, train: Path, eval: Path, patterns: Path | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the fact, held to be plain data, and the rows behind it."""
    corpus = prepare([train], [eval], trainable=False)
    material = Material(corpus, [file.path for file in corpus.files], patterns=patterns, folder=folder)
    with RowLog(folder / "rows-rules.jsonl", material.files) as log:
        fact = rules.measure(material, log)
    rows = [json.loads(line) for line in (folder / "rows-rules.jsonl").read_text("utf-8").splitlines()]
    return json.loads(json.dumps(fact, allow_nan=False)), rows


def pattern_file(folder: Path, *patterns: tuple[str, Any]) -> Path:
    file = folder / "given.jsonl"
    rows = [json.dumps({"label": label, "pattern": pattern}) for label, pattern in patterns]
    file.write_text("\n".join(rows), "utf-8")
    return file


def test_the_counts_are_those_of_a_hand(tmp_path: Path) -> None:
    train = tasks(tmp_path, "train.jsonl", [("only spice here", [("spice", "DRUG")])])
    eval = tasks(
        tmp_path,
        "eval.jsonl",
        [
            ("crack cocaine and pot", [("crack cocaine", "DRUG"), ("pot", "DRUG")]),
            ("a pot of tea in Paris", [("Paris", "CITY")]),
            ("black tar heroin", [("tar heroin", "DRUG")]),
        ],
    )
    patterns = pattern_file(
        tmp_path,
        ("DRUG", [{"lower": "crack"}, {"lower": "cocaine"}]),
        ("DRUG", "cocaine"),
        ("DRUG", [{"lower": "pot"}]),
        ("DRUG", [{"lower": "black"}, {"lower": "tar"}, {"lower": "heroin"}]),
        ("DRUG", [{"lower": "tar"}, {"lower": "heroin"}]),
        ("NAME", "Paris"),
        ("CITY", "Paris"),
        ("DRUG", "spice"),
        ("DRUG", "lsd"),
    )
    with patterns.open("a") as out:
        out.write("\n{}\n")
    fact, rows = measured(tmp_path, train, eval, patterns)
    assert (fact["source"], fact["file"], fact["patterns"]) == ("given", str(patterns), 9)
    assert fact["left_out"] == {"count": 1, "first": ["row 10: it has no label"]}
    score, coverage = fact["score"], fact["coverage"]
    # right: crack cocaine, pot; wrong: pot of tea, black tar heroin, NAME; missed: Paris, tar heroin
    assert (score["tp"], score["fp"], score["fn"]) == (2, 3, 2)
    assert (score["ents_p"], score["ents_r"]) == (2 / 5, 2 / 4)
    assert score["ents_f"] == pytest.approx(4 / 9)
    assert (score["ents_f_low"], fact["enough"]) == (None, False), "three texts are too few for an interval"
    assert [(each["label"], each["support"]) for each in score["by_label"]] == [
        ("DRUG", 3),
        ("CITY", 1),
        ("NAME", 0),
    ]
    # every mention is matched by some pattern before the longer ones and the first ones win
    assert (coverage["matched"], coverage["mentions"], coverage["labels_matched"]) == (4, 4, 2)
    assert coverage["by_label"][0] == {"label": "DRUG", "mentions": 3, "matched": 3, "share": 1.0}
    assert fact["foreign_labels"] == ["NAME"]
    assert fact["never"]["count"] == 1, "spice is in the training texts"
    assert fact["never"]["first"] == [{"pattern": '"lsd"', "label": "DRUG", "row": 9}]
    assert fact["conflicts"]["same_span"] == 1
    assert fact["conflicts"]["overlap"] == 2
    first = fact["conflicts"]["pairs"][0]
    assert (first["lost_label"], first["won_label"], first["count"]) == ("CITY", "NAME", 1)
    pot = next(each for each in fact["wrong"] if "pot" in each["pattern"])
    assert (pot["matches"], pot["entities"], pot["right"], pot["precision"]) == (2, 2, 1, 0.5)
    assert fact["rows"] == {"wrong": 3, "missed": 2, "written": 6, "most": rules.MOST_ROWS}
    assert [row["kind"] for row in rows] == [
        "left out",
        "wrong: pot",
        "wrong: black tar heroin",
        'wrong: "Paris"',
        "missed: DRUG",
        "missed: CITY",
    ]
    assert rows[2]["done"] == "annotated 'tar heroin' DRUG"
    assert rows[4]["done"] == "a pattern matches it and gives way: the patterns make 'black tar heroin' DRUG"
    start, end = rows[1]["span"]
    assert (rows[1]["row"], rows[1]["excerpt"][start:end]) == (2, "pot")


def test_patterns_that_cannot_match_are_told_and_measured_as_they_mean(tmp_path: Path) -> None:
    texts = [
        (f"{number} the Brain tumour of U.S. men", [("Brain tumour", "DISEASE")]) for number in range(12)
    ]
    file = tasks(tmp_path, "eval.jsonl", texts)
    patterns = pattern_file(
        tmp_path,
        ("DISEASE", [{"lower": "Brain"}, {"lower": "tumour"}]),
        ("DISEASE", [{"lower": {"regex": "lung cancer"}}]),
        ("ORG", "U.S"),
        ("DISEASE", [{"lower": "flu"}]),
    )
    with patterns.open("a") as out:
        out.write('\n{"label": "DISEASE", "pattern": [{"lower": "flu"}], "id": "again"}')
    fact, rows = measured(tmp_path, file, file, patterns)
    assert (fact["patterns"], fact["never"]["count"], fact["coverage"]["share"]) == (4, 4, 0)
    dead = fact["dead"]
    assert (dead["count"], dead["mendable"]) == (2, 1)
    assert [(each["row"], each["label"]) for each in dead["first"]] == [(1, "DISEASE"), (2, "DISEASE")]
    assert "token 1: LOWER is the text in small letters, never 'Brain'" in dead["first"][0]["reason"]
    assert fact["misfits"]["count"] == 1
    reason = fact["misfits"]["first"][0]["reason"]
    assert reason == f"cut into 'U.S', and in {file} row 1 into 'U.S.'"
    assert (fact["as_meant"]["coverage"]["share"], fact["as_meant"]["score"]["ents_f"]) == (1, 1)
    assert fact["repeated"] == {"count": 1, "first": ["row 5: the same pattern as in row 4"]}
    assert fact["left_out"]["count"] == 0
    told = {(row["kind"], row["row"]): row["done"] for row in rows}
    assert told["can never match", 1] == 'write [{"LOWER":"brain"},{"LOWER":"tumour"}]'
    assert told["can never match", 2] == "mend it, or take it out"
    assert told["cut otherwise in the texts", 3] == "mend it, or take it out"
    assert told["repeated", 5] == "used once"


def test_a_list_that_can_match_in_part_is_told(tmp_path: Path) -> None:
    file = tasks(tmp_path, "eval.jsonl", [("a lung tumour", [("lung tumour", "DISEASE")])])
    tokens = [{"lower": {"in": ["Brain", "lung"]}}, {"lower": "tumour"}]
    fact, rows = measured(tmp_path, file, file, pattern_file(tmp_path, ("DISEASE", tokens)))
    assert (fact["coverage"]["share"], fact["dead"]["count"], fact["partly"]["count"]) == (1, 0, 1)
    assert [(row["kind"], row["row"]) for row in rows] == [("can match in part", 1)]


def test_patterns_that_match_have_no_fault(tmp_path: Path) -> None:
    file = tasks(tmp_path, "eval.jsonl", [("a brain tumour", [("brain tumour", "DISEASE")])])
    fact, rows = measured(tmp_path, file, file, pattern_file(tmp_path, ("DISEASE", "brain tumour")))
    nothing: dict[str, Any] = {"count": 0, "first": []}
    assert (fact["dead"], fact["misfits"], fact["as_meant"]) == ({**nothing, "mendable": 0}, nothing, None)
    assert rows == []


def test_mined_patterns_are_scored_on_texts_that_they_were_not_made_of(tmp_path: Path) -> None:
    train = tasks(tmp_path, "train.jsonl", [("Heroin", [("Heroin", "DRUG")]), ("meth", [("meth", "DRUG")])])
    eval = tasks(
        tmp_path,
        "eval.jsonl",
        [("meth", [("meth", "DRUG")]), ("heroin or lsd", [("heroin", "DRUG"), ("lsd", "DRUG")])],
    )
    fact, _ = measured(tmp_path, train, eval)
    assert (fact["source"], fact["patterns"], fact["texts"], fact["known_texts"]) == ("mined", 2, 1, 1)
    assert (fact["score"]["ents_p"], fact["score"]["ents_r"]) == (1, 0.5)
    assert fact["file"] == str(tmp_path / "patterns.jsonl")
    again, problems = read(Path(fact["file"]), NLP)
    assert (len(again), problems) == (2, [])


def test_without_anything_to_measure_it_says_what_to_do(tmp_path: Path) -> None:
    spans = tasks(tmp_path, "spans.jsonl", [("meth", [("meth", "DRUG")])])
    none = tasks(tmp_path, "none.jsonl", [("nothing", [])])
    with pytest.raises(UserError, match=r"none\.jsonl: no evaluation text has a span"):
        measured(tmp_path, spans, none)
    with pytest.raises(UserError, match="are training texts as well"):
        measured(tmp_path, spans, spans)


def test_where_all_is_right_the_interval_stays_open(tmp_path: Path) -> None:
    texts = [(f"{number} meth", [("meth", "DRUG")]) for number in range(20)]
    file = tasks(tmp_path, "eval.jsonl", texts)
    fact, _ = measured(tmp_path, file, file, pattern_file(tmp_path, ("DRUG", "meth")))
    assert (fact["score"]["ents_f"], fact["score"]["ents_f_high"]) == (1, 1)
    # the exact binomial end
    assert fact["score"]["ents_f_low"] == pytest.approx(0.025 ** (1 / 20), abs=0.02)
    assert fact["coverage"]["low"] == pytest.approx(0.025 ** (1 / 20), abs=0.02)


def test_rows_are_capped_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ROWS", 6)
    texts = [(f"{number} pot and lsd", [("lsd", "DRUG")]) for number in range(9)]
    file = tasks(tmp_path, "eval.jsonl", texts)
    fact, rows = measured(tmp_path, file, file, pattern_file(tmp_path, ("DRUG", "pot")))
    assert fact["rows"] == {"wrong": 9, "missed": 9, "written": 6, "most": 6}
    assert [row["kind"] for row in rows] == ['wrong: "pot"'] * 3 + ["missed: DRUG"] * 3


def test_a_group_that_is_not_whole_says_of_how_many(tmp_path: Path) -> None:
    with RowLog(tmp_path / "rows.jsonl", ["a.jsonl"]) as rows:
        for group, count in (("whole", 1), ("cut", 372)):
            rows.there_are(group, count)
            rows.add(group, Document("text", (), (0, 1)), "message")
    assert [(kind["kind"], kind["count"], kind.get("of")) for kind in rows.summary()["kinds"]] == [
        ("whole", 1, None),
        ("cut", 1, 372),
    ]


# ---------------------------------------------------------------- the same as spaCy's own entity ruler


def ruled(patterns: Sequence[Pattern], texts: Sequence[str]) -> list[Doc]:
    """Return the texts with what spaCy's entity ruler makes of them."""
    ruler = EntityRuler(NLP, patterns=[{"label": each.label, "pattern": each.pattern} for each in patterns])
    return [ruler(NLP.make_doc(text)) for text in texts]


def assert_same(patterns: Sequence[Pattern], texts: Sequence[str]) -> None:
    matches = RuleMatcher(patterns, NLP).find(NLP.make_doc(text) for text in texts)
    for doc, found in zip(ruled(patterns, texts), matches, strict=True):
        ours = sorted(resolve(found))
        assert [(start, end) for start, end, _ in ours] == [(ent.start, ent.end) for ent in doc.ents]
        for ent, (start, end, number) in zip(doc.ents, ours, strict=True):
            labels = {patterns[other].label for first, last, other in found if (first, last) == (start, end)}
            assert ent.label_ in labels
            if len(labels) == 1:
                assert ent.label_ == patterns[number].label


_WORDS = ["a", "A", "b", "Bb", "12", "3", "a-b", "."]
_word = st.sampled_from(_WORDS)
_token = st.one_of(
    st.builds(lambda name, word: {name: word}, st.sampled_from(["ORTH", "TEXT", "LOWER"]), _word),
    st.builds(lambda shape: {"SHAPE": shape}, st.sampled_from(["x", "X", "dd", "Xx", "d"])),
    st.builds(lambda op: {"IS_ALPHA": True, "OP": op}, st.sampled_from(["+", "*", "?", "!", "{1,2}"])),
    st.builds(lambda words: {"LOWER": {"IN": words}}, st.lists(_word, max_size=2)),
    st.just({"TEXT": {"REGEX": "^[ab]"}}),
    st.just({"LENGTH": {">=": 2}, "IS_ASCII": True}),
    st.just({}),
)
_made = st.builds(
    lambda label, pattern: Pattern(label, pattern, 0, ""),
    st.sampled_from(["X", "Y"]),
    st.lists(_token, min_size=1, max_size=3) | st.lists(_word, min_size=1, max_size=3).map(" ".join),
)
_text = st.lists(_word, max_size=8).map(" ".join)


@settings(max_examples=150)
@given(st.lists(_made, min_size=1, max_size=5), st.lists(_text, min_size=1, max_size=4))
def test_any_patterns_make_the_entity_rulers_entities(patterns: list[Pattern], texts: list[str]) -> None:
    assert_same(patterns, texts)


def test_real_patterns_make_the_entity_rulers_entities(shared_data: Path) -> None:
    folder = shared_data / "ner" / "drugs"
    patterns, problems = read(folder / "patterns.jsonl", NLP)
    assert problems == []
    lines = (folder / "eval.jsonl").read_text("utf-8").splitlines()
    assert_same(patterns, [json.loads(line)["text"] for line in lines])


@pytest.mark.parametrize(
    ("name", "p", "r", "f"), [("drugs", 0.837, 0.285, 0.425), ("fashion_brands", 0.961, 0.307, 0.465)]
)
def test_independent_scores_of_real_patterns_come_out(
    shared_data: Path, tmp_path: Path, name: str, p: float, r: float, f: float
) -> None:
    """The independent scores are those of the 500 evaluation texts alone.

    On the training texts the drug patterns reach .945 / .216 / .352, on both together .910 / .233 / .371.
    """
    folder = shared_data / "ner" / name
    fact, _ = measured(tmp_path, folder / "train.jsonl", folder / "eval.jsonl", folder / "patterns.jsonl")
    score = fact["score"]
    assert fact["texts"] == 500
    assert [score[key] for key in ("ents_p", "ents_r", "ents_f")] == pytest.approx([p, r, f], abs=0.0006)
    for key in ("ents_p", "ents_r", "ents_f"):
        assert score[f"{key}_low"] < score[key] < score[f"{key}_high"]
    assert fact["coverage"]["share"] == score["ents_r"], "one label, and no pattern gives way"


def test_the_score_is_spacys(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ner" / "drugs"
    corpus = prepare([folder / "train.jsonl"], [folder / "eval.jsonl"], trainable=False)
    material = Material(corpus, [file.path for file in corpus.files], folder=tmp_path)
    with RowLog(tmp_path / "rows.jsonl", material.files) as log:
        fact = rules.measure(material, log)
    mined, _ = read(tmp_path / "patterns.jsonl", NLP)
    docs = ruled(mined, [document.text for document in corpus.eval])
    examples = [
        Example(doc, Doc(doc.vocab, words=[t.text for t in gold], spaces=[bool(t.whitespace_) for t in gold]))
        for doc, gold in zip(docs, material.eval, strict=True)
    ]
    for each, gold in zip(examples, material.eval, strict=True):
        each.reference.set_ents(
            [spacy.tokens.Span(each.reference, e.start, e.end, e.label_) for e in gold.ents]
        )
    scores = Scorer.score_spans(examples, "ents")
    for key in ("ents_p", "ents_r", "ents_f"):
        assert fact["score"][key] == pytest.approx(scores[key])
