-- What is kept: every table of a salesflow file, version 3.
-- `_on` is the seller's local day, `_at` a UTC instant, both ISO text. Ids are never used twice.

CREATE TABLE config (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL
) STRICT;

-- The journal: one change a command, one line a row changed (inserts: one line a table).
CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('do', 'undo', 'redo')),
  target_id INTEGER REFERENCES changes (id),      -- what an undo or redo takes back
  undone_by_id INTEGER REFERENCES changes (id),   -- who took this one back, while that holds
  command TEXT NOT NULL,
  summary TEXT NOT NULL DEFAULT '',
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL
) STRICT;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  change_id INTEGER NOT NULL REFERENCES changes (id),
  table_name TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  old TEXT                                         -- the row before, as a JSON object
) STRICT;
CREATE INDEX journal_by_change ON journal (change_id, table_name, first_id);

-- People and firms.
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'company', 'walk-in')),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,                          -- people.fold(name)
  company TEXT,
  job_title TEXT,
  source TEXT,
  source_detail TEXT,
  referred_by_id INTEGER REFERENCES contacts (id),
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  priority TEXT CHECK (priority IN ('A', 'B', 'C')),
  birthday TEXT,                                   -- YYYY-MM-DD, or --MM-DD without a year
  alarm_days INTEGER,                              -- days before a birthday; null: as configured
  note TEXT,
  off_list_on TEXT,                                -- asked not to be kept on the list
  off_list_why TEXT,
  imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)),
  row_hash TEXT,                                   -- of the cells, for an imported row without any key
  created_at TEXT NOT NULL,
  created_on TEXT NOT NULL,
  demand TEXT CHECK (demand IN ('high', 'medium', 'low')),
  persona_id INTEGER REFERENCES preparation (id)   -- the kind of buyer they are
) STRICT;
CREATE INDEX contacts_ranked ON contacts (coalesce(rating, 0) DESC, coalesce(priority, 'D'), id);
CREATE INDEX contacts_by_name ON contacts (name_key);
CREATE INDEX contacts_by_birthday ON contacts (substr(birthday, -5)) WHERE birthday IS NOT NULL;
CREATE INDEX contacts_by_alarm ON contacts (alarm_days) WHERE alarm_days IS NOT NULL;
CREATE INDEX contacts_by_hash ON contacts (row_hash) WHERE row_hash IS NOT NULL;
CREATE INDEX contacts_by_creation ON contacts (created_on);
CREATE INDEX contacts_walk_in ON contacts (kind) WHERE kind = 'walk-in';
CREATE INDEX contacts_by_referrer ON contacts (referred_by_id) WHERE referred_by_id IS NOT NULL;

-- Points: the ways to reach somebody. `value` as typed, `value_key` as compared (E.164, case-folded).
-- An id has its system as label (hubspot, shopify), and as the head of its key.
CREATE TABLE points (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  kind TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'address', 'link', 'id')),
  label TEXT,
  value TEXT NOT NULL,
  value_key TEXT NOT NULL,
  UNIQUE (contact_id, kind, value_key)
) STRICT;
CREATE INDEX points_by_key ON points (value_key);

-- Other names, and rows of files without any key, by which a contact is known since others were merged into it.
CREATE TABLE aliases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  row_hash TEXT
) STRICT;
CREATE INDEX aliases_by_contact ON aliases (contact_id);
CREATE INDEX aliases_by_name ON aliases (name_key);
CREATE INDEX aliases_by_hash ON aliases (row_hash) WHERE row_hash IS NOT NULL;
-- Pairs that look alike and are two: the seller said so.
CREATE TABLE apart (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  other_id INTEGER NOT NULL REFERENCES contacts (id),
  UNIQUE (contact_id, other_id),
  CHECK (contact_id < other_id)
) STRICT;
CREATE INDEX apart_by_other ON apart (other_id);
-- Whom the seller erased: nothing but a keyed hash of each way to reach them. Not journaled: what is erased stays so.
CREATE TABLE erased (
  key_hash TEXT PRIMARY KEY,
  erased_on TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  tag TEXT NOT NULL,
  tag_key TEXT NOT NULL,
  UNIQUE (contact_id, tag_key)
) STRICT;
CREATE INDEX tags_by_key ON tags (tag_key);

