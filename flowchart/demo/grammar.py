"""A grammar of repair notes: sentences with slots, filled until only words and spans are left."""

from __future__ import annotations

import re
from random import Random

from flowchart.demo.words import (
    FAULT_ACTS,
    FAULT_NOUNS,
    FAULT_STATES,
    FLUIDS,
    MODIFIERS,
    PART_SHORT,
    PARTS,
    SHARED_NAMES,
    brand,
    model,
    pick,
    rank,
    split_words,
)

LABELS = ("BRAND", "MODEL", "PART", "FAULT", "FLUID")

_FAULTS = {"FAULT": FAULT_NOUNS, "STATE": FAULT_STATES, "ACT": FAULT_ACTS}
_SLOTS = {*LABELS, *_FAULTS, "NAME"}

_SLOT = re.compile(r"\{(\w+)\}")

# Slots in capitals become spans; the others are words, or are expanded again. {FAULT} is a thing, {STATE} a
# state, {ACT} what something does: all three are faults. {NAME} is a maker or a model: only who knows the
# name can tell.
_REPORTS = (
    "{who} reports {FAULT} from the {side} {PART} {when}",
    "{who} says the {PART} on the {bike} is {STATE}",
    "{who} brought in a {bike} with {FAULT} at the {PART}",
    "{FAULT} in the {PART} {when}, started {ago}",
    "{bike}: {PART} {STATE}, {FAULT} too",
    "{bike} in for a {service}, {PART} found {STATE}",
    "{who} heard {FAULT} {when} and thinks it is the {PART}",
    "the {side} {PART} {ACT} since {who} fitted a {BRAND} {PART}",
    "{PART} on this {NAME} {ACT} again, same as {ago}",
    "rider noticed {FAULT} {when}, {side} {PART} suspected",
    "came back {ago} because the {BRAND} {PART} {ACT}",
    "{NAME} {PART} {STATE}, less than {number} km on it",
    "{who} crashed the {NAME}, {PART} {STATE} and {PART} {STATE}",
    "quote wanted for a new {PART}, the old one {ACT}",
    "collected from {place}: {bike}, {PART} {STATE}",
    "{bike} will not go into gear, {PART} {STATE} I think",
    "complaint about {FAULT} on the {NAME}, only {when}",
    "warranty case with {BRAND}: {PART} of the {MODEL} {ACT}",
    "{PART} {ACT} after the rain, then the {PART} {ACT}",
    "the {NAME} has {FAULT} {when}",
    "the {NAME} {ACT} {when}",
    "{who} asked why the {NAME} {ACT}",
    "is {FAULT} normal on a {NAME} with only {number} km?",
    "second {NAME} this week with a {STATE} {PART}",
    "{PART} and {PART} both {STATE}",
    "no {FAULT} found on the stand, but the {PART} looked {STATE}",
    "bought used at {place}, {PART} {STATE}, {PART} missing",
    "{who} wants the {bike} ready by {day}, {PART} is {STATE}",
    "{NAME} again, {ago} it was the {PART}, now it {ACT}",
    "{NAME} and {NAME} for {who}, both {STATE}",
    "{who} is not happy with the {NAME}, {ACT} {when}",
    "looks like a {NAME} but the {PART} is a {NAME}",
)
_WORK = (
    "replaced the {PART} with a {BRAND} {MODEL}",
    "fitted new {PART} and set the {PART}",
    "swapped the {side} {PART} for one from {BRAND}",
    "cleaned the {PART} with {FLUID} and put {FLUID} on the {PART}",
    "topped up {FLUID}, {PART} fine now",
    "bled the {side} brake with {FLUID}",
    "ordered a {NAME}, expected {day}",
    "tightened the {PART} to {torque}, {FAULT} gone",
    "checked {PART}, {PART} and {PART}, all good",
    "used {NAME} {FLUID} as the maker says",
    "the {NAME} {FLUID} did nothing for the {FAULT}",
    "updated the firmware of the {MODEL}, test ride ok",
    "installed a {NAME} {PART}, works with the old {PART}",
    "{PART} from the {NAME} does not fit the {NAME}",
    "took the {PART} off a scrap {NAME}",
    "a drop of {FLUID} on the {PART} cured the {FAULT}",
    "faced the shell and pressed in a {NAME} {PART}",
    "sent the {PART} back to {BRAND} for a check",
    "straightened the {PART}, still {STATE} but it will do",
    "told {who} that {BRAND} no longer makes the {PART}",
    "next time change the {PART} too, it is nearly {STATE}",
    "greased the {PART}, no {FAULT} on the test ride",
    "set of {NAME} {PART} on the shelf, {price}",
    "flushed out the old {FLUID}, it was black",
    "needs {FLUID} every {number} km, told {who}",
    "upgraded from {MODEL} to {MODEL} for {price}",
    "compared with a {NAME}: same {PART}, no {FAULT}",
    "put the {NAME} on charge overnight, {PART} holds",
    "{NAME} done, {NAME} next",
    "borrowed the {PART} from the {NAME} in the window",
)
# The same words with another meaning, where nothing is to be marked.
_PLAIN = (
    "spoke with {who} on the phone {ago}",
    "parked in bay {code}, key on hook {code}",
    "stored in rack {code} until {day}",
    "tag {code}, paid {price} in advance",
    "played it safe and kept it over night",
    "{who} rode up to the {shared} road and back",
    "{who} will fork out {price} at most",
    "do not crack on before {who} has called",
    "{who} took a seat and waited",
    "the shop is the hub of the street on {day}",
    "slip of paper in the bag, price agreed",
    "wear gloves with this one",
    "skip the wash, {who} is in a hurry",
    "loose change in the bag belongs to {who}",
    "{who} moved to the {shared} estate, new address in the file",
    "meet the {shared} tour group at {place} on {day}",
    "bolts are M6, not M5, check the tray",
    "chain of shops at {place} had quoted {price}",
    "battery of tests done, nothing found",
    "{who} tires of waiting, please ring on {day}",
    "wheel it out to {place} when done",
    "brake test done, pedal home possible",
    "a dry day is fine for the test ride",
    "no play time left this week, book {day}",
    "dead line is {day}, no later",
    "motor way noise outside, could not hear the {who}",
    "oil the door while you are at it",
    "wax seal on the letter from {place} was broken",
    "a {shared} of a job, {number} minutes",
    "frame the invoice for {who}, first of the year",
    "gear up for {day}, {number} bikes booked",
    "saddle sore, says {who}, nothing for us",
)
_SHORT = (
    "{side} {PART} {STATE}",
    "{BRAND} {MODEL}, {PART} {STATE}",
    "check {PART}, {FAULT}",
    "new {PART} please, {BRAND} if in stock",
    "{FAULT} {when}",
    "{PART} ok, {PART} {ACT}",
)
_FILLERS: dict[str, tuple[str, ...]] = {
    "bike": split_words("""
        {BRAND} {MODEL} | {BRAND} {MODEL} | {NAME} | {NAME} | {NAME} cargo bike | used {NAME} |
        {NAME} e-bike | trekking bike | {MODEL} from {BRAND} | kids bike | {colour} {NAME} |
        folding bike
    """),
    "who": split_words("""
        customer | the rider | owner | the courier | a neighbour | the school | the rental desk |
        her dad | the club | our apprentice | the insurer | a tourist | the postman | the landlord
    """),
    "side": split_words("front | rear | left | right | upper | lower | old | original"),
    "when": split_words("""
        under load | when braking | on climbs | in the wet | above {number} kph | when cold |
        in top gear | while coasting | out of the saddle | in turbo mode | after a wash |
        every few turns | over bumps
    """),
    "ago": split_words("""
        last week | two days ago | in spring | yesterday | after the last service | in March |
        at Easter | a month ago | on Monday
    """),
    "day": split_words("Monday | Tuesday | Friday | Saturday | noon | the weekend | tomorrow | the 14th"),
    "service": split_words("""
        service | check-up | spring service | first inspection | wash | wheel build | tune-up
    """),
    "place": split_words("""
        the market | the station | the old depot | the harbour | an online shop | the campus |
        the fair
    """),
    "number": ("20", "25", "80", "150", "300", "500", "1200", "2000", "40", "6"),
    "torque": ("5 Nm", "12 Nm", "40 Nm", "6 Nm"),
    "price": ("30 euros", "half price", "120 euros", "15 each", "the usual rate"),
    "colour": ("black", "green", "matt grey", "red", "white"),
}
# What a note is made of, with the cumulative share of such notes.
_PLANS: tuple[tuple[float, tuple[tuple[str, ...], ...]], ...] = (
    (0.10, (_SHORT, _PLAIN)),
    (0.25, (_PLAIN, _REPORTS)),
    (0.40, (_REPORTS,)),
    (0.52, (_WORK,)),
    (0.56, (_PLAIN, _PLAIN)),
    (0.70, (_REPORTS, _WORK, _PLAIN)),
    (0.85, (_REPORTS, _PLAIN)),
    (1.00, (_REPORTS, _WORK)),
)
_OPENERS = ("", "", "", "", "", "urgent: ", "note: ", "re-check: ", "phone: ", "hi, ", "FYI ", "again: ")
_JOINTS = (". ", ". ", ". ", "; ", ", ", " - ")


