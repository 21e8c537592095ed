"""From a specification to a stored run: gold loaded, prompts planned, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import chain, islice
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from spanloom.contracts.caps import Caps
from spanloom.contracts.gold import LanguageSpec
from spanloom.contracts.labelling import LabellingSource
from spanloom.contracts.sources import DatasetSource, SyntheticSource, WikiannSource
from spanloom.contracts.spec import RunSpec, spec_hash
from spanloom.contracts.training_sets import GOLD
from spanloom.contracts.translation import TranslatedSource
from spanloom.data.gold import SPLITS, GoldData, load_gold, load_training_file
from spanloom.data.roots import Roots
from spanloom.errors import DataError, SpecError
from spanloom.store import runs
from spanloom.store.runs import NewDataset
from spanloom_generator.calls import encode_call
from spanloom_generator.deadline import Deadline, checked
from spanloom_generator.label import labelled_dataset
from spanloom_generator.prompts import PromptPlan, asks_json_object, plan_prompts
from spanloom_generator.seeds import PromptSplit
from spanloom_generator.topup import first_step
from spanloom_generator.translate import translated_dataset


def submit(
    db: Engine,
    spec: RunSpec,
    *,
    key: str | None,
    roots: Roots = (),
    wording: Roots = (),
    caps: Caps | None = None,
    deadline: Deadline | None = None,
) -> tuple[str, bool]:
    """Store a run; returns its id and whether it is new (False: the Idempotency-Key was used for it before).

    Data are read beneath `roots`, prompts' wording beneath `wording`. Prompts are planned as they are stored, so that
    memory does not grow with them.

    Raises SpecError when data cannot be read or prompts not be planned, Conflict when the key belongs to another
    specification, ProblemError when it takes longer than `deadline`; then nothing is stored.
    """
    check = deadline.check if deadline is not None else lambda: None
    digest = spec_hash(spec)
    if key is not None:
        with db.connect() as connection:
            found = runs.find_by_key(connection, key, digest)
        if found is not None:
            return found, False
    run_id = runs.new_run_id()
    datasets = []
    for each in checked(plan_datasets(run_id, spec, roots, wording), check):
        datasets.append(replace(each, prompts=checked(each.prompts, check)))
        _refuse_more_sentences(datasets, caps)
    try:
        with db.begin() as connection:
            runs.create_run(connection, run_id, spec, datasets, idempotency_key=key)
            if deadline is not None:
                deadline.seal()
    except IntegrityError:
        if key is None:
            raise
        with db.connect() as connection:
            found = runs.find_by_key(connection, key, digest)
        if found is None:
            raise
        return found, False
    return run_id, True


def _refuse_more_sentences(datasets: Sequence[NewDataset], caps: Caps | None) -> None:
    read = sum(len(each.sentences) for each in datasets)
    if caps is not None and read > caps.gold_sentences:
        what = f"{read:,} annotated sentences and more; at most {caps.gold_sentences:,} here"
        advice = "give smaller files, or let whoever runs the service raise SPANLOOM_MAX_GOLD_SENTENCES"
        raise SpecError([("languages", f"{what}: {advice}")])


def plan_datasets(run_id: str, spec: RunSpec, roots: Roots = (), wording: Roots = ()) -> Iterator[NewDataset]:
    """All datasets of a run: gold of every language, then each source's. Raises SpecError."""
    gold = load_all_gold(spec, roots)
    for code, data in gold.items():
        yield from _gold_datasets(code, GOLD, data)
    for i, language in enumerate(spec.languages):
        for j, source in enumerate(spec.sources):
            if not source.is_for(language.code):
                continue
            if isinstance(source, SyntheticSource):
                place = {"field": f"sources.{j}", "of": language.code, "languages": f"languages.{i}.name"}
                data = gold[language.code]
                yield from _synthetic_datasets(run_id, spec, language, source, data, roots, wording, place)
            elif isinstance(source, TranslatedSource):
                with mistakes_at(f"sources.{j}"):
                    yield translated_dataset(run_id, language, source, gold, roots)
            elif isinstance(source, LabellingSource):
                with mistakes_at(f"sources.{j}"):
                    yield labelled_dataset(run_id, spec, language, source, gold[language.code], roots)
            elif isinstance(source, DatasetSource):
                schema = spec.schema_for(language.code)
                with mistakes_at(f"sources.{j}.files.{language.code}"):
                    data = load_training_file(source.files[language.code], schema, language=language.code, roots=roots)
                yield from _gold_datasets(language.code, source.name, data, splits=("train",), kind="dataset")
            elif isinstance(source, WikiannSource):
                where = source.gold.get(language.code)
                if where is None:
                    raise SpecError([(f"sources.{j}.gold.{language.code}", "is required: where WikiANN's data lie")])
                with mistakes_at(f"sources.{j}.gold.{language.code}"):
                    data = load_gold(where, spec.schema_for(language.code), language=language.code, roots=roots)
                yield from _gold_datasets(language.code, source.name, data, splits=("train",))


