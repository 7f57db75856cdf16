"""A second Worker made of the product's packages and an entry of its own."""

import tomllib
from pathlib import Path

import pytest

from tools import compose
from tools.runtime import paths


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


def test_a_worker_may_be_given_another_configuration(tmp_path: Path, entry: Path) -> None:
    config = compose.compose_worker(entry, tmp_path / "into", config='name = "other"')

    assert config.read_text() == 'name = "other"'


def test_the_page_comes_along_where_it_is_configured(tmp_path: Path, entry: Path) -> None:
    text = '[assets]\ndirectory = "public"'
    compose.compose_worker(entry, tmp_path / "into", config=text)
    config = compose.compose_worker(entry, tmp_path / "into", config=text)

    assert (config.parent / "public" / "index.html").is_file()


def test_without_queues_nothing_else_is_missing() -> None:
    product = (paths.ROOT / "wrangler.toml").read_text()

    kept = tomllib.loads(compose.without_queues(product))

    whole = tomllib.loads(product)
    assert whole.pop("queues").keys() == {"producers", "consumers"}
    assert kept == whole


def test_a_configuration_that_does_not_say_where_its_queues_begin_is_refused() -> None:
    with pytest.raises(ValueError, match="queues"):
        compose.without_queues('name = "darkroom"')
