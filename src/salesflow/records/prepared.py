"""What is prepared and what is missing: of a product its three pillars, of the business a checklist.

Sources: the presentation rests on three pillars, features, advantages and benefits; preparation is knowing the product,
the audience, the market, the competitors, and what makes the seller unique.
"""

from __future__ import annotations

import sqlite3

from salesflow.dates import Moment
from salesflow.records import deals, exceptions, preparation, products
from salesflow.records.preparation import PILLARS, PLAYBOOK
from salesflow.store.rows import rows, value
from salesflow.table import Column, Row, Sheet, Table, Text


def missing(conn: sqlite3.Connection, product_id: int) -> list[str]:
    """The pillars that a product lacks: `benefits`."""
    found = {row["kind"] for row in preparation.of_product(conn, product_id)}
    return [f"{kind}s" for kind in PILLARS if kind not in found]


def warn(conn: sqlite3.Connection, deal_id: int, moment: Moment) -> str | None:
    """A deal on a product that lacks a pillar is written down; the warning, where it is new."""
    deal = deals.get(conn, deal_id)
    if deal["product_id"] is None or not (lacks := missing(conn, deal["product_id"])):
        return None
    name = products.get(conn, deal["product_id"])["name"]
    if not exceptions.keep(conn, deal["contact_id"], deal_id, "product", moment, what=f"{name}: no {', '.join(lacks)}"):
        return None
    return f'{name} is not prepared, no {" and no ".join(lacks)} yet: salesflow product show "{name}"'


LINE_COLUMNS = (
    Column("key", "key", firm=True),
    Column("kind", "kind", firm=True),
    Column("text", "what", wrap=True),
    Column("over"),
    Column("serves"),
    Column("feature"),
)
SHEET_COLUMNS = (
    Column("id", kind="number"), Column("name"), Column("kind"), Column("unit"), Column("price", kind="money"),
    Column("tax_bp", kind="number"), Column("usual_days", kind="number"), Column("features", kind="number"),
    Column("advantages", kind="number"), Column("benefits", kind="number"), Column("unique_value"),
    Column("missing", kind="list"), Column("is_ready", kind="flag"), Column("competitors", kind="number"),
    Column("answers", kind="number"), Column("open_deals", kind="number"),
)  # fmt: skip


def sheet(conn: sqlite3.Connection, product_id: int, marks: str) -> Sheet:
    """One product with its pillars, and whether it is ready to be sold."""
    product = products.get(conn, product_id)
    lines = [line(conn, row) for row in preparation.of_product(conn, product_id)]
    open_deals = "SELECT count(*) FROM deals WHERE product_id = :id AND outcome = 'open'"
    own = preparation.of_product(conn, product_id, "usp")
    facts = {
        **dict(product),
        **{f"{kind}s": sum(row["kind"] == kind for row in lines) for kind in PILLARS},
        "unique_value": own[0]["text"] if own else None, "missing": missing(conn, product_id),
        "is_ready": not missing(conn, product_id), "competitors": len(preparation.of_kind(conn, "competitor")),
        "answers": answers(conn), "open_deals": value(conn, open_deals, id=product_id),
    }  # fmt: skip
    solves = [f"{row['text']} ({row['persona']})" for row in rows(conn, SOLVES, id=product_id)]
    return Sheet(
        SHEET_COLUMNS, facts, {"lines": Table(LINE_COLUMNS, lines, ids="key")},
        view=lambda: Text(told(facts, lines, solves, marks), indent=12, bold=frozenset({0})),
    )  # fmt: skip


SOLVES = """
    SELECT challenge.text, persona.name AS persona
      FROM preparation AS challenge JOIN preparation AS persona ON persona.id = challenge.parent_id
     WHERE challenge.kind = 'challenge' AND challenge.product_id = :id AND challenge.dropped_on IS NULL
     ORDER BY challenge.id
    """


