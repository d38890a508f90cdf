"""Identity: whom a row of a file is about, if the file knows them.

Keys are e-mail, phone, link and id, asked for a batch at a time; all that a row has must lead to one contact. A phone
is no key for a row that has another e-mail and another name, or another name than the same file gave that contact:
families and firms share phones. Of several contacts with one key the one of the same name is meant. A row without any
key is known by the hash of its cells.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from salesflow.errors import Refused
from salesflow.people import fold
from salesflow.records.contacts import Draft
from salesflow.store.rows import rows

WORDS = {"email": "e-mail", "phone": "phone", "link": "link", "id": "id"}
CROWD = 20  # a key of more contacts than this says nothing without a name: a switchboard

Key = tuple[str, str]


@dataclass(slots=True)
class Known:
    """A contact while rows are taken in: its row, keys and tags, as they will be."""

    id: int
    row: dict[str, Any]
    points: dict[Key, str | None] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    changes: dict[str, Any] | None = None  # None: it is new itself

    def change(self, changes: dict[str, Any]) -> None:
        if changes:
            self.row.update(changes)
            if self.changes is not None:
                self.changes.update(changes)


class Register:
    """Who is known by which key, of one batch.

    free: whether a contact may still be taken for a row; where it is given each row is another contact. named: whether
    a row of the same file said how a contact is called.
    """

    def __init__(
        self, conn: sqlite3.Connection, free: Callable[[int], bool] | None = None,
        named: Callable[[int], bool] | None = None,
    ) -> None:  # fmt: skip
        self.conn, self.free, self.named = conn, free, named
        self.known: dict[int, Known] = {}
        self.by_key: dict[Key, list[int]] = {}
        self.by_hash: dict[str, list[int]] = {}
        self.by_name: dict[tuple[str, str], list[int]] = {}
        self.crowds: set[Key] = set()

    def open(self, drafts: Iterable[Draft], hashes: list[str], names: list[str]) -> None:
        """Begin a batch. `names` are those of contacts that may be known by name and day: of rows without key."""
        self.known, self.by_key, self.by_hash, self.by_name = {}, {}, {}, {}
        wanted = {(point.kind, point.key) for draft in drafts for point in draft.points if point.kind in WORDS}
        wanted -= self.crowds
        if wanted:
            self._find_keys(wanted)
        if hashes:
            sql = """
                SELECT contacts.row_hash, contacts.id
                  FROM json_each(:wanted) AS wanted CROSS JOIN contacts ON contacts.row_hash = wanted.value
                 ORDER BY contacts.id
                """
            for row_hash, number in self.conn.execute(sql, {"wanted": json.dumps(hashes)}):
                self.by_hash.setdefault(row_hash, []).append(number)
        if names:
            self._find_names(names)
        found = {
            number for ids in (*self.by_key.values(), *self.by_hash.values(), *self.by_name.values()) for number in ids
        }
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
        """The one contact a row is about; None when it is new. Raises Refused when it fits several.

        made_on: the day they were made, by which a row without any key is known together with its exact name.
        """
        found: dict[Key, set[int]] = {}
        crowded = None
        for point in draft.points:
            if ids := self.by_key.get((point.kind, point.key)):
                found[point.kind, point.key] = set(ids)
            elif (point.kind, point.key) in self.crowds:
                crowded = point
        if not found and crowded is None:
            ids = self.by_hash.get(row_hash or "") or self.by_name.get((draft.name or "", made_on or "")) or []
            return next((self.known[number] for number in ids if self._free(number)), None)
        name_key = fold(draft.name) if draft.name else None
        self._drop_shared(found, draft, name_key)
        fitting = [{number for number in ids if self._free(number)} for ids in found.values()]
        fitting = [ids for ids in fitting if ids]
        if fitting:
            return self._one(fitting, name_key)
        keyed = any(point.kind in WORDS and (point.kind, point.key) not in self.crowds for point in draft.points)
        return (
            None if crowded is None or keyed else self._in_crowd((crowded.kind, crowded.key), crowded.value, name_key)
        )

    def _free(self, number: int) -> bool:
        return self.free is None or self.free(number)

    def _drop_shared(self, found: dict[Key, set[int]], draft: Draft, name_key: str | None) -> None:
        """A phone is no key to somebody of another name who has another e-mail, or stands in the same file."""
        emails = {("email", point.key) for point in draft.points if point.kind == "email"}
        if name_key is None:
            return
        for key, ids in found.items():
            for number in list(ids) if key[0] == "phone" else ():
                known = self.known[number]
                if known.row["name_key"] == name_key:
                    continue
                others = [key for key in known.points if key[0] == "email"]
                other_mail = emails and others and emails.isdisjoint(others)
                if other_mail or (self.named is not None and self.named(number)):
                    ids.discard(number)

    def _one(self, fitting: list[set[int]], name_key: str | None) -> Known:
        """The contact that all keys lead to; of several the one of that name."""
        found = set.intersection(*fitting)
        if len(found) > 1 and name_key is not None:
            found = {number for number in found if self.known[number].row["name_key"] == name_key} or found
        if len(found) == 1 or (found and self.free is not None):
            return self.known[min(found)]
        several = sorted(found or set.union(*fitting))
        listed = " and ".join(f"{number} {self.known[number].row['name']}" for number in several[:3])
        raise Refused(f"it fits {len(several)} contacts: {listed}; mend the row, or those contacts")

    def _in_crowd(self, key: Key, shown: str, name_key: str | None) -> Known | None:
        """Of the many who have a key, the one of this name."""
        sql = """
            SELECT contacts.id FROM contacts JOIN points ON points.contact_id = contacts.id
             WHERE contacts.name_key = :name AND points.kind = :kind AND points.value_key = :key
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
        raise Refused(f"more than {CROWD} contacts have {shown}; which is meant?")
