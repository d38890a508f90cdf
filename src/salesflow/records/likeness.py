"""Likeness: how much two contacts look like one, from what they share and what speaks against it.

A score is the points of the names, of what they share and of what speaks against, together, from 0 to 100. From 60 on a
pair is worth a look. People of quite different names never get that far: families and firms share phones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Words = tuple[str, ...]

LEAST = 60  # the score from which a pair is listed unless another is asked for
ALIKE = 85  # names at least so many percent alike count as near
ROUGHLY = 66  # and less alike than this not looked at any closer where only the block is the same
UNLIKE = 70  # names less alike than this are quite different
MOST_UNLIKE = 40  # what two of quite different names get at most
FEW = (3, 10, 20)  # so many of one name: hardly anybody else, a few, many

# What stands before a name, and what firms put behind theirs.
TITLES = """mr mrs ms miss mx dr prof herr frau monsieur madame mme sir dame ing mag dipl"""
FORMS = """gmbh mbh ag kg ohg ug ev co corp inc ltd llc llp lp plc pty sa sas sarl srl spa sl bv nv vof ab as asa aps
    oy oyj kft doo zoo the and und et"""
NOISE = {False: frozenset(TITLES.split()), True: frozenset(FORMS.split())}  # by whether it is a firm's name

SAME_NAME, NEAR_NAME, FITTING_NAME = (64, 56, 46, 38), 56, 62
VERY_NEAR_NAME, LIKE_NAME, PART_NAME, NO_NAME = 60, 20, 30, 45
KEYS = {"id": 40, "email": 38, "link": 34, "phone": 34}
NOUNS = {"id": "id", "email": "e-mail", "link": "link", "phone": "phone"}


class Name(NamedTuple):
    """A name as it is compared. words: in the order of the alphabet, without titles; plain: as written, one text."""

    words: Words
    plain: str
    letters: bool  # of a script whose letters are words; its words are letters then


class Shared(NamedTuple):
    """What two contacts have in common, and what speaks against. keys: (kind, how many contacts have it)."""

    keys: tuple[tuple[str, int], ...] = ()
    company: bool = False
    birthday: str = ""  # `same`, `day` (without a year), `other`
    address: bool = False
    mailbox: bool = False  # the same before the @ of different e-mails
    digits: bool = False  # the same last digits of different phones
    other_emails: bool = False
    other_phones: bool = False
    other_company: bool = False
    other_ids: bool = False  # one system keeps them apart
    other_kind: bool = False


class Alike(NamedTuple):
    """Two names. why: same, order, fits, longer, part, near, like, unlike; none where one of the two has no name."""

    percent: int
    why: str


def name_of(name_key: str, firm: bool) -> Name:
    """From the folded name."""
    plain = name_key.replace("'", "").replace(".", " ")
    words = re.findall(r"\w+", plain)
    kept = [word for word in words if word not in NOISE[firm]] or words
    letters = any(len(word) == 1 and word > "\u2e80" for word in words)
    return Name(tuple(sorted(kept)), " ".join(kept), letters)


def alike(one: Name, other: Name) -> Alike:
    """How much two names are alike, in percent.

    Titles and the order of the words do not count. Initials and beginnings fit (K. Ito, Ken Ito; Chris, Christopher).
    Where a word is the same and another quite different, as in families, a long surname does not make up for it.
    """
    if one.words == other.words:
        return Alike(100, "same" if one.plain == other.plain else "order")
    from rapidfuzz import fuzz

    if one.letters or other.letters:
        return named(round(fuzz.ratio(one.plain.replace(" ", ""), other.plain.replace(" ", ""))))
    whole = round(max(fuzz.ratio(one.plain, other.plain), fuzz.ratio(" ".join(one.words), " ".join(other.words))))
    mine, theirs = left_over(one.words, other.words), left_over(other.words, one.words)
    common = [word for word in one.words if word in other.words and len(word) > 1]
    if not mine or not theirs:
        return Alike(max(whole, 92), "longer") if len(common) > 1 else Alike(75, "part") if common else named(whole)
    if one.plain.replace(" ", "") == other.plain.replace(" ", ""):
        return Alike(99, "near")
    if common and len(mine) == len(theirs) and all(any(fitting(word, each) for each in theirs) for word in mine):
        return Alike(max(whole, 88), "fits")
    weakest = min(max(fuzz.ratio(word, each) for each in theirs) for word in mine)
    return named(whole if weakest >= 75 else round((whole + weakest) / 2))


def roughly(texts: Sequence[str], ahead: int) -> Iterator[tuple[int, int]]:
    """Places of texts roughly alike, each compared with so many that come after it."""
    from rapidfuzz import fuzz, process

    for at, text in enumerate(texts):
        after = texts[at + 1 : at + 1 + ahead]
        for _, _, place in process.extract(text, after, scorer=fuzz.ratio, score_cutoff=ROUGHLY, limit=None):
            yield at, at + 1 + place


def named(percent: int) -> Alike:
    return Alike(percent, "near" if percent >= ALIKE else "like" if percent >= UNLIKE else "unlike")


def left_over(words: Words, others: Words) -> list[str]:
    rest = list(others)
    found = []
    for word in words:
        if word in rest:
            rest.remove(word)
        else:
            found.append(word)
    return found


def fitting(one: str, other: str) -> bool:
    """Whether one may stand for the other: its initial, or three or more letters that it begins with."""
    short, long = sorted((one, other), key=len)
    return len(short) in (1, *range(3, len(long) + 1)) and long.startswith(short)


def score(names: Alike, shared: Shared, *, single: bool, bearers: int) -> int:
    """0 to 100. single: a person's name of one word only; bearers: how many contacts have it, or one like it."""
    if names.why == "unlike":
        return min(MOST_UNLIKE, max(0, of_keys(shared) - against(shared)))
    if names.why == "none":
        found = NO_NAME
    elif names.why in ("same", "order"):
        found = of_same_names(bearers)
    elif names.why in ("fits", "longer"):
        found = of_fitting_names(bearers)
    elif names.why == "near":
        found = (VERY_NEAR_NAME if names.percent >= 95 else NEAR_NAME) - 8 * rank(bearers)
    else:
        found = PART_NAME if names.why == "part" else LIKE_NAME
    if single and names.why != "part":
        found -= 24
    beside = 16 * shared.company + 14 * shared.address + 14 * shared.mailbox + 18 * shared.digits
    beside += {"same": 28, "day": 16}.get(shared.birthday, 0)
    return max(0, min(100, found + of_keys(shared) + beside - against(shared)))


