"""Prompts of a synthetic source: the published scripts' structure with wording from files, or Spanloom's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spanloom.contracts.base import Frozen
from spanloom.contracts.engines import ReplayEngineSpec
from spanloom.contracts.sources import PromptSpec, SyntheticSource
from spanloom.contracts.spec import RunSpec
from spanloom.data.completions import find_recorded, read_completions
from spanloom.data.languages import find_language
from spanloom.data.roots import Roots, find_beneath, only_beneath, open_regular
from spanloom.errors import DataError, SpecError
from spanloom.ner.common_types import COMMON_TYPES
from spanloom.ner.formats import SampleFormat, sample_format
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_generator.controls import Asked, controls_of, names_by_split, read_names
from spanloom_generator.engines.port import CallRequest, ChatMessage, Sampling
from spanloom_generator.seeds import PromptSplit, SeedPlan, call_seed

MAX_WORDING_BYTES = 100_000
MAX_NAMES_BYTES = 5_000_000


@dataclass(frozen=True)
class Wording:
    """A prompt's words: the user message's template and the system message, None for none.

    Places in the template: `{language}` or `{0}` the language's English name, `{n}` or `{1}` the number of samples,
    `{labels}` the labels and their descriptions, `{format}` the format's explanation, `{examples}` the seeds, and
    `{answer}` how to put the samples together; where the specification gives them, `{names}`, `{topics}` and
    `{guidelines}`. Without `{examples}` they follow after a blank line. Any other brace stands for itself.
    """

    template: str
    system: str | None = None
    guidelines: str | None = None


SPANLOOM = Wording(
    template="""\
Write {n} new sentences in {language} and mark the named entities in each.

Entity types:
{labels}

{format}

Here are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of \
text and lengths, and their idea of what is an entity:

{examples}

Now write {n} new ones:
- natural, correct {language} in its usual script, about what people in places where it is spoken write about;
- all different, in topic, in structure and in length; about as many without any entity as in the examples;
- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;
- every entity of the types above marked, and nothing else.

{answer}""",
    system="You write annotated text for training named entity recognition. You answer with data only.",
)
"""Spanloom's own wording: labels named, real characters, the format explained."""
CONTROLS = {
    "guidelines": ("\n{format}\n", "\nHow to annotate them:\n{guidelines}\n\n{format}\n"),
    "topics": ("\n- with names ", "\n- about these topics, some sentences on each: {topics};\n- with names "),
    "names": (
        "\n- with names that you have not used before and that do not stand in the examples, real or plausible, long "
        "and short;\n",
        "\n- with the names below, each in one sentence and in the form that the sentence asks for, and with new ones "
        "that do not stand in the examples;\n",
    ),
    "names ": ("\n\n{answer}", "\n\nNames to use:\n{names}\n\n{answer}"),
}
"""What changes in Spanloom's own wording for each setting that is given: what stands there, and what comes for it."""

AS_LINES = "Answer with {n} lines, one sentence a line, in the format above, and nothing before or after them."
AS_OBJECT = (
    'Answer with one JSON object {{"samples":[...]}} whose list holds the {n} sentences in the format above, '
    "and nothing before or after it."
)


@dataclass(frozen=True)
class PromptPlan:
    """One planned call: the gold train sentences in it, those that gave it names last, and the call an engine takes."""

    call_index: int
    split: PromptSplit
    seed_indices: tuple[int, ...]
    call: CallRequest

    def request(self, prompt_id: str) -> CallRequest:
        """The call as an engine takes it, under the id of its row."""
        return replace(self.call, prompt_id=prompt_id)


@dataclass(frozen=True)
class Style:
    """The habits of a prompt, resolved: escapes in examples, whether the chat template ends with the answer's head."""

    paper: bool
    ascii_escapes: bool
    generation_prompt: bool


def resolve(prompt: PromptSpec) -> Style:
    """A prompt's habits: its style's, unless it says otherwise. `paper` escapes and leaves the head out."""
    paper = prompt.style == "paper"
    return Style(
        paper=paper,
        ascii_escapes=paper if prompt.ascii_escapes is None else prompt.ascii_escapes,
        generation_prompt=not paper if prompt.generation_prompt is None else prompt.generation_prompt,
    )


