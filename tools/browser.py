"""A headless Chromium for the tests that need one, from Debian's packages: part of `make test`.

Any that is there will do. Where none is and none can be installed, those tests say so and are
skipped; nothing else needs it.
"""

import os
import shutil
import sys
from typing import Final

from tools.runtime import command
from tools.runtime.trouble import Trouble, told_plainly

PROGRAMS: Final = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")
PACKAGE: Final = "chromium-headless-shell"
INSTALL_S_MAX: Final = 300
QUIET: Final = {"DEBIAN_FRONTEND": "noninteractive"}


def found() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def main() -> int:
    if found() is not None:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"no Chromium here: tests in a browser are skipped (`apt-get install {PACKAGE}`)")
        return 0
    print(f"  installing {PACKAGE}, for the tests in a browser …", flush=True)
    try:
        _apt("update")
        _apt("install", "-y", "--no-install-recommends", PACKAGE)
    except Trouble as trouble:
        print(f"no Chromium could be installed, so tests in a browser are skipped: {trouble}")
    return 0


def _apt(*args: str) -> None:
    doing = f"apt-get {args[0]}"
    command.run(("apt-get", "-qq", *args), doing=doing, env=QUIET, timeout_s=INSTALL_S_MAX)


if __name__ == "__main__":
    sys.exit(told_plainly(main))
