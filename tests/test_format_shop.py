"""Mailchimp, Brevo, Shopify, Square and Etsy: every value of every row in its place, and nothing on a second run."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import differences, dump, faults, later, moment, new_file, run
from salesflow.dates import Moment
from salesflow.importers import formats, taking
from salesflow.importers.taking import Order, Taken
from salesflow.records import change, incoming
from salesflow.records import settings as keeping

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
MAILCHIMP = (
    "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,"
    "CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
    "marc@example.com,Marc,Example,1 Main St  Springfield IL 62704,(202) 555-0120,04/12,2,2020-02-03 04:05:06,"
    '192.0.2.4,2020-02-03 04:06:00,192.0.2.4,,,,,,,,2021-01-01 00:00:00,123456,abc123def0,,"""VIP"",""Blog"""\n'
    "grace@example.com,Grace,Example,,,,4,,,2024-03-14 09:14:00,192.0.2.5,38.9,-77.0,-5,-4,America/New_York,US,DC,"
    '2024-03-14 09:14:00,123457,abc123def1,"Met at fair, wants catalogue",\n'
)
UNSUBSCRIBED = (
    "Email Address,First Name,Phone Number,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,LEID,EUID,NOTES,UNSUB_TIME,"
    "UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,TAGS\n"
    'stop@example.com,Stop,,,,2025-05-01 10:00:00,,,,2025-05-01 10:00:00,Spring news,77,Too many,"twice, daily",\n'
)
CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n"
    "'7210448301122,Teodora,Example,teo@example.com,no,Example Ranch,HC 31 Box 4500,,Elko,NV,US,'89801,'+17755550154,"
    '(775) 555-0154,no,7790.44,6,Cattle ranch.,yes,"retail, ag-exempt"\n'
    "'7210448301123,ANNA,BIANCHI,Anna@Example.it,yes,,Via Roma 1,,roma,RM,IT,'00100,'+393331111111,,yes,79.80,2,,no,"
    "newsletter\n"
    "'7210448301124,,,,no,,,,,,,,,,no,0.00,0,,no,\n"
)
ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Phone,Tags\n"
    "#1001,teo@example.com,paid,2026-09-01 10:00:00 -0700,fulfilled,no,USD,40.00,5.00,0.00,45.00,,"
    "2026-09-01 09:59:00 -0700,1,Lamp,25.00,Teodora Example,,\n"
    "#1001,teo@example.com,,,,,,,,,,,2026-09-01 09:59:00 -0700,1,Shade,15.00,,,\n"
)
SQUARE = (
    "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,"
    "Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,Last Visit,"
    "Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile\n"
    "7,Dana,Example,dana@example.com,'+12025550133,,Dana Soaps,9 Oak,,Boise,ID,83702,1990-05-17,Likes lavender,"
    "AB12CD34EF,Instant Profile,2024-05-02,2026-10-11,7,$214.50,subscribed,No\n"
    ",,,,'+12025550134,,,,,,,,,,ZX98YW76,Instant Profile,2026-10-11,2026-10-11,1,$12.00,,Yes\n"
)
ETSY = (
    "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,"
    "Street 1,Street 2,Ship City,Ship State,Ship Zipcode,Ship Country,Currency,Order Value,Coupon Code,Coupon Details,"
    "Discount Amount,Shipping Discount,Shipping,Sales Tax,Order Total,Status,Card Processing Fees,Order Net,"
    "Adjusted Order Total,Adjusted Card Processing Fees,Adjusted Net Order Amount,Buyer,Order Type,Payment Type,"
    "InPerson Discount,InPerson Location,SKU\n"
    "09/03/26,9001,u1,Jane Doe,Jane,Doe,2,Credit Card,09/05/26,12 Test Lane,,Kamloops,BC,V2C 1A1,Canada,CAD,68.00,,,0,"
    '0,8.00,0,76.00,Completed,2.53,73.47,76.00,2.53,73.47,Jane Doe (janedoe),online,online_cc,,,"MUG-1,MUG-2"\n'
    + 2 * (
        "09/20/26,9003,u1,Jane Doe,Jane,Doe,1,Credit Card,,12 Test Lane,,Kamloops,BC,V2C 1A1,Canada,CAD,9.00,SAVE10,"
        "10% off,0.90,0,0,0,8.10,,0.50,7.60,8.10,0.50,7.60,Jane Doe (janedoe),online,online_cc,,,SOAP\n"
    )
)  # fmt: skip
ITEMS = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Coupon Details,Discount Amount,Shipping Discount,"
    "Order Shipping,Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Date Shipped,Ship Name,"
    "Ship Address1,Ship Address2,Ship City,Ship State,Ship Zipcode,Ship Country,Order ID,Variations,Order Type\n"
    '09/03/26,"Mug, speckled",janedoe,2,29.00,,,0,0,8.00,0,58.00,CAD,4001,1501,,,Jane Doe,12 Test Lane,,Kamloops,BC,'
    "V2C 1A1,Canada,9001,,online\n"
    "09/03/26,Soap,janedoe,1,10.00,SAVE,10% off,1.00,0,8.00,0,10.00,CAD,4002,1502,,,Jane Doe,12 Test Lane,,Kamloops,BC,"
    "V2C 1A1,Canada,9001,,online\n"
)
BREVO = (
    "CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,SMS,LANDLINE_NUMBER,WHATSAPP,INTERESTS,ADDED_TIME,MODIFIED_TIME,"
    "EMAIL_BLACKLISTED,SMS_BLACKLISTED,CITY\n"
    '123456,emma@example.com,Emma,Dubois,33612345678,33142685300,33612345678,"[Bread, Cake]",2024-03-01 09:00:00,'
    "2024-04-01 09:00:00,false,false,Lyon\n"
    "789123,no@example.com,Mia,Müller,,,,,2024-03-02 09:00:00,,true,true,\n"
)
FILES = {
    "subscribed_1.csv": ("mailchimp-audience", MAILCHIMP), "unsubscribed_1.csv": ("mailchimp-audience", UNSUBSCRIBED),
    "customers.csv": ("shopify-customers", CUSTOMERS), "orders.csv": ("shopify-orders", ORDERS),
    "square.csv": ("square-customers", SQUARE), "etsy.csv": ("etsy-sold-orders", ETSY),
    "items.csv": ("etsy-sold-order-items", ITEMS), "brevo.csv": ("brevo-contacts", BREVO),
}  # fmt: skip


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    return opened(tmp_path)


def opened(folder: Path) -> sqlite3.Connection:
    found = change.writer(new_file(folder / "sales.db"))
    found.execute("PRAGMA synchronous = OFF")
    return found


def bring(
    conn: sqlite3.Connection, text: str | bytes, name: str = "export.csv", now: Moment | None = None, **order: Any
) -> Taken:
    now = now or moment()
    data = text.encode() if isinstance(text, str) else text
    with change.change(conn, now, "import") as work:
        asked = Order(name, now, **order)
        taken = taking.take(conn, keeping.read(conn), io.BytesIO(data), asked, lambda rows, sheet: rows)
        import_id = incoming.keep(conn, taken.report, name, taken.format, now)
        work.summary = str(import_id)
    assert not faults(conn)
    return taken


def counts(taken: Taken) -> tuple[int, int, int, int]:
    report = taken.report
    return report.added, report.updated, report.same, report.refused


PLAIN = "name, kind, company, job_title, source, rating, birthday, note, off_list_on, off_list_why, created_on"


def people(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Everything that is known of everybody, without what is empty."""
    found = []
    for row in conn.execute(f"SELECT id, {PLAIN} FROM contacts ORDER BY id").fetchall():
        person = {name: row[name] for name in PLAIN.split(", ") if row[name] is not None and name != "kind"}
        if row["kind"] != "person":
            person["kind"] = row["kind"]
        for kind in ("id", "email", "phone", "address", "link"):
            sql = "SELECT coalesce(label || ':', '') || value FROM points WHERE contact_id = ? AND kind = ? ORDER BY id"
            if points := [point[0] for point in conn.execute(sql, (row["id"], kind))]:
                person[kind] = points
        tags = [tag[0] for tag in conn.execute("SELECT tag FROM tags WHERE contact_id = ? ORDER BY id", (row["id"],))]
        sql = """
            SELECT name, answer, basis, answered_on, said FROM answers JOIN questions ON questions.id = question_id
             WHERE contact_id = ? AND set_name = 'consent' AND replaced_at IS NULL ORDER BY questions.position
            """
        may = {name: tuple(rest) for name, *rest in conn.execute(sql, (row["id"],))}
        sql = """
            SELECT title, amount_minor, currency, outcome, way, how, opened_on, closed_on, import_key
              FROM deals WHERE contact_id = ? ORDER BY id
            """
        deals = [tuple(deal) for deal in conn.execute(sql, (row["id"],))]
        person |= {key: kept for key, kept in (("tags", tags), ("may", may), ("deals", deals)) if kept}
        found.append(person)
    return found


