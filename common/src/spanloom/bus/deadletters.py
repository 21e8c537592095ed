"""Dead letters: a message that cannot be read, or fails for good, goes to `<topic>.dlq` with its reason in headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spanloom.bus.port import Message, Producer, Record, encoded
from spanloom.bus.topics import dlq_of
from spanloom.errors import UnreadableMessage

MAX_REASON_BYTES: Final = 8 * 1024
_PREFIX: Final = "dlq-"


@dataclass(frozen=True, slots=True)
class DeadLetterOrigin:
    """Where a dead letter came from and why it died. (topic, partition, offset) names it for good."""

    topic: str
    partition: int
    offset: int
    attempts: int
    reason: str


def dead_letter(producer: Producer, message: Message, reason: str, *, attempts: int = 1) -> Record:
    """Send `message` as it came to its dead letter queue and return when it is stored there.

    The headers of the original stay; `dlq-reason`, `dlq-topic`, `dlq-partition`, `dlq-offset` and `dlq-attempts` are
    added. A reason over 8 KiB is cut and ends in an ellipsis. Raises `BusError` when it could not be stored: do not ack
    the message then.
    """
    text = reason.encode("utf-8", "backslashreplace")
    if len(text) > MAX_REASON_BYTES:
        text = text[:MAX_REASON_BYTES].decode("utf-8", "ignore").encode() + "…".encode()
    headers: dict[str, str | bytes] = {
        **message.headers,
        "dlq-reason": text,
        "dlq-topic": message.topic,
        "dlq-partition": str(message.partition),
        "dlq-offset": str(message.offset),
        "dlq-attempts": str(attempts),
    }
    record = Record(dlq_of(message.topic), message.key, message.value, headers)
    producer.publish([record])
    return record


def origin_of(message: Message) -> DeadLetterOrigin:
    """Read back what `dead_letter` wrote. Raises `UnreadableMessage` where a header is missing or no number."""
    try:
        text = {name: value.decode() for name, value in message.headers.items() if name.startswith(_PREFIX)}
        return DeadLetterOrigin(
            topic=text["dlq-topic"],
            partition=int(text["dlq-partition"]),
            offset=int(text["dlq-offset"]),
            attempts=int(text["dlq-attempts"]),
            reason=text["dlq-reason"],
        )
    except (KeyError, ValueError) as error:
        place = f"{message.topic}[{message.partition}]@{message.offset}"
        raise UnreadableMessage(f"{place} is no dead letter of ours: header {error}") from error


def revived(message: Message) -> Record:
    """The original of a dead letter, to be sent once more to the topic it came from. Raises `UnreadableMessage`."""
    origin = origin_of(message)
    headers = {name: encoded(value) for name, value in message.headers.items() if not name.startswith(_PREFIX)}
    return Record(origin.topic, message.key, message.value, headers)
