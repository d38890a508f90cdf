"""Preparation: what is known before selling. About products, competitors, buyers and the market, one line a piece.

Every piece has a kind (KINDS), and a key: K12. What a piece says besides its text depends on its kind (TAKES).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any, NamedTuple

from salesflow.dates import Moment
from salesflow.errors import Exists, NotFound, Refused
from salesflow.people import check_text, clean_name, fold
from salesflow.records import formulas
from salesflow.store.rows import insert, one, rows, update
from salesflow.table import Column, Table

# kind -> what it is, where it is asked for
KINDS = {
    "feature": "what the product is in itself",
    "advantage": "what makes it better than a competitor or a substitute",
    "benefit": "what it does for a need of the customer",
    "competitor": "who else is asked, and what they offer",
    "persona": "a kind of buyer",
    "challenge": "what that kind of buyer struggles with",
    "usp": "what nobody else gives: the unique value",
    "market": "what is known of the market",
    "pain-point": "an idea: how a pain of customers was taken away",
    "objection": "an idea: how an objection was answered",
    "close": "an idea: how a sale was closed",
    "repeat": "an idea: how a customer was brought back",
    "goal": "what is to be reached",
    "strategy": "how it is to be reached",
    "formula": "the parts of a presentation, in order",
}
PILLARS = ("feature", "advantage", "benefit")
PLAYBOOK = ("pain-point", "objection", "close", "repeat")
NAMED = ("competitor", "persona", "formula")
MEASURES = {
    "contacts": "people known",
    "prospects": "prospects now",
    "customers": "customers now",
    "won": "sales won since",
    "amount": "money won since",
    "win-rate": "percent of decided sales won since",
}
# kind -> the fields it takes besides its text
TAKES: dict[str, frozenset[str]] = {
    "feature": frozenset({"product_id"}),
    "advantage": frozenset({"product_id", "over"}),
    "benefit": frozenset({"product_id", "parent_id", "serves"}),
    "competitor": frozenset({"name", "answer", "price"}),
    "persona": frozenset({"name"}),
    "challenge": frozenset({"parent_id", "product_id"}),
    "usp": frozenset({"product_id"}),
    "goal": frozenset({"measure", "target", "price"}),
    "formula": frozenset({"name"}),
}
SAID = {"product_id": "a product", "parent_id": "what it belongs to", "serves": "a need"}


class Draft(NamedTuple):
    """None says nothing about a field. product_id: of what; of a challenge: what solves it. parent_id: the persona of a
    challenge, the feature behind a benefit. A goal of the measure `amount` has its target as its price."""

    kind: str
    text: str | None = None
    name: str | None = None
    product_id: int | None = None
    parent_id: int | None = None
    over: str | None = None
    serves: str | None = None
    answer: str | None = None
    price: tuple[int, str] | None = None
    measure: str | None = None
    target: int | None = None


def kind_of(text: str) -> str:
    """The kind that a word means, one or many: `features`, `usp`. Raises Refused."""
    word = text.lower().replace("_", "-")
    for known in (word, word.removesuffix("s"), word.removesuffix("ies") + "y"):
        if known in KINDS:
            return known
    raise Refused(f"nothing of the kind {text!r} is prepared; there are: {', '.join(KINDS)}")


def clean(draft: Draft) -> Draft:
    """The draft with its texts tidied. Raises Refused."""
    takes = TAKES.get(draft.kind, frozenset())
    for field in draft._fields[2:]:
        if getattr(draft, field) is not None and field not in takes:
            raise Refused(f"a {draft.kind} does not have {SAID.get(field, f'a {field}')}")
    texts: dict[str, Any] = {
        field: " ".join(check_text(found, f"a {field}", 2000).split())
        for field in ("text", "over", "serves", "answer")
        if (found := getattr(draft, field)) is not None
    }
    if draft.measure is not None and draft.measure not in MEASURES:
        raise Refused(f"a goal cannot be measured in {draft.measure!r}; there are: {', '.join(MEASURES)}")
    if draft.target is not None and draft.target < 1:
        raise Refused(f"a target is 1 or more, not {draft.target}")
    if draft.measure == "win-rate" and draft.target is not None and draft.target > 100:
        raise Refused(f"a win rate is 1 to 100 percent, not {draft.target}")
    name = clean_name(draft.name) if draft.name is not None else None
    return draft._replace(name=name, **texts)


def add(conn: sqlite3.Connection, draft: Draft, moment: Moment, since: str | None = None) -> int:
    """The new piece's id; a goal counts from `since`. Raises Exists, Refused."""
    draft = whole(clean(draft))
    refuse_twice(conn, draft)
    minor, currency = draft.price or (None, None)
    return insert(
        conn, "preparation", kind=draft.kind, product_id=draft.product_id, parent_id=draft.parent_id, name=draft.name,
        name_key=fold(draft.name) if draft.name else None, text=draft.text or "", over=draft.over or None,
        serves=draft.serves or None, answer=draft.answer or None, price_minor=minor, currency=currency,
        measure=draft.measure, target=draft.target, created_on=since or moment.on,
    )  # fmt: skip


