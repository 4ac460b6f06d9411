"""How many of the first groups are slips that were put in.

    python -m tests.benchmarks.consistency
    python -m tests.benchmarks.consistency --data drugs --slips 40 --seeds 5

Slips are put into real data: labels of frequent forms dropped, labels changed, common words labelled,
boundaries moved. Of the first 20 groups those are right that are about a form with a slip. Real data has
slips of its own, which count as wrong here; the second number leaves out what is a group before that.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import spacy
from spacy.tokens import Doc

from flowchart.dataset.corpus import Corpus, prepare
from flowchart.dataset.document import Document
from flowchart.measures.agreement import shown
from flowchart.measures.consistency import measure
from flowchart.measures.material import Material
from flowchart.measures.rows import RowLog
from tests.conftest import shared_folder

FIRST = 20

Spans = list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """Texts with slips, and the forms that these are about, by the kind of slip.

    A moved boundary leaves another form than the one it was put into: `left`. Either leads to the slip.
    """

    documents: list[Document]
    forms: dict[str, set[str]]
    left: set[str]

    @property
    def all(self) -> set[str]:
        """The forms that lead to a slip."""
        return set().union(self.left, *self.forms.values())


def plant(documents: Sequence[Document], slips: int, seed: int, fewest: int = 8) -> Planted:
    """Put in so many slips of each kind, each into a form of its own as long as there are any.

    Args:
        documents: The texts.
        slips: How many of each kind.
        seed: The seed.
        fewest: How often a form must be labelled, or a word come, to be frequent.
    """
    random = Random(seed)
    places: defaultdict[str, list[tuple[int, tuple[int, int, str]]]] = defaultdict(list)
    for number, document in enumerate(documents):
        for span in document.spans:
            places[document.text[span[0] : span[1]]].append((number, span))
    labels = sorted({span[2] for document in documents for span in document.spans})
    frequent = sorted(form for form, each in places.items() if len(each) >= fewest)
    random.shuffle(frequent)
    spans: list[Spans] = [list(document.spans) for document in documents]
    tokens = [[(t.idx, t.idx + len(t)) for t in spacy_tokens(document.text)] for document in documents]
    left: set[str] = set()
    forms: dict[str, set[str]] = {kind: set() for kind in ("dropped", "changed", "word", "boundary")}

    def drop(number: int, span: tuple[int, int, str]) -> None:
        spans[number].remove(span)

    def change(number: int, span: tuple[int, int, str]) -> None:
        others = [label for label in labels if label != span[2]] or ["OTHER"]
        spans[number][spans[number].index(span)] = (*span[:2], random.choice(others))

    def move(number: int, span: tuple[int, int, str]) -> None:
        text = documents[number].text
        inside = [token for token in tokens[number] if span[0] <= token[0] and token[1] <= span[1]]
        spans[number][spans[number].index(span)] = (inside[1][0], *span[1:])
        left.add(text[inside[1][0] : span[1]])

    kinds: tuple[tuple[str, Callable[[int, tuple[int, int, str]], None]], ...] = (
        ("dropped", drop),
        ("changed", change),
        ("boundary", move),
    )
    for kind, slip in kinds:
        for _ in range(slips):
            form = next((form for form in frequent if kind != "boundary" or " " in form), None)
            if form is None:
                break
            frequent.remove(form)
            slip(*random.choice(places[form]))
            forms[kind].add(form)
    words: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, document in enumerate(documents):
        for start, end in tokens[number]:
            if document.text[start:end].isalpha() and not any(
                start < span[1] and span[0] < end for span in document.spans
            ):
                words[document.text[start:end]].append((number, start, end))
    common = sorted(word for word, each in words.items() if len(each) >= 2 * fewest and word not in places)
    for word in random.sample(common, min(slips, len(common))):
        number, start, end = random.choice(words[word])
        spans[number].append((start, end, random.choice(labels)))
        forms["word"].add(word)
    return Planted(
        [
            replace(document, spans=tuple(sorted(each)))
            for document, each in zip(documents, spans, strict=True)
        ],
        forms,
        left,
    )


_TOKENIZER = spacy.blank("en").tokenizer


def spacy_tokens(text: str) -> Doc:
    """Return the tokens of a text."""
    return _TOKENIZER(text)


def ranked(corpus: Corpus, documents: Sequence[Document], folder: Path) -> tuple[list[str], float]:
    """Return what the groups are about, the first ones first, and the seconds beyond tokenizing."""
    changed = replace(corpus, train=list(documents), eval=[], files=[])
    material = Material(changed, [file.path for file in corpus.files] or ["train.jsonl"])
    assert material.train is not None
    began = time.perf_counter()
    with RowLog(folder / "rows.jsonl", material.files) as rows:
        fact = measure(material, rows)
    return [group["what"] for group in fact["groups"]], time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["fashion_brands", "drugs", "ncbi_disease"])
    parser.add_argument("--slips", type=int, default=10, help="of each kind")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'data':16} seed planted right of {FIRST}  precision  without the data's own  seconds  by kind")
    for name in arguments.data:
        folder = shared_folder() / "ner" / name
        files = [next(folder.glob(f"{side}.jsonl*")) for side in ("train", "eval")]
        corpus = prepare(files[:1], files[1:])
        documents = [*corpus.train, *corpus.eval]
        with tempfile.TemporaryDirectory() as scratch:
            own = set(ranked(corpus, documents, Path(scratch))[0])
            for seed in range(arguments.seeds):
                planted = plant(documents, arguments.slips, seed)
                groups, seconds = ranked(corpus, planted.documents, Path(scratch))
                first = groups[:FIRST]
                right = [form for form in first if form in {shown(each) for each in planted.all}]
                others = [form for form in first if form not in own or form in right]
                kinds = Counter(
                    kind for kind, forms in planted.forms.items() for each in forms if shown(each) in right
                )
                put = {kind: len(forms) for kind, forms in planted.forms.items()}
                print(
                    f"{name:16} {seed:4} {sum(put.values()):7} {len(right):5} of {len(first):2}  "
                    f"{len(right) / max(len(first), 1):9.2f}  {len(right) / max(len(others), 1):22.2f}  "
                    f"{seconds:7.2f}  {dict(kinds)} of {put}"
                )


if __name__ == "__main__":
    main()
