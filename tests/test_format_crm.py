"""HubSpot, Pipedrive, Salesforce and Zoho: every value in its place, whatever comes first, however it was saved again."""

import csv
import io
import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from builders import desk, faults, moment, run
from salesflow.importers import cells, formats, hubspot, salesforce, taking
from salesflow.importers.taking import Order, Taken
from salesflow.records import change
from salesflow.records import settings as keeping

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"

HUBSPOT_CONTACTS = """\
"Record ID","First Name","Last Name","Email","Phone Number","Contact owner","Primary Associated Company ID",\
"Last Activity Date","Lead Status","Marketing contact status","Create Date","Associated Company"
"8001","Camille","Durand","camille@example.com","+33 6 00 00 00 00","Sam Seller","9001","2026-06-02 14:05","NEW",\
"Marketing contact","2024-03-12 09:14","Demo Villa"
"8002","John","Smith","JOHN@Example.com","","","","","OPEN_DEAL","Non-marketing contact","2024-03-15 14:30",""
"8003","","","","","Sam Seller","","","","","2024-01-01 00:00",""
"""
HUBSPOT_DEALS = """\
"Record ID","Deal Name","Deal Stage","Close Date","Deal owner","Amount","Pipeline","Deal Type","Create Date",\
"Last Activity Date","Associated Company","Associated Company IDs","Associated Contact","Associated Contact IDs",\
"Closed Lost Reason"
"7001","Bluebay - Candles x200","Proposal","2026-12-01 00:00","Sam Seller","15000","Sales Pipeline","newbusiness",\
"2026-09-01 08:00","2026-09-20 10:00","Bluebay Ltd","9001","Priya Example","8001;8002",""
"7002","Harbour renewal","closedlost","2026-08-01 00:00","","","Sales Pipeline","existingbusiness",\
"2026-02-01 08:00","","","9002","","","Too expensive"
"""
PIPEDRIVE_PEOPLE = """\
Person - Name,Person - Label,Person - Organization,Person - Email - Work,Person - Email - Home,Person - Email - Other,\
Person - Phone - Work,Person - Phone - Home,Person - Phone - Mobile,Person - Phone - Other,Person - Closed deals,\
Person - Open deals,Person - Next activity date,Person - Owner,Person - ID
Tony Example,Hot lead,Moveer Limited,tony@example.com,tony.home@example.com,,570-555-0197,,,,1,2,2026-11-30,Sam Seller,101
Anna Example,,,"a@example.com, a2@example.com",,,,,"202-555-0110, 202-555-0111",,0,0,,Sam Seller,102
"""
PIPEDRIVE_DEALS = """\
Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Pipeline,Deal - Status,Deal - Probability,\
Deal - Expected close date,Deal - Creation date,Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Label,\
Deal - Owner,Deal - Organization,Deal - Contact person,Deal - ID
Moveer Deal,1200.50,USD,Proposal Made,Pipeline,Open,60,2026-12-31,2026-09-01 09:30:00,,,,Hot,Sam Seller,\
Moveer Limited,Tony Example,501
Old Deal,300,EUR,Negotiations,Pipeline,Lost,,,2026-01-05 10:00:00,,2026-03-01 12:00:00,"Price, too high",,Sam Seller,,\
Anna Example,502
"""
SALESFORCE = """\
"Id","IsDeleted","MasterRecordId","AccountId","LastName","FirstName","Salutation","Phone","MobilePhone","Email",\
"Title","LeadSource","Birthdate","Description","OwnerId","HasOptedOutOfEmail","DoNotCall","CreatedDate",\
"LastModifiedDate"
"0035000000AbCdEAAV","false","","0015000000XyZaAAV","Example","Lena","Ms.","(202) 555-0101","","lena@example.com",\
"Buyer","Trade Show","1980-02-29","","0055000000OwnEAAV","true","false","2024-01-05T10:11:12.000Z",\
"2026-05-01T08:00:00.000Z"
"0035000000AbCdFAAV","true","0035000000AbCdEAAV","","Example","Lena","","","","","","","","","0055000000OwnEAAV",\
"false","false","2024-01-05T10:11:12.000Z","2026-05-01T08:00:00.000Z"
"""
ZOHO = """\
Record Id,Contact Owner.id,Contact Owner,Lead Source,First Name,Last Name,Account Name.id,Account Name,Email,Title,\
Phone,Mobile,Created By.id,Created By,Modified By.id,Modified By,Created Time,Modified Time,Contact Name,\
Mailing Street,Mailing City,Mailing State,Mailing Zip,Mailing Country,Email Opt Out,Salutation,Last Activity Time,Tag,\
Description,Unsubscribed Mode,Unsubscribed Time
zcrm_4876876000000333001,zcrm_4876876000000198013,Sam Seller,External Referral,Omar,Example,,Example LLC,\
omar@example.com,,,202-555-0177,,,,,2024-05-06 07:08:09,2026-01-01 00:00:00,Omar Example,,,,,,true,,,VIP;Fair 2026,,,
"""
OWN = {
    "hubspot_contacts.csv": HUBSPOT_CONTACTS, "hubspot_deals.csv": HUBSPOT_DEALS,
    "pipedrive_people.csv": PIPEDRIVE_PEOPLE, "pipedrive_deals.csv": PIPEDRIVE_DEALS,
    "salesforce_contact_export.csv": SALESFORCE, "zoho_contacts.csv": ZOHO,
}  # fmt: skip
FORMAT = {
    "hubspot_contacts.csv": "hubspot-contacts", "hubspot_deals.csv": "hubspot-deals",
    "pipedrive_people.csv": "pipedrive-people", "pipedrive_deals.csv": "pipedrive-deals",
    "salesforce_contact_export.csv": "salesforce-contact", "zoho_contacts.csv": "zoho-contacts",
}  # fmt: skip


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with desk(tmp_path / "sales.db") as found:
        yield found.conn


