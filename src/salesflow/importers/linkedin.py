"""LinkedIn's connections: a few notes above the table, most people without an e-mail, known by their profile."""

from salesflow.importers.formats import Format, marks

FORMATS = (
    Format(
        name="linkedin-connections",
        title="LinkedIn connections",
        kind="contacts",
        marks=marks("First Name,Last Name,URL,Connected On", "First Name,Last Name,Email Address,Company,Connected On"),
        columns={
            "First Name": "first_name", "Last Name": "last_name", "URL": "link:linkedin", "Email Address": "email",
            "Company": "company", "Position": "job_title", "Connected On": "created_on",
        },
    ),
)  # fmt: skip
