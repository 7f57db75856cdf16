"""A failure we expect, told in plain words: what is wrong, and what to do about it."""

import errno
import sys
from collections.abc import Callable
from typing import Final

_TOLD: Final = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


class Trouble(Exception):
    """`what` is wrong; `advice` says what the reader can do; `detail` is a program's own words."""

    def __init__(self, what: str, advice: str = "", detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.detail = detail

    def __str__(self) -> str:
        detail = "\n".join(f"  | {line}" for line in self.detail.strip().splitlines())
        return "\n".join(part for part in (self.what, detail, self.advice) if part)


def told_plainly(main: Callable[[], int]) -> int:
    """Run a program; an expected failure becomes its message, Ctrl-C a quiet end."""
    try:
        return main()
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        # Full disks and folders one may not write to are told; anything else is a bug of ours.
        if error.errno not in _TOLD:
            raise
        print(f"\n{error.strerror}: {error.filename or 'a file'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