def load_wording(prompt: PromptSpec, roots: Sequence[Path]) -> Wording:
    """The wording a specification names: files beneath `roots`; else Spanloom's own.

    Raises DataError for a file that is missing, too large, empty or not UTF-8.
    """
    template = _read(prompt.template, roots) if prompt.template else built_in(prompt)
    system = _read(prompt.system, roots) if prompt.system else None
    guidelines = _read(prompt.guidelines, roots, what="annotation guidelines") if prompt.guidelines else None
    for setting in given(prompt):
        if f"{{{setting}}}" not in template:
            what = f"prompt.{setting} is given, and this wording has no place for it; write {{{setting}}} where it goes"
            raise DataError(what, path=prompt.template)
    return Wording(template, system if prompt.system or prompt.template else SPANLOOM.system, guidelines)


def given(prompt: PromptSpec) -> list[str]:
    """Which of the settings that have a place of their own in the wording a specification gives."""
    return [name for name in ("guidelines", "topics", "names") if getattr(prompt, name)]


def built_in(prompt: PromptSpec) -> str:
    """Spanloom's own wording of the user message, with places for what the specification asks for."""
    template = SPANLOOM.template
    for name, (old, new) in CONTROLS.items():
        if name.strip() in given(prompt):
            template = template.replace(old, new)
    return template


def load_names(prompt: PromptSpec, schema: LabelSchema, roots: Sequence[Path]) -> dict[str, list[str]]:
    """The names of the file that a specification gives, by entity type; none without. Raises DataError."""
    if prompt.names is None or prompt.names.file is None:
        return {}
    text = _read(prompt.names.file, roots, what="a list of names", most=MAX_NAMES_BYTES)
    return read_names(text, schema, prompt.names.file)


