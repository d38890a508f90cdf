"""Columns recognised by their headings, and by what is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.errors import Refused
from salesflow.importers import heading_words, headings
from salesflow.importers.heading_words import CONTACT_FIELDS, DEAL_FIELDS
from salesflow.importers.headings import apply_map, is_heading, recognise

CRITERIA = ("target market", "money", "authority")


def said(found):
    """Heading -> field:label."""
    label = {place: f":{text}" for place, text in found.labels.items()}
    return {found.header[place]: field + label.get(place, "") for place, field in found.fields.items()}


def contacts(*header, sample=(), **more):
    return said(recognise(header, sample, **more))


def deals(*header, sample=(), **more):
    return said(recognise(header, sample, "deals", **more))


@pytest.mark.parametrize(
    "pairs",
    [
        """Name = name, Company = company, Job Title = job_title, Email = email, Phone = phone,
        Mobile = phone:mobile, Website = link, Street = street, City = city, State = region, ZIP = postcode,
        Country = country, Birthday = birthday, Notes = note, Tags = tags""",
        """First Name = first_name, Surname = last_name, E-Mail Address = email, Cell = phone:mobile,
        Lead Source = source, Priority = priority, Rating = rating""",
        """Vorname = first_name, Nachname = last_name, Firma = company, E-Mail-Adresse = email,
        Telefonnummer = phone, Handy = phone:mobile, Straße = street, PLZ = postcode, Ort = city,
        Land = country, Geburtstag = birthday, Bemerkungen = note""",
        """Anrede = prefix, Name = name, E-Mail (privat) = email:home, Telefon geschäftlich = phone:work,
        Wiedervorlage = next, Aufgabe = todo""",
        """Prénom = first_name, Nom = last_name, Société = company, Courriel = email, Téléphone = phone,
        Portable = phone:mobile, Adresse = street, Code postal = postcode, Ville = city, Pays = country,
        Remarques = note""",
        """Nombre = first_name, Apellidos = last_name, Empresa = company, Correo electrónico = email,
        Teléfono móvil = phone:mobile, Dirección = street, Código postal = postcode, Ciudad = city,
        Observaciones = note""",
        """Nome = first_name, Cognome = last_name, Azienda = company, Posta elettronica = email,
        Cellulare = phone:mobile, Indirizzo = street, CAP = postcode, Città = city, Compleanno = birthday,
        Commenti = note""",
        """Voornaam = first_name, Achternaam = last_name, Bedrijf = company, E-mailadres = email,
        Telefoonnummer = phone, Mobiel = phone:mobile, Straat = street, Woonplaats = city,
        Verjaardag = birthday, Opmerkingen = note""",
        """Imię = first_name, Nazwisko = last_name, Nazwa firmy = company, Adres e-mail = email,
        Telefon komórkowy = phone:mobile, Ulica = street, Kod pocztowy = postcode, Miejscowość = city,
        Urodziny = birthday, Uwagi = note""",
        """Nome = first_name, Sobrenome = last_name, Empresa = company, E-mail = email, Telemóvel = phone:mobile,
        Morada = street, Código Postal = postcode, Cidade = city, Data de nascimento = birthday,
        Observações = note""",
    ],
    ids=["en", "en-2", "de", "de-2", "fr", "es", "it", "nl", "pl", "pt"],
)
def test_contacts_in_eight_languages(pairs):
    expected = dict(pair.split(" = ") for pair in re.split(r",\s+", pairs))
    assert contacts(*expected) == expected


@pytest.mark.parametrize(
    "pairs",
    [
        """Deal ID = deal_id, Contact = contact, Title = title, Amount (EUR) = amount:EUR, Stage = stage,
        Status = outcome, Created = opened_on, Closed = closed_on, Lost reason = how, Pipeline = process""",
        """Kunde = contact, Betreff = title, Betrag in € = amount:EUR, Währung = currency, Stufe = stage,
        Ergebnis = outcome, Datum = opened_on, Grund = how""",
        """Client = contact, Affaire = title, Montant = amount, Devise = currency, Étape = stage,
        Résultat = outcome, Date de clôture = closed_on""",
        """Cliente = contact, Negocio = title, Importe = amount, Moneda = currency, Etapa = stage,
        Estado = outcome, Fecha de cierre = closed_on""",
        """Cliente = contact, Trattativa = title, Importo = amount, Valuta = currency, Fase = stage,
        Esito = outcome, Data chiusura = closed_on""",
        """Klant = contact, Onderwerp = title, Bedrag = amount, Valuta = currency, Fase = stage,
        Uitkomst = outcome, Gesloten op = closed_on""",
        """Klient = contact, Tytuł = title, Kwota = amount, Waluta = currency, Etap = stage, Wynik = outcome,
        Data zamknięcia = closed_on""",
        """Cliente = contact, Negócio = title, Valor = amount, Moeda = currency, Etapa = stage,
        Resultado = outcome, Data de fechamento = closed_on""",
    ],
    ids=["en", "de", "fr", "es", "it", "nl", "pl", "pt"],
)
def test_deals_in_eight_languages(pairs):
    expected = dict(pair.split(" = ") for pair in re.split(r",\s+", pairs))
    assert deals(*expected) == expected


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Business Phone 2", "phone:work"),
        ("Home Fax", "phone:fax"),
        ("Mobile (private)", "phone:mobile"),
        ("Privat mobil", "phone:mobile"),
        ("Company Main Phone", "phone:work"),
        ("Other E-Mail", "email:other"),
        ("E-mail 1 - Value", "email"),
        ("Person - Email - Work", "email:work"),
        ("Customer Phone", "phone"),
        ("Primary Contact", "name"),
        ("Business Country/Region", "country:work"),
        ("Billing City", "city:billing"),
        ("MobilePhone", "phone:mobile"),
        ("eMail", "email"),
        ("LinkedIn URL", "link:linkedin"),
        ("phone_number", "phone"),
        ("  NAME * ", "name"),
        ("Tel.-Nr.", "phone"),
        ("referred_by", "referred_by"),
        ("Off list", "off_list"),
        ("Next step", "next"),
        ("To-do", "todo"),
        ("Fax", "phone:fax"),
    ],
)
def test_labels_numbers_and_spellings(heading, target):
    assert contacts(heading) == {heading: target}


@pytest.mark.parametrize(
    "heading",
    [
        "E-mail 1 - Type",
        "E-mail Display Name",
        "Contact owner",
        "Home",
        "Customer ID",
        "Lead Status",
        "Last Activity Date",
        "Phonetic First Name",
        "Assistant's Phone",
        "Manager's Name",
        "",
        "???",
        "Address 1 - Label",
        "Total Spent",
        "Work title",
    ],
)
def test_what_is_not_read(heading):
    assert contacts(heading) == {}


def test_unread_columns_are_named_in_their_own_words():
    found = recognise(["Name", "Shoe size", "", "", "Umsatz "], [["Ann", "38", "", "x", "5"]])
    assert found.unread == ["Shoe size", "column 4", "Umsatz"]
    assert found.columns("name") == [0]


def test_several_columns_for_what_there_may_be_several_of():
    found = recognise(["Name", "Telefon", "Telefon", "E-Mail", "E-Mail 2", "Note", "Memo", "Full name"])
    assert found.columns("phone") == [1, 2]
    assert found.columns("email") == [3, 4]
    assert found.columns("note") == [5, 6]
    # One value has one column: the left one, or the only one that is filled.
    assert (found.columns("name"), found.unread) == ([0], ["Full name"])
    assert recognise(["Occupation", "Job"], [["", "Baker"]]).columns("job_title") == [1]
    assert said(recognise(["Contact", "Won time", "Lost time"], [], "deals")) == {
        "Contact": "contact",
        "Won time": "closed_on",
        "Lost time": "closed_on",
    }


def test_halves_of_a_name():
    assert contacts("Vorname", "Name") == {"Vorname": "first_name", "Name": "last_name"}
    assert contacts("Name", "Surname") == {"Name": "first_name", "Surname": "last_name"}
    both = contacts("First Name", "Name", sample=[["Ann", "Ann Example"]])
    assert both == {"First Name": "first_name", "Name": "name"}
    assert contacts("Name", "Given Name", "Family Name")["Name"] == "name"


def test_titles():
    assert contacts("Title", "Name", sample=[["Ms.", "Ann"], ["", "Bob"]])["Title"] == "prefix"
    assert contacts("Title", "Name", sample=[["Buyer", "Ann"]])["Title"] == "job_title"
    assert contacts("Title", "Job Title") == {"Title": "prefix", "Job Title": "job_title"}
    assert deals("Name", "Customer", "Amount") == {"Name": "title", "Customer": "contact", "Amount": "amount"}
    assert deals("Name", "Amount") == {"Name": "contact", "Amount": "amount"}


def test_next_step_is_a_day_or_words():
    assert contacts("Next step", sample=[["2026-12-01"], [""]])["Next step"] == "next"
    assert contacts("Next step", sample=[["fri"]])["Next step"] == "next"
    assert contacts("Next step", sample=[["send the list"]])["Next step"] == "todo"
    assert contacts("Next step", "To do", sample=[["call them", "x"]])["Next step"] == "next"


def test_address_beside_a_town_is_the_street():
    assert contacts("Address", "City")["Address"] == "street"
    assert contacts("Address", "Street", "City")["Address"] == "address"
    assert contacts("Address")["Address"] == "address"
    assert contacts("Home Address", "Business City")["Home Address"] == "address:home"


def test_values_that_belie_their_heading():
    outlook = [["Normal", "hot", "EX", "a@x.example"]]
    assert contacts("Priority", "Rating", "Type", "Email", sample=outlook) == {"Email": "email"}
    assert recognise(["Name", "Priority"], [["Ann", "Normal"]]).unread == ["Priority"]
    ours = [["B", "4", "company"], ["", "", ""]]
    assert contacts("Priority", "Rating", "Type", sample=ours) == {
        "Priority": "priority",
        "Rating": "rating",
        "Type": "kind",
    }


def test_answers_to_the_criteria():
    found = recognise(["Name", "Money", "target_market", "Authority?", "Interest"], questions=CRITERIA)
    assert said(found) == {
        "Name": "name",
        "Money": "answer:money",
        "target_market": "answer:target market",
        "Authority?": "answer:authority",
    }
    assert found.unread == ["Interest"]


def test_the_words_of_one_format_come_first():
    words = {"Phone 1 - Value": "phone:work", "Occupation": "", "Deal owner": "referred_by", "Account": "note"}
    found = contacts("Name", "Phone 7 - Value", "Occupation", "Deal owner", "Account", "Email", words=words)
    assert found == {
        "Name": "name",
        "Phone 7 - Value": "phone:work",
        "Deal owner": "referred_by",
        "Account": "note",
        "Email": "email",
    }


def test_columns_without_headings_are_guessed_by_content():
    rows = [["Ann Example", "ann@x.example", "202-555-0101", "yes", "https://x.example/ann"]]
    rows += [["Bob Stone", "", "2025550102", "", ""]]
    header = [f"column {number}" for number in range(1, 6)]
    found = recognise(header, rows)
    assert said(found) == {"column 1": "name", "column 2": "email", "column 3": "phone", "column 5": "link"}
    assert found.names_someone()
    # A blank heading above the names, as people leave it.
    assert contacts("", "E-Mail", sample=[row[:2] for row in rows]) == {"": "name", "E-Mail": "email"}
    # Headings in a language nobody here reads.
    assert contacts("Jméno a příjmení", "Spojení", sample=[row[:2] for row in rows]) == {
        "Jméno a příjmení": "name",
        "Spojení": "email",
    }
    # Who sells is not who buys.
    assert deals("Sales agent", "Amount", sample=[["Sam Seller", "5"]]) == {"Amount": "amount"}


def test_a_file_that_names_nobody():
    assert not recognise(["Colour", "Size"], [["12", "7"]]).names_someone()
    assert not recognise(["Note", "Birthday"], [["x 1", "2"]]).names_someone()
    assert not recognise(["Amount"], [], "deals").names_someone()
    for header in ("Phone", "URL", "Company", "Nickname", "Vorname"):
        assert recognise([header]).names_someone()


def test_the_opportunities_of_a_stranger():
    header = [
        "opportunity_id",
        "sales_agent",
        "product",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    ]
    found = recognise(
        header, [["1C1I7A6R", "Moses Frase", "GTX", "Cancity", "Won", "2016-10-20", "2017-03-01", "1054"]], "deals"
    )
    assert said(found) == {
        "opportunity_id": "deal_id",
        "product": "title",
        "account": "company",
        "deal_stage": "stage",
        "engage_date": "opened_on",
        "close_date": "closed_on",
        "close_value": "amount",
    }
    assert said(apply_map(found, ["account=contact"]))["account"] == "contact"
    # A product is the title only where there is no other.
    assert deals("Contact", "Product", "Project") == {"Contact": "contact", "Project": "title"}


def test_maps():
    found = recognise(["Name", "Telefon", "Telefon", "Colour", "a=b", "Spitzname"], questions=CRITERIA)
    mapped = apply_map(found, ["colour=tags", "TELEFON=phone:work", "a=b=note", "Spitzname=", "column 1=company"])
    assert mapped.fields == {0: "company", 1: "phone", 2: "phone", 3: "tags", 4: "note"}
    assert mapped.labels == {1: "work", 2: "work"}
    assert mapped.unread == ["Spitzname"]
    # What has one value moves; what has several gathers.
    assert said(apply_map(found, ["Colour=name"])) == {"Colour": "name", "Telefon": "phone", "Spitzname": "nickname"}
    assert apply_map(found, ["Colour=answer:Money"]).labels[3] == "money"
    assert apply_map(found, []) == found


def test_maps_that_are_refused():
    found = recognise(["Account", "E-Mail", "Town"], questions=CRITERIA)
    for text, words in [
        ("Acount=name", 'nearest is "Account"'),
        ("zzz=name", '"Account", "E-Mail", "Town"'),
        ("column 9=name", "no column"),
        ("Account=nmae", "there are name, first_name,"),
        ("Account=amount", 'no field "amount"'),
        ("Account=name:work", "takes no label"),
        ("Account=answer:luck", "target market, money, authority"),
        ("Account=answer", "target market, money, authority"),
        ("Account", 'like "Account=name"'),
        ("=name", "COLUMN=FIELD"),
    ]:
        with pytest.raises(Refused, match=re.escape(words)) as caught:
            apply_map(found, [text])
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("kind", "fields"), [("contacts", CONTACT_FIELDS), ("deals", DEAL_FIELDS)])
def test_every_field_is_known_by_its_own_name_and_has_help(kind, fields):
    for field, words in fields.items():
        assert words and "\n" not in words and len(words) < 75
        if field not in heading_words.UNSPOKEN_OF[kind]:
            assert list(said(recognise([field], (), kind)).values()) == [field]


@pytest.mark.parametrize("tables", [heading_words.CONTACT_WORDS, heading_words.DEAL_WORDS])
def test_the_tables_are_written_as_they_are_compared(tables):
    entries = [entry.partition("=")[0].strip() for listed in tables.values() for entry in listed.split(",")]
    wrong = [word for word in entries if " ".join(headings._words(word)) != " ".join(word.split())]
    assert wrong == []
    assert set(tables) <= set(CONTACT_FIELDS) | set(DEAL_FIELDS)


def test_is_heading():
    for cell in ("Name", "E-Mail", "Umsatz", "Betrag (EUR)", "Business Phone 2", "Deal - Stage"):
        assert is_heading(cell)
    for cell in ("", "Ann Example", "ann@x.example", "2026-12-01", "My Customers 2026", "printed 21.11.2026"):
        assert not is_heading(cell)


@given(st.lists(st.text(max_size=20), max_size=8), st.lists(st.lists(st.text(max_size=20), max_size=9), max_size=4))
def test_any_header_is_recognised_or_unread(header, sample):
    for kind in ("contacts", "deals"):
        found = recognise(header, sample, kind, CRITERIA)
        assert set(found.fields) <= set(range(len(header)))
        assert set(found.labels) <= set(found.fields)
        assert set(found.fields.values()) <= set(headings.FIELDS[kind])
        assert len(found.fields) + len(found.unread) + len(found.blank - set(found.fields)) == len(header)
