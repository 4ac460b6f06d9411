"""Annotations of other tools: told by what a value holds, and named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flowchart.dataset.findings import quote

CONVERT = "convert it to JSONL with text and spans"
"""What is to be done about most of them."""

_HELD: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys), name)
    for keys, name in (
        # all of these keys, and what writes them; the first that fits tells
        (("tokenized_text", "ner"), "GLiNER's training data"),
        (("fields", "responses"), "an Argilla record"),
        (("fields", "suggestions"), "an Argilla record"),
        (("annotation", "annotation_agent"), "an Argilla 1 record"),
        (("annotation", "prediction"), "an Argilla 1 record"),
        (("annotation", "prediction_agent"), "an Argilla 1 record"),
        (("data", "annotations"), "a Label Studio task"),
        (("data", "completions"), "a Label Studio task"),
        (("data", "predictions"), "a Label Studio task"),
        (("paragraphs",), "spaCy 2 training data"),
        (("ents", "tokens"), "a spaCy Doc as JSON"),
        (("ents", "text"), "a spaCy Doc as JSON, or displaCy's input"),
        (("annotation_id", "lead_time"), "Label Studio's JSON_MIN"),
        (("annotation_id", "annotator"), "Label Studio's JSON_MIN"),
        (("content", "annotation"), "a Dataturks annotation"),
        (("annotatable",), "a tagtog annotation"),
        (("anncomplete",), "a tagtog annotation"),
        (("text_snippet", "annotations"), "a Google AutoML example"),
        (("textContent", "textSegmentAnnotations"), "a Vertex AI example"),
        (("%FEATURE_STRUCTURES",), "an INCEpTION (UIMA) document"),
        (("classes", "annotations"), "an export of the NER Annotator for spaCy"),
        (("passages",), "BioC"),
        (("denotations",), "PubAnnotation"),
        (("messages",), "chat messages"),
        (("Entities", "File"), "Amazon Comprehend's output"),
        (("common_examples",), "Rasa NLU's training data"),
        (("rasa_nlu_data",), "Rasa NLU's training data"),
        (("intentName", "entityLabels"), "a LUIS utterance"),
        (("projectFileVersion", "assets"), "an Azure Language project"),
        (("documentName", "document"), "a UBIAI document"),
        (("documentName", "tokens"), "a UBIAI document"),
        (("example_id", "annotations"), "a LightTag example"),
        (("content", "annotations"), "a LightTag example"),
        (("externalId", "labels"), "a Kili asset"),
        (("data_row", "projects"), "a Labelbox data row"),
        (("Labeled Data", "Label"), "a Labelbox data row"),
        (("sentences", "ner"), "DyGIE++'s documents"),
        (("instruction", "output"), "instructions for a language model"),
        (("input", "output"), "inputs and outputs of a language model"),
        (("pattern",), "a match pattern"),
    )
)

_INSIDE = 4
"""How deep a file that is one object is looked into for its list of examples."""

_TAGS = ("ner_tags", "ner_tags_str", "tags", "ner", "labels", "label", "bio_tags", "entity_tags", "tag")
_TAG = re.compile(r"^(?:O|[BIESLUM]-\S+)$")
_TOKENS = ("tokens", "words", "sentence", "token")


def named(value: object) -> str:
    """Return what an item of data is, in another tool's format, and what to do about it; "" if unknown.

    Args:
        value: A JSON value: an object, an array or anything else.
    """
    if isinstance(value, Mapping):
        name = _object(value)
        if not name and "text" not in value:
            return _inside(value)
    elif _is_tuple(value):
        name = "a spaCy 2 training tuple, a text and its entities"
    elif _is_tagged(value):
        name = "tokens with tags"
    else:
        return ""
    if not name:
        return ""
    if name == "a match pattern":
        return f"{name}, no annotation; name the annotations' file"
    return f"{name}; {CONVERT}"


def _inside(data: Mapping[str, object], path: str = "", deep: int = 1) -> str:
    """Return what the list of examples is that stands in an object of a whole file; "" for none."""
    for key, value in data.items():
        where = f"{path}.{key}"
        first = value[0] if isinstance(value, list) and value else None
        if isinstance(first, Mapping) and "text" in first and isinstance(first.get("spans"), list):
            return f"an object with tasks under {quote(where[1:])}; write these one a line"
        if first is not None and (found := named(first)):
            return f"an object that has, under {quote(where[1:])}, {found}"
        if isinstance(value, Mapping) and deep < _INSIDE and (found := _inside(value, where, deep + 1)):
            return found
    return ""


def _object(data: Mapping[str, object]) -> str:
    if name := next((name for keys, name in _HELD if keys <= data.keys() and _filled(data, keys)), ""):
        return name
    if any(isinstance(key, str) and key.endswith((".responses", ".suggestion")) for key in data):
        return "an Argilla record"
    if any(f"{key}-metadata" in data for key in data):
        return "an annotation of SageMaker Ground Truth"
    tokens = next((key for key in _TOKENS if _all_of(_row(data.get(key)), str)), "")
    tags = next((key for key in _TAGS if _is_tags(_row(data.get(key)))), "")
    if tokens and tags and tokens != tags:
        return f"tokens with tags ({quote(tokens)} and {quote(tags)}), as Hugging Face datasets have them"
    for key, spans in data.items():
        if found := _spans(key, spans):
            return found
    return ""


def _filled(data: Mapping[str, object], keys: frozenset[str]) -> bool:
    """Whether keys hold lists or objects where these tell the tool, not some text of that name."""
    return len(keys) > 1 or not isinstance(data[next(iter(keys))], str) or "pattern" in keys


def _row(value: object) -> object:
    """Return the first row where a column of rows stands in place of one, as in a data frame."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], list) else value


