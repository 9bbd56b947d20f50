"""Texts that a pattern just takes and just refuses, made from the pattern itself: a pattern that a newer model brings needs no new code.

Used by `test_every_member.py`. Proposes only: whether a text is good is for `re` to say. What it reads is Python's own parse of
the pattern (`re._parser`, private and unchanged in years, which Hypothesis rests on as well).
"""

import functools
import re
import re._constants as op
from re._parser import SubPattern, parse

# Each is outside some pattern's alphabet: ASCII that identifiers lack, a blank, a line break, a letter that is not ASCII.
FOREIGN = ("!", " ", "\n", "ü")


@functools.cache
def example(pattern: str, length: int) -> str:
    """A text of that many characters, or as near to it as the pattern goes."""
    return fill(parse(pattern), length)


@functools.cache
def near_misses(pattern: str, length: int) -> list[str]:
    """Texts around the example of that length: a character too few, too many or foreign at each place, each repetition one below, at
    and one above its bounds, each look-ahead's forbidden text added. Most are refused, some are not."""
    tree = parse(pattern)
    good = fill(tree, length)
    texts = [good + foreign for foreign in FOREIGN] + [foreign + good for foreign in FOREIGN]
    for place, character in enumerate(good):
        # Inside a run of one character every place is alike.
        if place and good[place - 1] == character:
            continue
        before, after = good[:place], good[place + 1 :]
        texts += [before + after, before + character.swapcase() + after, before + FOREIGN[place % len(FOREIGN)] + after]
    for node, (least, most, _) in repetitions(tree):
        counts = {least - 1, least, most, most + 1} if most is not op.MAXREPEAT else {least - 1, least}
        texts += [fill(tree, length, {id(node): count}) for count in sorted(counts) if count >= 0]
    texts += [good + fill(inner, 0) for inner in forbidden(tree)]
    return list(dict.fromkeys(texts))


@functools.cache
def alphabet(pattern: str, length: int) -> list[str]:
    """The example of that length with each printable character of ASCII put before its last; those that the pattern takes together."""
    good = example(pattern, length)
    texts = {character: good[:-1] + character + good[-1:] for character in map(chr, range(0x20, 0x7F))}
    taken = [character for character, text in texts.items() if re.fullmatch(pattern, text)]
    return [good[:-1] + "".join(taken) + good[-1:]] + [text for character, text in texts.items() if character not in taken]


def fill(tree, length: int, counts: dict[int, int] | None = None) -> str:
    """`counts` fixes how often some repetitions (by identity) repeat, within their bounds or not."""
    spare = max(0, length - tree.getwidth()[0])
    text = ""
    for node in tree:
        least, most = SubPattern(tree.state, [node]).getwidth()
        taken = min(spare, most - least)
        spare -= taken
        text += fill_node(tree, node, least + taken, counts or {})
    return text


def fill_node(tree, node, length: int, counts: dict[int, int]) -> str:
    kind, argument = node
    match kind:
        case op.LITERAL:
            return chr(argument)
        case op.ANY:
            return "a"
        case op.IN:
            return member_of(argument)
        case op.SUBPATTERN:
            return fill(argument[-1], length, counts)
        case op.MAX_REPEAT | op.MIN_REPEAT:
            least, most, inner = argument
            width, widest = inner.getwidth()
            assert 0 < width == widest, "a repetition of something that has one length"
            return fill(inner, width, counts) * counts.get(id(node), max(least, min(length // width, most)))
        case op.BRANCH:
            return fill(min(argument[1], key=lambda each: distance(each, length)), length, counts)
        case op.AT | op.ASSERT | op.ASSERT_NOT:
            return ""
    raise NotImplementedError(f"{kind} in a pattern")


def distance(tree, length: int) -> int:
    """How far a tree's texts stay from that length."""
    least, most = tree.getwidth()
    return max(least - length, length - most, 0)


def member_of(characters) -> str:
    """One character of a class: a letter where it can be."""
    for kind, argument in characters:
        match kind:
            case op.RANGE if argument[0] <= ord("a") <= argument[1]:
                return "a"
            case op.CATEGORY:
                return "a"
    kind, argument = characters[0]
    return chr(argument[0] if kind is op.RANGE else argument)


def repetitions(tree):
    """Every repetition of a tree, the nested ones too."""
    for node in tree:
        kind, argument = node
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            yield node, argument
        yield from (found for inner in parts(node) for found in repetitions(inner))


def forbidden(tree):
    """What stands in the negative look-aheads of a tree."""
    for node in tree:
        if node[0] is op.ASSERT_NOT:
            yield node[1][1]
        else:
            yield from (found for inner in parts(node) for found in forbidden(inner))


def parts(node) -> list:
    kind, argument = node
    match kind:
        case op.SUBPATTERN | op.MAX_REPEAT | op.MIN_REPEAT:
            return [argument[-1]]
        case op.BRANCH:
            return argument[1]
    return []
