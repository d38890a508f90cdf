"""A quote as the customer gets it: text, or a page to be printed, from a template that the seller can change.

A template is Jinja's, run in its sandbox: it can say what it is given and reach nothing else. What it may say is listed
in docs/quotes.md; a word that is not there is refused when the template is kept, not when a quote is to go out.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from importlib.resources import files
from typing import Any

from salesflow.errors import Refused
from salesflow.records import contacts, document_lines, documents, preparation, products, quotes
from salesflow.records.document_lines import Line
from salesflow.records.quotes_shown import plain
from salesflow.records.settings import Settings
from salesflow.store.rows import delete, insert, one, rows, update
from salesflow.width import fence, hidden, pad, safe, wrap

FORMS = {"text": "quote.txt", "html": "quote.html"}
PREFIX = "template:"  # in `config`
LARGEST = 200_000  # characters of a template
LETTER = ("US", "CA", "MX", "CL", "CO", "CR", "GT", "PA", "PH", "DO", "SV", "VE")  # where paper is Letter, not A4


def page(conn: sqlite3.Connection, row: sqlite3.Row, form: str, today: datetime.date, settings: Settings) -> str:
    """The paper, with a line break at its end. Raises Refused: no lines to offer, or a template that fails."""
    if not document_lines.of(conn, row["id"]):
        raise Refused(f"{documents.key(row)} has no items, so there is nothing to print")
    return rendered(source(conn, form), form, known(conn, row, today, settings))


# -- the template ------------------------------------------------------------------------------------------------------


def source(conn: sqlite3.Connection, form: str) -> str:
    """The template in use: the seller's own, else the one that came with the program."""
    row = one(conn, "SELECT value FROM config WHERE name = :name", name=name_of(form))
    return str(row["value"]) if row else built_in(form)


def built_in(form: str) -> str:
    return (files("salesflow.exporters") / "templates" / FORMS[form]).read_text(encoding="utf-8")


def name_of(form: str) -> str:
    return f"{PREFIX}{FORMS[form]}"


def keep(conn: sqlite3.Connection, form: str, text: str | None) -> None:
    """The seller's own from now on; None: the one that came with the program. `check` it first."""
    row = one(conn, "SELECT id FROM config WHERE name = :name", name=name_of(form))
    if text is None:
        delete(conn, "config", [row["id"]] if row else [])
    elif row:
        update(conn, "config", row["id"], value=text)
    else:
        insert(conn, "config", name=name_of(form), value=text)


def check(text: str, form: str) -> None:
    """Raises Refused, with the line and the reason, for a template that would not print a quote."""
    if len(text) > LARGEST:
        raise Refused(f"the template is too long: {LARGEST:,} characters at most")
    if not text.strip():
        raise Refused("the template is empty; back to the one that came: salesflow quote template --reset")
    if "\0" in text:
        raise Refused("that is no template: it has NUL characters in it")
    for example in (EXAMPLE, {**EXAMPLE, **BARE}):  # a quote that says everything, and one that says little
        rendered(text, form, example)


def rendered(text: str, form: str, facts: dict[str, Any]) -> str:
    """The template filled in. Raises Refused, with the line and the reason."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    env = SandboxedEnvironment(
        autoescape=form == "html", undefined=StrictUndefined, finalize=in_html if form == "html" else in_text,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    env.filters |= {"left": left, "right": right, "wrapped": wrapped}
    try:
        made = env.from_string(text).render(facts)
    except TemplateError as error:
        raise Refused(f"the template fails{line_of(error)}: {reason(error)}") from None
    except RecursionError:
        raise Refused("the template fails: it calls itself without end") from None
    except Exception as error:  # whatever a template computes
        raise Refused(f"the template fails{line_of(error)}: {reason(error)}") from None
    return made.rstrip("\n") + "\n"


def line_of(error: Exception) -> str:
    """` in line 7`, of the template."""
    number = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            number = trace.tb_lineno
        trace = trace.tb_next
    return f" in line {number}" if number else ""


def reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


# -- what a value becomes on its way onto the paper --------------------------------------------------------------------


def in_text(value: Any) -> Any:
    """Nothing that a terminal would obey, line breaks kept."""
    return "\n".join(safe(line) for line in value.split("\n")) if isinstance(value, str) else value


def in_html(value: Any) -> Any:
    """Without characters that turn text around or cannot be shown; a browser escapes the rest."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return "".join(char for char in value if char == "\n" or not hidden(char))


def left(value: object, cells: int) -> str:
    """Padded on the right, in terminal cells; never cut."""
    return pad(fence(safe(str(value))), cells)


def right(value: object, cells: int) -> str:
    """Padded on the left."""
    return pad(fence(safe(str(value))), cells, right=True)


def wrapped(value: object, cells: int = 72, hang: int = 0) -> str:
    """Broken into lines of so many cells; its own lines stay lines. All but the first begin `hang` spaces in."""
    lines = [part for line in str(value).split("\n") for part in wrap(fence(safe(line)), cells - hang)]
    return ("\n" + " " * hang).join(lines)


# -- what a template may say -------------------------------------------------------------------------------------------


