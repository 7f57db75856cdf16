"""A second Worker made of the product's packages and an entry of its own."""

from pathlib import Path

import pytest

from tools import compose


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    folder = tmp_path / "worker"
    folder.mkdir()
    (folder / "wrangler.toml").write_text('main = "src/entry.py"')
    (folder / "helper.py").write_text("")
    (folder / "entry.py").write_text("import helper")
    return folder / "entry.py"


def test_a_composed_worker_has_its_own_entry_and_the_shared_packages(
    tmp_path: Path, entry: Path
) -> None:
    config = compose.compose_worker(entry, tmp_path / "into")

    source = config.parent / "src"
    assert (source / "entry.py").read_text() == "import helper"
    assert (source / "helper.py").is_file()
    assert (source / "domain" / "__init__.py").is_file()


def test_composing_again_leaves_nothing_of_before(tmp_path: Path, entry: Path) -> None:
    config = compose.compose_worker(entry, tmp_path / "into")
    (entry.parent / "helper.py").unlink()

    compose.compose_worker(entry, tmp_path / "into")

    assert not (config.parent / "src" / "helper.py").exists()
