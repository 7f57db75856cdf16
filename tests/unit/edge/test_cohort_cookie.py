"""The cohort's cookie: written as designed, kept for a day, and believed only if it is ours."""

import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canary import Asked, CohortCookie, Decision, Reason, decided
from domain.limits import COHORT_COOKIE_CHARACTERS_MAX, GENERATION_MAX
from domain.rollout import Cohort, Effective, Phase
from edge.cohort_cookie import NAME, CohortCookies
from tests.unit.conftest import Clock
from tests.unit.domain.canaries import COOKIE, a_config, a_cookie
from tests.unit.factories import NOW_MS

SECRET, NEXT_SECRET = "c" * 32, "d" * 32
COOKIES = CohortCookies(SECRET)
DAY_MS = 24 * 3_600_000
ANYTHING = st.text(st.characters())  # halves of surrogate pairs among it


def sent(cookie: CohortCookie, cookies: CohortCookies = COOKIES, at_ms: int = NOW_MS) -> str:
    """As a browser gives it back."""
    return cookies.set_cookie(cookie, at_ms).partition(";")[0]


OURS = sent(a_cookie(Cohort.NATIVE))
VERSION, COHORT, BUCKET, GENERATION, HUNDREDTHS, ISSUED, MAC = OURS.partition("=")[2].split(".")


def spliced(**changes: str) -> str:
    parts = {
        "version": VERSION,
        "cohort": COHORT,
        "bucket": BUCKET,
        "generation": GENERATION,
        "hundredths": HUNDREDTHS,
        "issued": ISSUED,
        "mac": MAC,
    }
    return f"{NAME}={'.'.join((parts | changes).values())}"


def mac(secret: str, of: str = "_canary_cohort=1.n.500.1.1000.1795341600") -> str:
    """As another program would make it."""
    return hmac.new(secret.encode(), of.encode(), "sha256").hexdigest()[:32]


def read(header: str | None, at_ms: int = NOW_MS) -> CohortCookie | None:
    return COOKIES.read(header, at_ms)


def test_the_cookie_is_compact_and_has_exactly_these_attributes() -> None:
    value, attributes = COOKIES.set_cookie(a_cookie(Cohort.NATIVE), NOW_MS).split("; ", 1)

    assert value == f"_canary_cohort=1.n.500.1.1000.1795341600.{mac(SECRET)}"
    assert attributes == "Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=None"


@given(COOKIE)
def test_what_was_given_is_read_back(cookie: CohortCookie) -> None:
    assert read(sent(cookie)) == cookie


def test_the_longest_of_ours_is_within_the_bound() -> None:
    generation = f"{GENERATION_MAX}-10000"
    longest = a_cookie(Cohort.PROXY, 9_999, generation=generation, percent=100)

    assert len(sent(longest).partition("=")[2]) == 81
    assert COHORT_COOKIE_CHARACTERS_MAX >= 81
    assert read(sent(longest)) == longest


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "session=abc; {}; theme=dark",
        "a=1;{}",
        'prefs={{"size": 2, "dark": true}}; {}',
        "{}; =; ;",
        "_canary_cohort_=1; {}",
        "_CANARY_COHORT=1; {}",
    ],
)
def test_it_is_found_whatever_cookies_stand_beside_it(header: str) -> None:
    assert read(header.format(OURS)) == a_cookie(Cohort.NATIVE)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "session=abc",
        NAME,
        f"{NAME}=",
        f"{NAME}=native",
        f"{OURS}; {OURS}",
        f"{OURS}; {NAME}=",
        f"{OURS}; {sent(a_cookie(Cohort.PROXY))}",
        f"a=1, {OURS}",
        f"{OURS}x",
        f'{NAME}="{OURS.partition("=")[2]}"',
        f"{OURS}\n",
        OURS.upper(),
        OURS[:-1],
        f"{OURS}.",
        f"{OURS}{'0' * 10_000}",
        spliced(cohort="p"),
        spliced(bucket="0"),
        spliced(bucket="0500"),
        spliced(bucket="\u0665\u0660\u0660"),
        spliced(bucket="-1"),
        spliced(bucket="10000"),
        spliced(generation="2"),
        spliced(generation=""),
        spliced(generation="1.1"),
        spliced(generation="1" * 5_000),
        spliced(hundredths="100"),
        spliced(issued="1795341601"),
        spliced(issued="9" * 5_000),
        spliced(version="2"),
        spliced(mac="0" * 32),
        spliced(mac=mac(SECRET, OURS.partition("=")[2].rpartition(".")[0])),
        spliced(mac=mac("")),
        spliced(mac=MAC.upper()),
        spliced(mac=""),
        spliced(mac="é" * 32),
        sent(a_cookie(Cohort.NATIVE), CohortCookies(NEXT_SECRET)),
        sent(a_cookie(Cohort.NATIVE, generation="g" * 33)),
    ],
)
def test_a_forged_foreign_repeated_or_malformed_one_is_none(header: str | None) -> None:
    assert read(header) is None


