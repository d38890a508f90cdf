-- What is kept: every table of a salesflow file, version 2.
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
  created_on TEXT NOT NULL
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

-- Questions and answers. A criterion is a question of the set `qualification` that gates. The set `consent` asks, a
-- channel a question, whether one may be written to or called; the set `extra` holds columns of files that have no place
-- of their own, under the file's own headings.
CREATE TABLE questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  set_name TEXT NOT NULL DEFAULT 'qualification',
  name TEXT NOT NULL,
  wording TEXT NOT NULL,
  position INTEGER NOT NULL,
  gates INTEGER NOT NULL DEFAULT 1 CHECK (gates IN (0, 1)),
  dropped_on TEXT,
  UNIQUE (set_name, name)
) STRICT;
CREATE TABLE answers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  question_id INTEGER NOT NULL REFERENCES questions (id),
  answer TEXT NOT NULL,                            -- yes, no or unknown; words in the set `extra`
  basis TEXT NOT NULL DEFAULT 'said' CHECK (basis IN ('said', 'assumed', 'rule')),
  method TEXT,
  said TEXT,                                       -- the customer's own words
  answered_at TEXT NOT NULL,
  answered_on TEXT NOT NULL,
  replaced_at TEXT                                 -- null: the answer in force
) STRICT;
CREATE UNIQUE INDEX answers_in_force ON answers (contact_id, question_id) WHERE replaced_at IS NULL;
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
  title TEXT NOT NULL DEFAULT ''
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
  dropped_on TEXT                                  -- no longer in use; its history stays
) STRICT;
CREATE INDEX stages_by_process ON stages (process_id);
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
  made_on TEXT NOT NULL
) STRICT;
CREATE INDEX exceptions_by_contact ON exceptions (contact_id);
CREATE INDEX exceptions_by_deal ON exceptions (deal_id) WHERE deal_id IS NOT NULL;

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
  CHECK ((every IS NULL) = (anchor_on IS NULL)),
  CHECK ((state = 'open') = (closed_on IS NULL))
) STRICT;
-- The order of `today`: by day, then by time, what has no time last.
CREATE INDEX follow_ups_open ON follow_ups (due_on, ifnull(due_at, '24:00')) WHERE state = 'open';
CREATE INDEX follow_ups_by_contact ON follow_ups (contact_id, state, due_on);
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
  happened_on TEXT NOT NULL
) STRICT;
CREATE INDEX activities_by_contact ON activities (contact_id, happened_on);
CREATE INDEX activities_by_day ON activities (happened_on);
CREATE INDEX activities_by_follow_up ON activities (follow_up_id) WHERE follow_up_id IS NOT NULL;
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
CREATE TABLE stage_pace (
  stage_id INTEGER PRIMARY KEY,
  stays INTEGER NOT NULL,                          -- finished ones
  days INTEGER NOT NULL                            -- of all of them together
) STRICT;
-- Folded text; rowid = the row's id x 16 + its kind (records.search.KINDS). `name` is filled for contacts only.
CREATE VIRTUAL TABLE search USING fts5 (name, text, tokenize = 'unicode61 remove_diacritics 0');