def whole(draft: Draft) -> Draft:
    """What a new piece must say is said. Raises Refused."""
    if draft.kind in NAMED and draft.name is None:
        raise Refused(f"what is the {draft.kind} called? --name NAME")
    if not draft.text and draft.kind not in ("competitor", "persona"):
        raise Refused(f"what is it? a {draft.kind} is {KINDS[draft.kind]}")
    if draft.kind in PILLARS and draft.product_id is None:
        raise Refused(f"of which product? --of NAME; a {draft.kind} is {KINDS[draft.kind]}")
    if draft.kind == "challenge" and draft.parent_id is None:
        raise Refused("of which kind of buyer? --of NAME of a persona")
    if draft.kind == "formula":
        formulas.parts(draft.text or "")
    if draft.kind == "goal" and (draft.measure is None) is not (draft.target is None):
        raise Refused(f"a goal that is measured has --measure and --target; it is measured in {', '.join(MEASURES)}")
    return draft


def refuse_twice(conn: sqlite3.Connection, draft: Draft, but: int | None = None) -> None:
    """Raises Exists for what is there already: of the named kinds the name counts, else the text."""
    for row in of_kind(conn, draft.kind):
        same = (row["name"], row["text"])[draft.name is None], draft.name or draft.text or ""
        belongs = "parent_id" if draft.kind == "challenge" else "product_id"
        if row["id"] != but and fold(same[0] or "") == fold(same[1]) and row[belongs] == getattr(draft, belongs):
            raise Exists(f"K{row['id']} says so already; change it: salesflow prepare edit K{row['id']}")


def edit(
    conn: sqlite3.Connection, row_id: int, draft: Draft, clear: Collection[str] = (), since: str | None = None
) -> list[str]:
    """The fields that changed, as words. `clear`: those to be empty. Raises Exists, Refused."""
    old = get(conn, row_id)
    draft = clean(draft)
    new: dict[str, str | int | None] = {
        field: found for field in Draft._fields[1:] if field != "price" and (found := getattr(draft, field)) is not None
    }
    if draft.price is not None:
        new |= {"price_minor": draft.price[0], "currency": draft.price[1]}
    if "price" in clear:
        new |= {"price_minor": None, "currency": None}
    new |= {field: None for field in clear if field != "price"}
    new = {field: found or None if field not in ("text", "target") else found for field, found in new.items()}
    if since is not None:
        new["created_on"] = since
    after = {**dict(old), **new}
    fields = ("kind", "text", "name", "product_id", "parent_id", "measure", "target")
    wanted = Draft(**{field: after[field] for field in fields})
    refuse_twice(conn, whole(wanted), row_id)
    if "name" in new:
        new["name_key"] = fold(str(new["name"]))
    new = {field: found for field, found in new.items() if found != old[field]}
    update(conn, "preparation", row_id, **new)
    said = {"price_minor": "price", "currency": "price", "name_key": "name", "product_id": "product",
            "parent_id": "place", "created_on": "since"}  # fmt: skip
    return list(dict.fromkeys(said.get(field, field) for field in new))


