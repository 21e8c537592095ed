"""The dashboard asks for metrics that exist, and Prometheus scrapes every service."""

from __future__ import annotations

import json
import re

import yaml

from spanloom.telemetry import OF_DATABASE, all_metrics
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


def test_totals_of_the_database_are_the_same_from_four_exporters_as_from_one() -> None:
    """Every process that sweeps exports them; a panel that sums would show four times what there is."""
    dashboard = json.loads((ROOT / "infra/grafana/dashboards/spanloom.json").read_text())
    totals = {
        name for name, metric in all_metrics().items() if OF_DATABASE in next(iter(metric.describe())).documentation
    }
    assert {"spanloom_work_rows", "spanloom_dead_letters"} <= totals
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = [expr for expr in expressions if set(re.findall(r"spanloom_\w+", expr)) & totals]
    assert len(shown) >= 2
    for expr in shown:
        one, four = (aggregated(expr, exporters) for exporters in (1, 4))
        assert one == four, expr


def aggregated(expr: str, exporters: int) -> dict[tuple[str, ...], float]:
    """`AGGREGATE by (LABELS) (METRIC)` over so many processes that all export the same two series."""
    found = re.fullmatch(r"(\w+) by \(([\w, ]+)\) \(spanloom_\w+\)", expr)
    assert found, f"{expr}: teach this test to read it"
    labels = [name.strip() for name in found[2].split(",")]
    series = [({name: f"{name}-{i}" for name in labels}, 10.0 * i) for i in (1, 2)] * exporters
    groups: dict[tuple[str, ...], list[float]] = {}
    for values, number in series:
        groups.setdefault(tuple(values[name] for name in labels), []).append(number)
    return {key: {"sum": sum, "max": max, "min": min}[found[1]](numbers) for key, numbers in groups.items()}


def test_prometheus_scrapes_every_service_on_its_port() -> None:
    config = yaml.safe_load((ROOT / "infra/prometheus/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    found = {place["names"][0]: place["port"] for place in job["dns_sd_configs"]}
    assert found == {"api": 8001, "generator": 8001, "validator": 8002, "trainer": 8003, "evaluator": 8004}
