"""HubSpot: contacts and deals of whatever columns the seller's view showed, with ids for both."""

from salesflow.importers.formats import Format, marks

FORMATS = (
    Format(
        name="hubspot-contacts",
        title="HubSpot contacts",
        kind="contacts",
        marks=marks("Record ID,First Name,Last Name,Email", "Record ID,Email,Contact owner", "Record ID,Lead Status"),
        system="hubspot",
        columns={
            "Record ID": "id", "First Name": "first_name", "Last Name": "last_name", "Email": "email",
            "Phone Number": "phone", "Mobile Phone Number": "phone:mobile", "Job Title": "job_title",
            "Associated Company": "company", "Company Name": "company", "Create Date": "created_on",
            "Website URL": "link", "Original Source": "source", "Contact owner": "", "Last Activity Date": "",
            "Primary Associated Company ID": "", "Lead Status": "", "Marketing contact status": "",
        },
    ),
    Format(
        name="hubspot-deals",
        title="HubSpot deals",
        kind="deals",
        marks=marks("Record ID,Deal Name,Deal Stage"),
        system="hubspot",
        columns={
            "Record ID": "deal_id", "Deal Name": "title", "Deal Stage": "stage", "Close Date": "closed_on",
            "Amount": "amount", "Pipeline": "process", "Create Date": "opened_on", "Associated Contact": "contact",
            "Associated Contact IDs": "contact_id", "Associated Company": "company", "Closed Lost Reason": "how",
            "Closed Won Reason": "how", "Currency": "currency", "Deal Description": "note", "Deal owner": "",
            "Deal Type": "", "Associated Company IDs": "", "Last Activity Date": "",
        },
    ),
)  # fmt: skip
