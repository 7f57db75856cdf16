"""The set-up's pure parts: patching, stamps, secrets, messages."""

import dataclasses
from pathlib import Path

import pytest

from domain.settings import Settings
from tools.runtime import checksums, command, dev_vars, pyodide_patches, stamp
from tools.runtime.pyodide_patches import Edit
from tools.runtime.trouble import Trouble


def test_an_edit_is_applied_everywhere_it_is_expected() -> None:
    edit = Edit("Date.now", "monotonicDateNow", 2)

    patched = pyodide_patches.applied(edit, "a=Date.now();b=Date.now()")

    assert patched == "a=monotonicDateNow();b=monotonicDateNow()"


@pytest.mark.parametrize("source", ["none of it", "Date.now() Date.now() Date.now()"])
def test_another_number_of_places_than_expected_stops_the_set_up(source: str) -> None:
    edit = Edit("Date.now", "monotonicDateNow", 2)

    with pytest.raises(Trouble, match="2 were expected"):
        pyodide_patches.applied(edit, source)


def test_the_edits_do_not_find_each_others_work() -> None:
    """Each is counted in what the ones before it have left."""
    loader = "".join(edit.old * edit.count + ";" for edit in pyodide_patches.EDITS)

    patched = pyodide_patches.patched(loader)

    assert patched.startswith("import {")
    assert "eval(" not in patched


def test_secrets_are_made_once_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / ".dev.vars"

    made = dev_vars.ensure(path)
    before = path.read_text()
    made_again = dev_vars.ensure(path)

    assert (made, made_again) == (("JWT_SECRET", "URL_SIGNING_SECRET", "OPERATOR_TOKENS"), ())
    assert path.read_text() == before


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_secret_that_is_new_is_added_to_those_there_are(tmp_path: Path, end: str) -> None:
    path = tmp_path / ".dev.vars"
    path.write_text(f"# my own\nJWT_SECRET=mine\nURL_SIGNING_SECRET='and mine'{end}")

    made = dev_vars.ensure(path)

    assert made == ("OPERATOR_TOKENS",)
    assert path.read_text().startswith("# my own\nJWT_SECRET=mine\nURL_SIGNING_SECRET='and mine'\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_token_of_the_first_operator_is_theirs_without_the_name(tmp_path: Path) -> None:
    path = tmp_path / ".dev.vars"
    path.write_text("OPERATOR_TOKENS=dev:first:one,other:second\n")

    assert dev_vars.operator_token(path) == "first:one"


def test_a_new_operators_token_is_one_that_the_product_takes(tmp_path: Path) -> None:
    path = tmp_path / ".dev.vars"
    dev_vars.ensure(path)

    settings = Settings.read(dev_vars.read(path))

    assert settings.operators == (("dev", dev_vars.operator_token(path)),)


def test_secrets_are_long_different_and_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".dev.vars"

    dev_vars.ensure(path)

    secrets = dev_vars.read(path)
    assert {name: len(value) for name, value in secrets.items()} == {
        "JWT_SECRET": 64,
        "URL_SIGNING_SECRET": 64,
        "OPERATOR_TOKENS": 68,
    }
    assert len(set(secrets.values())) == 3
    assert path.stat().st_mode & 0o777 == 0o600


def test_variables_come_back_as_they_were_written(tmp_path: Path) -> None:
    variables = {"A": "it's = #1", "B": 'say "x"', "C": ""}
    path = tmp_path / "variables.env"

    path.write_text(dev_vars.written(variables))

    assert dev_vars.read(path) == variables


def a_step(folder: Path, source: Path) -> stamp.Step:
    made = folder / "made"

    def make() -> str:
        made.write_bytes(source.read_bytes())
        return "done"

    return stamp.Step("sample", "a sample", (source, "recipe 1"), made, make)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stamp, "STAMPS", tmp_path / "stamps")
    path = tmp_path / "source"
    path.write_text("one")
    return path


def test_a_step_is_done_once(tmp_path: Path, source: Path) -> None:
    first = a_step(tmp_path, source).ensure()
    second = a_step(tmp_path, source).ensure()

    assert (first, second) == (True, False)


def test_a_step_is_done_again_when_what_it_is_made_from_changes(
    tmp_path: Path, source: Path
) -> None:
    a_step(tmp_path, source).ensure()

    source.write_text("two")

    assert a_step(tmp_path, source).ensure()
    assert (tmp_path / "made").read_text() == "two"


def test_a_step_is_done_again_when_what_it_made_is_gone(tmp_path: Path, source: Path) -> None:
    a_step(tmp_path, source).ensure()

    (tmp_path / "made").unlink()

    assert a_step(tmp_path, source).ensure()


def test_a_file_with_another_checksum_is_refused() -> None:
    sums = checksums.sums_of({"part": b"locked"})

    with pytest.raises(Trouble, match="not the file that was locked"):
        checksums.check("part", b"changed", sums)


@pytest.mark.parametrize(
    ("output", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOTFOUND", "could not be reached"),
        ("Failed to establish a new connection: [Errno 111]", "could not be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES from", "checksum differs"),
        ("npm error code EINTEGRITY", "checksum differs"),
        ("ERROR: No matching distribution found for ruff", "does not have a package"),
        ("SSL: CERTIFICATE_VERIFY_FAILED", "not trusted"),
    ],
)
def test_what_a_program_says_is_put_into_plain_words(output: str, meaning: str) -> None:
    trouble = command.failure("Installing", output)

    assert meaning in trouble.what
    assert output in str(trouble)


def test_a_missing_module_is_not_taken_for_a_missing_network() -> None:
    trouble = command.failure("Starting", "ModuleNotFoundError: No module named 'x'")

    assert trouble.what == "Starting failed."


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(Trouble, match="no program /nowhere/at-all"):
        command.run(["/nowhere/at-all"], doing="Trying")


def test_an_interrupted_step_is_not_taken_for_done(tmp_path: Path, source: Path) -> None:
    a_step(tmp_path, source).ensure()
    (tmp_path / "made").unlink()

    def half_make() -> str:
        (tmp_path / "made").touch()
        raise KeyboardInterrupt

    interrupted = dataclasses.replace(a_step(tmp_path, source), make=half_make)
    with pytest.raises(KeyboardInterrupt):
        interrupted.ensure()

    assert not a_step(tmp_path, source).is_done()
