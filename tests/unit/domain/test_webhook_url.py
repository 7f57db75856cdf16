"""Where webhooks may be sent: to public names over TLS; and each way to say another place."""

import ipaddress
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.limits import WEBHOOK_URL_CHARACTERS_MAX
from domain.webhook_url import check_webhook_url

PUBLIC = [
    "https://hooks.example.com/",
    "https://example.com",
    "HTTPS://Hooks.EXAMPLE.com/a/b?c=d&e=%20",
    "https://a-b.example.co.uk:443/x",
    "https://example.com:8443/x",
    "https://example.com:/x",
    "https://xn--bcher-kva.example.com/",
    "https://1.example.com/",
    "https://10.example.com/",
    "https://localhost.example.com/",
    "https://example.com/?to=http://127.0.0.1/",
    "https://0x7f.example.com/",
    "https://127.0.0.1.nip.io/",  # what it is looked up to is for the platform to refuse
]
PRIVATE_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "100::/64",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fd00:ec2::254/128",
    "fe80::/10",
    "ff00::/8",
]
REFUSED = {
    # addresses, however they are written
    "an address that is public": "https://93.184.216.34/",
    "loopback": "https://127.0.0.1/",
    "loopback, short": "https://127.1/",
    "loopback, decimal": "https://2130706433/",
    "loopback, octal": "https://0177.0.0.1/",
    "loopback, hex": "https://0x7f.0.0.1/",
    "loopback, hex in one": "https://0x7f000001/",
    "loopback, mixed": "https://127.0x0.0.01/",
    "loopback, capital hex": "https://0X7F000001/",
    "loopback, octal in one": "https://017700000001/",
    "loopback, padded": "https://127.000.000.001/",
    "loopback with a port": "https://127.0.0.1:443/",
    "loopback with a dot": "https://127.0.0.1./",
    "three numbers": "https://10.0.1/",
    "one number": "https://0/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "an empty hex number": "https://example.0x/",
    "IPv6": "https://[::1]/",
    "IPv6 with a port": "https://[::1]:443/",
    "IPv6, written out": "https://[0:0:0:0:0:0:0:1]/",
    "IPv6, in capitals": "https://[::FFFF:7F00:1]/",
    "IPv6, compatible": "https://[::127.0.0.1]/",
    "IPv6, by NAT64": "https://[64:ff9b::7f00:1]/",
    "IPv6, by 6to4": "https://[2002:7f00:1::]/",
    "IPv6 without brackets": "https://::1/",
    "IPv6, mapped": "https://[::ffff:127.0.0.1]/",
    "IPv6, mapped, hex": "https://[::ffff:7f00:1]/",
    "IPv6 with a zone": "https://[fe80::1%25eth0]/",
    "IPv6 of the future": "https://[v1.fe80::a+en1]/",
    # names that mean something else inside
    "localhost": "https://localhost/",
    "localhost with a dot": "https://localhost./",
    "localhost, in capitals": "https://LOCALHOST/",
    "below localhost": "https://a.localhost/",
    "a number for a top level": "https://example.com.1/",
    "one label": "https://intranet/",
    "one label with a port": "https://redis:8443/",
    "cloud metadata": "https://metadata.google.internal/",
    "mDNS": "https://printer.local/",
    "kubernetes": "https://api.default.svc.cluster.local/",
    "home": "https://router.home.arpa/",
    "a LAN": "https://nas.lan/",
    "onion": "https://abcdef.onion/",
    "reserved": "https://hooks.test/",
    # what parsers disagree on
    "a dot at the end": "https://example.com./",
    "two dots": "https://example..com/",
    "a dot first": "https://.example.com/",
    "userinfo": "https://alice@example.com/",
    "userinfo with a password": "https://alice:secret@example.com/",
    "userinfo without a user": "https://:secret@example.com/",
    "an empty userinfo": "https://@example.com/",
    "userinfo that looks like the host": "https://example.com@127.0.0.1/",
    "userinfo that looks like the port": "https://example.com:443@127.0.0.1/",
    "a backslash": "https://example.com\\@127.0.0.1/",
    "a backslash for the slashes": "https:\\\\example.com/",
    "no slashes": "https:example.com",
    "three slashes": "https:///example.com/",
    "a blank": "https://example.com/a b",
    "a blank first": " https://example.com/",
    "a tab in the scheme": "ht\ttps://127.0.0.1/",
    "a line break": "https://example.com/\r\nhost: 127.0.0.1",
    "NUL": "https://example.com/\0",
    "a percent in the host": "https://127%2e0%2e0%2e1/",
    "a fragment": "https://example.com/#a",
    "an ideographic dot": "https://127\u30020\u30020\u30021/",
    "fullwidth digits": "https://\uff11\uff12\uff17.0.0.1/",
    "circled digits": "https://\u2460\u2461\u2466.\u2460/",
    "a soft hyphen": "https://local\u00adhost/",
    "fullwidth letters": "https://\uff4c\uff4fcalhost/",
    "a circled letter": "https://l\u24deCALHOST/",
    "a name in Unicode": "https://bücher.example.com/",
    "an underscore": "https://a_b.example.com/",
    "a hyphen first": "https://-a.example.com/",
    "a semicolon": "https://example.com;.evil.com/",
    # schemes and ports
    "http": "http://example.com/",
    "ftp": "ftp://example.com/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://example.com/",
    "javascript": "javascript:alert(1)",
    "data": "data:text/plain,hello",
    "no scheme": "//example.com/",
    "no host": "https://",
    "nothing": "",
    "a port of a database": "https://example.com:5432/",
    "a port of mail": "https://example.com:25/",
    "a port of ours, without TLS": "http://example.com:443/",
    "port 80": "https://example.com:80/",
    "port 0": "https://example.com:0/",
    "no such port": "https://example.com:65536/",
    "a port that is no number": "https://example.com:4 43/",
    "a port with a sign": "https://example.com:+443/",
    # sizes
    "too long": "https://example.com/" + "a" * WEBHOOK_URL_CHARACTERS_MAX,
    "a label that is too long": f"https://{'a' * 64}.example.com/",
    "a name that is too long": f"https://{'a.' * 126}example.com/",
}


