"""Presentations: drafted for one customer, put into the seller's own words, given, and what became of it.

A new draft of a deal is a new version of its presentation. One that was given stays as it was said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from salesflow.dates import Moment
from salesflow.errors import NotFound, Refused
from salesflow.people import check_text, fold
from salesflow.records import asking, deals, documents, exceptions, formulas, matters, needs, pitch_lines
from salesflow.records import products as goods
from salesflow.records.pitch_lines import READY_FOR, UNIQUE
from salesflow.store.rows import delete, insert, one, rows, update
from salesflow.table import Column, Sheet, Table, Text


def draft(
    conn: sqlite3.Connection, deal_id: int, moment: Moment, marks: str, *, formula: str | None = None,
    product_id: int | None = None,
) -> tuple[int, list[str]]:  # fmt: skip
    """The new document's id, and what is to be said before: what was not asked yet. Raises NotFound, Refused."""
    deal = deals.get_open(conn, deal_id)
    product = pitch_lines.product_for(conn, deal, product_id)
    if product is None:
        known = goods.names(conn)
        there = f"; there are: {known}" if known != "none" else "; add it first: salesflow product add NAME"
        raise Refused(f"what is presented? salesflow pitch draft D{deal_id} --product NAME{there}")
    name, parts = formulas.formula(conn, formula)
    warnings = not_asked(conn, deal, moment)
    before = latest(conn, deal_id)
    if before is None:
        number = documents.add(conn, "pitch", deal["contact_id"], moment, state="draft", deal_id=deal_id, name=name)
    else:
        number = documents.next_version(conn, before, moment)
        update(conn, "documents", number, name=name)
        if before["state"] == "draft":
            update(conn, "documents", before["id"], state="superseded")
    for position, line in enumerate(pitch_lines.drafted(conn, deal, product, parts, marks), 1):
        insert(
            conn, "document_lines", contact_id=deal["contact_id"], document_id=number, position=position,
            part=line.part, product_id=product["id"], matter_id=line.matter_id, preparation_id=line.preparation_id,
            text=line.text,
        )  # fmt: skip
    return number, warnings


def not_asked(conn: sqlite3.Connection, deal: sqlite3.Row, moment: Moment) -> list[str]:
    """Warnings, each once a deal: no needs are noted; the needs assessment is not finished.

    Source: before the pitch, one must understand well what was covered at the needs assessment stage.
    """
    found = []
    key, contact_id = f"D{deal['id']}", deal["contact_id"]
    progress = asking.progress(conn, "needs", contact_id, deal["id"])
    wordings = {state.question: state.wording for state in pitch_lines.assessment(conn, deal)}
    none = not needs.of_deal(conn, deal["id"])
    if none and exceptions.keep(conn, contact_id, deal["id"], "needs", moment, what="no needs noted"):
        first = wordings.get(progress.missing[0], "") if progress.missing else "What do you need?"
        found.append(f"no needs are noted for {key}; ask first: {first} (salesflow need add {key} TEXT)")
    if progress.known < progress.needed:
        what = f"needs assessment {progress.known} of {progress.needed}"
        if exceptions.keep(conn, contact_id, deal["id"], "needs", moment, what=what):
            missing = ", ".join(progress.missing)
            found.append(f"{what} answered; not asked yet: {missing} (salesflow ask {key} needs)")
    return found


def latest(conn: sqlite3.Connection, deal_id: int, version: int | None = None) -> sqlite3.Row | None:
    """A deal's presentation, its newest version or the one named; with `contact`, `deal`, `versions`."""
    found = documents.of_deal(conn, deal_id, "pitch")
    if version is not None:
        found = [row for row in found if row["version"] == version]
    return max(found, key=lambda row: (row["number"], row["version"]), default=None)


def get(conn: sqlite3.Connection, deal_id: int, version: int | None = None) -> sqlite3.Row:
    """As latest. Raises NotFound."""
    row = latest(conn, deal_id, version)
    if row is None:
        which = f"version {version} of a presentation" if version else "presentation"
        raise NotFound(f"no {which} for D{deal_id} yet: salesflow pitch draft D{deal_id}")
    return row


def lines(conn: sqlite3.Connection, document_id: int) -> list[sqlite3.Row]:
    """The lines of a presentation in order, each with its `need`, `benefit` and `feature` in words."""
    return rows(
        conn,
        """
        SELECT document_lines.*, matters.text AS need, matters.kind AS need_kind, piece.text AS benefit,
               piece.kind AS piece_kind
          FROM document_lines
          LEFT JOIN matters ON matters.id = matter_id
          LEFT JOIN preparation AS piece ON piece.id = preparation_id
         WHERE document_lines.document_id = :id
         ORDER BY position
        """,
        id=document_id,
    )


