"""Identity: whom a row of a file is about, if the file knows them.

Keys are e-mail, phone, link and id, asked for a batch at a time; all that a row has must lead to one contact. A phone
is no key for a row that has another e-mail and another name, or another name than the same file gave that contact:
families and firms share phones. Nor is an e-mail for two of one shop or CRM who differ in id and in name. Of several
contacts with one key the one of the same name is meant. A row without any key is known by the hash of its cells. Who
was merged into somebody counts as them: other names are names too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records.contacts import Draft
from salesflow.store.rows import rows, value

WORDS = {"email": "e-mail", "phone": "phone", "link": "link", "id": "id"}
CROWD = 20  # a key of more contacts than this says nothing without a name: a switchboard

Key = tuple[str, str]


@dataclass(slots=True)
class Known:
    """A contact while rows are taken in: its row, keys and tags, as they will be.

    names: other names it has since others were merged into it. merged: the row matched last was of one of those.
    """

    id: int
    row: dict[str, Any]
    points: dict[Key, str | None] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    changes: dict[str, Any] | None = None  # None: it is new itself
    names: set[str] = field(default_factory=set)
    merged: bool = False

    def called(self, name_key: str | None) -> bool:
        return name_key is not None and (name_key == self.row["name_key"] or name_key in self.names)

    def change(self, changes: dict[str, Any]) -> None:
        if changes:
            self.row.update(changes)
            if self.changes is not None:
                self.changes.update(changes)


def name_in_company(name: str | None, company: str | None) -> str | None:
    """What a row without any key is known by besides its hash, once one of that name in that company was merged."""
    return f"name:{fold(name)}|{fold(company)}" if name and company else None


class Unclear(Refused):
    """A row fits several contacts."""


class Register:
    """Who is known by which key, of one batch.

    free: whether a contact may still be taken for a row; where it is given each row is another contact. named: whether
    a row of the same file said how a contact is called. final: the whole file has been seen; before that it is unclear
    whether somebody of another name and the same phone was renamed, or shares the phone with a row still to come.
    """

    def __init__(
        self, conn: sqlite3.Connection, free: Callable[[int], bool] | None = None,
        named: Callable[[int], bool] | None = None,
    ) -> None:  # fmt: skip
        self.conn, self.free, self.named = conn, free, named
        self.final = named is None or free is not None
        self.known: dict[int, Known] = {}
        self.by_key: dict[Key, list[int]] = {}
        self.by_hash: dict[str, list[int]] = {}
        self.by_name: dict[tuple[str, str], list[int]] = {}
        self.crowds: set[Key] = set()
        self.last_id = value(conn, "SELECT seq FROM sqlite_sequence WHERE name = 'contacts'") or 0

    def open(self, drafts: Sequence[Draft], hashes: list[str], names: list[str], ids: Iterable[int] = ()) -> None:
        """Begin a batch. `names` are those of contacts that may be known by name and day: of rows without key.

        ids: of contacts that rows name themselves.
        """
        self.known, self.by_key, self.by_hash, self.by_name = {}, {}, {}, {}
        wanted = {(point.kind, point.key) for draft in drafts for point in draft.points if point.kind in WORDS}
        wanted -= self.crowds
        if wanted:
            self._find_keys(wanted)
        keyless = [draft for draft in drafts if not any(point.kind in WORDS for point in draft.points)]
        hashes = [*hashes, *filter(None, (name_in_company(draft.name, draft.company) for draft in keyless))]
        if hashes:
            sql = """
                SELECT contacts.row_hash, contacts.id
                  FROM json_each(:wanted) AS wanted CROSS JOIN contacts ON contacts.row_hash = wanted.value
                UNION
                SELECT aliases.row_hash, aliases.contact_id
                  FROM json_each(:wanted) AS wanted CROSS JOIN aliases ON aliases.row_hash = wanted.value
                 ORDER BY 2
                """
            for row_hash, number in self.conn.execute(sql, {"wanted": json.dumps(hashes)}):
                self.by_hash.setdefault(row_hash, []).append(number)
        if names:
            self._find_names(names)
        found = {
            number for ids in (*self.by_key.values(), *self.by_hash.values(), *self.by_name.values()) for number in ids
        }
        found.update(ids)
        if found:
            self._load(found)

    def _find_keys(self, wanted: set[Key]) -> None:
        sql = """
            SELECT DISTINCT points.kind, points.value_key, points.contact_id
              FROM json_each(:wanted) AS wanted CROSS JOIN points ON points.value_key = wanted.value
            """
        for kind, key, number in self.conn.execute(sql, {"wanted": json.dumps([key for _, key in wanted])}):
            if (kind, key) in wanted:
                self.by_key.setdefault((kind, key), []).append(number)
        for found in [found for found, ids in self.by_key.items() if len(ids) > CROWD]:
            self.crowds.add(found)
            del self.by_key[found]

    def _find_names(self, names: list[str]) -> None:
        sql = """
            SELECT contacts.name, contacts.created_on, contacts.id
              FROM json_each(:names) AS wanted CROSS JOIN contacts ON contacts.name_key = wanted.value
             WHERE NOT EXISTS (
               SELECT 1 FROM points WHERE points.contact_id = contacts.id AND kind <> 'address')
             ORDER BY contacts.id
            """
        for name, created_on, number in self.conn.execute(sql, {"names": json.dumps([fold(name) for name in names])}):
            ids = self.by_name.setdefault((name, created_on), [])
            if number not in ids:
                ids.append(number)

    def _load(self, found: set[int]) -> None:
        ids = json.dumps(sorted(found))
        sql = "SELECT contacts.* FROM json_each(:ids) AS wanted CROSS JOIN contacts ON contacts.id = wanted.value"
        for row in rows(self.conn, sql, ids=ids):
            self.known[row["id"]] = Known(row["id"], dict(row), changes={})
        sql = """
            SELECT points.contact_id, points.kind, points.value_key, points.label
              FROM json_each(:ids) AS wanted CROSS JOIN points ON points.contact_id = wanted.value
            """
        for number, kind, key, label in self.conn.execute(sql, {"ids": ids}):
            self.known[number].points[kind, key] = label
        sql = """
            SELECT tags.contact_id, tags.tag_key
              FROM json_each(:ids) AS wanted CROSS JOIN tags ON tags.contact_id = wanted.value
            """
        for number, tag in self.conn.execute(sql, {"ids": ids}):
            self.known[number].tags.add(tag)
        sql = """
            SELECT aliases.contact_id, aliases.name_key
              FROM json_each(:ids) AS wanted CROSS JOIN aliases ON aliases.contact_id = wanted.value
            """
        for number, name_key in self.conn.execute(sql, {"ids": ids}):
            self.known[number].names.add(name_key)

    def get(self, number: int) -> Known:
        if number not in self.known:
            self._load({number})
        return self.known[number]

    def learn(self, known: Known, keys: Iterable[Key]) -> None:
        """A contact made or met in this batch has these keys too."""
        for key in keys:
            if key in self.crowds or key[0] not in WORDS:
                continue
            ids = self.by_key.setdefault(key, [])
            ids.append(known.id)
            if len(ids) > CROWD:
                self.crowds.add(key)
                del self.by_key[key]

    def match(self, draft: Draft, row_hash: str | None = None, made_on: str | None = None) -> Known | None:
        """The one contact a row is about; None when it is new. Raises Unclear when it fits several.

        made_on: the day they were made, by which a row without any key is known together with its exact name.
        """
        name_key = fold(draft.name) if draft.name else None
        known = self._match(draft, name_key, row_hash, made_on)
        if known is not None:
            taken = self.free is not None and not self.free(known.id)
            known.merged = taken or (name_key in known.names and name_key != known.row["name_key"])
        return known

    def _match(self, draft: Draft, name_key: str | None, row_hash: str | None, made_on: str | None) -> Known | None:
        found: dict[Key, set[int]] = {}
        crowded = None
        for point in draft.points:
            if ids := self.by_key.get((point.kind, point.key)):
                found[point.kind, point.key] = set(ids)
            elif (point.kind, point.key) in self.crowds:
                crowded = point
        if not found and crowded is None:
            known = self.by_hash.get(row_hash or "") or self.by_name.get((draft.name or "", made_on or ""))
            if not known and not any(point.kind in WORDS for point in draft.points):
                known = self.by_hash.get(name_in_company(draft.name, draft.company) or "")
            return next((self.known[number] for number in self._open_to(known or [], name_key)), None)
        self._drop_shared(found, draft, name_key)
        fitting = [free for ids in found.values() if (free := set(self._open_to(ids, name_key)))]
        if fitting:
            return self._one(fitting, name_key)
        keyed = any(point.kind in WORDS and (point.kind, point.key) not in self.crowds for point in draft.points)
        return (
            None if crowded is None or keyed else self._in_crowd((crowded.kind, crowded.key), crowded.value, name_key)
        )

    def merged(self, draft: Draft, master: str) -> Known:
        """Whom a row is about that has two ids, of two who were made one: its own and that of the `master`.

        Raises Unclear where nobody has either yet, and where they are two contacts here.
        """
        ids = {number: point for point in draft.points for number in self.by_key.get((point.kind, point.key), ())}
        if not ids:
            raise Unclear(f"it was merged into {master}, and nobody here has that id")
        if len(ids) > 1:
            into, *others = sorted(ids, key=lambda number: (ids[number].value != master, number))
            listed = " and ".join(f"{number} {self.known[number].row['name']}" for number in (into, *others))
            raise Unclear(f"{listed} are one there; here too: salesflow merge {others[0]} --into {into}")
        return self.known[next(iter(ids))]

    def _free(self, number: int) -> bool:
        return self.free is None or self.free(number)

    def _open_to(self, ids: Iterable[int], name_key: str | None) -> list[int]:
        """Those that may be taken for a row: free ones, else those into whom one of its name was merged."""
        ids = sorted(ids)
        free = [number for number in ids if self._free(number)]
        return free or [number for number in ids if number <= self.last_id and name_key in self.known[number].names]

    def _drop_shared(self, found: dict[Key, set[int]], draft: Draft, name_key: str | None) -> None:
        """A phone is no key to somebody of another name who has another e-mail, or stands in the same file."""
        emails = {("email", point.key) for point in draft.points if point.kind == "email"}
        if name_key is None:
            return
        self._drop_other_ids(found, draft, name_key)
        for key, ids in found.items():
            for number in list(ids) if key[0] == "phone" else ():
                known = self.known[number]
                if known.called(name_key):
                    continue
                others = [key for key in known.points if key[0] == "email"]
                other_mail = emails and others and emails.isdisjoint(others)
                if other_mail or (self.named is not None and self.named(number)):
                    ids.discard(number)
                elif not self.final:
                    raise Unclear(f"{known.row['name']} has its phone and another name")

    def _drop_other_ids(self, found: dict[Key, set[int]], draft: Draft, name_key: str) -> None:
        """Two of one shop or CRM, by id and by name, are two, though they share an e-mail."""
        said = {("id", point.key) for point in draft.points if point.kind == "id"}
        if not said:
            return
        systems = {key.partition(":")[0] for _, key in said}
        for number in {number for key, ids in found.items() if key[0] != "id" for number in ids}:
            known = self.known[number]
            theirs = {key for key in known.points if key[0] == "id" and key[1].partition(":")[0] in systems}
            if theirs and said.isdisjoint(theirs) and not known.called(name_key):
                for ids in found.values():
                    ids.discard(number)

    def _one(self, fitting: list[set[int]], name_key: str | None) -> Known:
        """The contact that all keys lead to; of several the one of that name. Raises Unclear."""
        found = set.intersection(*fitting)
        if len(found) > 1 and name_key is not None:
            named = {number for number in found if self.known[number].row["name_key"] == name_key}
            found = named or {number for number in found if name_key in self.known[number].names} or found
        if len(found) == 1 or (found and self.free is not None):
            return self.known[min(found)]
        several = sorted(found or set.union(*fitting))
        listed = " and ".join(f"{number} {self.known[number].row['name']}" for number in several[:3])
        raise Unclear(f"it fits {len(several)} contacts: {listed}; mend the row, or those contacts")

    def _in_crowd(self, key: Key, shown: str, name_key: str | None) -> Known | None:
        """Of the many who have a key, the one of this name."""
        sql = """
            SELECT contacts.id FROM contacts JOIN points ON points.contact_id = contacts.id
             WHERE points.kind = :kind AND points.value_key = :key
               AND (contacts.name_key = :name OR contacts.id IN (
                     SELECT contact_id FROM aliases WHERE aliases.name_key = :name))
             ORDER BY contacts.id LIMIT 100
            """
        ids = [row["id"] for row in rows(self.conn, sql, name=name_key, kind=key[0], key=key[1])]
        fresh = [each for each in self.known.values() if each.changes is None and key in each.points]
        ids += [each.id for each in fresh if each.row["name_key"] == name_key]
        ids = [number for number in ids if self._free(number)]
        if ids and (len(ids) == 1 or self.free is not None):
            return self.get(ids[0])
        if self.free is not None:
            return None
        raise Unclear(f"more than {CROWD} contacts have {shown}; which is meant?")
