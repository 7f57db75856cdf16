"""What is already made, and from what: a step is done again only when what it is made from changed.

A stamp is a small file that holds the checksum of everything the step read. It is written last, so
an interrupted step has none and is simply done again.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.runtime.paths import STAMPS

_NAME_WIDTH: Final = 34


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to make. `make` returns a few words about what it made."""

    name: str
    title: str
    made_from: Iterable[Path | str]
    makes: Path
    make: Callable[[], str]

    def is_done(self) -> bool:
        stamp = STAMPS / self.name
        return self.makes.exists() and stamp.is_file() and stamp.read_text() == self._key()

    def ensure(self) -> bool:
        """Make it unless it is made. True if there was something to do."""
        if self.is_done():
            return False
        stamp = STAMPS / self.name
        # An old one would vouch for what is half made if we are interrupted.
        stamp.unlink(missing_ok=True)
        started = time.monotonic()
        print(f"  {self.title:<{_NAME_WIDTH}}", end="", flush=True)
        note = self.make()
        print(f"{time.monotonic() - started:6.1f} s  {note}", flush=True)
        write_whole(stamp, self._key().encode())
        return True

    def _key(self) -> str:
        digest = hashlib.sha256()
        for part in self.made_from:
            content = part.read_bytes() if isinstance(part, Path) else part.encode()
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write under another name, then rename: a reader sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=mode)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def fresh_folder(path: Path) -> Path:
    """An empty folder to make something in before it gets its real name."""
    unfinished = path.with_name(path.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    return unfinished


def put_in_place(unfinished: Path, path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)
    unfinished.replace(path)
