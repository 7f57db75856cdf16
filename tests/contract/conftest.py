"""What the contract's two sides share: failed assertions of the checks say what they saw."""

import pytest

pytest.register_assert_rewrite("tests.contract.checks")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