MARC = {
    "name": "Marc Example", "birthday": "--04-12", "created_on": "2020-02-03",
    "id": ["mailchimp:123456", "mailchimp:abc123def0"], "email": ["marc@example.com"], "phone": ["(202) 555-0120"],
    "address": ["1 Main St Springfield IL 62704"], "tags": ["VIP", "Blog"],
    "may": {"email": ("yes", "said", "2020-02-03",
            "opted in 2020-02-03 04:05:06 from 192.0.2.4, confirmed 2020-02-03 04:06:00 from 192.0.2.4")},
}  # fmt: skip
GRACE = {
    "name": "Grace Example", "note": "Met at fair, wants catalogue", "created_on": "2024-03-14",
    "id": ["mailchimp:123457", "mailchimp:abc123def1"], "email": ["grace@example.com"],
    "may": {"email": ("yes", "said", "2024-03-14", "confirmed 2024-03-14 09:14:00 from 192.0.2.5")},
}  # fmt: skip
STOP = {
    "name": "Stop", "email": ["stop@example.com"], "off_list_on": "2025-05-01", "off_list_why": incoming.NO_WAY,
    "created_on": "2026-11-24",
    "may": {"email": ("no", "said", "2025-05-01",
            "unsubscribed 2025-05-01 10:00:00 after Spring news, reason: Too many, twice, daily")},
}  # fmt: skip
TEODORA = {
    "name": "Teodora Example", "company": "Example Ranch", "note": "Cattle ranch.", "created_on": "2026-11-24",
    "id": ["shopify:7210448301122"], "email": ["teo@example.com"], "phone": ["+17755550154"],
    "address": ["HC 31 Box 4500, Elko, NV 89801, US"], "tags": ["retail", "ag-exempt"],
    "may": {"email": ("no", "assumed", "2026-11-24", None), "sms": ("no", "assumed", "2026-11-24", None)},
}  # fmt: skip
ANNA = {
    "name": "ANNA BIANCHI", "created_on": "2026-11-24", "id": ["shopify:7210448301123"], "email": ["Anna@Example.it"],
    "phone": ["+393331111111"], "address": ["Via Roma 1, roma, RM 00100, IT"], "tags": ["newsletter"],
    "may": {"email": ("yes", "said", "2026-11-24", None), "sms": ("yes", "said", "2026-11-24", None)},
}  # fmt: skip
LAMP = ("Lamp, Shade", 4500, "USD", "won", "bought", None, "2026-09-01", "2026-09-01", "shopify:#1001")
BUYER = {
    "name": "Teodora Example", "created_on": "2026-11-24", "email": ["teo@example.com"], "deals": [LAMP],
}  # fmt: skip
DANA = {
    "name": "Dana Example", "company": "Dana Soaps", "birthday": "1990-05-17", "note": "Likes lavender",
    "created_on": "2024-05-02", "id": ["square reference:7", "square:AB12CD34EF"], "email": ["dana@example.com"],
    "phone": ["+12025550133"], "address": ["9 Oak, Boise, ID 83702"],
    "may": {"email": ("yes", "said", "2026-11-24", None)},
}  # fmt: skip
CARD = {
    "name": "+12025550134", "created_on": "2026-10-11", "id": ["square:ZX98YW76"], "phone": ["+12025550134"],
}  # fmt: skip
JANE = {
    "name": "Jane Doe", "created_on": "2026-11-24", "id": ["etsy:u1"],
    "address": ["shipping:12 Test Lane, Kamloops, BC V2C 1A1, Canada"],
    "deals": [
        ("MUG-1, MUG-2", 7600, "CAD", "won", "bought", None, "2026-09-03", "2026-09-03", "etsy:9001"),
        ("SOAP", 810, "CAD", "won", "bought", None, "2026-09-20", "2026-09-20", "etsy:9003"),
    ],
}  # fmt: skip
OF_ITEMS = JANE | {
    "id": ["etsy user:janedoe"],
    "deals": [("2 x Mug, speckled, Soap", 6700, "CAD", "won", "bought", None, "2026-09-03", "2026-09-03", "etsy:9001")],
}
EMMA = {
    "name": "Emma Dubois", "created_on": "2024-03-01", "id": ["brevo:123456"], "email": ["emma@example.com"],
    "phone": ["mobile:+33612345678", "+33142685300"], "address": ["Lyon"], "tags": ["Bread", "Cake"],
}  # fmt: skip
MIA = {
    "name": "Mia Müller", "created_on": "2024-03-02", "id": ["brevo:789123"], "email": ["no@example.com"],
    "may": {"email": ("no", "said", "2026-11-24", None), "sms": ("no", "said", "2026-11-24", None)},
}  # fmt: skip
EXPECTED = {
    "subscribed_1.csv": [MARC, GRACE], "unsubscribed_1.csv": [STOP], "customers.csv": [TEODORA, ANNA],
    "orders.csv": [BUYER], "square.csv": [DANA, CARD], "etsy.csv": [JANE], "items.csv": [OF_ITEMS],
    "brevo.csv": [EMMA, MIA],
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_value_is_in_its_place_and_a_second_run_changes_nothing(name, conn):
    form, text = FILES[name]
    taken = bring(conn, text, name)
    assert taken.format == form and not taken.report.warnings
    assert people(conn) == EXPECTED[name]
    before = dump(conn)
    again = bring(conn, text, name, later(moment(), 1))
    assert (again.report.added, again.report.updated) == (0, 0)
    assert again.report.rows == taken.report.rows == len(list(csv.reader(io.StringIO(text)))) - 1
    assert [line for line in differences(before, dump(conn)) if not line.startswith("changes ")] == []


@pytest.mark.skipif(not SAMPLES.exists(), reason="shared/samples is not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mailchimp_subscribed.csv", [MARC, GRACE]),
        ("mailchimp_unsubscribed.csv", [STOP | {"may": {"email": (
            "no", "said", "2025-05-01", "unsubscribed 2025-05-01 10:00:00, reason: N")}}]),
        ("shopify_customers.csv", [TEODORA, ANNA]), ("shopify_orders.csv", [BUYER]),
        ("square_customers.csv", [DANA | {"id": ["square:AB12CD34EF"]}, CARD]), ("etsy_sold_orders.csv", [JANE]),
    ],
)  # fmt: skip
def test_samples(name, expected, tmp_path):
    db, told = tmp_path / "sales.db", json.loads((SAMPLES / "expected.json").read_text())[name]
    done = json.loads(run(db, "import", str(SAMPLES / name), "--json").out)
    assert (done["format"], done["what"], done["encoding"]) == (told["format"], told["kind"], told["encoding"])
    assert done["added"] + done["updated"] + done["same"] + done["refused"] == told["records"]
    first = run(db, "export", "--as", "json").out
    with sqlite3.connect(db) as conn:
        conn.row_factory = sqlite3.Row
        assert people(conn) == expected
    assert json.loads(run(db, "import", str(SAMPLES / name), "--json").out)["written"] is False
    assert run(db, "export", "--as", "json").out == first


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_known_with_its_columns_in_any_order_and_saved_again_by_a_spreadsheet(name, conn):
    form, text = FILES[name]
    rows = rows_of(text)
    order = list(range(len(rows[0])))
    random.Random(name).shuffle(order)
    shuffled = [[row[place] for place in order] for row in rows]
    taken = bring(conn, as_csv(shuffled, ";").encode("cp1252"), name)
    assert (taken.format, taken.delimiter) == (form, ";")

    def plain(found: Any) -> Any:  # with columns in another order the parts of a text come in another order
        if isinstance(found, dict):
            return sorted((key, str(plain(kept))) for key, kept in found.items() if key != "phone")
        if isinstance(found, list | tuple):
            return sorted(map(str, map(plain, found)))
        return "".join(sorted(found)) if isinstance(found, str) else found

    assert plain(people(conn)) == plain(EXPECTED[name])


