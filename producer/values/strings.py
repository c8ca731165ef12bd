"""Text field to maker: examples, else what the pattern, the format or the field's name suggests, else plain words.

Exact shortest and longest texts are drawn on purpose, in code points: some end in a character beyond the first plane.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from contracts.compiler.model import Field
from producer.values import texts, vocabulary
from producer.values.edges import choice, mixed, of_text
from producer.values.fits import Holds, fits
from producer.values.quantities import Maker, argument, arguments, impossible
from producer.values.texts import LONGEST
from producer.values.vocabulary import WORDS, Draw

TRIALS = 200  # draws that show how often a source fits
PATIENCE = 100_000  # draws before a field counts as one that can't be made
FEW_TRIALS = 20  # for texts that may be long
OFTEN = 0.2  # of a source's texts must fit, or a better one is looked for
LONG = 1000  # characters from which an exact length is drawn rarely
WIDEST = 65_536  # characters of the longest text that is drawn
SPREAD = 20  # characters beyond its least length that a text of a format has at most
SHORTEST = min(map(len, WORDS)) + 1  # characters that a word adds to a sentence at least
ASTRAL = ("\U0001f600", "\U0001f4e6", "\U00010348", "\U0001d54f")


def strings(field: Field) -> Maker:
    """The maker of a text field; ProducerError where no text is known that keeps its clauses."""
    holds = fits(field)
    examples = [example for example in field.examples if isinstance(example, str) and holds(example)]
    make = choice(examples) if len(examples) > 1 else _drawn(field, holds, examples)
    own, rare = list[Maker](), list[Maker]()
    for length, draw in _exact(field):
        if _rate(draw, holds, FEW_TRIALS) > OFTEN:
            seldom = bool(examples) or length > LONG or length == 0
            (rare if seldom else own).append(of_text(_until(field, draw, holds)))
    return mixed(make, own, rare)


def of_pattern_alone(field: Field) -> texts.Node | None:
    """The tree that texts of a field are drawn from, where nothing else decides about them; None for any other."""
    rules = {clause.rule for clause in field.clauses} - {"required", "nullValues", "type"}
    holds = fits(field)
    if rules != {"pattern"} or sum(isinstance(example, str) and holds(example) for example in field.examples) > 1:
        return None
    tree, _, rate = _best(field, holds)
    return tree if rate == 1 else None


def _drawn(field: Field, holds: Holds, examples: list[str]) -> Maker:
    """What the best source of texts draws, else an example."""
    if not _patterns(field) and not argument(field, "format") and examples and not vocabulary.suggested(field):
        return choice(examples)
    _, draw, rate = _best(field, holds)
    if draw is not None:
        return of_text(_until(field, draw, holds, rate == 1))
    if not examples:
        raise impossible(field, "no text is known that keeps all its clauses")
    return choice(examples)


def _best(field: Field, holds: Holds) -> tuple[texts.Node | None, Draw | None, float]:
    """The first source that fits often, else the one that fits most; with the tree it draws from, where it has one."""
    best: tuple[texts.Node | None, Draw | None, float] = None, None, 0.0
    for tree, draw in _sources(field):
        rate = _rate(draw, holds)
        best = (tree, draw, rate) if rate > best[2] else best
        if rate >= OFTEN:
            break
    return best


def _sources(field: Field) -> Iterator[tuple[texts.Node | None, Draw]]:
    """Where texts of a field may come from, the most natural first."""
    least, most = argument(field, "minLength", 1), argument(field, "maxLength", WIDEST)
    for suggested in vocabulary.suggested(field):
        yield None, suggested
    for pattern in _patterns(field):
        try:
            tree = texts.parse(pattern)
        except texts.Unreadable:
            continue
        yield tree, texts.drawn(tree)
        if lengths := _lengths(field, tree):
            yield None, partial(_of_some_length, tree, lengths)
    if form := argument(field, "format"):
        yield None, vocabulary.FORMATS[form]
        yield None, partial(_of_format, form, least, max(least, min(most, least + SPREAD)))
    yield None, partial(words, least, most, field.path)


def _patterns(field: Field) -> list[str]:
    return [*arguments(field, "pattern"), *arguments(field, "invalidValues")]


def _lengths(field: Field, tree: texts.Node) -> list[int]:
    """The lengths of a pattern's texts that the field allows, the shortest of them."""
    least, most = argument(field, "minLength", 0), min(argument(field, "maxLength", LONGEST), LONGEST)
    known = texts.lengths(tree, most)
    return [length for length in range(least, most + 1) if known >> length & 1][: texts.REPEATS * 8]


def _of_some_length(tree: texts.Node, lengths: list[int], rng: Random) -> str:
    return texts.sized(tree, rng.choice(lengths), lengths[-1], rng)


def _exact(field: Field) -> Iterator[tuple[int, Draw]]:
    """Lengths that lie on a bound, each with a source of texts of exactly that length."""
    declared = {length for rule in ("minLength", "maxLength") for length in arguments(field, rule)}
    pattern, form = next(iter(_patterns(field)), None), argument(field, "format")
    free = pattern is None and form is None
    for length in sorted(declared | {0} if free and not arguments(field, "minLength") else declared):
        if form is not None:
            yield length, partial(_of_format, form, length, length)
        elif free and length <= WIDEST:
            yield length, partial(sentence, length)
            yield length, partial(_astral, length)
        elif pattern is not None and length <= LONGEST and (made := _of_pattern(pattern, length)):
            yield length, made
    if free:
        yield 0, partial(_astral, argument(field, "maxLength", 12) if argument(field, "maxLength", 12) < 12 else 12)


def _of_format(form: str, least: int, most: int, rng: Random) -> str:
    return vocabulary.SIZED[form](rng.randint(least, most), rng)


def _of_pattern(pattern: str, length: int) -> Draw | None:
    try:
        tree = texts.parse(pattern)
    except texts.Unreadable:
        return None
    known = texts.lengths(tree, length) >> length & 1
    return (lambda rng: texts.sized(tree, length, length, rng)) if known else None


def words(least: int, most: int, path: str, rng: Random) -> str:
    """Two words, or as many as the least length asks for; one for a map's key."""
    text = rng.choice(WORDS) if path.endswith(".key") else f"{rng.choice(WORDS)} {rng.choice(WORDS)}"
    return text[:most].rstrip() if least <= len(text[:most].rstrip()) else sentence(min(least, most), rng)


def sentence(length: int, rng: Random) -> str:
    """Words of exactly this many characters together, none of them white space at the end."""
    text = " ".join(rng.choices(WORDS, k=length // SHORTEST + 1))[:length]
    return f"{text[:-1]}x" if text.endswith(" ") else text


def _astral(length: int, rng: Random) -> str:
    """The same, its last character one that UTF-16 writes as two units."""
    return sentence(length - 1, rng) + rng.choice(ASTRAL) if length else ""


def _rate(draw: Draw, holds: Holds, trials: int = TRIALS) -> float:
    """How often a source fits, in trials that are always the same; more of them where it seems never to."""
    trial = Random(0)
    for many in (trials, trials * 10):
        if fitting := sum(holds(draw(trial)) for _ in range(many)):
            return fitting / many
    return 0.0


def _until(field: Field, draw: Draw, holds: Callable[[str], bool], always: bool = False) -> Draw:
    """Draw until every clause of the field agrees."""
    if always:
        return draw

    def make(rng: Random) -> str:
        for _ in range(PATIENCE):
            if holds(text := draw(rng)):
                return text
        raise impossible(field, "texts that keep all its clauses are too rare to be drawn")

    return make
