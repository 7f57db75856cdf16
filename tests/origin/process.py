"""The origin as a context manager, for tests and tools.

with Origin(state=tmp_path, media_base=server.url, variables=worker_secrets) as origin:
    origin.switch("/api/orders", latency_ms=500)
"""

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import httpx

from tests.origin.config import EDIT_MS
from tests.origin.request_log import Entry
from tools.runtime import paths, process_group
from tools.runtime.trouble import Trouble
from tools.server import free_port

READY_S_MAX: Final = 30
POLL_S: Final = 0.02
STOP_S_MAX: Final = 4
VARIABLES: Final = ("JWT_SECRET", "URL_SIGNING_SECRET", "ORIGIN_INTERNAL_TOKEN")


class Origin:
    """It keeps its port, its state and its log over stop(), kill() and start()."""

    def __init__(  # noqa: PLR0913 - all by keyword
        self,
        *,
        state: Path,
        variables: Mapping[str, str],
        media_base: str = "http://127.0.0.1:9",  # where nobody listens
        port: int | None = None,
        edit_ms: int = EDIT_MS,
        makes_previews: bool = False,
    ) -> None:
        """Of the variables, which may be all of the Worker's, it is given those that it knows."""
        self.port: Final = port or free_port()
        self.url: Final = f"http://127.0.0.1:{self.port}"
        self.media_base = media_base  # read at start()
        self.log_path: Final = state / "origin.log"
        self._state = state
        self._variables = {name: variables[name] for name in VARIABLES if name in variables}
        self._options = [f"--edit-ms={edit_ms}", *(["--previews"] if makes_previews else [])]
        self._process: subprocess.Popen[bytes] | None = None
        # The environment's proxies are for other hosts than this one.
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._http.close()

    def start(self) -> None:
        """Returns when it has answered."""
        if self._process:
            raise Trouble("The origin is already started.")
        self._state.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command(),
                cwd=paths.ROOT,
                env={"PATH": os.environ.get("PATH", ""), **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # For a program that ends in an error outside any `with`.
        atexit.register(self.kill)
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """What a crash looks like."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def switch(self, prefix: str = "", **rule: object) -> None:
        """A rule for the paths that begin so, until reset() or the next start: see switches.py."""
        answer = self._http.post("/__switch", json={"prefix": prefix, **rule})
        if not answer.is_success:
            raise Trouble("There is no such switch.", detail=answer.text)

    def reset(self) -> None:
        self._http.delete("/__switch").raise_for_status()

    def requests(self, prefix: str = "") -> list[Entry]:
        """Those that arrived for paths that begin so, oldest first."""
        answer = self._http.get("/__log", params={"prefix": prefix}).raise_for_status()
        entries: list[Entry] = answer.json()["requests"]
        return entries

    def forget_requests(self) -> None:
        self._http.delete("/__log").raise_for_status()

    def log(self) -> str:
        """What the process printed; the requests are in requests()."""
        return self.log_path.read_text(errors="replace")

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "tests.origin", f"--port={self.port}"),
            *(f"--state={self._state.absolute()}", f"--media-base={self.media_base}"),
            *self._options,
        ]

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + READY_S_MAX
        while not self._answers():
            if process.poll() is not None:
                ended = f"The origin ended with exit code {process.returncode}."
                raise Trouble(ended, detail=self.log())
            if time.monotonic() > give_up_at:
                raise Trouble(f"The origin did not answer within {READY_S_MAX} s.")
            time.sleep(POLL_S)

    def _answers(self) -> bool:
        try:
            return self._http.get("/__switch").is_success
        except httpx.TransportError:
            return False

    def _end(self, sign: signal.Signals) -> None:
        if self._process:
            process_group.end(self._process, sign, patience_s=STOP_S_MAX)
            self._process = None
        atexit.unregister(self.kill)
