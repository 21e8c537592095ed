"""What a run would do, without doing it: calls, arms, updates, tokens, disk and cost.

The arms are those of `contracts.arms.plan_grid`, over datasets that hold all they can: every synthetic sample asked
for accepted, gold data enough for the largest size. So the counts are upper bounds until yields are given.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spanloom.contracts.arm import Arm, arm_id
from spanloom.contracts.arms import plan_grid
from spanloom.contracts.audit_arms import audit_updates, audits_due
from spanloom.contracts.encoders import job_disk_bytes, model_bytes
from spanloom.contracts.labelling import AnnotateSource, LabellingSource, LlmTagSource
from spanloom.contracts.sources import DatasetSource, OrganicSource, SyntheticSource, WikiannSource
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training_sets import GOLD, DatasetKey, DatasetState
from spanloom.contracts.translation import TranslatedSource, TranslateTestSource, TranslateTrainSource

TOKENS_A_SAMPLE = 110
"""LLM tokens of one sample written as JSON: about 20 words of two tokens each with quotes and commas, and its tags."""
TOKENS_OF_WORDING = 250
"""LLM tokens of a prompt without its examples."""
TOKENS_A_SENTENCE = 40
"""LLM tokens of a sentence alone: about 20 words of two tokens each."""
TOKENS_OF_TRANSLATION = 40
"""LLM tokens of a prompt that asks for a translation, without the sentence."""
BYTES_A_SAMPLE = 330
"""Bytes of one sample in a completion; about as many again in its row."""
WIKIANN_TRAIN = 20_000
"""The largest WikiANN train split (Rahimi et al., 2019)."""


@dataclass(frozen=True)
class SourcePlan:
    """The calls of one source that has sentences written, labelled or translated, over all languages."""

    source: str
    engine: str
    train_calls: int
    dev_calls: int
    samples: int
    tokens_in: int
    tokens_out: int
    cost: float | None = None
    currency: str | None = None


@dataclass(frozen=True)
class PlannedRun:
    """What a run would do. Arms and what follows from them are upper bounds; tokens and bytes are estimates."""

    calls: int
    sources: list[SourcePlan]
    arms: int
    arms_by_source: dict[str, int]
    steps_by_source: dict[str, int]
    """Updates of the arms and the label audit of each source; pre-trainings under `related`."""
    pretrainings: int
    audits: int
    zero_shot: int
    evaluations: int
    steps: int
    tokens_in: int
    tokens_out: int
    completions_bytes: int
    samples_bytes: int
    models: int
    models_bytes: int | None
    models_peak_bytes: int | None
    """The most that lies in the models' folder at one time: those kept, those that arms start from, one job's files."""
    notes: list[str] = field(default_factory=list)

    @property
    def disk_bytes(self) -> int:
        """The most that lies on the disk at one time: models with a training's files, completions, samples."""
        return self.completions_bytes + self.samples_bytes + (self.models_peak_bytes or 0)


def project(
    spec: RunSpec,
    *,
    gold: Mapping[str, int] | None = None,
    tests: Mapping[str, int] | None = None,
    yields: Mapping[tuple[str, str], int] | None = None,
) -> PlannedRun:
    """Project a specification.

    `gold` gives the number of gold train sentences by language where it is known, `tests` that of test sentences,
    `yields` the usable training samples by (source, language).

    >>> from spanloom.contracts.spec import check_spec
    >>> spec = check_spec({"name": "x", "languages": [{"code": "da", "gold": {"demo": "da"}}],
    ...     "sources": [{"kind": "organic"}], "training": {"settings": ["from_scratch"], "sizes": [100, 250]}})
    >>> project(spec).arms
    2
    """
    sources = [_source_plan(s, spec) for s in spec.sources if isinstance(s, SyntheticSource)]
    sources += [_labelling_plan(s, spec, tests or {}) for s in spec.sources if isinstance(s, LabellingSource)]
    sources += [
        _translation_plan(s, spec, gold or {}, tests or {}) for s in spec.sources if isinstance(s, TranslatedSource)
    ]
    arms = [arm for arm, _ in _full_grid(spec, gold or {}, yields or {})]
    trained = [arm for arm in arms if arm.kind == "train"]
    pretrained = [arm for arm in arms if arm.kind == "pretrain"]
    zero_shot = sum(len(arm.tests) for arm in pretrained)
    models = {
        "none": 0,
        "all": len(trained) + len(pretrained),
        "best": len({(arm.language, arm.setting, arm.source) for arm in (*trained, *pretrained)}),
    }[spec.training.keep_models]
    size = model_bytes(spec.training.encoder)
    steps = _steps_by_source(arms)
    samples = sum(source.samples for source in sources)
    return PlannedRun(
        calls=sum(source.train_calls + source.dev_calls for source in sources),
        sources=sources,
        arms=len(trained),
        arms_by_source={s.name: sum(arm.source == s.name for arm in trained) for s in spec.sources},
        steps_by_source=steps,
        pretrainings=len(pretrained),
        audits=sum(arm.kind == "audit" for arm in arms),
        zero_shot=zero_shot,
        evaluations=len(trained) + zero_shot + sum(arm.kind == "tag" for arm in arms),
        steps=sum(steps.values()),
        tokens_in=sum(source.tokens_in for source in sources),
        tokens_out=sum(source.tokens_out for source in sources),
        completions_bytes=samples * BYTES_A_SAMPLE,
        samples_bytes=samples * BYTES_A_SAMPLE,
        models=models,
        models_bytes=None if size is None else size * models,
        models_peak_bytes=_peak(spec, models, len(pretrained)),
        notes=_notes(spec, gold, size, yields or {}),
    )


