"""Runs the product here, in the foreground, until Ctrl-C: `make dev`."""

import argparse
import re
import signal
import sys
import time
from typing import Final, TextIO

from tools.runtime import paths
from tools.runtime.trouble import Trouble, told_plainly
from tools.server import Server, free_port, is_free

_FIRST_PORT: Final = 8787
_PORTS_TRIED: Final = 20
_LOG_POLL_S: Final = 0.1
_REPEATED: Final = re.compile(
    r"[┌├│└]|Attaching additional modules|Your Worker has access|Binding +Resource"
    r"|env\.\w+ \(.*\) {2,}\w|env\.\w+ {2,}\w|⎔ Connection status|Using secrets defined"
    r"|\[wrangler:info\] GET /health 200"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.dev", description=__doc__)
    parser.add_argument("--port", type=int, help=f"default: {_FIRST_PORT} or the next free one")
    options = parser.parse_args()
    # A terminal that closes, or a `kill`, ends us as Ctrl-C does, and so the server too.
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    server = Server(port=options.port or first_free_port(), log_path=paths.CACHE / "logs/dev.log")
    print(f"starting on {server.url} …", flush=True)
    try:
        with server:
            _tell_where_to_look(server.url)
            _follow(server)
    except KeyboardInterrupt:
        print("\nstopped")
        return 0
    raise Trouble("wrangler dev ended by itself.", f"See {paths.shown(server.log_path)}.")


def first_free_port() -> int:
    for port in range(_FIRST_PORT, _FIRST_PORT + _PORTS_TRIED):
        if is_free(port):
            return port
    return free_port()


def _tell_where_to_look(url: str) -> None:
    print(
        f"""
  the page     {url}/
  the API      {url}/api/…, described in docs/api.md
  a token      .venv/bin/python -m tools.dev_token --user alice
  operators    the same with --operator for GET {url}/ops/metrics, as Authorization: Bearer
  local data   {paths.shown(paths.STATE)}   (remove it to start afresh)

Changes under src/ are picked up in about a second. Ctrl-C stops.
""",
        flush=True,
    )


def _follow(server: Server) -> None:
    with server.log_path.open(errors="replace") as log:
        while server.is_running():
            _pass_on(log)
            time.sleep(_LOG_POLL_S)
        _pass_on(log)


def _pass_on(log: TextIO) -> None:
    for line in log:
        if worth_reading(line):
            print(line.removeprefix("[wrangler:info] "), end="", flush=True)


def worth_reading(line: str) -> bool:
    """Not the tables of modules and bindings, which wrangler repeats with each change."""
    return bool(line.strip()) and not _REPEATED.match(line)


if __name__ == "__main__":
    sys.exit(told_plainly(main))