def answers(conn: sqlite3.Connection) -> int:
    """How many answers to objections are known: ideas of the playbook, and what was said to customers."""
    said = int(value(conn, "SELECT count(DISTINCT text_key) FROM replies"))
    return said + len(preparation.of_kind(conn, "objection"))


def line(conn: sqlite3.Connection, row: sqlite3.Row) -> dict[str, str | None]:
    feature = value(conn, "SELECT text FROM preparation WHERE id = :id", id=row["parent_id"])
    return {
        "key": f"K{row['id']}", "kind": row["kind"], "text": row["text"], "over": row["over"], "serves": row["serves"],
        "feature": feature,
    }  # fmt: skip


def told(facts: Row, lines: list[dict[str, str | None]], solves: list[str], marks: str) -> list[tuple[str, str]]:
    """The product as it is laid out: what it is, the three pillars with their counts, what else is known."""
    said = [("PRODUCT", f"{facts['id']} {facts['name']}  {about(facts, marks)}")]
    for kind in PILLARS:
        count = facts[f"{kind}s"]
        said.append((f"{kind}s".upper(), f"{count}" if count else "0  <- missing pillar"))
        for row in lines:
            if row["kind"] == kind:
                more = [f"over {row['over']}"] if row["over"] else []
                more += [f"for {row['serves']}"] if row["serves"] else []
                more += [f"by {row['feature']}"] if row["feature"] else []
                said.append(("", f"{row['key']} {row['text']}" + (f"  ({', '.join(more)})" if more else "")))
    said += [("UNIQUE", str(facts["unique_value"]))] if facts["unique_value"] else []
    said += [("SOLVES" if number == 0 else "", text) for number, text in enumerate(solves)]
    said.append(("KNOWN", f"competitors {facts['competitors']}, answers to objections {facts['answers']}"))
    if facts["is_ready"]:
        return [*said, ("READY", "to be sold")]
    lacks = ", ".join(facts["missing"][:-1]) + " and " * (len(facts["missing"]) > 1) + facts["missing"][-1]
    kind = str(facts["missing"][0]).removesuffix("s")
    return [*said, ("NOT READY", f'no {lacks}: salesflow product edit "{facts["name"]}" --{kind} TEXT')]


def about(product: Row, marks: str) -> str:
    """`service, 400.00 USD an hour, tax 20 %, usually sold in 14 days`."""
    from salesflow.money import show

    said = [str(product["kind"])]
    if product["currency"]:
        unit = f" per {product['unit']}" if product["unit"] else ""
        said.append(show(product["price_minor"], product["currency"], marks) + unit)
    said += [f"tax {products.tax_text(product['tax_bp'])} %"] if product["tax_bp"] else []
    days = product["usual_days"]
    said += [f"usually sold in {days} day{'s' * (days != 1)}"] if days is not None else []
    return ", ".join(said)


CHECK_COLUMNS = (
    Column("item", "item", firm=True),
    Column("count", "", "number"),
    Column("state", "state", firm=True),
    Column("says", "what", wrap=True),
    Column("mend", "mend it with", below=True),
)


def checklist(conn: sqlite3.Connection) -> Table:
    """Every item of the preparation with its state, ok or MISSING, and the command that mends it."""
    lines = [
        item("products", *of_products(conn)),
        counted(conn, "unique value", "usp", "salesflow prepare add usp TEXT", "what nobody else gives"),
        item("target market", *target_market(conn)),
        item("personas", *of_personas(conn)),
        counted(conn, "market notes", "market", "salesflow prepare add market TEXT", "what is known of the market"),
        item("competitors", *of_competitors(conn)),
        item("playbook", *of_playbook(conn)),
        counted(conn, "goals", "goal", "salesflow prepare add goal TEXT --measure customers --target 10", "goals"),
        counted(conn, "strategies", "strategy", "salesflow prepare add strategy TEXT", "how the goals are reached"),
    ]
    lacking = sum(row["state"] != "ok" for row in lines)
    note = f"{lacking} of {len(lines)} still to do." if lacking else "Prepared."

    def view() -> Text:
        shown = []
        for row in lines:
            says = f"  {row['says']}" if row["says"] else ""
            shown.append((str(row["item"]), f"{row['count']:>2} {row['state']}{says}"))
            shown += [("", str(row["mend"]))] if row["mend"] else []
        return Text([*shown, ("", ""), ("", note)], indent=15)

    return Table(CHECK_COLUMNS, lines, ids="item", view=view)