def bring(conn: sqlite3.Connection, text: str | bytes, name: str = "file.csv", on: str = "2026-11-24") -> Taken:
    content = text if isinstance(text, bytes) else text.encode()
    with change.change(conn, moment(on), "import"):
        return taking.take(
            conn, keeping.read(conn), io.BytesIO(content), Order(name, moment(on)), lambda rows, file: rows
        )  # fmt: skip


def counts(taken: Taken) -> tuple[int, int, int, int]:
    report = taken.report
    return report.added, report.updated, report.same, report.refused


def people(conn: sqlite3.Connection) -> list[dict[str, object]]:
    """Everything that is known of each, what is blank left out, by name."""
    found = []
    for row in conn.execute("SELECT * FROM contacts ORDER BY name_key, id"):
        number = row["id"]
        card = {
            name: row[name] for name in (
                "name", "kind", "company", "job_title", "source", "birthday", "note", "off_list_on", "created_on",
            ) if row[name] is not None
        }  # fmt: skip
        sql = "SELECT kind, label, value FROM points WHERE contact_id = ? ORDER BY kind, value_key"
        card["points"] = [" ".join(filter(None, point)) for point in conn.execute(sql, (number,))]
        card["tags"] = sorted(tag[0] for tag in conn.execute("SELECT tag FROM tags WHERE contact_id = ?", (number,)))
        sql = """
            SELECT set_name, name, answer, CASE set_name WHEN 'consent' THEN answered_on END, said
              FROM answers JOIN questions ON questions.id = question_id
             WHERE contact_id = ? AND replaced_at IS NULL ORDER BY set_name, name
            """
        card["answers"] = [" ".join(filter(None, answer)) for answer in conn.execute(sql, (number,))]
        found.append({name: value for name, value in card.items() if value})
    return sorted(found, key=lambda card: (str(card["name"]), str(card.get("points"))))


