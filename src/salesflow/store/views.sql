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
-- ours, and no answer came with it. owed: theirs, and an answer is due. A meeting has no direction unless one is said.
CREATE VIEW exchanges AS
SELECT id, contact_id, kind, happened_on, via, happened_at || printf('-%015d', id) AS stamp,
       direction IS 'in'
       OR (kind IN ('call', 'visit', 'meeting', 'demo') AND ifnull(outcome, '') NOT IN ('no answer', 'not in', 'missed'))
       AS heard,
       direction IS 'out'
       AND (kind IN ('email', 'message', 'letter') OR ifnull(outcome, '') IN ('no answer', 'not in')) AS tried,
       direction IS 'in'
       AND (kind IN ('email', 'message', 'letter', 'question') OR ifnull(outcome, '') = 'no answer') AS owed
  FROM activities
 WHERE (direction IS NOT NULL OR kind IN ('call', 'visit', 'meeting', 'demo'))
   AND kind NOT IN ('note', 'card', 'mailing');

-- Who spoke last: of a contact whose last word is theirs and wants an answer, its day (owe_on); how often we tried since
-- they were last heard, and the last day of these. Contacts for whom it is neither are not kept.
CREATE VIEW silence_defined AS
SELECT contact_id, owe_on, tries, tried_on
  FROM (SELECT contacts.id AS contact_id,
               (SELECT CASE WHEN owed THEN happened_on END
                  FROM exchanges
                 WHERE exchanges.contact_id = contacts.id AND (heard OR tried)
                 ORDER BY stamp DESC LIMIT 1) AS owe_on,
               (SELECT count(*)
                  FROM exchanges
                 WHERE exchanges.contact_id = contacts.id AND tried AND stamp > ifnull((
                       SELECT max(stamp) FROM exchanges AS theirs
                        WHERE theirs.contact_id = contacts.id AND heard), '')) AS tries,
               (SELECT max(happened_on)
                  FROM exchanges
                 WHERE exchanges.contact_id = contacts.id AND tried AND stamp > ifnull((
                       SELECT max(stamp) FROM exchanges AS theirs
                        WHERE theirs.contact_id = contacts.id AND heard), '')) AS tried_on
          FROM contacts)
 WHERE owe_on IS NOT NULL OR tries > 0;

-- Who did not answer, nothing is promised to, and is worth another word: there is an open deal, none of them parked, or
-- they are possible or a prospect.
CREATE VIEW unanswered AS
SELECT silence.contact_id, silence.tries, silence.tried_on
  FROM silence JOIN standing ON standing.contact_id = silence.contact_id
 WHERE silence.owe_on IS NULL AND silence.tried_on IS NOT NULL AND standing.next_on IS NULL
   AND standing.status <> 'off-list' AND (standing.has_open_deal OR standing.status IN ('possible', 'prospect'))
   AND NOT EXISTS (
     SELECT 1 FROM deals
      WHERE deals.contact_id = silence.contact_id AND outcome = 'open' AND parked_until IS NOT NULL);

-- The ways to somebody that they did not forbid. rank: which comes first, the phone before a letter or a visit, e-mail
-- last. tried: taken without an answer since they were last heard; where it is not said which of several, the first.
CREATE VIEW ways AS
WITH kinds (channel, kind, consent, rank) AS (
  VALUES ('call', 'phone', 'phone', 1), ('letter', 'address', 'post', 2), ('visit', 'address', NULL, 3),
         ('email', 'email', 'email', 4))
SELECT points.contact_id, kinds.channel, points.label, points.value, kinds.rank, points.id AS point_id,
       EXISTS (
         SELECT 1
           FROM exchanges
          WHERE exchanges.contact_id = points.contact_id AND exchanges.kind = kinds.channel AND tried
            AND stamp > ifnull((
                SELECT max(stamp) FROM exchanges AS theirs
                 WHERE theirs.contact_id = points.contact_id AND heard), '')
            AND (via IN (points.label, points.value)
                 OR via IS NULL AND NOT EXISTS (
                   SELECT 1 FROM points AS earlier
                    WHERE earlier.contact_id = points.contact_id AND earlier.kind = points.kind
                      AND earlier.id < points.id))) AS tried
  FROM points JOIN kinds ON kinds.kind = points.kind
 WHERE ifnull(points.label, '') NOT LIKE '%fax%'
   AND NOT EXISTS (
     SELECT 1 FROM answers JOIN questions ON questions.id = question_id
      WHERE answers.contact_id = points.contact_id AND replaced_at IS NULL AND set_name = 'consent'
        AND questions.name = kinds.consent AND answer = 'no');

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

