"""A path that two readers could read differently reaches nobody."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import PATH_CHARACTERS_MAX
from edge.paths import check_plain, checked_path
from edge.router import located
from edge.routes import ROUTES

FILE = f"/api/files/file_{'f' * 32}"


@pytest.mark.parametrize(
    "raw",
    [
        "/api/orders/../files",
        "/api/orders/%2e%2e/files",
        "/api/orders/.%2E/files",
        "/api/files%2ffile_1",
        "/api/files%2Ffile_1",
        "/api/files%5cfile_1",
        "/api/files\\file_1",
        "/api//files/file_1",
        "//evil.example/api/files",
        "/api/files/file_1%00",
        "/api/files/file_1%0d%0aSet-Cookie:%20a=b",
        "/api/files/file_1;jsessionid=1",
        "/api/files/file_1%3Bx",
        "/api/%252e%252e/files",
        "/api/%2566iles/file_1",
        "/api/%c0%afetc/passwd",  # an overlong slash (RFC 3629, 10)
        "/api/%ff",
        "/api/%EF%BC%8E%EF%BC%8E/internal/files",  # full stops as wide as CJK characters
        "/api/%E2%80%A5/internal/files",  # a leader of two dots, in one character
        "/api/files%EF%BC%8Ffile_1",
        "/api/files%EF%BC%BCfile_1",
        "/api/orders/%e2%80%aeemo",  # turns what follows around, for whoever reads the log
        "/api/" + "a" * PATH_CHARACTERS_MAX,
    ],
)
def test_a_path_that_is_not_plain_is_refused(raw: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_path(raw)

    assert refused.value.code is Code.INVALID_PATH


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/", "/"),
        (FILE, FILE),
        ("/api/search/caf%C3%A9", "/api/search/café"),
        ("/api/a%20b", "/api/a b"),
        ("/api/search/50%EF%BC%85", "/api/search/50\uff05"),
        ("/media/user/a/raw/f/50%2525%2Foff;%20now.jpg", "/media/user/a/raw/f/50%25/off; now.jpg"),
    ],
)
def test_a_plain_path_is_decoded_once(raw: str, path: str) -> None:
    assert checked_path(raw) == path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", FILE.replace("/api/files", "/API/files")),
        ("DELETE", FILE.replace("/api/files", "/api/Files")),
        ("DELETE", FILE.replace("/api/files", "/api/\ufb01les")),
        ("PATCH", FILE.replace("/api", "/\uff41pi")),
        ("DELETE", f"{FILE}/"),
        ("POST", "/api/orders/summer-42/submit-edits//"),
        ("GET", "/api/Orders/summer-42/files"),
        ("DELETE", FILE.upper().replace("/API/FILES", "/api/files")),
    ],
)
def test_what_the_origin_might_take_for_one_of_our_routes_reaches_nobody(
    method: str, path: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check_plain(path, method, lambda folded: located(ROUTES, folded) is not None)

    assert refused.value.code is Code.INVALID_PATH


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/Account"),
        ("GET", "/api/orders/summer-42/files/"),
        ("POST", "/api/legacy/Echo"),
        ("GET", "/api/search/café"),
        ("GET", "/api/files/FILE_ABC"),
        ("DELETE", "/api/files/FILE_ABC"),
        ("GET", "/api/orders/ABC.1/files"),
        ("POST", "/api/orders/ABC.1/submit-edits"),
    ],
)
def test_what_is_the_origins_alone_may_be_spelt_as_it_likes(method: str, path: str) -> None:
    check_plain(path, method, lambda folded: located(ROUTES, folded) is not None)