def deals(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    sql = """
        SELECT contacts.name, deals.title, processes.name, stages.name, outcome, amount_minor, currency, how, opened_on,
               closed_on
          FROM deals JOIN contacts ON contacts.id = contact_id JOIN stages ON stages.id = stage_id
          JOIN processes ON processes.id = deals.process_id ORDER BY import_key
        """
    return [tuple(row) for row in conn.execute(sql)]


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


CAMILLE = {
    "name": "Camille Durand", "kind": "person", "company": "Demo Villa", "created_on": "2024-03-12",
    "points": ["email camille@example.com", "id hubspot 8001", "phone +33 6 00 00 00 00"],
    "answers": ["extra Lead Status New"],
}  # fmt: skip
JOHN = {
    "name": "John Smith", "kind": "person", "created_on": "2024-03-15",
    "points": ["email JOHN@Example.com", "id hubspot 8002"], "answers": ["extra Lead Status Open deal"],
}  # fmt: skip
TONY = {
    "name": "Tony Example", "kind": "person", "company": "Moveer Limited", "created_on": "2026-11-24",
    "points": [
        "email home tony.home@example.com", "email work tony@example.com", "id pipedrive 101",
        "phone work 570-555-0197",
    ], "tags": ["Hot lead"],
}  # fmt: skip
ANNA = {
    "name": "Anna Example", "kind": "person", "created_on": "2026-11-24",
    "points": [
        "email work a2@example.com", "email work a@example.com", "id pipedrive 102", "phone mobile 202-555-0110",
        "phone mobile 202-555-0111",
    ],
}  # fmt: skip
LENA = {
    "name": "Lena Example", "kind": "person", "job_title": "Buyer", "source": "Trade Show", "birthday": "1980-02-29",
    "created_on": "2024-01-05", "note": "Salutation: Ms.",
    "points": [
        "email lena@example.com", "id salesforce 0035000000AbCdEAAV", "id salesforce 0035000000AbCdFAAV",
        "phone (202) 555-0101",
    ], "answers": ["consent email no 2026-11-24"],
}  # fmt: skip
OMAR = {
    "name": "Omar Example", "kind": "person", "company": "Example LLC", "source": "External Referral",
    "created_on": "2024-05-06", "tags": ["Fair 2026", "VIP"], "answers": ["consent email no 2026-11-24"],
    "points": ["email omar@example.com", "id zoho 4876876000000333001", "phone mobile 202-555-0177"],
}  # fmt: skip
CARDS = {
    "hubspot_contacts.csv": [CAMILLE, JOHN], "pipedrive_people.csv": [ANNA, TONY],
    "salesforce_contact_export.csv": [LENA], "zoho_contacts.csv": [OMAR],
}  # fmt: skip
SALES = {
    "hubspot_deals.csv": [
        ("Priya Example", "Bluebay - Candles x200", "sales-pipeline", "Proposal", "open", 1500000, "USD", None,
         "2026-09-01", None),
        ("Harbour renewal", "Harbour renewal", "sales-pipeline", "Proposal", "lost", None, None, "Too expensive",
         "2026-02-01", "2026-08-01"),
    ],
    "pipedrive_deals.csv": [
        ("Tony Example", "Moveer Deal", "pipeline", "Proposal Made", "open", 120050, "USD", None, "2026-09-01", None),
        ("Anna Example", "Old Deal", "pipeline", "Negotiations", "lost", 30000, "EUR", "Price, too high",
         "2026-01-05", "2026-03-01"),
    ],
}  # fmt: skip
ROWS = {
    "hubspot_contacts.csv": (2, 0, 0, 1), "hubspot_deals.csv": (2, 0, 0, 0), "pipedrive_people.csv": (2, 0, 0, 0),
    "pipedrive_deals.csv": (2, 0, 0, 0), "salesforce_contact_export.csv": (1, 1, 0, 0), "zoho_contacts.csv": (1, 0, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_every_value_is_in_its_place(conn: sqlite3.Connection, name: str) -> None:
    taken = bring(conn, "\ufeff" + OWN[name])
    assert (taken.format, counts(taken)) == (FORMAT[name], ROWS[name])
    if name in CARDS:
        assert people(conn) == CARDS[name]
    else:
        assert deals(conn) == SALES[name]
    before = people(conn), deals(conn)
    again = bring(conn, "\ufeff" + OWN[name], on="2026-11-25")
    assert counts(again) == (0, 0, sum(ROWS[name][:3]), ROWS[name][3])
    assert (people(conn), deals(conn)) == before and not faults(conn)


@pytest.mark.skipif(not SAMPLES.exists(), reason="shared/samples is not here")
@pytest.mark.parametrize("name", OWN)
def test_the_samples_are_these(tmp_path: Path, name: str) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())[name]
    db = tmp_path / "sales.db"
    with desk(db):
        pass
    done = json.loads(run(db, "import", str(SAMPLES / name), "--json").out)
    (file,) = done if isinstance(done, list) else [done]
    assert file["format"] == expected["format"] == FORMAT[name]
    assert sum(file[what] for what in ("added", "updated", "same", "refused")) == expected["records"]
    assert table((SAMPLES / name).read_text("utf-8-sig")) == table(OWN[name])
    whole = run(db, "export", "--as", "json").out
    run(db, "import", str(SAMPLES / name))
    assert run(db, "export", "--as", "json").out == whole


# -- known for what they are -------------------------------------------------------------------------------------------

MARKED = {
    "hubspot_contacts.csv": ("Record ID", "First Name"), "hubspot_deals.csv": ("Record ID", "Deal Name"),
    "pipedrive_people.csv": ("Person - Name",), "pipedrive_deals.csv": ("Deal - Title",),
    "salesforce_contact_export.csv": ("Id", "LastName", "FirstName"), "zoho_contacts.csv": ("Record Id", "Last Name"),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_shuffled_and_halved_it_is_known_still(name: str) -> None:
    header = table(OWN[name])[0]
    for seed in range(200):
        rest = [heading for heading in header if heading not in MARKED[name]]
        some = random.Random(seed).sample(rest, len(rest) // 2)
        if name == "hubspot_contacts.csv" and "Email" not in some:
            some.append("Last Name")
        shuffled = [*MARKED[name], *some]
        random.Random(seed).shuffle(shuffled)
        found = formats.known(shuffled, None)
        assert found and found.name == FORMAT[name], shuffled


@pytest.mark.parametrize("name", OWN)
def test_saved_again_with_columns_in_another_order_it_says_the_same(tmp_path: Path, name: str) -> None:
    rows = table(OWN[name])
    order = random.Random(1).sample(range(len(rows[0])), len(rows[0]))
    again = written([[row[place] for place in order] for row in rows], ";").encode("cp1252")
    with desk(tmp_path / "a.db") as one, desk(tmp_path / "b.db") as other:
        bring(one.conn, OWN[name])
        taken = bring(other.conn, again)
        assert (taken.format, taken.delimiter, counts(taken)) == (FORMAT[name], ";", ROWS[name])
        assert (people(other.conn), deals(other.conn)) == (people(one.conn), deals(one.conn))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("First Name,Last Name,Account Name,Email,Phone,Account Owner", "salesforce-contact"),
        (
            "Salutation,First Name,Last Name,Title,Mailing Street,Mailing Zip/Postal Code,Account Name",
            "salesforce-contact",
        ),
        ("Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date", "salesforce-opportunity"),
        ("Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,IsClosed,IsWon", "salesforce-opportunity"),
        ("Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity", "salesforce-account"),
        ("Opportunity-Name,Accountname,Phase,Betrag,Schlusstermin", "salesforce-opportunity"),
        ("Contact Id,Contact Owner,First Name,Last Name,Email", "zoho-contacts"),
        ("CONTACTID,Contact Owner,First Name,Last Name,Email", "zoho-contacts"),
        ("Contact ID,First Name,Last Name,Account Name,Email", "salesforce-contact"),
        ("Record Id,Deal Owner.id,Deal Owner,Deal Name,Stage,Closing Date,Contact Name.id", "zoho-deals"),
        ("Record Id,Lead Owner.id,Lead Owner,Company,Last Name,Email,Lead Status", "zoho-contacts"),
        ("Name,Label,Organization,Email - Work,Email - Home,Phone - Work,Owner", "pipedrive-people"),
        ("Title,Value,Currency,Stage,Organization,Contact person,Expected close date", "pipedrive-deals"),
        ("Deal - Titel,Deal - Wert,Deal - Währung,Deal - Phase,Deal - Kontaktperson", "pipedrive-deals"),
        ("Pessoa - Nome,Pessoa - Organização,Pessoa - E-mail - Trabalho", "pipedrive-people"),
        ("Affaire - Titre,Affaire - Valeur,Affaire - Statut", "pipedrive-deals"),
        ("Deal - ID,Deal - Title,Person - Name,Person - Email - Work", "pipedrive-deals"),
        ("Datensatz-ID,Vorname,Nachname,E-Mail,Lead-Status", "hubspot-contacts"),
        ("ID de registro,Nombre del negocio,Etapa del negocio,Valor", "hubspot-deals"),
        ("Name,Email,Phone", None),
        ("First Name,Last Name,Company,Email,Phone,Notes", None),
        ("ID,Name,Company,Email", None),
        ("Vorname,Nachname,E-Mail,Firma", None),
        ("Title,Amount,Stage,Contact,Close Date", None),
        ("Name,Organization,Email,Phone,Owner", None),
        ("id,contact,title,amount,stage,opened,closed,reason", None),
    ],
)
def test_whose_export_a_header_is(header: str, name: str | None) -> None:
    for found in (header.split(","), header.split(",")[::-1]):
        known = formats.known(found, None)
        assert (known.name if known else None) == name


# -- HubSpot -----------------------------------------------------------------------------------------------------------


def test_hubspot_deals_belong_to_those_who_have_the_id(conn: sqlite3.Connection) -> None:
    bring(conn, HUBSPOT_CONTACTS)
    taken = bring(conn, HUBSPOT_DEALS)
    assert [deal[0] for deal in deals(conn)] == ["Camille Durand", "Harbour renewal"] and taken.contacts_added == 1
    assert [card["name"] for card in people(conn)] == ["Camille Durand", "Harbour renewal", "John Smith"]
    assert people(conn)[0] == CAMILLE, "the other ids of the deal are other people's"


def test_the_first_id_that_somebody_has_says_whose_deal_it_is(conn: sqlite3.Connection) -> None:
    bring(conn, HUBSPOT_CONTACTS)
    bring(conn, HUBSPOT_DEALS.replace("8001;8002", "8009; 8002;8001").replace("Priya Example", ""))
    assert deals(conn)[0][0] == "John Smith"


def test_a_deal_of_somebody_unknown_is_filled_by_a_later_list(conn: sqlite3.Connection) -> None:
    bring(conn, HUBSPOT_DEALS.replace("Priya Example", "").replace("Bluebay Ltd", ""))
    assert [(card["name"], card.get("points")) for card in people(conn)] == [
        ("Bluebay - Candles x200", ["id hubspot 8001"]), ("Harbour renewal", None),
    ]  # fmt: skip
    assert counts(bring(conn, HUBSPOT_CONTACTS)) == (1, 1, 0, 1)
    assert people(conn)[0] == CAMILLE and deals(conn)[0][0] == "Camille Durand"


def test_hubspot_names_of_several_contacts_and_their_mail(conn: sqlite3.Connection) -> None:
    text = (
        "Record ID,Deal Name,Deal Stage,Pipeline,Associated Contact,Associated Contact IDs\n"
        "1,Cake,appointmentscheduled,default,Ann Berg (ann@a.example);Bob (bob@b.example),11;12\n"
        "2,Tart,Appointment scheduled,Sales Pipeline,Carl Dahl (c@c.example),13\n3,Pie,contractsent,,,\n"
    )
    bring(conn, text)
    assert [(card["name"], card.get("points")) for card in people(conn)] == [
        ("Ann Berg", ["email ann@a.example", "id hubspot 11"]), ("Carl Dahl", ["email c@c.example", "id hubspot 13"]),
        ("Pie", None),
    ]  # fmt: skip
    assert [deal[2:4] for deal in deals(conn)] == [
        ("sales-pipeline", "Appointment scheduled"), ("sales-pipeline", "Appointment scheduled"),
        ("file", "Contract sent"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("OPEN_DEAL", "Open deal"), ("NEW", "New"), ("ATTEMPTED_TO_CONTACT", "Attempted to contact"),
        ("marketingqualifiedlead", "Marketing qualified lead"), ("Call Bob, VIP", "Call Bob, VIP"), ("", ""),
    ],
)  # fmt: skip
def test_inner_words_are_spoken(inner: str, words: str) -> None:
    assert hubspot.spoken(inner) == words


def test_a_newer_lead_status_replaces_the_older(conn: sqlite3.Connection) -> None:
    bring(conn, HUBSPOT_CONTACTS)
    assert counts(bring(conn, HUBSPOT_CONTACTS.replace('"NEW"', '"UNQUALIFIED"'))) == (0, 1, 1, 1)
    assert people(conn)[0]["answers"] == ["extra Lead Status Unqualified"]


# -- Pipedrive ---------------------------------------------------------------------------------------------------------


def test_pipedrive_without_prefixes_says_the_same(tmp_path: Path) -> None:
    with desk(tmp_path / "a.db") as one, desk(tmp_path / "b.db") as other:
        for text, prefix in ((PIPEDRIVE_PEOPLE, "Person - "), (PIPEDRIVE_DEALS, "Deal - ")):
            bring(one.conn, text)
            assert bring(other.conn, text.replace(prefix, "")).format.startswith("pipedrive-")
        assert (people(other.conn), deals(other.conn)) == (people(one.conn), deals(one.conn))


@pytest.mark.parametrize(
    ("days", "amount"),
    [
        (("01.09.2026 09:30", "05.01.2026 10:00", "01.03.2026 12:00"), "1.200,50"),
        (("46266,396", "46027,417", "46082,5"), "1200,50"),
        (("46266", "46027", "46082"), "1200,5"),
        (("9/1/2026 9:30", "1/5/2026 10:00", "3/1/2026 12:00"), "1,200.50"),
    ],
)
def test_pipedrive_saved_again_by_a_spreadsheet(tmp_path: Path, days: tuple[str, str, str], amount: str) -> None:
    text = PIPEDRIVE_DEALS
    for old, new in zip(("2026-09-01 09:30:00", "2026-01-05 10:00:00", "2026-03-01 12:00:00"), days, strict=True):
        text = text.replace(old, f'"{new}"')
    text = text.replace("1200.50", f'"{amount}"').replace(",300,", ',"300,00",' if "," in amount[-3:] else ",300,")
    order = "mdy" if "/" in days[0] else "dmy"
    with desk(tmp_path / "a.db", date_order=order, marks=".," if "," in amount[-3:] else ",.") as found:
        taken = bring(found.conn, written(table(text), ";"))
        assert taken.report.problems == []
        assert deals(found.conn) == SALES["pipedrive_deals.csv"]


def test_pipedrive_in_other_languages(conn: sqlite3.Connection) -> None:
    bring(conn, "Pessoa - Nome,Pessoa - Etiqueta,Pessoa - Organização,Pessoa - E-mail - Residencial,"
                "Pessoa - Telefone - Celular,Pessoa - ID\nAna Dias,Quente,Padaria,ana@a.example,202-555-0110,7\n")  # fmt: skip
    assert people(conn)[0] == {
        "name": "Ana Dias", "kind": "person", "company": "Padaria", "created_on": "2026-11-24", "tags": ["Quente"],
        "points": ["email home ana@a.example", "id pipedrive 7", "phone mobile 202-555-0110"],
    }  # fmt: skip
    bring(conn, "Deal - ID;Deal - Titel;Deal - Wert;Deal - Währung;Deal - Phase;Deal - Status;Deal - Verlustgrund;"
                "Deal - Deal erstellt;Deal - Datum des verlorenen Deals;Deal - Kontaktperson;Deal - Organisation\n"
                "1;Torte;1.234,56;EUR;Angebot;Verloren;zu teuer;13.01.2026;15.02.2026;Ana Dias;Padaria\n")  # fmt: skip
    assert deals(conn) == [
        ("Ana Dias", "Torte", "file", "Angebot", "lost", 123456, "EUR", "zu teuer", "2026-01-13", "2026-02-15")
    ]


def test_pipedrive_ids_and_what_is_deleted(conn: sqlite3.Connection) -> None:
    bring(conn, PIPEDRIVE_PEOPLE)
    taken = bring(conn, "Deal - ID,Deal - Title,Deal - Status,Deal - Contact person,Deal - Contact person ID\n"
                        "1,Cake,Won,T. Example,101\n2,Tart,Deleted,Anna Example,102\n")  # fmt: skip
    assert counts(taken) == (1, 0, 0, 1) and taken.report.problems == [(3, "it is deleted in Pipedrive")]
    assert [deal[0] for deal in deals(conn)] == ["Tony Example"]


# -- Salesforce --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("0035000000AbCdE", "0035000000AbCdEAAV"), ("0035000000AbCdEAAV", "0035000000AbCdEAAV"),
        ("0035000000abcde", "0035000000abcdeAAA"), (" 0035000000AbCdE ", "0035000000AbCdEAAV"),
        ("000000000000000AAA", ""), ("12", "12"), ("", ""),
    ],
)  # fmt: skip
def test_two_spellings_of_an_id_are_one(said: str, whole: str) -> None:
    assert salesforce.long_id(said) == whole


