"""What calls cost, and when the budget is spent."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from spanloom.errors import PermanentEngineError


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in and out, in one currency."""

    input_per_million: float
    output_per_million: float
    currency: str = "USD"

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """The cost of a call."""
        return (tokens_in * self.input_per_million + tokens_out * self.output_per_million) / 1e6


class Budget:
    """A cap on what one engine spends; safe for threads. Without a cap or prices it only counts calls.

    Calls in flight are expected to cost what the finished ones cost on average, so that the cap is overshot at most
    by what the first answers cost before any is known.
    """

    def __init__(self, cap: float | None, prices: Mapping[str, object] | None) -> None:
        self.cap = cap
        self.price = Price(**prices) if prices else None  # type: ignore[arg-type]
        self.spent = 0.0
        self.finished = 0
        self.in_flight = 0
        self._lock = threading.Lock()

    def reserve(self) -> None:
        """Before a call. Raises PermanentEngineError when it would go over the cap."""
        with self._lock:
            if self.cap is not None and self.price is not None:
                mean = self.spent / self.finished if self.finished else 0.0
                expected = self.spent + mean * (self.in_flight + 1)
                if self.spent >= self.cap or expected > self.cap:
                    raise PermanentEngineError(
                        f"the budget of {self.cap:g} {self.price.currency} is spent: {self.finished} calls have cost "
                        f"{self.spent:.4f}, {self.in_flight} are in flight; raise engine.budget and retry the run"
                    )
            self.in_flight += 1

    def settle(self, tokens_in: int, tokens_out: int) -> None:
        """After a call that was answered."""
        with self._lock:
            self.in_flight -= 1
            self.finished += 1
            self.spent += self.price.of(tokens_in, tokens_out) if self.price else 0.0

    def release(self) -> None:
        """After a call that was not."""
        with self._lock:
            self.in_flight -= 1
