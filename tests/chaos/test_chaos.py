"""Three rounds of chaos; `make chaos ROUNDS=50 SEED=1` plays more."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.play import play


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_three_rounds_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    whole = play(tmp_path, rounds=3, seed=1, patience_s=400)  # other tests run beside it
    assert whole.wrong == []
    assert (whole.rounds, whole.lost, whole.doubled) == (3, 0, 0)
    assert whole.kills >= 5, "chaos that kills nobody proves nothing"
