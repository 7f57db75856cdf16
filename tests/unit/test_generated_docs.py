"""The parts of docs/ that are drawn from the code are as the code is now."""

from pathlib import Path

import pytest

from tools.generated_docs import DRAWN, generated


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_what_is_drawn_from_the_code_is_up_to_date(path: Path) -> None:
    assert path.read_text() == generated(path), "run `make docs`"