def parts(conn: sqlite3.Connection, document: sqlite3.Row) -> list[str]:
    """The parts that a presentation is to have, in order: those of its formula, the unique value before the last."""
    try:
        found = [name for name, _ in formulas.formula(conn, document["name"])[1]]
    except NotFound:  # a formula dropped since: what its lines say
        said = [row["part"] for row in lines(conn, document["id"])]
        found = [part for part in dict.fromkeys(said) if part not in (UNIQUE, READY_FOR)]
    return [*found[:-1], UNIQUE, *found[-1:]]


def part_of(conn: sqlite3.Connection, document: sqlite3.Row, text: str) -> str:
    """A part by its name or the start of it. Raises Refused."""
    known = [*parts(conn, document), READY_FOR]
    key = fold(text)
    found = [part for part in known if fold(part) == key] or [part for part in known if key and part.startswith(key)]
    if len(found) != 1:
        raise Refused(f"no part {text!r}; there are: {', '.join(known)}")
    return found[0]


def edit(
    conn: sqlite3.Connection, document: sqlite3.Row, part: str, text: str, *, need_id: int | None = None,
    add: bool = False,
) -> str:  # fmt: skip
    """The seller's own words for a part instead of those it has, or beside them; an empty text leaves it empty.

    need_id: the need that they meet. The part's name. Raises NotFound, Refused.
    """
    if document["state"] == "given":
        raise Refused(
            f"it was given on {document['sent_on']}; write a new one: salesflow pitch draft D{document['deal_id']}"
        )
    part = part_of(conn, document, part)
    text = check_text(text, "a text", 20000).strip()
    if need_id is not None and matters.get(conn, "N", need_id)["deal_id"] != document["deal_id"]:
        raise NotFound(f"N{need_id} is a need of another deal")
    kept = lines(conn, document["id"])
    if not add:
        delete(conn, "document_lines", [row["id"] for row in kept if row["part"] == part])
        kept = [row for row in kept if row["part"] != part]
    order = [*parts(conn, document), READY_FOR]
    place = sum(order.index(row["part"]) <= order.index(part) for row in kept if row["part"] in order)
    for position, row in enumerate(kept, 1):
        update(conn, "document_lines", row["id"], position=position + (position > place))
    if text:
        insert(
            conn, "document_lines", contact_id=document["contact_id"], document_id=document["id"],
            position=place + 1, part=part, matter_id=need_id, text=text,
        )  # fmt: skip
    return part


# -- to be read --------------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("key", "pitch", firm=True),
    Column("number", kind="number"),
    Column("version", "version", "number"),
    Column("state", "state", firm=True),
    Column("contact_id"),
    Column("contact", "who"),
    Column("deal_id"),
    Column("deal_key", "of", firm=True),
    Column("formula", "formula"),
    Column("reached", "reached", firm=True),
    Column("call_to_action"),
    Column("asked_for_sale", kind="flag"),
    Column("made_on", "made", "day", firm=True),
    Column("given_on", "given", "day", firm=True),
)


def facts(row: sqlite3.Row) -> dict[str, object]:
    return {
        **dict(row), "key": f"{row['number']}/{row['version']}", "deal_key": f"D{row['deal_id']}",
        "formula": row["name"], "call_to_action": row["asked_to"], "given_on": row["sent_on"],
    }  # fmt: skip


def listed(conn: sqlite3.Connection, limit: int | None = None) -> Table:
    """Every version, the newest first."""
    found = [facts(row) for row in documents.found(conn, "pitch", limit=limit)]
    return Table(COLUMNS, found, empty="No presentations yet: salesflow pitch draft DEAL", ids="deal_key")


LINE_COLUMNS = (
    Column("part", "part", firm=True),
    Column("text", "text", wrap=True),
    Column("need_id"),
    Column("need"),
    Column("benefit_id"),
    Column("benefit"),
    Column("feature"),
    Column("shown", kind="flag"),
)
NEED_COLUMNS = (Column("key"), Column("kind"), Column("text"), Column("feature"), Column("benefit"))


