"""What every bus promises (spanloom/bus/port.py): order, groups, commits, crashes, rebalances, pauses."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable

from spanloom.bus import Bus, BusSettings, Consumer, Message, Record, dlq_of
from support.bus_polling import collect, nothing_comes, publish, settle, values
from support.common import wait_for


def test_messages_of_one_key_stay_in_order(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(300))
    by_key: dict[str, list[int]] = defaultdict(list)
    places: dict[str, set[int]] = defaultdict(set)
    for message in collect(join(topic), 300):
        by_key[message.key].append(int(message.value))
        places[message.key].add(message.partition)
    assert sorted(n for numbers in by_key.values() for n in numbers) == list(range(300))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())
    assert all(len(partitions) == 1 for partitions in places.values())
    assert len({next(iter(partitions)) for partitions in places.values()}) > 1


def test_a_message_arrives_as_it_was_sent(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    value = bytes(range(256))
    sent = bus.producer().send(topic, "nøgle", value, {"traceparent": "00-å", "raw": b"\x00\xff", "empty": ""})
    receipt = sent.result(30)
    (message,) = collect(join(topic), 1)
    assert (message.topic, message.key, message.value) == (topic, "nøgle", value)
    assert message.headers == {"traceparent": "00-å".encode(), "raw": b"\x00\xff", "empty": b""}
    assert message.header("traceparent") == "00-å"
    assert message.header("absent") is None
    assert (message.partition, message.offset) == (receipt.partition, receipt.offset)


def test_publish_gives_the_receipts_in_order(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    receipts = bus.producer().publish([Record(topic, f"k{n}", str(n).encode()) for n in range(50)])
    found = {(m.partition, m.offset): int(m.value) for m in collect(join(topic), 50)}
    assert [found[receipt.partition, receipt.offset] for receipt in receipts] == list(range(50))


def test_every_group_gets_everything(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(40))
    first = join(topic, "first")
    assert first.commit(collect(first, 40))
    assert sorted(values(collect(join(topic, "second"), 40))) == list(range(40))
    assert nothing_comes(first)


def test_members_share_a_group(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    one, two = join(topic), join(topic)
    settle(one, two)
    assert not one.assigned() & two.assigned()
    publish(bus, topic, range(200), keys=50)
    got: dict[Consumer, list[Message]] = {one: [], two: []}

    def all_there() -> bool:
        for consumer, messages in got.items():
            messages.extend(consumer.poll(0.1))
        return sum(map(len, got.values())) >= 200

    wait_for(all_there, what="200 messages at two members")
    assert sorted(values(got[one] + got[two])) == list(range(200))
    assert got[one]
    assert got[two]


def test_one_consumer_reads_several_topics(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(10))
    publish(bus, dlq_of(topic), range(10, 20))
    assert sorted(values(collect(join([topic, dlq_of(topic)]), 20))) == list(range(20))


def test_what_is_committed_does_not_come_again(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(20))
    first = join(topic)
    messages = collect(first, 20)
    assert first.lag() == 20
    assert first.commit(messages)
    assert first.lag() == 0
    first.close()
    publish(bus, topic, range(20, 25))
    assert sorted(values(collect(join(topic), 5))) == list(range(20, 25))


def test_what_is_not_committed_comes_again_after_close(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(20), keys=1)
    first = join(topic)
    messages = collect(first, 20)
    assert first.commit(messages[:8])
    first.close()
    assert values(collect(join(topic), 12)) == list(range(8, 20))


def test_acks_in_any_order_never_skip_an_open_message(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(10), keys=1)
    first = join(topic)
    messages = collect(first, 10)
    for place in (0, 1, 9, 3, 5, 2):  # 4 stays open, so 5 and 9 must come again
        first.ack(messages[place])
    assert first.commit()
    assert first.lag() == 6
    first.close()
    assert values(collect(join(topic), 6)) == list(range(4, 10))


def test_rewind_delivers_again_from_the_first_open_message(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    publish(bus, topic, range(6), keys=1)
    consumer = join(topic)
    messages = collect(consumer, 6)
    consumer.commit(messages[:2])
    consumer.rewind()
    again = collect(consumer, 4)
    assert values(again) == [2, 3, 4, 5]
    consumer.commit(messages[2:])  # acks of the first delivery, which count no more
    assert consumer.lag() == 4
    consumer.commit(again)
    assert consumer.lag() == 0


def test_a_crash_before_the_commit_delivers_again(
    url: str, bus: Bus, topic: str, join: Callable[..., Consumer], bus_settings: BusSettings
) -> None:
    publish(bus, topic, range(30))
    crash = crash_in_thread if url.startswith("memory") else crash_in_process
    assert sorted(crash(bus, url, topic, bus_settings)) == list(range(30))
    assert sorted(values(collect(join(topic), 30))) == list(range(30))


def crash_in_thread(bus: Bus, url: str, topic: str, settings: BusSettings) -> list[int]:
    """Read everything in a thread that ends without a word, as a worker's thread does that dies of an error."""
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.extend(values(collect(bus.consumer(topic, "g"), 30))))
    thread.start()
    thread.join()
    return taken


