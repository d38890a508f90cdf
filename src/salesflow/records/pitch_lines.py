"""What a presentation says to one customer: its lines, from what is known of them, what they need, and the product.

Each need or want is met by a benefit, and stands behind it the feature that brings it. A feature that serves no need of
this customer is left out; a need that nothing meets is left open, and named by records.pitch_check.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from salesflow.people import fold
from salesflow.records import asking, matching, matters, needs, objections, preparation, products
from salesflow.records.formulas import AIDA
from salesflow.store.rows import one

UNIQUE = "unique"
READY_FOR = "objections"  # a part that is not said unless they bring it up


class Line(NamedTuple):
    """part: of the formula, UNIQUE or READY_FOR. preparation_id: the piece that it tells of."""

    part: str
    text: str
    matter_id: int | None = None
    preparation_id: int | None = None


class Match(NamedTuple):
    """A need with the benefit that meets it and the feature behind it, where there are any."""

    need: sqlite3.Row
    benefit: sqlite3.Row | None
    feature: sqlite3.Row | None


def drafted(
    conn: sqlite3.Connection, deal: sqlite3.Row, product: sqlite3.Row, formula: Sequence[tuple[str, str]], marks: str
) -> list[Line]:
    """The lines, part by part in the order of the formula; the unique value before the last part."""
    matches = matched(conn, deal["id"], product["id"])
    said = {
        "attention": attention(conn, deal),
        "interest": [*known(conn, deal, product), *features(matches)],
        "desire": [*desire(matches), *advantages(conn, deal, product)],
        "action": [Line("", call(deal, product, marks))],
    }
    role = "interest" if said["attention"] else "attention"
    said[role] = [*of_persona(conn, deal), *said[role]]
    places = where(formula)
    lines = [line._replace(part=places[role]) for role in AIDA for line in said[role]]
    order = [name for name, _ in formula]
    order.insert(len(order) - 1, UNIQUE)
    lines += [*unique(conn, product["id"]), *ready_for(conn, deal["id"])]
    return sorted(lines, key=lambda line: order.index(line.part) if line.part in order else len(order))


def where(formula: Sequence[tuple[str, str]]) -> dict[str, str]:
    """For each part of AIDA the part of the formula that gets its words; what no part takes goes to one beside it."""
    first: dict[str, str] = {}
    for name, role in formula:
        first.setdefault(role, name)
    start, end = formula[0][0], formula[-1][0]
    first.setdefault("attention", start)
    first.setdefault("action", end)
    first.setdefault("interest", first.get("desire", start))
    first.setdefault("desire", first["interest"])
    return first


# -- needs and what meets them -----------------------------------------------------------------------------------------


def matched(conn: sqlite3.Connection, deal_id: int, product_id: int) -> list[Match]:
    """Each need that is not met yet with what meets it: the benefit named for it, else the one of most words shared."""
    of_product = preparation.of_product(conn, product_id)
    benefits = [row for row in of_product if row["kind"] == "benefit"]
    its_features = [row for row in of_product if row["kind"] == "feature"]
    found = []
    for need in needs.of_deal(conn, deal_id):
        benefit = named(conn, need) or best(need["text"], benefits)
        found.append(Match(need, benefit, behind(benefit, its_features)))
    return found


def met_by(conn: sqlite3.Connection, need: sqlite3.Row, product_ids: Iterable[int]) -> sqlite3.Row | None:
    """The benefit of one of these products that meets a need: the one named for it and no other, else by its words."""
    benefits = [
        row for each in product_ids for row in preparation.of_product(conn, each) if row["kind"] == "benefit"
    ]  # fmt: skip
    chosen = named(conn, need)
    if chosen is None:
        return best(need["text"], benefits)
    return chosen if chosen["product_id"] is None or chosen["id"] in {row["id"] for row in benefits} else None


def named(conn: sqlite3.Connection, need: sqlite3.Row) -> sqlite3.Row | None:
    sql = "SELECT * FROM preparation WHERE id = :id AND dropped_on IS NULL"
    return one(conn, sql, id=need["met_by_id"]) if need["met_by_id"] else None


def best(text: str, benefits: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The benefit that shares most words with a need; what it is said to serve counts twice. None: not a word."""
    return most(
        (2 * matching.shared(text, row["serves"] or "") + matching.shared(text, row["text"]), row) for row in benefits
    )


