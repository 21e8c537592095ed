"""Logs, metrics and trace context."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import trace

from spanloom.telemetry import all_metrics, bind, configure_logging, extract, inject, metrics_page, traced
from support.common import ROOT

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_the_documentation_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == metrics_page(), "run `make docs`"


@pytest.mark.parametrize("name", sorted(all_metrics()))
def test_every_metric_is_named_and_described(name: str) -> None:
    described = next(iter(all_metrics()[name].describe()))
    assert re.fullmatch(r"spanloom_[a-z_]+", name)
    assert described.documentation.endswith(".")
    assert "run" not in all_metrics()[name]._labelnames, "a label a run grows without bound"


@pytest.mark.usefixtures("_logging")
def test_a_line_is_json_with_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("validator")
    with bind(run_id="20260101-00000000"):
        structlog.stdlib.get_logger("spanloom.x").info("dataset_complete", accepted=3)
        logging.getLogger("other.library").warning("its %s line", "own")
    structlog.stdlib.get_logger("spanloom.x").debug("not shown")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["event"] == "dataset_complete"
    assert (first["service"], first["run_id"], first["accepted"]) == ("validator", "20260101-00000000", 3)
    assert (second["event"], second["run_id"], second["level"]) == ("its own line", "20260101-00000000", "warning")


@pytest.mark.usefixtures("_logging")
def test_an_exception_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("trainer")
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        structlog.stdlib.get_logger("x").exception("failed", exc_info=error)
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_the_trace_goes_through_message_headers() -> None:
    with traced("first"):
        headers: dict[str, str | bytes] = {}
        inject(headers)
        trace_id = trace.get_current_span().get_span_context().trace_id
    carried = {name: value.encode() if isinstance(value, str) else value for name, value in headers.items()}
    with traced("second", carried):
        assert trace.get_current_span().get_span_context().trace_id == trace_id
    assert not trace.get_current_span().get_span_context().is_valid


def test_extract_reads_bytes_and_any_case() -> None:
    for headers in ({"traceparent": TRACEPARENT.encode()}, {"Traceparent": TRACEPARENT}):
        found = trace.get_current_span(extract(headers)).get_span_context()
        assert trace.format_trace_id(found.trace_id) == TRACEPARENT[3:35]


@pytest.mark.parametrize("value", ["", "garbage", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", b"\xff\xfe"])
def test_an_unreadable_trace_is_none(value: str | bytes) -> None:
    assert not trace.get_current_span(extract({"traceparent": value})).get_span_context().is_valid


def test_inject_without_a_trace_writes_nothing() -> None:
    headers: dict[str, str | bytes] = {}
    inject(headers)
    assert headers == {}
