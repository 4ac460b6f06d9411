"""What a file is that holds no list of JSON objects: told by its beginning, and named."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from flowchart.dataset import foreign
from flowchart.dataset.foreign import CONVERT
from flowchart.dataset.formats import jsonl
from flowchart.errors import UserError

HEAD = 1 << 16
"""The bytes from the start that are looked at."""

_MAGIC = (
    (b"SQLite format 3\0", "an SQLite database; of a Prodigy database name what `prodigy db-out` exports"),
    (b"PAR1", f"a Parquet file; {CONVERT}"),
    (b"ARROW1", f"an Arrow file; {CONVERT}"),
    (b"\xff\xff\xff\xff", f"an Arrow stream; {CONVERT}"),
    (b"PK\x03\x04", "a zip archive, as of Excel or of an export; unpack it and name the file in it"),
    (b"%PDF", "a PDF; extract its text, and annotate that"),
    (b"\x80\x02", "a Python pickle, which is not read for safety"),
    (b"\x80\x03", "a Python pickle, which is not read for safety"),
    (b"\x80\x04", "a Python pickle, which is not read for safety"),
    (b"\x80\x05", "a Python pickle, which is not read for safety"),
)
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_TAG = re.compile(r"^(?:O|[BIESLUM]-\S+)$")
_ENTITY = re.compile(r"^[BIESLUM]-\S+$")
_CONLLU = re.compile(r"^\d+(?:[-.]\d+)?\t(?:[^\t]*\t){8}[^\t]*$")
_ONTONOTES = re.compile(r"^#begin document \(?")
_YAML = (".yml", ".yaml")
_TAGGED = re.compile(r"^\S+\|(?:\S+\|)?(?:O|[BIESLUM]-\S+)$")
_BRAT = re.compile(r"^T\d+\t\S+ \d+ \d+(?:;\d+ \d+)*\t")
_PUBTATOR = re.compile(r"^\d+\|[ta]\|")
_WEBANNO = re.compile(r"^#FORMAT=WebAnno TSV")
_PYTHON = re.compile(r"""^\s*(?:\{'|\[?\(["']|[A-Za-z_]+ *= *\[)""")
_XML = re.compile(r"^\s*<(?:\?xml|!doctype|[a-z][\w:.-]*[\s/>])", re.IGNORECASE)
_HEADERS = frozenset(
    ["text", "label", "labels", "entities", "start", "end", "token", "word", "tag", "sentence", "sentence #"]
)
_MOST_TAGGED = 0.9
_ALIKE = 0.6  # the share of lines that have as many columns as most
_MANY = 20  # lines of which each has an O in one place

ANOTHER = "name a JSONL file with one Prodigy task a line"
"""What to do about what nobody knows."""

_LINES = 200


def file_format(path: Path) -> str:
    """Return what a file looks like of which no row is a JSON object, and what to do about it."""
    head = _head(path)
    found = _binary(path, head) or _json(path, head)
    if found:
        return found
    try:
        lines = head.decode("utf-8", "strict" if len(head) < HEAD else "ignore").splitlines()[:_LINES]
    except UnicodeDecodeError:
        return ANOTHER
    return _text(path, [line.strip("\ufeff") for line in lines if line.strip()])


def _binary(path: Path, head: bytes) -> str:
    if path.suffix == ".spacy" or head[:2] in _ZLIB:
        return _docbin()
    name = next((name for magic, name in _MAGIC if head.startswith(magic)), "")
    if not name and b"\0" in head:
        name = f"a binary file; {ANOTHER}"
    return f"it is {name}" if name else ""


def _docbin() -> str:
    return "a .spacy file is not read here; name the JSONL it was made from"


def _head(path: Path) -> bytes:
    try:
        stream, raw = jsonl.open_bytes(path)
        with raw, stream:
            return stream.read(HEAD)
    except (UserError, OSError, EOFError, ValueError):
        return b""


def _json(path: Path, head: bytes) -> str:
    """Return what a file is that begins as JSON."""
    start = head.removeprefix(jsonl.BOM).lstrip()
    if start[:1] not in (b"{", b"["):
        return ""
    value = _whole(path)
    if value is None:
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value = msgspec.json.decode(start.split(b"\n", 1)[0])
    if isinstance(value, dict) and not foreign.named(value):
        for name, under in value.items():
            if isinstance(under, list) and under and (found := foreign.named(under[0])):
                return f"under {name!r} it has {found}"
    items = [value, *(value[:1] if isinstance(value, list) else ())]
    if found := next(filter(None, map(foreign.named, items)), ""):
        return f"it is {found}"
    if start.rstrip() == b"[" or start[:1] == b"{":
        return "it looks pretty-printed; write one object a line: jq -c . OLD > NEW.jsonl"
    return "it looks like a broken JSON array; export it again" if start[:2] == b"[{" else ""


def _whole(path: Path) -> object:
    """Return the one JSON value that a file is; None when it is none, or too large to be looked at."""
    try:
        stream, raw = jsonl.open_bytes(path)
        with raw, stream:
            data = stream.read(jsonl.MAX_LINE + 1)
        if len(data) > jsonl.MAX_LINE:
            return None
        return msgspec.json.decode(data.removeprefix(jsonl.BOM))
    except (UserError, OSError, EOFError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(path: Path, lines: Sequence[str]) -> str:
    """Return what a file of lines is."""
    if not lines:
        return ANOTHER
    looks = (
        (_WEBANNO.match(lines[0]), "WebAnno's TSV"),
        (_is_conll(lines), "CoNLL"),
        (path.suffix == ".ann" or _BRAT.match(lines[0]), "brat's standoff annotations"),
        (_PUBTATOR.match(lines[0]), "PubTator"),
        (_XML.match(lines[0]), "XML or HTML"),
        (_PYTHON.match(lines[0]), "Python code, as of spaCy 2 training tuples"),
        (_is_table(path, lines), "a table (CSV)"),
        (path.suffix.lower() in _YAML, "YAML"),
    )
    if name := next((name for sign, name in looks if sign), ""):
        return f"it looks like {name}; {CONVERT}"
    if lines[0].lstrip()[:1] in ("{", "["):
        return ANOTHER
    beside = ", with brat's .ann file beside it" if path.with_suffix(".ann").is_file() else ""
    return f"it looks like plain text{beside}, without annotations; {ANOTHER}"


def _is_conll(lines: Sequence[str]) -> bool:
    """Whether nearly every line is a token with its tag, or a sentence of tokens each with its tag.

    Plain text has an O or a B-side as well, and a few lines may have it in one place. So most lines
    have as many columns, and some of the tags are an entity's, unless there are many lines.
    """
    if lines[0].startswith("-DOCSTART-") or _ONTONOTES.match(lines[0]):
        return True
    written = [line for line in lines if not line.startswith("# ")]
    if not written:
        return False
    if sum(bool(_CONLLU.match(line)) for line in written) >= _MOST_TAGGED * len(written):
        return True
    rows = [line.split() for line in written]
    sentences = sum(all(map(_TAGGED.match, row)) for row in rows)
    if sentences >= _MOST_TAGGED * len(rows):
        return True
    columns = Counter(map(len, rows))
    usual, count = columns.most_common(1)[0]
    if count < _ALIKE * len(rows) or usual < 2 or (len(rows) == 1 and usual > 2):
        return False
    places = (*range(1, usual), -1)  # the tag may be in any column, or the last of ragged ones
    return any(
        _are_tags([row[place] for row in rows if len(row) > max(place, 1)], len(rows)) for place in places
    ) or (usual == 2 and _are_tags([row[0] for row in rows], len(rows)))


def _are_tags(column: Sequence[str], rows: int) -> bool:
    """Whether nearly all of so many rows have a tag in a column, and some of them an entity's."""
    right = sum(bool(_TAG.match(tag)) for tag in column)
    return right >= _MOST_TAGGED * rows and (rows >= _MANY or any(map(_ENTITY.match, column)))


def _is_table(path: Path, lines: Sequence[str]) -> bool:
    if path.suffix.lower() in (".csv", ".tsv"):
        return True
    for delimiter in ",;\t":
        try:
            header = next(csv.reader([lines[0]], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        if len(header) > 1 and {name.strip().lower() for name in header} & _HEADERS:
            return True
    return False
