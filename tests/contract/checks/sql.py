"""What the port `Sql` promises, whoever keeps the promise. Each check gets an empty database."""

from storage import file_repository, inbox_repository, order_repository
from storage.sql import Parameter, Sql, migrate
from tests.contract.checks.raising import raised_by

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER, r REAL) STRICT"
INSERT = "INSERT INTO t (name, n) VALUES (?, ?)"
NAMES = "SELECT name FROM t ORDER BY id"
SCHEMA = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%cf%' ORDER BY name"


def values_come_back_with_their_types(sql: Sql) -> None:
    ((text, whole, real, nothing),) = sql.rows("SELECT 'a', 7, 1.5, NULL")

    assert (text, whole, real, nothing) == ("a", 7, 1.5, None)
    assert [type(value) for value in (text, whole, real)] == [str, int, float]


def a_whole_number_is_an_int_even_if_it_was_a_float(sql: Sql) -> None:
    ((number,),) = sql.rows("SELECT 2.0")

    assert (number, type(number)) == (2, int)


def parameters_come_back_as_they_went_in(sql: Sql) -> None:
    values: list[Parameter] = ["a", 7, -7, 0, 1.5, None, ""]

    assert sql.rows("SELECT ?, ?, ?, ?, ?, ?, ?", *values) == [values]


def text_of_any_language_comes_back_as_it_went_in(sql: Sql) -> None:
    text = "caf\u00e9 cafe\u0301 海 😀 'quoted' \"twice\" \\ \n\t\u2028 %d ?1"

    assert sql.rows("SELECT ?, LENGTH(?)", text, text) == [[text, len(text)]]


def a_megabyte_of_text_comes_back_as_it_went_in(sql: Sql) -> None:
    sql.rows("CREATE TABLE big (text TEXT NOT NULL) STRICT")
    text = "0123456789abcdé\n" * 65_536

    sql.rows("INSERT INTO big VALUES (?)", text)

    assert sql.rows("SELECT text FROM big") == [[text]]


def bytes_come_back_as_bytes(sql: Sql) -> None:
    assert sql.rows("SELECT x'00ff10'") == [[b"\x00\xff\x10"]]


def milliseconds_are_kept_exactly(sql: Sql) -> None:
    sql.rows(TABLE)
    sql.rows(INSERT, "a", 1_795_341_600_123)

    assert sql.rows("SELECT n, typeof(n) FROM t") == [[1_795_341_600_123, "integer"]]
    assert sql.rows("SELECT n FROM t WHERE n = ?", 1_795_341_600_123) != []
    assert sql.rows("SELECT n FROM t WHERE n <= ?", 1_795_341_600_122) == []


def the_largest_integer_is_kept_and_the_next_refused(sql: Sql) -> None:
    sql.rows(TABLE)
    sql.rows(INSERT, "a", 2**53 - 2)

    raised_by(lambda: sql.rows(INSERT, "b", 2**53 - 1))

    assert sql.rows("SELECT n FROM t") == [[2**53 - 2]]


def a_number_in_a_column_for_text_is_the_text_of_a_float(sql: Sql) -> None:
    """A trap of the platform: write `str(number)`."""
    sql.rows(TABLE)
    sql.rows(INSERT, 7, 7)

    assert sql.rows("SELECT name FROM t") == [["7.0"]]


def a_hundred_parameters_are_accepted_and_no_more(sql: Sql) -> None:
    marks = ", ".join(["?"] * 100)

    assert sql.rows(f"SELECT {marks}", *range(100)) == [list(range(100))]
    raised_by(lambda: sql.rows(f"SELECT {marks}, ?", *range(101)))


def numbered_parameters_may_be_used_twice(sql: Sql) -> None:
    assert sql.rows("SELECT ?2, ?1, ?2", "a", "b") == [["b", "a", "b"]]


def a_limit_may_be_a_parameter(sql: Sql) -> None:
    sql.rows(TABLE)
    sql.rows("INSERT INTO t (name) VALUES ('a'), ('b'), ('c')")

    assert sql.rows("SELECT name FROM t ORDER BY id LIMIT ?", 2) == [["a"], ["b"]]


def no_rows_are_an_empty_list(sql: Sql) -> None:
    assert sql.rows(TABLE) == []
    assert sql.rows("SELECT * FROM t") == []
    assert sql.rows("INSERT INTO t (name) VALUES ('a')") == []


def columns_of_one_name_are_all_there(sql: Sql) -> None:
    assert sql.rows("SELECT 1 AS a, 2 AS a") == [[1, 2]]


def what_is_written_is_returned_when_asked_for(sql: Sql) -> None:
    sql.rows(TABLE)

    assert sql.rows(INSERT + " RETURNING id, name", "a", 1) == [[1, "a"]]
    assert sql.rows("UPDATE t SET n = n + 1 RETURNING n") == [[2]]
    assert sql.rows("DELETE FROM t RETURNING name") == [["a"]]


def a_conflict_updates_when_told_so(sql: Sql) -> None:
    sql.rows(TABLE)
    upsert = INSERT + " ON CONFLICT (name) DO UPDATE SET n = excluded.n WHERE t.n < excluded.n"

    sql.rows(upsert, "a", 1)
    sql.rows(upsert, "a", 5)
    sql.rows(upsert, "a", 3)

    assert sql.rows("SELECT name, n FROM t") == [["a", 5]]


def a_conflict_is_passed_over_when_told_so(sql: Sql) -> None:
    sql.rows(TABLE)
    ignore = "INSERT OR IGNORE INTO t (name) VALUES (?) RETURNING id"

    assert sql.rows(ignore, "a") == [[1]]
    assert sql.rows(ignore, "a") == []