class Draft:
    """A text under construction: pieces of words, some of them spans.

    Attributes:
        text: The words so far.
        spans: Start, end (exclusive) and label of each span.
    """

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[tuple[int, int, str]] = []

    def add(self, words: str, label: str = "") -> None:
        """Append words; with a label they become a span."""
        if label:
            self.spans.append((len(self.text), len(self.text) + len(words), label))
        self.text += words


def write(random: Random) -> Draft:
    """Return one note of one to three sentences with its complete and correct spans."""
    draft = Draft()
    hurried = random.random() < 0.35  # no capitals, as typed at the workbench
    draft.add(pick(random, _OPENERS))
    for number, sentence in enumerate(_plan(random)):
        if number:
            draft.add(pick(random, _JOINTS))
        start = len(draft.text)
        _fill(random, sentence, draft, hurried)
        if not hurried and (number == 0 or draft.text[:start].endswith(". ")):
            draft.text = draft.text[:start] + draft.text[start : start + 1].upper() + draft.text[start + 1 :]
    if random.random() < 0.6:
        draft.add(".")
    return draft


def _plan(random: Random) -> list[str]:
    """Return the sentences of one note."""
    chance = random.random()
    plan = next(plan for upto, plan in _PLANS if chance < upto)
    return [pick(random, sentences) for sentences in plan]