def drop(conn: sqlite3.Connection, row_id: int, moment: Moment) -> sqlite3.Row:
    """It counts no more; what was written with it stays. The piece as it was. Raises NotFound, Refused."""
    row = get(conn, row_id)
    if row["kind"] == "persona":
        under = one(conn, "SELECT count(*) FROM contacts WHERE persona_id = :id", id=row_id)
        if under and under[0]:
            raise Refused(f"{under[0]} of your contacts are {row['name']}; change it: salesflow prepare edit K{row_id}")
    for below in rows(conn, "SELECT id FROM preparation WHERE parent_id = :id AND kind = 'challenge'", id=row_id):
        update(conn, "preparation", below["id"], dropped_on=moment.on)
    update(conn, "preparation", row_id, dropped_on=moment.on)
    return row


def get(conn: sqlite3.Connection, row_id: int) -> sqlite3.Row:
    """A piece in use. Raises NotFound."""
    row = one(conn, "SELECT * FROM preparation WHERE id = :id AND dropped_on IS NULL", id=row_id)
    if row is None:
        raise NotFound(f"nothing has the key K{row_id}; see: salesflow prepare list")
    return row


def of_kind(conn: sqlite3.Connection, *kinds: str) -> list[sqlite3.Row]:
    """The pieces of these kinds that are in use, in the order they were added."""
    found = []
    for kind in kinds:
        sql = "SELECT * FROM preparation WHERE kind = :kind AND dropped_on IS NULL ORDER BY id"
        found += rows(conn, sql, kind=kind)
    return found


def of_product(conn: sqlite3.Connection, product_id: int, *kinds: str) -> list[sqlite3.Row]:
    """What is prepared of one product, kind by kind, in order."""
    sql = "SELECT * FROM preparation WHERE product_id = :id AND dropped_on IS NULL ORDER BY id"
    found = rows(conn, sql, id=product_id)
    return [row for kind in kinds or PILLARS for row in found if row["kind"] == kind]


def find(conn: sqlite3.Connection, kind: str, text: str, product_id: int | None = None) -> sqlite3.Row:
    """One piece of a kind by its key, or by its name (else its text): whole, its start, any part. Raises NotFound."""
    found = [row for row in of_kind(conn, kind) if product_id in (None, row["product_id"])]
    match = text[1:] if text[:1].upper() == "K" and text[1:].isdigit() else ""
    key = fold(text)
    called = {row["id"]: fold(row["name"] or row["text"]) for row in found}
    for fits in (
        [row for row in found if match and row["id"] == int(match)],
        [row for row in found if called[row["id"]] == key],
        [row for row in found if key and called[row["id"]].startswith(key)],
        [row for row in found if key and key in called[row["id"]]],
    ):
        if len(fits) == 1:
            return fits[0]
    built_in = ["AIDA"] * (kind == "formula")
    listed = ", ".join([*built_in, *(row["name"] or row["text"] for row in found)])
    whose = {"feature": " --of PRODUCT", "benefit": " --of PRODUCT", "challenge": " --of PERSONA"}.get(kind, "")
    raise NotFound(
        f"no {kind} {text!r}; there are: {listed}" if listed
        else f"no {kind} {text!r}; add it: salesflow prepare add {kind}{' NAME' if kind in NAMED else ' TEXT'}{whose}"
    )  # fmt: skip