-- Questions and answers, in sets. A criterion is a question of the set `qualification` that gates. The set `consent`
-- asks, a channel a question, whether one may be written to or called; the set `extra` holds columns of files that have
-- no place of their own, under the file's own headings. Sets that ask about a deal have its id in their answers.
CREATE TABLE question_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL DEFAULT '',
  about TEXT NOT NULL DEFAULT 'contact' CHECK (about IN ('contact', 'deal')),
  is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1))    -- asks for their own words, not for yes or no
) STRICT;
CREATE TABLE questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_name TEXT NOT NULL DEFAULT 'qualification',
  name TEXT NOT NULL,
  wording TEXT NOT NULL,
  position INTEGER NOT NULL,
  gates INTEGER NOT NULL DEFAULT 1 CHECK (gates IN (0, 1)),    -- 1: needed, and counted in n of m
  dropped_on TEXT,
  form TEXT NOT NULL DEFAULT 'yes-no' CHECK (form IN ('yes-no', 'words', 'number', 'choice')),
  choices TEXT,                                    -- of a choice, one a line, the best last
  rule TEXT,                                       -- FIELD: VALUES by which it answers itself; see records.rules
  purpose TEXT CHECK (purpose IN ('qualify', 'relationship', 'credibility', 'trust')),
  UNIQUE (set_name, name)
) STRICT;
CREATE TABLE answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  question_id INTEGER NOT NULL REFERENCES questions (id),
  answer TEXT NOT NULL,                            -- yes, no or unknown; words, a number or a choice by the form
  basis TEXT NOT NULL DEFAULT 'said' CHECK (basis IN ('said', 'assumed', 'rule')),
  method TEXT,
  said TEXT,                                       -- the customer's own words
  answered_at TEXT NOT NULL,
  answered_on TEXT NOT NULL,
  replaced_at TEXT,                                -- null: the answer in force
  deal_id INTEGER REFERENCES deals (id)            -- of a set about deals
) STRICT;
CREATE UNIQUE INDEX answers_in_force ON answers (contact_id, question_id, coalesce(deal_id, 0))
 WHERE replaced_at IS NULL;
CREATE INDEX answers_by_deal ON answers (deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX answers_by_contact ON answers (contact_id);
CREATE INDEX answers_by_question ON answers (question_id);

-- When somebody's status began and ended. Written with standing, before each COMMIT.
CREATE TABLE status_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  status TEXT NOT NULL,
  entered_at TEXT NOT NULL,
  entered_on TEXT NOT NULL,
  left_on TEXT
) STRICT;
CREATE INDEX status_history_by_contact ON status_history (contact_id, status);
CREATE INDEX status_history_by_day ON status_history (entered_on);
CREATE INDEX status_history_finished ON status_history (status, entered_on, left_on) WHERE left_on IS NOT NULL;

-- Processes and deals.
CREATE TABLE processes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL DEFAULT '',
  goal TEXT                                        -- what the whole of it is to bring
) STRICT;
CREATE TABLE stages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  process_id INTEGER NOT NULL REFERENCES processes (id),
  position INTEGER NOT NULL,                       -- 1, 2, 3 ... among the stages in use
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('find', 'sell', 'keep')),
  goal TEXT,
  probability INTEGER CHECK (probability BETWEEN 0 AND 100),
  limit_days INTEGER CHECK (limit_days > 0),
  dropped_on TEXT,                                 -- no longer in use; its history stays
  gate TEXT,                                       -- the question set to be answered before it is entered
  journey TEXT,                                    -- what the customer does meanwhile
  outsourced_to TEXT                               -- who does it instead of the seller
) STRICT;
CREATE INDEX stages_by_process ON stages (process_id);
-- What is done in a stage. A task is done for a deal when an activity of the deal has its id.
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  process_id INTEGER NOT NULL REFERENCES processes (id),
  stage_id INTEGER NOT NULL REFERENCES stages (id),
  position INTEGER NOT NULL,                       -- 1, 2, 3 ... within its stage
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'other',              -- of the activity that does it
  offset_days INTEGER CHECK (offset_days >= 0),    -- a follow-up so many days after the stage is entered; null: none
  dropped_on TEXT,
  done_by TEXT                                     -- the command that does it: `quote sent`, `ask needs` ...
) STRICT;
CREATE INDEX tasks_by_stage ON tasks (stage_id, position);
CREATE INDEX tasks_by_process ON tasks (process_id);
-- A task that waits for another of its process.
CREATE TABLE task_links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  after_id INTEGER NOT NULL REFERENCES tasks (id),
  UNIQUE (task_id, after_id)
) STRICT;
CREATE INDEX task_links_by_after ON task_links (after_id);

