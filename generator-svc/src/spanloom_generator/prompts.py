"""Prompts of a synthetic source: the published scripts' structure with wording from files, or Spanloom's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spanloom.contracts.sources import PromptSpec, SyntheticSource
from spanloom.errors import DataError, SpecError
from spanloom.ner.formats import SampleFormat, sample_format
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_generator.engines.port import CallRequest, Message, Sampling
from spanloom_generator.seeds import PromptSplit, SeedPlan, call_seed

MAX_WORDING_BYTES = 100_000


@dataclass(frozen=True)
class Wording:
    """A prompt's words: the user message's template and the system message, None for none.

    Places in the template: `{language}` or `{0}` the language's English name, `{n}` or `{1}` the number of samples,
    `{labels}` the labels and their descriptions, `{format}` the format's explanation, `{examples}` the seeds; without
    `{examples}` they follow the template after a blank line. Any other brace stands for itself.
    """

    template: str
    system: str | None = None


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

Answer with {n} lines, one sentence a line, in the format above, and nothing before or after them.""",
    system="You write annotated text for training named entity recognition. You answer with data only.",
)
"""Spanloom's own wording: labels named, real characters, the format explained."""

COMMON_TYPES: Mapping[str, str] = {
    "PER": "names of people",
    "ORG": "names of companies, institutions, parties, teams and other organizations",
    "LOC": "names of places: countries, cities, regions, rivers, mountains, buildings",
    "DATE": "dates and times of the calendar, from days of the week to years",
    "MISC": "other proper names: works, events, products, nationalities",
}
"""What well-known entity types mean, where a specification does not say."""


@dataclass(frozen=True)
class PromptPlan:
    """One planned call: its messages, the gold train sentences in it, how to sample."""

    call_index: int
    split: PromptSplit
    messages: list[Message]
    seed_indices: tuple[int, ...]
    sampling: Sampling

    def request(self, prompt_id: str, source: SyntheticSource, language: str, schema: LabelSchema) -> CallRequest:
        """The call as an engine takes it, with the grammar or schema that the source asks for."""
        style = resolve(source.prompt)
        written = sample_format(source.format)
        grammar = schema_text = None
        if source.constrain == "aligned":
            grammar = written.grammar(schema, n=source.n, iob2=True)
        elif source.constrain == "json":
            schema_text = dumps(written.json_schema(schema, source.n))
        return CallRequest(
            prompt_id=prompt_id,
            call_index=self.call_index,
            messages=self.messages,
            sampling=self.sampling,
            language=language,
            source=source.name,
            constrain={"aligned": "grammar", "json": "json_schema"}.get(source.constrain),
            grammar=grammar,
            schema=schema_text,
            extra={
                "n": source.n,
                "split": self.split,
                "format": source.format,
                "add_generation_prompt": style.generation_prompt,
            },
        )


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


def load_wording(prompt: PromptSpec, roots: Sequence[Path] = ()) -> Wording:
    """The wording a specification names: files, looked for as given and under `roots`; else Spanloom's own.

    Raises DataError for a file that is missing, too large, empty or not UTF-8.
    """
    template = _read(prompt.template, roots) if prompt.template else SPANLOOM.template
    system = _read(prompt.system, roots) if prompt.system else None
    return Wording(template, system if prompt.system or prompt.template else SPANLOOM.system)


def _read(name: str, roots: Sequence[Path]) -> str:
    given = Path(name).expanduser()
    places = [given, *(root / given for root in roots if not given.is_absolute())]
    for path in places:
        if path.is_file():
            data = path.read_bytes()
            if len(data) > MAX_WORDING_BYTES:
                raise DataError(f"a prompt's wording of more than {MAX_WORDING_BYTES:,} bytes", path=str(path))
            try:
                text = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
            except UnicodeDecodeError as error:
                raise DataError(f"not UTF-8: {error.reason} at byte {error.start}", path=str(path)) from None
            if not text.strip():
                raise DataError("a prompt's wording is empty", path=str(path))
            return text
    raise DataError(f"no such file for a prompt's wording; looked for {', '.join(map(str, places))}", path=name)


