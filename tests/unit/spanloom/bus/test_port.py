"""Sizes, headers and dead letters, which are the same on every bus."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.bus import ALL_TOPICS, TOPICS, BusSettings, Message, Record, dead_letter, dlq_of, origin_of, revived
from spanloom.bus.port import check_size, record_size
from spanloom.bus.topics import is_dlq
from spanloom.errors import MessageTooLarge, UnreadableMessage


class FakeProducer:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def publish(self, records: list[Record]) -> None:
        self.records += records


def letter_of(message: Message, reason: str, attempts: int = 1) -> Message:
    producer = FakeProducer()
    record = dead_letter(producer, message, reason, attempts=attempts)  # type: ignore[arg-type]
    assert producer.records == [record]
    headers = {name: value.encode() if isinstance(value, str) else value for name, value in record.headers.items()}
    return Message(record.topic, record.key, record.value, headers, 0, 0)


def test_every_topic_has_its_dead_letter_queue() -> None:
    assert set(ALL_TOPICS) == set(TOPICS) | {dlq_of(topic) for topic in TOPICS}
    assert [topic for topic in ALL_TOPICS if is_dlq(topic)] == [f"{topic}.dlq" for topic in TOPICS]


def test_size_counts_bytes_of_key_value_and_headers() -> None:
    assert record_size("å", b"123", {"h": "ø", "b": b"\x00"}) == 2 + 3 + 1 + 2 + 1 + 1


def test_the_limit_is_exact_and_the_error_says_what_to_do() -> None:
    settings = BusSettings(max_message_bytes=10)
    check_size("t", "k", b"x" * 9, {}, settings)
    with pytest.raises(MessageTooLarge, match=r"'k' for t has 11 bytes .* at most 10 .* id alone"):
        check_size("t", "k", b"x" * 10, {}, settings)
    check_size("t.dlq", "k", b"x" * 10, {}, settings)


@given(
    key=st.text(max_size=20),
    value=st.binary(max_size=200),
    headers=st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda n: not n.startswith("dlq-")), st.binary()),
    place=st.tuples(st.integers(0, 11), st.integers(0, 2**60)),
    attempts=st.integers(1, 99),
    reason=st.text(max_size=300),
)
def test_a_dead_letter_can_be_read_back_and_revived(
    key: str, value: bytes, headers: dict[str, bytes], place: tuple[int, int], attempts: int, reason: str
) -> None:
    dead = letter_of(Message("t", key, value, headers, *place), reason, attempts)
    assert dead.topic == "t.dlq"
    origin = origin_of(dead)
    assert (origin.topic, origin.partition, origin.offset, origin.attempts) == ("t", *place, attempts)
    assert origin.reason == reason
    assert revived(dead) == Record("t", key, value, headers)


def test_a_long_reason_is_cut_between_characters() -> None:
    origin = origin_of(letter_of(Message("t", "k", b"", {}, 0, 0), "日" * 10_000))
    assert origin.reason == "日" * (8 * 1024 // 3) + "…"


def test_a_reason_with_a_lone_surrogate_is_told_all_the_same() -> None:
    assert origin_of(letter_of(Message("t", "k", b"", {}, 0, 0), "bad \udc80")).reason == "bad \\udc80"


@pytest.mark.parametrize("name", ["topic", "partition", "offset", "attempts", "reason"])
def test_what_is_no_dead_letter_is_refused(name: str) -> None:
    dead = letter_of(Message("t", "k", b"", {}, 3, 7), "why")
    headers = {key: value for key, value in dead.headers.items() if key != f"dlq-{name}"}
    with pytest.raises(UnreadableMessage, match=rf"t\.dlq\[0\]@0 is no dead letter of ours.*dlq-{name}"):
        origin_of(Message(dead.topic, dead.key, dead.value, headers, 0, 0))


def test_a_header_that_is_no_text_is_shown_in_escapes() -> None:
    message = Message("t", "k", b"", {"h": b"\xff"}, 0, 0)
    assert message.header("h") == "\\xff"
    assert message.header("absent", "else") == "else"