def test_a_report_and_the_weekly_export_are_about_the_same_people(conn: sqlite3.Connection) -> None:
    bring(conn, SALESFORCE.encode("iso-8859-1"))
    report = (
        "Contact ID,Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,"
        "Mailing State/Province,Mailing Zip/Postal Code,Mailing Country,Email Opt Out,Do Not Call\n"
        "0035000000AbCdE,Ms.,Lena,Example,Buyer,Café Köln,1 Main St,Springfield,IL,62701,USA,1,0\n"
        "0035000000abcde,,Other,Example,,,,,,,,0,1\n"
        '\n"Confidential Information - Do Not Distribute"\n'
        '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    )
    taken = bring(conn, report.encode("iso-8859-1"))
    assert (taken.format, counts(taken)) == ("salesforce-contact", (1, 1, 0, 2))
    lena = {
        **LENA, "company": "Café Köln", "points": ["address 1 Main St, Springfield, IL 62701, USA", *LENA["points"]],
    }  # fmt: skip
    assert people(conn)[0] == lena
    assert people(conn)[1]["answers"] == ["consent phone no 2026-11-24"]


def test_merged_rows_give_their_ids_wherever_they_stand(tmp_path: Path) -> None:
    header, master, merged = table(SALESFORCE)
    other = [*merged]
    other[0], other[2] = "0035000000AbCdGAAV", "0035000000AbCdF"
    for rows in ([master, merged, other], [other, merged, master], [merged, other, master]):
        path = tmp_path / f"{rows[0][0]}{rows[1][0]}.db"
        with desk(path) as found:
            assert counts(bring(found.conn, written([header, *rows]))) == (1, 2, 0, 0)
            assert [card["name"] for card in people(found.conn)] == ["Lena Example"]
            assert [point[-3 - 15 :] for point in people(found.conn)[0]["points"] if " salesforce " in point] == [
                "0035000000AbCdEAAV", "0035000000AbCdFAAV", "0035000000AbCdGAAV",
            ]  # fmt: skip
            assert counts(bring(found.conn, written([header, *rows]))) == (0, 0, 3, 0)


def test_what_is_deleted_is_refused_with_its_reason(conn: sqlite3.Connection) -> None:
    header, master, merged = table(SALESFORCE)
    gone, lost = [*master], [*merged]
    gone[0], gone[1], lost[2] = "0035000000AbCdHAAV", "true", "0035000000ZzZzZAAV"
    taken = bring(conn, written([header, gone, lost]))
    assert counts(taken) == (0, 0, 0, 2)
    assert sorted(taken.report.problems) == [
        (2, "it is deleted in Salesforce"),
        (3, "it was merged into 0035000000ZzZzZAAV, and nobody here has that id"),
    ]


def test_two_who_were_merged_there_since_are_named(conn: sqlite3.Connection) -> None:
    header, master, merged = table(SALESFORCE)
    apart = [*merged]
    apart[1:3] = "false", ""
    bring(conn, written([header, apart, master]))
    taken = bring(conn, written([header, master, merged]))
    assert counts(taken) == (0, 0, 1, 1)
    assert taken.report.problems == [
        (3, "2 Lena Example and 1 Lena Example are one there; here too: salesflow merge 1 --into 2")
    ]


OPPORTUNITIES = """\
Id,IsDeleted,AccountId,ContactId,Name,StageName,Amount,CloseDate,IsClosed,IsWon,CurrencyIsoCode,LeadSource,Type,\
CreatedDate
0065000000AbCdEAAV,false,0015000000XyZaAAV,0035000000AbCdEAAV,Candles,Negotiation,1200.50,2026-12-24,false,false,EUR,\
Web,New,2026-09-01T10:00:00.000Z
0065000000AbCdFAAV,false,0015000000XyZaAAV,,More candles,Signed,99,2026-06-01,true,true,EUR,,New,\
2026-07-01T10:00:00.000Z
0065000000AbCdGAAV,false,0015000000XyZaAAV,,Soap,Gone,,2026-06-02,true,false,EUR,,New,2026-05-01T10:00:00.000Z
0065000000AbCdHAAV,true,0015000000XyZaAAV,,Wax,Negotiation,,2026-06-02,false,false,EUR,,New,2026-05-01T10:00:00.000Z
"""
ACCOUNTS = """\
Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity,BillingPostalCode,BillingCountry,Phone,\
Website,OwnerId
0015000000XyZaAAV,false,,Bluebay Ltd,Customer,,1 Quay,Cork,T12,Ireland,202-555-0177,bluebay.example,0055000000OwnEAAV
"""


def test_salesforce_opportunities(conn: sqlite3.Connection) -> None:
    bring(conn, SALESFORCE)
    taken = bring(conn, OPPORTUNITIES)
    assert (taken.format, counts(taken), taken.contacts_added) == ("salesforce-opportunity", (3, 0, 0, 1), 1)
    assert deals(conn) == [
        ("Lena Example", "Candles", "file", "Negotiation", "open", 120050, "EUR", None, "2026-09-01", None),
        ("More candles", "More candles", "file", "Negotiation", "won", 9900, "EUR", "not recorded", "2026-06-01",
         "2026-06-01"),
        ("More candles", "Soap", "file", "Negotiation", "lost", None, None, "not recorded", "2026-05-01",
         "2026-06-02"),
    ]  # fmt: skip
    assert counts(bring(conn, ACCOUNTS)) == (0, 1, 0, 0)
    assert people(conn)[0] == {
        "name": "Bluebay Ltd", "kind": "company", "created_on": "2026-11-24",
        "points": [
            "address billing 1 Quay, T12 Cork, Ireland", "id salesforce 0015000000XyZaAAV", "link bluebay.example",
            "phone 202-555-0177",
        ],
    }  # fmt: skip
    assert not faults(conn)


def test_a_report_of_opportunities(conn: sqlite3.Connection) -> None:
    bring(conn, "Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount Currency,Amount,"
                "Probability (%),Age,Close Date,Created Date,Next Step,Lead Source,Type,Opportunity ID\n"
                "Sam Seller,Bluebay Ltd,Candles,Closed Won,Q2-2026,GBP,100,100,9,6/13/2026,6/4/2026,,Web,New,"
                "0065000000AbCdE\n")  # fmt: skip
    assert deals(conn)[0] == (
        "Bluebay Ltd", "Candles", "three-step", "Sales phase", "won", 10000, "GBP", "not recorded", "2026-06-04",
        "2026-06-13",
    )  # fmt: skip
    assert [(card["name"], card["kind"], card["source"]) for card in people(conn)] == [
        ("Bluebay Ltd", "company", "Web")
    ]


# -- Zoho --------------------------------------------------------------------------------------------------------------


def test_older_zoho_ids_are_the_same_ids(conn: sqlite3.Connection) -> None:
    bring(conn, ZOHO)
    taken = bring(conn, "Contact Id,Contact Owner,First Name,Last Name,Email,Unsubscribed Time,Unsubscribed Mode,"
                        "Email Opt Out\n4876876000000333001,Sam,Omar,Example,o2@example.com,,,\n"
                        "4.87688E+18,Sam,Rosa,Example,rosa@example.com,2026-03-04 05:06:07,Consent form,true\n")  # fmt: skip
    assert counts(taken) == (1, 1, 0, 0)
    assert taken.report.warnings == [(3, 'Contact Id: a spreadsheet rounded "4.87688E+18"; it is not read')]
    assert [card["name"] for card in people(conn)] == ["Omar Example", "Rosa Example"]
    assert people(conn)[1]["answers"] == ["consent email no 2026-03-04 Consent form"]
    assert people(conn)[1]["points"] == ["email rosa@example.com"]


def test_zoho_deals(conn: sqlite3.Connection) -> None:
    bring(conn, ZOHO)
    text = (
        "Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Account Name,Stage,"
        "Contact Name.id,Contact Name,Lead Source,Created Time,Reason For Loss\n"
        "zcrm_1,zcrm_9,Sam,500,Cake,2027-01-01,zcrm_5,Example LLC,Qualification,zcrm_4876876000000333001,O. Example,"
        "Fair,2026-01-02 03:04:05,\n"
        "zcrm_2,zcrm_9,Sam,70,Tart,2026-02-03,zcrm_5,Example LLC,Closed-Lost to Competition,,,,2026-01-02 03:04:05,\n"
        "zcrm_3,zcrm_9,Sam,80,Pie,2026-02-03,,,Closed Won,,,,2026-01-02 03:04:05,\n"
    )
    assert bring(conn, text).format == "zoho-deals"
    assert [(deal[0], deal[1], deal[4], deal[7]) for deal in deals(conn)] == [
        ("Omar Example", "Cake", "open", None), ("Example LLC", "Tart", "lost", "To Competition"),
        ("Pie", "Pie", "won", "not recorded"),
    ]  # fmt: skip
    assert [card["name"] for card in people(conn)] == ["Example LLC", "Omar Example", "Pie"]


# -- days and ids that a spreadsheet wrote --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [("46266", "2026-09-01"), ("46266,396", "2026-09-01"), ("1", None), ("123456", None), ("46266.5.1", None)],
)
def test_counted_days(text: str, day: str | None) -> None:
    assert cells.counted_day(text) == day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.87688E+18", None), ("4,87688E+18", None), ("4876876000000330000", None), ("8001", "8001"),
        (" 4876876000000333001 ", "4876876000000333001"), ("0035E10", "0035E10"), ("1000", "1000"),
    ],
)  # fmt: skip
def test_rounded_ids_are_none(text: str, found: str | None) -> None:
    assert cells.whole_id(text) == found


