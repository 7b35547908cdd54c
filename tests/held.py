"""Somebody with a row in every table that is about people: what has to be true of all is tried on all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Table, Uuid, insert, select

from surveyapp.domain.participants import Participant
from surveyapp.services.work import Work
from surveyapp.store.open_answers.quoting import fingerprint
from surveyapp.store.tables import Base
from tests.integration.privacy.test_subject_access import HOSTILE
from tests.migrations.test_members import filling

TABLES = Base.metadata.tables


def about_people() -> Iterator[Table]:
    """Tables from which a key leads to a person."""
    found = {"participant"}
    for _ in TABLES:
        found |= {
            table.name for table in TABLES.values() for key in table.foreign_keys if key.column.table.name in found
        }
    return (table for table in Base.metadata.sorted_tables if table.name in found)


class Rows:
    """Makes rows that lead to what is known already, `ids` by the table's name, and makes what else they lead to."""

    def __init__(self, work: Work, ids: Mapping[str, uuid.UUID]) -> None:
        self.work, self.session = work, work.session
        self.words = ""
        self.ids: dict[str, uuid.UUID] = dict(ids)

    def special(self, table: Table) -> dict[str, Any]:
        """What cannot be just anything for it to be of this person."""
        return {
            "list_row": {"before": None},
            "merge": {"before": None},
            "quotation": {"variable": "recommend_why", "language": "", "words": self.words, "start": 0, "end": 3},
            "relationship": {"relationship": "paired_with", "second_id": self.ids["other"]},
            "web_session": {"audience": "participant", "staff_id": None, "user_agent": "Firefox"},
            "words_translation": {"variable": "recommend_why", "language": "pl", "words": self.words, "sealed": None},
        }.get(table.name, {})

    def add(self, table: Table, **known: Any) -> None:
        row = {column.name: self.of_person(column) for column in table.columns} | known
        self.session.execute(insert(table).values(row))
        if "id" in row:
            self.ids.setdefault(table.name, row["id"])

    def of_person(self, column: Column[Any]) -> Any:
        for key in column.foreign_keys:
            target = key.column.table
            if key.column.name == "id":
                if target.name not in self.ids:
                    self.ids[target.name] = uuid.uuid4()
                    self.add(target, id=self.ids[target.name], **self.special(target))
                return self.ids[target.name]
            if column.name.removesuffix("_id") in self.ids:
                return self.ids[column.name.removesuffix("_id")]
        return uuid.uuid4() if isinstance(column.type, Uuid) else filling(column)


class Held(Rows):
    """Somebody with a row in every table that is about people."""

    def __init__(self, work: Work, person: Participant) -> None:
        super().__init__(work, {"participant": person.id})
        self.id = person.id
        self.words = fingerprint(self.session, person.id, HOSTILE)
        for name in ("case", "response", "access", "attempt", "save"):
            self.ids[name] = self.row(TABLES[name])["id"]
        for name in ("staff", "site"):
            self.ids[name] = self.session.scalars(select(TABLES[name].c.id)).first()  # type: ignore[assignment]
        self.ids["other"] = uuid.uuid4()
        self.add(TABLES["participant"], id=self.ids["other"], reference="P-OTHER", study=person.study)
        for table in about_people():
            if (there := self.found(table)) is None:
                self.add(table, **self.special(table))
            elif "id" in there:
                self.ids.setdefault(table.name, there["id"])

    def found(self, table: Table) -> Mapping[str, Any] | None:
        """A row of theirs."""
        mine = [
            column == self.ids[target]
            for column in table.columns
            for target in {key.column.table.name for key in column.foreign_keys} & self.ids.keys() - {"staff", "site"}
            if (table.name, column.name) != ("relationship", "second_id")
        ]
        if not mine and table.name not in self.ids:
            return None
        mine = mine or [table.c.id == self.ids[table.name]]
        row = self.session.execute(select(table).where(*mine).order_by(*table.primary_key)).mappings().first()
        return dict(row) if row else None

    def row(self, table: Table) -> Mapping[str, Any]:
        found = self.found(table)
        assert found is not None, table.name
        return found
