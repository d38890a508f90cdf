"""Brevo, once Sendinblue: attributes as the seller named them, phones without their +, whom it may not write to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from salesflow.importers.delimited import Refusal, Row
from salesflow.importers.formats import Format, Places, marks
from salesflow.importers.headings import key_of

_PHONES = ("sms", "whatsapp", "landline number")
# The names of an account in its language.
_NAMES = ("FIRSTNAME,LASTNAME", "PRENOM,NOM", "VORNAME,NACHNAME", "NOMBRE,APELLIDOS", "NOME,COGNOME", "NOME,SOBRENOME")


def quirks(rows: Iterable[Row], places: Places, name: str) -> Iterator[Row]:
    """Phones with their +: a number has its country's code first, and stands there as digits alone."""
    phones = [place for heading, place in places.items() if key_of(heading) in _PHONES]
    lists = [place for heading, place in places.items() if key_of(heading) == "interests"]
    for line, row in rows:
        if not isinstance(row, Refusal):
            row = list(row)
            for place in phones:
                if re.fullmatch(r"[1-9]\d{7,14}", row[place].strip()):
                    row[place] = f"+{row[place].strip()}"
            for place in lists:
                row[place] = row[place].strip("[] ")
        yield line, row


FORMATS = (
    Format(
        name="brevo-contacts",
        title="Brevo contacts",
        kind="contacts",
        marks=marks(
            *(f"EMAIL,{names},SMS" for names in _NAMES), *(f"CONTACT ID,EMAIL,{names}" for names in _NAMES),
            "CONTACT ID,EMAIL,SMS", "EMAIL,ADDED_TIME,MODIFIED_TIME", "EMAIL,SMS,LANDLINE_NUMBER",
            "EMAIL,DOUBLE_OPT-IN", "EMAIL,SMS,EMAIL_BLACKLISTED", "EMAIL,EMAIL_BLACKLISTED,SMS_BLACKLISTED",
            "EMAIL,EMAIL_BLOCKLISTED", "CONTACT ID,EMAIL,ADDED_TIME",
        ),
        system="brevo",
        columns={
            "CONTACT ID": "id", "EMAIL": "email", "FIRSTNAME": "first_name", "LASTNAME": "last_name",
            "PRENOM": "first_name", "NOM": "last_name", "VORNAME": "first_name", "NACHNAME": "last_name",
            "NOMBRE": "first_name", "APELLIDOS": "last_name", "NOME": "first_name", "COGNOME": "last_name",
            "SOBRENOME": "last_name", "SMS": "phone:mobile", "WHATSAPP": "phone:mobile", "LANDLINE_NUMBER": "phone",
            "INTERESTS": "tags", "ADDED_TIME": "created_on", "MODIFIED_TIME": "", "EXT_ID": "",
            "EMAIL_BLACKLISTED": "opt_out:email", "EMAIL_BLOCKLISTED": "opt_out:email", "BLACKLISTED": "opt_out:email",
            "BLOCKLISTED": "opt_out:email", "EMAIL BLACKLIST": "opt_out:email", "EMAIL BLOCKLIST": "opt_out:email",
            "UNSUBSCRIBED": "opt_out:email", "SMS_BLACKLISTED": "opt_out:sms", "SMS_BLOCKLISTED": "opt_out:sms",
            "SMS BLACKLIST": "opt_out:sms", "SMS BLOCKLIST": "opt_out:sms", "EMAIL_MARKETING": "consent:email",
            "SMS_MARKETING": "consent:sms", "EMAIL_SUBSCRIPTION_STATUS": "consent:email",
            "SMS_SUBSCRIPTION_STATUS": "consent:sms", "DOUBLE_OPT-IN": "subscribed:email", "OPT_IN": "subscribed:email",
        },
        quirks=quirks,
    ),
)  # fmt: skip
