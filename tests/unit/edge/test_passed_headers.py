"""Which of a client's headers and cookies the origin sees."""

import pytest

from edge.origin import credentials
from edge.passed_headers import CORS, dropped, dropped_of_answer, passed_cookies
from tests.unit.darkroom import a_request


@pytest.mark.parametrize(
    "name",
    [
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "x-hop",  # listed in `connection`
        "x-darkroom-caller",
        "x-internal-token",
        "x_internal_token",
        "x-canary-token",
        "x-canary_token",
        "x-forwarded-proto",
        "x_forwarded_for",
        "forwarded",
        "x-http-method-override",
        "x_http_method_override",
        "x-original-url",
        "x-rewrite-url",
        "cf-access-jwt-assertion",
        "cf-access-client-secret",
        "cf_access_jwt_assertion",
    ],
)
def test_what_is_for_this_hop_or_for_us_is_not_passed_on(name: str) -> None:
    headers = {"connection": "close, X-Hop", name: "X-Hop"}

    assert name in dropped(a_request("GET", "/api/account", headers))


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "cookie",
        "x-device-token",
        "content-type",
        "x-requested-with",
        "content-md5",
        "x-amz-date",
        "if-none-match",
        "x-canary",
        "x_own_header",
        "cf-connecting-ip",
    ],
)
def test_everything_else_is(name: str) -> None:
    assert name not in dropped(a_request("POST", "/api/account", {name: "1"}))


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        ("", ""),
        ("a=1", "a=1"),
        ("session=x;b=2; a=1", "session=x;b=2; a=1"),
        ("CF_Authorization=x", ""),
        ("CF_Authorization=x; a=1", "a=1"),
        ("a=1;_canary_cohort=1.n.1; b=2;CF_Authorization=x", "a=1; b=2"),
        ("cf_authorization=theirs", "cf_authorization=theirs"),
        ("a=CF_Authorization=x", "a=CF_Authorization=x"),
    ],
)
def test_cookies_that_prove_an_operator_or_a_cohort_stay_here(sent: str, passed: str) -> None:
    assert passed_cookies({"cookie": sent}) == passed


def test_of_what_the_origin_is_asked_by_us_the_same_is_true() -> None:
    given = {"authorization": "Bearer x", "cookie": "CF_Authorization=x; a=1", "accept": "x"}

    assert credentials(given) == {"authorization": "Bearer x", "cookie": "a=1"}
    assert credentials({"cookie": "CF_Authorization=x"}) == {}


@pytest.mark.parametrize(
    "name",
    [
        "connection",
        "proxy-authenticate",
        "upgrade",
        "x-hop",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-max-age",
    ],
)
def test_of_an_answer_what_is_for_this_hop_or_ours_to_say_is_left_out(name: str) -> None:
    headers = {"connection": "X-Hop", name: "X-Hop"}

    assert name in dropped_of_answer(headers, CORS)


@pytest.mark.parametrize(
    "name",
    ["set-cookie", "etag", "content-length", "access-control-expose-headers", "www-authenticate"],
)
def test_of_an_answer_everything_else_comes_back(name: str) -> None:
    assert name not in dropped_of_answer({name: "1"}, CORS)


def test_where_nobody_else_says_who_may_read_it_the_origin_does() -> None:
    headers = {"access-control-allow-origin": "*"}

    assert "access-control-allow-origin" not in dropped_of_answer(headers, ())
