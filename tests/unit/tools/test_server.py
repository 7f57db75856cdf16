"""What a server is started with; the starting itself is what the acceptance tests do."""

import socket
from pathlib import Path

import pytest

from tools import server
from tools.runtime.trouble import Trouble


def test_the_configurations_flags_come_along(tmp_path: Path) -> None:
    config = tmp_path / "wrangler.toml"
    config.write_text('compatibility_flags = ["python_workers", "nodejs_compat"]')

    flags = server.compatibility_flags(config)

    assert flags == [
        *("python_workers", "nodejs_compat"),
        *("python_workers_development", "experimental"),
    ]


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not server.is_free(listener.getsockname()[1])


def test_a_missing_configuration_is_said_before_anything_starts(tmp_path: Path) -> None:
    missing = server.Server(config=tmp_path / "wrangler.toml", log_path=tmp_path / "log")

    with pytest.raises(Trouble, match="There is no"):
        missing.start()


def test_the_end_of_a_log_is_plain_and_to_the_point() -> None:
    log = "\x1b[31mwrong\x1b[0m\n\n🪵  Logs were written to /x\n"

    assert server.end_of(log) == "wrong"