def a_conflict_raises_otherwise_and_writes_nothing(sql: Sql) -> None:
    sql.rows(TABLE)
    sql.rows(INSERT, "a", 1)

    raised_by(lambda: sql.rows(INSERT, "a", 2))

    assert sql.rows("SELECT name, n FROM t") == [["a", 1]]


def a_strict_column_refuses_another_type(sql: Sql) -> None:
    sql.rows(TABLE)

    raised_by(lambda: sql.rows(INSERT, "a", "seven"))
    raised_by(lambda: sql.rows(INSERT, "a", 1.5))

    assert sql.rows("SELECT * FROM t") == []


def a_statement_that_is_none_raises(sql: Sql) -> None:
    raised_by(lambda: sql.rows("SELEC 1"))
    raised_by(lambda: sql.rows("SELECT * FROM nowhere"))


def transactions_are_not_made_by_statements(sql: Sql) -> None:
    raised_by(lambda: sql.rows("BEGIN"))
    raised_by(lambda: sql.rows("SAVEPOINT a"))
    raised_by(lambda: sql.rows("PRAGMA user_version = 1"))


def a_transaction_gives_back_what_its_body_returns(sql: Sql) -> None:
    reply = object()

    assert sql.transaction(lambda: reply) is reply


def a_transaction_keeps_what_its_body_writes(sql: Sql) -> None:
    sql.rows(TABLE)

    def body() -> object:
        sql.rows(INSERT, "a", 1)
        return sql.rows(NAMES)

    assert sql.transaction(body) == [["a"]]
    assert sql.rows(NAMES) == [["a"]]


def a_transaction_that_raises_leaves_nothing_and_raises_the_same(sql: Sql) -> None:
    sql.rows(TABLE)
    sql.rows(INSERT, "before", 1)
    bug = KeyError("a bug")

    def body() -> None:
        sql.rows(INSERT, "a", 1)
        sql.rows("CREATE TABLE more (id INTEGER) STRICT")
        raise bug

    assert raised_by(lambda: sql.transaction(body)) is bug
    assert sql.rows(NAMES) == [["before"]]
    raised_by(lambda: sql.rows("SELECT * FROM more"))


def an_error_of_sql_undoes_its_transaction(sql: Sql) -> None:
    sql.rows(TABLE)

    def body() -> None:
        sql.rows(INSERT, "a", 1)
        sql.rows(INSERT, "a", 2)

    raised_by(lambda: sql.transaction(body))

    assert sql.rows(NAMES) == []


def an_inner_transaction_is_undone_alone(sql: Sql) -> None:
    sql.rows(TABLE)

    def inner() -> None:
        sql.rows(INSERT, "inner", 1)
        raise KeyError("a bug")

    def outer() -> None:
        sql.rows(INSERT, "outer", 1)
        raised_by(lambda: sql.transaction(inner))
        sql.rows(INSERT, "after", 1)

    sql.transaction(outer)

    assert sql.rows(NAMES) == [["outer"], ["after"]]


def an_outer_transaction_undoes_its_inner_ones(sql: Sql) -> None:
    sql.rows(TABLE)

    def outer() -> None:
        sql.transaction(lambda: sql.rows(INSERT, "inner", 1))
        raise KeyError("a bug")

    raised_by(lambda: sql.transaction(outer))

    assert sql.rows(NAMES) == []


def after_a_transaction_that_raised_there_can_be_others(sql: Sql) -> None:
    sql.rows(TABLE)
    raised_by(lambda: sql.transaction(lambda: sql.rows("SELEC 1")))

    sql.transaction(lambda: sql.rows(INSERT, "a", 1))

    assert sql.rows(NAMES) == [["a"]]


def migrating_twice_is_migrating_once(sql: Sql) -> None:
    steps = [TABLE, "INSERT INTO t (name) VALUES ('once')"]

    migrate(sql, steps)
    migrate(sql, steps)

    assert sql.rows(NAMES) == [["once"]]


def later_steps_are_taken_later(sql: Sql) -> None:
    migrate(sql, [TABLE])
    sql.rows(INSERT, "kept", 1)

    migrate(sql, [TABLE, "ALTER TABLE t ADD COLUMN more TEXT NOT NULL DEFAULT 'new'"])

    assert sql.rows("SELECT name, more FROM t") == [["kept", "new"]]


def an_older_version_leaves_the_steps_of_a_newer_one_alone(sql: Sql) -> None:
    migrate(sql, [TABLE, "ALTER TABLE t ADD COLUMN more TEXT"])

    migrate(sql, [TABLE])

    assert sql.rows("SELECT more FROM t") == []


def steps_are_taken_all_together_or_not_at_all(sql: Sql) -> None:
    raised_by(lambda: migrate(sql, [TABLE, "SELEC 1"]))

    raised_by(lambda: sql.rows(NAMES))
    migrate(sql, [TABLE])
    assert sql.rows(NAMES) == []


def _schema_after(sql: Sql, steps: tuple[str, ...]) -> object:
    migrate(sql, steps)
    return sql.rows(SCHEMA)


def the_file_actors_schema_can_be_made(sql: Sql) -> None:
    assert _schema_after(sql, file_repository.MIGRATIONS)


def the_order_actors_schema_can_be_made(sql: Sql) -> None:
    assert _schema_after(sql, order_repository.MIGRATIONS)


def the_inbox_actors_schema_can_be_made(sql: Sql) -> None:
    assert _schema_after(sql, inbox_repository.MIGRATIONS)