def item(name: str, count: int, lacks: str, mend: str) -> dict[str, object]:
    """One line: what is lacking in words, or nothing."""
    return {
        "item": name, "count": count, "state": "MISSING" if lacks else "ok", "says": lacks or None,
        "mend": mend if lacks else None,
    }  # fmt: skip


def counted(conn: sqlite3.Connection, name: str, kind: str, mend: str, what: str) -> dict[str, object]:
    """An item that is there as soon as one piece of a kind is."""
    found = len(preparation.of_kind(conn, kind))
    return item(name, found, "" if found else f"none yet: {what}" if what != name else "none yet", mend)


def of_products(conn: sqlite3.Connection) -> tuple[int, str, str]:
    found = products.in_use(conn)
    if not found:
        return 0, "nothing to sell yet", "salesflow product add NAME --price 400 --feature TEXT"
    for row in found:
        if lacks := missing(conn, row["id"]):
            kind = lacks[0].removesuffix("s")
            return len(found), f"{row['name']}: no {', '.join(lacks)}", (
                f'salesflow product edit "{row["name"]}" --{kind} TEXT')  # fmt: skip
    return len(found), "", ""


def target_market(conn: sqlite3.Connection) -> tuple[int, str, str]:
    """Who is looked for: the questions of the set `ideal`, with rules by which they answer themselves."""
    sql = "SELECT count(*) FROM questions WHERE set_name = 'ideal' AND rule IS NOT NULL AND dropped_on IS NULL"
    found = int(value(conn, sql))
    return found, "" if found else "it is not said who your ideal customer is", (
        "salesflow question add NAME TEXT --set ideal --rule RULE")  # fmt: skip


def of_personas(conn: sqlite3.Connection) -> tuple[int, str, str]:
    found = preparation.of_kind(conn, "persona")
    challenges = preparation.of_kind(conn, "challenge")
    in_use = {row["id"] for row in products.in_use(conn)}
    if not found:
        return 0, "no kind of buyer yet", "salesflow prepare add persona NAME"
    for row in found:
        if not any(challenge["parent_id"] == row["id"] for challenge in challenges):
            return len(found), f"{row['name']}: no challenges yet", (
                f'salesflow prepare add challenge TEXT --of "{row["name"]}"')  # fmt: skip
    for challenge in challenges:
        if challenge["product_id"] not in in_use:
            return len(found), f'no solution for "{challenge["text"]}"', (
                f"salesflow prepare edit K{challenge['id']} --solution PRODUCT")  # fmt: skip
    return len(found), "", ""


def of_competitors(conn: sqlite3.Connection) -> tuple[int, str, str]:
    """Each is to have an answer: what do you add, given what they offer?"""
    found = preparation.of_kind(conn, "competitor")
    if not found:
        return 0, "none yet", "salesflow prepare add competitor NAME --answer TEXT"
    for row in found:
        if not row["answer"]:
            return len(found), f"{row['name']}: no answer yet", f"salesflow prepare edit K{row['id']} --answer TEXT"
    return len(found), "", ""


def of_playbook(conn: sqlite3.Connection) -> tuple[int, str, str]:
    found = {row["kind"] for row in preparation.of_kind(conn, *PLAYBOOK)}
    lacks = [kind for kind in PLAYBOOK if kind not in found]
    return len(preparation.of_kind(conn, *PLAYBOOK)), f"no ideas for {', '.join(lacks)}" if lacks else "", (
        f"salesflow prepare add {(lacks or PLAYBOOK)[0]} TEXT")  # fmt: skip
