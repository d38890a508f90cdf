-- What the tables mean: the definitions that records and reports share. No view reads the clock.

-- A criterion is a question in force that gates.
CREATE VIEW criteria AS
SELECT id, name, wording, position
  FROM questions
 WHERE set_name = 'qualification' AND gates = 1 AND dropped_on IS NULL;

-- What each contact answered to the criteria in force.
CREATE VIEW verdicts AS
SELECT contacts.id AS contact_id,
       (SELECT count(*) FROM criteria) AS asked,
       (SELECT count(*) FROM answers JOIN criteria ON criteria.id = answers.question_id
         WHERE answers.contact_id = contacts.id AND answers.replaced_at IS NULL
           AND answers.basis <> 'assumed' AND answers.answer = 'yes') AS yes,
       (SELECT count(*) FROM answers JOIN criteria ON criteria.id = answers.question_id
         WHERE answers.contact_id = contacts.id AND answers.replaced_at IS NULL
           AND answers.basis <> 'assumed' AND answers.answer = 'no') AS no,
       (SELECT count(*) FROM deals
         WHERE deals.contact_id = contacts.id AND deals.outcome = 'won') AS won
  FROM contacts;

-- Status: the first that holds. The one place it is defined; `standing` keeps the result.
CREATE VIEW statuses AS
SELECT verdicts.contact_id,
       CASE
         WHEN contacts.off_list_on IS NOT NULL THEN 'off-list'
         WHEN won >= 2 THEN 'repeat'
         WHEN won = 1 THEN 'customer'
         WHEN no > 0 THEN 'disqualified'
         WHEN asked > 0 AND yes = asked THEN 'prospect'
         WHEN yes > 0 THEN 'possible'
         ELSE 'lead'
       END AS status
  FROM verdicts JOIN contacts ON contacts.id = verdicts.contact_id;

-- How far each contact ever got, by a status they had or by a sale that went through a process: 1 possible,
-- 2 prospect, 3 prospect with a deal, else 0.
CREATE VIEW furthest AS
SELECT contacts.id AS contact_id,
       CASE
         WHEN EXISTS (SELECT 1 FROM status_history WHERE contact_id = contacts.id AND status = 'prospect')
              OR EXISTS (SELECT 1 FROM deals WHERE contact_id = contacts.id AND way = 'sold' AND outcome = 'won')
           THEN 2 + EXISTS (SELECT 1 FROM deals WHERE contact_id = contacts.id AND way = 'sold')
         ELSE EXISTS (SELECT 1 FROM status_history WHERE contact_id = contacts.id AND status = 'possible')
       END AS furthest
  FROM contacts;

-- Standing as it should be: status, the next promise, the last thing that happened.
CREATE VIEW standing_defined AS
SELECT contacts.id AS contact_id,
       statuses.status,
       (SELECT min(due_on) FROM follow_ups
         WHERE follow_ups.contact_id = contacts.id AND state = 'open') AS next_on,
       (SELECT max(happened_on) FROM activities WHERE activities.contact_id = contacts.id) AS last_on,
       EXISTS (SELECT 1 FROM deals WHERE deals.contact_id = contacts.id AND outcome = 'open') AS has_open_deal,
       contacts.kind <> 'walk-in' AND (
         contacts.imported = 0
         OR EXISTS (SELECT 1 FROM activities WHERE activities.contact_id = contacts.id)
         OR EXISTS (SELECT 1 FROM answers JOIN questions ON questions.id = question_id
                     WHERE answers.contact_id = contacts.id AND set_name NOT IN ('consent', 'extra') AND basis <> 'rule')
         OR EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.contact_id = contacts.id)
         OR EXISTS (SELECT 1 FROM deals
                     WHERE deals.contact_id = contacts.id AND (way = 'sold' OR outcome = 'won'))
       ) AS counts,
       (SELECT furthest FROM furthest WHERE furthest.contact_id = contacts.id) AS furthest
  FROM contacts JOIN statuses ON statuses.contact_id = contacts.id;

