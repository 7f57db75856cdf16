"""How much memory a server has: all processes of its group, where there is /proc."""

import os
from pathlib import Path
from typing import Final

from tools.server import Server

PROCESSES: Final = Path("/proc")
KIB: Final = 1024


def resident_bytes(server: Server) -> int:
    return sum(map(_resident_bytes, _group_of(server)))


def _group_of(server: Server) -> list[int]:
    leader = server.process_id
    return [
        int(entry.name)
        for entry in PROCESSES.iterdir()
        if entry.name.isdigit() and _group(int(entry.name)) == leader
    ]


def _group(process_id: int) -> int | None:
    try:
        return os.getpgid(process_id)
    except ProcessLookupError:
        return None


def _resident_bytes(process_id: int) -> int:
    try:
        status = (PROCESSES / str(process_id) / "status").read_text()
    except FileNotFoundError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0]) * KIB if found else 0