-- What is prepared before selling: what there is to sell, and all that is known about it and around it.
CREATE TABLE products (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'product' CHECK (kind IN ('product', 'service')),
  unit TEXT,                                       -- hour, loaf, month
  price_minor INTEGER,
  currency TEXT,
  tax_bp INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000),    -- hundredths of a percent, on top
  usual_days INTEGER CHECK (usual_days >= 0),      -- how long selling it usually takes
  dropped_on TEXT,
  created_on TEXT NOT NULL,
  CHECK ((price_minor IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX products_by_name ON products (name_key);
-- A feature, advantage or benefit of a product; a competitor, a persona with challenges, what makes the seller unique,
-- notes on the market, ideas for the playbook, goals and strategies, formulas of a presentation: records.preparation.
CREATE TABLE preparation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  product_id INTEGER REFERENCES products (id),     -- of what; of a challenge: what solves it
  parent_id INTEGER REFERENCES preparation (id),   -- the persona of a challenge, the feature behind a benefit
  name TEXT,                                       -- of a competitor, a persona, a formula
  name_key TEXT,
  text TEXT NOT NULL,
  over TEXT,                                       -- an advantage: over whom or what
  serves TEXT,                                     -- a benefit: for which need, in words
  answer TEXT,                                     -- a competitor: our answer to them
  price_minor INTEGER,
  currency TEXT,
  measure TEXT,                                    -- a goal: what is counted
  target INTEGER,
  dropped_on TEXT,
  created_on TEXT NOT NULL,
  CHECK ((price_minor IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX preparation_by_kind ON preparation (kind, name_key);
CREATE INDEX preparation_by_product ON preparation (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX preparation_by_parent ON preparation (parent_id) WHERE parent_id IS NOT NULL;
CREATE TABLE deals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  process_id INTEGER NOT NULL REFERENCES processes (id),
  stage_id INTEGER NOT NULL REFERENCES stages (id),      -- where it stands, or stood when it closed
  title TEXT NOT NULL,
  amount_minor INTEGER,
  currency TEXT,
  outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'won', 'lost')),
  way TEXT NOT NULL DEFAULT 'sold' CHECK (way IN ('sold', 'bought')),
  how TEXT,                                        -- the reason it was won or lost
  opened_at TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  closed_at TEXT,
  closed_on TEXT,
  parked_until TEXT,
  parked_why TEXT,
  import_key TEXT,                                 -- the id it has in the file it came from
  kind TEXT NOT NULL DEFAULT 'sale' CHECK (kind IN ('sale', 'recruit')),    -- recruit: somebody to join the business
  product_id INTEGER REFERENCES products (id),
  reason TEXT,                                     -- the class of `how`: price, timing ... or own words
  note TEXT,                                       -- more on how it was won or lost
  lesson TEXT,                                     -- what to do otherwise next time
  lost_to TEXT,                                    -- the competitor who won it
  paid_on TEXT,
  pace TEXT CHECK (pace IN ('in order', 'on a sign', 'pushed')),    -- how it came to its close
  is_key INTEGER NOT NULL DEFAULT 0 CHECK (is_key IN (0, 1)),       -- one of the important ones
  CHECK ((outcome = 'open') = (closed_on IS NULL)),
  CHECK (outcome = 'open' OR way = 'bought' OR how IS NOT NULL),
  CHECK ((amount_minor IS NULL) = (currency IS NULL)),
  CHECK ((parked_until IS NULL) = (parked_why IS NULL))
) STRICT;
CREATE INDEX deals_by_contact ON deals (contact_id, outcome);
CREATE INDEX deals_by_process ON deals (process_id, outcome);
CREATE INDEX deals_by_stage ON deals (stage_id);
CREATE INDEX deals_by_way ON deals (way, contact_id, outcome);
CREATE INDEX deals_by_closing ON deals (closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX deals_by_opening ON deals (opened_on);
CREATE INDEX deals_parked ON deals (parked_until) WHERE parked_until IS NOT NULL;
CREATE INDEX deals_by_product ON deals (product_id) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX deals_by_import_key ON deals (import_key) WHERE import_key IS NOT NULL;
CREATE TABLE stage_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  deal_id INTEGER NOT NULL REFERENCES deals (id),
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  stage_id INTEGER NOT NULL REFERENCES stages (id),
  entered_at TEXT NOT NULL,
  entered_on TEXT NOT NULL,
  left_on TEXT,
  days INTEGER                                     -- left_on - entered_on, of a finished stay
) STRICT;
CREATE INDEX stage_entries_by_deal ON stage_entries (deal_id, stage_id);
CREATE INDEX stage_entries_by_contact ON stage_entries (contact_id);
CREATE INDEX stage_entries_finished ON stage_entries (stage_id, days, deal_id) WHERE left_on IS NOT NULL;
CREATE INDEX stage_entries_now ON stage_entries (entered_on, deal_id, stage_id) WHERE left_on IS NULL;
-- What was done against a warning, with its reason: said once a deal, then counted.
CREATE TABLE exceptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  kind TEXT NOT NULL,
  because TEXT,
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL,
  what TEXT                                        -- what was left undone, by name
) STRICT;
CREATE INDEX exceptions_by_contact ON exceptions (contact_id);
CREATE INDEX exceptions_by_deal ON exceptions (deal_id) WHERE deal_id IS NOT NULL;

-- Who decides on a deal; `person_id` when they are a contact themselves, else `name`.
CREATE TABLE deciders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER NOT NULL REFERENCES deals (id),
  person_id INTEGER REFERENCES contacts (id),
  name TEXT,
  role TEXT,                                       -- in words: head of purchasing
  level TEXT NOT NULL DEFAULT 'other' CHECK (level IN ('owner', 'manager', 'executive', 'other')),
  says TEXT NOT NULL DEFAULT 'unknown' CHECK (says IN ('for', 'against', 'unknown')),
  created_on TEXT NOT NULL,
  CHECK ((person_id IS NULL) <> (name IS NULL))
) STRICT;
CREATE INDEX deciders_by_deal ON deciders (deal_id);
CREATE INDEX deciders_by_contact ON deciders (contact_id);
CREATE INDEX deciders_by_person ON deciders (person_id) WHERE person_id IS NOT NULL;
-- Papers: an inquiry asks, a quote binds once sent, a presentation is written for one customer. A version that took the
-- place of another has its number.
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  from_id INTEGER REFERENCES documents (id),       -- the paper it answers: a quote from an inquiry
  kind TEXT NOT NULL CHECK (kind IN ('inquiry', 'quote', 'pitch')),
  number INTEGER NOT NULL,                         -- I1, Q1: a series a kind
  version INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN
    ('open', 'answered', 'draft', 'sent', 'superseded', 'accepted', 'declined', 'withdrawn', 'given')),
  currency TEXT,
  valid_until TEXT,
  delivery TEXT,                                   -- a day or a time, in words
  terms TEXT,
  note TEXT,
  name TEXT,                                       -- the formula of a presentation
  reached TEXT,                                    -- the part of a presentation the customer went along to
  asked_to TEXT,                                   -- its call to action, as said
  asked_for_sale INTEGER CHECK (asked_for_sale IN (0, 1)),
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL,
  sent_on TEXT,                                    -- sent or given
  closed_on TEXT,
  UNIQUE (kind, number, version)
) STRICT;
CREATE INDEX documents_by_contact ON documents (contact_id, kind);
CREATE INDEX documents_by_deal ON documents (deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX documents_by_from ON documents (from_id) WHERE from_id IS NOT NULL;
CREATE INDEX documents_open ON documents (kind, made_on) WHERE state = 'open';
CREATE INDEX documents_sent ON documents (kind, valid_until) WHERE state = 'sent';
-- What the customer brings up: needs and wants, objections, questions, signs that they are ready to buy. Open until it is
-- met, answered or acted on; an objection may be expected before it is raised.
CREATE TABLE matters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  document_id INTEGER REFERENCES documents (id),   -- the inquiry that asks it
  kind TEXT NOT NULL CHECK (kind IN ('need', 'want', 'objection', 'question', 'sign')),
  class TEXT,                                      -- of an objection or a question: price, delivery ...
  text TEXT NOT NULL,
  stated INTEGER NOT NULL DEFAULT 1 CHECK (stated IN (0, 1)),    -- 0: the seller's inference
  behind TEXT,                                     -- an objection: what they require
  their_view TEXT,                                 -- as it looks from their side
  met_by_id INTEGER REFERENCES preparation (id),   -- a need: the benefit that meets it
  answer TEXT,                                     -- a question: what it was answered
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('expected', 'open', 'closed')),
  raised_at TEXT NOT NULL,
  raised_on TEXT NOT NULL,
  closed_at TEXT,
  closed_on TEXT,
  CHECK ((state = 'closed') = (closed_on IS NOT NULL))
) STRICT;
CREATE INDEX matters_by_contact ON matters (contact_id, kind, state);
CREATE INDEX matters_by_deal ON matters (deal_id, kind) WHERE deal_id IS NOT NULL;
CREATE INDEX matters_by_document ON matters (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX matters_by_class ON matters (class) WHERE kind = 'objection';
CREATE INDEX matters_open ON matters (kind, raised_on) WHERE state = 'open';
-- An answer given to an objection, and whether it was accepted.
CREATE TABLE replies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  matter_id INTEGER NOT NULL REFERENCES matters (id),
  text TEXT NOT NULL,
  text_key TEXT NOT NULL,                          -- people.fold(text): the same answer, met again
  accepted INTEGER CHECK (accepted IN (0, 1)),     -- null: not said yet
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL
) STRICT;
CREATE INDEX replies_by_matter ON replies (matter_id);
CREATE INDEX replies_by_contact ON replies (contact_id);
-- Lines of a quote or an inquiry, and the parts of a presentation.
CREATE TABLE document_lines (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  document_id INTEGER NOT NULL REFERENCES documents (id),
  position INTEGER NOT NULL,
  part TEXT,                                       -- of a presentation: attention, interest ...
  product_id INTEGER REFERENCES products (id),
  matter_id INTEGER REFERENCES matters (id),       -- the need that it meets
  preparation_id INTEGER REFERENCES preparation (id),    -- the benefit that meets it
  text TEXT NOT NULL,
  quantity_thousandths INTEGER CHECK (quantity_thousandths > 0),
  price_minor INTEGER,                             -- of one, before tax, in the document's currency
  tax_bp INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000),
  shown INTEGER CHECK (shown IN (0, 1))            -- a benefit of a presentation given: whether it was put across
) STRICT;
CREATE INDEX document_lines_by_document ON document_lines (document_id, position);
CREATE INDEX document_lines_by_contact ON document_lines (contact_id);

