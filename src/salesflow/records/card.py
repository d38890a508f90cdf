"""The card: one person on one screen, while you talk; or one thing by its key."""

from __future__ import annotations

import datetime
import sqlite3

from salesflow import dates
from salesflow.errors import NotFound
from salesflow.records import (
    activities,
    answering,
    asking,
    consent,
    contacts,
    deal_card,
    deal_list,
    deals,
    deciders,
    exceptions,
    expected,
    extras,
    follow_ups,
    needs,
    objections,
    papers,
)
from salesflow.records.settings import Settings
from salesflow.store.rows import one, rows, value
from salesflow.table import Column, Row, Sheet, Table, Text

CONTACT_COLUMNS = (
    Column("id", kind="number"), Column("name"), Column("kind"), Column("status"), Column("company"),
    Column("job_title"), Column("source"), Column("source_detail"), Column("referred_by_id", kind="number"),
    Column("referred_by"), Column("tags", kind="list"), Column("rating", kind="number"), Column("priority"),
    Column("birthday"), Column("alarm_days", kind="number"), Column("note"), Column("next_on", kind="day"),
    Column("last_on", kind="day"), Column("off_list_on", kind="day"), Column("off_list_why"),
    Column("created_on", kind="day"), Column("also_known_as", kind="list"), Column("demand"), Column("persona"),
)  # fmt: skip
POINT_COLUMNS = (Column("kind", "kind"), Column("label", "label"), Column("value", "value", firm=True))
EXTRA_COLUMNS = (Column("field", "field", firm=True), Column("value", "value", wrap=True))
LATEST = 3  # activities shown on the card
FEW_DEALS = 5


def of_contact(conn: sqlite3.Connection, contact_id: int, today: datetime.date, settings: Settings) -> Sheet:
    """Everything about one contact: the row, and its points, answers, deals, activities, follow_ups."""
    row = one(
        conn,
        """
        SELECT contacts.*, standing.status, next_on, last_on, referrer.name AS referred_by
          FROM contacts
          JOIN standing ON standing.contact_id = contacts.id
          LEFT JOIN contacts AS referrer ON referrer.id = contacts.referred_by_id
         WHERE contacts.id = :id
        """,
        id=contact_id,
    )
    if row is None:
        raise NotFound(f"no contact {contact_id}")
    tags = [
        found["tag"] for found in rows(conn, "SELECT tag FROM tags WHERE contact_id = :id ORDER BY id", id=contact_id)
    ]
    points = rows(conn, "SELECT kind, label, value FROM points WHERE contact_id = :id ORDER BY id", id=contact_id)
    contact = {**dict(row), "tags": tags, "also_known_as": contacts.other_names(conn, contact_id)}
    contact["persona"] = contacts.persona(conn, row["persona_id"])
    if row["off_list_on"]:
        contact["next_on"] = None  # nothing is due with them
    tables = {
        "points": Table(POINT_COLUMNS, [dict(point) for point in points]),
        "answers": answering.listed(conn, contact_id),
        "consents": consent.listed(conn, contact_id),
        "extra": Table(EXTRA_COLUMNS, [dict(row) for row in extras.known(conn, contact_id)]),
        "deals": deal_list.listed(conn, contact_id=contact_id),
        "papers": papers.of_contact(conn, contact_id, today, settings),
        "needs": needs.of_contact(conn, contact_id),
        "activities": activities.history(conn, contact_id),
        "follow_ups": follow_ups.of_contact(conn, contact_id),
    }
    return Sheet(CONTACT_COLUMNS, contact, tables, view=lambda: screen(conn, contact, tables, today, settings))


