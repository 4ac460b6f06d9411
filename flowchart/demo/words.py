"""The words of the workshop: parts, faults, fluids, and the names that nobody has ever heard of."""

from __future__ import annotations

from functools import lru_cache
from random import Random


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a list with bars between them."""
    return tuple(word.strip() for word in text.replace("\n", " ").split("|") if word.strip())


PARTS = split_words("""
    chain | brake pads | rear derailleur | bottom bracket | battery | rear wheel | headset | front brake |
    motor | display | cassette | inner tube | crank arm | freehub | saddle | tyre | speed sensor |
    brake lever | seatpost | fork | hub | chainring | shifter | charger | pedal | brake cable |
    derailleur hanger | rotor | stem | spokes | rim | brake hose | caliper | controller | battery mount |
    kickstand | front derailleur | handlebar | cassette lockring | thru axle | jockey wheel |
    torque sensor | wiring loom | mudguard | grips | dropper post | shift cable | bearing cup | rear light |
    charging port | valve core | spoke nipples | tubeless tape | rack | dynamo | quick release |
    master link | belt | belt sprocket | rear shock | lower bearing | display mount | brake piston |
    bleed port | ratchet ring | pawl spring | crown race | compression ring | star nut | seat clamp |
    chain guide | bash guard | bar end plug | noodle | barrel adjuster | cable housing | hydraulic line |
    banjo bolt | spacer stack | preload cap | axle nut | cone | dust cap | end cap | drive belt |
    tensioner | clutch cover | cage plate | pulley | hood | bar tape | headlight bracket | motor cover |
    chainstay protector | battery key | cell pack | fuse holder | crank spider | magnet ring | phase wire |
    hall sensor | throttle cable | walk assist button | remote switch | wheel magnet | connector pins |
    cadence ring | rubber grommet | frame plug | lower leg | air spring | damper rod | wiper seal |
    foam ring | linkage bolt | pivot bearing | shock bushing | swingarm | dropout | rim tape | valve stem |
    sealant plug | tyre bead | sidewall | eyelet | nipple washer | flange
""")
"""Parts, the usual ones first: a word's rank is how often the workshop meets it."""

MODIFIERS = split_words("""
    hydraulic | carbon | sealed | tubeless | mid-drive | alloy | 11 speed | tapered | thru-axle |
    narrow-wide | sintered | rear hub | 29 inch | steel | integrated | press-fit | organic | bolt-on |
    ceramic | offset
""")
"""What a part may be called more closely; it belongs to the part's span."""

PART_SHORT = {
    "bottom bracket": "BB",
    "rear derailleur": "RD",
    "front derailleur": "FD",
    "headset": "HS",
    "chainring": "cring",
    "rear wheel": "RW",
    "handlebar": "hbar",
    "brake pads": "pads",
    "dropper post": "dropper",
}
"""What a mechanic in a hurry writes."""

FAULT_NOUNS = split_words("""
    play | creaking | a slow leak | rust | a puncture | error code E10 | rubbing | a grinding noise |
    squealing | no assist | ticking | a hairline crack | a stripped thread | rattle | wobble |
    water damage | ghost shifting | a flat spot | clunking | slack | intermittent cut-out | overheating |
    vibration | a tight spot | backlash | undervoltage | a short circuit | uneven wear | knocking |
    a burnt smell | a blown seal | a broken weld | voltage drop | hissing | surging | shudder | howling |
    galling | buzzing | brake fade | pad drag | error 504 | chain suck | toe overlap | speed wobble |
    pedal strike | a pinch flat | a bulge | a dead cell | a bad earth | moisture | crunching | pinging |
    chatter | stiction | a sticky link | a missed shift | a loose crown | corrosion | a cold solder joint |
    air in the line | fluid loss | a thrown chain | error code W013
""")
"""What is wrong, as a thing; the usual first. An article is no part of the span."""

FAULT_STATES = split_words("""
    worn out | cracked | bent | loose | seized | snapped | leaking | corroded | dead | out of true |
    stretched | contaminated | jammed | frayed | spongy | rounded off | pitted | delaminated | notchy |
    chewed up | split | scored | dry | gummed up | off centre | perished | swollen | glazed | warped |
    mushroomed | sheared | dented | kinked | weeping | sticking | cross-threaded | misaligned |
    over-torqued | sluggish | stuck open | crazed | frozen | flickering | deformed | shot | toast |
    on its last legs | half gone | blown | buckled | flogged out | stone cold | fused | missing a screw |
    shorted | soaked | full of grit | oval | hanging off | the wrong size | bone dry | unresponsive
""")
"""What is wrong, as a state: it is ..."""

