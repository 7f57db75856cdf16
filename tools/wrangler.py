"""Runs a wrangler command with the pinned Node, quietly, and writing nothing to the user's home.

As a program: python -m tools.wrangler r2 object get BUCKET/KEY --local
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from tools.runtime import command, node, paths
from tools.runtime.trouble import told_plainly

# wrangler would ask the internet for a fake `request.cf` and for news of itself, and would record
# every request in a database for its own page, which halves the speed.
_QUIET: Final = {
    "CI": "1",
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_HIDE_BANNER": "true",
    "NO_UPDATE_NOTIFIER": "1",
    "NO_COLOR": "1",
    "FORCE_COLOR": "0",
    "CLOUDFLARE_CF_FETCH_ENABLED": "false",
    "X_LOCAL_OBSERVABILITY": "false",
}
# workerd reads the bundle called "dev" only for a Worker with these; see runtime/bundle.py.
COMPATIBILITY_FLAGS: Final = ("python_workers", "python_workers_development", "experimental")


def environment() -> Mapping[str, str]:
    """Over the caller's own: which workerd, with which Python, and where logs go."""
    home = paths.CACHE / "wrangler"
    no_proxy = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost")))
    return {
        **node.environment(),
        **_QUIET,
        "NO_PROXY": no_proxy,
        "XDG_CONFIG_HOME": str(home),
        "WRANGLER_LOG_PATH": str(home / "logs"),
        "MINIFLARE_WORKERD_PATH": str(paths.WORKERD_WRAPPER),
        "DARKROOM_WORKERD": str(paths.workerd()),
        "DARKROOM_BUNDLE": str(paths.BUNDLE_DIR),
        "DARKROOM_SNAPSHOT": str(paths.SNAPSHOT_DIR),
    }


def command_line(*args: str) -> list[str]:
    return [str(paths.node()), str(paths.WRANGLER), *args]


def run(*args: str, timeout_s: float = 120) -> str:
    """What wrangler printed; a Trouble in plain words if it failed."""
    doing = f"wrangler {' '.join(args[:3])}"
    return command.run(command_line(*args), doing=doing, env=environment(), timeout_s=timeout_s)


def main() -> int:
    args = command_line(*sys.argv[1:])
    return subprocess.run(args, env={**os.environ, **environment()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(told_plainly(main))
