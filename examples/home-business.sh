#!/bin/sh
# A home business from its first contact to a repeat customer: a virtual assistant's first weeks, told in commands.
# Run it as it is: sh examples/home-business.sh
# It works on a file of its own, which stays for you to look around in; its last lines say where.
set -eu
SALESFLOW_DB=$(mktemp -d "${TMPDIR:-/tmp}/home-business.XXXXXX")/home-business.db
SALESFLOW_NO_INPUT=1
export SALESFLOW_DB SALESFLOW_NO_INPUT

say() { printf '\n== %s\n' "$*"; }

say "Three weeks ago, at the fair. A name is enough; phones and e-mails are known by their look."
salesflow add Ken Ito 202-555-0133 ken@ito.example --company "Ito Kitchens" --source fair --quiet
salesflow add Maria Lopez 202-555-0148 --company "Lopez Tiles" --title manager --source fair --tag builders
salesflow add Olive Clerk --company "Lopez Tiles" --title clerk --referred-by maria
salesflow add 山田 花子 hanako@hanako-kobo.example --source web --birthday "17 march"
salesflow log meeting maria three fitters and one desk full of paper --on "3 weeks ago"
salesflow log email hanako@hanako-kobo.example asks whether I answer shop mail in Japanese --in --on "20 days ago"

say "A few short questions tell a prospect from a lead. Unknown is never a no."
salesflow qualify maria --target-market yes --method meeting --on "3 weeks ago"
salesflow qualify maria --money yes --authority yes --said "I sign, and I keep 400 a month for it" --method call
salesflow qualify olive --authority no --said "Maria decides" --method meeting
salesflow qualify ken --target-market yes --method call
salesflow qualify 花子 --target-market yes --money yes --authority yes --method email

say "What is promised comes back on its day."
salesflow follow ken today call: which hours suit him? --at 14:00
salesflow follow maria tomorrow email: two references
salesflow follow 花子 in 2 business days call: how many letters a week?
salesflow follow maria eom email: the hours --every month

say "A sale that takes time is a deal, and moves through its stages."
salesflow deal add maria 10 hours a month --amount 400 --process four-phase --on "2 weeks ago"
salesflow deal add 花子 shop mail, 8 hours a month --amount "300 EUR" --process four-phase --on "10 days ago"
salesflow deal add ken weekend phone --amount 150 --process four-phase --on "3 weeks ago" --because "he asked for a price"

say "This morning's list."
salesflow today
salesflow done ken mornings, and his wife decides with him --minutes 12 --next +2d --todo "call: speak to both"
salesflow show maria

say "Won, and how; lost, and why: that is what the figures learn from."
salesflow win maria fast reply --next "in 3 months" --todo "call: how does it go?"
salesflow lose ken price
salesflow park 花子 +5w after the new year

say "Sold on the spot, to somebody new and to a customer."
salesflow sale walk-in 15 a letter typed
salesflow sale maria 60 price list in two languages

say "A slip is taken back whole."
salesflow delete olive
salesflow undo

say "How it went."
salesflow funnel --process four-phase
salesflow report win-rate
salesflow week
salesflow digest

say "The file is yours to look around in:"
echo "salesflow --db $SALESFLOW_DB today --days 7"
