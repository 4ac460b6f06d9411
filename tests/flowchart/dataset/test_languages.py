"""Languages: scripts that do not fit, words without white space, packages that are missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy

from flowchart.dataset.corpus import prepare
from flowchart.dataset.findings import FindingLog
from flowchart.dataset.languages import cannot_load, count_words, known, language_of, main_script
from flowchart.errors import UserError

Write = Callable[..., Path]

SENTENCES = {
    "en": "Ann Lee saw the old bridge in Rome on Monday.",
    "zh": "王小明昨天在深圳开会，大家都很高兴。",
    "ja": "佐藤二郎さんは昨日札幌へ行きました。",
    "ko": "김철수 씨는 어제 서울에서 회의를 했다.",
    "ru": "Вчера Иван Петров был в Москве, и мы его видели.",
    "uk": "Учора Іван їздив до Києва, і ми його бачили.",
    "bg": "Вчера Иван беше в Търново със своя приятел, където видя Ангел.",
    "sr": "Јуче је Иван био у Београду, где је видео његову кућу и људе.",
    "ar": "زار أحمد القاهرة أمس مع صديقه.",
    "fa": "دیروز احمد با دوستش به تهران رفت و پدر را دید چون گفت.",
    "ur": "کل احمد نے لاہور میں دوست کو دیکھا ہے اور بڑے لڑکے",
    "he": "אתמול דוד נסע לירושלים.",
    "el": "Χθες ο Γιάννης πήγε στην Αθήνα.",
    "hi": "कल राम दिल्ली गया था।",
    "th": "เมื่อวานสมชายไปกรุงเทพ",
    "ta": "நேற்று ராம் சென்னை சென்றான்.",
    "hy": "Երեկ Արամը Երևանում էր։",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_language_is_told_by_its_script(lang: str) -> None:
    script, share, letters = main_script([SENTENCES[lang]] * 3)
    assert share > 0.9
    assert language_of(script, letters) == lang
    assert lang in known()


def rows(lang: str, count: int = 10) -> list[dict[str, Any]]:
    text = SENTENCES[lang]
    spans = [{"start": 0, "end": 3, "label": "X"}]
    return [{"text": f"{text} {number}", "spans": spans, "answer": "accept"} for number in range(count)]


def hints(file: Path, lang: str) -> list[str]:
    log = FindingLog()
    prepare([file], lang=lang, findings=log, trainable=False)
    return [finding.message for finding in log if finding.kind == "language-script"]


@pytest.mark.parametrize("lang", [lang for lang in SENTENCES if lang != "en"])
def test_texts_in_another_script_are_told_with_the_language_to_name(write: Write, lang: str) -> None:
    (message,) = hints(write(*rows(lang)), "en")
    assert f"--lang {lang}" in message
    if lang not in ("ja", "ko", "th"):
        assert hints(write(*rows(lang)), lang) == []


@pytest.mark.parametrize(
    ("texts", "lang", "told"),
    [
        ("en", "zh", True),
        ("en", "ru", True),
        ("en", "de", False),
        ("en", "xx", False),
        ("ru", "xx", False),
        ("zh", "xx", True),
        ("ja", "zh", True),
        ("sr", "ru", False),
        ("en", "sr", False),
    ],
)
def test_scripts_and_languages_that_go_together(write: Write, texts: str, lang: str, told: bool) -> None:
    assert bool(hints(write(*rows(texts)), lang)) == told


def test_some_names_in_another_script_are_no_other_script(write: Write) -> None:
    mixed = [{**row, "text": f"{row['text']} (王小明)"} for row in rows("en")]
    assert hints(write(*mixed), "en") == []


def test_what_cannot_be_learnt_is_refused_with_the_language(write: Write) -> None:
    with pytest.raises(UserError, match="--lang zh"):
        prepare([write(*rows("zh"))])


def test_words_are_not_counted_by_white_space_where_there_is_none(write: Write) -> None:
    assert count_words("Ann Lee ran") == 3
    assert count_words("王小明 ran") == 4
    texts = ["王小明昨天在深圳开会", "李华住在北京"]
    row = [
        {"text": text, "spans": [{"start": 0, "end": 2, "label": "X"}], "answer": "accept"} for text in texts
    ]
    log = FindingLog()
    corpus = prepare([write(*row)], lang="zh", findings=log, trainable=False)
    assert log.count("one-word-texts") == 0
    assert corpus.text_stats["words_mean"] == 8  # (10 + 6) / 2
    alone = [
        {"text": text, "spans": [{"start": 0, "end": 2, "label": "X"}], "answer": "accept"}
        for text in ("北京", "上海")
    ]
    prepare([write(*alone)], lang="zh", findings=log, trainable=False)
    assert log.count("one-word-texts") == 1


@pytest.mark.parametrize(
    ("lang", "module", "said"),
    [
        ("ja", "sudachipy", "pip install sudachipy sudachidict_core"),
        ("ko", "natto", "pip install natto-py, and mecab-ko"),
        ("th", "pythainlp", "pip install pythainlp"),
        ("vi", "pyvi", "pip install pyvi"),
    ],
)
def test_a_missing_package_is_named(write: Write, lang: str, module: str, said: str) -> None:
    try:
        spacy.blank(lang)
    except ImportError:
        with pytest.raises(UserError) as caught:
            prepare([write(*rows("ja"))], lang=lang)
        assert said in str(caught.value)
    else:
        pytest.skip(f"{module} is installed")


@pytest.mark.parametrize(("code", "meant"), [("jp", "ja"), ("cn", "zh"), ("gr", "el"), ("enn", "en")])
def test_a_code_that_spacy_does_not_know(code: str, meant: str) -> None:
    with pytest.raises(ImportError) as caught:
        spacy.blank(code)
    assert f"did you mean --lang {meant}?" in str(cannot_load(code, caught.value))
