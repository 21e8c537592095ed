"""Labelling as calls: one prompt a sentence, of unlabelled text or of the test set, with examples from gold train."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from spanloom.contracts.gold import LanguageSpec
from spanloom.contracts.labelling import AnnotateSource, LabellingSource
from spanloom.contracts.rules import MARKABLE, Reason, Rules, Treatment
from spanloom.contracts.spec import RunSpec
from spanloom.data.gold import GoldData
from spanloom.data.roots import Roots
from spanloom.data.unlabelled import read_text
from spanloom.errors import SpecError
from spanloom.ner.formats import SampleFormat, sample_format
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.store import runs
from spanloom.store.runs import NewDataset, NewPrompt
from spanloom.store.text import storable_tokens
from spanloom_generator.calls import encode_call
from spanloom_generator.engines.port import CallRequest, ChatMessage, Sampling
from spanloom_generator.prompts import asks_json_object, constraint, describe_labels, language_name
from spanloom_generator.seeds import SeedPlan, call_seed

SYSTEM = "You annotate text for training named entity recognition. You answer with data only."
TASK = """\
Mark the named entities in a sentence in {language}.

Entity types:
{labels}

{format}
{examples}
The sentence to annotate:

{sentence}

{answer}"""
EXAMPLES = """
Here are sentences that people annotated. Take over their idea of what is an entity, and where it begins and ends:

{lines}
"""
AS_LINE = (
    "Answer with this one sentence in the format above on one line, word for word, and nothing before or after it."
)
AS_OBJECT = (
    'Answer with one JSON object {"samples":[...]} whose list holds this one sentence in the format above, word for '
    "word, and nothing before or after it."
)


def labelled_dataset(
    run_id: str, spec: RunSpec, language: LanguageSpec, source: LabellingSource, gold: GoldData, roots: Roots
) -> NewDataset:
    """The dataset of a source that labels: a call for each sentence, which goes with it for the validator to compare.

    The examples are gold train sentences of the source's pool, of the test set nothing but the words is sent. Raises
    SpecError where gold train does not suffice, DataError where the text cannot be read.
    """
    if isinstance(source, AnnotateSource):
        split, kind, rules = "train", "annotated", source.rules
        sentences = read_text(source.text[language.code], source.cap, roots)
    else:
        split, kind, rules = "test", "tagged", _AS_IT_STANDS
        sentences = [sentence.tokens for sentence in gold["test"]]
    sentences = [storable_tokens(tokens)[0] for tokens in sentences]  # as the samples will be
    dataset = runs.dataset_id(run_id, language.code, source.name, split)
    pool = None if source.seed_pool == "all" else source.seed_pool
    if pool is not None and pool > len(gold["train"]):
        raise SpecError([("seed_pool", f"{pool} sentences are asked for, gold train has {len(gold['train'])}")])
    seeds = SeedPlan(
        size=len(gold["train"]),
        m=source.m,
        calls=len(sentences),
        dev_calls=0,
        seed=source.seed,
        pool=pool,
        subset_seed=spec.training.subset_seed,
        paper_subsets=spec.training.recipe.paper_subsets,
    )
    return NewDataset(
        language=language.code,
        source=source.name,
        split=split,
        kind=kind,
        prompts=list(_prompts(dataset, spec, language.code, source, sentences, gold["train"], seeds)),
        calls=len(sentences),
        rules=rules.model_dump(mode="json"),
        info={
            "format": source.format,
            "json_object": asks_json_object(source.engine, source.constrain, language.code, roots),
            "labels": "sentences",
            "m": source.m,
            "pauses": source.engine.kind != "replay",
        },
    )


_AS_IT_STANDS = Rules(reasons=dict.fromkeys(sorted(MARKABLE - {Reason.IOB_VIOLATION}), Treatment.OFF))
"""A test sentence is what it is: copied, long, in another script, or with damaged letters."""


def _prompts(
    dataset: str,
    spec: RunSpec,
    code: str,
    source: LabellingSource,
    sentences: Sequence[tuple[str, ...]],
    train: Sequence[Sentence],
    seeds: SeedPlan,
) -> Iterator[NewPrompt]:
    schema, written = spec.schema_for(code), sample_format(source.format)
    constrain = constraint(source.constrain, written, schema, n=1)
    engine: dict[str, Any] = source.engine.model_dump(mode="json")
    if source.prices is not None:
        engine["prices"] = source.prices.model_dump(mode="json")
    head = {
        "language": language_name(spec, code),
        "labels": describe_labels({type_: spec.labels[type_] for type_ in schema.types}),
        "format": written.describe(schema),
        "answer": AS_OBJECT if source.constrain == "json" else AS_LINE,
    }
    for call, (tokens, shown) in enumerate(zip(sentences, seeds.seeds("train", 0, len(sentences)), strict=True)):
        text = _message(head, written, schema, tokens, [train[i] for i in shown])
        seed = call_seed(source.seed, source.name, code, "train", call) if source.sampling.seed else None
        request = CallRequest(
            prompt_id=f"{dataset}.{call}",
            call_index=call,
            messages=[ChatMessage(role="system", content=SYSTEM), ChatMessage(role="user", content=text)],
            sampling=Sampling(**source.sampling.model_dump(exclude={"seed"}), seed=seed),
            language=code,
            source=source.name,
            extra={"n": 1, "format": source.format, "add_generation_prompt": True, "sentence": list(tokens)},
            **constrain,
        )
        yield call, encode_call(engine, request), shown


def _message(
    head: dict[str, str],
    written: SampleFormat,
    schema: LabelSchema,
    tokens: Sequence[str],
    examples: Sequence[Sentence],
) -> str:
    lines = "\n".join(written.render(sentence, schema) for sentence in examples)
    sentence = dumps(list(tokens)) if written.exact else " ".join(tokens)
    return TASK.format(**head, examples=EXAMPLES.format(lines=lines) if examples else "", sentence=sentence)
