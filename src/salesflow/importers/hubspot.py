"""HubSpot: contacts and deals of whatever columns the seller's view showed, with ids for both.

Some values come as HubSpot keeps them (OPEN_DEAL, closedlost) and some as it shows them; they are put into words. A
deal names the ids of its contacts in one cell, 8001;8002. Zoho's `Record Id` is spelled otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks

WITH_EMAIL = r"(.*\S)\s*\(([^()\s]+@[^()\s]+)\)"
NOT_OURS = frozenset({"Record Id", "Contact Owner.id", "Deal Owner.id"})
# Stages of the pipeline that every account begins with, and what else HubSpot keeps in one word.
WORDS = {
    "appointmentscheduled": "Appointment scheduled", "qualifiedtobuy": "Qualified to buy",
    "presentationscheduled": "Presentation scheduled", "decisionmakerboughtin": "Decision maker bought-in",
    "contractsent": "Contract sent", "closedwon": "Closed won", "closedlost": "Closed lost",
    "marketingqualifiedlead": "Marketing qualified lead", "salesqualifiedlead": "Sales qualified lead",
    "lead": "Lead", "customer": "Customer", "subscriber": "Subscriber", "opportunity": "Opportunity",
    "evangelist": "Evangelist", "other": "Other",
}  # fmt: skip
SPOKEN = ("lead status", "lead-status", "estado del lead", "statut du lead", "lifecycle stage", "deal stage",
          "deal-phase", "etapa del negocio", "phase de la transaction", "original source", "original traffic source",
          "lead source")  # fmt: skip


def spoken(text: str) -> str:
    """`OPEN_DEAL` is Open deal; what somebody wrote stays."""
    plain = text.strip()
    if plain in WORDS:
        return WORDS[plain]
    return plain.replace("_", " ").capitalize() if re.fullmatch(r"[A-Z]+(?:_[A-Z]+)*", plain) else text


def in_words(rows: Iterable[Row], places: Places, file_name: str) -> Iterator[Row]:
    """Inner values in words; of several contacts the one whose id stands first."""
    worded = [places[heading] for heading in SPOKEN if heading in places]
    pipeline = places.get("pipeline")
    joined = [
        (places[names], places[ids])
        for names, ids in (
            ("associated contact", "associated contact ids"), ("associated company", "associated company ids"),
        ) if names in places and ids in places
    ]  # fmt: skip
    contact, email = places.get("associated contact"), places.get("e-mail of the contact")
    for line, row in rows:
        if isinstance(row, Refusal):
            yield line, row
            continue
        for place in worded:
            if row[place]:
                row[place] = spoken(row[place])
        if pipeline is not None and row[pipeline].strip() == "default":
            row[pipeline] = "Sales Pipeline"
        for names, ids in joined:
            said = row[names].split(";")
            if len(said) > 1 and len(said) == len(row[ids].split(";")):
                row[names] = said[0].strip()
        if email is not None:
            row.append("")
            if contact is not None and (found := re.fullmatch(WITH_EMAIL, row[contact].strip())):
                row[contact], row[email] = found[1], found[2]
        yield line, row


CONTACTS = {
    "Record ID": "id", "First Name": "first_name", "Last Name": "last_name", "Email": "email",
    "Phone Number": "phone", "Mobile Phone Number": "phone:mobile", "Job Title": "job_title",
    "Associated Company": "company", "Company Name": "company", "Create Date": "created_on", "Website URL": "link",
    "Original Source": "source", "Original Traffic Source": "source", "Lead Status": "extra",
    "Lifecycle Stage": "extra", "Unsubscribed from all email": "opt_out:email", "Contact owner": "",
    "Last Activity Date": "", "Next Activity Date": "", "Primary Associated Company ID": "",
    "Marketing contact status": "", "Associated Email": "", "Associated Note": "", "Associated Call": "",
    "Datensatz-ID": "id", "Lead-Status": "extra", "Lifecycle-Phase": "extra", "Zuständiger Mitarbeiter": "",
    "ID de registro": "id", "Estado del lead": "extra", "Propietario del contacto": "", "Empresa asociada": "company",
    "ID de fiche d'informations": "id", "Statut du lead": "extra", "Propriétaire du contact": "",
    "Entreprise associée": "company",
}  # fmt: skip
DEALS = {
    "Record ID": "deal_id", "Deal Name": "title", "Deal Stage": "stage", "Close Date": "closed_on", "Amount": "amount",
    "Pipeline": "process", "Create Date": "opened_on", "Associated Contact": "contact",
    "Associated Contact IDs": "contact_id", "Associated Company": "company", "Closed Lost Reason": "how",
    "Closed Won Reason": "how", "Currency": "currency", "Deal Description": "note", "Deal owner": "", "Deal Type": "",
    "Associated Company IDs": "", "Last Activity Date": "", "Next Activity Date": "", "Amount in company currency": "",
    "Forecast amount": "", "Weighted amount": "", "Deal probability": "", "Last Modified Date": "", "Is Closed Won": "",
    "Datensatz-ID": "deal_id", "Deal-Name": "title", "Deal-Phase": "stage", "Abschlussdatum": "closed_on",
    "ID de registro": "deal_id", "Nombre del negocio": "title", "Etapa del negocio": "stage",
    "Propietario del negocio": "", "Contacto asociado": "contact", "Empresa asociada": "company",
    "ID de fiche d'informations": "deal_id", "Nom de la transaction": "title", "Phase de la transaction": "stage",
    "Propriétaire de la transaction": "", "Date de fermeture": "closed_on", "Contact associé": "contact",
    "Entreprise associée": "company",
}  # fmt: skip

FORMATS = (
    Format(
        name="hubspot-contacts",
        title="HubSpot contacts",
        kind="contacts",
        marks=marks(
            "Record ID,First Name,Last Name,Email", "Record ID,First Name,Last Name,Phone Number",
            "Record ID,First Name,Email", "Record ID,Last Name,Email", "Record ID,First Name,Last Name",
            "Record ID,Email,Contact owner", "Record ID,Lead Status", "Record ID,Marketing contact status",
            "Record ID,Contact owner", "Record ID,Primary Associated Company ID", "Datensatz-ID,Vorname,Nachname",
            "Datensatz-ID,Lead-Status", "ID de registro,Nombre,Apellidos", "ID de registro,Estado del lead",
            "ID de fiche d'informations,Prénom", "ID de fiche d'informations,Statut du lead",
        ),
        system="hubspot",
        columns=CONTACTS,
        quirks=in_words,
        without=NOT_OURS,
    ),
    Format(
        name="hubspot-deals",
        title="HubSpot deals",
        kind="deals",
        marks=marks(
            "Record ID,Deal Name,Deal Stage", "Record ID,Deal Name", "Record ID,Deal Stage", "Deal Name,Deal Stage",
            "Deal Stage,Associated Contact IDs", "Deal Name,Associated Contact IDs", "Record ID,Deal owner",
            "Datensatz-ID,Deal-Name", "Datensatz-ID,Deal-Phase", "ID de registro,Nombre del negocio",
            "ID de registro,Etapa del negocio", "ID de fiche d'informations,Nom de la transaction",
            "ID de fiche d'informations,Phase de la transaction",
        ),
        system="hubspot",
        columns=DEALS,
        added={"E-mail of the contact": "email"},
        quirks=in_words,
        without=NOT_OURS,
    ),
)  # fmt: skip
