"""The run specification: one YAML or JSON document says what a run does. Defaults are the paper's."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import Field, ValidationError, field_serializer, field_validator, model_validator

from spanloom.contracts.base import Frozen, Name, Text
from spanloom.contracts.document import check_plain, read_document
from spanloom.contracts.gold import GoldSpec, LanguageSpec
from spanloom.contracts.labelling import AnnotateSource, LabellingSource, TaggerSource
from spanloom.contracts.problems import problems_of
from spanloom.contracts.sources import DatasetSource, MixSource, Source, SyntheticSource, TestSource
from spanloom.contracts.training import EvaluationSpec, TrainingSpec
from spanloom.contracts.translation import TranslatedSource
from spanloom.errors import SchemaError, SpecError
from spanloom.ner.schema import LabelSchema

MAX_LABELS = 100


class RunSpec(Frozen):
    """One run. `labels` maps each entity type to its description, in tag order.

    A list of names, or of mappings of one name each, will do; as JSON it is always the latter, because the order gives
    tags their ids and neither JSON nor PostgreSQL's jsonb keeps that of a mapping.
    """

    version: Literal[1] = 1
    """Version of this format."""
    name: Name
    """A name for people; runs are told apart by their id."""
    labels: Annotated[dict[str, Text | None], Field(min_length=1, max_length=MAX_LABELS)] = {
        "PER": None,
        "ORG": None,
        "LOC": None,
    }
    """Entity types with their descriptions, in tag order."""
    languages: Annotated[tuple[LanguageSpec, ...], Field(min_length=1, max_length=100)]
    """The target languages."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=50)]
    """Where training data come from."""
    training: TrainingSpec = TrainingSpec()
    """The grid of arms."""
    evaluation: EvaluationSpec = EvaluationSpec()
    """How models are scored: intervals and tests."""

    @field_validator("labels", mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, list):
            if len(value) > MAX_LABELS:
                raise ValueError(f"lists {len(value):,} entity types; at most {MAX_LABELS}")
            pairs = [
                next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, None)
                for item in value
            ]
            names = [str(name) for name, _ in pairs]
            twice = sorted(name for name, count in Counter(names).items() if count > 1)
            if twice:
                raise ValueError(f"lists {', '.join(twice)} twice; name each entity type once")
            return {name: what for name, (_, what) in zip(names, pairs, strict=True)}
        return value

    @field_serializer("labels", when_used="json")
    def _in_order(self, value: dict[str, str | None]) -> list[dict[str, str | None]]:
        return [{name: what} for name, what in value.items()]

    @field_validator("labels")
    @classmethod
    def _is_schema(cls, value: dict[str, str | None]) -> dict[str, str | None]:
        for name in value:
            if name[:2] in ("B-", "I-"):
                raise ValueError(f"{name!r} is a tag; give entity types, here {name[2:]!r}, and the tags follow")
        try:
            LabelSchema.of(value)
        except SchemaError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("languages")
    @classmethod
    def _languages_once(cls, value: tuple[LanguageSpec, ...]) -> tuple[LanguageSpec, ...]:
        codes = [language.code for language in value]
        if len(set(codes)) != len(codes):
            raise ValueError(f"a language is listed twice: {', '.join(codes)}")
        return value

    @field_validator("sources")
    @classmethod
    def _sources_once(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [source.name for source in value]
        if len(set(names)) != len(names):
            raise ValueError(f"a source name is used twice: {', '.join(names)}")
        if "gold" in names or "related" in names:
            raise ValueError("'gold' and 'related' name the gold data itself; call the source something else")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "fine_tuning" in self.training.settings:
            for i, language in enumerate(self.languages):
                if language.related is None:
                    raise ValueError(
                        f"languages.{i}.related: setting fine_tuning needs the related language of {language.code!r}; "
                        "give it, or leave fine_tuning out of training.settings"
                    )
        gold: dict[str, GoldSpec] = {}
        for language in self.languages:
            pairs = [(language.code, language.gold)]
            if language.related is not None:
                pairs.append((language.related.code, language.related.gold))
            for code, where in pairs:
                if gold.setdefault(code, where) != where:
                    raise ValueError(f"languages: {code!r} is given two different gold data sets; one run has one each")
        self._check_labels()
        for i, source in enumerate(self.sources):
            self._check_languages(i, source)
            if isinstance(source, SyntheticSource | LabellingSource) and source.engine.kind == "replay":
                missing = [x.code for x in self.languages_of(source) if x.code not in source.engine.files]
                if missing:
                    raise ValueError(f"sources.{i}.engine.files: no file for language {', '.join(missing)}")
            self._check_transfer(i, source)
        return self

    def _check_transfer(self, i: int, source: Source) -> None:
        if isinstance(source, DatasetSource):
            missing = [x.code for x in self.languages_of(source) if x.code not in source.files]
            if missing:
                raise ValueError(f"sources.{i}.files: no file for language {', '.join(missing)}")
        if isinstance(source, TaggerSource):
            unknown = [name for name in source.ask if name not in self.labels]
            if unknown:
                raise ValueError(
                    f"sources.{i}.ask: {', '.join(unknown)} is no label of the run; there are: {', '.join(self.labels)}"
                )
        if isinstance(source, AnnotateSource):
            missing = [x.code for x in self.languages_of(source) if x.code not in source.text]
            if missing:
                raise ValueError(f"sources.{i}.text: no file for language {', '.join(missing)}")
        if isinstance(source, TranslatedSource) or (isinstance(source, MixSource) and "related" in source.of):
            for j, language in enumerate(self.languages):
                if language.related is None and source.is_for(language.code):
                    raise ValueError(
                        f"languages.{j}.related: source {source.name!r} is made from the related language of "
                        f"{language.code!r}; give it"
                    )
        if isinstance(source, TranslatedSource) and source.translator.kind == "replay":
            missing = [x.code for x in self.languages_of(source) if x.code not in source.translator.files]
            if missing:
                raise ValueError(f"sources.{i}.translator.files: no file for language {', '.join(missing)}")
        if isinstance(source, MixSource):
            known = {x.name for x in self.sources if not isinstance(x, MixSource | TestSource)} | {"related"}
            for name in source.of:
                if name not in known:
                    raise ValueError(
                        f"sources.{i}.of: {name!r} is no source to mix; there are: {', '.join(sorted(known))}"
                    )
                part = next((other for other in self.sources if other.name == name), None)
                lacking = [x.code for x in self.languages_of(source) if part is not None and not part.is_for(x.code)]
                if lacking:
                    raise ValueError(
                        f"sources.{i}.of: {name!r} is not for {', '.join(lacking)}; give the mix `languages` as well"
                    )

    def _check_languages(self, i: int, source: Source) -> None:
        targets = [language.code for language in self.languages]
        unknown = [code for code in source.languages or () if code not in targets]
        if unknown:
            raise ValueError(
                f"sources.{i}.languages: {', '.join(unknown)} is no target language of the run; "
                f"there are: {', '.join(targets)}"
            )
        if len(set(source.languages or ())) != len(source.languages or ()):
            raise ValueError(f"sources.{i}.languages: lists a language twice; give it once")

    def languages_of(self, source: Source) -> list[LanguageSpec]:
        """The target languages that a source is for."""
        return [language for language in self.languages if source.is_for(language.code)]

    def sources_of(self, code: str) -> list[Source]:
        """The sources that are for a target language."""
        return [source for source in self.sources if source.is_for(code)]

    @property
    def uses_related(self) -> bool:
        """Whether the related languages' gold data are needed: models begin on them, or sources are made from them."""
        return "fine_tuning" in self.training.settings or any(
            isinstance(source, TranslatedSource) or (isinstance(source, MixSource) and "related" in source.of)
            for source in self.sources
        )

    @property
    def schema_(self) -> LabelSchema:
        """The run's label schema."""
        return LabelSchema.of(self.labels)

    def schema_for(self, code: str) -> LabelSchema:
        """The label schema of a language: the run's, or its first labels where the language has no more.

        A related language that is no target has its target's, the longest where it has several. Tag ids mean the same
        in all of them.
        """
        for language in self.languages:
            if language.code == code:
                return LabelSchema.of(language.labels or self.labels)
        targets = [x for x in self.languages if x.related is not None and x.related.code == code]
        return max((LabelSchema.of(x.labels or self.labels) for x in targets), key=len, default=self.schema_)

    def _check_labels(self) -> None:
        names = tuple(self.labels)
        for i, language in enumerate(self.languages):
            if language.labels is not None and language.labels != names[: len(language.labels)]:
                raise ValueError(
                    f"languages.{i}.labels: {', '.join(language.labels)} are not the first of the run's labels "
                    f"({', '.join(names)}); tag ids must mean the same in every language"
                )

    def gold_of(self) -> dict[str, GoldSpec]:
        """Gold data by language code, targets and related languages, each once, in order."""
        out: dict[str, GoldSpec] = {}
        for language in self.languages:
            out.setdefault(language.code, language.gold)
        for language in self.languages:
            if language.related is not None and self.uses_related:
                out.setdefault(language.related.code, language.related.gold)
        return out


def spec_hash(spec: RunSpec) -> str:
    """SHA-256 of the specification's canonical JSON, hex."""
    return hashlib.sha256(orjson.dumps(spec.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()


def parse_spec(text: str, complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> RunSpec:
    """Read a specification from YAML or JSON text.

    `complete` fills in what is known elsewhere before the check (`spanloom.data.languages.complete_spec`).
    Raises SpecError with the path of each mistake and what is allowed there.
    """
    data = read_document(text)
    if complete is not None and isinstance(data, dict):
        data = complete(data)
    return without_unused_dev(check_spec(data))


def check_spec(data: object) -> RunSpec:
    """Check parsed YAML/JSON data. Raises SpecError with every mistake found."""
    if not isinstance(data, dict):
        raise SpecError(
            [("", f"a specification is a mapping with name, languages, sources; got {type(data).__name__}")]
        )
    check_plain(data)
    try:
        spec = RunSpec.model_validate(data)
    except ValidationError as error:
        raise SpecError(problems_of(error, RunSpec, data)) from None
    problems = unreadable_labels(spec)
    if problems:
        raise SpecError(problems)
    return spec


def without_unused_dev(spec: RunSpec) -> RunSpec:
    """The specification without calls for synthetic dev sets that no arm uses: all that `dev: own` does not ask for."""
    synthetic = [source for source in spec.sources if isinstance(source, SyntheticSource)]
    if spec.training.dev == "own" and all(source.dev_calls_planned for source in synthetic):
        return spec
    none = {source.name: source.model_copy(update={"dev_calls": 0}) for source in synthetic if source.dev_calls_planned}
    return spec.model_copy(update={"sources": tuple(none.get(source.name, source) for source in spec.sources)})


def unreadable_labels(spec: RunSpec) -> list[tuple[str, str]]:
    """Labels that no one could read back from a completion: where, and what is wrong. Stored specifications may have
    them, so that a new one's are looked at apart."""
    given = [("labels", spec.labels), *((f"languages.{i}.labels", x.labels) for i, x in enumerate(spec.languages))]
    asked = [x for x in spec.sources if isinstance(x, SyntheticSource | LabellingSource)]
    inline = [x.name for x in asked if x.format == "inline"]
    problems = []
    for where, labels in given:
        for name in labels or ():
            unseen = next((char for char in name if not char.isprintable()), None)
            if unseen is not None:
                what = f"{name!r} holds the invisible character U+{ord(unseen):04X}; leave it out"
                problems.append((where, what))
            elif inline and any(char in "[]\\" for char in name):
                what = f"{name!r} holds a bracket or a backslash, by which the format inline (source {inline[0]!r}) "
                problems.append((where, what + "marks entities; rename the label, or choose another format"))
    return problems