-- What passed between us and somebody, and what each of it means. heard: they spoke, or we spoke with each other. tried:
-- ours, and no answer came with it. owed: theirs, and an answer is due.
CREATE VIEW exchanges AS
SELECT id, contact_id, kind, happened_on, via, happened_at || printf('-%015d', id) AS stamp,
       direction = 'in'
       OR (kind IN ('call', 'visit', 'meeting', 'demo') AND ifnull(outcome, '') NOT IN ('no answer', 'not in'))
       AS heard,
       direction = 'out' AND (kind IN ('email', 'message', 'letter') OR ifnull(outcome, '') IN ('no answer', 'not in'))
       AS tried,
       direction = 'in' AND (kind IN ('email', 'message', 'letter', 'question') OR ifnull(outcome, '') = 'no answer')
       AS owed
  FROM activities
 WHERE direction IS NOT NULL AND kind NOT IN ('note', 'card', 'mailing');

CREATE VIEW stage_pace_defined AS
SELECT stage_id, count(*) AS stays, sum(days) AS days
  FROM stage_entries
 WHERE left_on IS NOT NULL
 GROUP BY stage_id;

-- The phone or e-mail to use first: a work or unlabelled one before the rest, the oldest before the newer.
CREATE VIEW reach AS
SELECT contacts.id AS contact_id,
       (SELECT value FROM points WHERE points.contact_id = contacts.id AND kind = 'phone' ORDER BY id LIMIT 1) AS phone,
       (SELECT value FROM points WHERE points.contact_id = contacts.id AND kind = 'email' ORDER BY id LIMIT 1) AS email
  FROM contacts;

-- What a line says of somebody.
CREATE VIEW who AS
SELECT contacts.id AS contact_id, contacts.name AS contact, contacts.company, standing.status, reach.phone, reach.email
  FROM contacts
  JOIN standing ON standing.contact_id = contacts.id
  JOIN reach ON reach.contact_id = contacts.id;

-- How many days a stay in a stage may last: its limit; none set: twice the average of five or more finished stays,
-- at least a day; else 30.
CREATE VIEW stage_limits AS
SELECT stages.id AS stage_id, stages.name AS stage,
       CASE
         WHEN stages.limit_days IS NOT NULL THEN stages.limit_days
         WHEN stage_pace.stays >= 5 THEN max(1, 2 * stage_pace.days / stage_pace.stays)
         ELSE 30
       END AS limit_days
  FROM stages LEFT JOIN stage_pace ON stage_pace.stage_id = stages.id;

-- Open deals, not parked, of people with nothing promised, and the first day on which each counts as stalled.
CREATE VIEW idle_deals AS
SELECT stage_entries.deal_id, deals.contact_id, deals.title AS deal, stage_entries.entered_on,
       stage_limits.stage, stage_limits.limit_days,
       date(stage_entries.entered_on, '+' || (stage_limits.limit_days + 1) || ' days') AS stalled_on
  FROM stage_entries
  JOIN deals ON deals.id = stage_entries.deal_id
  JOIN standing ON standing.contact_id = deals.contact_id
  JOIN stage_limits ON stage_limits.stage_id = stage_entries.stage_id
 WHERE stage_entries.left_on IS NULL AND deals.outcome = 'open' AND deals.parked_until IS NULL
   AND standing.next_on IS NULL AND standing.status <> 'off-list';

-- Prospects with nothing promised and no deal parked.
CREATE VIEW idle_prospects AS
SELECT standing.contact_id, standing.last_on
  FROM standing
 WHERE standing.status = 'prospect' AND standing.next_on IS NULL
   AND NOT EXISTS (
     SELECT 1 FROM deals
      WHERE deals.contact_id = standing.contact_id AND outcome = 'open' AND parked_until IS NOT NULL);