def _steps_by_source(arms: Iterable[Arm]) -> dict[str, int]:
    steps: dict[str, int] = {}
    for arm in arms:
        if arm.kind == "tag":
            continue
        updates = audit_updates(arm) if arm.kind == "audit" else arm.training_recipe.updates(arm.size)
        steps[arm.source] = steps.get(arm.source, 0) + updates
    return steps


def shortage(needed: int, folder: Path, *, keep_free: int = 0) -> str | None:
    """None when a folder's file system has this many bytes to spare beside `keep_free`, else what it has and needs.

    A folder that is not there yet is judged by the nearest one above it that is.
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    if free >= needed + keep_free:
        return None
    asked = f"{needed:,} bytes are needed" + (f" beside {keep_free:,} kept free" if keep_free else "")
    return f"{folder}: {asked}, and {free:,} are free"


def disk_shortage(spec: RunSpec, folder: Path, *, keep_free: int = 0) -> str | None:
    """Why the models of a run would not fit in a folder at their most, None when they would or nobody can tell."""
    needed = project(spec).models_peak_bytes
    return None if needed is None else shortage(needed, folder, keep_free=keep_free)


def _peak(spec: RunSpec, models: int, pretrained: int) -> int | None:
    encoder, keep = spec.training.encoder, spec.training.keep_models
    size, job = model_bytes(encoder), job_disk_bytes(encoder, exports=keep != "none" or pretrained > 0)
    if size is None or job is None:
        return None
    return size * (pretrained if keep == "none" else models) + job


def _full_grid(
    spec: RunSpec, gold: Mapping[str, int], yields: Mapping[tuple[str, str], int]
) -> list[tuple[Arm, str | None]]:
    """Every arm of the run, over datasets that are complete, and full where their yield is not known.

    Arms of the versions that audits make are not among them.
    """
    largest = spec.training.sizes[-1]
    states: dict[DatasetKey, DatasetState] = {}

    def add(language: str, source: str, split: str, accepted: int) -> None:
        audit = split == "train" and source in _audited(spec)
        states[(language, source, split)] = DatasetState(f"{language}.{source}.{split}", True, max(accepted, 1), audit)

    for code in spec.gold_of():
        related = [x.related for x in spec.languages if x.related is not None and x.related.code == code]
        most = max([largest, *(r.cap for r in related)])
        for split in ("train", "dev", "test"):
            add(code, GOLD, split, min(gold.get(code, most), most) if split == "train" else most)
    for language in spec.languages:
        for source in spec.sources_of(language.code):
            if isinstance(source, SyntheticSource):
                most = source.stop.after_accepted or source.max_calls * source.n
                add(language.code, source.name, "train", yields.get((source.name, language.code), most))
                if source.dev_calls_planned:
                    add(language.code, source.name, "dev", source.dev_calls_planned * source.n)
            elif isinstance(source, AnnotateSource):
                add(language.code, source.name, "train", yields.get((source.name, language.code), source.cap))
            elif isinstance(source, TranslateTestSource | LlmTagSource):
                add(language.code, source.name, "test", largest)
            elif isinstance(source, TranslateTrainSource) and language.related is not None:
                cap = language.related.cap
                most = min(gold.get(language.related.code, cap), cap)
                add(language.code, source.name, "train", yields.get((source.name, language.code), most))
            elif isinstance(source, DatasetSource):
                add(language.code, source.name, "train", yields.get((source.name, language.code), largest))
            elif isinstance(source, WikiannSource):
                add(language.code, source.name, "train", WIKIANN_TRAIN)
                add(language.code, source.name, "dev", WIKIANN_TRAIN)
    first = plan_grid("plan", spec, states, {})
    done = {arm_id(arm): "done" for arm, _ in first.due if arm.kind == "pretrain"}
    grid = plan_grid("plan", spec, states, done)
    return [*grid.due, *((arm, None) for arm in audits_due("plan", spec, states, grid))]


def _audited(spec: RunSpec) -> list[str]:
    """The sources whose rules have their labels audited."""
    return [s.name for s in spec.sources if isinstance(s, SyntheticSource | AnnotateSource) and s.rules.audit != "off"]


def _labelling_plan(source: LabellingSource, spec: RunSpec, tests: Mapping[str, int]) -> SourcePlan:
    """A call a sentence: at most `cap` of the text, or those of the test sets that are known."""
    asked = spec.languages_of(source)
    annotates = isinstance(source, AnnotateSource)
    calls = sum(source.cap if isinstance(source, AnnotateSource) else tests.get(x.code, 0) for x in asked)
    tokens_in = calls * (TOKENS_OF_WORDING + (source.m + 1) * TOKENS_A_SAMPLE)
    engine = source.engine.kind
    samples, tokens_out = calls if annotates else 0, calls * TOKENS_A_SAMPLE
    return _priced(source, engine, calls=calls, samples=samples, tokens_in=tokens_in, tokens_out=tokens_out)


def _translation_plan(
    source: TranslatedSource, spec: RunSpec, gold: Mapping[str, int], tests: Mapping[str, int]
) -> SourcePlan:
    """A call a sentence: of the related language's train set, at most `cap`, or of the test sets that are known.

    Texts that the database has translated before cost nothing, and are counted here all the same.
    """
    trains = isinstance(source, TranslateTrainSource)
    calls = sum(
        min(gold.get(x.related.code, x.related.cap), x.related.cap) if trains else tests.get(x.code, 0)
        for x in spec.languages_of(source)
        if x.related is not None
    )
    translator = source.translator
    engine = translator.engine.kind if translator.kind == "llm" else translator.kind
    told = calls * TOKENS_A_SENTENCE
    asked = told + (calls * TOKENS_OF_TRANSLATION if translator.kind == "llm" else 0)
    samples = calls if trains else 0
    return _priced(source, engine, calls=calls, samples=samples, tokens_in=asked, tokens_out=told)


def _source_plan(source: SyntheticSource, spec: RunSpec) -> SourcePlan:
    languages = len(spec.languages_of(source))
    train, dev = source.max_calls * languages, source.dev_calls_planned * languages
    calls = train + dev
    tokens_in = calls * (TOKENS_OF_WORDING + source.m * TOKENS_A_SAMPLE)
    tokens_out = calls * min(source.n * TOKENS_A_SAMPLE, source.sampling.max_tokens or source.n * TOKENS_A_SAMPLE)
    return _priced(
        source,
        source.engine.kind,
        calls=train,
        dev_calls=dev,
        samples=calls * source.n,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def _priced(
    source: SyntheticSource | LabellingSource | TranslatedSource,
    engine: str,
    *,
    calls: int,
    samples: int,
    tokens_in: int,
    tokens_out: int,
    dev_calls: int = 0,
) -> SourcePlan:
    """What a source asks for; recorded answers cost no tokens."""
    if engine == "replay":
        tokens_in = tokens_out = 0
    cost = None
    if source.prices is not None:
        cost = (tokens_in * source.prices.input_per_million + tokens_out * source.prices.output_per_million) / 1e6
    return SourcePlan(
        source=source.name,
        engine=engine,
        train_calls=calls,
        dev_calls=dev_calls,
        samples=samples,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        currency=source.prices.currency if source.prices else None,
    )


def _notes(
    spec: RunSpec, gold: Mapping[str, int] | None, size: int | None, yields: Mapping[tuple[str, str], int]
) -> list[str]:
    synthetic = [s for s in spec.sources if isinstance(s, SyntheticSource)]
    unknown = {(source.name, x.code) for source in synthetic for x in spec.languages_of(source)} - set(yields)
    out = []
    if unknown or not synthetic:
        out.append("Arms are an upper bound: a size above what a dataset holds becomes one arm on all of it.")
    unseen = [code for code in spec.gold_of() if code not in (gold or {})]
    if any(isinstance(s, OrganicSource) for s in spec.sources) and unseen:
        which = f" of {', '.join(unseen)}" if gold else ""
        out.append(f"Gold data{which} was not looked at; it is taken to be enough for the largest size.")
    if any(isinstance(s, SyntheticSource | LabellingSource) for s in spec.sources):
        out.append(f"Tokens are estimated at {TOKENS_A_SAMPLE} a sample.")
    if any(isinstance(s, TranslatedSource) for s in spec.sources):
        out.append(f"Tokens of translations are estimated at {TOKENS_A_SENTENCE} a sentence.")
    audited = _audited(spec)
    if audited:
        what = "is in the sum; arms of versions that come of it (`drop`, `relabel`) are not: at most as many again."
        out.append(f"The label audit of {', '.join(audited)} {what}")
    if size is None:
        out.append(f"The size of encoder {spec.training.encoder.name!r} is not known here; models are not in the sum.")
    return out
