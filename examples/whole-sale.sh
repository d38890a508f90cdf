#!/bin/sh
# One sale from the first name to the customer who sends the next one: a virtual assistant and a tile shop, in commands.
# Run it as it is: sh examples/whole-sale.sh
# It works on a file of its own, which stays for you to look around in; its last lines say where.
set -eu
SALESFLOW_DB=$(mktemp -d "${TMPDIR:-/tmp}/whole-sale.XXXXXX")/whole-sale.db
SALESFLOW_NO_INPUT=1
export SALESFLOW_DB SALESFLOW_NO_INPUT

say() { printf '\n== %s\n' "$*"; }

say "Before anybody calls: what there is to sell, what is better about it, what the customer has from it."
salesflow product add VA 10h --service --price 400 --feature "10 hours a month" --feature "a named assistant" --quiet
salesflow product edit VA 10h --advantage "no contract" --over "the agency"
salesflow product edit VA 10h --benefit "evenings free again" --for "too much work in the evening"
salesflow product edit VA 10h --benefit "invoices out on the first" --for "invoices go out late"
salesflow prepare add usp A named assistant who answers the same day
salesflow prepare add persona Busy owner
salesflow prepare add challenge late invoices --of "Busy owner" --solution "VA 10h"
salesflow prepare add competitor the agency --answer "a fixed monthly price, and always the same person"
salesflow prepare

say "Find and qualify: a few short questions."
salesflow add Maria Lopez 202-555-0148 maria@lopez.example --company "Lopez Tiles" --title owner --source fair
salesflow edit maria --persona "Busy owner"
salesflow qualify maria --target-market yes --money yes --authority yes --said "I sign, and I keep 400 a month for it"
salesflow deal add maria --product "VA 10h" --process seven-step

say "Find out what they need, in their own words, before offering anything."
salesflow ask maria needs --print
salesflow ask maria needs --liked "always polite" --disliked slow --provider "the agency"
salesflow ask maria needs --problem "invoices go out late" --situation "I do them on Sundays" --solved "Sundays free"
salesflow ask maria company --industry tiles --staff 6 --tech "QuickBooks"
salesflow need add maria invoices go out late
salesflow need add maria too much work in the evening --unstated
salesflow decider add maria Maria Lopez --level owner --says for
salesflow objection add maria too expensive --kind price --behind "must cost less than a part-timer" --expected
salesflow task done maria decide whether they really need it
salesflow where maria

say "A meeting, asked for and confirmed."
salesflow appointment ask maria +2d --at 10:00 --place "Lopez Tiles, Elm Street"
salesflow appointment confirm maria

say "What fits, and only that."
salesflow move maria pitch --because "she wants to hear the offer now" --no-next
salesflow pitch draft maria
salesflow pitch edit maria interest Ten hours, one person, the same one every time.
salesflow pitch check maria
salesflow pitch given maria --reached desire --asked "who does it in August?" --call-to-action "Shall we start?" --close

say "What speaks against it is a sign that she thinks about it."
salesflow task done maria ask what they think of it
salesflow move maria objection --no-next
salesflow objection raise O3
salesflow objection answer O3 about half of a part-timer --accepted
salesflow sign maria asked when we can start

say "She asks, and gets it in writing."
salesflow inquiry add maria "VA 10h" --asks price,delivery
salesflow inquiry answer I1 --price 400 --delivery "from Monday"
salesflow move maria closing --no-next
salesflow quote add maria --from I1 --delivery "from Monday" --terms "14 days net" --answers N1,N2
salesflow quote sent Q1
salesflow quote show Q1

say "She asks for a lower price: a new version, and the old one stays as it was."
salesflow quote revise Q1 --price 380 --they-ask 350
salesflow quote sent Q1
salesflow today
salesflow quote accepted Q1 fast reply

say "After the sale is before the sale."
salesflow ask D1 satisfaction --satisfied delighted
salesflow add Priya Nair --referred-by maria --source referral --note "same trouble with invoices"
salesflow today --days 30
salesflow show maria

say "What the file has learned."
salesflow objection playbook
salesflow report reasons
salesflow report closing
salesflow report papers
salesflow report presentations

say "The file is yours to look around in:"
echo "salesflow --db $SALESFLOW_DB where D1"