def _spans(key: str, value: object) -> str:
    """Return whose list of spans stands under a key; "" where it is none."""
    instead = f"{quote(key)} in place of spans"
    if key == "entities" and isinstance(value, Mapping):
        first = next((each[0] for each in value.values() if isinstance(each, list) and each), None)
        return "GATE's JSON" if isinstance(first, Mapping) and "indices" in first else ""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ""
    if not value:
        return f"{instead}, as doccano writes" if key in ("label", "labels", "entities") else ""
    first = value[0]
    if isinstance(first, Mapping):
        return _object_span(key, first, instead)
    kinds = [] if isinstance(first, str) or not isinstance(first, Sequence) else list(map(type, first[:3]))
    if kinds == [int, int, str]:
        spacy_too = "spaCy's training data and doccano have them"
        return f"{instead}, as {spacy_too if key == 'entities' else 'doccano writes'}"
    argilla = "an Argilla 1 record" if key == "annotation" else instead
    return argilla if kinds == [str, int, int] else ""


def _object_span(key: str, span: Mapping[str, object], instead: str) -> str:
    if {"start", "end", "labels"} <= span.keys():
        return "Label Studio's JSON_MIN"
    if {"start_offset", "end_offset"} <= span.keys():
        return f"{instead}, as doccano writes"
    known = key in ("entities", "ner", "labels", "annotations", "label", "tags", "entityLabels")
    return instead if known and {"start", "end"} <= span.keys() else ""


def _is_tuple(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)) or len(value) != 2:
        return False
    text, marked = value
    if not isinstance(text, str):
        return False
    if isinstance(marked, Mapping):
        return "entities" in marked or "cats" in marked or "spans" in marked
    return isinstance(marked, Sequence) and bool(_spans("entities", marked))


def _is_tagged(value: object) -> bool:
    """Whether a list is a sentence: its tokens each with a tag, or the tokens and their tags."""
    if _all_of(value, dict):
        return all({"text", "ner"} <= token.keys() for token in value)  # type: ignore[attr-defined]
    if not isinstance(value, list) or not value or not all(_all_of(each, str) for each in value):
        return False
    words, tags = value[0], value[-1]
    if len(value) == 2 and len(words) == len(tags) and all(map(_TAG.match, tags)):
        return True
    return len(words) > 1 and all(len(each) > 1 and _TAG.match(each[-1]) for each in value)


def _all_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, kind) for each in value)


def _is_tags(value: object) -> bool:
    return _all_of(value, str) or (_all_of(value, int) and not any(isinstance(each, bool) for each in value))  # type: ignore[attr-defined]
