"""Google Contacts, Outlook, Thunderbird and LinkedIn: every value of every row in its place."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from builders import desk, run
from cards import SAMPLES, bring, brought, counts, filled, headings, made_of, people, resaved, table, written
from salesflow.importers import formats, outlook_words, thunderbird
from salesflow.importers.headings import key_of

GOOGLE_OLD = """\
Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,\
Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,Directory Server,\
Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,E-mail 1 - Type,\
E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,\
Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,\
Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Organization 1 - Type,Organization 1 - Name,\
Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol,\
Organization 1 - Location,Organization 1 - Job Description,Website 1 - Type,Website 1 - Value
Amara Okafor,Amara,,Okafor,,,,,,,,,,,1984-03-07,,,,,,,,,,,Met at craft fair,,,Clients ::: * myContacts,* Home,\
amara@example.com ::: amara.okafor@example.org,Work,amara@shop.example,Mobile,+1 202-555-0143 ::: (202) 555-0144,,,Home,\
"12 Elm St\nSpringfield, IL 62704\nUS",12 Elm St,Springfield,,IL,62704,US,,,Okafor Candles,,Owner,,,,,Profile,\
https://example.com/amara
Łukasz Żak,Łukasz,,Żak,,,,,,,,,,, --11-30,,,,,,,,,,,,,,* myContacts,* Work,lukasz@example.pl,,,Work,512 345 678\
,,,,,,,,,,,,,,,,,,,,,
,,,,,,,,,,,,,,,,,,,,,,,,,,,,* myContacts,* Other,noname@example.com,,,,,,,,,,,,,,,,,,,,,,,,,
Joe Phoneonly,Joe,,Phoneonly,,,,,,,,,,,,,,,,,,,,,,,,,Leads ::: * myContacts ::: * starred,,,,,,2025550145\
,,,,,,,,,,,,,,,,,,,,,
"""
GOOGLE_2024 = """\
First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,\
Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,\
E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,\
Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,\
Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Website 1 - Label,\
Website 1 - Value,Event 1 - Label,Event 1 - Value,Relation 1 - Label,Relation 1 - Value,Custom Field 1 - Label,\
Custom Field 1 - Value
Amara,,Okafor,,,,,,Ama,,Okafor Candles,Owner,,1984-03-07,"Line one\nLine two",,Clients ::: * myContacts,* Home,\
amara@example.com,Work,amara@shop.example,Mobile,+1 202-555-0143,,,Home,,12 Elm St,Springfield,,IL,62704,US,,,,\
Anniversary,2010-06-19,Spouse,Chidi,Preferred wick,wood
太郎,,山本,たろう,,やまもと,,,,,,,,--04-01,,,* myContacts,,,,,Mobile,090-0000-1111,,,,,,,,,,,,,,,,,,,
,,,,,,,,,,Acme Lamps,,,,,,Suppliers ::: * myContacts,,,,,Work,(202) 555-0199,,,,,,,,,,,,,,,,,,,
"""
OUTLOOK_HEADER = headings(
    "Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|"
    "Business Street 2|Business Street 3|Business City|Business State|Business Postal Code|"
    "Business Country/Region|Home Street|Home Street 2|Home Street 3|Home City|Home State|Home Postal Code|"
    "Home Country/Region|Other Street|Other Street 2|Other Street 3|Other City|Other State|Other Postal Code|"
    "Other Country/Region|Assistant's Phone|Business Fax|Business Phone|Business Phone 2|Callback|Car Phone|"
    "Company Main Phone|Home Fax|Home Phone|Home Phone 2|ISDN|Mobile Phone|Other Fax|Other Phone|Pager|"
    "Primary Phone|Radio Phone|TTY/TDD Phone|Telex|Account|Anniversary|Assistant's Name|Billing Information|"
    "Birthday|Business Address PO Box|Categories|Children|Directory Server|E-mail Address|E-mail Type|"
    "E-mail Display Name|E-mail 2 Address|E-mail 2 Type|E-mail 2 Display Name|E-mail 3 Address|E-mail 3 Type|"
    "E-mail 3 Display Name|Gender|Government ID Number|Hobby|Home Address PO Box|Initials|Internet Free Busy|"
    "Keywords|Language|Location|Manager's Name|Mileage|Notes|Office Location|Organizational ID Number|"
    "Other Address PO Box|Priority|Private|Profession|Referred By|Sensitivity|Spouse|User 1|User 2|User 3|"
    "User 4|Web Page"
)
USUAL = {"gender": "Unspecified", "priority": "Normal", "private": "False", "sensitivity": "Normal"}
OUTLOOK = written(
    [
        OUTLOOK_HEADER,
        filled(
            OUTLOOK_HEADER, title="Ms", first_name="Zoë", last_name="Müller", company="Café Noël",
            job_title="Geschäftsführerin", business_street="Hauptstraße 5", business_city="Köln",
            business_postal_code="50667", business_country_region="Germany", business_phone="+49 221 5550100",
            mobile_phone="0151 5550101", anniversary="0/0/00", birthday="4/21/1985", categories="Customers;Newsletter",
            e_mail_address="zoe@example.de", e_mail_type="SMTP", e_mail_display_name="Zoë Müller (zoe@example.de)",
            notes="Prefers email\r\nCall after 4pm", referred_by="Amara Okafor", **USUAL,
        ),
        filled(
            OUTLOOK_HEADER, first_name="Bob", last_name="Stone", mobile_phone="(202) 555-0161", anniversary="0/0/00",
            birthday="0/0/00", e_mail_type="EX", e_mail_display_name="Bob Stone",
            e_mail_address="/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=bob", **USUAL,
        ),
    ]
)  # fmt: skip
THUNDERBIRD_HEADER = headings(
    "First Name|Last Name|Display Name|Nickname|Primary Email|Secondary Email|Screen Name|Work Phone|"
    "Home Phone|Fax Number|Pager Number|Mobile Number|Home Address|Home Address 2|Home City|Home State|"
    "Home ZipCode|Home Country|Work Address|Work Address 2|Work City|Work State|Work ZipCode|Work Country|"
    "Job Title|Department|Organization|Web Page 1|Web Page 2|Birth Year|Birth Month|Birth Day|Custom 1|"
    "Custom 2|Custom 3|Custom 4|Notes"
)
LINKEDIN = '''\
Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Priya,Example,https://www.linkedin.com/in/priya-example,,"Razor Widgets, Inc.",Head of Buying,12 Mar 2025
"Ana ""Nina""",García Ruiz,https://www.linkedin.com/in/ana-example,ana@example.com,Studio Norte,"Founder, Design",03 Jan 2024
Priya,Example,https://www.linkedin.com/in/priya-example-2,,Razor Widgets Pvt Ltd,Product Manager,01 Feb 2022
,,,,,,01 Jan 2023
'''
OWN = {
    "google_old.csv": GOOGLE_OLD.encode(), "google_2024.csv": GOOGLE_2024.encode(),
    "outlook_classic_cp1252.csv": OUTLOOK.encode("cp1252"), "linkedin_connections.csv": LINKEDIN.encode(),
}  # fmt: skip
AMARA = {
    "name": "Amara Okafor", "company": "Okafor Candles", "job_title": "Owner", "birthday": "1984-03-07",
    "tags": ["Clients"],
}  # fmt: skip
PEOPLE: dict[str, list[dict[str, Any]]] = {
    "google_old.csv": [
        AMARA | {
            "note": "Met at craft fair",
            "points": [
                "email home amara@example.com", "email home amara.okafor@example.org", "email work amara@shop.example",
                "phone mobile +1 202-555-0143", "phone mobile (202) 555-0144", "link profile https://example.com/amara",
                "address home 12 Elm St, Springfield, IL 62704, US",
            ],
        },
        {"name": "Łukasz Żak", "birthday": "--11-30", "points": ["email work lukasz@example.pl", "phone work 512 345 678"]},
        {"name": "noname@example.com", "points": ["email other noname@example.com"]},
        {"name": "Joe Phoneonly", "points": ["phone 2025550145"], "tags": ["Leads", "starred"]},
    ],
    "google_2024.csv": [
        AMARA | {
            "note": "Line one\nLine two\nNickname: Ama",
            "points": [
                "email home amara@example.com", "email work amara@shop.example", "phone mobile +1 202-555-0143",
                "address home 12 Elm St, Springfield, IL 62704, US",
            ],
            "extra": ["Anniversary: 2010-06-19", "Spouse: Chidi", "Preferred wick: wood"],
        },
        {"name": "山本 太郎", "birthday": "--04-01", "points": ["phone mobile 090-0000-1111"]},
        {
            "name": "Acme Lamps", "kind": "company", "company": "Acme Lamps", "points": ["phone work (202) 555-0199"],
            "tags": ["Suppliers"],
        },
    ],
    "outlook_classic_cp1252.csv": [
        {
            "name": "Zoë Müller", "company": "Café Noël", "job_title": "Geschäftsführerin", "birthday": "1985-04-21",
            "note": "Prefers email\r\nCall after 4pm\nTitle: Ms\nReferred by: Amara Okafor",
            "points": [
                "phone work +49 221 5550100", "phone mobile 0151 5550101", "email zoe@example.de",
                "address work Hauptstraße 5, 50667 Köln, Germany",
            ],
            "tags": ["Customers", "Newsletter"],
        },
        {"name": "Bob Stone", "points": ["phone mobile (202) 555-0161"]},
    ],
    "linkedin_connections.csv": [
        {
            "name": "Priya Example", "company": "Razor Widgets, Inc.", "job_title": "Head of Buying",
            "created_on": "2025-03-12", "points": ["link linkedin https://www.linkedin.com/in/priya-example"],
        },
        {
            "name": 'Ana "Nina" García Ruiz', "company": "Studio Norte", "job_title": "Founder, Design",
            "created_on": "2024-01-03",
            "points": ["link linkedin https://www.linkedin.com/in/ana-example", "email ana@example.com"],
        },
        {
            "name": "Priya Example", "company": "Razor Widgets Pvt Ltd", "job_title": "Product Manager",
            "created_on": "2022-02-01", "points": ["link linkedin https://www.linkedin.com/in/priya-example-2"],
        },
    ],
}  # fmt: skip
FORMAT = {
    "google_old.csv": "google-contacts-old", "google_2024.csv": "google-contacts-2024",
    "outlook_classic_cp1252.csv": "outlook-classic", "linkedin_connections.csv": "linkedin-connections",
}  # fmt: skip


def text_of(name: str) -> str:
    return OWN[name].decode("cp1252" if "cp1252" in name else "utf-8")


@pytest.mark.parametrize("name", OWN)
def test_every_value_is_in_its_place(tmp_path: Path, name: str) -> None:
    assert made_of(tmp_path, OWN[name], name) == PEOPLE[name]


@pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/samples is not there")
@pytest.mark.parametrize("name", OWN)
def test_the_samples_are_these(tmp_path: Path, name: str) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())[name]
    with desk(tmp_path / "a.db") as found:
        taken = bring(found.conn, (SAMPLES / name).read_bytes(), name)
        assert (taken.format, taken.report.rows) == (expected["format"], expected["records"])
        assert people(found.conn) == PEOPLE[name]
    brought(tmp_path / "b.db", SAMPLES / name)


@pytest.mark.parametrize("name", [name for name in OWN if not name.startswith("linkedin")])
def test_half_of_its_columns_in_any_order_show_whose_it_is(name: str) -> None:
    header = table(text_of(name))[0]
    for seed in range(200):
        some = random.Random(seed).sample(header, len(header) // 2)
        found = formats.known(some, None)
        assert found and found.name == FORMAT[name], some


@pytest.mark.parametrize("name", ["google_2024.csv", "outlook_classic_cp1252.csv"])
def test_saved_again_by_a_spreadsheet_it_says_the_same(tmp_path: Path, name: str) -> None:
    text = text_of(name).replace("太郎,,山本,たろう,,やまもと", "Zoë,,Yama,,,")
    with desk(tmp_path / "a.db") as one, desk(tmp_path / "b.db") as other:
        first, taken = bring(one.conn, text), bring(other.conn, resaved(text))
        assert (taken.format, taken.delimiter, taken.encoding) == (FORMAT[name], ";", "cp1252")
        assert counts(taken) == counts(first)
        ways = [[sorted(card.get("points", ())) for card in people(found.conn)] for found in (one, other)]
        assert ways[0] == ways[1]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Name,Email,Phone", None),
        ("First Name,Last Name,Company,Email,Phone,Notes", None),
        ("Vorname,Nachname,E-Mail,Telefon", None),
        ("Nom,Prénom,Téléphone,Ville", None),
        ("Name,Labels,Birthday", None),
        ("First Name,Last Name,E-mail Address,Business Phone", "outlook-classic"),
        ("First Name,Last Name,E-mail Address,IMAddress,Business Phone", "outlook-web"),
        ("Vorname,Nachname,E-Mail-Adresse,Telefon geschäftlich", "outlook-classic"),
        ("Titre,Prénom,Nom,Société,Rue (bureau),Téléphone (bureau)", "outlook-classic"),
        ("Nome,Cognome,Indirizzo posta elettronica,Cellulare", "outlook-classic"),
        ("Vorname,Nachname,Anzeigename,Primäre E-Mail-Adresse", "thunderbird"),
        ("Nome,Cognome,Nome visualizzato,E-mail primaria", "thunderbird"),
        ("Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am", "linkedin-connections"),
        ("Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Date de connexion", "linkedin-connections"),
        ("First Name,Last Name,Email Address,Company,Position,Connected On", "linkedin-connections"),
    ],
)
def test_whose_export_a_header_is(header: str, name: str | None) -> None:
    for found in (header.split(","), header.split(",")[::-1]):
        known = formats.known(found, None)
        assert (known.name if known else None) == name


# Google.


def google(**cells: str) -> str:
    header = table(GOOGLE_2024)[0]
    header += [f"{what} 3 - {half}" for what in ("E-mail", "Phone") for half in ("Label", "Value")]
    header += [heading.replace(" 1 ", " 2 ") for heading in header if heading.startswith(("Address 1", "Relation 1"))]
    return written([header, filled(header, **cells)])


def test_google_any_number_of_column_groups_with_labels_of_their_own(tmp_path: Path) -> None:
    text = google(
        first_name="Ann", e_mail_3_label="Ann's shop", e_mail_3_value="ann@x.example", phone_3_label="Work Fax",
        phone_3_value="202-555-0101", phone_1_label="* Mobile", phone_1_value="202-555-0102",
        labels="Fair, Köln ::: * friends ::: * myContacts",
    )  # fmt: skip
    assert made_of(tmp_path, text) == [
        {
            "name": "Ann", "tags": ["Fair, Köln", "friends"],
            "points": ["phone mobile 202-555-0102", "email ann's shop ann@x.example", "phone fax 202-555-0101"],
        }
    ]  # fmt: skip


def test_google_one_label_with_a_comma_is_one_tag(tmp_path: Path) -> None:
    assert made_of(tmp_path, google(first_name="Ann", labels="Fair, Köln"))[0]["tags"] == ["Fair, Köln"]


def test_google_two_addresses_of_one_label_are_two(tmp_path: Path) -> None:
    text = google(
        first_name="Ann", address_1_label="Home", address_1_street="1 A St", address_1_city="Elko", address_1_po_box="12",
        address_2_label="Home", address_2_street="2 B St ::: 3 C St", address_2_city="Reno ::: Ely",
        address_2_country="US ::: US",
    )  # fmt: skip
    assert made_of(tmp_path, text)[0]["points"] == [
        "address home 1 A St, PO Box 12, Elko",
        "address home 2 B St, Reno, US",
        "address home 3 C St, Ely, US",
    ]


def test_google_an_address_in_one_piece(tmp_path: Path) -> None:
    text = google(first_name="Ann", address_1_label="Work", address_1_formatted="12 Elm St,\nSpringfield, IL 62704\nUS")
    assert made_of(tmp_path, text)[0]["points"] == ["address work 12 Elm St, Springfield, IL 62704, US"]


def test_google_what_is_said_twice_under_one_label_stands_together(tmp_path: Path) -> None:
    text = google(
        first_name="Ann", relation_1_label="Child", relation_1_value="Mia ::: Leo", relation_2_label="child",
        relation_2_value="Zoe", custom_field_1_value="no label", organization_department="Sales",
    )  # fmt: skip
    assert made_of(tmp_path, text)[0]["extra"] == [
        "Department: Sales",
        "Child: Mia; Leo; Zoe",
        "Custom Field 1 - Value: no label",
    ]


def test_google_whoever_has_no_name_is_called_as_filed(tmp_path: Path) -> None:
    text = google(file_as="The plumber", phone_1_value="202-555-0101", phonetic_first_name="x", nickname="")
    assert made_of(tmp_path, text) == [{"name": "The plumber", "points": ["phone 202-555-0101"]}]


# Outlook.

OUTLOOK_WORDS = {
    "de": """Anrede|Vorname|Weitere Vornamen|Nachname|Suffix|Firma|Position|Straße geschäftlich|Ort geschäftlich
        |Region geschäftlich|Postleitzahl geschäftlich|Land/Region geschäftlich|Straße privat|Ort privat
        |Fax geschäftlich|Telefon geschäftlich|Telefon Firma|Telefon privat|Mobiltelefon|Haupttelefon|Geburtstag
        |Kategorien|E-Mail-Adresse|E-Mail-Typ|E-Mail 2: Adresse|Notizen|Empfohlen von|Webseite|Partner|Ort""",
    "fr": """Titre|Prénom|Deuxième prénom|Nom|Suffixe|Société|Titre|Rue (bureau)|Ville (bureau)|Dép/Région (bureau)
        |Code postal (bureau)|Pays/Région (bureau)|Rue (domicile)|Ville (domicile)|Télécopie (bureau)
        |Téléphone (bureau)|Téléphone société|Téléphone (domicile)|Tél. mobile|Téléphone principal|Anniversaire
        |Catégories|Adresse de messagerie|Type de messagerie|Adresse de messagerie 2|Notes|Recommandé par|Page Web
        |Conjoint(e)|Emplacement""",
    "es": """Title|Nombre|Segundo nombre|Apellidos|Suffix|Organización|Puesto|Calle del trabajo|Ciudad de trabajo
        |Provincia o estado de trabajo|Código postal del trabajo|País o región del trabajo|Home Street|Home City
        |Business Fax|Teléfono del trabajo|Número de centralita de la organización|Particular|Mobile Phone
        |Teléfono principal|Birthday|Categorías|E-mail Address|E-mail Type|Dirección de correo electrónico 2|Notes
        |Referred By|Página web|Spouse|Location""",
    "it": """Titolo|Nome|Secondo nome|Cognome|Titolo straniero|Società|Posizione|Via (uff.)|Città (uff.)
        |Provincia (uff.)|CAP (uff.)|Paese (uff.)|Via (ab.)|Città (ab.)|Fax (uff.)|Ufficio|Telefono principale società
        |Abitazione|Cellulare|Telefono principale|Compleanno|Categorie|Indirizzo posta elettronica
        |Tipo posta elettronica|Indirizzo posta elettronica 2|Notes|Presentato da|Pagina Web|Nome coniuge|Luogo""",
    "nl": """Titel|Voornaam|Middelste naam|Achternaam|Achtervoegsel|Bedrijf|Functie|Werkadres, straat
        |Werkadres, plaats|Werkadres, provincie|Werkadres, postcode|Land/regio (werk)|Huisadres, straat
        |Huisadres, plaats|Fax op werk|Telefoon op werk|Hoofdtelefoon bedrijf|Telefoon thuis|Mobiele telefoon
        |Hoofdtelefoon|Verjaardag|Categorieën|E-mailadres|E-mailtype|E-mailadres 2|Notities|Referentie van|Webpagina
        |Partner|Locatie""",
    "pl": """Tytuł|Imię|Drugie imię|Nazwisko|Sufiks|Firma|Stanowisko|Adres służbowy - ulica
        |Adres służbowy - miejscowość|Adres służbowy - województwo|Adres służbowy - kod pocztowy|Adres służbowy - kraj
        |Adres domowy - ulica|Adres domowy - miejscowość|Faks służbowy|Telefon służbowy|Główny telefon do firmy
        |Telefon domowy|Telefon komórkowy|Telefon podstawowy|Urodziny|Kategorie|Adres e-mail|Typ e-mail|Adres e-mail 2
        |Notatki|Osoba polecająca|Strona sieci Web|Współmałżonek|Lokalizacja""",
    "pt": """Título|Primeiro nome|Outros nomes/apelidos|Apelido|Sufixo|Empresa|Cargo|Rua da empresa
        |Localidade da empresa|Distrito da empresa|Código postal da empresa|País/Região da Empresa|Rua da residência
        |Localidade da residência|Fax da empresa|Telefone da empresa|Telefone principal da empresa
        |Telefone da residência|Telemóvel|Telefone principal|Data de nascimento|Categorias
        |Endereço de correio electrónico|Tipo de correio electrónico|Endereço do correio electrónico 2|Notas
        |Referenciado por|Página na Web|Cônjuge|Localização""",
}
CELLS = headings(
    "Dr|Ana|M.|Ruiz|Jr.|Studio Norte|Owner|1 Main St|Springfield|IL|62704|US|2 Oak Ave|Shelbyville|"
    "202-555-0100|202-555-0101|202-555-0102|202-555-0103|202-555-0104|202-555-0105|21.4.1985|VIP;Fair|"
    "ana@x.example|SMTP|ana@y.example|likes oak|ann@z.example|https://x.example|Chidi|Level 3"
)


@pytest.mark.parametrize("language", OUTLOOK_WORDS)
def test_outlook_in_other_languages(tmp_path: Path, language: str) -> None:
    header = [heading.strip() for heading in OUTLOOK_WORDS[language].split("|")]
    prefix, spouse, place = header[0], header[28], header[29]
    code_page = {"pl": "cp1250"}.get(language, "cp1252")
    country = {"pl": "PL"}.get(language, "US")
    with desk(tmp_path / "a.db", country=country) as found:
        taken = bring(
            found.conn, written([header, CELLS, ["", "Ann", *[""] * 20, "ann@z.example", *[""] * 7]]).encode(code_page)
        )
        assert (taken.format, taken.encoding, counts(taken)) == ("outlook-classic", code_page, (2, 0, 0, 0))
        assert people(found.conn)[0] == {
            "name": "Ana M. Ruiz Jr.", "company": "Studio Norte", "job_title": "Owner", "birthday": "1985-04-21",
            "note": f"likes oak\n{prefix}: Dr", "tags": ["Fair", "VIP"], "referred_by": "Ann",
            "source": "referral",
            "points": [
                "phone fax 202-555-0100", "phone work 202-555-0101", "phone company 202-555-0102",
                "phone home 202-555-0103", "phone mobile 202-555-0104", "phone main 202-555-0105",
                "email ana@x.example", "email ana@y.example", "link https://x.example",
                "address work 1 Main St, Springfield, IL 62704, US", "address home 2 Oak Ave, Shelbyville",
            ],
            "extra": [f"{spouse}: Chidi", f"{place}: Level 3"],
        }  # fmt: skip


def outlook(**cells: str) -> str:
    return written([OUTLOOK_HEADER, filled(OUTLOOK_HEADER, **USUAL, **cells)])


def test_outlook_three_addresses_and_every_phone_with_its_label(tmp_path: Path) -> None:
    phones = ("business_phone_2", "callback", "car_phone", "company_main_phone", "home_fax", "home_phone_2", "isdn",
              "other_phone", "pager", "primary_phone", "radio_phone", "tty_tdd_phone")  # fmt: skip
    numbers = {phone: f"202-555-01{number:02}" for number, phone in enumerate(phones, 10)}
    text = outlook(
        last_name="Stone", business_street="1 A St", business_street_2="Floor 2", business_address_po_box="77",
        business_city="Elko", home_city="Reno", other_street="3 C St", other_state="NV", assistant_s_phone="202-555-0199",
        user_1="blue", department="Sales", account="x", **numbers,
    )  # fmt: skip
    labels = ["work", "callback", "car", "company", "fax", "home", "isdn", "other", "pager", "main", "radio", "tty"]
    card = made_of(tmp_path, text)[0]
    assert card["points"] == [
        *(f"phone {label} {numbers[phone]}" for phone, label in zip(phones, labels, strict=True)),
        "address work 1 A St, Floor 2, PO Box 77, Elko", "address home Reno", "address other 3 C St, NV",
    ]  # fmt: skip
    assert card["extra"] == ["Department: Sales", "Assistant's Phone: 202-555-0199", "User 1: blue"]


def test_outlook_an_address_inside_a_firm_is_no_email(tmp_path: Path) -> None:
    inside = {"e_mail_address": "/o=Firm/ou=A/cn=bob", "e_mail_type": "EX"}
    with desk(tmp_path / "a.db") as found:
        taken = bring(found.conn, outlook(first_name="Bob", **inside, e_mail_display_name="Bob Stone"))
        assert [text for _, text in taken.report.warnings] == [
            "E-mail Address: an address inside a firm's own network is no e-mail; left out"
        ]
        assert people(found.conn) == [{"name": "Bob"}]
    text = outlook(**inside, e_mail_display_name="Bob Stone (bob@stone.example)")
    assert made_of(tmp_path, text) == [{"name": "Bob Stone", "points": ["email bob@stone.example"]}]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("0/0/00", "mdy", None), ("0-0-00", "dmy", None), ("00.00.00", "dmy", None), ("1/1/4501", "mdy", None),
        ("4/5/1985", "mdy", "1985-04-05"), ("4/5/1985", "dmy", "1985-05-04"), ("4.5.1985", "mdy", "1985-05-04"),
        ("1985-04-05", "dmy", "1985-04-05"), ("5-4-1985", "dmy", "1985-04-05"), ("21/4/1985", "mdy", "1985-04-21"),
    ],
)  # fmt: skip
def test_outlook_days_are_those_of_its_windows(tmp_path: Path, text: str, order: str, day: str | None) -> None:
    made = made_of(tmp_path, outlook(last_name="Stone", birthday=text, anniversary="0/0/00"), date_order=order)
    assert made == [{"name": "Stone"} | ({"birthday": day} if day else {})]


def test_outlook_a_wedding_day_is_no_birthday(tmp_path: Path) -> None:
    header = ["Primeiro nome", "Apelido", "Aniversário", "Data de nascimento", "Rua da empresa"]
    made = made_of(tmp_path, written([header, ["Ana", "Ruiz", "3.2.2001", "21.4.1985", ""]]))
    assert made == [{"name": "Ana Ruiz", "birthday": "1985-04-21", "extra": ["Anniversary: 3.2.2001"]}]
    header = ["Primeiro nome", "Sobrenome", "Aniversário", "Telefone comercial", "E-mail Address"]
    made = made_of(tmp_path, written([header, ["Ana", "Ruiz", "21.4.1985", "", ""]]))
    assert made == [{"name": "Ana Ruiz", "birthday": "1985-04-21"}]


def test_outlook_of_the_web(tmp_path: Path) -> None:
    header = headings(
        "First Name|Last Name|Nickname|Surname Yomi|E-mail Address|Business Phone|IMAddress|Personal Web Page"
    )
    made = made_of(
        tmp_path, written([header, ["Ana", "Ruiz", "Nina", "x", "a@x.example", "", "ana-im", "https://a.example"]])
    )
    assert made == [
        {
            "name": "Ana Ruiz", "note": "Nickname: Nina", "points": ["email a@x.example", "link https://a.example"],
            "extra": ["IMAddress: ana-im"],
        }
    ]  # fmt: skip


def test_each_heading_of_outlook_and_thunderbird_means_one_thing() -> None:
    births = {"year": thunderbird._YEAR, "month": thunderbird._MONTH, "day": thunderbird._DAY}
    for words, marks in (
        (outlook_words.WORDS, outlook_words.MARKS), (thunderbird._WORDS | births, thunderbird._MARKS),
    ):  # fmt: skip
        meant: dict[str, set[str]] = {}
        for field, listed in words.items():
            for heading in listed.split("|"):
                meant.setdefault(key_of(heading), set()).add(field)
        assert {heading: fields for heading, fields in meant.items() if len(fields) > 1} == {}
        assert {key_of(heading) for text in marks for heading in text.split("|")} - {"nickname"} <= set(meant)


# Thunderbird.


def test_thunderbird(tmp_path: Path) -> None:
    ann = filled(
        THUNDERBIRD_HEADER, first_name="Ann", last_name="Lee", display_name="Mum", primary_email="ann@x.example",
        secondary_email="lee@x.example", screen_name="ann-im", work_phone="202-555-0101", fax_number="202-555-0102",
        mobile_number="202-555-0103", home_address="1 Elm St", home_address_2="Apt 4", home_city="Elko",
        home_state="NV", home_zipcode="89801", home_country="US", work_city="Reno", job_title="Baker",
        organization="Bread & Co", web_page_1="https://x.example", birth_year="1985", birth_month="4", birth_day="21",
        custom_1="rye", notes="call early",
    )  # fmt: skip
    ben = filled(THUNDERBIRD_HEADER, display_name="Falk, Ben", birth_year="0", birth_month="04", birth_day="01")
    eve = filled(THUNDERBIRD_HEADER, display_name="Eve Sun", first_name="Eve", last_name="Sun", birth_year="1990")
    assert made_of(tmp_path, written([THUNDERBIRD_HEADER, ann, ben, eve])) == [
        {
            "name": "Ann Lee", "company": "Bread & Co", "job_title": "Baker", "birthday": "1985-04-21",
            "note": "call early\nNickname: Mum",
            "points": [
                "email ann@x.example", "email lee@x.example", "phone work 202-555-0101", "phone fax 202-555-0102",
                "phone mobile 202-555-0103", "link https://x.example",
                "address home 1 Elm St, Apt 4, Elko, NV 89801, US", "address work Reno",
            ],
            "extra": ["Screen Name: ann-im", "Custom 1: rye"],
        },
        {"name": "Ben Falk", "birthday": "--04-01"},
        {"name": "Eve Sun", "note": "Birthday, in one: 1990"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        "Vorname|Nachname|Primäre E-Mail-Adresse|Tel. dienstlich|Mobil-Tel.-Nr.|Privat: Ort|Dienstlich: Ort"
        "|Arbeitstitel|Organisation|Geburtsjahr|Geburtsmonat|Geburtstag|Notizen",
        "Prénom|Nom de famille|Première adresse électronique|Tél. professionnel|Portable|Ville|Ville|Profession|Société"
        "|Année de naissance|Mois|Jour|Notes",
        "Nombre|Apellidos|Dirección de correo electrónico principal|Teléfono (Trabajo)|Teléfono móvil|Ciudad donde vive"
        "|Ciudad (Trabajo)|Puesto|Organización|Año de nacimiento|Mes de nacimiento|Día de nacimiento|Notas",
        "Nome|Cognome|E-mail primaria|Telefono lavoro|Numero cellulare|Città di residenza|Città di lavoro|Qualifica"
        "|Organizzazione|Anno di nascita|Mese di nascita|Giorno di nascita|Note",
        "Voornaam|Achternaam|Eerste e-mail|Telefoon werk|Mobiel nummer|Woonplaats|Werklocatie|Werkfunctie|Organisatie"
        "|Geboortejaar|Geboortemaand|Geboortedag|Aantekeningen",
        "Imię|Nazwisko|Podstawowy e-mail|Telefon służbowy|Numer telefonu komórkowego|Miasto (dom)|Miasto (praca)"
        "|Stanowisko|Firma/Organizacja|Urodziny - Rok|Urodziny - Miesiąc|Urodziny - Dzień|Notatki",
        "Primeiro nome|Sobrenome|E-mail primário|Telefone comercial|Número celular|Cidade|Cidade de trabalho|Cargo"
        "|Empresa|Ano de nascimento|Mês de nascimento|Nascimento|Observações",
    ],
)
def test_thunderbird_in_other_languages(tmp_path: Path, header: str) -> None:
    row = [
        "Ann",
        "Lee",
        "a@x.example",
        "202-555-0101",
        "202-555-0102",
        "Elko",
        "Reno",
        "Baker",
        "Bread",
        "1985",
        "4",
        "21",
    ]
    assert formats.known(header.split("|"), None).name == "thunderbird"  # type: ignore[union-attr]
    assert made_of(tmp_path, written([header.split("|"), [*row, "call early"]])) == [
        {
            "name": "Ann Lee", "company": "Bread", "job_title": "Baker", "birthday": "1985-04-21", "note": "call early",
            "points": [
                "email a@x.example", "phone work 202-555-0101", "phone mobile 202-555-0102", "address home Elko",
                "address work Reno",
            ],
        }
    ]  # fmt: skip


# LinkedIn.


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am", "05. März 2024"),
        ("Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Date de connexion", "5 mars 2024"),
        ("Nombre,Apellidos,URL,Dirección de correo electrónico,Empresa,Cargo,Conectado el", "05 de mar. de 2024"),
        ("Nome,Cognome,URL,Indirizzo email,Azienda,Posizione,Collegato il", "05 mar 2024"),
        ("Voornaam,Achternaam,URL,E-mailadres,Bedrijf,Functie,Verbonden op", "05 mrt. 2024"),
        ("Imię,Nazwisko,URL,Adres e-mail,Firma,Stanowisko,Połączono", "05 marca 2024"),
        ("Nome,Sobrenome,URL,Endereço de e-mail,Empresa,Cargo,Conectado em", "05 de março de 2024"),
        ("First Name,Last Name,Email Address,Company,Position,Connected On", "3/5/24, 2:33 PM"),
    ],
)
def test_linkedin_in_other_languages(tmp_path: Path, header: str, day: str) -> None:
    url = "https://www.linkedin.com/in/ann-lee"
    cells = ["Ann", "Lee", *([url] if "URL" in header else []), "a@x.example", "Bread", "Baker", day]
    text = f'Hinweise:\n"Ihre Daten, zum Lesen."\n\n{header}\n{written([cells])}'
    with desk(tmp_path / "a.db", date_order="mdy") as found:
        taken = bring(found.conn, text)
        assert (taken.format, taken.header_line, counts(taken)) == ("linkedin-connections", 4, (1, 0, 0, 0))
        assert people(found.conn) == [
            {
                "name": "Ann Lee", "company": "Bread", "job_title": "Baker", "created_on": "2024-03-05",
                "points": [*([f"link linkedin {url}"] if "URL" in header else []), "email a@x.example"],
            }
        ]  # fmt: skip


def test_linkedin_says_why_a_deleted_account_is_nobody(tmp_path: Path) -> None:
    with desk(tmp_path / "a.db") as found:
        taken = bring(found.conn, LINKEDIN)
        assert taken.report.problems == [(8, "nobody is left here but a day: the account was deleted")]


# Both ways.


@pytest.mark.parametrize("form", ["google", "outlook"])
def test_our_own_export_comes_back_as_it_went(tmp_path: Path, form: str) -> None:
    db, out = tmp_path / "a.db", tmp_path / "out.csv"
    (tmp_path / "in.csv").write_bytes(GOOGLE_2024.encode().replace(b",--04-01,", b",1990-04-01,"))
    run(db, "import", str(tmp_path / "in.csv"))
    assert run(db, "export", "--as", form, "-o", str(out)).code == 0
    said = run(db, "import", str(out), "--dry-run").out
    assert "0 to add, 0 to update, 3 the same, 0 refused" in said