def _read(name: str, roots: Sequence[Path], *, what: str = "a prompt's wording", most: int = MAX_WORDING_BYTES) -> str:
    path = find_beneath(name, roots, kind="file", what=what, setting="SPANLOOM_PROMPTS")
    with only_beneath(roots), open_regular(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise DataError(f"{what} of more than {most:,} bytes", path=str(path))
    try:
        text = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8: {error.reason} at byte {error.start}", path=str(path)) from None
    if not text.strip():
        raise DataError(f"{what} is empty", path=str(path))
    return text


def seed_plan(spec: RunSpec, source: SyntheticSource, size: int) -> SeedPlan:
    """How a source's seeds are drawn from `size` gold train sentences.

    A fixed pool of N is the organic subset of size N of the same run: its subset seed, and the paper's permutation
    where the recipe is the paper's. Raises SpecError where the pool is larger than gold train.
    """
    pool = None if source.seed_pool == "all" else source.seed_pool
    if pool is not None and pool > size:
        raise SpecError([("seed_pool", f"{pool} sentences are asked for, gold train has {size}")])
    return SeedPlan(
        size=size,
        m=source.m,
        calls=source.max_calls,
        dev_calls=source.dev_calls_planned,
        seed=source.seed,
        pool=pool,
        subset_seed=spec.training.subset_seed,
        paper=source.prompt.style == "paper",
        paper_subsets=spec.training.recipe.paper_subsets,
    )


def plan_prompts(
    spec: RunSpec,
    source: SyntheticSource,
    language: str,
    gold_train: Sequence[Sentence],
    *,
    split: PromptSplit = "train",
    start: int = 0,
    count: int | None = None,
    roots: Sequence[Path] = (),
    accepted: Sequence[Sentence] | None = None,
) -> Iterator[PromptPlan]:
    """Calls `start` to `start + count - 1` of a source, a language and a split (all of them by default).

    Deterministic: a call is the same whatever range it is asked in. Seeds come from gold train alone, those of train
    and dev calls being disjoint. `paper` makes the published scripts' messages byte for byte: the wording, a blank
    line, the examples as pandas writes them, a newline. `roots` are searched for the wording's files. The samples
    `accepted` so far, where they are given, decide which names are asked for (`prompt.names.accepted`); then calls
    depend on the range as well.

    Raises SpecError when gold train does not suffice, DataError when the wording cannot be read.
    """
    if count is None:
        count = (source.max_calls if split == "train" else source.dev_calls_planned) - start
    schema, style, written = spec.schema_for(language), resolve(source.prompt), sample_format(source.format)
    wording = load_wording(source.prompt, roots)
    name, as_object = language_name(spec, language), source.constrain == "json"
    labels = {type_: spec.labels[type_] for type_ in schema.types}
    write = _Writer(wording, style, written, schema, name, labels, source.n, as_object, given(source.prompt))
    constrain = constraint(source.constrain, written, schema, n=source.n)
    extra = {
        "n": source.n,
        "split": split,
        "format": source.format,
        "add_generation_prompt": style.generation_prompt,
    }
    plan = seed_plan(spec, source, len(gold_train))
    listed = load_names(source.prompt, spec.schema_, roots)
    names = names_by_split(source.prompt, plan, schema, gold_train, listed)[split]
    controls = controls_of(source.prompt, names, split, plan.seed, schema, accepted=accepted, start=start)
    for call, indices in enumerate(plan.seeds(split, start, max(count, 0)), start):
        asked = controls.of(call)
        messages = write.messages([gold_train[i] for i in indices], asked)
        sampling = Sampling(
            temperature=source.sampling.temperature,
            top_p=source.sampling.top_p,
            max_tokens=source.sampling.max_tokens,
            seed=call_seed(source.seed, source.name, language, split, call) if source.sampling.seed else None,
        )
        request = CallRequest("", call, messages, sampling, language, source.name, extra=dict(extra), **constrain)
        shown = (*indices, *(place for place in asked.places if place not in indices))
        yield PromptPlan(call, split, shown, request)


def constraint(constrain: str, written: SampleFormat, schema: LabelSchema, *, n: int) -> dict[str, str]:
    """The fields of a call that hold decoding to `n` samples of a format; none for `none`."""
    if constrain == "aligned":
        return {"constrain": "grammar", "grammar": written.grammar(schema, n=n, iob2=True)}
    if constrain == "json":
        return {"constrain": "json_schema", "schema": dumps(written.json_schema(schema, n))}
    return {}


def asks_json_object(engine: Frozen, constrain: str, language: str, roots: Roots) -> bool:
    """Whether completions were asked for as one JSON object: batch API files, or `constrain: json`.

    Raises DataError when a recorded file cannot be read.
    """
    if isinstance(engine, ReplayEngineSpec):
        with only_beneath(roots):
            first = next(iter(read_completions(find_recorded(engine.files[language], roots))), None)
        return first is not None and first.kind == "openai_batch"
    return constrain == "json"


def language_name(spec: RunSpec, code: str) -> str:
    """A language's English name, as the specification or the registry has it. Raises SpecError for neither."""
    given = next((language.name for language in spec.languages if language.code == code), None)
    known = find_language(code)
    if given is None and known is None:
        raise SpecError([("languages", f"{code!r} is not in the registry of languages; give its English `name`")])
    return given or known.name  # type: ignore[union-attr]


@dataclass(frozen=True)
class _Writer:
    """What all messages of a source and a language share."""

    wording: Wording
    style: Style
    written: SampleFormat
    schema: LabelSchema
    language_name: str
    labels: Mapping[str, str | None]
    n: int
    as_object: bool
    controls: Sequence[str]

    def messages(self, examples: Sequence[Sentence], asked: Asked) -> list[ChatMessage]:
        """The system message, if there is one, and the user's."""
        user: ChatMessage = {"role": "user", "content": self.user(examples, asked)}
        if self.wording.system is None:
            return [user]
        return [{"role": "system", "content": self.wording.system}, user]

    def user(self, examples: Sequence[Sentence], asked: Asked) -> str:
        """The template filled in; without a place for them the examples follow, as the published scripts do it."""
        lines = [self.written.render(s, self.schema, ascii_escapes=self.style.ascii_escapes) for s in examples]
        places = {
            "{language}": self.language_name,
            "{0}": self.language_name,
            "{n}": str(self.n),
            "{1}": str(self.n),
            "{labels}": describe_labels(self.labels),
            "{format}": self.written.describe(self.schema),
            "{examples}": "\n".join(lines),
            "{answer}": (AS_OBJECT if self.as_object else AS_LINES).format(n=self.n),
        }
        told = {"names": asked.names_told(), "topics": asked.topics_told(), "guidelines": self.wording.guidelines or ""}
        places |= {f"{{{name}}}": told[name] for name in self.controls}
        text = _fill(self.wording.template, places)
        # pandas ends its last line with a newline, and the scripts add another
        return text if "{examples}" in self.wording.template else "\n".join([text, "", *lines, "", ""])


def _fill(template: str, places: Mapping[str, str]) -> str:
    """The template with its places filled in one pass: what is filled in is not looked at again."""
    return re.sub("|".join(map(re.escape, places)), lambda found: places[found.group()], template)


def describe_labels(labels: Mapping[str, str | None]) -> str:
    """One line a label: its name and what it means, where that is known."""
    described = ((name, text or COMMON_TYPES.get(name)) for name, text in labels.items())
    return "\n".join(f"- {name}: {text}" if text else f"- {name}" for name, text in described)