COLUMNS = (
    Column("key", "key", firm=True), Column("kind", "kind", firm=True), Column("name", "name", wrap=True),
    Column("text", "what", wrap=True), Column("of", "of", wrap=True), Column("product_id"), Column("parent_id"),
    Column("over"), Column("serves"), Column("solution"), Column("answer"), Column("price", kind="money"),
    Column("measure"), Column("target", kind="number"), Column("reached", kind="number"),
    Column("created_on", kind="day"), Column("more", "more", wrap=True),
)  # fmt: skip
LISTED = """
    SELECT 'K' || piece.id AS key, piece.id, piece.kind, piece.name, piece.text, piece.product_id, piece.parent_id,
           piece.over, piece.serves, piece.answer, piece.price_minor, piece.currency, piece.measure, piece.target,
           piece.created_on, products.name AS product, products.dropped_on AS product_dropped_on,
           coalesce(parent.name, parent.text) AS parent, goals.reached
      FROM preparation AS piece
      LEFT JOIN products ON products.id = piece.product_id
      LEFT JOIN preparation AS parent ON parent.id = piece.parent_id
      LEFT JOIN goals ON goals.id = piece.id AND piece.kind = 'goal'
     WHERE piece.dropped_on IS NULL AND (:kind IS NULL OR piece.kind = :kind)
       AND (products.dropped_on IS NULL OR piece.kind = 'challenge')
     ORDER BY piece.id
    """


def listed(conn: sqlite3.Connection, kind: str | None = None, marks: str = ",.") -> Table:
    """What is prepared, of one kind or all, kind by kind."""
    order = list(KINDS)
    found = sorted(rows(conn, LISTED, kind=kind), key=lambda row: (order.index(row["kind"]), row["id"]))
    lines = [{**dict(row), **around(row, marks)} for row in found]
    columns = tuple(column for column in COLUMNS if column.name != "more")

    def view() -> Table:
        shown = [{**line, "text": line["text"] or "-"} for line in lines]
        wanted = {"key", "text", "more"} | ({"kind"} if kind is None else set())
        wanted |= {name for name in ("name", "of") if any(line[name] for line in lines)}
        empty = f"Nothing yet: salesflow prepare add {kind or 'KIND'} TEXT; a {kind or 'KIND'} is " + (
            KINDS[kind] if kind else f"one of {', '.join(KINDS)}"
        )
        return Table([column for column in COLUMNS if column.name in wanted], shown, empty=empty, ids="key")

    return Table(columns, lines, ids="key", view=view)


def around(row: sqlite3.Row, marks: str) -> dict[str, str | None]:
    """What a piece hangs on, and the rest of what it says, in words."""
    from salesflow.money import show

    challenge = row["kind"] == "challenge"
    said = [f"over {row['over']}"] if row["over"] else []
    said += [f"for {row['serves']}"] if row["serves"] else []
    said += [f"by {row['parent']}"] if row["parent"] and not challenge else []
    solution = row["product"] if challenge and row["product_dropped_on"] is None else None
    said += [f"solved by {solution}" if solution else "no solution yet"] if challenge else []
    said += [show(row["price_minor"], row["currency"], marks)] if row["currency"] and row["kind"] != "goal" else []
    said += [f"our answer: {row['answer']}"] if row["answer"] else []
    said += [progress(row, marks)] if row["measure"] else []
    return {
        "of": row["parent"] if challenge else row["product"], "solution": solution,
        "more": "; ".join(said),
    }  # fmt: skip


def progress(row: sqlite3.Row, marks: str) -> str:
    """How far a goal is, in words: `6 of 10 customers now`."""
    from salesflow.money import show

    if row["measure"] == "amount":
        return f"{show(row['reached'], row['currency'], marks)} of {show(row['target'], row['currency'], marks)} won"
    sign, words = ("%", "") if row["measure"] == "win-rate" else ("", f" {MEASURES[row['measure']]}")
    since = f" {row['created_on']}" if words.endswith("since") else ""
    return f"{'-' if row['reached'] is None else row['reached']}{sign} of {row['target']}{sign}{words}{since}"
