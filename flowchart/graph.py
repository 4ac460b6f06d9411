"""The chart as data: boxes (Node), arrows (Edge), lanes, and all that the source says about itself."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from flowchart import files
from flowchart.errors import UserError
from flowchart.validation import Reader, check_graph

PACKAGED = Path(__file__).with_name("ner.toml")
"""The NER Flowchart v2.0."""


class Kind(StrEnum):
    """What a box is."""

    START = "start"
    DECISION = "decision"
    ACTION = "action"
    RECIPE = "recipe"
    CONNECTOR = "connector"
    ENTRY = "entry"
    OUTCOME = "outcome"


class Answer(StrEnum):
    """Which of a box's ways on is taken."""

    YES = "yes"
    NO = "no"
    NEXT = "next"
    """The one way on of a box that asks nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An arrow.

    Attributes:
        source: The id of the box that it leaves.
        target: The id of the box that it leads to.
        answer: The answer that takes it.
        basis: How it is known: "read", "advised", "inferred", or "corrected" by an override file.
        provenance: Why it is believed, in one sentence.
    """

    source: str
    target: str
    answer: Answer
    basis: tuple[str, ...]
    provenance: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page to read on at."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command line that does what a box says, ready to copy; capitals stand for what is to be filled in."""

    tool: str
    line: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A part of the chart that belongs together.

    Attributes:
        id: Its name in the chart's file.
        title: Its title.
        updates: Whether its boxes train a trained pipeline further, rather than a blank one.
    """

    id: str
    title: str
    updates: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """A Prodigy recipe, as the source's introduction describes it."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box.

    Attributes:
        id: Its name in the chart's file.
        kind: What it is.
        text: Its text, verbatim.
        lane: The id of its lane; "" for none.
        meaning: The same in plain words.
        recipe: The recipe that it runs; "" for none.
        favorable: For an outcome, whether it is a good one.
        usual: Whether it carries the source's mark for the usual suggestion.
        measure: The name of the measure that answers its question; "" for none.
        threshold: The value that the measure is held against, in `unit`.
        unit: The threshold's unit.
        limits: Further values that the measure is held against, by names that the measure knows.
        updates: Whether its lane trains a trained pipeline further, rather than a blank one.
        person: Whether it is something that only a person can do, so that a walk by the evidence ends here.
        asks: What the question is answered from, in one sentence.
        commands: What does the same by hand.
        links: Where to read on.
    """

    id: str
    kind: Kind
    text: str
    lane: str = ""
    meaning: str = ""
    recipe: str = ""
    favorable: bool | None = None
    usual: bool = False
    measure: str = ""
    threshold: float | None = None
    unit: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    updates: bool = False
    person: bool = False
    asks: str = ""
    commands: tuple[Command, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def is_decision(self) -> bool:
        """Whether the box asks a question."""
        return self.kind is Kind.DECISION

    @property
    def is_outcome(self) -> bool:
        """Whether a path ends here."""
        return self.kind is Kind.OUTCOME


@dataclass(frozen=True, kw_only=True)
class Flowchart:
    """A whole chart.

    Attributes:
        name: The file it was read from.
        title: Its title.
        version: Its version, as it says itself.
        released: Its release date, as it says itself.
        compatibility: The versions of the tools that it is meant for.
        introduction: Its introduction.
        source_note: Whose it is and where it comes from.
        legend: Pairs of a mark and what it means.
        lanes: Its lanes by id, in the file's order.
        recipes: The recipes that it describes, by name.
        nodes: Its boxes by id, in the file's order.
        edges: Its arrows, in the file's order.
        source: The bytes of its file, and of the override file if there was one.
    """

    name: str
    title: str
    version: str
    released: str
    compatibility: str
    introduction: str
    source_note: str
    legend: tuple[tuple[str, str], ...]
    lanes: dict[str, Lane]
    recipes: dict[str, Recipe]
    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    source: bytes = field(repr=False)
    _out: dict[str, dict[Answer, Edge]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for edge in self.edges:
            self._out.setdefault(edge.source, {})[edge.answer] = edge

    @property
    def start(self) -> Node:
        """The box that every path begins at."""
        return next(node for node in self.nodes.values() if node.kind is Kind.START)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the source, in hexadecimal."""
        import hashlib  # loads OpenSSL: not for the first frame

        return hashlib.sha256(self.source).hexdigest()

    def out(self, node_id: str) -> Mapping[Answer, Edge]:
        """Return the ways on from a box, by answer; none from an outcome."""
        return self._out.get(node_id, {})


def chart_file(name: Path) -> Path | None:
    """Return the file of a chart that somebody names; None for the packaged NER Flowchart.

    `ner` and `spancat` are the packaged charts, where no file has such a name.

    Raises:
        UserError: The system does not tell what the name is.
    """
    if len(name.parts) == 1 and files.kind(name) is files.Kind.NOTHING:
        packaged = PACKAGED.with_name(f"{name}.toml")
        if packaged.is_file():
            return packaged if packaged != PACKAGED else None
    return name.absolute()