def crash_in_process(bus: Bus, url: str, topic: str, settings: BusSettings) -> list[int]:
    """Read everything in a process and kill -9 it."""
    program = (
        "import sys, time; from spanloom.bus import BusSettings, open_bus\n"
        f"consumer = open_bus({url!r}, {settings!r}).consumer({topic!r}, 'g')\n"
        "count = 0\n"
        "while count < 30:\n"
        "    for message in consumer.poll(0.2):\n"
        "        print(int(message.value), flush=True); count += 1\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        taken = [int(process.stdout.readline()) for _ in range(30)]
        process.kill()
    return taken


def test_a_new_member_takes_over_part_and_gives_it_back(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    stays, leaves = join(topic), join(topic)
    settle(stays, leaves)
    publish(bus, topic, range(100), keys=50)
    open_ = set(values(wait_for(lambda: leaves.poll(0.2), what="messages at the second member")))
    share = leaves.assigned()
    leaves.close()
    seen: set[int] = set()
    wait_for(lambda: seen.update(values(stays.poll(0.2))) or open_ <= seen, what="what the second member left open")
    assert share <= stays.assigned()
    assert len(stays.assigned()) == 4


def test_an_ack_after_the_partition_was_lost_changes_nothing(
    bus: Bus, topic: str, join: Callable[..., Consumer]
) -> None:
    publish(bus, topic, range(40), keys=20)
    old = join(topic)
    messages = collect(old, 40)
    new = join(topic)
    new.pause()
    wait_for(
        lambda: (old.poll(0.1), new.poll(0.1)) and len(old.assigned()) == len(new.assigned()) == 2, what="two members"
    )
    lost = [message for message in messages if (message.topic, message.partition) in new.assigned()]
    assert lost
    old.commit(lost)
    new.resume()
    assert sorted(values(collect(new, len(lost)))) == sorted(values(lost))


def test_a_paused_consumer_receives_nothing_and_stays_a_member(
    bus: Bus, topic: str, join: Callable[..., Consumer], bus_settings: BusSettings
) -> None:
    consumer = join(topic)
    settle(consumer)
    consumer.pause()
    publish(bus, topic, range(20))
    assert nothing_comes(consumer, bus_settings.session_timeout_s + 1)
    assert consumer.paused
    assert len(consumer.assigned()) == 4
    consumer.resume()
    assert sorted(values(collect(consumer, 20))) == list(range(20))


def test_a_pause_outlives_a_rebalance(bus: Bus, topic: str, join: Callable[..., Consumer]) -> None:
    consumer = join(topic)
    consumer.pause()  # before anything is assigned
    publish(bus, topic, range(20))
    other = join(topic)
    other.pause()
    settle(consumer, other)
    other.close()
    wait_for(lambda: consumer.poll(0.1) == [] and len(consumer.assigned()) == 4, what="all partitions")
    assert nothing_comes(consumer)
    consumer.resume()
    assert sorted(values(collect(consumer, 20))) == list(range(20))