@given(ANYTHING)
def test_any_header_at_all_is_read_without_an_exception(header: str) -> None:
    assert read(header) is None


@given(ANYTHING)
def test_any_value_at_all_is_read_without_an_exception(value: str) -> None:
    assert read(f"{NAME}={value}") is None


@given(st.sampled_from(["cohort", "bucket", "generation", "hundredths", "issued", "mac"]), ANYTHING)
def test_no_part_may_be_exchanged(part: str, text: str) -> None:
    forged = spliced(**{part: text})

    assert (read(forged) is not None) == (forged == OURS)


@given(COOKIE, st.text("0123456789abcdef.np-", max_size=90))
def test_nobody_guesses_one_of_the_right_alphabet(cookie: CohortCookie, text: str) -> None:
    body = sent(cookie).rpartition(".")[0]

    assert read(f"{body}.{text}") is None
    assert read(f"{NAME}={text}") is None


@pytest.mark.parametrize(
    ("age_ms", "is_read"),
    [
        (-61_000, False),
        (-60_000, True),
        (0, True),
        (DAY_MS - 1_000, True),
        (DAY_MS, False),
        (365 * DAY_MS, False),
    ],
)
def test_it_is_good_for_a_day_and_our_clocks_may_differ_by_a_minute(
    age_ms: int,
    is_read: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    assert (read(OURS, NOW_MS + age_ms) is not None) == is_read


def test_while_a_secret_is_replaced_both_are_believed_and_the_new_one_signs() -> None:
    rotating = CohortCookies(NEXT_SECRET, SECRET)
    renewed = sent(a_cookie(Cohort.NATIVE), rotating)

    assert rotating.read(OURS, NOW_MS) == a_cookie(Cohort.NATIVE)
    assert rotating.read(renewed, NOW_MS) == a_cookie(Cohort.NATIVE)
    assert CohortCookies(NEXT_SECRET).read(renewed, NOW_MS) == a_cookie(Cohort.NATIVE)
    assert CohortCookies(NEXT_SECRET).read(OURS, NOW_MS) is None


@pytest.mark.parametrize("cookies", [CohortCookies(""), CohortCookies("", ""), CohortCookies("x")])
def test_without_a_secret_no_cookie_is_believed(cookies: CohortCookies) -> None:
    assert cookies.read(OURS, NOW_MS) is None
    assert cookies.read(spliced(mac=mac("")), NOW_MS) is None


def visit(header: str | None, config: Effective, key_bucket: int) -> Decision:
    """One request at this moment of the frozen clock, of a client that is not signed in."""
    cookie = read(header, int(time.time() * 1000))
    return decided(config, Asked(phase=Phase.B1A, cookie=cookie, bucket=key_bucket))


def kept(decision: Decision) -> str:
    assert decision.cookie is not None
    return sent(decision.cookie, at_ms=int(time.time() * 1000))


@pytest.mark.parametrize(("key_bucket", "other_bucket"), [(500, 9_000), (9_000, 500)])
def test_a_cohort_is_kept_for_24_hours_and_then_drawn_again(
    clock: Clock, key_bucket: int, other_bucket: int
) -> None:
    first = visit(None, a_config(), key_bucket)
    cookie = kept(first)

    clock.advance_ms(DAY_MS - 1)
    within = visit(cookie, a_config(), other_bucket)
    clock.advance_ms(1)
    after = visit(cookie, a_config(), other_bucket)

    assert (within.cohort, within.reason) == (first.cohort, Reason.COOKIE)
    assert after.reason in {Reason.SAMPLED, Reason.DEFAULT}
    assert after.cohort is not first.cohort


def test_within_its_day_a_lowered_percentage_moves_it_at_once(clock: Clock) -> None:
    cookie = kept(visit(None, a_config(10), 700))

    clock.advance_ms(3_600_000)
    lowered = visit(cookie, a_config(5), 0)

    assert (lowered.cohort, lowered.reason) == (Cohort.PROXY, Reason.DEFAULT)
    assert lowered.cookie == a_cookie(Cohort.PROXY, 700, percent=5)
