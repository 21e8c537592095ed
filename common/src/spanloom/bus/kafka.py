"""The bus on Apache Kafka, through kafka-python 3: cluster, producer and consumers, each in a file of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from spanloom.bus.kafka_cluster import KafkaCluster
from spanloom.bus.kafka_consumer import KafkaConsumer
from spanloom.bus.kafka_producer import KafkaProducer
from spanloom.bus.port import Bus, topics_tuple
from spanloom.bus.settings import BusSettings
from spanloom.bus.topics import ALL_TOPICS


class KafkaBus(Bus):
    """A Kafka cluster. `bootstrap` holds `host:port` of some of its brokers. Thread-safe."""

    def __init__(self, bootstrap: Sequence[str], settings: BusSettings | None = None) -> None:
        self.settings = settings or BusSettings()
        self.cluster = KafkaCluster(bootstrap, self.settings)
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def ensure_topics(
        self,
        names: Sequence[str] = ALL_TOPICS,
        *,
        partitions: int | None = None,
        replication: int | None = None,
        retention_s: float | None = None,
    ) -> None:
        self.cluster.ensure_topics(names, partitions, replication, retention_s)

    def delete_topics(self, names: Sequence[str]) -> None:
        self.cluster.delete_topics(names)

    def producer(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(self.cluster)
            return self._producer

    def consumer(self, topics: str | Sequence[str], group: str) -> KafkaConsumer:
        return KafkaConsumer(self.cluster, topics_tuple(topics), group)

    def ping(self) -> None:
        self.cluster.ping()

    def close(self) -> None:
        with self._lock:
            if self._producer is not None:
                self._producer.close()
        self.cluster.close()
