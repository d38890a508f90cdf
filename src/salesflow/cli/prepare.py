"""Preparation: what is known of products, buyers, competitors and the market before selling, and what is missing."""

from __future__ import annotations

import sqlite3
from typing import Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import Refused
from salesflow.records import preparation, products, who
from salesflow.records.preparation import NAMED, Draft
from salesflow.records.settings import Settings

Key = Annotated[str, typer.Argument(metavar="KEY", show_default=False)]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Of a competitor, a persona, a formula.")]
Of = Annotated[str | None, typer.Option("--of", metavar="NAME", help="The product, or the persona, it belongs to.")]
Over = Annotated[str | None, typer.Option("--over", metavar="NAME", help="An advantage: better than whom.")]
For = Annotated[str | None, typer.Option("--for", metavar="NEED", help="A benefit: the need it meets.")]
By = Annotated[str | None, typer.Option("--by", metavar="FEATURE", help="A benefit: the feature behind it.")]
Solution = Annotated[str | None, typer.Option("--solution", metavar="PRODUCT", help="A challenge: what solves it.")]
Answer = Annotated[str | None, typer.Option("--answer", metavar="TEXT", help="A competitor: what you add.")]
Price = Annotated[str | None, typer.Option("--price", metavar="N", help="A competitor: what they take.")]
Measure = Annotated[
    str | None,
    typer.Option("--measure", metavar="WORD", help="A goal: contacts, prospects, customers, won, amount, win-rate."),
]
Target = Annotated[str | None, typer.Option("--target", metavar="N", help="A goal: how many, how much.")]
Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="A goal: counted from that day on.")]


def show(ctx: typer.Context) -> None:
    """The whole preparation as a checklist: each item ok or MISSING, and the command that mends it.

    Example: salesflow prepare show
    """
    from salesflow.records import prepared

    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(prepared.checklist(conn))


def check(ctx: typer.Context) -> None:
    """The checklist again, for scripts: exit code 1 where something is missing.

    Example: salesflow prepare check
    """
    from salesflow.records import prepared

    run = session(ctx)
    with run.reading() as (conn, _):
        found = prepared.checklist(conn)
        run.show(found)
    if any(row["state"] != "ok" for row in found.rows):
        raise typer.Exit(1)


def list_pieces(
    ctx: typer.Context, kind: Annotated[str | None, typer.Argument(metavar="[KIND]", show_default=False)] = None
) -> None:
    """What is written down, of one kind or all: feature, advantage, benefit, competitor, persona, challenge, usp,
    market, pain-point, objection, close, repeat, goal, strategy, formula.

    Example: salesflow prepare list competitor
    """
    run = session(ctx)
    with run.reading() as (conn, settings):
        run.show(preparation.listed(conn, preparation.kind_of(kind) if kind else None, settings.marks))


def add(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", show_default=False)],
    text: Annotated[list[str], typer.Argument(metavar="TEXT", show_default=False)],
    name: Name = None,
    of: Of = None,
    over: Over = None,
    for_: For = None,
    by: By = None,
    solution: Solution = None,
    answer: Answer = None,
    price: Price = None,
    measure: Measure = None,
    target: Target = None,
    since: Since = None,
) -> None:
    """Write something down. KIND is competitor, persona, challenge, usp, market, an idea (pain-point, objection, close,
    repeat), goal, strategy, formula, or a feature, advantage or benefit of a product.

    Without --name, TEXT is the name of a competitor or a persona.

    Example: salesflow prepare add competitor TempAgency --price 45
    """
    run = session(ctx)
    with run.writing(new=True) as (conn, settings, work):
        draft = Draft(preparation.kind_of(kind), " ".join(text), name)
        if draft.kind in NAMED and name is None:
            if draft.kind == "formula":
                raise Refused("what is the formula called? salesflow prepare add formula PART, PART, ... --name NAME")
            draft = draft._replace(name=draft.text, text=None)
        draft = placed(conn, draft, of, solution, by)._replace(over=over, serves=for_, answer=answer)
        draft = counted(settings, draft, price, measure, target)
        number = preparation.add(conn, draft, run.moment, day_of(run, settings, draft.kind, since))
        work.summary = said = said_of(number, draft.kind, draft.name, draft.text)
        row = dict(preparation.get(conn, number))
    run.tell(f"Noted {said}", **facts(row))


