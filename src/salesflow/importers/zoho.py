"""Zoho CRM: contacts, leads and deals; whatever is linked stands twice, `Account Name.id` and `Account Name`.

Ids carry `zcrm_` in newer exports and stand bare in older ones (`Contact Id`, `CONTACTID`): both are one id. HubSpot
spells `Record ID` otherwise, and Salesforce `Contact ID`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.people import fold

IDS = ("Record Id", "Contact Id", "CONTACTID", "Lead Id", "LEADID", "Deal Id", "Potential Id", "POTENTIALID",
       "Contact Name.id")  # fmt: skip


def put_right(rows: Iterable[Row], places: Places, file_name: str) -> Iterator[Row]:
    """Ids without `zcrm_`; why a deal was lost out of `Closed-Lost to Competition`."""
    ids = [places[fold(heading)] for heading in IDS if fold(heading) in places]
    stage, why = places.get("stage"), places.get("why it was lost")
    for line, row in rows:
        if isinstance(row, Refusal):
            yield line, row
            continue
        for place in ids:
            row[place] = row[place].strip().removeprefix("zcrm_")
        if why is not None:
            row.append("")
            if stage is not None and (found := re.fullmatch(r"(?i)closed[- ]lost\s+(?=\w)(.+)", row[stage].strip())):
                row[stage], row[why] = "Closed Lost", found[1][:1].upper() + found[1][1:]
        yield line, row


# Who owns or changed a record, in how many words a file may say it.
_NOT_READ = {
    f"{who}{half}": ""
    for who in ("Contact Owner", "Lead Owner", "Deal Owner", "Potential Owner", "Created By", "Modified By",
                "Account Name", "Vendor Name", "Reporting To", "Campaign Source", "Company Name")
    for half in (".id", "", " Id")
    if (who, half) not in (("Account Name", ""), ("Company Name", ""))
}  # fmt: skip
PEOPLE = _NOT_READ | {
    "Record Id": "id", "Contact Id": "id", "CONTACTID": "id", "Lead Id": "id", "LEADID": "id",
    "Lead Source": "source", "First Name": "first_name", "Last Name": "last_name", "Contact Name": "name",
    "Lead Name": "name", "Full Name": "name", "Account Name": "company", "Company Name": "company",
    "Company": "company", "Email": "email", "Secondary Email": "email:other", "Title": "job_title",
    "Designation": "job_title", "Phone": "phone", "Home Phone": "phone:home", "Other Phone": "phone:other",
    "Mobile": "phone:mobile", "Fax": "phone:fax", "Asst Phone": "", "Assistant": "", "Date of Birth": "birthday",
    "Mailing Street": "street", "Mailing City": "city", "Mailing State": "region", "Mailing Zip": "postcode",
    "Mailing Country": "country", "Other Street": "street:other", "Other City": "city:other",
    "Other State": "region:other", "Other Zip": "postcode:other", "Other Country": "country:other",
    "Email Opt Out": "opt_out:email", "Unsubscribed Mode": "evidence:email", "Unsubscribed Time": "consent_on:email",
    "Salutation": "prefix", "Tag": "tags", "Description": "note", "Created Time": "created_on",
    "Website": "link", "Lead Status": "extra", "Modified Time": "", "Last Activity Time": "", "Email Domain": "",
}  # fmt: skip
DEALS = _NOT_READ | {
    "Record Id": "deal_id", "Deal Id": "deal_id", "Potential Id": "deal_id", "POTENTIALID": "deal_id",
    "Deal Name": "title", "Potential Name": "title", "Stage": "stage", "Amount": "amount", "Currency": "currency",
    "Closing Date": "closed_on", "Created Time": "opened_on", "Account Name": "company", "Company Name": "company",
    "Contact Name": "contact", "Contact Name.id": "contact_id", "Lead Source": "source", "Description": "note",
    "Reason For Loss": "how", "Reason For Loss (None)": "how", "Pipeline": "process", "Type": "", "Next Step": "",
    "Probability (%)": "", "Expected Revenue": "", "Exchange Rate": "", "Modified Time": "", "Tag": "",
    "Last Activity Time": "", "Sales Cycle Duration": "", "Overall Sales Duration": "", "Campaign Source": "",
}  # fmt: skip

FORMATS = (
    Format(
        name="zoho-contacts",
        title="Zoho CRM contacts",
        kind="contacts",
        marks=marks(
            "Record Id,First Name,Last Name,Email", "Record Id,Last Name", "Record Id,Email", "Record Id,Contact Name",
            "Record Id,Lead Source,Email", "Contact Owner.id", "Lead Owner.id", "Contact Id,Contact Owner",
            "Contact Id,Last Name", "Contact Id,First Name", "Contact Id,Email Opt Out", "CONTACTID,Last Name",
            "CONTACTID,Contact Owner", "LEADID,Last Name", "Lead Id,Lead Owner", "Lead Id,Last Name",
            "Account Name.id,Last Name", "Account Name.id,Contact Name,Email",
        ),
        system="zoho",
        columns=PEOPLE,
        quirks=put_right,
        without=frozenset({"Record ID", "Contact ID", "Lead ID", "Account ID"}),
    ),
    Format(
        name="zoho-deals",
        title="Zoho CRM deals",
        kind="deals",
        marks=marks(
            "Deal Owner.id", "Record Id,Deal Name,Stage", "Record Id,Deal Name", "Deal Id,Deal Name",
            "Potential Id,Potential Name", "POTENTIALID,Potential Name", "Potential Name,Closing Date",
            "Deal Name,Closing Date,Contact Name.id", "Deal Name,Stage,Account Name.id", "Deal Name,Closing Date,Stage",
        ),
        system="zoho",
        columns=DEALS,
        added={"Why it was lost": "how"},
        quirks=put_right,
        without=frozenset({"Record ID", "Deal Stage"}),
    ),
)  # fmt: skip
