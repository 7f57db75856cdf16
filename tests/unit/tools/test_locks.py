"""The locks: what they pin, and that they hold for every mirror."""

import json
import re
from pathlib import Path

import pytest

from tools import lock
from tools.runtime import paths

LOCKS = (paths.PIP_LOCK, paths.DEV_LOCK, paths.WORKER_LOCK, paths.NPM_LOCK, paths.RUNTIME_SUMS)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_host(path: Path) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ ", path.read_text())


@pytest.mark.parametrize("path", LOCKS[:3], ids=lambda path: path.name)
def test_every_requirement_has_a_checksum(path: Path) -> None:
    blocks = re.split(r"^(?=[a-z])", path.read_text(), flags=re.MULTILINE)[1:]

    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_tests_run_with_the_versions_the_worker_vendors() -> None:
    worker = set(lock.pinned(paths.WORKER_LOCK.read_text()))
    development = set(lock.pinned(paths.DEV_LOCK.read_text()))

    only_in_the_worker = {line.partition("==")[0] for line in worker - development}
    assert only_in_the_worker == {"workers-runtime-sdk"}


def test_only_the_builds_that_the_registry_lacked_have_no_checksum() -> None:
    packages = json.loads(paths.NPM_LOCK.read_text())["packages"]

    unchecked = {name for name, entry in packages.items() if name and "integrity" not in entry}

    assert all("workerd-darwin" in name or "workerd-windows" in name for name in unchecked)


def test_a_build_missing_from_the_npm_lock_is_added_for_its_own_system_only() -> None:
    wanted = {"@cloudflare/workerd-darwin-arm64": "1.0"}
    packages = {"node_modules/workerd": {"optionalDependencies": wanted}}

    completed = lock.completed({"packages": packages})

    entry = completed["packages"]["node_modules/@cloudflare/workerd-darwin-arm64"]
    assert (entry["version"], entry["os"], entry["cpu"]) == ("1.0", ["darwin"], ["arm64"])
