"""Products: what there is to sell, and what speaks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from salesflow.cli import words
from salesflow.cli.session import Session, session
from salesflow.errors import NotFound, Refused
from salesflow.records import preparation, prepared, products, who
from salesflow.records.settings import Settings

Name = Annotated[list[str], typer.Argument(metavar="NAME", show_default=False)]
Words = list[str] | None
Price = Annotated[str | None, typer.Option("--price", metavar="N", help="Of one, before tax: 400, 4.50, 400 EUR.")]
Unit = Annotated[str | None, typer.Option("--unit", metavar="WORD", help="What one is: hour, loaf, month.")]
Service = Annotated[bool, typer.Option("--service", help="A service.")]
Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="product or service.")]
Tax = Annotated[str | None, typer.Option("--tax", metavar="PERCENT", help="On top: 20, 7.75.")]
Days = Annotated[
    int | None, typer.Option("--usual-days", metavar="N", help="How long selling one usually takes.")
]  # fmt: skip
Feature = Annotated[Words, typer.Option("--feature", metavar="TEXT", help="What it is; again for several.")]
Advantage = Annotated[Words, typer.Option("--advantage", metavar="TEXT", help="What makes it better; again.")]
Over = Annotated[Words, typer.Option("--over", metavar="NAME", help="Better than whom; one for all, or one each.")]
Benefit = Annotated[Words, typer.Option("--benefit", metavar="TEXT", help="What it does for them; again.")]
For = Annotated[Words, typer.Option("--for", metavar="NEED", help="The need a benefit meets; for all, or each.")]
By = Annotated[Words, typer.Option("--by", metavar="FEATURE", help="The feature behind it; for all, or each.")]


def list_products(ctx: typer.Context) -> None:
    """What there is to sell, with how many features, advantages and benefits each has.

    Example: salesflow product list
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(products.listed(conn))


def add(
    ctx: typer.Context,
    name: Name,
    price: Price = None,
    service: Service = False,
    kind: Kind = None,
    unit: Unit = None,
    tax: Tax = None,
    usual_days: Days = None,
    feature: Feature = None,
    advantage: Advantage = None,
    over: Over = None,
    benefit: Benefit = None,
    for_: For = None,
    by: By = None,
) -> None:
    """Add a product or a service, and perhaps at once what speaks for it.

    Example: salesflow product add VA 10h --price 400 --feature "10 hours"
    """
    run = session(ctx)
    with run.writing(new=True) as (conn, settings, work):
        draft = drafted(settings, " ".join(name), price, "service" if service else kind, unit, tax, usual_days)
        number = products.add(conn, draft, run.moment)
        add_lines(conn, run, number, feature, advantage, over, benefit, for_, by)
        said, facts = told(conn, number, run)
        work.summary = f"product {draft.name} added"
    run.tell(f"Added {said}", **facts)


def edit(
    ctx: typer.Context,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    price: Price = None,
    service: Service = False,
    kind: Kind = None,
    unit: Unit = None,
    tax: Tax = None,
    usual_days: Days = None,
    feature: Feature = None,
    advantage: Advantage = None,
    over: Over = None,
    benefit: Benefit = None,
    for_: For = None,
    by: By = None,
    drop_line: Annotated[
        Words, typer.Option("--drop-line", metavar="KEY", help="Take away one of its lines (K12); again for several.")
    ] = None,
) -> None:
    """Change a product; features, advantages and benefits are added to those it has. An empty text clears a field.

    Example: salesflow product edit VA 10h --advantage "no contract"
    """
    run = session(ctx)
    with run.writing() as (conn, settings, work):
        number = products.resolve(conn, " ".join(name))
        clear = [field for field, text in (("price", price), ("unit", unit)) if text == ""]
        draft = drafted(
            settings, new_name, price or None, "service" if service else kind, unit or None, tax, usual_days
        )
        said = products.edit(conn, number, draft, clear)
        said += add_lines(conn, run, number, feature, advantage, over, benefit, for_, by)
        said += [dropped(conn, run, number, key) for key in drop_line or ()]
        text, facts = told(conn, number, run)
        work.summary = f"product {facts['name']}: {'; '.join(said)}"[:200]
    run.tell(text, *(said or ["nothing to change"]), **facts, changes=said)