-- What is promised, and what happened.
CREATE TABLE follow_ups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  kind TEXT NOT NULL DEFAULT 'follow-up',
  text TEXT,
  due_on TEXT NOT NULL,
  due_at TEXT,                                     -- HH:MM on the seller's clock
  every TEXT,                                      -- recurrence: `2 weeks`, `month`, or an RRULE
  anchor_on TEXT,                                  -- the day recurrence is counted from
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
  closed_at TEXT,
  closed_on TEXT,
  created_at TEXT NOT NULL,
  created_on TEXT NOT NULL,
  task_id INTEGER REFERENCES tasks (id),           -- the task of a process it is
  document_id INTEGER REFERENCES documents (id),   -- the quote it goes after
  for_id INTEGER REFERENCES follow_ups (id),       -- the appointment it asks about
  appointment TEXT CHECK (appointment IN ('asked', 'confirmed')),
  place TEXT,
  named_by_them INTEGER NOT NULL DEFAULT 0 CHECK (named_by_them IN (0, 1)),    -- the customer named the day
  CHECK ((every IS NULL) = (anchor_on IS NULL)),
  CHECK ((state = 'open') = (closed_on IS NULL))
) STRICT;
-- The order of `today`: by day, then by time, what has no time last.
CREATE INDEX follow_ups_open ON follow_ups (due_on, ifnull(due_at, '24:00')) WHERE state = 'open';
CREATE INDEX follow_ups_by_contact ON follow_ups (contact_id, state, due_on);
CREATE INDEX follow_ups_by_task ON follow_ups (task_id, deal_id) WHERE task_id IS NOT NULL;
CREATE INDEX follow_ups_by_document ON follow_ups (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX follow_ups_for ON follow_ups (for_id) WHERE for_id IS NOT NULL;
CREATE INDEX follow_ups_by_deal ON follow_ups (deal_id) WHERE deal_id IS NOT NULL;
CREATE TABLE activities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  follow_up_id INTEGER REFERENCES follow_ups (id), -- the promise it kept
  kind TEXT NOT NULL,
  direction TEXT CHECK (direction IN ('in', 'out')),
  outcome TEXT,
  minutes INTEGER CHECK (minutes > 0),
  text TEXT,
  happened_at TEXT NOT NULL,
  happened_on TEXT NOT NULL,
  task_id INTEGER REFERENCES tasks (id),           -- the task it did
  product_id INTEGER REFERENCES products (id),     -- what was shown
  document_id INTEGER REFERENCES documents (id),   -- the presentation given, the quote sent
  via TEXT,                                        -- which of several: the label of the phone or e-mail
  listened INTEGER CHECK (listened >= 0),          -- minutes
  talked INTEGER CHECK (talked >= 0)
) STRICT;
CREATE INDEX activities_by_contact ON activities (contact_id, happened_on);
CREATE INDEX activities_by_day ON activities (happened_on);
CREATE INDEX activities_by_follow_up ON activities (follow_up_id) WHERE follow_up_id IS NOT NULL;
CREATE INDEX activities_by_task ON activities (task_id, deal_id) WHERE task_id IS NOT NULL;
CREATE INDEX activities_by_document ON activities (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX activities_by_deal ON activities (deal_id) WHERE deal_id IS NOT NULL;

CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_name TEXT NOT NULL,
  format TEXT NOT NULL,
  added INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  same INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL
) STRICT;
-- Rows of files that were taken once, by the hash of their cells and of how they were read: they are not read again as
-- long as their contact is there. No foreign key: that a row was seen must not keep a contact from being taken back.
CREATE TABLE imported_rows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL,
  row_hash TEXT NOT NULL,
  named INTEGER NOT NULL DEFAULT 0                 -- whether the row said how they are called
) STRICT;
CREATE INDEX imported_rows_by_hash ON imported_rows (row_hash);

