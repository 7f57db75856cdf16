"""Paths that two readers could read differently are refused before anybody acts on them.

The origin may fold case, decode twice or drop a slash where we do not. A request that it would take
for one of our routes, and we would not, would pass our locks; so it reaches nobody. By the time a
path comes here, the platform's URL parser has resolved `.` and `..`, `%2e%2e` too (WHATWG URL).
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from domain.errors import Code, Refusal
from domain.limits import PATH_CHARACTERS_MAX

MEDIA: Final = "/media/"  # signed, so it is what we made it
# Encoded: a slash, a backslash, a percent sign (decoded twice, anything), controls, a semicolon.
AMBIGUOUS: Final = re.compile(r"%(?:2f|5c|25|0[0-9a-f]|1[0-9a-f]|7f|3b)|//|\\|;", re.IGNORECASE)
DOTS: Final = frozenset({".", ".."})


def checked_path(raw: str) -> str:
    """The path, percent-decoded; a refusal, if it is not plain."""
    if len(raw) > PATH_CHARACTERS_MAX:
        raise Refusal(Code.INVALID_PATH, f"a path may have {PATH_CHARACTERS_MAX} characters")
    try:
        path = unquote_to_bytes(raw).decode()  # an overlong encoding is not UTF-8 (RFC 3629, 3)
    except UnicodeDecodeError:
        raise Refusal(Code.INVALID_PATH, "the path is not UTF-8") from None
    if raw.startswith(MEDIA):
        return path
    if AMBIGUOUS.search(raw) or not path.isprintable() or _has_hidden_segments(path):
        raise Refusal(Code.INVALID_PATH, "the path could be read in more than one way")
    return path


def _has_hidden_segments(path: str) -> bool:
    """For whoever folds letters to their plain forms: U+FF0E to a full stop (UAX 15, NFKC)."""
    folded = unicodedata.normalize("NFKC", path)
    is_split = any(folded.count(sign) > path.count(sign) for sign in "/\\")
    return is_split or not DOTS.isdisjoint(folded.split("/"))


def check_plain(path: str, method: str, is_route: Callable[[str], bool]) -> None:
    """Of a path that is none of our routes: that nobody could take it for one.

    Ids are folded with it: `FILE_7` is none of ours in any spelling, and so may be the origin's.
    A slash at the end is passed on where nothing is changed, since origins redirect from it.
    """
    folded = unicodedata.normalize("NFKC", path).casefold()
    if method not in {"GET", "HEAD", "OPTIONS"}:
        folded = folded.rstrip("/")
    if folded != path and is_route(folded):
        raise Refusal(Code.INVALID_PATH, "the path is spelt in a way that is not plain")
