"""LinkedIn's connections: a few notes above the table, most people without an e-mail, known by their profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places
from salesflow.people import fold

# A field and its headings: English as most files have them, then German, French, Spanish, Italian, Dutch, Polish,
# Portuguese.
_WORDS = {
    "first_name": "First Name|Vorname|Prénom|Nombre|Nome|Voornaam|Imię|Primeiro nome",
    "last_name": """Last Name|Nachname|Nom|Nom de famille|Apellidos|Apellido|Cognome|Achternaam|Nazwisko|Sobrenome
        |Apelido""",
    "link:linkedin": """URL|Profile URL|Profil-URL|URL du profil|URL del perfil|URL del profilo|Profiel-URL
        |URL do perfil""",
    "email": """Email Address|E-Mail-Adresse|Adresse e-mail|Adresse électronique|Dirección de correo electrónico
        |Correo electrónico|Indirizzo email|Indirizzo e-mail|E-mailadres|Adres e-mail|Endereço de e-mail""",
    "company": "Company|Unternehmen|Firma|Entreprise|Empresa|Azienda|Bedrijf",
    "job_title": "Position|Poste|Cargo|Puesto|Posizione|Posición|Functie|Positie|Stanowisko",
    "created_on": """Connected On|Verbunden am|Vernetzt am|Vernetzt seit|Date de connexion|Connecté le
        |En relation depuis le|Fecha de conexión|Conectado el|Contacto desde|Collegato il|Data del collegamento
        |Data di collegamento|Verbonden op|Data nawiązania kontaktu|Połączono|Conectado em|Ligado em
        |Data de conexão""",
}
_DAYS = [heading.strip() for heading in _WORDS["created_on"].split("|")]
_WITH = ("First Name|Last Name", "First Name|URL", "Last Name|URL", "Company|Position", "Email Address|Position",
         "Vorname|Nachname", "Prénom|Nom", "Nombre|Apellidos", "Nome|Cognome",
         "Voornaam|Achternaam", "Imię|Nazwisko", "Nome|Sobrenome", "URL|Company", "URL|Unternehmen", "URL|Entreprise",
         "URL|Empresa", "URL|Azienda", "URL|Bedrijf", "URL|Firma")  # fmt: skip


def told(rows: Iterable[Row], places: Places, _name: str) -> Iterator[Row]:
    """Of a deleted account nothing is left but the day."""
    days = [places[key] for heading in _DAYS if (key := fold(heading)) in places]
    for line, row in rows:
        if isinstance(row, list) and not any(text.strip() for place, text in enumerate(row) if place not in days):
            yield line, Refusal("nobody is left here but a day: the account was deleted")
        else:
            yield line, row


FORMATS = (
    Format(
        name="linkedin-connections",
        title="LinkedIn connections",
        kind="contacts",
        marks=tuple(frozenset(map(fold, (*pair.split("|"), day))) for pair in _WITH for day in _DAYS),
        columns={heading.strip(): field for field, listed in _WORDS.items() for heading in listed.split("|")},
        quirks=told,
    ),
)