def screen(
    conn: sqlite3.Connection, contact: Row, tables: dict[str, Table], today: datetime.date, settings: Settings
) -> Text:
    """The card as it is laid out: WHO, CALL, MAIL, MAY, NEXT, DEAL, PAPER, LAST, KNOWN, FROM, SALES."""
    lines = [("WHO", who(conn, contact, tables["answers"]))]
    lines += [("", f"also known as {', '.join(contact['also_known_as'])}")] * bool(contact["also_known_as"])
    for label, kind, wide in (
        ("CALL", "phone", True),
        ("MAIL", "email", True),
        ("LINK", "link", True),
        ("AT", "address", False),
    ):
        found = [
            f"{point['value']} {point['label']}" if point["label"] else point["value"]
            for point in tables["points"].rows if point["kind"] == kind
        ]  # fmt: skip
        lines += labelled(label, ["   ".join(found)] if wide and found else found)
    if contact["off_list_on"]:
        lines += labelled("OFF", [f"off the list since {contact['off_list_on']}: {contact['off_list_why']}"])
    lines += labelled("MAY", may(tables["consents"], today))
    lines += labelled("NEXT", promises(contact, tables["follow_ups"], today))
    lines += labelled("DEAL", deal_lines(conn, tables["deals"], today, settings))
    lines += labelled("WAIT", deal_card.of_contact(conn, contact["id"], today))
    lines += labelled("PAPER", papers.told(tables["papers"], settings.marks))
    lines += labelled("NEEDS", needs.told(tables["needs"].rows))
    lines += labelled("LAST", last(tables["activities"], contact, today))
    lines += labelled("KNOWN", known(tables["answers"], today))
    lines += labelled("ALSO", [f"{row['field']}: {row['value']}" for row in tables["extra"].rows])
    lines += labelled("BUYER", buyer(conn, contact))
    lines += labelled("NOTE", [contact["note"]] if contact["note"] else [])
    lines += labelled("FROM", [origin(contact)])
    lines += labelled("SALES", sales(conn, contact["id"], settings, today))
    return Text(lines, bold=frozenset({0}))


