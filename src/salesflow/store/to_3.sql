-- From version 2 to 3: processes with tasks and gates, sets of questions, what is prepared, what customers bring up,
-- papers, deciders, appointments. As it was then: never changed again.

CREATE TABLE question_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL DEFAULT '',
  about TEXT NOT NULL DEFAULT 'contact' CHECK (about IN ('contact', 'deal')),
  is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1))
) STRICT;
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  process_id INTEGER NOT NULL REFERENCES processes (id),
  stage_id INTEGER NOT NULL REFERENCES stages (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'other',
  offset_days INTEGER CHECK (offset_days >= 0),
  dropped_on TEXT,
  done_by TEXT
) STRICT;
CREATE TABLE task_links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  after_id INTEGER NOT NULL REFERENCES tasks (id),
  UNIQUE (task_id, after_id)
) STRICT;
CREATE TABLE products (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'product' CHECK (kind IN ('product', 'service')),
  unit TEXT,
  price_minor INTEGER,
  currency TEXT,
  tax_bp INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000),
  usual_days INTEGER CHECK (usual_days >= 0),
  dropped_on TEXT,
  created_on TEXT NOT NULL,
  CHECK ((price_minor IS NULL) = (currency IS NULL))
) STRICT;
CREATE TABLE preparation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  product_id INTEGER REFERENCES products (id),
  parent_id INTEGER REFERENCES preparation (id),
  name TEXT,
  name_key TEXT,
  text TEXT NOT NULL,
  over TEXT,
  serves TEXT,
  answer TEXT,
  price_minor INTEGER,
  currency TEXT,
  measure TEXT,
  target INTEGER,
  dropped_on TEXT,
  created_on TEXT NOT NULL,
  CHECK ((price_minor IS NULL) = (currency IS NULL))
) STRICT;
CREATE TABLE deciders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER NOT NULL REFERENCES deals (id),
  person_id INTEGER REFERENCES contacts (id),
  name TEXT,
  role TEXT,
  level TEXT NOT NULL DEFAULT 'other' CHECK (level IN ('owner', 'manager', 'executive', 'other')),
  says TEXT NOT NULL DEFAULT 'unknown' CHECK (says IN ('for', 'against', 'unknown')),
  created_on TEXT NOT NULL,
  CHECK ((person_id IS NULL) <> (name IS NULL))
) STRICT;
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  from_id INTEGER REFERENCES documents (id),
  kind TEXT NOT NULL CHECK (kind IN ('inquiry', 'quote', 'pitch')),
  number INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN
    ('open', 'answered', 'draft', 'sent', 'superseded', 'accepted', 'declined', 'withdrawn', 'given')),
  currency TEXT,
  valid_until TEXT,
  delivery TEXT,
  terms TEXT,
  note TEXT,
  name TEXT,
  reached TEXT,
  asked_to TEXT,
  asked_for_sale INTEGER CHECK (asked_for_sale IN (0, 1)),
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL,
  sent_on TEXT,
  closed_on TEXT,
  UNIQUE (kind, number, version)
) STRICT;
CREATE TABLE matters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  deal_id INTEGER REFERENCES deals (id),
  document_id INTEGER REFERENCES documents (id),
  kind TEXT NOT NULL CHECK (kind IN ('need', 'want', 'objection', 'question', 'sign')),
  class TEXT,
  text TEXT NOT NULL,
  stated INTEGER NOT NULL DEFAULT 1 CHECK (stated IN (0, 1)),
  behind TEXT,
  their_view TEXT,
  met_by_id INTEGER REFERENCES preparation (id),
  answer TEXT,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('expected', 'open', 'closed')),
  raised_at TEXT NOT NULL,
  raised_on TEXT NOT NULL,
  closed_at TEXT,
  closed_on TEXT,
  CHECK ((state = 'closed') = (closed_on IS NOT NULL))
) STRICT;
CREATE TABLE replies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  matter_id INTEGER NOT NULL REFERENCES matters (id),
  text TEXT NOT NULL,
  text_key TEXT NOT NULL,
  accepted INTEGER CHECK (accepted IN (0, 1)),
  made_at TEXT NOT NULL,
  made_on TEXT NOT NULL
) STRICT;
CREATE TABLE document_lines (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contacts (id),
  document_id INTEGER NOT NULL REFERENCES documents (id),
  position INTEGER NOT NULL,
  part TEXT,
  product_id INTEGER REFERENCES products (id),
  matter_id INTEGER REFERENCES matters (id),
  preparation_id INTEGER REFERENCES preparation (id),
  text TEXT NOT NULL,
  quantity_thousandths INTEGER CHECK (quantity_thousandths > 0),
  price_minor INTEGER,
  tax_bp INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000),
  shown INTEGER CHECK (shown IN (0, 1))
) STRICT;
CREATE TABLE silence (
  contact_id INTEGER PRIMARY KEY,
  owe_on TEXT,
  tries INTEGER NOT NULL,
  tried_on TEXT
) STRICT;

