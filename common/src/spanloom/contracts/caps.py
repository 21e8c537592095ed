"""What one run may ask for at most: the operator's caps, looked at before any loop over what is asked."""

from __future__ import annotations

from dataclasses import dataclass

from spanloom.contracts.labelling import AnnotateSource, LabellingSource
from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec


@dataclass(frozen=True)
class Caps:
    """The most of each; see the settings of the same names."""

    calls: int = 200_000
    arms: int = 20_000
    m: int = 200
    gold_sentences: int = 1_000_000
    data_bytes: int = 2_000_000_000


def above(spec: RunSpec, caps: Caps) -> list[tuple[str, str]]:
    """`(field path, what is wrong)` of what a specification asks for above the caps."""
    problems, calls = [], 0
    for i, source in enumerate(spec.sources):
        if not isinstance(source, SyntheticSource | LabellingSource):
            continue
        if source.m > caps.m:
            problems.append((f"sources.{i}.m", f"m={source.m} seed sentences a prompt; {_most(caps.m, 'SEEDS')}"))
        languages = len(spec.languages_of(source))
        if isinstance(source, SyntheticSource):
            calls += languages * (source.max_calls + source.dev_calls_planned)
        elif isinstance(source, AnnotateSource):
            calls += languages * source.cap
        if calls > caps.calls:
            what = f"{calls:,} calls with the sources before it, over {len(spec.languages)} languages"
            place = "stop" if isinstance(source, SyntheticSource) else "cap"
            problems.append((f"sources.{i}.{place}", f"{what}; {_most(caps.calls, 'CALLS')}"))
            break
    arms = most_arms(spec)
    if arms > caps.arms:
        problems.append(("training", f"up to {arms:,} arms; {_most(caps.arms, 'ARMS')}"))
    return problems


def most_arms(spec: RunSpec) -> int:
    """An upper bound of a run's arms, reckoned without making one."""
    training = spec.training
    seeds = len(training.training_seeds)
    controlled = 2 if training.control == "step_matched" else 1
    per_source = controlled * (len(training.sizes) + 1) * len(training.settings) * seeds
    return per_source * sum(len(spec.languages_of(source)) for source in spec.sources)


def _most(cap: int, name: str) -> str:
    return f"at most {cap:,} here. Ask for less, or let whoever runs the service raise SPANLOOM_MAX_{name}"
