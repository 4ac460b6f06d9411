"""Which of Prodigy's interfaces a row comes from: told by what it holds, then by its `_view_id`."""

from __future__ import annotations

from collections.abc import Collection

from flowchart.dataset.findings import quote

NER = frozenset(["ner", "ner_manual", "spans", "spans_manual"])
"""The interfaces whose rows are named entities, or texts without any."""

BLOCKS = "blocks"
"""Several interfaces at once, of which one may mark spans."""

OTHER = frozenset(
    [
        "classification",
        "choice",
        "text",
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
        "pairwise",
        "dep",
        "relations",
        "coref",
        "pos",
        "pos_manual",
        "pages",
        "llm_io",
    ]
)
"""The interfaces whose rows are no named entities, even where they have a text."""

# What a row holds, and the interface that writes it; the first one that is there tells.
_STRUCTURE = {
    "pages": "pages",
    "relations": "relations",
    "arcs": "dep",
    "head": "dep",
    "child": "dep",
    "mapping": "compare",
    "added": "diff",
    "removed": "diff",
    "conversation": "llm_io",
}
# The same where nothing says that spans may be marked: such keys may also stand beside them.
_MEDIA = dict.fromkeys(("image", "image_spans"), "image") | {
    "audio": "audio",
    "audio_spans": "audio",
    "video": "video",
    "html": "html",
}
_CHOSEN = {
    "options": "choice",
    "accept": "choice",
    "cats": "classification",
    "label": "classification",
    "user_input": "text_input",
    "field_id": "text_input",
    "llm": "llm_io",
    "prompt": "llm_io",
}


def other_task(view: str, keys: Collection[str]) -> str:
    """Return why a row is of no interface for named entities; "" when it may well be.

    Args:
        view: Its `_view_id`, or that of the rows that it reviews; "" for none.
        keys: What it holds, but for what is empty; "spans" among them only where they can be read.
    """
    telling = dict(_STRUCTURE)
    if view not in NER and view != BLOCKS and "spans" not in keys:
        telling |= _MEDIA if "tokens" in keys else _MEDIA | _CHOSEN
    held = next((key for key in telling if key in keys), "")
    if not held and view not in OTHER:
        return ""
    named = quote(view if view in OTHER else telling[held])
    holds = f": it holds {quote(held)}" if held else ""
    return f"a task of the interface {named}, not of named entities{holds}"