@pytest.mark.parametrize("name", FILES)
def test_known_by_half_of_its_columns(name):
    form, text = FILES[name]
    header = rows_of(text)[0]
    kept = {
        "mailchimp-audience": header[:2] + header[-8:], "shopify-orders": header[:3] + header[10:17],
        "shopify-customers": header[:9], "square-customers": header[:6] + header[14:],
        "etsy-sold-orders": header[:10], "etsy-sold-order-items": header[:5] + header[12:], "brevo-contacts": header[:5],
    }  # fmt: skip
    assert (found := formats.known(kept[form], None)) and found.name == form


@pytest.mark.parametrize(
    "header",
    ["Name,Email,Phone", "First Name,Last Name,Email,Phone,Company,Tags", "Email,Firstname,Lastname", "Order,Total,Date",
     "Customer ID,Name,Email", "Email Address,First Name,Last Name", "Name,Email,Total,Created at"],
)  # fmt: skip
def test_plain_sheets_stay_anybodys_own(header):
    assert formats.known(header.split(","), None) is None


def test_formats_do_not_take_each_other_for_themselves():
    for form, text in FILES.values():
        assert (found := formats.known(rows_of(text)[0], None)) and found.name == form


# -- Mailchimp -------------------------------------------------------------------------------------------------------

