"""The dashboard asks for metrics that exist, and Prometheus scrapes every service."""

from __future__ import annotations

import json
import re

import yaml

from spanloom.telemetry import all_metrics
from support.common import ROOT


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    dashboard = json.loads((ROOT / "infra/grafana/dashboards/spanloom.json").read_text())
    known = set(all_metrics())
    asked = {
        name.removesuffix("_bucket")
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"spanloom_\w+", target["expr"])
    }
    assert asked <= known, asked - known
    assert len(asked) >= 9


def test_prometheus_scrapes_every_service_on_its_port() -> None:
    config = yaml.safe_load((ROOT / "infra/prometheus/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    found = {place["names"][0]: place["port"] for place in job["dns_sd_configs"]}
    assert found == {"api": 8001, "generator": 8001, "validator": 8002, "trainer": 8003, "evaluator": 8004}