def labelled(label: str, texts: list[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", text) for number, text in enumerate(texts) if text]


def who(conn: sqlite3.Connection, contact: Row, answers: Table) -> str:
    gates = [row for row in answers.rows if row["gates"]]
    yes = sum(row["answer"] == "yes" and row["basis"] != "assumed" for row in gates)
    rank = "".join(f", {text}" for text in (
        f"rated {contact['rating']}" if contact["rating"] else "", contact["priority"] or "") if text)  # fmt: skip
    work = ", ".join(text for text in (contact["job_title"], contact["company"]) if text)
    status = f"{contact['status'].upper()} {yes} of {len(gates)}"
    return f"{contact['id']} {contact['name']}  {status}{rank}" + (f"  {work}" if work else "")


def may(table: Table, today: datetime.date) -> list[str]:
    """What is known of whether they may be written to or called."""
    found = [row for row in table.rows if row["answer"] != "unknown"]
    width = max((len(row["channel"]) for row in found), default=0)
    return [f"{row['channel'].ljust(width)}  {consent.in_words(row, today)}" for row in found]


def promises(contact: Row, table: Table, today: datetime.date) -> list[str]:
    """What is promised; nothing is due with somebody off the list."""
    if contact["off_list_on"] and table.rows:
        return [f"silent: off the list ({len(table.rows)} promised before)"]
    return [promise(row, today) for row in table.rows] or ["nothing promised"]


def promise(row: Row, today: datetime.date) -> str:
    due = datetime.date.fromisoformat(row["due_on"])
    late = (today - due).days
    day = "today" if late == 0 else f"{late}d late" if late > 0 else dates.say_day(due, today)
    again = f" (every {row['every']})" if row["every"] else ""
    time = f" {row['due_at']}" if row["due_at"] else ""
    text = row["text"] or ("follow up" if row["kind"] == "follow-up" else "")
    what = text if row["kind"] == "follow-up" else f"{row['kind']}: {text}" if text else row["kind"]
    return f"{row['key']} {day}{time}  {what}{again}{agreed(row)}"


def agreed(row: Row) -> str:
    """What was agreed on it besides: where, whether it is confirmed, whether they named the day."""
    more = (row["place"], row["appointment"], "the day they named" if row["named_by_them"] else None)
    return "".join(f", {each}" for each in more if each)


def deal_lines(conn: sqlite3.Connection, table: Table, today: datetime.date, settings: Settings) -> list[str]:
    from salesflow.money import show

    lines = []
    for row in table.rows:
        if row["outcome"] == "open":
            amount = f"  {show(row['amount_minor'], row['currency'], settings.marks)}" if row["currency"] else ""
            lines.append(f"{row['key']}  {row['title']}{amount}  {standing(conn, row, today)}")
            lines += [f"    {text}" for text in deal_card.open_matters(conn, row["id"])]
    return lines


def standing(conn: sqlite3.Connection, row: Row, today: datetime.date) -> str:
    if row["parked_until"]:
        until = dates.say_day(datetime.date.fromisoformat(row["parked_until"]), today)
        return f"parked until {until}: {row['parked_why']}"
    stay = one(
        conn,
        """
        SELECT entered_on, stages.limit_days FROM stage_entries JOIN stages ON stages.id = stage_id
         WHERE deal_id = :id AND left_on IS NULL
        """,
        id=row["id"],
    )
    if stay is None:
        return str(row["stage"])
    days = (today - datetime.date.fromisoformat(stay["entered_on"])).days
    limit = f" (of {stay['limit_days']})" if stay["limit_days"] else ""
    return f"{row['stage']}, {days} {'day' if days == 1 else 'days'}{limit}"


def last(table: Table, contact: Row, today: datetime.date) -> list[str]:
    lines = []
    found = activities.acts(table)
    for row in found[:LATEST]:
        day = dates.short_date(datetime.date.fromisoformat(row["happened_on"]), today)
        words = "; ".join(
            text for text in (row["outcome"], f"{row['minutes']} min" if row["minutes"] else "", row["text"]) if text
        )
        lines.append(f"{day}  {row['kind']}{' ' + row['direction'] if row['direction'] else ''}  {words}".rstrip())
    more = len(found) - LATEST
    if more > 0:
        lines.append(f"{more}{' or more' if len(table.rows) >= 50 else ''} more: salesflow history {contact['id']}")
    return lines or ["nothing yet"]


def known(table: Table, today: datetime.date) -> list[str]:
    width = max((len(row["question"]) for row in table.rows), default=0)
    lines = []
    for row in table.rows:
        if row["answer"] == "unknown" and not row["gates"]:
            continue
        words = f'  "{row["said"]}"' if row["said"] else ""
        day = row["answered_on"] and dates.short_date(datetime.date.fromisoformat(row["answered_on"]), today)
        basis = {"assumed": "only assumed", "rule": "by rule"}.get(row["basis"] or "")
        about = ", ".join(text for text in (basis, row["method"], day) if text)
        lines.append(f"{row['question'].ljust(width)}  {row['answer']}{words}" + (f"  {about}" if about else ""))
    return lines


def buyer(conn: sqlite3.Connection, contact: Row) -> list[str]:
    """How much they are likely to want; the kind of buyer they are, with its challenges and what solves each."""
    demand = [f"demand {contact['demand']}"] if contact["demand"] else []
    if not contact["persona"]:
        return demand
    from salesflow.records import pitch_lines

    faced = [
        f"{row['text']} ({row['solution'] or 'no solution yet'})"
        for row in pitch_lines.challenges(conn, contact["id"])
    ]  # fmt: skip
    return [f"{contact['persona']}{': ' * bool(faced)}{', '.join(faced)}", *demand]


def origin(contact: Row) -> str:
    source = " ".join(text for text in (contact["source"], contact["source_detail"]) if text)
    if contact["referred_by"]:
        source = f"{source or 'referral'} by {contact['referred_by']} ({contact['referred_by_id']})"
    parts = [
        source or f"added {contact['created_on']}",
        f"birthday {dates.say_birthday(contact['birthday'])}" if contact["birthday"] else "",
        f"tags {', '.join(contact['tags'])}" if contact["tags"] else "",
    ]
    return "   ".join(part for part in parts if part)


def sales(conn: sqlite3.Connection, contact_id: int, settings: Settings, today: datetime.date) -> list[str]:
    """Won deals: how many and how much, by currency, and the last few."""
    from salesflow.money import show

    found = rows(
        conn,
        """
        SELECT count(*) AS won, sum(amount_minor) AS amount_minor, currency, max(closed_on) AS last_on
          FROM deals WHERE contact_id = :id AND outcome = 'won' GROUP BY currency ORDER BY won DESC
        """,
        id=contact_id,
    )
    if not found:
        lost = value(conn, "SELECT count(*) FROM deals WHERE contact_id = :id AND outcome = 'lost'", id=contact_id)
        return [f"none yet{f', {lost} lost' if lost else ''}"]
    return [
        f"{row['won']}"
        + (f" for {show(row['amount_minor'], row['currency'], settings.marks)}" if row["currency"] else "")
        + f", last {dates.short_date(datetime.date.fromisoformat(row['last_on']), today)}"
        for row in found
    ]


def of_thing(conn: sqlite3.Connection, letter: str, number: int, today: datetime.date, settings: Settings) -> Sheet:
    """A follow-up (F), deal (D), activity (A), sign (S), objection (O) or need (N) by its key. Raises NotFound."""
    if letter == "D":
        return of_deal(conn, number, today, settings)
    if letter in "SON":
        return deal_card.of_matter(conn, letter, number)
    if letter == "F":
        row = follow_ups.get(conn, number)
        columns: tuple[Column, ...] = (
            *follow_ups.COLUMNS,
            Column("contact_id", kind="number"),
            Column("contact"),
            Column("closed_on", kind="day"),
        )
        label = (
            f"{promise({**dict(row), 'key': f'F{number}'}, today)}"
            if row["state"] == "open"
            else f"F{number} {row['state']} {row['closed_on']}  {follow_ups.said(row)}"
        )
    else:
        row = activities.get(conn, number)
        columns = (*activities.COLUMNS, Column("follow_up_id", kind="number"))
        kind = f"{row['kind']}{' ' + row['direction'] if row['direction'] else ''}"
        label = f"A{number} {row['happened_on']}  {kind}  {row['text'] or ''}"
    contact = contacts.get(conn, row["contact_id"])
    facts = {**dict(row), "key": f"{letter}{number}", "contact": contact["name"]}
    return Sheet(columns, facts, view=lambda: Text([("WHO", f"{contact['id']} {contact['name']}"), ("WHAT", label)]))


def of_deal(conn: sqlite3.Connection, number: int, today: datetime.date, settings: Settings) -> Sheet:
    from salesflow.money import show

    deal = deals.get(conn, number)
    facts = {**dict(deal), "key": f"D{number}"}
    stays = deal_list.stays(conn, number)
    done, against = activities.of_deal(conn, number), exceptions.of_deal(conn, number)
    wanted, problem = needs.listed(conn, number), asking.text(conn, "needs", "problem", deal["contact_id"], number)

    def view() -> Text:
        amount = f"  {show(deal['amount_minor'], deal['currency'], settings.marks)}" if deal["currency"] else ""
        state = standing(conn, facts, today) if deal["outcome"] == "open" else f"{deal['outcome']} {deal['closed_on']}"
        lines = [
            ("DEAL", f"D{number}  {deal['title']}{amount}  {state}"),
            ("WHO", f"{deal['contact_id']} {deal['contact']}"),
        ]
        lines += labelled("HOW", [deal["how"]] if deal["how"] else [])
        for label, texts in (*deal_card.of_close(deal), *deal_card.of_deal(conn, deal, today)):
            lines += labelled(label, texts)
        steps = [
            f"{row['entered_on']}  {row['stage']}" + ("" if row["days"] is None else f", {row['days']} days")
            for row in stays.rows
        ]
        lines += labelled("STEPS", steps or [f"bought on {deal['closed_on']}"])
        lines += labelled("SOLVE", [problem] if problem else [])
        lines += labelled("FOR", [deal["product"]] if deal["product"] and deal["product"] != deal["title"] else [])
        lines += labelled("NEEDS", needs.told(wanted.rows))
        kinds = [row["kind"] for row in activities.acts(done)]
        lines += labelled("DONE", [f"{len(kinds)}: {', '.join(kinds)}" if kinds else "nothing yet"])
        lines += labelled("WARN", exceptions.counted(against.rows))
        return Text(lines, bold=frozenset({0}))

    columns = (
        *deal_list.DEAL_COLUMNS, Column("opened_at"), Column("closed_at"), Column("kind"), Column("product"),
        Column("reason"), Column("note"), Column("lesson"), Column("lost_to"), Column("pace"),
        Column("paid_on", kind="day"), Column("day", kind="number"), Column("expected_days", kind="number"),
        Column("expected"),
    )  # fmt: skip
    length = expected.expected(conn, number, today)
    facts |= {"day": length.day, "expected_days": length.days, "expected": length.why}
    objected, decide = objections.of_deal(conn, number), deciders.of_deal(conn, number)
    tables = {"stages": stays, "needs": wanted, "activities": done, "exceptions": against, "objections": objected,
              "deciders": decide}  # fmt: skip
    return Sheet(columns, facts, tables, view=view)
