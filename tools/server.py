"""The Worker on its real runtime, as a context manager: for `make dev`, the demo and the tests.

    with Server(persist_to=tmp_path, variables={"JWT_SECRET": "..."}) as server:
        httpx.get(server.url + "/health")

`wrangler dev` starts workerd, twice, and esbuild. All of them live in one process group of their
own, so that stopping or killing the group leaves nothing behind.
"""

import atexit
import os
import re
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final, Self

from tools import wrangler
from tools.runtime import command, paths, process_group
from tools.runtime.scratch import Scratch
from tools.runtime.trouble import Trouble

_READY_S_MAX: Final = 90
_POLL_S: Final = 0.05
# wrangler closes its databases and its workerd in well under a second; then it is told less kindly.
_STOP_S_MAX: Final = 8
_LOG_TAIL_LINES: Final = 25
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_ADVICE: Final = re.compile("If you think this is a bug|Logs were written to")
# Our own machine is not to be asked for through the organisation's proxy.
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Server:
    """One `wrangler dev`. It keeps its port, state and log over stop(), kill() and start()."""

    def __init__(  # noqa: PLR0913 - all by keyword, all with a default
        self,
        *,
        config: Path = paths.ROOT / "wrangler.toml",
        port: int | None = None,
        persist_to: Path | None = None,
        variables: Mapping[str, str] | None = None,
        log_path: Path | None = None,
        ready_path: str = "/health",
    ) -> None:
        """With `variables` the Worker gets exactly these; without, the developer's .dev.vars."""
        self.config = config
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.persist_to = persist_to or paths.STATE
        self.log_path = log_path or paths.CACHE / "logs" / f"server-{self.port}.log"
        self._scratch = Scratch(paths.CACHE / "run" / str(self.port), variables)
        self._ready_path = ready_path
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.log_path.write_bytes(b"")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the Worker has answered; a Trouble with the log's end if it does not."""
        self._check_that_it_can_start()
        self._scratch.prepare()
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self.config.parent,
                env={**os.environ, **wrangler.environment(), **self._scratch.environment()},
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
        """Ends it as Ctrl-C would; what has not gone after a while is killed."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """What a crash looks like: kill -9 of everything at once."""
        self._end(signal.SIGKILL)

    @property
    def process_id(self) -> int:
        """Of wrangler, which leads the group of all that runs."""
        if self._process is None:
            raise Trouble("The server is not started.")
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def put_kv(self, binding: str, key: str, text: str) -> None:
        """As somebody does it in the dashboard; the running Worker sees it when it reads again."""
        command.run(
            wrangler.command_line(
                *("kv", "key", "put", key, text, f"--binding={binding}", "--local"),
                *(f"--config={self.config}", f"--persist-to={self.persist_to}"),
            ),
            doing=f"Putting {key} into {binding}",
            env=wrangler.environment(),
            cwd=self.config.parent,
        )

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def _check_that_it_can_start(self) -> None:
        if self._process:
            raise Trouble("The server is already started.")
        if not self.config.is_file():
            raise Trouble(f"There is no {paths.shown(self.config)} to start a Worker from.")
        if not paths.SNAPSHOT.is_file():
            raise Trouble("The local runtime is not set up.", "Run `make setup`.")
        # Otherwise whoever has it would answer in our place, and we should think we had started.
        if not is_free(self.port):
            advice = "Choose another, or end what listens there."
            raise Trouble(f"Port {self.port} is taken.", advice)

    def _command(self) -> list[str]:
        flags = [f"--compatibility-flags={flag}" for flag in compatibility_flags(self.config)]
        return wrangler.command_line(
            "dev",
            f"--config={self.config}",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            f"--inspector-port={free_port()}",
            f"--persist-to={self.persist_to}",
            "--show-interactive-dev-session=false",
            *flags,
            *self._scratch.options(),
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + _READY_S_MAX
        while not _answers(self.url + self._ready_path):
            if process.poll() is not None:
                raise self._trouble(f"wrangler dev ended with exit code {process.returncode}.")
            if time.monotonic() > give_up_at:
                raise self._trouble(
                    f"{self.url}{self._ready_path} did not answer 200 within {_READY_S_MAX} s."
                )
            time.sleep(_POLL_S)

    def _trouble(self, what: str) -> Trouble:
        return Trouble(what, f"The log is {paths.shown(self.log_path)}.", end_of(self.log()))

    def _end(self, sign: signal.Signals) -> None:
        if self._process:
            process_group.end(self._process, sign, patience_s=_STOP_S_MAX)
            self._process = None
        atexit.unregister(self.kill)
        self._scratch.remove()


def end_of(log: str) -> str:
    """Its last lines, without colours and without wrangler's advice on how to report a bug."""
    lines = [line for line in _COLOUR.sub("", log).splitlines() if line.strip()]
    return "\n".join([line for line in lines if not _ADVICE.search(line)][-_LOG_TAIL_LINES:])


def compatibility_flags(config: Path) -> list[str]:
    """Those of the command line take the place of the configuration's, so these come along."""
    configured = tomllib.loads(config.read_text()).get("compatibility_flags", [])
    return list(dict.fromkeys([*configured, *wrangler.COMPATIBILITY_FLAGS]))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=10) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False
