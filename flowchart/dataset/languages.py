"""Languages: which scripts they are written in, which scripts have no spaces, what spaCy needs for them."""

from __future__ import annotations

import pkgutil
import re
from collections import Counter
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from importlib import metadata
from itertools import islice

import spacy.lang

from flowchart.dataset.findings import FindingLog, quote
from flowchart.errors import UserError

UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""A character of a script that is written without spaces between words."""

SAMPLE, LETTERS = 2000, 500
"""Texts, and characters of each from its start, that a script is told by."""

_MOST = 0.5
_KANA = 0.05
_SURE = 1000  # letters without any kana that are surely not Japanese

# First and last code point of what tells a script; letters of several blocks, those of most texts.
_SCRIPTS = (
    (0x0041, 0x024F, "Latin"),
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x06FF, "Arabic"),
    (0x0750, 0x077F, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B00, 0x0B7F, "Odia"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x0D80, 0x0DFF, "Sinhala"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Lao"),
    (0x0F00, 0x0FFF, "Tibetan"),
    (0x1000, 0x109F, "Burmese"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1100, 0x11FF, "Korean"),
    (0x1200, 0x139F, "Ethiopic"),
    (0x1780, 0x17FF, "Khmer"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x1F00, 0x1FFF, "Greek"),
    (0x3040, 0x30FF, "Japanese"),
    (0x3400, 0x4DBF, "Chinese"),
    (0x4E00, 0x9FFF, "Chinese"),
    (0xAC00, 0xD7AF, "Korean"),
    (0xF900, 0xFAFF, "Chinese"),
    (0x20000, 0x3FFFF, "Chinese"),
)

_OF = {
    # spaCy's languages that are not (only) written in Latin letters
    "am": ("Ethiopic",),
    "ar": ("Arabic",),
    "az": ("Latin", "Cyrillic", "Arabic"),
    "bg": ("Cyrillic",),
    "bn": ("Bengali",),
    "bo": ("Tibetan",),
    "el": ("Greek",),
    "fa": ("Arabic",),
    "grc": ("Greek",),
    "gu": ("Gujarati",),
    "he": ("Hebrew",),
    "hi": ("Devanagari",),
    "hy": ("Armenian",),
    "ja": ("Japanese", "Chinese"),
    "kn": ("Kannada",),
    "ko": ("Korean",),
    "ky": ("Cyrillic",),
    "mk": ("Cyrillic",),
    "ml": ("Malayalam",),
    "mr": ("Devanagari",),
    "ne": ("Devanagari",),
    "ru": ("Cyrillic",),
    "sa": ("Devanagari",),
    "si": ("Sinhala",),
    "sr": ("Cyrillic", "Latin"),
    "ta": ("Tamil",),
    "te": ("Telugu",),
    "th": ("Thai",),
    "ti": ("Ethiopic",),
    "tt": ("Cyrillic", "Latin"),
    "uk": ("Cyrillic",),
    "ur": ("Arabic",),
    "zh": ("Chinese",),
}

# By script: letters that tell a language, the first that is there often enough; "" for all.
_TOLD_BY: dict[str, tuple[tuple[str, str], ...]] = {
    "Cyrillic": (
        ("әҗ", "tt"),
        ("өү", "ky"),
        ("іїєґ", "uk"),
        ("ѓќѕ", "mk"),
        ("ђћљњ", "sr"),
        ("ыэё", "ru"),
        ("ъ", "bg"),
        ("", "ru"),
    ),
    "Arabic": (("ٹڈڑے", "ur"), ("پچژگ", "fa"), ("", "ar")),
    "Devanagari": (("", "hi"),),
    "Ethiopic": (("", "am"),),
    "Greek": (("", "el"),),
    "Latin": (("", "en"),),
}
_TELLING = 0.002

_MISTAKEN = {
    # codes of countries, and other codes, that are taken for those of languages
    "cn": "zh",
    "jp": "ja",
    "kr": "ko",
    "gr": "el",
    "cz": "cs",
    "dk": "da",
    "se": "sv",
    "ua": "uk",
    "iw": "he",
    "br": "pt",
    "no": "nb",
    "us": "en",
    "gb": "en",
}

_BESIDES = {"ko": "mecab-ko and mecab-ko-dic, which are no Python packages"}


def count_words(text: str) -> int:
    """Return the words of a text by white space; of a script without spaces each character is one."""
    if not text.isascii():
        text = UNSPACED.sub(r" \g<0> ", text)
    return len(text.split())


def main_script(texts: Collection[str]) -> tuple[str, float, str]:
    """Return the script of most letters of some texts, their share, and the letters looked at, in lower case.

    Chinese and Japanese stand for their scripts: a text with kana is Japanese. "" where there are no letters.
    """
    step = max(1, len(texts) // SAMPLE)
    letters = "".join(text[:LETTERS] for text in islice(texts, 0, None, step))
    if letters.isascii():
        return ("Latin", 1.0, letters) if any(map(str.isalpha, letters)) else ("", 0.0, letters)
    letters = letters.lower()
    counts: Counter[str] = Counter()
    for letter, count in Counter(letters).items():
        if letter.isalpha() and (script := _script(ord(letter))):
            counts[script] += count
    if not counts:
        return "", 0.0, letters
    if counts["Japanese"] > _KANA * counts["Chinese"]:
        counts["Japanese"] += counts.pop("Chinese", 0)
    script, count = counts.most_common(1)[0]
    return script, count / counts.total(), letters


def _script(code: int) -> str:
    return next((name for first, last, name in _SCRIPTS if first <= code <= last), "")


def inspect_script(texts: Collection[str], lang: str, file: str, log: FindingLog) -> None:
    """Note that texts are in a script that their language is not written in, with the language to name.

    Args:
        texts: The texts; some of them are looked at.
        lang: spaCy's code.
        file: The file to tell it of.
        log: Takes the finding.
    """
    code = lang.lower().split("-")[0].split("_")[0]
    if len(code) != 2 and code not in _OF and code not in known():
        return  # a name that spaCy understands, and nobody here
    script, share, letters = main_script(texts)
    fits = _OF.get(code, ("Latin",))
    if code == "xx":
        fits = tuple({name for _, _, name in _SCRIPTS} - {"Chinese", "Japanese", "Thai"})
    wrong = script not in fits or (code == "ja" and script == "Chinese" and len(letters) >= _SURE)
    if not wrong or share < _MOST:
        return
    better = language_of(script, letters)
    what = "in Latin letters" if script == "Latin" else script
    others = " or the one they are in" if script in _TOLD_BY else ""
    message = (
        f"the texts are {what} ({share:.0%} of their letters), not {quote(lang)}; try --lang {better}{others}"
    )
    log.add("language-script", file, 0, message, "went on; most spans may fit no token")


def language_of(script: str, letters: str) -> str:
    """Return the spaCy language that a script most likely stands for; xx, any language, where it has none.

    Args:
        script: The script.
        letters: Some text in it, in lower case.
    """
    counts = Counter(letters)
    for telling, code in _TOLD_BY.get(script, ()):
        if not telling or sum(counts[each] for each in telling) > _TELLING * len(letters):
            return code
    return next((code for code, scripts in _OF.items() if scripts[0] == script), "xx")


def known() -> frozenset[str]:
    """Return the codes of spaCy's languages."""
    return frozenset(found.name for found in pkgutil.iter_modules(spacy.lang.__path__) if found.ispkg)


