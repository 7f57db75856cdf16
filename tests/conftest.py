"""Options of the tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", default=10, type=int, help="how often test_kill kills the server")
    parser.addoption("--photos", default=50, type=int, help="in the order of test_live")
    parser.addoption("--watchers", default=120, type=int, help="sockets on the order of test_live")
    parser.addoption("--connects", default=1_000, type=int, help="of test_connects; 10,000 by hand")
