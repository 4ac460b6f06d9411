"""The marks that the screens use, in two alphabets: basic Unicode and ASCII."""

from __future__ import annotations

from dataclasses import dataclass

from flowchart.graph import Kind


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """One alphabet of marks; each is one cell wide, and none carries its meaning by colour alone."""

    in_hand: str
    walked: str
    usual: str
    onward: str
    back: str
    below: str
    bar: str
    rest: str
    separator: str
    rule: str
    favorable: str
    negative: str
    decision: str
    action: str
    recipe: str
    entry: str
    laid_over: str

    def kind(self, kind: Kind, favorable: bool | None) -> str:
        """Return the mark of a kind of box."""
        match kind:
            case Kind.DECISION:
                return self.decision
            case Kind.RECIPE:
                return self.recipe
            case Kind.OUTCOME:
                return self.favorable if favorable else self.negative
            case Kind.ACTION:
                return self.action
            case _:
                return self.entry


UNICODE = Glyphs(
    in_hand="▶",
    walked="●",
    usual="✓",
    onward="→",
    back="↩",
    below="↓",
    bar="━",
    rest="─",
    separator="│",
    rule="─",
    favorable="+",
    negative="−",
    decision="?",
    action="□",
    recipe="$",
    entry="»",
    laid_over="◆",
)

ASCII = Glyphs(
    in_hand=">",
    walked="*",
    usual="!",
    onward="->",
    back="<-",
    below="v",
    bar="=",
    rest=".",
    separator="|",
    rule="-",
    favorable="+",
    negative="-",
    decision="?",
    action="o",
    recipe="$",
    entry="#",
    laid_over="x",
)