def placed(conn: sqlite3.Connection, draft: Draft, of: str | None, solution: str | None, by: str | None) -> Draft:
    """The draft with what it belongs to: a challenge to a persona, all else to a product. Raises NotFound, Refused."""
    if of is not None and draft.kind == "challenge":
        draft = draft._replace(parent_id=int(preparation.find(conn, "persona", of)["id"]))
    elif of is not None:
        draft = draft._replace(product_id=products.resolve(conn, of))
    if solution is not None:
        if draft.kind != "challenge":
            raise Refused(f"a solution is for a challenge; a {draft.kind} belongs to a product: --of NAME")
        draft = draft._replace(product_id=products.resolve(conn, solution))
    if by is not None:
        if draft.kind != "benefit":
            raise Refused(f"--by FEATURE is for a benefit, not for a {draft.kind}")
        draft = draft._replace(parent_id=int(preparation.find(conn, "feature", by, draft.product_id)["id"]))
    return draft


def counted(settings: Settings, draft: Draft, price: str | None, measure: str | None, target: str | None) -> Draft:
    """The draft with its numbers; the target of money won is an amount. Raises Refused."""
    draft = draft._replace(price=words.amount(settings, price), measure=measure and measure.lower())
    if target is None:
        return draft
    if draft.measure == "amount":
        sum_ = words.amount(settings, target)
        assert sum_ is not None
        return draft._replace(target=sum_[0], price=sum_)
    number = target.strip().removesuffix("%").strip()
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise Refused(f"a target is a whole number, not {target!r}")
    return draft._replace(target=int(number))


def day_of(run: Session, settings: Settings, kind: str, since: str | None) -> str | None:
    if since is None:
        return None
    if kind != "goal":
        raise Refused(f"--since DAY is for a goal, not for a {kind}")
    return words.day(run, settings, since, past=True)


def facts(row: dict[str, Any]) -> dict[str, Any]:
    names = ("kind", "name", "text", "product_id", "parent_id", "over", "serves", "answer", "price_minor", "currency",
             "measure", "target")  # fmt: skip
    return {"key": f"K{row['id']}", "id": row["id"], **{name: row[name] for name in names}}


def said_of(number: int, kind: str, name: str | None, text: str | None) -> str:
    """A piece in one line: `K1 competitor: TempAgency, hourly staff`."""
    return f"K{number} {kind}: {', '.join(part for part in (name, text) if part)}"


def number_of(text: str) -> int:
    key = who.key(text)
    if key is None or key[0] != "K":
        raise Refused(f"which piece? its key is K and a number, not {text!r}; see: salesflow prepare list")
    return key[1]


def edit(
    ctx: typer.Context,
    key: Key,
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", show_default=False)] = None,
    name: Name = None,
    of: Of = None,
    over: Over = None,
    for_: For = None,
    by: By = None,
    solution: Solution = None,
    answer: Answer = None,
    price: Price = None,
    measure: Measure = None,
    target: Target = None,
    since: Since = None,
) -> None:
    """Change a piece by its key. An empty text ("") clears a field.

    Example: salesflow prepare edit K3 --answer "one monthly price"
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number = number_of(key)
        row = preparation.get(conn, number)
        typed = {
            "over": over, "serves": for_, "answer": answer, "price": price, "parent_id": by, "product_id": solution,
        }  # fmt: skip
        clear = [field for field, given in typed.items() if given == ""]
        draft = Draft(row["kind"], " ".join(text) if text else None, name, product_id=row["product_id"])
        draft = placed(conn, draft, of, solution or None, by or None)
        draft = draft._replace(over=over or None, serves=for_ or None, answer=answer or None)
        if target is not None and measure is None:
            measure = row["measure"]
        draft = counted(settings, draft, price or None, measure, target)
        said = preparation.edit(conn, number, draft, clear, day_of(run, settings, row["kind"], since))
        work.summary = f"K{number} changed: {', '.join(said)}"
        row = preparation.get(conn, number)
    changed = f" ({', '.join(said)} changed)" if said else " (nothing to change)"
    said_now = said_of(number, row["kind"], row["name"], row["text"])
    run.tell(f"{said_now}{changed}", **facts(dict(row)), changes=said)


def drop(ctx: typer.Context, key: Key) -> None:
    """Take a piece away; what was written with it stays as it is.

    Example: salesflow prepare drop K3
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        row = preparation.drop(conn, number_of(key), run.moment)
        work.summary = f"K{row['id']} dropped"
    run.tell(f"Dropped {said_of(row['id'], row['kind'], row['name'], row['text'])}", key=f"K{row['id']}", id=row["id"])
    run.undo_hint(work)