def is_refused(url: str) -> bool:
    try:
        check_webhook_url(url)
    except Refusal as refusal:
        return refusal.code is Code.INVALID_WEBHOOK_URL
    return False


def hosts(network: str) -> list[str]:
    """The first and the last address, as they stand in a URL."""
    parsed = ipaddress.ip_network(network)
    ends = (parsed[0], parsed[-1])
    return [f"[{end}]" if end.version == 6 else str(end) for end in ends]


@pytest.mark.parametrize("url", PUBLIC)
def test_public_names_are_taken(url: str) -> None:
    assert not is_refused(url)


@pytest.mark.parametrize("host", [host for network in PRIVATE_NETWORKS for host in hosts(network)])
def test_no_address_of_a_private_network_is_taken(host: str) -> None:
    assert is_refused(f"https://{host}/")


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_another_place_is_refused(url: str) -> None:
    assert is_refused(url)


@given(st.ip_addresses(v=4), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]))
def test_no_spelling_of_an_address_is_taken(address: ipaddress.IPv4Address, shape: str) -> None:
    whole = shape.format(int(address))
    parts = ".".join(shape.format(byte) for byte in address.packed)

    assert is_refused(f"https://{whole}/")
    assert is_refused(f"https://{parts}/")
    assert is_refused(f"https://{parts}./")


@given(st.text(alphabet=string.printable + "\u3002\uff0e\u2460é\u00ad", max_size=40))
@example("//user@host")
@example("//[")
def test_whatever_is_sent_is_taken_or_refused(text: str) -> None:
    assert is_refused(f"https:{text}") in {True, False}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/hooks", "https://127.0.0.1:1/", "http://LOCALHOST/"]
)
def test_in_development_some_hosts_are_allowed(url: str) -> None:
    check_webhook_url(url, frozenset({"127.0.0.1", "localhost"}))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.2/", "file://127.0.0.1/etc", "http://a@127.0.0.1/"]
)
def test_and_no_others(url: str) -> None:
    with pytest.raises(Refusal):
        check_webhook_url(url, frozenset({"127.0.0.1", "localhost"}))
