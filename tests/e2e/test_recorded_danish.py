"""The main job on four processes, real Kafka and PostgreSQL, with three LLMs' recorded Danish completions."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.cluster import Cluster
from support.common import shared_data
from support.kafka_broker import KafkaBroker

USABLE = {"gpt-4.1": 4112, "llama-3.1-8b": 3051, "aya-expanse-32b": 579}
FILES = {
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "llama-3.1-8b": "Llama-3.1-8B-Instruct",
    "aya-expanse-32b": "aya-expanse-32b",
}


def _specification(folder: Path) -> Path:
    recorded = {name: str(shared_data("data", "raw-completions", file, "da.jsonl.gz")) for name, file in FILES.items()}
    spec = {
        "name": "danish",
        "languages": [{"code": "da", "gold": {"path": str(shared_data("data", "gold", "da_ddt"))}}],
        "sources": [
            {"kind": "organic"},
            *(
                {
                    "kind": "synthetic",
                    "name": name,
                    "engine": {"kind": "replay", "files": {"da": path}},
                    "rules": "paper",
                }
                for name, path in recorded.items()
            ),
        ],
        "training": {
            "settings": ["from_scratch"],
            "sizes": [100, 1000],
            "encoder": {"tiny": {"hidden": 32, "layers": 1, "heads": 2, "ffn": 64, "vocabulary": 1000}},
            "recipe": {"learning_rate": 0.001, "epochs": 1},
            "dev": "gold",
        },
    }
    path = folder / "danish.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def _gold_test_sentences() -> int:
    with gzip.open(shared_data("data", "gold", "da_ddt", "test.iob2.gz"), "rt", encoding="utf-8") as file:
        return sum(line.startswith("# sent_id") for line in file)


@pytest.mark.slow
def test_run_from_recorded_completions_to_f1_rows(database_url: str, kafka: KafkaBroker, tmp_path: Path) -> None:
    spec = _specification(tmp_path)
    with Cluster(database_url, kafka.bootstrap, tmp_path) as cluster:
        cluster.migrate()
        cluster.start()
        command = [str(Path(sys.executable).with_name("spanloom")), "run", str(spec), "--follow"]
        url = cluster.of("generator").url
        done = subprocess.run(
            [*command, "--url", url], capture_output=True, text=True, timeout=280, env={**os.environ, "COLUMNS": "160"}
        )
        assert done.returncode == 0, done.stdout + done.stderr + cluster.logs()

        (run_id, state), *others = cluster.sql("SELECT id, state FROM runs")
        assert (state, others) == ("complete", [])
        yields = dict(cluster.sql("SELECT source, accepted FROM yield_by_source WHERE run = %s", run_id))
        assert yields == USABLE
        stored = dict(
            cluster.sql(
                "SELECT d.source, count(*) FROM samples s JOIN datasets d ON d.id = s.dataset_id "
                "WHERE d.source <> 'gold' GROUP BY d.source"
            )
        )
        assert stored == USABLE
        arms = cluster.sql("SELECT source, size, f1, lo, hi FROM leaderboard WHERE run = %s", run_id)
        assert sorted((source, size) for source, size, *_ in arms) == sorted(
            [(name, size) for name in ("organic", "gpt-4.1", "llama-3.1-8b") for size in (100, 1000)]
            + [("aya-expanse-32b", 100), ("aya-expanse-32b", 579)]
        )
        assert all(0 <= lo <= f1 <= hi <= 1 for _, _, f1, lo, hi in arms)
        (sentences,) = cluster.sql("SELECT DISTINCT jsonb_array_length(tags) FROM predictions")
        assert sentences == (_gold_test_sentences(),)
        assert cluster.sql("SELECT count(*) FROM dead_letters") == [(0,)]
        assert [p.stop() for p in cluster.processes] == [0, 0, 0, 0]