ALTER TABLE contacts ADD COLUMN demand TEXT CHECK (demand IN ('high', 'medium', 'low'));
ALTER TABLE contacts ADD COLUMN persona_id INTEGER REFERENCES preparation (id);
ALTER TABLE questions ADD COLUMN form TEXT NOT NULL DEFAULT 'yes-no' CHECK (form IN ('yes-no', 'words', 'number', 'choice'));
ALTER TABLE questions ADD COLUMN choices TEXT;
ALTER TABLE questions ADD COLUMN rule TEXT;
ALTER TABLE questions ADD COLUMN purpose TEXT CHECK (purpose IN ('qualify', 'relationship', 'credibility', 'trust'));
ALTER TABLE answers ADD COLUMN deal_id INTEGER REFERENCES deals (id);
ALTER TABLE processes ADD COLUMN goal TEXT;
ALTER TABLE stages ADD COLUMN gate TEXT;
ALTER TABLE stages ADD COLUMN journey TEXT;
ALTER TABLE stages ADD COLUMN outsourced_to TEXT;
ALTER TABLE deals ADD COLUMN kind TEXT NOT NULL DEFAULT 'sale' CHECK (kind IN ('sale', 'recruit'));
ALTER TABLE deals ADD COLUMN product_id INTEGER REFERENCES products (id);
ALTER TABLE deals ADD COLUMN reason TEXT;
ALTER TABLE deals ADD COLUMN note TEXT;
ALTER TABLE deals ADD COLUMN lesson TEXT;
ALTER TABLE deals ADD COLUMN lost_to TEXT;
ALTER TABLE deals ADD COLUMN paid_on TEXT;
ALTER TABLE deals ADD COLUMN pace TEXT CHECK (pace IN ('in order', 'on a sign', 'pushed'));
ALTER TABLE deals ADD COLUMN is_key INTEGER NOT NULL DEFAULT 0 CHECK (is_key IN (0, 1));
ALTER TABLE exceptions ADD COLUMN what TEXT;
ALTER TABLE follow_ups ADD COLUMN task_id INTEGER REFERENCES tasks (id);
ALTER TABLE follow_ups ADD COLUMN document_id INTEGER REFERENCES documents (id);
ALTER TABLE follow_ups ADD COLUMN for_id INTEGER REFERENCES follow_ups (id);
ALTER TABLE follow_ups ADD COLUMN appointment TEXT CHECK (appointment IN ('asked', 'confirmed'));
ALTER TABLE follow_ups ADD COLUMN place TEXT;
ALTER TABLE follow_ups ADD COLUMN named_by_them INTEGER NOT NULL DEFAULT 0 CHECK (named_by_them IN (0, 1));
ALTER TABLE activities ADD COLUMN task_id INTEGER REFERENCES tasks (id);
ALTER TABLE activities ADD COLUMN product_id INTEGER REFERENCES products (id);
ALTER TABLE activities ADD COLUMN document_id INTEGER REFERENCES documents (id);
ALTER TABLE activities ADD COLUMN via TEXT;
ALTER TABLE activities ADD COLUMN listened INTEGER CHECK (listened >= 0);
ALTER TABLE activities ADD COLUMN talked INTEGER CHECK (talked >= 0);

DROP INDEX answers_in_force;
CREATE UNIQUE INDEX answers_in_force ON answers (contact_id, question_id, coalesce(deal_id, 0))
 WHERE replaced_at IS NULL;
CREATE INDEX answers_by_deal ON answers (deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX tasks_by_stage ON tasks (stage_id, position);
CREATE INDEX tasks_by_process ON tasks (process_id);
CREATE INDEX task_links_by_after ON task_links (after_id);
CREATE INDEX products_by_name ON products (name_key);
CREATE INDEX preparation_by_kind ON preparation (kind, name_key);
CREATE INDEX preparation_by_product ON preparation (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX preparation_by_parent ON preparation (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX deals_by_product ON deals (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX deciders_by_deal ON deciders (deal_id);
CREATE INDEX deciders_by_contact ON deciders (contact_id);
CREATE INDEX deciders_by_person ON deciders (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX documents_by_contact ON documents (contact_id, kind);
CREATE INDEX documents_by_deal ON documents (deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX documents_by_from ON documents (from_id) WHERE from_id IS NOT NULL;
CREATE INDEX documents_open ON documents (kind, made_on) WHERE state = 'open';
CREATE INDEX documents_sent ON documents (kind, valid_until) WHERE state = 'sent';
CREATE INDEX matters_by_contact ON matters (contact_id, kind, state);
CREATE INDEX matters_by_deal ON matters (deal_id, kind) WHERE deal_id IS NOT NULL;
CREATE INDEX matters_by_document ON matters (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX matters_by_class ON matters (class) WHERE kind = 'objection';
CREATE INDEX matters_open ON matters (kind, raised_on) WHERE state = 'open';
CREATE INDEX replies_by_matter ON replies (matter_id);
CREATE INDEX replies_by_contact ON replies (contact_id);
CREATE INDEX document_lines_by_document ON document_lines (document_id, position);
CREATE INDEX document_lines_by_contact ON document_lines (contact_id);
CREATE INDEX follow_ups_by_task ON follow_ups (task_id, deal_id) WHERE task_id IS NOT NULL;
CREATE INDEX follow_ups_by_document ON follow_ups (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX follow_ups_for ON follow_ups (for_id) WHERE for_id IS NOT NULL;
CREATE INDEX activities_by_task ON activities (task_id, deal_id) WHERE task_id IS NOT NULL;
CREATE INDEX activities_by_document ON activities (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX silence_owed ON silence (owe_on) WHERE owe_on IS NOT NULL;
CREATE INDEX silence_tried ON silence (tried_on) WHERE tried_on IS NOT NULL;

INSERT INTO question_sets (name, title, about, is_open) VALUES
  ('qualification', 'Lead or prospect?', 'contact', 0),
  ('consent', 'May they be written to or called?', 'contact', 0),
  ('extra', 'Columns of files', 'contact', 0);
UPDATE questions SET form = 'words' WHERE set_name = 'extra';
UPDATE deals
   SET reason = CASE
         WHEN lower(how) IN ('fitted the need', 'price', 'fast reply', 'trust', 'referral', 'bought again',
                             'timing', 'competitor', 'no decision', 'no fit', 'no reply') THEN lower(how)
         ELSE 'own words'
       END
 WHERE how IS NOT NULL;
