"""`spanloom models`: what was kept, and its card."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from support.fake_service import FakeService

Command = Callable[..., Any]


def test_kept_models_with_the_scores_of_their_own_language(service: FakeService, spanloom: Command) -> None:
    shown = spanloom("models", "r").stdout
    for said in ("job-1", "organic", "0.600", "0.500", "/m/job-1/1"):
        assert said in shown
    (plain,) = json.loads(spanloom("models", "--json").stdout)
    assert plain["test"]["da"]["lo"] == 0.4


def test_a_card_is_printed_as_it_is(service: FakeService, spanloom: Command) -> None:
    assert spanloom("models", "--card", "job-1").stdout == "# job-1"
