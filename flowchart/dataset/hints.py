"""What odd data most likely is, and what to do about it, for messages."""

from __future__ import annotations

import re
from pathlib import Path

from flowchart.dataset.findings import quote
from flowchart.dataset.lenient import load_object

OTHER_VIEWS = frozenset(
    [
        "classification",
        "choice",
        "text_input",
        "html",
        "image",
        "image_manual",
        "audio",
        "audio_manual",
        "video",
        "video_manual",
        "diff",
        "compare",
        "dep",
        "pos",
        "pos_manual",
        "coref",
        "llm_io",
    ]
)
"""Prodigy's interfaces whose tasks are no named entities, even where they have a text."""

_MEDIA = ("image", "audio", "video", "html")
_TAG = re.compile(r"[\s\\t]+(?:O|[BIOESLU]-[^\s'…]+)\s*['…]?")


def without_text(line: bytes | memoryview) -> tuple[str, str]:
    """Return kind and message for a row that has no text."""
    data = load_object(line)
    if media := next((key for key in _MEDIA if key in data), None):
        return "not-ner", f"no text but {quote(media)}: a task of another kind"
    if "data" in data and ("annotations" in data or "completions" in data):
        return "other-format", "a Label Studio task; export it as JSONL with text and spans"
    if "tokens" in data and ("ner_tags" in data or "tags" in data):
        return (
            "other-format",
            "tokens with tags in place of a text; give text and spans with character offsets",
        )
    if "pattern" in data:
        return "other-format", "a match pattern, no annotation; name the annotations' file"
    if "paragraphs" in data:
        return "other-format", "spaCy 2 training data; export it as JSONL with text and spans"
    return "text-missing", f"the row has no text, only {quote(sorted(map(str, data))[:6])}"


def for_file(path: Path, message: str) -> str:
    """Return what to do about a file of which no row is a JSON object."""
    shown = message.rsplit("): ", 1)[-1]
    if path.suffix == ".spacy":
        return "a .spacy file is not read here; name the JSONL it was made from"
    if shown in ("'{'", "'['"):
        return "it looks pretty-printed; write one object a line: jq -c . OLD > NEW.jsonl"
    if shown.startswith(("'[{", '"[{')):
        return "it looks like a broken JSON array; export it again"
    if _TAG.search(shown) or "-DOCSTART-" in shown:
        return "it looks like CoNLL; convert it to JSONL with text and spans"
    return "name a JSONL file with one Prodigy task a line"


def offset_unit(text: str, start: int, end: int, own: str) -> str:
    """Return which other way of counting explains a span that disagrees with its own text, or "".

    Offsets are code points with the end exclusive. JavaScript tools count UTF-16 units, some tools count
    UTF-8 bytes, some name the last character as the end.
    """
    if not own or not 0 <= start <= end <= 4 * len(text):
        return ""
    if text[start : end + 1] == own:
        return "; the end seems to be the last character: add one to every end"
    for name, encoding, width in (("UTF-16 units", "utf-16-le", 2), ("UTF-8 bytes", "utf-8", 1)):
        encoded = text.encode(encoding, "surrogatepass")
        if encoded[start * width : end * width] == own.encode(encoding, "surrogatepass"):
            return f"; the offsets seem to count {name}: count code points"
    if text[start + 1 : end + 1] == own or (start and text[start - 1 : end - 1] == own):
        return "; the offsets seem to be one off"
    return ""
