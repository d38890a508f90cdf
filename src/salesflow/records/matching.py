"""Matching: whether two texts speak of the same thing, by the words they share."""

from __future__ import annotations

from salesflow.people import fold

# Words that say nothing of what a text is about.
COMMON = """
    a all an and any are as at be by can do does each every for from get gets got has have he her his i if in into is it
    its just me more much my need needs no not of off on or our out per she so some than that the their them then they
    this to too up us want wants was we were what when which who will with without would you your
"""
SHORT = frozenset(COMMON.split())


def words(text: str) -> frozenset[str]:
    """The words that count: folded, a plural as its singular, without those of every sentence."""
    found = (word.strip(".,;:!?\"'()[]") for word in fold(text).replace("-", " ").replace("/", " ").split())
    return frozenset(stem(word) for word in found if word and word not in SHORT)


def stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def shared(one: str, other: str) -> int:
    """How many words two texts share. Letters of scripts without spaces, each a word of its own, count by twos."""
    both = words(one) & words(other)
    letters = sum(len(word) == 1 and not word.isascii() for word in both)
    return len(both) - letters + letters // 2