def sheet(conn: sqlite3.Connection, document: sqlite3.Row) -> Sheet:
    """A presentation, its lines, and need by need what meets it."""
    found = lines(conn, document["id"])
    told = [line_facts(row) for row in found]
    table = Table(LINE_COLUMNS, told)
    joined = Table(NEED_COLUMNS, met(conn, document, found))
    profile, names = pitch_lines.profile(conn, deals.get(conn, document["deal_id"])), parts(conn, document)
    columns = (*COLUMNS, Column("profile", kind="list"), Column("text"))
    row = {**facts(document), "profile": profile, "text": aloud(conn, document)}
    return Sheet(
        columns, row, {"lines": table, "needs": joined},
        view=lambda: screen(document, found, joined, profile, names), ids="deal_key",
    )  # fmt: skip


def line_facts(row: sqlite3.Row) -> dict[str, object]:
    is_need = row["need_kind"] in needs.KINDS
    is_benefit = row["piece_kind"] == "benefit"
    return {
        "part": row["part"], "text": row["text"], "need_id": f"N{row['matter_id']}" if is_need else None,
        "need": row["need"] if is_need else None, "benefit_id": f"K{row['preparation_id']}" if is_benefit else None,
        "benefit": row["benefit"] if is_benefit else None,
        "feature": row["benefit"] if row["piece_kind"] == "feature" else None, "shown": row["shown"],
    }  # fmt: skip


def met(
    conn: sqlite3.Connection, document: sqlite3.Row, found: Sequence[sqlite3.Row]
) -> list[dict[str, object]]:  # fmt: skip
    """Every need of the deal, those not met yet, with the feature and the benefit that this presentation has for it."""
    its_features = [piece(conn, row) for row in found if row["piece_kind"] == "feature"]
    told = []
    for need in needs.of_deal(conn, document["deal_id"]):
        line = next((row for row in found if row["matter_id"] == need["id"]), None)
        benefit = feature = None
        if line is not None and line["piece_kind"] == "benefit":
            benefit = piece(conn, line)
            feature = pitch_lines.behind(benefit, its_features)
        own = line["text"] if line is not None and benefit is None else None
        told.append({
            "key": f"N{need['id']}", "kind": need["kind"], "text": need["text"],
            "feature": feature["text"] if feature else None, "benefit": benefit["text"] if benefit else own,
        })  # fmt: skip
    return told


def piece(conn: sqlite3.Connection, line: sqlite3.Row) -> sqlite3.Row:
    """The piece of the preparation that a line tells of, in use still or not."""
    found = one(conn, "SELECT * FROM preparation WHERE id = :id", id=line["preparation_id"])
    assert found is not None
    return found


def head(document: sqlite3.Row) -> str:
    version = f", version {document['version']}" if document["version"] > 1 else ""
    state = "" if document["state"] == "draft" else f", {document['state']}"
    given = f" {document['sent_on']}" if document["state"] == "given" else ""
    return f"Pitch {document['number']} for {document['contact']}, D{document['deal_id']}{version}{state}{given}"


def screen(
    document: sqlite3.Row, found: Sequence[sqlite3.Row], joined: Table, profile: Sequence[str], names: Sequence[str]
) -> Text:  # fmt: skip
    """For the seller: whom it is for, what meets each need, the parts, and what to be ready for."""
    said = [("", head(document))]
    block("PROFILE", [", ".join(profile)] if profile else [], said)
    arrows = [pitch_lines.arrows(row["text"], row["feature"], row["benefit"]) for row in joined.rows]
    block("NEEDS", arrows or ["none noted"], said)
    for part in names:
        block(part.upper(), [row["text"] for row in found if row["part"] == part] or ["MISSING"], said)
    block("BE READY", [row["text"] for row in found if row["part"] == READY_FOR], said)
    indent = max((len(label) for label, _ in said), default=0) + 2
    return Text(said, indent=max(indent, 12), bold=frozenset({0}))


def block(label: str, texts: Sequence[str], said: list[tuple[str, str]]) -> None:
    """Each line of the texts; a text of several lines keeps them."""
    split = [line for text in texts for line in text.split("\n")]
    said += [(label if number == 0 else "", line) for number, line in enumerate(split)]


def aloud(conn: sqlite3.Connection, document: sqlite3.Row) -> str:
    """The words alone, part by part, an empty line between; fit to be read aloud. Ends with a line break."""
    found = lines(conn, document["id"])
    said = []
    for part in parts(conn, document):
        texts = [ended(row["text"].removeprefix("Unique: ")) for row in found if row["part"] == part]
        said += ["\n".join(texts)] if texts else []
    return "\n\n".join(said) + "\n"


def ended(text: str) -> str:
    """With a full stop where a sentence has no end."""
    return text if text.rstrip().endswith((".", "!", "?", ":", "…")) else f"{text.rstrip()}."