ONE = "Email Address,First Name,Phone Number,LEID,EUID,NOTES\nann@x.example,Ann,,1,a,\n"
GONE = (
    "Email Address,First Name,Phone Number,LEID,EUID,UNSUB_TIME,UNSUB_REASON\n"
    "ann@x.example,Ann,,1,a,2026-05-01 10:00:00,\n"
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("subscribed_members_export_1.csv", "yes"), ("unsubscribed_members_export_1.csv", "no"),
        ("cleaned_members_export_1.csv", "no"), ("my-list-unsubscribed.csv", "no"), ("Cleaned.csv", "no"),
        ("nonsubscribed_members_export_1.csv", None), ("non-subscribed.csv", None), ("list.csv", None),
        ("resubscribed people.csv", None),
    ],
)  # fmt: skip
def test_the_status_stands_in_the_name(name, expected, conn):
    bring(conn, ONE, name)
    (ann,) = people(conn)
    assert ann.get("may", {}).get("email", [None])[0] == expected
    assert ("off_list_on" in ann) == (expected == "no")


def test_columns_tell_what_the_name_does_not(conn):
    bring(conn, GONE, "subscribed.csv")
    assert people(conn)[0]["may"]["email"][:3] == ("no", "said", "2026-05-01")
    bring(conn, "Email Address,LEID,EUID,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE\nbo@x.example,2,b,2026-06-01 10:00:00,June\n")
    assert people(conn)[1]["may"]["email"] == (
        "no", "said", "2026-06-01", "address dead, cleaned 2026-06-01 10:00:00 after June"
    )  # fmt: skip
    bring(conn, "Email Address,LEID,EUID,OPTIN_TIME,UNSUB_TIME\ncy@x.example,3,c,2026-06-02 10:00:00,\n")
    assert people(conn)[2]["may"]["email"][:3] == ("yes", "said", "2026-06-02")


