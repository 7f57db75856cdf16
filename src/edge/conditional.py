"""Conditional requests: what there is, under a tag, against what the client knows of it.

RFC 9110: entity tags 8.8.3, `If-Match` 13.1.1, `If-None-Match` 13.1.2.
"""

import re
from typing import Final

from domain.limits import CONDITION_CHARACTERS_MAX
from domain.values import Value
from edge.exchange import Request, Response, json_response

ANY: Final = "*"
EMPTY_TAG: Final = '""'
TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\U0010ffff]*"')
VERSION: Final = re.compile(r'"([1-9][0-9]{0,14})"')
ASK_AGAIN: Final = "private, no-cache"  # a cache may keep it, and must ask each time if it still is
# Cloudflare weakens the tag of what it compresses, and a weak tag allows no change (13.1.1).
AS_IT_IS: Final = "no-transform"


def entity_tag(value: str | int) -> str:
    return f'"{value}"'


def tagged(request: Request, view: Value, tag: str, cache_control: str = ASK_AGAIN) -> Response:
    """The whole answer under its tag; or 304, if the client has it."""
    if is_known(request, tag):
        return not_modified(tag, cache_control)
    return json_response(view, headers=(("etag", tag),), cache_control=cache_control)


def not_modified(tag: str, cache_control: str = ASK_AGAIN) -> Response:
    return Response(304, headers=(("etag", tag), ("cache-control", cache_control)))


def is_known(request: Request, tag: str) -> bool:
    """By weak comparison."""
    known = known_tags(request)
    return ANY in known or tag in known


def known_tags(request: Request) -> frozenset[str]:
    """Those of `If-None-Match`, without their marks of weakness."""
    tags = _listed(request.headers.get("if-none-match", ""))
    return frozenset(tag.removeprefix("W/") for tag in tags)


def wanted_versions(request: Request) -> tuple[int, ...] | None:
    """The versions of which `If-Match` allows a change, by strong comparison; None: of any.

    A weak tag matches none, and neither does one that we never gave out. A header that cannot be
    read matches none as well: its sender did not want the change to be made in any case.
    """
    header = request.headers.get("if-match")
    if header is None:
        return None
    tags = _listed(header)
    if ANY in tags:
        return None
    versions = (VERSION.fullmatch(tag) for tag in tags)
    return tuple(sorted(int(found[1]) for found in versions if found))


def _listed(header: str) -> frozenset[str]:
    """The tags of a list, or `*` alone; none if it is neither. A comma may stand in a tag."""
    text = header.strip(" \t")
    if text == ANY:
        return frozenset({ANY})
    between = TAG.sub(EMPTY_TAG, text).split(",")
    is_list = {piece.strip(" \t") for piece in between} <= {EMPTY_TAG, ""}
    if not is_list or len(text) > CONDITION_CHARACTERS_MAX:
        return frozenset()
    return frozenset(TAG.findall(text))