# -- whichever file comes first ----------------------------------------------------------------------------------------

NAMES = ("Ann Berg", "Bo Holm", "Cy Dahl", "Di Lund", "Ed Moe")
FIRMS = ("", "A Ltd", "B Ltd")


def both_orders(tmp_path: Path, contacts: str, sales: str) -> None:
    ends = []
    for name, files in (("a.db", (contacts, sales)), ("b.db", (sales, contacts))):
        (tmp_path / name).unlink(missing_ok=True)
        with desk(tmp_path / name) as found:
            for text in files:
                assert bring(found.conn, text).report.problems == []
            ends.append((people(found.conn), deals(found.conn)))
            assert not faults(found.conn)
            for text in files:
                bring(found.conn, text)
            assert (people(found.conn), deals(found.conn)) == ends[-1], "a second run changes nothing"
    assert ends[0] == ends[1]


PEOPLE = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(FIRMS), st.booleans(), st.sampled_from(["", "2024-03-12 09:14"])),
    min_size=1, max_size=5,
)  # fmt: skip
SALE = st.tuples(
    st.lists(st.integers(0, 4), max_size=3, unique=True), st.sampled_from(("", *NAMES)), st.sampled_from(FIRMS),
    st.sampled_from(["Proposal", "closedwon", "closedlost"]),
)  # fmt: skip


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(PEOPLE, st.lists(SALE, min_size=1, max_size=5))
def test_hubspot_in_both_orders(tmp_path_factory: pytest.TempPathFactory, who: list, sold: list) -> None:
    """Ids link: whatever the deals call people who are in both files, the same people come of it."""
    rows = [["Record ID", "First Name", "Last Name", "Email", "Associated Company", "Create Date"]]
    for number, (name, firm, mail, on) in enumerate(who):
        rows.append([f"80{number}", *name.split(), f"{number}@a.example" if mail else "", firm, on])
    sales = [["Record ID", "Deal Name", "Deal Stage", "Associated Contact", "Associated Contact IDs",
              "Associated Company", "Create Date", "Close Date"]]  # fmt: skip
    for number, (ids, name, firm, stage) in enumerate(sold):
        known = [f"80{one}" for one in ids if one < len(who)]
        if known or not name:
            sales.append([f"70{number}", f"Deal {number}", stage, name if known else "", ";".join(known), firm,
                          "2026-01-02 03:04", "2026-02-03 00:00"])  # fmt: skip
    both_orders(tmp_path_factory.mktemp("crm"), written(rows), written([*sales, ["99", "Last", "Proposal", *[""] * 5]]))


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).flatmap(
        lambda names: st.tuples(st.just(names), st.lists(st.tuples(st.booleans(), st.sampled_from(FIRMS)), min_size=5,
                                                         max_size=5))
    ),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(FIRMS)), min_size=1, max_size=5),
)  # fmt: skip
def test_pipedrive_in_both_orders(tmp_path_factory: pytest.TempPathFactory, who: tuple, sold: list) -> None:
    """Names link, where they name one: nobody is there twice."""
    rows = [["Person - Name", "Person - Organization", "Person - Email - Work", "Person - ID"]]
    for number, (name, (mail, firm)) in enumerate(zip(*who, strict=False)):
        rows.append([name, firm, f"{number}@a.example" if mail else "", str(100 + number)])
    sales = [["Deal - ID", "Deal - Title", "Deal - Stage", "Deal - Status", "Deal - Contact person",
              "Deal - Organization", "Deal - Creation date"]]  # fmt: skip
    for number, (name, firm) in enumerate(sold):
        sales.append([str(500 + number), f"Deal {number}", "Proposal", "Open", name, firm, "2026-01-02 03:04:05"])
    both_orders(tmp_path_factory.mktemp("crm"), written(rows), written(sales))