def test_who_unsubscribed_and_is_known_keeps_everything_but_the_consent(conn):
    bring(conn, ONE, "subscribed.csv")
    assert counts(bring(conn, GONE, "unsubscribed.csv")) == (0, 1, 0, 0)
    (ann,) = people(conn)
    assert "off_list_on" not in ann and ann["may"]["email"][:3] == ("no", "said", "2026-05-01")


def test_who_unsubscribed_first_stays_silent_until_there_is_another_way_to_them(conn):
    bring(conn, GONE, "unsubscribed.csv")
    bring(conn, ONE, "subscribed.csv")
    (ann,) = people(conn)
    assert ann["off_list_on"] == "2026-05-01" and ann["may"]["email"][0] == "no"
    assert counts(bring(conn, ONE.replace("Ann,,", "Ann,202-555-0101,"), "subscribed.csv")) == (0, 1, 0, 0)
    (ann,) = people(conn)
    assert "off_list_on" not in ann and ann["may"]["email"][0] == "no"


def test_somebody_with_a_phone_is_not_put_off_the_list(conn):
    bring(conn, GONE.replace("Ann,,", "Ann,202-555-0101,"), "unsubscribed.csv")
    (ann,) = people(conn)
    assert "off_list_on" not in ann and ann["may"]["email"][0] == "no"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_buyer_who_unsubscribed_is_a_customer_in_either_order(order, conn):
    files = [(ORDERS, "orders.csv"), (GONE.replace("ann@x.example", "teo@example.com"), "unsubscribed.csv")]
    for at in order:
        bring(conn, *files[at])
    (teo,) = people(conn)
    assert "off_list_on" not in teo and teo["may"]["email"][0] == "no"
    assert conn.execute("SELECT status FROM standing").fetchone()[0] == "customer"


def test_who_was_put_off_the_list_by_hand_stays_there(tmp_path):
    db = tmp_path / "sales.db"
    new_file(db)
    run(db, "add", "Teodora Example", "teo@example.com")
    run(db, "edit", "1", "--off-list", "asked")
    (tmp_path / "orders.csv").write_text(ORDERS)
    run(db, "import", str(tmp_path / "orders.csv"))
    assert json.loads(run(db, "show", "1", "--json").out)["off_list_why"] == "asked"


def test_tags_in_quotes_may_have_commas_and_birthdays_no_month_over_twelve(conn):
    bring(conn, 'Email Address,Birthday,LEID,EUID,TAGS\na@x.example,27/04,1,a,"""Spring, 2026"",""VIP"""\n')
    (person,) = people(conn)
    assert (person["tags"], person["birthday"]) == (["Spring, 2026", "VIP"], "--04-27")


# -- Shopify ---------------------------------------------------------------------------------------------------------


def test_not_subscribed_is_less_than_unsubscribed(conn):
    text = "Customer ID,Email,Accepts Email Marketing\n1,ann@x.example,{}\n"
    for said, more, expected in (("no", "", "no"), ("no", "\n", "no"), ("yes", "", "yes"), ("no", ",Note", "no")):
        form = text.format(said).replace("Marketing\n", f"Marketing{more.strip()}\n")
        bring(conn, form)
        assert people(conn)[0]["may"]["email"][0] == expected, (said, more)