-- Kept, not journaled: what the tables above say, ready to be read. `db check` compares.
CREATE TABLE standing (
  contact_id INTEGER PRIMARY KEY,
  status TEXT NOT NULL,
  next_on TEXT,                                    -- the first day something is promised
  last_on TEXT,                                    -- the last day something happened
  has_open_deal INTEGER NOT NULL,
  counts INTEGER NOT NULL,                         -- 0: imported, nothing said to them yet; walk-in
  furthest INTEGER NOT NULL                        -- how far they ever got; see the view of that name
) STRICT;
CREATE INDEX standing_by_status ON standing (status, next_on, last_on);
CREATE INDEX standing_counted ON standing (counts, status, furthest);
-- Who spoke last: only those who wait for us, or whom we wait for.
CREATE TABLE silence (
  contact_id INTEGER PRIMARY KEY,
  owe_on TEXT,                                     -- they spoke last, on that day
  tries INTEGER NOT NULL,                          -- of ours that were not answered, since they were last heard
  tried_on TEXT                                    -- the last of these
) STRICT;
CREATE INDEX silence_owed ON silence (owe_on) WHERE owe_on IS NOT NULL;
CREATE INDEX silence_tried ON silence (tried_on) WHERE tried_on IS NOT NULL;
CREATE TABLE stage_pace (
  stage_id INTEGER PRIMARY KEY,
  stays INTEGER NOT NULL,                          -- finished ones
  days INTEGER NOT NULL                            -- of all of them together
) STRICT;
-- Folded text; rowid = the row's id x 16 + its kind (records.search.KINDS). `name` is filled for contacts only.
CREATE VIRTUAL TABLE search USING fts5 (name, text, tokenize = 'unicode61 remove_diacritics 0');