def drafted(
    settings: Settings, name: str | None, price: str | None, kind: str | None, unit: str | None, tax: str | None,
    usual_days: int | None,
) -> products.Draft:  # fmt: skip
    percent = products.read_tax(tax, settings.marks[-1]) if tax is not None else None
    return products.Draft(name, kind and kind.lower(), unit, words.amount(settings, price), percent, usual_days)


def add_lines(
    conn: sqlite3.Connection, run: Session, product_id: int, features: Words, advantages: Words, over: Words,
    benefits: Words, serves: Words, by: Words,
) -> list[str]:  # fmt: skip
    """Each line that was added, in words."""
    said = []

    def put(kind: str, text: str, **more: str | int | None) -> None:
        draft = preparation.Draft(kind, text, product_id=product_id, **more)  # type: ignore[arg-type]
        said.append(f"K{preparation.add(conn, draft, run.moment)} {kind}: {text}")

    for text in features or ():
        put("feature", text)
    for text, rival in zip(advantages or (), paired("over", over, "advantage", advantages), strict=True):
        put("advantage", text, over=rival)
    needs = paired("for", serves, "benefit", benefits)
    for text, need, feature in zip(benefits or (), needs, paired("by", by, "benefit", benefits), strict=True):
        put("benefit", text, serves=need, parent_id=feature_of(conn, product_id, feature))
    return said


def paired(option: str, given: Words, what: str, of: Words) -> Sequence[str | None]:
    """One word for each of them: the same for all, or one each in their order. Raises Refused."""
    if not given:
        return [None] * len(of or ())
    if not of:
        raise Refused(f"--{option} says more of --{what} TEXT; say that too")
    if len(given) not in (1, len(of)):
        raise Refused(f"--{option} is said {len(given)} times for {len(of)} --{what}; say it once, or once each")
    return given * len(of) if len(given) == 1 else given


def feature_of(conn: sqlite3.Connection, product_id: int, text: str | None) -> int | None:
    """A feature of the product by its key, its text, or the start of it. Raises NotFound."""
    if text is None:
        return None
    row = preparation.find(conn, "feature", text, product_id)
    return int(row["id"])


def dropped(conn: sqlite3.Connection, run: Session, product_id: int, text: str) -> str:
    """A line of the product taken away, in words. Raises NotFound."""
    key = who.key(text)
    row = preparation.get(conn, key[1]) if key and key[0] == "K" else None
    if row is None or row["product_id"] != product_id or row["kind"] == "challenge":
        raise NotFound(f"the product has no line {text!r}; see: salesflow product show {product_id}")
    preparation.drop(conn, row["id"], run.moment)
    return f"K{row['id']} dropped: {row['text']}"


def told(conn: sqlite3.Connection, product_id: int, run: Session) -> tuple[str, dict[str, Any]]:
    """A product in one line with its pillars, and as facts."""
    sheet = prepared.sheet(conn, product_id, run.marks)
    row = sheet.row
    counts = ", ".join(f"{kind}s {row[f'{kind}s']}" for kind in preparation.PILLARS)
    facts = {name: row[name] for name in (
        "id", "name", "kind", "unit", "price_minor", "currency", "tax_bp", "usual_days", "missing")}  # fmt: skip
    return f"{row['id']} {row['name']}: {prepared.about(row, run.marks)}; {counts}", facts


def show(ctx: typer.Context, name: Name) -> None:
    """One product with its three pillars; a missing one is named.

    Example: salesflow product show VA 10h
    """
    run = session(ctx)
    with run.reading() as (conn, _):
        run.show(prepared.sheet(conn, products.resolve(conn, " ".join(name)), run.marks))


def drop(ctx: typer.Context, name: Name) -> None:
    """Sell it no more; deals and quotes that name it keep it.

    Example: salesflow product drop VA 10h
    """
    run = session(ctx)
    with run.writing() as (conn, _, work):
        row = products.find(conn, " ".join(name))
        products.drop(conn, row["id"], run.moment)
        work.summary = f"product {row['name']} dropped"
    run.tell(f"Sold no more: {row['name']}", id=row["id"], name=row["name"])
    run.undo_hint(work)
