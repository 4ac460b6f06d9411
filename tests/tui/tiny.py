"""A pipeline that loads in a moment, for tests that are not about pipelines."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path


@cache
def tiny_pipeline() -> str:
    """The folder of a pipeline with a rule for a label that no data here has."""
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", name="ner")
    ruler.add_patterns([{"label": "PLANET", "pattern": "Neptune"}])  # type: ignore[attr-defined]
    folder = Path(tempfile.mkdtemp(prefix="ner-tui-test-")) / "tiny"
    nlp.to_disk(folder)
    return str(folder)
