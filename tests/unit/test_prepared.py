"""Statements that are compiled once, whatever is bound to them."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, bindparam, create_engine, insert, select
from sqlalchemy.orm import Session

from surveyapp.store.answering.prepared import MOST, Compiled, Prepared, padded
from tests import once

numbers = Table("numbers", MetaData(), Column("number", Integer))


@pytest.fixture(autouse=True)
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests have what is compiled for one database for all of its kind."""
    monkeypatch.setattr(Compiled, "get", once.get_compiled)
    monkeypatch.setattr(Compiled, "__setitem__", once.keep_compiled)


def database() -> Engine:
    engine = create_engine("sqlite://")
    numbers.metadata.create_all(engine)
    return engine


def test_a_statement_is_compiled_once_a_database_and_once_for_many_rows() -> None:
    adds, finds = Prepared(insert(numbers)), Prepared(select(numbers).where(numbers.c.number > bindparam("above")))
    for engine in (database(), database()):
        with Session(engine) as session:
            adds.execute(session, {"number": 1})
            adds.execute(session, [{"number": 2}])
            adds.execute(session, [{"number": 3}, {"number": 4}])
            assert [list(finds.execute(session, {"above": above}).scalars()) for above in (2, 3)] == [[3, 4], [4]]
        engine.dispose()
    assert (len(adds.compiled), len(finds.compiled)) == (4, 2)


def test_what_is_compiled_for_databases_that_are_gone_is_not_kept_for_good() -> None:
    finds = Prepared(select(numbers))
    for _ in range(MOST + 3):
        engine = database()
        with Session(engine) as session:
            assert finds.execute(session, {}).all() == []
        engine.dispose()
    assert len(finds.compiled) <= MOST


@pytest.mark.parametrize(
    ("ids", "whole"),
    [([], []), ([1], [1]), ([1, 2], [1, 2]), ([1, 2, 3], [1, 2, 3, 3]), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 5, 5, 5])],
)
def test_few_numbers_of_ids_are_asked_for(ids: list[int], whole: list[int]) -> None:
    assert padded(ids) == whole
