"""What ids and file names may look like, as docs/api.md has it."""

import re
import unicodedata
from typing import Final

from tests.origin.dialect import VALIDATION_ERROR, Refusal

CHOSEN_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
FILE_ID: Final = r"file_[0-9a-f]{32}"
JOB_ID: Final = r"job_[0-9a-f]{32}_[0-9a-f]{16}"
NOTIFICATION_ID: Final = r"ntf_[0-9a-f]{32}_[0-9a-f]{16}"
NAME_BYTES_MAX: Final = 255
FORBIDDEN: Final = re.compile(r"[/\\\u202a-\u202e\u2066-\u2069]|\.\.|^\.$")
CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_chosen_id(text: str) -> bool:
    return re.fullmatch(CHOSEN_ID, text) is not None


def clean(name: str) -> str:
    """Without outer blanks and in Unicode NFC, or refused."""
    name = unicodedata.normalize("NFC", name).strip()
    is_sound = (
        name
        and not any(unicodedata.category(character) in CONTROLS for character in name)
        and len(name.encode()) <= NAME_BYTES_MAX
        and not FORBIDDEN.search(name)
    )
    if not is_sound:
        raise Refusal(VALIDATION_ERROR)
    return name


def name_key(name: str) -> str:
    """Equal for names that count as the same."""
    return unicodedata.normalize("NFC", name.casefold())
