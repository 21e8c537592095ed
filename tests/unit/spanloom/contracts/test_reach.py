"""Whom a specification may have asked, and with which key."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.contracts.allowed import not_allowed
from spanloom.contracts.reach import Reach, is_never_reached, never_reached
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.settings import load_settings

ANY = Reach(None, None)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/v1", "http://[fe80::1%25eth0]/v1", "http://0.0.0.0/v1",
        "http://[::]/v1", "http://[::ffff:169.254.169.254]/v1", "http://[64:ff9b::a9fe:a9fe]/v1", "http://224.0.0.1/",
        "http://[2002:a9fe:a9fe::]/v1", "http://100.100.100.200/", "http://168.63.129.16/", "http://[fd00:ec2::254]/",
        "http://[fd00:ec2::23]/v1", "http://[::169.254.169.254]/v1", "http://[64:ff9b:1::a9fe:a9fe]/v1",
        "http://[::ffff:0:a9fe:a9fe]/", "http://[2001:0:808:808::5601:5601]/", "http://metadata.google.internal/v1",
        "http://METADATA.google.internal./v1",
    ],
)  # fmt: skip
def test_link_local_and_metadata_addresses_are_never_asked_listed_or_not(url: str) -> None:
    for reach in (ANY, Reach(("*",), ())):
        assert "never asked" in (reach.refuses_url(url) or "")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://10.0.0.7/v1", "https://x.org"]
)
def test_other_hosts_are_asked_where_there_is_no_list(url: str) -> None:
    assert ANY.refuses_url(url) is None
    assert "SPANLOOM_LLM_HOSTS" in (Reach((), ()).refuses_url(url) or "")


@given(st.integers(0, 2**32 - 1))
def test_an_address_is_judged_alike_however_it_is_written(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    for wrapped in (ipaddress.IPv6Address(f"::ffff:{plain}"), ipaddress.IPv6Address(f"64:ff9b::{plain}")):
        assert is_never_reached(wrapped) == is_never_reached(plain)
        assert (never_reached(str(wrapped)) is None) == (never_reached(str(plain)) is None)


def test_a_list_names_hosts_with_and_without_port_and_by_pattern() -> None:
    reach = Reach(("api.example.org", "*.inner", "llm:8000", "[::1]"), ())
    for url in ("https://api.example.org/v1", "http://a.inner:9/v1", "http://llm:8000/v1", "http://[::1]:5/v1"):
        assert reach.refuses_url(url) is None, url
    for url in ("https://example.org/v1", "http://llm/v1", "http://llm:8001", "http://api.example.org.evil.net/"):
        assert "is not among the hosts allowed here: api.example.org, *.inner" in (reach.refuses_url(url) or "")


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://user:pw@api.example.org/v1", "user or password"), ("http://@h/", "user or password"),
        ("http://api.example.org@evil.net/", "user or password"), ("http://h:99999/", "no URL"),
        ("http:///v1", "names a host"),
        ("ftp://h/", "http://"), ("http://[::1/", "no URL"),
        ("http://evil.net%00.example.org/", "names no host"), ("http://evil.net;.example.org/", "names no host"),
        ("http://[v1.x]/v1", "names no host"), ("http://evil.net\\.example.org/", "names no host"),
        ("http://h/v1\x00", "U+0000"), ("http://h/\x7f", "U+007F"), ("http://faß.example.org/", "xn--"),
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str, what: str) -> None:
    assert what in (ANY.refuses_url(url) or "")


def test_keys_are_listed_and_ours_is_nobodys() -> None:
    own, listed, closed = ANY, Reach((), ("MY_*", "/run/keys/llm", "SPANLOOM_ODD")), Reach((), ())
    assert own.refuses_variable("OPENAI_API_KEY") is None
    for reach, name in ((own, "AWS_SECRET_ACCESS_KEY"), (own, "SPANLOOM_API_KEY"), (listed, "OPENAI_API_KEY"),
                        (Reach((), ("*",)), "SPANLOOM_API_KEY"), (closed, "OPENAI_API_KEY")):  # fmt: skip
        assert "SPANLOOM_LLM_KEYS" in (reach.refuses_variable(name) or ""), name
    assert listed.refuses_variable("MY_KEY") is listed.refuses_variable("SPANLOOM_ODD") is None
    assert listed.refuses_file("/run/keys/llm") is None
    for reach, path in ((own, "/etc/hostname"), (listed, "/run/keys/other"), (listed, "MY_KEY"), (closed, "x/y")):
        assert "SPANLOOM_LLM_KEYS" in (reach.refuses_file(path) or ""), path


def spec(**engine: object) -> RunSpec:
    called = {"kind": "openai", "model": "m", **engine}
    return check_spec(
        {
            "name": "r", "languages": [{"code": "da", "name": "Danish", "gold": {"demo": "da"}}],
            "training": {"settings": ["from_scratch"]},
            "sources": [{"kind": "synthetic", "name": "s", "dev_calls": 0, "engine": called}],
        }
    )  # fmt: skip


def test_a_specification_is_told_each_field_that_reaches_too_far() -> None:
    given_ = spec(base_url="http://evil.example/v1", api_key_env="DATABASE_PASSWORD", api_key_file="/secrets/api_key")
    found = dict(not_allowed(given_, encoders=["*"], llms=["*"], reach=Reach((), ())))
    assert set(found) == {f"sources.0.engine.{name}" for name in ("base_url", "api_key_env", "api_key_file")}


def test_what_is_unset_is_open_on_loopback_and_closed_beyond() -> None:
    own = load_settings().reach
    assert (own.hosts, own.keys) == (None, None)
    beyond = load_settings(host="0.0.0.0", api_key="k" * 20).reach
    assert (beyond.hosts, beyond.keys) == ((), ())
    listed = load_settings(host="0.0.0.0", api_key="k" * 20, llm_hosts="a.org, b.org:8000", llm_keys="A_KEY").reach
    assert (listed.hosts, listed.keys) == (("a.org", "b.org:8000"), ("A_KEY",))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.8.8"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_container_says_that_loopback_is_its_own(host: str, inside: bool) -> None:
    said = Reach(hosts=("api.example.org",), inside=inside).refuses_url(f"http://{host}:8080/v1")
    assert said is not None
    assert "is not among the hosts allowed here: api.example.org" in said
    assert ("host.docker.internal:8080" in said) is inside
    assert ("can add it to SPANLOOM_LLM_HOSTS" in said) is not inside


def test_a_container_says_nothing_of_loopback_about_another_host() -> None:
    said = Reach(inside=True).refuses_url("http://llm.example.org/v1")
    assert said is not None
    assert "container" not in said


def test_settings_tell_where_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert load_settings().reach.inside is True
