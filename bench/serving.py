"""A server while it is measured: the CPU time and the memory that its processes use.

A Worker runs on workerd as Miniflare starts it: see `serve.mjs`.
"""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
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
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
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


class ServedProgram:
    """A program that answers HTTP, while the context lasts. Its processes live in their group."""

    def __init__(self, main: Path, log_path: Path) -> None:
        self._port: Final = free_port()
        self.url: Final = f"http://127.0.0.1:{self._port}"
        self._main: Final = main
        self._log_path: Final = log_path
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, port: int) -> Sequence[object]:
        raise NotImplementedError

    def variables(self) -> Mapping[str, str]:
        """Of its environment, beside our own."""
        return {}

    def __enter__(self) -> Self:
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [str(word) for word in self.command(self._port)],
                cwd=self._main.parent,
                env={**os.environ, **wrangler.environment(), **self.variables()},
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

    def resident_bytes(self) -> int:
        """Of all its processes but Miniflare's, where it is that which serves a Worker."""
        assert self._process is not None
        running = [process for process in _running() if process.group == self._process.pid]
        workerds = [process for process in running if process.name == WORKERD]
        return sum(process.resident_pages for process in workerds or running) * PAGE_BYTES

    def cpu_time(self) -> CpuTime:
        """Of all its processes, since they were started."""
        assert self._process is not None
        workerd_s = node_s = 0.0
        for process in _running():
            if process.group == self._process.pid and process.name == WORKERD:
                workerd_s += process.ticks / TICKS_PER_S
            elif process.group == self._process.pid:
                node_s += process.ticks / TICKS_PER_S
        return CpuTime(workerd_s, node_s)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + _READY_S_MAX
        while not _answers(f"{self.url}/health"):
            if process.poll() is not None or time.monotonic() > give_up_at:
                log = self._log_path.read_text(errors="replace")
                raise Trouble(f"{self._main} did not start.", detail=end_of(log))
            time.sleep(_POLL_S)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is not None:
            process_group.end(self._process, sign, patience_s=_STOP_S_MAX)


class Served(ServedProgram):
    """One Worker."""

    def __init__(self, config: Path, state: Path, variables: Mapping[str, str]) -> None:
        super().__init__(config, state.with_suffix(".log"))
        self._config: Final = config
        self._state: Final = state
        self._variables: Final = variables

    def command(self, port: int) -> Sequence[object]:
        return paths.node(), SCRIPT, self._config, port, self._state

    def variables(self) -> Mapping[str, str]:
        return {
            "BENCH_VARIABLES": json.dumps(dict(self._variables)),
            "BENCH_FLAGS": json.dumps(compatibility_flags(self._config)),
        }


class ServedScript(ServedProgram):
    """A script in JavaScript that listens on the port it is given."""

    def __init__(self, script: Path, log_path: Path) -> None:
        super().__init__(script, log_path)
        self._script: Final = script

    def command(self, port: int) -> Sequence[object]:
        return paths.node(), self._script, port


@dataclass(frozen=True, slots=True)
class Running:
    """A process, from /proc."""

    name: str
    group: int
    ticks: int  # of CPU time, user and system
    resident_pages: int


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=10) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _running() -> list[Running]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # "pid (name) state ppid pgrp … utime stime … rss …"; a name may have blanks, brackets.
            head, _, tail = path.read_text().rpartition(")")
        except OSError:
            continue  # it has ended meanwhile
        name, fields = head.partition("(")[2], tail.split()
        ticks = int(fields[11]) + int(fields[12])
        found.append(Running(name, int(fields[2]), ticks, int(fields[21])))
    return found
