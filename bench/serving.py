"""A Worker on workerd as Miniflare starts it, and the CPU time that it uses: see `serve.mjs`."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

from tools import wrangler
from tools.runtime import paths, process_group
from tools.runtime.trouble import Trouble
from tools.server import compatibility_flags, end_of, free_port

SCRIPT: Final = Path(__file__).parent / "serve.mjs"
WORKERD: Final = "workerd"
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_READY_S_MAX: Final = 60
_STOP_S_MAX: Final = 8
_POLL_S: Final = 0.05
# Our own machine is not to be asked for through the organisation's proxy.
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class CpuTime:
    """Seconds on a CPU, user and system."""

    workerd_s: float  # the Worker, its actors, and the local queue, bucket and SQLite
    node_s: float  # Miniflare, which decodes and scales the photos, and passes on what is logged

    def since(self, before: Self) -> "CpuTime":
        return CpuTime(self.workerd_s - before.workerd_s, self.node_s - before.node_s)


class Served:
    """One Worker, while the context lasts. Its processes live in a group of their own."""

    def __init__(self, config: Path, state: Path, variables: Mapping[str, str]) -> None:
        self._port: Final = free_port()
        self.url: Final = f"http://127.0.0.1:{self._port}"
        self._config: Final = config
        self._state: Final = state
        self._variables: Final = variables
        self._log_path: Final = state.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        told = {
            "BENCH_VARIABLES": json.dumps(dict(self._variables)),
            "BENCH_FLAGS": json.dumps(compatibility_flags(self._config)),
        }
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [paths.node(), SCRIPT, self._config, str(self._port), self._state],
                cwd=self._config.parent,
                env={**os.environ, **wrangler.environment(), **told},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._end(signal.SIGKILL)
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._end(signal.SIGTERM)

    def cpu_time(self) -> CpuTime:
        """Of all its processes, since they were started."""
        assert self._process is not None
        workerd_s = node_s = 0.0
        for name, group, ticks in _running():
            if group == self._process.pid and name == WORKERD:
                workerd_s += ticks / TICKS_PER_S
            elif group == self._process.pid:
                node_s += ticks / TICKS_PER_S
        return CpuTime(workerd_s, node_s)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + _READY_S_MAX
        while not _answers(f"{self.url}/health"):
            if process.poll() is not None or time.monotonic() > give_up_at:
                log = self._log_path.read_text(errors="replace")
                raise Trouble(f"{self._config} did not start.", detail=end_of(log))
            time.sleep(_POLL_S)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            process_group.end(self._process, sign, patience_s=_STOP_S_MAX)


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=10) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _running() -> list[tuple[str, int, int]]:
    """Name, group and used ticks of every process there is."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # "pid (name) state ppid pgrp … utime stime …"; the name may hold blanks and brackets.
            head, _, tail = path.read_text().rpartition(")")
        except OSError:
            continue  # it has ended meanwhile
        fields = tail.split()
        found.append((head.partition("(")[2], int(fields[2]), int(fields[11]) + int(fields[12])))
    return found
