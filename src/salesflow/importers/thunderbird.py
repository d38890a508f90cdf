"""Thunderbird's address book as CSV: headings in the language of its user, a birthday in three columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Row
from salesflow.importers.formats import Format, Places
from salesflow.people import fold

# A field and its headings: English, German, French, Spanish, Italian, Dutch, Polish, Portuguese.
_WORDS = {
    "first_name": "First Name|Vorname|Prénom|Nombre|Nome|Voornaam|Imię|Primeiro nome",
    "last_name": "Last Name|Nachname|Nom de famille|Apellidos|Cognome|Achternaam|Nazwisko|Sobrenome|Último Nome",
    "name": """Display Name|Anzeigename|Nom à afficher|Nombre mostrado|Nome visualizzato|Weergavenaam
        |Wyświetlana nazwa|Apresentar como|Mostrar Nome""",
    "nickname": "Nickname|Spitzname|Surnom|Apodo|Soprannome|Bijnaam|Pseudonim|Apelido|Alcunha",
    "email": """Primary Email|Secondary Email|Primäre E-Mail-Adresse|Sekundäre E-Mail-Adresse
        |Première adresse électronique|Deuxième adresse électronique|Adresse électronique principale
        |Dirección de correo electrónico principal|Dirección de correo electrónico secundaria|E-mail primaria
        |E-mail secondaria|Email primaria|Email secondaria|Eerste e-mail|Tweede e-mail|Podstawowy e-mail
        |Dodatkowy e-mail|E-mail primário|E-mail secundário|Correio Primário|Correio Secundário""",
    "phone:work": """Work Phone|Tel. dienstlich|Tél. professionnel|Teléfono (Trabajo)|Telefono lavoro|Telefoon werk
        |Telefon służbowy|Telefonu służbowy|Telefone comercial|Telefone do Trabalho""",
    "phone:home": """Home Phone|Tel. privat|Tél. personnel|Teléfono particular|Telefono casa|Telefoon thuis
        |Telefon domowy|Telefone residencial|Telefone de Casa""",
    "phone:fax": "Fax Number|Fax-Nummer|Fax|Numero fax|Faxnummer|Numer faksu|Número do fax|Número de Fax",
    "phone:pager": """Pager Number|Pager-Nummer|Pager|Buscapersonas|Numero cercapersone|Piepernummer
        |Número do pager""",
    "phone:mobile": """Mobile Number|Mobil-Tel.-Nr.|Portable|Teléfono móvil|Numero cellulare|Mobiel nummer
        |Numer telefonu komórkowego|Número celular|Número do Telemóvel""",
    "street:home": """Home Address|Privat: Adresse|Adresse privée|Dirección personal|Indirizzo di casa|Adres
        |Adres domowy|Endereço|Endereço de Casa""",
    "city:home|city:work": "Ville",
    "city:home": """Home City|Privat: Ort|Ciudad donde vive|Città di residenza|Woonplaats|Miasto (dom)|Cidade
        |Cidade Natal""",
    "region:home|region:work": "Pays/État",
    "region:home": """Home State|Privat: Bundesland|Provincia|Provincia di residenza|Provincie|Województwo (dom)
        |Estado""",
    "postcode:home|postcode:work": "Code postal",
    "postcode:home": """Home ZipCode|Home Zip|Privat: PLZ|Código postal|CAP di residenza|Postcode
        |Kod pocztowy (dom)|CEP""",
    "country:home|country:work": "Région",
    "country:home": """Home Country|Privat: Land|País de residencia|Nazione di residenza|Land|Państwo (dom)|País
        |Nacionalidade""",
    "street:work": """Work Address|Dienstlich: Adresse|Adresse professionnelle|Dirección de trabajo
        |Indirizzo di lavoro|Werkadres|Adres służbowy|Endereço de trabalho""",
    "city:work": """Work City|Dienstlich: Ort|Ciudad (Trabajo)|Città di lavoro|Werklocatie|Werkplaats|Miasto (praca)
        |Cidade de trabalho""",
    "region:work": """Work State|Dienstlich: Bundesland|Provincia (Trabajo)|Provincia di lavoro|Werkprovincie
        |Województwo (praca)|Estado de trabalho|Estado do Local de Trabalho""",
    "postcode:work": """Work ZipCode|Work Zip|Dienstlich: PLZ|Código postal (Trabajo)|CAP di lavoro|Werkpostcode
        |Kod pocztowy (praca)|CEP de trabalho|Código Postal do Trabalho""",
    "country:work": """Work Country|Dienstlich: Land|País (Trabajo)|Nazione di lavoro|Werkland|Państwo (praca)
        |País de trabalho|País do Trabalho""",
    "job_title": "Job Title|Arbeitstitel|Profession|Puesto|Qualifica|Werkfunctie|Stanowisko|Cargo|Profissão",
    "company": """Organization|Organisation|Société|Organización|Organizzazione|Organisatie|Firma/Organizacja|Empresa
        |Organização""",
    "link": """Web Page 1|Webseite 1|Site Web 1|Página web 1|Pagina web 1|Webpagina 1|Strona WWW 1
        |Página da web 1""",
    "note": "Notes|Notizen|Notas|Note|Aantekeningen|Notities|Notatki|Observações",
    "extra": """Screen Name|Messenger-Name|Nom de l'écran|Nombre en pantalla|Nome Instant Messenger|Schermnaam
        |Komunikator AIM|Nome de tela|Nome do ecrã|Department|Abteilung|Service|Departamento|Reparto|Afdeling
        |Departament|Setor|Custom 1|Benutzerdef. 1|Divers 1|Personalizado 1|Personalizzato 1|Overig 1|Informacja 1
        |Personalização 1""",
}  # fmt: skip
_YEAR = """Birth Year|Geburtsjahr|Année de naissance|Año de nacimiento|Anno di nascita|Geboortejaar|Urodziny - Rok
    |Ano de nascimento|Aniversário"""
_MONTH = """Birth Month|Geburtsmonat|Mois|Mes de nacimiento|Mese di nascita|Geboortemaand|Urodziny - Miesiąc
    |Mês de nascimento"""
_DAY = """Birth Day|Geburtstag|Jour|Día de nacimiento|Giorno di nascita|Geboortedag|Urodziny - Dzień|Nascimento
    |Dia de Aniversário"""
_BIRTHDAY = "Birthday, in one"
_MARKS = (
    "Display Name|Primary Email", "Primary Email|Secondary Email", "Primary Email|Screen Name",
    "Primary Email|Pager Number", "Primary Email|Mobile Number", "Display Name|Work Phone|Mobile Number",
    "Home ZipCode", "Work ZipCode", "Fax Number|Pager Number", "Mobile Number|Pager Number",
    "Screen Name|Pager Number", "Screen Name|Custom 1", "Birth Year|Birth Month", "Birth Year|Birth Day",
    "Birth Month|Birth Day", "Home Address 2|Work Address 2",
    "Anzeigename|Primäre E-Mail-Adresse", "Vorname|Primäre E-Mail-Adresse", "Privat: Ort|Dienstlich: Ort",
    "Nachname|Tel. dienstlich", "Nom à afficher|Première adresse électronique",
    "Prénom|Première adresse électronique", "Nom de famille|Tél. professionnel|Tél. personnel",
    "Nombre mostrado|Dirección de correo electrónico principal", "Apellidos|Dirección de correo electrónico principal",
    "Apellidos|Teléfono (Trabajo)", "Nome visualizzato|E-mail primaria", "Nome visualizzato|Email primaria",
    "Cognome|E-mail primaria", "Cognome|Email primaria", "Cognome|Telefono lavoro|Telefono casa",
    "Weergavenaam|Eerste e-mail", "Achternaam|Eerste e-mail", "Achternaam|Telefoon werk|Telefoon thuis",
    "Wyświetlana nazwa|Podstawowy e-mail", "Nazwisko|Podstawowy e-mail", "Miasto (dom)|Miasto (praca)",
    "Apresentar como|E-mail primário", "Sobrenome|E-mail primário", "Mostrar Nome|Correio Primário",
    "Último Nome|Correio Primário",
)  # fmt: skip


def _each(listed: str) -> list[str]:
    return [heading.strip() for heading in listed.split("|")]


def tidied(rows: Iterable[Row], places: Places, _name: str) -> Iterator[Row]:
    """One birthday of its three columns; a display name that is not the name beside it is a nickname."""

    def find(listed: str) -> int | None:
        return next((places[key] for heading in _each(listed) if (key := fold(heading)) in places), None)

    born = [find(listed) for listed in (_YEAR, _MONTH, _DAY)]
    shown, first, last, nick = (find(_WORDS[name]) for name in ("name", "first_name", "last_name", "nickname"))
    for line, row in rows:
        if isinstance(row, list):
            row.append(birthday(*("" if place is None else row[place].strip() for place in born)))
            if shown is not None and row[shown]:
                given, family = ("" if place is None else row[place].strip() for place in (first, last))
                if given or family:
                    alike = {f"{given} {family}", f"{family} {given}", f"{family}, {given}", given, family}
                    if nick is not None and not row[nick] and row[shown].strip() not in alike:
                        row[nick] = row[shown]
                    row[shown] = ""
        yield line, row


def birthday(year: str, month: str, day: str) -> str:
    """`1985-04-21` or `--04-21`; what is no day, as it stands."""
    if month.isdecimal() and day.isdecimal() and int(month) and int(day):
        return f"{year}-{int(month):02}-{int(day):02}" if year.strip("0") else f"--{int(month):02}-{int(day):02}"
    return " ".join(text for text in (day, month, year) if text.strip("0"))


FORMATS = (
    Format(
        name="thunderbird",
        title="Thunderbird",
        kind="contacts",
        marks=tuple(frozenset(map(fold, _each(listed))) for listed in _MARKS),
        columns={heading: field for field, listed in _WORDS.items() for heading in _each(listed)}
        | dict.fromkeys((*_each(_YEAR), *_each(_MONTH), *_each(_DAY)), "handled"),
        added={_BIRTHDAY: "birthday"},
        quirks=tidied,
    ),
)
