"""Migrations: only ever appended, for actors exist that have taken the steps there are."""

import hashlib
from collections.abc import Sequence

import pytest

from storage import (
    backlog_repository,
    file_repository,
    inbox_repository,
    operations_repository,
    order_repository,
    rollout_repository,
    room_repository,
    webhook_repository,
)
from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql

# SHA-256 of each step that has ever been taken, its blanks aside. Append; never change a line.
TAKEN = {
    "backlog": ("8c7dbf97935476ea",),
    "operations": (
        "5769ba52b7a6973d",
        "7c971d3256e66039",
        "00865ff84fbb945a",
        "d3e94fcd5e5dcc11",
        "001d9e225df73fee",
        "55f43b6c9b15affd",
        "422e6dabce97c135",
        "aba873b080a41616",
        "b30ddca8ec00250b",
    ),
    "file": (
        "93b0c53dfa294aaf",
        "4099923bcee0b9f0",
        "2c27339ff80ba6d3",
        "422e6dabce97c135",
        "aba873b080a41616",
        "e72bde3a47dc9499",
        "0920d25dbad9a623",
        "7cbd2f7c030d66bd",
    ),
    "order": (
        "adedf8640bafc18a",
        "10c2cf5042eaf34a",
        "b53e3d5aa4b07e4e",
        "bd190b4ead73b619",
        "422e6dabce97c135",
        "a6f9884f54ccbc52",
        "d9b604906cfe2af9",
        "aac70aaa65738eab",
        "aba873b080a41616",
        "c599dd7b249f67ae",
        "505c312519a48154",
        "0ce3bd7ccdb0ee1a",
        "4d0f4d54f05c4178",
        "6f916fb4b93a4928",
        "8379b06b1661b1f7",
        "fcc5ec03a0c41fd6",
        "03d387030f4a1cfa",
        "495e63d07e06b653",
        "315f5f4575442128",
        "de8a012110ac49dc",
        "546ac958685777aa",
        "96425a005034d786",
        "b6ab0358e65f7cbd",
        "054d382eff453657",
    ),
    "rollout": (
        "d21672ca2738a857",
        "0d198fedd1753d4d",
        "f4f24814015bb41d",
        "7480a50b4f12e38c",
        "19a2f7faddc407c8",
        "bf593cc4f79ea356",
        "422e6dabce97c135",
        "aba873b080a41616",
        "a6c2205b35645656",
        "f9bae349bef139dd",
    ),
    "room": (
        "382a45053cf1c341",
        "65c0d2caf1d7c58b",
        "422e6dabce97c135",
        "1a74632748bd5f04",
        "0aac85ab372eb2f5",
        "96425a005034d786",
        "b6ab0358e65f7cbd",
        "054d382eff453657",
    ),
    "webhook": (
        "976053879a416635",
        "6bb3ec68757eaf36",
        "202d056abe7f8087",
        "dfa6f7d05fccb172",
        "07def768ec4f5606",
        "0112e3be1c8199b5",
    ),
    "inbox": (
        "ef2662c29cd6f72d",
        "1425368d4f7235ea",
        "cb92dd38bbf1199b",
    ),
}
MIGRATIONS = {
    "backlog": backlog_repository.MIGRATIONS,
    "file": file_repository.MIGRATIONS,
    "order": order_repository.MIGRATIONS,
    "inbox": inbox_repository.MIGRATIONS,
    "operations": operations_repository.MIGRATIONS,
    "rollout": rollout_repository.MIGRATIONS,
    "room": room_repository.MIGRATIONS,
    "webhook": webhook_repository.MIGRATIONS,
}
SCHEMA = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"


def fingerprints(steps: Sequence[str]) -> tuple[str, ...]:
    words = (" ".join(step.split()) for step in steps)
    return tuple(hashlib.sha256(text.encode()).hexdigest()[:16] for text in words)


@pytest.mark.parametrize("actor", MIGRATIONS)
def test_steps_are_only_appended_and_each_is_recorded_here(actor: str) -> None:
    assert fingerprints(MIGRATIONS[actor]) == TAKEN[actor]


@pytest.mark.parametrize(
    ("steps", "taken"),
    [(steps, taken) for steps in MIGRATIONS.values() for taken in range(len(steps))],
)
def test_an_old_actor_ends_with_the_schema_of_a_fresh_one(steps: Sequence[str], taken: int) -> None:
    old, fresh = SqliteSql(), SqliteSql()
    migrate(old, steps[:taken])

    migrate(old, steps)
    migrate(fresh, steps)

    assert old.rows(SCHEMA) == fresh.rows(SCHEMA)


@pytest.mark.parametrize("steps", MIGRATIONS.values())
def test_every_table_is_strict(steps: Sequence[str]) -> None:
    tables = [step for step in steps if "CREATE TABLE" in step]

    assert not [table for table in tables if "STRICT" not in table]