def test_what_is_assumed_takes_nothings_place_that_has_evidence(conn):
    bring(conn, MAILCHIMP, "subscribed.csv")
    customers = "Customer ID,Email,Accepts Email Marketing\n1,marc@example.com,no\n2,stop@example.com,yes\n"
    bring(conn, UNSUBSCRIBED)
    bring(conn, customers)
    assert [person["may"]["email"][0] for person in people(conn)] == ["yes", "yes", "no"]


def test_older_customer_exports(conn):
    bring(
        conn,
        "First Name,Last Name,Email,Company,Address1,Address2,City,Province,Province Code,Country,Country Code,Zip,Phone,"
        "Accepts Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt\n"
        "Ann,'t Hooft,ann@x.example,Bakery,1 High St,Flat 2,Ottawa,Ontario,ON,Canada,CA,'K1A 0B1,'+16135550101,yes,1,1,"
        "a,b,no\n",
    )
    (ann,) = people(conn)
    assert (ann["name"], ann["phone"]) == ("Ann 't Hooft", ["+16135550101"])
    assert ann["address"] == ["1 High St, Flat 2, Ottawa, Ontario K1A 0B1, Canada"]


HEAD = "Name,Email,Financial Status,Paid at,Currency,Total,Refunded Amount,Created at,Cancelled at,Lineitem quantity,Lineitem name,Billing Name,Shipping Name\n"  # fmt: skip


def order(
    number: str = "#1", status: str = "paid", total: str = "10.00", back: str = "0.00", cancelled: str = "",
    what: str = "Lamp", many: str = "1", who: str = "Ann",
) -> str:  # fmt: skip
    email = f"{who.lower()}@x.example" if who else ""
    return (
        f"{number},{email},{status},2026-09-02 01:00:00 +0900,USD,{total},{back},2026-09-01 23:00:00 +0900,{cancelled},"
        f"{many},{what},{who},\n"
    )


def sold(conn: sqlite3.Connection) -> list[tuple[Any, ...]]:
    sql = "SELECT title, amount_minor, outcome, way, how, opened_on, closed_on FROM deals ORDER BY id"
    return [tuple(row) for row in conn.execute(sql)]


@pytest.mark.parametrize(
    ("changes", "amount", "outcome", "how"),
    [
        ({}, 1000, "won", None), ({"status": "partially_paid"}, 1000, "won", None),
        ({"status": "partially_refunded", "back": "4.00"}, 600, "won", None),
        ({"status": "partially_refunded", "back": "10.00"}, 1000, "lost", "refunded"),
        ({"status": "refunded", "back": "10.00"}, 1000, "lost", "refunded"), ({"status": "voided"}, 1000, "lost", "voided"),
        ({"cancelled": "2026-09-03 10:00:00 +0900"}, 1000, "lost", "cancelled"), ({"total": "0.00"}, None, "won", None),
    ],
)  # fmt: skip
def test_what_an_order_is(changes, amount, outcome, how, conn):
    assert counts(bring(conn, HEAD + order(**changes))) == (1, 0, 0, 0)
    assert sold(conn) == [("Lamp", amount, outcome, "bought", how, "2026-09-01", "2026-09-02")]
    assert not conn.execute("SELECT 1 FROM stage_entries").fetchall()
    (status, in_funnel) = conn.execute("SELECT status, counts FROM standing").fetchone()
    assert (status, in_funnel) == (("customer", 1) if outcome == "won" else ("lead", 0))


@pytest.mark.parametrize("status", ["pending", "authorized", "unpaid"])
def test_an_order_that_is_not_paid_is_no_sale_yet(status, conn):
    text = HEAD + order(status=status) + "#1,ann@x.example,,,,,,,,1,Shade,,\n"
    taken = bring(conn, text)
    assert counts(taken) == (0, 0, 0, 2) and not sold(conn)
    assert taken.report.problems[0][1] == f"it is not paid ({status}), so it is no sale yet; a later export will tell"
    assert counts(bring(conn, text.replace(status, "paid"))) == (1, 0, 1, 0)
    assert sold(conn)[0][:3] == ("Lamp, Shade", 1000, "won")


def test_an_order_given_back_later_is_no_sale_any_more_whatever_an_older_file_says(conn):
    paid, back = HEAD + order(), HEAD + order(status="refunded", back="10.00")
    bring(conn, paid)
    assert counts(bring(conn, back)) == (0, 1, 0, 0)
    assert sold(conn)[0][2:5] == ("lost", "bought", "refunded")
    assert conn.execute("SELECT status FROM standing").fetchone()[0] == "lead"
    for older in (paid, back, paid, paid.replace("Refunded Amount", "Refunded Amount "), HEAD + order(many="2")):
        bring(conn, older)
        assert sold(conn)[0][2:5] == ("lost", "bought", "refunded")


