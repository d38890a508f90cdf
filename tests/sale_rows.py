"""One row of every kind that a sale leaves, made by SQL: for what carries, merges, erases and takes back all of it."""

from __future__ import annotations

import sqlite3
from typing import Any

from salesflow.dates import Moment
from salesflow.errors import NotFound
from salesflow.people import fold
from salesflow.store.rows import insert, rows, value


def sell(ctx: Any, contact_id: int, other_id: int | None = None) -> None:
    """As a command is called: `desk.call("sell", 1, 2)`. Raises NotFound."""
    run = ctx.find_root().obj
    with run.writing() as (conn, _, work):
        for each in (contact_id, other_id or contact_id):
            if value(conn, "SELECT 1 FROM contacts WHERE id = :id", id=each) is None:
                raise NotFound(f"no contact {each}")
        sold_to(conn, contact_id, run.moment, other_id if other_id != contact_id else None)
        work.summary = "sold"


def prepared(conn: sqlite3.Connection, now: Moment) -> dict[str, int]:
    """What is prepared before anybody is sold to, and a set of questions and a process of one's own; ids by name."""
    made: dict[str, int] = {}
    stamp = {"created_on": now.on}
    made["product"] = insert(conn, "products", name="Hours", name_key="hours", kind="service", unit="hour",
                             price_minor=4050, currency="EUR", tax_bp=2000, usual_days=20, **stamp)  # fmt: skip
    made["old"] = insert(conn, "products", name="Lamp", name_key="lamp", dropped_on=now.on, **stamp)

    def piece(kind: str, text: str, **more: Any) -> int:
        if name := more.get("name"):
            more["name_key"] = fold(name)
        return insert(conn, "preparation", kind=kind, text=text, **more, **stamp)

    made["feature"] = piece("feature", "same day", product_id=made["product"])
    made["advantage"] = piece("advantage", "twice as fast", product_id=made["product"], parent_id=made["feature"],
                              over="Ray & Co")  # fmt: skip
    made["benefit"] = piece("benefit", "evenings free", product_id=made["product"], parent_id=made["feature"],
                            serves="invoices on time")  # fmt: skip
    made["competitor"] = piece("competitor", "cheap", name="Ray & Co", answer="we stay", price_minor=3000,
                               currency="EUR")  # fmt: skip
    made["persona"] = piece("persona", "a bakery with six", name="The busy baker")
    made["challenge"] = piece("challenge", "no evenings", parent_id=made["persona"], product_id=made["product"])
    made["goal"] = piece("goal", "ten customers", measure="won", target=10)
    made["formula"] = piece("formula", "problem, promise, proof", name="three")

    insert(conn, "question_sets", name="wishes", title="Wishes", about="deal", is_open=1)
    made["question"] = insert(
        conn, "questions", set_name="wishes", name="colour", wording="Which colour?", position=1, gates=1,
        form="choice", choices="red\nblue", rule="tags: red", purpose="relationship",
    )  # fmt: skip
    made["plain question"] = insert(
        conn, "questions", set_name="wishes", name="why", wording="Why now?", position=2, gates=0, form="words",
        dropped_on=now.on,
    )  # fmt: skip
    made["process"] = insert(conn, "processes", name="own-way", title="Our way", goal="ten a year")
    made["first"], made["second"] = (
        insert(
            conn, "stages", process_id=made["process"], position=place, name=name, name_key=fold(name), phase=phase,
            goal="done", probability=20 * place, limit_days=10, gate=gate, journey="looks around", outsourced_to=who,
        )
        for place, name, phase, gate, who in ((1, "Meet", "find", None, "Sam"), (2, "Agree", "sell", "wishes", None))
    )  # fmt: skip
    made["task"], made["next task"], made["gone task"] = (
        insert(
            conn, "tasks", process_id=made["process"], stage_id=made[stage], position=place, name=name,
            name_key=fold(name), kind=kind, offset_days=days, dropped_on=gone, done_by=by,
        )
        for stage, place, name, kind, days, gone, by in (
            ("first", 1, "Write first", "letter", 0, None, "quote sent"),
            ("second", 1, "Call after", "call", 3, None, "ask wishes"),
            ("second", 2, "Send the list", "email", None, now.on, None),
        )
    )  # fmt: skip
    insert(conn, "task_links", task_id=made["next task"], after_id=made["task"])
    return made