def _fill(random: Random, sentence: str, draft: Draft, hurried: bool) -> None:
    at = 0
    for slot in _SLOT.finditer(sentence):
        draft.add(sentence[at : slot.start()])
        at = slot.end()
        name = slot.group(1)
        if name in _SLOTS:
            label, words = _entity(random, name)
            if hurried and random.random() < 0.8:
                words = words.lower()
            if label == "FAULT" and words.startswith("a "):
                draft.add("a ")
                words = words[2:]
            elif draft.text.endswith(" a ") and words[0] in "aeiouAEIOU":
                draft.text = draft.text[:-1] + "n "
            draft.add(_slip(random, words), label)
        elif name == "code":
            draft.add(_code(random))
        elif name == "shared":
            word = pick(random, SHARED_NAMES)
            draft.add(word.lower() if hurried or random.random() < 0.5 else word)
        else:
            _fill(random, pick(random, _FILLERS[name]), draft, hurried)
    draft.add(sentence[at:])


def _code(random: Random) -> str:
    """Return a model's name that could be the number of a shelf."""
    while True:
        code = model(rank(random, 40.0))
        if " " not in code and any(letter.isdigit() for letter in code):
            return code


def _entity(random: Random, slot: str) -> tuple[str, str]:
    """Return the label and the words of a span for a slot."""
    if slot == "NAME":
        slot = "BRAND" if random.random() < 0.5 else "MODEL"
    if slot == "BRAND":
        return slot, brand(rank(random, 20.0))
    if slot == "MODEL":
        return slot, model(rank(random, 30.0))
    if slot == "FLUID":
        return slot, pick(random, FLUIDS, 1.4)
    if slot in _FAULTS:
        return "FAULT", pick(random, _FAULTS[slot], 1.5)
    part = pick(random, PARTS, 1.5)
    if random.random() < 0.15:
        return slot, f"{pick(random, MODIFIERS, 1.5)} {part}"
    return slot, PART_SHORT[part] if part in PART_SHORT and random.random() < 0.3 else part


def _slip(random: Random, words: str) -> str:
    """Return the words, now and then with two letters swapped or one missing."""
    chance = random.random()
    if chance > 0.05 or len(words) < 5:
        return words
    at = 1 + int(random.random() * (len(words) - 3))
    if " " in words[at : at + 2] or "-" in words[at : at + 2]:
        return words
    if chance < 0.025:
        return words[:at] + words[at + 1 :]
    return words[:at] + words[at + 1] + words[at] + words[at + 2 :]
