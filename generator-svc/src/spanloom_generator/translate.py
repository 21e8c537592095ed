"""Translation as calls: one prompt a gold sentence, of the related language's train set or the target's test set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from spanloom.contracts.gold import LanguageSpec, Split
from spanloom.contracts.rules import Rules
from spanloom.contracts.translation import (
    LlmTranslator,
    ReplayTranslator,
    Seq2SeqTranslator,
    TranslatedSource,
    TranslateTestSource,
)
from spanloom.data.gold import GoldData
from spanloom.data.languages import find_language, names_in_models
from spanloom.data.lines import read_lines
from spanloom.data.roots import DATA_ENV, Roots, find_beneath, only_beneath
from spanloom.errors import SchemaError, SpecError
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of
from spanloom.projection import projector
from spanloom.store import runs
from spanloom.store.runs import NewDataset
from spanloom_generator.calls import encode_call
from spanloom_generator.engines.port import CallRequest, ChatMessage, Sampling

_TRAIN: Split = "train"
_TEST: Split = "test"
_TASK = {
    "align": "Translate the sentence from {source} to {target}. Answer with the translation alone.",
    "mark": (
        "Translate the sentence from {source} to {target}. Keep every numbered marker such as <1> and </1> around the "
        "translation of the same words. Answer with the translation alone."
    ),
    "mention": (
        "The user gives a JSON object with a sentence in {source} and its entities by number. Translate the sentence "
        "to {target}, and each entity exactly as it stands in your translation. Answer with one JSON object: "
        '{{"translation": "...", "entities": {{"1": "..."}}}}'
    ),
}


def translated_dataset(
    run_id: str, language: LanguageSpec, source: TranslatedSource, gold: Mapping[str, GoldData], roots: Roots
) -> NewDataset:
    """The dataset of a source that translates: its calls, and what the validator must know to project.

    Of the related language's train set at most `related.cap` sentences; of the target's test set all, of which nobody
    but the evaluator may know the spans. Raises SpecError where recorded translations are fewer, DataError where they
    cannot be read.
    """
    assert language.related is not None  # noqa: S101  the specification's validator holds it
    own, related = language.name or _name(language.code), _name(language.related.code)
    if isinstance(source, TranslateTestSource):
        split, projection = _TEST, "align"
        of, names = language.code, {"source": own, "target": related}
        sentences = [Sentence(s.tokens, (0,) * len(s.tokens)) for s in gold[of]["test"]]
    else:
        split, projection = _TRAIN, source.projection
        of, names = language.related.code, {"source": related, "target": own}
        sentences = gold[of]["train"][: language.related.cap]
    lines = gold[of].places[split][: len(sentences)]
    engine = _engine(source, language.code, max(lines, default=-1) + 1, roots)
    dataset = runs.dataset_id(run_id, language.code, source.name, split)
    task = _TASK[projection].format(**names)
    prepare = projector(projection, source.tokens).prepare
    translator = source.translator
    sampling = (
        Sampling(**translator.sampling.model_dump(exclude={"seed"}))
        if isinstance(translator, LlmTranslator)
        else Sampling(temperature=0, max_tokens=translator.max_tokens)
        if isinstance(translator, Seq2SeqTranslator)
        else Sampling()
    )
    if isinstance(translator, Seq2SeqTranslator):
        to = language.related.code if split == "test" else language.code
        engine |= {"source": _in_model(source, of), "target": _in_model(source, to)}
    aligner = None if source.aligner is None else source.aligner.model_dump(mode="json")
    prompts = []
    for i, sentence in enumerate(sentences):
        try:
            text = prepare(sentence.tokens, spans_of(sentence.tags))
        except SchemaError as error:
            raise SpecError([("projection", f"sentence {i + 1} of {of}: {error}")]) from None
        request = CallRequest(
            prompt_id=f"{dataset}.{i}",
            call_index=i,
            messages=[ChatMessage(role="system", content=task), ChatMessage(role="user", content=text)],
            sampling=sampling,
            language=language.code,
            source=source.name,
            extra={"sentence": list(sentence.tokens), "tokens": source.tokens, "aligner": aligner, "line": lines[i]},
        )
        prompts.append((i, encode_call(engine, request), (), same_text(source, request)))
    return NewDataset(
        language=language.code,
        source=source.name,
        split=split,
        kind="translated",
        prompts=prompts,
        calls=len(prompts),
        rules=Rules.model_validate({"duplicate": "off"}).model_dump(mode="json"),  # as the gold data has them
        info={
            "projection": projection,
            "tokens": source.tokens,
            "of": of,
            "pauses": not isinstance(source.translator, ReplayTranslator),
        },
    )


def _engine(source: TranslatedSource, code: str, needed: int, roots: Roots) -> dict[str, Any]:
    translator = source.translator
    if isinstance(translator, Seq2SeqTranslator):
        return translator.model_dump(mode="json", exclude={"languages"})
    if isinstance(translator, LlmTranslator):
        engine = translator.engine.model_dump(mode="json")
        return engine if source.prices is None else {**engine, "prices": source.prices.model_dump(mode="json")}
    path = find_beneath(translator.files[code], roots, kind="file", what="recorded translations", setting=DATA_ENV)
    with only_beneath(roots):
        lines = sum(1 for _ in read_lines(path))
    if lines < needed:
        raise SpecError(
            [
                (
                    f"translator.files.{code}",
                    f"{lines:,} translations for {needed:,} sentences; one a line, in the order of the gold file",
                )
            ]
        )
    return {"kind": "translation_lines", "files": {code: str(path)}, "model": translator.model}


def _in_model(source: TranslatedSource, code: str) -> list[str]:
    """What a translation model may call a language: its name as given, else those that are usual."""
    assert isinstance(source.translator, Seq2SeqTranslator)  # noqa: S101  asked by the caller
    given = source.translator.languages.get(code)
    return [given] if given else names_in_models(code)


_HOW = frozenset({"concurrency", "timeout_s", "stream", "budget", "poll_s", "max_requests", "max_bytes", "batch_size",
                  "files", "tensor_parallel", "data_parallel", "max_num_seqs", "gpu_memory_utilization",
                  "enforce_eager", "sleep_after_s", "api_key_env", "api_key_file", "prices",
                  "max_model_len"})  # fmt: skip
"""Fields of a translator that change how fast and by whose money it works, not what it says."""


def same_text(source: TranslatedSource, request: CallRequest) -> str | None:
    """The key of what is asked: equal for the same text, languages, wording and translator, in whatever run.

    None for recorded translations, which are by line and cost nothing.
    """
    translator = source.translator
    if isinstance(translator, ReplayTranslator):
        return None
    what = translator.engine.model_dump(mode="json") if isinstance(translator, LlmTranslator) else None
    what = what or translator.model_dump(mode="json")
    asked = [{k: v for k, v in what.items() if k not in _HOW}, request.messages, asdict(request.sampling)]
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _name(code: str) -> str:
    known = find_language(code)
    return known.name if known else code