def sold_to(conn: sqlite3.Connection, contact_id: int, now: Moment, other_id: int | None = None) -> dict[str, int]:
    """Everything that may hang on one contact; `other_id`: somebody who decides on the deal. Ids by name."""
    made = prepared(conn, now) if value(conn, "SELECT 1 FROM processes WHERE name = 'own-way'") is None else known(conn)
    who, day = {"contact_id": contact_id}, {"made_at": now.at, "made_on": now.on}
    conn.execute("UPDATE contacts SET demand = 'high', persona_id = ? WHERE id = ?", (made["persona"], contact_id))
    deal = insert(
        conn, "deals", process_id=made["process"], stage_id=made["second"], title="Ten hours", amount_minor=40500,
        currency="EUR", outcome="won", how="trust", reason="trust", note="fast", lesson="ask early", lost_to="nobody",
        opened_at=now.at, opened_on=now.on, closed_at=now.at, closed_on=now.on, paid_on=now.on, pace="on a sign",
        is_key=1, kind="recruit", product_id=made["product"], **who,
    )  # fmt: skip
    for stage in ("first", "second"):
        insert(conn, "stage_entries", deal_id=deal, stage_id=made[stage], entered_at=now.at, entered_on=now.on,
               left_on=now.on, days=0, **who)  # fmt: skip
    insert(conn, "exceptions", deal_id=deal, kind="gate", what="colour", because="in a hurry", **day, **who)
    insert(conn, "exceptions", kind="referral", what=None, because=None, **day, **who)
    insert(conn, "deciders", deal_id=deal, name="Old Mr Ray", role="owner", level="owner", says="for",
           created_on=now.on, **who)  # fmt: skip
    if other_id is not None:
        insert(conn, "deciders", deal_id=deal, person_id=other_id, role="head of purchasing", level="manager",
               created_on=now.on, **who)  # fmt: skip
    for answer, replaced in (("red", now.at), ("blue", None)):
        insert(conn, "answers", question_id=made["question"], answer=answer, basis="assumed", method="call",
               said="blue, please", answered_at=now.at, answered_on=now.on, replaced_at=replaced, deal_id=deal,
               **who)  # fmt: skip

    def paper(kind: str, state: str, version: int = 1, **more: Any) -> int:
        number = value(conn, "SELECT coalesce(max(number), 0) + (:version = 1) FROM documents WHERE kind = :kind",
                       kind=kind, version=version)  # fmt: skip
        return insert(conn, "documents", kind=kind, number=number, version=version, state=state, deal_id=deal, **more,
                      **day, **who)  # fmt: skip

    inquiry = paper("inquiry", "answered", closed_on=now.on, note="by e-mail")
    quote = paper("quote", "superseded", currency="EUR", from_id=inquiry, sent_on=now.on)
    newer = paper("quote", "sent", 2, currency="EUR", from_id=inquiry, valid_until="2026-12-24", delivery="in a week",
                  terms="30 days", sent_on=now.on)  # fmt: skip
    pitch = paper("pitch", "given", name="AIDA", reached="desire", asked_to="sign today", asked_for_sale=1,
                  sent_on=now.on)  # fmt: skip

    def matter(kind: str, text: str, state: str = "open", **more: Any) -> int:
        closed = {"closed_at": now.at, "closed_on": now.on} if state == "closed" else {}
        return insert(conn, "matters", kind=kind, text=text, state=state, raised_at=now.at, raised_on=now.on, **closed,
                      **more, **who)  # fmt: skip

    need = matter("need", "invoices on time", stated=0, deal_id=deal, met_by_id=made["benefit"])
    matter("want", "a nice letterhead")
    objection = matter("objection", "too dear", "closed", deal_id=deal, behind="a budget", their_view="it is a lot",
                       **{"class": "price"})  # fmt: skip
    matter("question", "how much?", "closed", deal_id=deal, document_id=inquiry, answer="405", **{"class": "price"})
    matter("sign", "when could you start?", deal_id=deal)
    for text, accepted in (("it pays for itself", 1), ("half now", None)):
        insert(conn, "replies", matter_id=objection, text=text, text_key=fold(text), accepted=accepted, **day, **who)
    insert(conn, "document_lines", document_id=newer, position=1, product_id=made["product"], text="ten hours",
           quantity_thousandths=10_500, price_minor=4050, tax_bp=2000, **who)  # fmt: skip
    insert(conn, "document_lines", document_id=pitch, position=1, part="desire", text="evenings free", matter_id=need,
           preparation_id=made["benefit"], shown=1, **who)  # fmt: skip

    def step(kind: str, text: str | None, **more: Any) -> int:
        return insert(conn, "follow_ups", kind=kind, text=text, due_on="2026-12-01", created_at=now.at,
                      created_on=now.on, **more, **who)  # fmt: skip

    meeting = step("meeting", "the samples", due_at="10:00", appointment="asked", place="Elm St 4", deal_id=deal)
    question = step("call", "is it confirmed?", for_id=meeting)
    task = step("call", "Call after", task_id=made["next task"], deal_id=deal)
    step("call", "the quote?", document_id=newer, named_by_them=1)
    insert(
        conn, "activities", deal_id=deal, follow_up_id=task, kind="demo", direction="out", outcome="liked it",
        minutes=30, text="the samples", happened_at=now.at, happened_on=now.on, task_id=made["task"],
        product_id=made["product"], document_id=pitch, via="work", listened=20, talked=10, **who,
    )  # fmt: skip
    return made | {"deal": deal, "inquiry": inquiry, "quote": newer, "old quote": quote, "pitch": pitch, "need": need,
                   "objection": objection, "meeting": meeting, "asks": question}  # fmt: skip


def known(conn: sqlite3.Connection) -> dict[str, int]:
    """The ids of what `prepared` made, when it was here before."""

    def number(sql: str, *values: str) -> int:
        found = conn.execute(sql, values).fetchone()
        if found is None or found[0] is None:
            raise NotFound("part of what was prepared is gone")
        return int(found[0])

    way = number("SELECT id FROM processes WHERE name = 'own-way'")
    pieces = {row["kind"]: row["id"] for row in rows(conn, "SELECT kind, id FROM preparation ORDER BY id DESC")}
    if not {"benefit", "persona"} <= pieces.keys():
        raise NotFound("part of what was prepared is gone")
    return {
        "process": way, "product": number("SELECT id FROM products WHERE name = 'Hours'"), **pieces,
        "first": number("SELECT min(id) FROM stages WHERE process_id = ?", str(way)),
        "second": number("SELECT max(id) FROM stages WHERE process_id = ?", str(way)),
        "question": number("SELECT id FROM questions WHERE set_name = 'wishes' AND name = 'colour'"),
        "task": number("SELECT id FROM tasks WHERE name = 'Write first'"),
        "next task": number("SELECT id FROM tasks WHERE name = 'Call after'"),
    }  # fmt: skip
