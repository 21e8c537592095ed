"""The training grid: which arms a run has, as a pure function of its specification and its datasets.

An arm is one point of the grid; its id is the hash of all that it is, so that making it twice makes it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from spanloom.contracts.arm import LLM_TAG, RELATED, TAGGER, TRANSLATE_TEST, Arm, ReadyTagger, arm_id
from spanloom.contracts.gold import LanguageSpec
from spanloom.contracts.labelling import LlmTagSource, TaggerSource
from spanloom.contracts.sources import MixSource, Source, TestSource, WikiannSource
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training import Setting
from spanloom.contracts.training_sets import (
    GOLD,
    DatasetKey,
    DatasetState,
    effective_dev,
    encoder_text,
    one_tokenizer,
    sizes_for,
    step_budget,
    train_keys,
    train_keys_of,
)
from spanloom.contracts.translation import TranslateTestSource
from spanloom.ner.common_types import COMMON_TYPES


@dataclass(frozen=True)
class Grid:
    """`due`: arms that can be made now, each with the reason why it cannot be trained, if so.

    `waiting` says what keeps further arms back, one line each; empty when every arm of the run is in `due`.
    """

    due: list[tuple[Arm, str | None]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def plan_grid(
    run_id: str,
    spec: RunSpec,
    datasets: Mapping[DatasetKey, DatasetState],
    jobs: Mapping[str, str],
) -> Grid:
    """All arms that are due. `jobs` maps the ids of jobs already made to their work state.

    A `fine_tuning` arm is due once its pre-training is done; it is due as failed when that failed.
    """
    grid = Grid()
    if one_tokenizer(spec):
        grid.waiting.extend(
            f"{'/'.join(key)}: not complete, and the encoder's tokenizer is made from all sources"
            for key in train_keys(spec)
            if key not in datasets or not datasets[key].complete
        )
        if grid.waiting:
            return grid
    for language in spec.languages:
        test = datasets.get((language.code, GOLD, "test"))
        if test is None:
            grid.waiting.append(f"{language.code}: no gold test set")
            continue
        for setting in spec.training.settings:
            for subset_seed, seed in spec.training.seeds:
                needs, blocked = None, None
                if setting == "fine_tuning":
                    base = _base(grid, _pretrain(run_id, spec, language, datasets, seed), language.code, jobs)
                    if base is None:
                        continue
                    needs, blocked = base
                for source in spec.sources_of(language.code):
                    if not isinstance(source, TestSource):
                        start = _Start(setting, subset_seed, seed, needs, blocked)
                        _add_source(grid, run_id, spec, language, source, start, datasets)
        for source in spec.sources_of(language.code):
            if isinstance(source, TranslateTestSource):
                for seed in spec.training.training_seeds:
                    base_arm = _pretrain(run_id, spec, language, datasets, seed)
                    _add_translated_test(grid, base_arm, language.code, source.name, datasets, jobs)
            elif isinstance(source, LlmTagSource):
                _add_llm_tag(grid, run_id, spec, language, source, datasets)
            elif isinstance(source, TaggerSource):
                _add_tagger(grid, run_id, spec, language, source, test, datasets)
    return grid


def _base(grid: Grid, arm: Arm, target: str, jobs: Mapping[str, str]) -> tuple[str, str | None] | None:
    """The pre-training that arms of a target begin with, made where it is not yet: its id, and why it failed if it did.

    None while it is not done.
    """
    needs = arm_id(arm)
    if needs not in {arm_id(a) for a, _ in grid.due}:
        grid.due.append((arm, None))
    state = jobs.get(needs)
    if state not in ("done", "failed"):
        grid.waiting.append(f"{target}: pre-training on {arm.language} is not done")
        return None
    return needs, f"the pre-training on {arm.language} ({needs}) failed" if state == "failed" else None


def _add_translated_test(
    grid: Grid,
    base: Arm,
    target: str,
    source: str,
    datasets: Mapping[DatasetKey, DatasetState],
    jobs: Mapping[str, str],
) -> None:
    """The arm that has the related language's model tag the target's test set in translation."""
    found = _base(grid, base, target, jobs)
    tagged = _stands_for_test(grid, target, source, datasets)
    if found is None or tagged is None:
        return
    needs, reason = found
    reason = reason or _nothing_in(tagged, target, source)
    changes = {
        "kind": "tag",
        "language": target,
        "source": source,
        "tests": (target,),
        "encoder_text": (),
        "related": base.language,
        "needs": needs,
        "tagged": tagged.id,
        "method": TRANSLATE_TEST,
    }
    grid.due.append((base.model_copy(update=changes), reason))


def _stands_for_test(
    grid: Grid, target: str, source: str, datasets: Mapping[DatasetKey, DatasetState]
) -> DatasetState | None:
    """The dataset of a source that tags the test set; None while it is not complete."""
    tagged = datasets.get((target, source, "test"))
    if tagged is None or not tagged.complete:
        grid.waiting.append(f"{target}/{source}/test: not complete")
        return None
    return tagged


def _nothing_in(tagged: DatasetState, target: str, source: str) -> str | None:
    return None if tagged.accepted else f"dataset {target}/{source}/test holds no accepted sample"


def _add_llm_tag(
    grid: Grid,
    run_id: str,
    spec: RunSpec,
    language: LanguageSpec,
    source: LlmTagSource,
    datasets: Mapping[DatasetKey, DatasetState],
) -> None:
    """The arm that takes an LLM's answers on the test set for its predictions: one, whatever the training seeds.

    It is told under fine_tuning as all that was trained on nothing of the target, so that it stands beside zero-shot.
    """
    tagged = _stands_for_test(grid, language.code, source.name, datasets)
    if tagged is None:
        return
    arm = _untrained(run_id, spec, language, source.name, LLM_TAG, tagged.id, datasets)
    if isinstance(source.seed_pool, int):
        size = max(1, min(arm.size, source.seed_pool))
        arm = arm.model_copy(update={"size": size, "size_asked": size})
    grid.due.append((arm, _nothing_in(tagged, language.code, source.name)))


def _add_tagger(
    grid: Grid,
    run_id: str,
    spec: RunSpec,
    language: LanguageSpec,
    source: TaggerSource,
    test: DatasetState,
    datasets: Mapping[DatasetKey, DatasetState],
) -> None:
    """The arm that has a ready model tag the test set itself."""
    words = {name: source.ask.get(name) or spec.labels[name] or COMMON_TYPES.get(name, name) for name in spec.labels}
    asked = tuple((name, words[name]) for name in spec.schema_for(language.code).types)
    arm = _untrained(run_id, spec, language, source.name, TAGGER, test.id, datasets)
    tagger = ReadyTagger(model=source.model, ask=asked, threshold=source.threshold)
    grid.due.append((arm.model_copy(update={"tagger": tagger}), None))


def _untrained(
    run_id: str,
    spec: RunSpec,
    language: LanguageSpec,
    source: str,
    method: str,
    tagged: str,
    datasets: Mapping[DatasetKey, DatasetState],
) -> Arm:
    train = datasets[(language.code, GOLD, "train")]
    changes = {"dev": "gold", "tests": (language.code,), "tagged": tagged, "method": method}
    return once(run_id, spec, "tag", (language.code, source), "fine_tuning", train).model_copy(update=changes)


def once(
    run_id: str, spec: RunSpec, kind: Literal["tag", "audit"], of: tuple[str, str], setting: Setting, on: DatasetState
) -> Arm:
    """An arm that there is one of, whatever the training seeds: on all of a dataset, `of` a language and a source."""
    language, source = of
    return Arm(
        run_id=run_id,
        kind=kind,
        language=language,
        source=source,
        setting=setting,
        train_dataset=on.id,
        size=max(on.accepted, 1),
        size_asked=max(on.accepted, 1),
        dev="held_out",
        dev_dataset=None,
        tests=(),
        encoder=spec.training.encoder,
        recipe=spec.training.recipe,
        steps=None,
        related=None,
        needs=None,
        subset_seed=spec.training.subset_seed,
        training_seed=spec.training.training_seeds[0],
    )


def _pretrain(
    run_id: str, spec: RunSpec, language: LanguageSpec, datasets: Mapping[DatasetKey, DatasetState], seed: int
) -> Arm:
    assert language.related is not None  # noqa: S101  the specification's validator holds it
    related = language.related
    train = datasets[(related.code, GOLD, "train")]
    dev = datasets[(related.code, GOLD, "dev")]
    targets = tuple(
        other.code
        for other in spec.languages
        if other.related is not None and (other.related.code, other.related.cap) == (related.code, related.cap)
    )
    size = min(related.cap, train.accepted)
    return Arm(
        run_id=run_id,
        kind="pretrain",
        language=related.code,
        source=RELATED,
        setting="fine_tuning",
        train_dataset=train.id,
        size=size,
        size_asked=related.cap,
        dev="gold",
        dev_dataset=dev.id,
        tests=targets,
        encoder=spec.training.encoder,
        encoder_text=encoder_text(spec, datasets, (related.code, *targets)),
        recipe=spec.training.recipe,
        steps=None,
        related=None,
        needs=None,
        subset_seed=spec.training.subset_seed,
        training_seed=seed,
    )


class _Start(NamedTuple):
    """What arms of one setting and seeds begin with: the pre-training they need, and why it cannot be had, if so."""

    setting: Setting
    subset_seed: int
    training_seed: int
    needs: str | None
    blocked: str | None


def _add_source(
    grid: Grid,
    run_id: str,
    spec: RunSpec,
    language: LanguageSpec,
    source: Source,
    start: _Start,
    datasets: Mapping[DatasetKey, DatasetState],
) -> None:
    dev = effective_dev(spec, source)
    wanted = train_keys_of(spec, source, language)
    if dev == "own":
        wanted.append((language.code, source.name, "dev"))
    elif dev == "gold":
        wanted.append((language.code, GOLD, "dev"))
    found = [datasets.get(key) for key in wanted]
    for key, state in zip(wanted, found, strict=True):
        if state is None or not state.complete:
            grid.waiting.append(f"{'/'.join(key)}: not complete")
            return
    train = found[0]
    assert train is not None  # noqa: S101  checked in the loop above
    reason = start.blocked
    for key, state in zip(wanted, found, strict=True):
        if state is not None and state.accepted == 0 and reason is None:
            reason = f"dataset {'/'.join(key)} holds no accepted sample"
    mixed = found[1] if isinstance(source, MixSource) else None
    available = train.accepted
    if isinstance(source, MixSource) and mixed is not None:
        available = int(min(train.accepted / source.share, mixed.accepted / (1 - source.share)))
    asked_for = (source.total,) if isinstance(source, MixSource) and source.total else spec.training.sizes
    sizes = (
        [(max(available, 1), max(available, 1))]
        if isinstance(source, WikiannSource)
        else sizes_for(asked_for, available) or [(asked_for[0], asked_for[0])]
    )
    for (size, asked), steps in _controls(spec, sizes):
        grid.due.append(
            (
                Arm(
                    run_id=run_id,
                    kind="train",
                    language=language.code,
                    source=source.name,
                    setting=start.setting,
                    train_dataset=train.id,
                    size=size,
                    size_asked=asked,
                    dev=dev,
                    dev_dataset=None if dev == "held_out" else found[-1].id if found[-1] else None,
                    tests=(language.code,),
                    encoder=spec.training.encoder,
                    encoder_text=() if start.needs else encoder_text(spec, datasets, (language.code,)),
                    recipe=spec.training.recipe,
                    steps=steps,
                    related=language.related.code if start.setting == "fine_tuning" and language.related else None,
                    needs=start.needs,
                    subset_seed=start.subset_seed,
                    training_seed=start.training_seed,
                    mixed_with=mixed.id if mixed else None,
                    mixed_size=size - round(size * source.share) if isinstance(source, MixSource) else 0,
                ),
                reason,
            )
        )


def _controls(spec: RunSpec, sizes: list[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int | None]]:
    for size in sizes:
        yield size, None
        if spec.training.control == "step_matched":
            yield size, step_budget(spec)