def load(file: Path | None = None, override: Path | None = None) -> Flowchart:
    """Read a chart.

    Args:
        file: A chart's TOML; without it the packaged NER Flowchart.
        override: A TOML with single arrows (`[[edge]]`, as in a chart), thresholds and limits
            (`[node."id"]` with `threshold = 0.8` or `limits = { ... }`) that replace the chart's own.

    Raises:
        UserError: A file is missing or is no chart; the message names the file and the box.
    """
    file = file or PACKAGED
    content = _read(file)
    reader = Reader(file, _parse(file, content))
    lanes = [
        Lane(reader.text(t, "id"), reader.text(t, "title"), bool(reader.truth(t, "updates")))
        for t in reader.tables("lane")
    ]
    updating = {lane.id for lane in lanes if lane.updates}
    nodes = {node.id: node for node in (_node(table, reader, updating) for table in reader.tables("node"))}
    if len(nodes) < len(reader.tables("node")):
        raise reader.wrong("two boxes have the same id")
    edges = {(edge.source, edge.answer): edge for edge in (_edge(t, reader) for t in reader.tables("edge"))}
    if len(edges) < len(reader.tables("edge")):
        raise reader.wrong("a box has two arrows for the same answer")
    source = content
    if override is not None:
        corrections = _read(override)
        source += corrections
        _correct(nodes, edges, Reader(override, _parse(override, corrections)))
    recipes = [Recipe(reader.text(t, "name"), reader.text(t, "description")) for t in reader.tables("recipe")]
    chart = Flowchart(
        name=file.name,
        source=source,
        title=reader.text(reader.top, "title"),
        version=reader.text(reader.top, "version", ""),
        released=reader.text(reader.top, "released", ""),
        compatibility=reader.text(reader.top, "compatibility", ""),
        introduction=reader.text(reader.top, "introduction", ""),
        source_note=reader.text(reader.top, "source_note", ""),
        legend=tuple(reader.pairs(reader.top, "legend")),
        lanes={lane.id: lane for lane in lanes},
        recipes={recipe.name: recipe for recipe in recipes},
        nodes=nodes,
        edges=tuple(edges.values()),
    )
    check_graph(chart, reader if override is None else Reader(override, {}))
    return chart


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{file}: cannot read this chart ({error.strerror})") from error
    except ValueError as error:
        raise UserError(f"{str(file)!r}: not a file name ({error})") from error


def _parse(file: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{file}: not a chart, because it is no TOML ({error})") from error


def _node(table: dict[str, Any], reader: Reader, updating: Container[str]) -> Node:
    return Node(
        id=reader.text(table, "id"),
        kind=reader.member(table, "kind", Kind),
        text=reader.text(table, "text"),
        lane=reader.text(table, "lane", ""),
        meaning=reader.text(table, "meaning", ""),
        recipe=reader.text(table, "recipe", ""),
        favorable=reader.truth(table, "favorable"),
        usual=bool(reader.truth(table, "usual")),
        measure=reader.text(table, "measure", ""),
        threshold=reader.number(table, "threshold"),
        unit=reader.text(table, "unit", ""),
        limits=reader.numbers(table, "limits"),
        updates=reader.text(table, "lane", "") in updating,
        person=bool(reader.truth(table, "person")),
        asks=reader.text(table, "asks", ""),
        commands=tuple(Command(tool, line) for tool, line in reader.pairs(table, "commands")),
        links=tuple(Link(title, url) for title, url in reader.pairs(table, "links")),
    )


def _edge(table: dict[str, Any], reader: Reader, basis: tuple[str, ...] = ()) -> Edge:
    return Edge(
        source=reader.text(table, "from"),
        target=reader.text(table, "to"),
        answer=reader.member(table, "answer", Answer, Answer.NEXT),
        basis=basis or tuple(reader.texts(table, "basis")),
        provenance=reader.text(table, "why", ""),
    )


def _correct(nodes: dict[str, Node], edges: dict[tuple[str, Answer], Edge], reader: Reader) -> None:
    """Put the corrections of an override file in the place of the chart's own."""
    from dataclasses import replace

    for table in reader.tables("edge"):
        edge = _edge(table, reader, ("corrected",))
        if (edge.source, edge.answer) not in edges:
            raise reader.wrong(
                f"the chart has no arrow {edge.answer.value!r} from {edge.source!r} to correct"
            )
        edges[edge.source, edge.answer] = edge
    settings = reader.top.get("node", {})
    if not isinstance(settings, dict):
        raise reader.wrong('settings of a box stand under [node."its.id"]')
    for node_id, table in settings.items():
        if node_id not in nodes or not isinstance(table, dict):
            raise reader.wrong(f"the chart has no box {node_id!r}")
        node = nodes[node_id]
        _refuse_unknown(node, table, reader)
        threshold = reader.number(table, "threshold") if "threshold" in table else node.threshold
        limits = {**node.limits, **reader.numbers(table, "limits")}
        if threshold is not None and not 0 <= threshold <= 1 and node.unit.split()[0:1] in (["F"], ["share"]):
            raise reader.wrong(f"'threshold' of {node_id!r} is a {node.unit}, from 0 to 1, not {threshold:g}")
        nodes[node_id] = replace(node, threshold=threshold, limits=limits)


def _refuse_unknown(node: Node, table: dict[str, Any], reader: Reader) -> None:
    """Refuse what would change nothing without a word."""
    if others := sorted(set(table) - {"threshold", "limits"}):
        raise reader.wrong(f"of {node.id!r} only 'threshold' and 'limits' can be set, not {others[0]!r}")
    if others := sorted(set(reader.numbers(table, "limits")) - set(node.limits)):
        known = ", ".join(node.limits) or "none"
        raise reader.wrong(f"{node.id!r} has no limit {others[0]!r}; it has {known}")