def test_overlapping_files_change_nothing_once_both_were_taken(conn):
    september = HEAD + order() + order("#2", who="Bob")
    october = HEAD + order("#2", "partially_refunded", back="3.00", who="Bob") + order("#3", who="Bob")
    bring(conn, september)
    assert counts(bring(conn, october)) == (1, 1, 0, 0)
    before = sold(conn)
    for text in (september, october, september):
        assert counts(bring(conn, text)) == (0, 0, 2, 0)
        assert sold(conn) == before


def test_lines_of_an_order(conn):
    text = (
        HEAD + order(what="Lamp", many="2") + ",,,,,,,,,1,Shade,,\n" + "#1,ann@x.example,,,,,,,,3,Bulb,,\n"
        + order("#2", who="Bob") + order("#2", who="Bob") + "#3,cy@x.example,,,,,,,,1,Stray,,\n"
    )  # fmt: skip
    taken = bring(conn, text)
    assert counts(taken) == (2, 0, 3, 1)
    assert [row[:2] for row in sold(conn)] == [("2 x Lamp, Shade, 3 x Bulb", 1000), ("Lamp", 1000)]
    assert taken.report.problems == [(7, "it is a further line of order #3, and does not stand below the first")]


def test_an_order_of_many_things_has_a_title_that_can_be_read(conn):
    text = HEAD + order() + "".join(f"#1,ann@x.example,,,,,,,,1,Thing number {n},,\n" for n in range(99))
    assert counts(bring(conn, text)) == (1, 0, 99, 0)
    title = sold(conn)[0][0]
    assert title.startswith("Lamp, Thing number 0, ") and title.endswith(" more") and len(title) < 200


def test_a_sale_to_nobody_is_a_walk_in_and_one_without_billing_is_the_receivers(conn):
    bring(conn, HEAD + order(who="") + order("#2", who="").replace("Lamp,,", "Lamp,,Gus") + order("#3", who=""))
    assert [(person["name"], len(person["deals"])) for person in people(conn)] == [("Walk-in", 2), ("Gus", 1)]


def test_addresses_are_those_of_the_bill(conn):
    bring(
        conn,
        "Name,Email,Financial Status,Total,Currency,Lineitem name,Created at,Billing Name,Billing Street,Billing Address1,"
        "Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,"
        "Shipping Name,Shipping Address1,Notes,Id,Source\n"
        '#9,ann@x.example,paid,5.00,EUR,Tart,2026-09-01 10:00:00 +0200,Ann Lee,"Rue 1, Bte 2",Rue 1,Bte 2,Lee SA,Namur,'
        "'5000,,BE,'+3281222222,Gift Receiver,Elsewhere 3,leave at door,555,web\n",
    )
    (ann,) = people(conn)
    assert ann == {
        "name": "Ann Lee", "company": "Lee SA", "created_on": "2026-11-24", "email": ["ann@x.example"],
        "phone": ["+3281222222"], "address": ["Rue 1, Bte 2, 5000 Namur, BE"],
        "deals": [("Tart", 500, "EUR", "won", "bought", None, "2026-09-01", "2026-09-01", "shopify:#9")],
    }  # fmt: skip
    assert conn.execute("SELECT text FROM activities").fetchall()[0][0] == "leave at door"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["#1", "#2", "#3", ""]), st.sampled_from(["paid", "refunded", "pending", ""]),
            st.sampled_from(["10.00", "0.00", "", "ten"]), st.sampled_from(["", "4.00", "99"]),
            st.sampled_from(["", "Lamp", "Shade"]), st.sampled_from(["Ann", "Bob", ""]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_every_line_is_counted_and_a_second_run_changes_nothing(tmp_path_factory, lines):
    conn = opened(tmp_path_factory.mktemp("orders"))
    text = HEAD + "".join(
        order(number, status, total, back, what=what, who=who) for number, status, total, back, what, who in lines
    )
    if not lines:
        return
    taken = bring(conn, text)
    assert taken.report.rows == len(lines)
    before = dump(conn)
    again = bring(conn, text)
    assert again.report.rows == len(lines) and (again.report.added, again.report.updated) == (0, 0)
    assert [line for line in differences(before, dump(conn)) if not line.startswith("changes ")] == []
    conn.close()


# -- Etsy, Square, Brevo ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("76.00,Completed", "76.00,Canceled", (7600, "lost", "cancelled")),
        ("76.00,Completed", "76.00,Fully Refunded", (7600, "lost", "refunded")),
        ("Completed,2.53,73.47,76.00", "Partially Refunded,2.53,73.47,70.00", (7000, "won", None)),
        ("Completed,2.53,73.47,76.00", "Paid,2.53,73.47,0.00", (7600, "won", None)),
        ("68.00,,,0,0,8.00,0,76.00", "$68.00,,,0,0,$8.00,0,$76.00", (7600, "won", None)),
    ],
)
def test_etsy_statuses(old, new, expected, conn):
    text = ETSY.replace(old, new)
    assert text != ETSY
    bring(conn, text)
    assert tuple(conn.execute("SELECT amount_minor, outcome, how FROM deals WHERE id = 1").fetchone()) == expected