def test_a_name_links_within_one_crm_only(conn: sqlite3.Connection) -> None:
    bring(conn, PIPEDRIVE_DEALS)
    bring(conn, "Record ID,First Name,Last Name,Email,Lead Status\n5,Tony,Example,t@h.example,\n")
    bring(conn, "Name,Email\nAnna Example,anna@else.example\n")
    assert [card["name"] for card in people(conn)] == ["Anna Example", "Anna Example", "Tony Example", "Tony Example"]


def test_two_of_one_name_and_two_ids_are_two(conn: sqlite3.Connection) -> None:
    bring(conn, "Record ID,Deal Name,Deal Stage,Associated Contact,Associated Contact IDs\n"
                "1,Cake,Proposal,Ann Berg,11\n2,Tart,Proposal,Ann Berg,12\n3,Pie,Proposal,Ann Berg,11\n")  # fmt: skip
    assert [card["points"] for card in people(conn)] == [["id hubspot 11"], ["id hubspot 12"]]
    assert (
        conn.execute(
            "SELECT group_concat(contact_id) FROM (SELECT contact_id FROM deals ORDER BY import_key)"
        ).fetchone()[0]
        == "1,2,1"
    )


def test_a_shared_mailbox_is_two_people_where_ids_and_names_say_so(conn: sqlite3.Connection) -> None:
    text = (
        "Id,FirstName,LastName,Email,OwnerId\n0035000000AbCdE,Lena,Example,info@a.example,x\n"
        "0035000000AbCdF,Bob,Example,info@a.example,x\n0035000000AbCdG,Lena,Example,info@a.example,x\n"
    )
    assert counts(bring(conn, text)) == (2, 1, 0, 0)
    assert [(card["name"], len(card["points"])) for card in people(conn)] == [("Bob Example", 2), ("Lena Example", 3)]
    assert counts(bring(conn, text.replace("Bob", "Rob"))) == (0, 1, 2, 0), "by his id he is known again"
    assert [card["name"] for card in people(conn)] == ["Lena Example", "Rob Example"]


def test_imported_people_and_deals_make_no_work(tmp_path: Path) -> None:
    db = tmp_path / "sales.db"
    with desk(db) as found:
        for name in OWN:
            bring(found.conn, OWN[name])
        assert found.conn.execute("SELECT count(*) FROM follow_ups").fetchone()[0] == 0
        assert found.conn.execute("SELECT count(*) FROM activities").fetchone()[0] == 0
