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
         OR EXISTS (SELECT 1 FROM answers WHERE answers.contact_id = contacts.id)
         OR EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.contact_id = contacts.id)
         OR EXISTS (SELECT 1 FROM deals WHERE deals.contact_id = contacts.id)
       ) AS counts
  FROM contacts JOIN statuses ON statuses.contact_id = contacts.id;

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