def rank(bearers: int) -> int:
    return sum(bearers > few for few in FEW)


def of_same_names(bearers: int) -> int:
    """The most that one name gets which so many have, and nothing else in common."""
    return SAME_NAME[rank(bearers)]


def of_fitting_names(bearers: int) -> int:
    """The most that names get which fit each other, as so many do, and nothing else in common."""
    return FITTING_NAME - 8 * rank(bearers)


def of_keys(shared: Shared) -> int:
    """The best key counts whole, each further one a little; what many have says little."""
    points = sorted(
        (KEYS[kind] if many <= 2 else KEYS[kind] - 6 if many <= 5 else 16 if many <= 20 else 6)
        for kind, many in shared.keys
    )
    return points[-1] + 6 * (len(points) - 1) if points else 0


def against(shared: Shared) -> int:
    return (
        4 * (shared.other_emails and not shared.keys)
        + 6 * (shared.other_phones and not shared.keys)
        + 8 * shared.other_company
        + 20 * shared.other_ids
        + 20 * shared.other_kind
        + 35 * (shared.birthday == "other")
    )


def said(names: Alike, shared: Shared) -> list[str]:
    """The evidence in words, what is strongest first: `same phone`, `names 91 % alike`."""
    count: dict[str, int] = {}
    for kind, _ in shared.keys:
        count[kind] = count.get(kind, 0) + 1
    words = [f"same {NOUNS[kind]}" if count[kind] == 1 else f"{count[kind]} {NOUNS[kind]}s the same"
             for kind in KEYS if kind in count]  # fmt: skip
    crowd = max((many for _, many in shared.keys), default=0)
    if crowd > 2:
        words[-1] += f" (of {crowd:,} contacts)"
    if names.why == "none":
        words.append("one has no name")
    elif names.why == "same":
        words.append("same name")
    elif names.why == "order":
        words.append("same name, other order or title")
    elif names.why == "part":
        words.append("one name is part of the other")
    else:
        words.append(f"names {names.percent} % alike")
    words += beside_said(shared)
    return words


def beside_said(shared: Shared) -> Sequence[str]:
    found = {
        "same company": shared.company,
        "same birthday": shared.birthday == "same",
        "same day of birth, one without a year": shared.birthday == "day",
        "same address": shared.address,
        "e-mails the same before the @": shared.mailbox,
        "phones end alike": shared.digits,
        "but other birthdays": shared.birthday == "other",
        "but other ids in one system": shared.other_ids,
        "but a person and a company": shared.other_kind,
        "but other companies": shared.other_company,
        "but other e-mails": shared.other_emails and not shared.keys and not shared.mailbox,
        "but other phones": shared.other_phones and not shared.keys and not shared.digits,
    }
    return [text for text, holds in found.items() if holds]