def load_all_gold(spec: RunSpec, roots: Roots) -> dict[str, GoldData]:
    """Gold data by language code, targets and related languages. Raises SpecError naming the field."""
    fields: dict[str, str] = {}
    for i, language in enumerate(spec.languages):
        fields.setdefault(language.code, f"languages.{i}.gold")
    for i, language in enumerate(spec.languages):
        if language.related is not None:
            fields.setdefault(language.related.code, f"languages.{i}.related.gold")
    gold = {}
    for code, where in spec.gold_of().items():
        with mistakes_at(fields[code]):
            gold[code] = load_gold(where, spec.schema_for(code), language=code, roots=roots)
    return gold


@contextmanager
def mistakes_at(field: str, *, of: str | None = None, **elsewhere: str) -> Iterator[None]:
    """Say of mistakes found while a field was carried out where it stands; `elsewhere` maps paths that lie outside.

    `of` is the language it was carried out for, where a run has several of them."""
    said = f"{of}: " if of else ""
    try:
        yield
    except DataError as error:
        raise SpecError([(field, said + str(error))]) from error
    except SpecError as error:
        found = [(elsewhere.get(path, f"{field}.{path}"), said + what) for path, what in error.problems]
        raise SpecError(found) from error


def _gold_datasets(
    language: str, source: str, data: GoldData, splits: tuple[str, ...] = SPLITS, kind: str | None = None
) -> Iterator[NewDataset]:
    for split in SPLITS:
        if split in splits:
            yield NewDataset(
                language=language,
                source=source,
                split=split,
                kind=kind or ("organic" if source == GOLD else "wikiann"),
                sentences=data[split],
                content_sha256=data.hashes[split],
                info={
                    "origin": data.origin,
                    "missing_types": data.missing_types,
                    "notes": data.notes,
                    **asdict(data.counts[split]),
                },
            )


def _synthetic_datasets(
    run_id: str,
    spec: RunSpec,
    language: LanguageSpec,
    source: SyntheticSource,
    gold: GoldData,
    roots: Roots,
    wording: Roots,
    where: Mapping[str, str],
) -> Iterator[NewDataset]:
    """A synthetic source's datasets; their prompts are planned one by one, by whoever goes through them.

    The first of each is planned at once, so that most mistakes are told before anything is written.
    """
    engine = source.engine.model_dump(mode="json")
    if source.prices is not None:
        engine["prices"] = source.prices.model_dump(mode="json")
    splits: tuple[tuple[PromptSplit, int], ...] = (("train", source.max_calls), ("dev", source.dev_calls_planned))
    for split, most in splits:
        wanted = source.stop.after_accepted if split == "train" else None
        calls = most if wanted is None else first_step(wanted, source.n, most)
        if not calls:
            continue
        dataset = runs.dataset_id(run_id, language.code, source.name, split)
        plans = plan_prompts(spec, source, language.code, gold["train"], split=split, count=calls, roots=wording)
        with mistakes_at(**where):
            first = list(islice(plans, 1))
            json_object = asks_json_object(source.engine, source.constrain, language.code, roots)
        yield NewDataset(
            language=language.code,
            source=source.name,
            split=split,
            kind="synthetic",
            prompts=_encoded(chain(first, plans), dataset, engine, where),
            calls=calls,
            rules=source.rules.model_dump(mode="json"),
            stop_accepted=wanted,
            calls_max=most if wanted is not None else None,
            info={
                "format": source.format,
                "json_object": json_object,
                "pauses": source.engine.kind not in ("replay", "toy"),
            },
        )


def _encoded(
    plans: Iterable[PromptPlan], dataset: str, engine: Mapping[str, Any], where: Mapping[str, str]
) -> Iterator[tuple[int, str, Sequence[int]]]:
    with mistakes_at(**where):
        for plan in plans:
            request = encode_call(engine, plan.request(f"{dataset}.{plan.call_index}"))
            yield plan.call_index, request, plan.seed_indices