-- Open deals, not parked, of people with nothing promised, and the first day on which each counts as stalled. Winning
-- somebody to join the business takes several talks: twice as long may pass.
CREATE VIEW idle_deals AS
SELECT stage_entries.deal_id, deals.contact_id, deals.title AS deal, stage_entries.entered_on,
       stage_limits.stage, stage_limits.limit_days * (1 + (deals.kind = 'recruit')) AS limit_days,
       date(stage_entries.entered_on,
            '+' || (stage_limits.limit_days * (1 + (deals.kind = 'recruit')) + 1) || ' days') AS stalled_on
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

-- What the goals of the seller come to: people as they stand now; sales since the day from which a goal counts. An amount
-- is in minor units of its currency, a win rate in percent of the sales won or lost.
CREATE VIEW goals AS
SELECT goal.id, goal.text, goal.measure, goal.target, goal.currency, goal.created_on AS since,
       CASE goal.measure
         WHEN 'contacts' THEN (SELECT count(*) FROM standing WHERE status <> 'off-list')
                              - (SELECT count(*) FROM contacts WHERE kind = 'walk-in')
         WHEN 'prospects' THEN (SELECT count(*) FROM standing WHERE status = 'prospect')
         WHEN 'customers' THEN (SELECT count(*) FROM standing WHERE status IN ('customer', 'repeat'))
         WHEN 'won' THEN (SELECT count(*) FROM deals WHERE outcome = 'won' AND closed_on >= goal.created_on)
         WHEN 'amount' THEN (
           SELECT coalesce(sum(amount_minor), 0) FROM deals
            WHERE outcome = 'won' AND closed_on >= goal.created_on AND deals.currency = goal.currency)
         WHEN 'win-rate' THEN (
           SELECT 100 * sum(outcome = 'won') / count(*) FROM deals
            WHERE outcome <> 'open' AND way = 'sold' AND closed_on >= goal.created_on)
       END AS reached
  FROM preparation AS goal
 WHERE goal.kind = 'goal' AND goal.dropped_on IS NULL;

-- How many days a deal should take from its opening to its close, and by what: one's own average of five or more sales
-- of the product (own), what is usual for the product (product), the highest of those who decide (executive, manager,
-- owner), the limits of the stages of selling (limits); null where there is nothing to go by.
CREATE VIEW expected_lengths AS
SELECT deals.id AS deal_id,
       CASE
         WHEN own.won >= 5 THEN 'own'
         WHEN products.usual_days IS NOT NULL THEN 'product'
         WHEN EXISTS (SELECT 1 FROM deciders WHERE deal_id = deals.id AND level = 'executive') THEN 'executive'
         WHEN EXISTS (SELECT 1 FROM deciders WHERE deal_id = deals.id AND level = 'manager') THEN 'manager'
         WHEN EXISTS (SELECT 1 FROM deciders WHERE deal_id = deals.id AND level = 'owner') THEN 'owner'
         WHEN limits.days IS NOT NULL THEN 'limits'
       END AS basis,
       CASE
         WHEN own.won >= 5 THEN own.days
         WHEN products.usual_days IS NOT NULL THEN products.usual_days
         ELSE coalesce((
           SELECT max(CASE level WHEN 'executive' THEN 42 WHEN 'manager' THEN 14 WHEN 'owner' THEN 0 END)
             FROM deciders WHERE deal_id = deals.id), limits.days)
       END AS days,
       own.won
  FROM deals
  LEFT JOIN products ON products.id = deals.product_id
  LEFT JOIN (
    SELECT product_id, count(*) AS won, CAST(round(avg(julianday(closed_on) - julianday(opened_on))) AS INTEGER) AS days
      FROM deals
     WHERE product_id IS NOT NULL AND outcome = 'won' AND way = 'sold'
     GROUP BY product_id) AS own ON own.product_id = deals.product_id
  LEFT JOIN (
    SELECT process_id, sum(limit_days) AS days
      FROM stages
     WHERE phase = 'sell' AND dropped_on IS NULL
     GROUP BY process_id) AS limits ON limits.process_id = deals.process_id;
