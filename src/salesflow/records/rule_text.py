"""Rules in words: what `staff: 2..20` and `tag|industry: bakery, salon` mean, and what they say of what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from salesflow.errors import Refused
from salesflow.people import fold

Verdict = Literal["yes", "no", "unknown"]
Facts = dict[str, list[tuple[int, str]]]  # a field -> (the question it is an answer to, else 0; its text)

PLACES = 6  # decimals that numbers are compared to
WAYS = "FIELD: bakery, salon or FIELD: 2..20 (also ..20, 5..) or FIELD: known"


class Rule(NamedTuple):
    """`fields` as `key` has them; `values` as typed. Neither words nor bounds: it is enough that something is known.

    low and high: included, in millionths."""

    fields: tuple[str, ...]
    values: str
    words: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


def parse(text: str) -> Rule:
    """Raises Refused, saying what a rule looks like."""
    before, colon, after = text.partition(":")
    fields = tuple(key(field) for field in before.split("|"))
    values = " ".join(after.split())
    if not colon or not all(fields) or not values:
        raise Refused(f"a rule is {WAYS}; not {text.strip()!r}")
    if values.lower() == "known":
        return Rule(fields, "known")
    if ".." in values:
        low, _, high = values.partition("..")
        bounds = [number(bound) if bound.strip() else None for bound in (low, high)]
        if (low.strip() and bounds[0] is None) or (high.strip() and bounds[1] is None) or bounds == [None, None]:
            raise Refused(f"a range is 2..20, ..20 or 5.., not {values!r}")
        if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
            raise Refused(f"nothing lies in {values}: the lower number comes first")
        return Rule(fields, values, low=bounds[0], high=bounds[1])
    wanted = tuple(plain(word) for word in values.split(","))
    if not all(wanted):
        raise Refused(f"a list is words with a comma between them, not {values!r}")
    return Rule(fields, values, words=wanted)


def key(field: str) -> str:
    """A field as it is compared: `Job_Title` and `job-title` are one."""
    return " ".join(re.sub(r"[\s_-]+", " ", fold(field)).split())


def plain(text: str) -> str:
    """Folded words with one space between them, nothing else."""
    return " ".join(re.findall(r"\w+", fold(text)))


NUMBER = r"(?i)[^\w.,]{0,3}?([-+]?\d[\d.,' \u00a0\u202f]*?)(?:(?<=\d)([km])(?![^\W\d_]))?(?:\s*[^\W\d_]\D*|\W{0,3})"


def number(text: str) -> int | None:
    """A number in millionths, whatever its unit: `6`, `6 people`, `400,000 USD`, `400k`, `2.5 %`. None: it is none.

    Of two kinds of marks the last is the decimal one; one kind alone is so unless exactly three digits follow it.
    """
    found = re.fullmatch(NUMBER, text.strip())
    if not found:
        return None
    digits = re.sub(r"[' \u00a0\u202f]", "", found[1])
    marks = [mark for mark in digits if mark in ".,"]
    whole, part = digits, ""
    if marks and (len({*marks}) == 2 or len(marks) == 1):
        head, _, tail = digits.rpartition(marks[-1])
        grouped = len(marks) == 1 and len(tail) == 3 and head.lstrip("-+") not in ("", "0")
        if not grouped:
            whole, part = head, tail
    bare = re.sub(r"[.,]", "", whole)
    if not re.fullmatch(r"[-+]?\d{1,15}", bare) or not re.fullmatch(r"\d*", part):
        return None
    many = {"k": 1000, "m": 1_000_000}.get((found[2] or "").lower(), 1)
    size: int = (int(bare.lstrip("-+")) * 10**PLACES + int(part[:PLACES].ljust(PLACES, "0") or 0)) * many
    return -size if bare.startswith("-") else size


# -- judging -----------------------------------------------------------------------------------------------------------


def judge(rule: Rule, facts: Mapping[str, Sequence[tuple[int, str]]], question_id: int = 0) -> tuple[Verdict, str]:
    """What the rule says of these facts, and why, in words. An answer to the question itself counts for nothing."""
    missed: list[str] = []
    unknown: list[str] = []
    for field in rule.fields:
        there = [text for owner, text in facts.get(field, ()) if owner != question_id or not owner]
        verdicts = [(fits(rule, text), text) for text in there]
        good = next((text for verdict, text in verdicts if verdict == "yes"), None)
        if good is not None:
            return "yes", said_of(rule, field, good, "yes")
        bad = next((text for verdict, text in verdicts if verdict == "no"), None)
        if bad is None or field == "tag":
            unknown.append(field)
        else:
            missed.append(said_of(rule, field, bad, "no"))
    if unknown:
        return "unknown", f"{' or '.join(unknown)} not known"
    return "no", " and ".join(missed)


def fits(rule: Rule, text: str) -> Verdict:
    if rule.words:
        padded = f" {plain(text)} "
        return "yes" if any(f" {word} " in padded for word in rule.words) else "no"
    if rule.low is None and rule.high is None:
        return "yes"
    found = number(text)
    if found is None:
        return "unknown"
    inside = (rule.low is None or found >= rule.low) and (rule.high is None or found <= rule.high)
    return "yes" if inside else "no"


def said_of(rule: Rule, field: str, text: str, verdict: Verdict) -> str:
    shown = "; ".join(text.split("\n"))
    if rule.words:
        return f"{field} is {shown}" if verdict == "yes" else f"{field} {shown} is none of {rule.values}"
    if rule.low is None and rule.high is None:
        return f"{field}: {shown}"
    return f"{field} {shown} is {'within' if verdict == 'yes' else 'outside'} {rule.values}"


def answer(form: str, rule: Rule, facts: Facts, question_id: int) -> str | None:
    """What the question answers itself, in its form; None: nothing. Other than yes or no it is what the fields say."""
    verdict, _ = judge(rule, facts, question_id)
    if verdict == "unknown":
        return None
    if form == "yes-no":
        return verdict
    if verdict == "no":
        return None
    told = [
        (field, text) for field in rule.fields for owner, text in facts.get(field, ())
        if (owner != question_id or not owner) and fits(rule, text) == "yes"
    ]  # fmt: skip
    named = len(rule.fields) > 1
    return "\n".join(f"{field}: {text}" if named else text for field, text in told)