def behind(benefit: sqlite3.Row | None, its_features: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The feature that brings a benefit: the one named, else the one of most words shared with it."""
    if benefit is None:
        return None
    for row in its_features:
        if row["id"] == benefit["parent_id"]:
            return row
    about = f"{benefit['text']} {benefit['serves'] or ''}"
    return most((matching.shared(about, row["text"]), row) for row in its_features)


def most(scored: Iterable[tuple[int, sqlite3.Row]]) -> sqlite3.Row | None:
    """The first of the highest score, if that is above nothing."""
    found = max(scored, key=lambda each: each[0], default=None)
    return found[1] if found and found[0] else None


def features(matches: Sequence[Match]) -> list[Line]:
    """Those that serve a need, each once."""
    serving = {match.feature["id"]: match.feature["text"] for match in matches if match.feature is not None}
    return [Line("", f"What you get: {text}", preparation_id=number) for number, text in serving.items()]


def desire(matches: Sequence[Match]) -> list[Line]:
    return [
        Line("", sentence(match), match.need["id"], match.benefit["id"])
        for match in matches
        if match.benefit is not None
    ]


def sentence(match: Match) -> str:
    """A need, what meets it, and what comes of it, to be read aloud."""
    assert match.benefit is not None
    verb = "want" if match.need["kind"] == "want" else "need"
    you = f"You {verb}: {match.need['text']}." if match.need["stated"] else f"What would help: {match.need['text']}."
    through = f" With {match.feature['text']}:" if match.feature else " So:"
    return f"{you}{through} {match.benefit['text']}."


def arrows(need: str, feature: str | None, benefit: str | None) -> str:
    """`invoices on time  <- 10 hours a month  -> evenings free again`."""
    if benefit is None:
        return f"{need}  <- nothing here meets it"
    return f"{need}{f'  <- {feature}' if feature else ''}  -> {benefit}"


# -- the customer ------------------------------------------------------------------------------------------------------


def attention(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[Line]:
    """Their problem, in their words, and the way from how it is to how it will be."""
    answer = {state.question: state.answer for state in assessment(conn, deal) if state.known}
    found = []
    if "problem" in answer:
        found.append(f"What you want solved: {flat(answer['problem'])}")
    if "disliked" in answer:
        before = f" with {flat(answer['provider'])}" if "provider" in answer else " before"
        found.append(f"What you did not like{before}: {flat(answer['disliked'])}")
    way = [
        f"{word}: {flat(answer[name])}" for word, name in (("From", "situation"), ("To", "solved")) if name in answer
    ]
    return [Line("", text) for text in [*found, *(["  ".join(way)] if way else [])]]


def assessment(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[asking.State]:
    return asking.states(conn, "needs", deal["contact_id"], deal["id"])


def flat(text: str) -> str:
    """Several answers on one line."""
    return "; ".join(text.split("\n"))


def of_persona(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[Line]:
    """What their kind of buyer struggles with, and what solves it; a challenge without a solution is left out."""
    return [
        Line("", f"What many face: {row['text']}. What solves it: {row['solution']}.", preparation_id=row["id"])
        for row in challenges(conn, deal["contact_id"])
        if row["solution"]
    ]


def challenges(conn: sqlite3.Connection, contact_id: int) -> list[sqlite3.Row]:
    """The challenges of somebody's kind of buyer, each with `persona` and its `solution`, where there is one."""
    sql = """
        SELECT challenge.*, persona.name AS persona, products.name AS solution
          FROM contacts
          JOIN preparation AS persona ON persona.id = contacts.persona_id
          JOIN preparation AS challenge ON challenge.parent_id = persona.id AND challenge.kind = 'challenge'
          LEFT JOIN products ON products.id = challenge.product_id AND products.dropped_on IS NULL
         WHERE contacts.id = :id AND challenge.dropped_on IS NULL
         ORDER BY challenge.id
        """
    return conn.execute(sql, {"id": contact_id}).fetchall()


def known(conn: sqlite3.Connection, deal: sqlite3.Row, product: sqlite3.Row) -> list[Line]:
    """Their firm, and what they work with: where the product says that it goes with it, so is it said."""
    firm = {state.question: flat(state.answer) for state in asking.states(conn, "company", deal["contact_id"])
            if state.known}  # fmt: skip
    staff = f"{firm['staff']} people" if firm.get("staff", "").isdigit() else firm.get("staff")
    business = asking.text(conn, "profile", "business", deal["contact_id"])
    about = [text for text in (firm.get("industry") or business, staff, firm.get("place")) if text]
    found = [f"Your business: {', '.join(flat(text) for text in about)}"] if about else []
    tools = [tool.strip() for tool in firm.get("tech", "").replace(";", ",").split(",") if tool.strip()]
    told = " ".join(fold(row["text"]) for row in preparation.of_product(conn, product["id"]))
    fits = [tool for tool in tools if fold(tool) in told]
    found += [f"Works with what you use: {', '.join(fits)}"] if fits else []
    others = [tool for tool in tools if tool not in fits]
    found += [f"You {'also ' * bool(fits)}work with: {', '.join(others)}"] if others else []
    return [Line("", text) for text in found]


def profile(conn: sqlite3.Connection, deal: sqlite3.Row) -> list[str]:
    """What is known of the person and the firm, for the seller: the business, habits, and the firm."""
    names = {
        "profile": ("business", "habits", "lifestyle", "hobbies"),
        "company": ("industry", "staff", "place", "tech"),
    }
    return [
        f"{state.question} {flat(state.answer)}"
        for set_name, wanted in names.items()
        for state in asking.states(conn, set_name, deal["contact_id"])
        if state.known and state.question in wanted
    ]


def advantages(conn: sqlite3.Connection, deal: sqlite3.Row, product: sqlite3.Row) -> list[Line]:
    """Those over whom the customer named first."""
    rival = asking.text(conn, "needs", "provider", deal["contact_id"], deal["id"]) or ""
    found = preparation.of_product(conn, product["id"], "advantage")
    ordered = sorted(found, key=lambda row: not (row["over"] and matching.shared(row["over"], rival)))
    return [
        Line("", f"Better than {row['over']}: {row['text']}" if row["over"] else f"What sets it apart: {row['text']}",
             preparation_id=row["id"])
        for row in ordered
    ]  # fmt: skip


def unique(conn: sqlite3.Connection, product_id: int) -> list[Line]:
    """The product's own unique value, else that of the business."""
    found = preparation.of_product(conn, product_id, "usp") or [
        row for row in preparation.of_kind(conn, "usp") if row["product_id"] is None
    ]
    return [Line(UNIQUE, f"Unique: {row['text']}", preparation_id=row["id"]) for row in found[:1]]


def ready_for(conn: sqlite3.Connection, deal_id: int) -> list[Line]:
    """The objections to be expected, each with the best answer known."""
    ideas = preparation.of_kind(conn, "objection")
    found = []
    for row in matters.of_deal(conn, deal_id, "objection"):
        if row["state"] == "closed":
            continue
        used = objections.offered(conn, row["class"], 1)
        idea = next((each["text"] for each in ideas if matching.shared(row["text"], each["text"])), None)
        answer = objections.said(used[0]) if used else f'"{idea}"' if idea else "no answer known yet"
        found.append(Line(READY_FOR, f"{row['text']}: {answer}", row["id"]))
    return found


def call(deal: sqlite3.Row, product: sqlite3.Row, marks: str) -> str:
    """The call to action: the product, at the amount of the deal, else at its price."""
    from salesflow.money import show

    minor, currency = deal["amount_minor"], deal["currency"]
    per = f" per {product['unit']}" if product["unit"] else ""
    if minor is None:
        minor, currency = product["price_minor"], product["currency"]
    elif (minor, currency) != (product["price_minor"], product["currency"]):
        per = ""
    price = f" at {show(minor, currency, marks)}{per}" if currency else ""
    return f"{product['name']}{price}: when shall we start?"


def product_for(conn: sqlite3.Connection, deal: sqlite3.Row, product_id: int | None) -> sqlite3.Row | None:
    """What is presented: the one asked for, else the deal's, else the only one there is."""
    if product_id or deal["product_id"]:
        return products.get(conn, product_id or deal["product_id"])
    there = products.in_use(conn)
    return there[0] if len(there) == 1 else None