FAULT_ACTS = split_words("""
    skips | rubs | slips | drops out | cuts out | will not charge | slips under load | rattles | clicks |
    drags | will not power on | hesitates | leaks | squeals | jumps gears | shuts down | wobbles | sags |
    overheats | loses pressure | creaks | lags | surges | fades | sticks | pulls to the left |
    shows no range | grinds | knocks | binds | ticks | bottoms out | throws the chain | resets itself |
    does not wake up | weeps oil | hums | stalls | flickers | shudders
""")
"""What is wrong, as something it does."""

FLUIDS = split_words("""
    chain lube | mineral oil | grease | sealant | brake cleaner | degreaser | DOT fluid | carbon paste |
    threadlock | dry lube | suspension oil | anti-seize | wax | contact spray | copper paste |
    silicone spray | penetrating oil | isopropyl | assembly gel | fork oil | ceramic coating |
    dielectric grease | rim cement | frame polish | hub oil | bearing grease | latex | bike wash |
    damping fluid | rust remover | rubber solution | wet lube | graphite powder | lithium paste
""")
"""What comes in bottles and tubes."""

SHARED_NAMES = split_words("""
    Kestrel | Summit | Relay | Comet | Anchor | Beacon | Cinder | Drift | Ember | Falcon | Harbour | Lynx |
    Meridian | Nomad | Onyx | Pilot | Quarry | Raven | Sable | Tempest | Vector | Wren | Zephyr | Anvil |
    Bramble | Condor | Delta | Fathom | Granite | Horizon
""")
"""Names that one maker has for itself and another for a model, and most of them everyday words as well."""

_ONSETS = split_words("b|br|c|cr|d|dr|f|fl|g|gr|h|k|kl|l|m|n|p|pr|qu|r|s|sk|st|t|tr|v|w|z|th|sh")
_VOWELS = split_words("a|e|i|o|u|ae|ei|y|oa|a|e|o")
_CODAS = split_words("l|n|r|s|x|nd|rk|ll|ss|t|v|m|lt|rn|k")
_TAILS = split_words("a|o|is|en|ex|on|ar|us|ova|ine|tec|works|cycles|max|ix|el")
_SUFFIXES = split_words("SL|Pro|Evo|GT|XT|Plus|Lite|S|Air|II|Carbon|Sport")
_TRADES = split_words("Cycles|Components|Drive|Bikes|Systems|Works")


def pick(random: Random, words: tuple[str, ...], skew: float = 1.0) -> str:
    """Return one of the words; a skew above 1 prefers the first.

    Only `Random.random` is used, here and everywhere in the generator: it is the one method whose sequence
    Python promises to keep from version to version.
    """
    return words[int(len(words) * random.random() ** skew)]


def rank(random: Random, scale: float) -> int:
    """Return the rank of an open-class name: the small are usual, and there is no largest (a Pareto tail)."""
    return min(int(scale * (1.0 / (1.0 - random.random()) - 1.0)), 10_000_000)


@lru_cache(maxsize=4096)
def brand(number: int) -> str:
    """Return the name of the maker with this rank, always the same one."""
    if number % 5 == 3:
        return SHARED_NAMES[(number // 5) % len(SHARED_NAMES)]
    random = Random(f"brand {number}")
    name = pick(random, _ONSETS) + pick(random, _VOWELS) + pick(random, _CODAS)
    if random.random() < 0.6:
        name += pick(random, _VOWELS) + pick(random, _CODAS)
    if random.random() < 0.5:
        name += pick(random, _TAILS)
    name = name.capitalize()
    chance = random.random()
    if chance < 0.12:
        return f"{name} {pick(random, _TRADES)}"
    return name.upper() if chance < 0.17 and len(name) < 6 else name


@lru_cache(maxsize=4096)
def model(number: int) -> str:
    """Return the name of the model with this rank, always the same one."""
    random = Random(f"model {number}")
    chance = random.random()
    digits = str(1 + int(random.random() * 9)) + ("00" if random.random() < 0.4 else "")
    letters = "".join(pick(random, tuple("ACDEFGHKLMNRSTVXZ")) for _ in range(1 + int(random.random() * 2)))
    if chance < 0.3:
        return f"{letters}{digits}" if random.random() < 0.7 else f"{letters}-{digits}"
    if chance < 0.55:
        name = SHARED_NAMES[int(random.random() * len(SHARED_NAMES))]
    else:
        name = (pick(random, _ONSETS) + pick(random, _VOWELS) + pick(random, _CODAS)).capitalize()
        if random.random() < 0.4:
            name += pick(random, _TAILS)
    chance = random.random()
    if chance < 0.3:
        return f"{name} {digits}"
    return f"{name} {pick(random, _SUFFIXES)}" if chance < 0.6 else name
