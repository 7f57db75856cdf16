"""Ending a program together with everything it started."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

_POLL_S: Final = 0.02
_KILL_S_MAX: Final = 5


def end(process: subprocess.Popen[bytes], sign: signal.Signals, *, patience_s: float) -> None:
    """Signal the group, SIGKILL what is left when patience ends, and wait till all is gone."""
    group = process.pid  # the leader of its own session is also its group's number
    _signal(group, sign)
    if sign is not signal.SIGKILL and not _is_gone(process, group, within_s=patience_s):
        _signal(group, signal.SIGKILL)
    _is_gone(process, group, within_s=_KILL_S_MAX)


def _signal(group: int, sign: signal.Signals) -> None:
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return


def _is_gone(process: subprocess.Popen[bytes], group: int, *, within_s: float) -> bool:
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        # poll() reaps the leader, which would otherwise stay in the group as a zombie.
        if process.poll() is not None and not has_living_members(group):
            return True
        time.sleep(_POLL_S)
    return False


def has_living_members(group: int) -> bool:
    """Zombies do not count: in a container nobody may ever reap the leader's orphans."""
    processes = Path("/proc")
    if not (processes / "self" / "stat").exists():
        return _answers_signals(group)
    return any(_is_living(stat, group) for stat in processes.glob("[0-9]*/stat"))


def _is_living(stat: Path, group: int) -> bool:
    try:
        # "pid (name) state ppid pgrp …"; the name may itself hold blanks and brackets.
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return False
    state, pgrp, threads = fields[0], int(fields[2]), int(fields[17])
    # A leader is a zombie while its other threads still end, and holds its sockets until they have.
    return pgrp == group and (state not in "ZX" or threads > 1)


def _answers_signals(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