def known(conn: sqlite3.Connection, row: sqlite3.Row, today: datetime.date, settings: Settings) -> dict[str, Any]:
    """The variables of a template, all text but `binding`, `items`, `taxes`, `needs`, `unique`, `seller`, `customer`
    and the numbers of lines; a text that is not there is empty. docs/quotes.md explains each."""
    marks, currency = settings.marks, row["currency"]
    lines = document_lines.of(conn, row["id"])
    sums = document_lines.totals(lines)
    state = documents.state(row, today)
    name, *address = (settings.business or "").split("\n")
    return {
        "key": documents.key(row), "number": documents.plain_key(row), "version": row["version"], "state": state,
        "stands": documents.stands(conn, row, today), "binding": state in ("sent", "accepted"),
        "made_on": day(row["made_on"]), "sent_on": day(row["sent_on"]), "valid_until": day(row["valid_until"]),
        "valid_days": settings.valid_days, "inquiry": quotes.inquiry_of(conn, row) or "",
        "seller": {"name": name, "lines": address}, "customer": customer(conn, row["contact_id"]),
        "items": [item(number, line, net, currency, marks)
                  for number, (line, net) in enumerate(zip(lines, sums.nets, strict=True), 1)],
        "net": plain(sums.net, currency, marks), "tax": plain(sums.tax, currency, marks),
        "taxes": [
            {"rate": percent(rate.tax_bp, marks), "net": plain(rate.net, currency, marks),
             "tax": plain(rate.tax, currency, marks)}
            for rate in sums.rates
        ],
        "total": plain(sums.total, currency, marks), "currency": currency, "delivery": row["delivery"] or "",
        "terms": row["terms"] or "", "note": row["note"] or "",
        "needs": [need["text"] for need in document_lines.named_needs(conn, row)],
        "unique": unique(conn, lines), "paper": "letter" if settings.country in LETTER else "A4",
    }  # fmt: skip


def day(iso: str | None) -> str:
    """`24 November 2026`."""
    from salesflow.dates import MONTHS

    return f"{int(iso[8:])} {MONTHS[int(iso[5:7]) - 1]} {iso[:4]}" if iso else ""


def percent(tax_bp: int, marks: str) -> str:
    return products.tax_text(tax_bp).replace(".", marks[-1])


def item(number: int, line: Line, net: int, currency: str, marks: str) -> dict[str, Any]:
    return {
        "number": number, "text": line.text, "quantity": document_lines.quantity_text(line.quantity, marks[-1]),
        "unit": line.unit or "", "price": plain(line.price or 0, currency, marks),
        "tax": percent(line.tax_bp, marks), "net": plain(net, currency, marks),
    }  # fmt: skip


def customer(conn: sqlite3.Connection, contact_id: int) -> dict[str, Any]:
    contact = contacts.get(conn, contact_id)
    points = rows(conn, "SELECT kind, value FROM points WHERE contact_id = :id ORDER BY id", id=contact_id)
    first = {point["kind"]: str(point["value"]) for point in reversed(points)}
    address = [part.strip() for part in re.split(r"\n|, ", first.get("address", "")) if part.strip()]
    company = contact["company"] or ""
    return {
        "name": contact["name"], "company": "" if company == contact["name"] else company, "lines": address,
        "email": first.get("email", ""), "phone": first.get("phone", ""),
    }  # fmt: skip


def unique(conn: sqlite3.Connection, lines: list[Line]) -> list[str]:
    """What nobody else gives: said of the business, and of what is offered."""
    offered = {line.product_id for line in lines}
    return [
        row["text"] for row in preparation.of_kind(conn, "usp")
        if row["product_id"] is None or row["product_id"] in offered
    ]  # fmt: skip


EXAMPLE: dict[str, Any] = {
    "key": "Q1/2", "number": "Q1", "version": 2, "state": "sent", "stands": "LEGALLY BINDING until Thu 24 Dec 2026",
    "binding": True, "made_on": "24 November 2026", "sent_on": "24 November 2026", "valid_until": "24 December 2026",
    "valid_days": 30, "inquiry": "I1", "seller": {"name": "Lopez Bakery", "lines": ["1 Main St"]},
    "customer": {"name": "Ken Ito", "company": "Ito Kitchens", "lines": ["2 Side St"], "email": "ken@ito.example",
                 "phone": "202-555-0133"},
    "items": [{"number": 1, "text": "rye loaf", "quantity": "2.5", "unit": "loaf", "price": "4.00", "tax": "7",
               "net": "10.00"}],
    "net": "10.00", "taxes": [{"rate": "7", "net": "10.00", "tax": "0.70"}], "tax": "0.70", "total": "10.70",
    "currency": "USD", "delivery": "two weeks", "terms": "14 days net", "note": "Thank you for asking.",
    "needs": ["bread for the morning"], "unique": ["baked the same night"], "paper": "A4",
}  # fmt: skip
BARE: dict[str, Any] = {
    "state": "draft", "stands": "DRAFT (not binding)", "binding": False, "sent_on": "", "valid_until": "",
    "inquiry": "", "seller": {"name": "", "lines": []},
    "customer": {"name": "Ken Ito", "company": "", "lines": [], "email": "", "phone": ""}, "taxes": [], "tax": "0.00",
    "delivery": "", "terms": "", "note": "", "needs": [], "unique": [],
}  # fmt: skip