def test_an_etsy_order_that_is_not_paid_waits(conn):
    assert counts(bring(conn, ETSY.replace("76.00,Completed", "76.00,Unpaid"))) == (1, 0, 1, 1)


def test_etsy_buyers_are_known_by_their_id_whatever_they_are_called(conn):
    bring(conn, ETSY)
    bring(conn, ETSY.replace("9001,u1,Jane Doe", "9007,u1,J. Smith").replace("9003,u1,Jane Doe", "9008,u2,Jane Doe"))
    assert [(person["id"], len(person["deals"])) for person in people(conn)] == [(["etsy:u1"], 3), (["etsy:u2"], 1)]


def test_etsy_items_and_orders_are_the_same_sales_in_either_order(conn, tmp_path):
    bring(conn, ETSY)
    assert counts(bring(conn, ITEMS)) == (0, 1, 1, 0)
    assert sold(conn)[0][:2] == ("2 x Mug, speckled, Soap", 7600)
    (tmp_path / "other").mkdir()
    other = opened(tmp_path / "other")
    bring(other, ITEMS)
    bring(other, ETSY)
    (jane,) = people(other)
    assert [deal[1] for deal in jane["deals"]] == [7600, 810]
    for text in (ITEMS, ETSY, ITEMS):
        report = bring(other, text).report
        assert (report.added, report.updated) == (0, 0)


def test_etsy_makes_no_work(tmp_path):
    db = tmp_path / "sales.db"
    (tmp_path / "etsy.csv").write_text(ETSY)
    run(db, "import", str(tmp_path / "etsy.csv"))
    shown = json.loads(run(db, "show", "jane", "--json").out)
    assert shown["status"] == "repeat" and len(shown["deals"]) == 2 and not shown["follow_ups"]
    assert json.loads(run(db, "today", "--json").out) == []
    assert [row["win_rate"] for row in json.loads(run(db, "report", "win-rate", "--json").out)] in ([], [None])


def test_square_words_for_consent_and_older_headings(conn):
    text = "Reference ID,First Name,Email Address,Square Customer ID,{}\n,Ann,ann@x.example,S1,{}\n"
    for heading, said, expected in (
        ("Email Subscription Status", "Unsubscribed", "no"), ("Email Subscription Status", "unknown", None),
        ("Email Unsubscribed", "True", "no"), ("Email Unsubscribed", "False", None),
    ):  # fmt: skip
        undone = conn.execute("SELECT count(*) FROM contacts").fetchone()[0]
        bring(conn, text.format(heading, said).replace("ann@", f"ann{undone}@").replace("S1", f"S{undone + 1}"))
        ann = people(conn)[-1]
        assert ann.get("may", {}).get("email", [None])[0] == expected, (heading, said)
        assert "off_list_on" not in ann


@pytest.mark.parametrize(
    "header",
    ["EMAIL;PRENOM;NOM;SMS", "EMAIL;VORNAME;NACHNAME;SMS", "EMAIL;NOMBRE;APELLIDOS;SMS", "EMAIL;NOME;COGNOME;SMS"],
)
def test_brevo_in_the_language_of_the_account(header, conn):
    taken = bring(conn, f"{header}\nann@x.example;Ann;Lee;33612345678\nbob@x.example;Bob;Lee;0612345678\n")
    assert taken.format == "brevo-contacts"
    assert [person["name"] for person in people(conn)] == ["Ann Lee", "Bob Lee"]
    assert people(conn)[0]["phone"] == ["mobile:+33612345678"]


def test_ids_that_a_spreadsheet_rounded_make_nobody_the_same(conn):
    text = "Customer ID,First Name,Email,Accepts Email Marketing\n7.21045E+12,Ann,ann@x.example,no\n7.21045E+12,Bo,bo@x.example,no\n"  # fmt: skip
    assert counts(bring(conn, text)) == (2, 0, 0, 0)
