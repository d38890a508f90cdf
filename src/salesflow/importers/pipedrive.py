"""Pipedrive: people and deals, headed `Person - Email - Work`, in newer exports `Email - Work`.

Records are linked by name, and by id only where the seller's view showed one. Several values stand in one cell, with
commas between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.people import fold

STATUS = ("deal - status", "status", "affaire - statut", "trato - estado", "negocio - status", "obchod - stav")
DELETED = frozenset(map(fold, ("Deleted", "Gelöscht", "Supprimé", "Supprimée", "Eliminado", "Excluído", "Smazáno")))


def without_deleted(rows: Iterable[Row], places: Places, file_name: str) -> Iterator[Row]:
    status = next((places[heading] for heading in STATUS if heading in places), None)
    for line, row in rows:
        if status is not None and isinstance(row, list) and fold(row[status]) in DELETED:
            yield line, Refusal("it is deleted in Pipedrive")
        else:
            yield line, row


def both(entity: str, columns: Mapping[str, str]) -> dict[str, str]:
    """Each heading with and without what it is of."""
    return {f"{whole}{heading}": said for heading, said in columns.items() for whole in (f"{entity} - ", "")}


PEOPLE = both("Person", {
    "Name": "name", "First name": "first_name", "Last name": "last_name", "Label": "tags", "Labels": "tags",
    "Organization": "company", "Organisation": "company", "Email": "email", "Email - Work": "email:work",
    "Email - Home": "email:home", "Email - Other": "email:other", "Phone": "phone", "Phone - Work": "phone:work",
    "Phone - Home": "phone:home", "Phone - Mobile": "phone:mobile", "Phone - Other": "phone:other", "ID": "id",
    "Job title": "job_title", "Notes": "note", "Birthday": "birthday", "Postal address": "address",
    "Person created": "created_on", "Creation date": "created_on", "Created": "created_on", "Owner": "",
    "Closed deals": "", "Open deals": "", "Won deals": "", "Lost deals": "", "Total activities": "",
    "Done activities": "", "Activities to do": "", "Next activity date": "", "Last activity date": "",
    "Update time": "", "Visible to": "", "Organization ID": "", "Marketing status": "", "Pipedrive System ID": "",
    "Profile picture": "", "Email messages count": "", "Last email received": "", "Last email sent": "",
}) | {
    "Person - Beschriftung": "tags", "Person - Besitzer": "", "Person - Nächste Aktivität": "",
    "Person - Datum der nächsten Aktivität": "", "Personne - Intitulé du poste": "job_title",
    "Personne - Propriétaire": "", "Personne - Date de la prochaine activité": "", "Pessoa - Etiqueta": "tags",
    "Pessoa - Proprietário": "", "Persona - Propietario": "", "Persona - Nombre": "name", "Pessoa - Nome": "name",
    "Personne - Nom": "name", "Persona - Nome": "name", "Osoba - Jméno a příjmení": "name", "Osoba - Štítek": "tags",
    "Personne - ID": "id", "Persona - ID": "id", "Pessoa - ID": "id", "Osoba - ID": "id",
}  # fmt: skip
DEALS = both("Deal", {
    "Title": "title", "Value": "amount", "Currency": "currency", "Currency of value": "currency", "Stage": "stage",
    "Pipeline": "process", "Status": "outcome", "Creation date": "opened_on", "Deal created": "opened_on",
    "Created": "opened_on", "Won time": "closed_on", "Lost time": "closed_on", "Deal closed on": "closed_on",
    "Closed on": "closed_on", "Lost reason": "how", "Organization": "company", "Organisation": "company",
    "Contact person": "contact", "Contact person ID": "contact_id", "ID": "deal_id", "Source name": "source",
    "Expected close date": "", "Probability": "", "Label": "", "Labels": "", "Owner": "", "Creator": "",
    "Organization ID": "", "Weighted value": "", "Currency of weighted value": "", "Product name": "",
    "Product quantity": "", "Product amount": "", "Next activity date": "", "Last activity date": "",
    "Last stage change": "", "Update time": "", "Source origin": "", "Source channel": "", "Visible to": "",
    "Total activities": "", "Done activities": "", "Activities to do": "", "Email messages count": "",
    "Pipedrive System ID": "", "Participants": "",
}) | {
    "Person - ID": "contact_id", "Person - Name": "contact", "Person - Email": "email", "Person - Phone": "phone",
    "Person - Email - Work": "email:work", "Person - Email - Home": "email:home", "Person - Phone - Work": "phone:work",
    "Person - Email - Other": "email:other", "Person - Phone - Home": "phone:home", "Organization - Name": "company",
    "Person - Phone - Mobile": "phone:mobile", "Person - Phone - Other": "phone:other", "Person - Organization": "",
    "Deal - Titel": "title", "Deal - Wert": "amount", "Deal - Währung": "currency", "Deal - Phase": "stage",
    "Deal - Verlustgrund": "how", "Deal - Deal erstellt": "opened_on", "Deal - Gewonnen am": "closed_on",
    "Deal - Datum des verlorenen Deals": "closed_on", "Deal - Datum des gewonnenen Deals": "closed_on",
    "Deal - Deal abgeschlossen am": "closed_on", "Deal - Kontaktperson": "contact", "Deal - Besitzer": "",
    "Deal - Voraussichtliches Abschlussdatum": "", "Deal - Erwartetes Abschlussdatum": "",
    "Affaire - Titre": "title", "Affaire - Personne à contacter": "contact", "Affaire - Statut": "outcome",
    "Affaire - Affaire créée": "opened_on", "Affaire - Date de gain": "closed_on",
    "Affaire - Heure de l'échec": "closed_on", "Affaire - Raison de perte": "how",
    "Affaire - Raison de la perte": "how", "Affaire - Date de clôture prévue": "", "Affaire - ID": "deal_id",
    "Trato - Título": "title", "Trato - Persona de contacto": "contact", "Trato - Estado": "outcome",
    "Trato - ID": "deal_id", "Trato - Fecha prevista de cierre": "", "Trato - Motivo de pérdida": "how",
    "Negócio - Título": "title", "Negócio - Pessoa de contato": "contact", "Negócio - Status": "outcome",
    "Negócio - ID": "deal_id", "Negócio - Data de fechamento esperada": "", "Negócio - Motivo da perda": "how",
    "Obchod - Nadpis": "title", "Obchod - Název": "title", "Obchod - Hodnota": "amount", "Obchod - ID": "deal_id",
    "Obchod - Měna hodnoty": "currency", "Obchod - Fáze": "stage", "Obchod - Stav": "outcome",
    "Obchod - Důvod prohry": "how", "Obchod - Datum výhry": "closed_on", "Obchod - Datum prohry": "closed_on",
    "Obchod - Uzavřeno dne": "closed_on", "Obchod - Očekávané datum uzavření": "", "Obchod - Vlastník": "",
    "Kontaktní osoba": "contact",
}  # fmt: skip

FORMATS = (
    Format(
        name="pipedrive-deals",
        title="Pipedrive deals",
        kind="deals",
        marks=marks(
            "Deal - Title", "Deal - ID", "Deal - Value", "Deal - Stage", "Deal - Status", "Deal - Contact person",
            "Deal - Titel", "Deal - Wert", "Deal - Phase", "Deal - Kontaktperson", "Affaire - Titre",
            "Affaire - Valeur", "Trato - Título", "Trato - Valor", "Negócio - Título", "Negócio - Valor",
            "Obchod - Nadpis", "Obchod - Název", "Obchod - Hodnota", "Affare - Titolo",
            # Beside these, the name and the addresses of the person are the buyer's.
            "Deal - Title,Person - Name", "Deal - ID,Person - Name", "Deal - ID,Person - ID",
            "Title,Contact person,Organization,Stage", "Title,Contact person,Stage,Expected close date",
            "Title,Value,Contact person", "Title,Stage,Won time,Lost time", "Title,Lost reason,Contact person",
            "Title,Pipeline,Stage,Status", "Title,Value,Expected close date", "Title,Organization,Contact person",
        ),
        system="pipedrive",
        columns=DEALS,
        quirks=without_deleted,
    ),
    Format(
        name="pipedrive-people",
        title="Pipedrive people",
        kind="contacts",
        marks=marks(
            "Person - Name", "Person - First name", "Person - ID", "Person - Email", "Person - Email - Work",
            "Person - Phone - Work", "Person - Organization", "Personne - Nom", "Persona - Nombre", "Pessoa - Nome",
            "Persona - Nome", "Persoon - Naam", "Osoba - Jméno a příjmení",
            "Name,Organization,Email - Work", "Name,Email - Work,Phone - Work", "Name,Email - Work,Owner",
            "Name,Phone - Work,Owner", "Name,Phone - Mobile,Owner", "Name,Open deals", "Name,Closed deals",
        ),
        system="pipedrive",
        columns=PEOPLE,
    ),
)  # fmt: skip