def cannot_load(lang: str, error: Exception) -> UserError:
    """Say why spaCy cannot load a language, and what to install or to name instead."""
    name = quote(lang)
    if lang not in known() and "E048" in str(error):
        code = lang.lower()
        near = _MISTAKEN.get(code) or next(iter(get_close_matches(code, known(), 1)), "xx")
        near = code[:2] if code not in _MISTAKEN and code[:2] in known() else near
        return UserError(
            f"language {name}: spaCy has no such language; did you mean --lang {near}? "
            f"It knows {' '.join(sorted(known()))}"
        )
    if isinstance(error, ImportError) and (packages := _missing(lang, error)):
        besides = f", and {_BESIDES[lang]}" if lang in _BESIDES else ""
        return UserError(
            f"language {name}: spaCy's tokenizer needs what is not installed here; "
            f"pip install {' '.join(packages)}{besides}"
        )
    reason = quote(str(error).split("\n")[0])
    return UserError(f"language {name}: spaCy cannot load its tokenizer ({reason}); choose another")


def _missing(lang: str, error: BaseException | None) -> Iterable[str]:
    """Return the packages that a language needs: those of spaCy's extra of its name, or the missing one."""
    try:
        required = metadata.requires("spacy") or []
    except metadata.PackageNotFoundError:
        required = []
    ours = [each for each in required if re.search(rf"""extra\s*==\s*["']{re.escape(lang)}["']""", each)]
    if packages := [re.split(r"[\s<>=!~;\[(]", each, maxsplit=1)[0] for each in ours]:
        return packages
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return [error.name.split(".")[0]]
        error = error.__cause__ or error.__context__
    return []
