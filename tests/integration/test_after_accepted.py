"""`stop: {after_accepted: N}`: exactly N accepted across replicas, and a short end where the calls do not suffice."""

from __future__ import annotations

from pathlib import Path

from support.chat_server import ONE_SAMPLE, ChatServer
from support.cluster import Cluster, demo_language, replay_source, tiny_training
from support.common import wait_for
from support.kafka_broker import KafkaBroker
from support.recordings import write_recording


def test_exactly_n_are_accepted_across_replicas(database_url: str, kafka: KafkaBroker, tmp_path: Path) -> None:
    recorded = write_recording(tmp_path / "recorded.jsonl", calls=60)
    spec = {
        "name": "after-accepted",
        "languages": [demo_language()],
        "sources": [
            replay_source(recorded, "at_once", stop={"after_accepted": 10, "max_calls": 60}),
            replay_source(recorded, "enough", stop={"after_accepted": 300, "max_calls": 60}),
            replay_source(recorded, "short", stop={"after_accepted": 5000, "max_calls": 12}),
        ],
        "training": tiny_training(),
    }
    with Cluster(database_url, kafka.bootstrap, tmp_path) as cluster:
        cluster.migrate()
        cluster.start("generator", "generator", "validator", "validator")
        run_id = cluster.submit(spec)
        wait_for(
            lambda: cluster.sql(
                "SELECT 1 FROM datasets WHERE run_id = %s GROUP BY run_id HAVING bool_and(state = 'complete')", run_id
            ),
            timeout_s=60,
            what="all datasets to be complete",
        )
        wait_for(
            lambda: not cluster.sql("SELECT 1 FROM prompts WHERE state IN ('queued', 'claimed')"), what="idle prompts"
        )
        wait_for(lambda: not cluster.sql("SELECT 1 FROM completions WHERE judged_at IS NULL"), what="verdicts")
        rows = cluster.sql(
            "SELECT source, accepted, calls_judged, calls_expected, candidates, reason FROM datasets "
            "WHERE source <> 'gold' ORDER BY source"
        )
        at_once, (_, accepted, judged, expected, candidates, reason), short = rows
        assert at_once[1:4] == (10, 1, 1), "one call is enough, and gives more"
        assert (accepted, reason) == (300, None)
        assert judged <= expected < 60, "more calls were made than were needed"
        assert short[1] < 5000
        assert short[2:4] == (12, 12)
        assert short[5] == f"short: {short[1]} of 5000 accepted after 12 calls"
        stored = dict(
            cluster.sql("SELECT dataset_id, count(*) FROM samples WHERE dataset_id LIKE %s GROUP BY 1", "%.v1")
        )
        assert stored[f"{run_id}.da.enough.train.v1"] == 300
        assert stored[f"{run_id}.da.short.train.v1"] == short[1]
        rejected = dict(cluster.sql("SELECT dataset_id, count(*) FROM rejections GROUP BY 1"))
        assert rejected[f"{run_id}.da.enough.train.v1"] == candidates - 300
        surplus = "SELECT count(*) FROM rejections WHERE reason = 'surplus' AND dataset_id = %s"
        assert cluster.sql(surplus, f"{run_id}.da.at_once.train.v1")[0][0] > 0


def test_no_more_than_the_calls_in_flight_are_wasted(database_url: str, kafka: KafkaBroker, tmp_path: Path) -> None:
    """Five of the first six calls give nothing, so many more are planned; then five suffice, the rest is aborted."""
    in_flight, wanted, first, answered = 5, 6, 6, 11
    source = {
        "kind": "synthetic",
        "name": "llm",
        "m": 2,
        "n": 1,
        "stop": {"after_accepted": wanted, "max_calls": 200},
        "rules": {"duplicate": "off"},
        "dev_calls": 0,
    }
    with (
        ChatServer(at_once=first, content=lambda n: "none" if 0 < n < first else ONE_SAMPLE) as server,
        Cluster(database_url, kafka.bootstrap, tmp_path) as cluster,
    ):
        engine = {"kind": "openai", "base_url": server.base_url, "model": "held-back", "concurrency": in_flight}
        spec = {
            "name": "waste",
            "languages": [demo_language()],
            "sources": [{**source, "engine": engine}],
            "training": tiny_training(),
        }
        cluster.migrate()
        cluster.start("generator", "generator", "validator", "validator")
        cluster.submit(spec)
        wait_for(
            lambda: cluster.sql(
                "SELECT 1 FROM datasets WHERE source = 'llm' AND calls_judged = %s AND calls_expected > %s",
                first,
                answered + 2 * in_flight,
            ),
            timeout_s=90,
            what="more calls to be planned than are asked",
        )
        server.admit(answered - first)
        wait_for(
            lambda: cluster.sql("SELECT 1 FROM datasets WHERE source = 'llm' AND state = 'complete'"),
            timeout_s=90,
            what="the dataset to be complete",
        )
        wait_for(
            lambda: not cluster.sql("SELECT 1 FROM prompts WHERE state IN ('queued', 'claimed')"),
            timeout_s=60,
            what="idle prompts",
        )
        wait_for(
            lambda: server.left == server.asked.total() - answered, timeout_s=60, what="calls in flight to be aborted"
        )
        assert 0 < server.left <= 2 * in_flight
        ((accepted, candidates, reason),) = cluster.sql(
            "SELECT accepted, candidates, reason FROM datasets WHERE source = 'llm'"
        )
        assert (accepted, candidates, reason) == (wanted, wanted, None)
        assert cluster.sql("SELECT count(*) FROM completions") == [(answered,)]
