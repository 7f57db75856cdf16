"""The demo as a stranger runs it, but for the browser."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools.runtime.paths import ROOT
from tools.server import free_port

pytestmark = pytest.mark.workerd

DEMO_S_MAX = 240


def test_the_demo_shows_an_order_from_upload_to_previews_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    port = free_port()

    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tools.demo", "--no-wait", f"--port={port}", f"--state={tmp_path}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=DEMO_S_MAX,
        check=False,
    )

    told = done.stdout
    assert done.returncode == 0, told + done.stderr
    assert "409 file_locked" in told
    assert "The order: 0 queued, 0 in progress, 5 done, 0 failed" in told
    assert len(re.findall(r"long edge \d+, maker: \w+", told)) == 5
    assert len(re.findall(rf"http://127\.0\.0\.1:{port}/media/\S+", told)) == 5
    assert "5 × edit_done" in told
    assert "Everything was as it should be." in told
    assert not is_anyone_listening(port)


def is_anyone_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
