"""File names as people type them: normalised, bounded, and compared without regard to case."""

import unicodedata
from typing import Final

from domain.errors import Code, Refusal
from domain.limits import NAME_BYTES_MAX

BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalised(name: str) -> str:
    """The name in Unicode NFC with outer blanks removed, or a refusal that says what is wrong.

    NFC because macOS sends "é" as two code points and Windows as one; to people it is one name.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if fault := _fault(clean):
        raise Refusal(Code.INVALID_NAME, f"the name {fault}")
    return clean


def collision_key(name: str) -> str:
    """What two names share when they may not stand in one order: case does not tell them apart."""
    return unicodedata.normalize("NFC", name.casefold())


def _fault(name: str) -> str | None:
    if not name:
        return "is empty"
    if any(_is_control(character) for character in name):
        return "holds a control character"
    if len(name.encode()) > NAME_BYTES_MAX:
        return f"is longer than {NAME_BYTES_MAX} bytes"
    if "/" in name or "\\" in name:
        return "holds a path separator"
    if ".." in name:
        return "holds '..'"
    if name == ".":
        return "is '.'"
    return None


def _is_control(character: str) -> bool:
    """Controls, lone surrogates, line breaks, and what can make "gpj.exe" read as "exe.jpg"."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in BIDI_CONTROLS