def seed_plan(source: SyntheticSource, size: int, *, subset_seed: int = 3535, paper_subsets: bool = False) -> SeedPlan:
    """How a source's seeds are drawn from `size` gold train sentences.

    Raises SpecError where a fixed pool is larger than gold train, or train and dev cannot have seeds of their own.
    """
    pool = None if source.seed_pool == "all" else source.seed_pool
    if pool is not None and pool > size:
        raise SpecError([("seed_pool", f"{pool} sentences are asked for, gold train has {size}")])
    plan = SeedPlan(
        size=size,
        m=source.m,
        calls=source.max_calls,
        dev_calls=source.dev_calls_planned,
        seed=source.seed,
        pool=pool,
        subset_seed=subset_seed,
        paper=source.prompt.style == "paper",
        paper_subsets=paper_subsets,
    )
    for split, calls in (("train", plan.calls), ("dev", plan.dev_calls)):
        next(plan.seeds(split, 0, min(calls, 1)), None)  # type: ignore[arg-type]
    return plan


def plan_prompts(
    source: SyntheticSource,
    gold_train: Sequence[Sentence],
    schema: LabelSchema,
    *,
    language: str,
    language_name: str,
    labels: Mapping[str, str | None],
    wording: Wording,
    seeds: SeedPlan,
    split: PromptSplit = "train",
    start: int = 0,
    count: int | None = None,
) -> Iterator[PromptPlan]:
    """Calls `start` to `start + count - 1` of a source, a language and a split (all of them by default).

    Pure and deterministic: a call is the same whatever range it is asked in. Seeds come from gold train alone, those
    of train and dev calls being disjoint. `paper` makes the published scripts' messages byte for byte: the wording, a
    blank line, the examples as pandas writes them, a newline.
    """
    if count is None:
        count = (source.max_calls if split == "train" else source.dev_calls_planned) - start
    style, written = resolve(source.prompt), sample_format(source.format)
    for offset, indices in enumerate(seeds.seeds(split, start, max(count, 0))):
        call = start + offset
        examples = [gold_train[i] for i in indices]
        user = _user(wording, style, written, examples, schema, language_name, labels, source.n)
        messages: list[Message] = [{"role": "user", "content": user}]
        if wording.system is not None:
            messages.insert(0, {"role": "system", "content": wording.system})
        yield PromptPlan(
            call_index=call,
            split=split,
            messages=messages,
            seed_indices=indices,
            sampling=Sampling(
                temperature=source.sampling.temperature,
                top_p=source.sampling.top_p,
                max_tokens=source.sampling.max_tokens,
                seed=call_seed(source.seed, source.name, language, split, call),
            ),
        )


def _user(
    wording: Wording,
    style: Style,
    written: SampleFormat,
    examples: Sequence[Sentence],
    schema: LabelSchema,
    language_name: str,
    labels: Mapping[str, str | None],
    n: int,
) -> str:
    lines = [written.render(sentence, schema, ascii_escapes=style.ascii_escapes) for sentence in examples]
    places = {
        "{language}": language_name,
        "{0}": language_name,
        "{n}": str(n),
        "{1}": str(n),
        "{labels}": describe_labels(labels),
        "{format}": written.describe(schema),
        "{examples}": "\n".join(lines),
    }
    text = _fill(wording.template, places)
    if "{examples}" in wording.template:
        return text
    # pandas ends its lines with a newline, the scripts add another
    return "\n".join([text, "", *lines, "", ""])


def _fill(template: str, places: Mapping[str, str]) -> str:
    """The template with its places filled in one pass: what is filled in is not looked at again."""
    out, i = [], 0
    while i < len(template):
        place = next((p for p in places if template.startswith(p, i)), None) if template[i] == "{" else None
        out.append(places[place] if place else template[i])
        i += len(place) if place else 1
    return "".join(out)


def describe_labels(labels: Mapping[str, str | None]) -> str:
    """One line a label: its name and what it means, where that is known."""
    described = ((name, text or COMMON_TYPES.get(name)) for name, text in labels.items())
    return "\n".join(f"- {name}: {text}" if text else f"- {name}" for name, text in described)
