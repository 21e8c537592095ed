"""Specification of gold data and languages."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from spanloom.contracts.base import Frozen, LanguageCode, Name, Text

Split = Literal["train", "dev", "test"]
FileFormat = Literal["auto", "iob2", "jsonl", "hf", "labelstudio", "doccano", "prodigy", "spacy", "gliner", "brat"]
SchemeChoice = Literal["auto", "IOB1", "IOB2", "IO", "BIOES", "BILOU"]


class SplitFiles(Frozen):
    """One file for each gold split. Without `dev` a tenth of train is held out."""

    train: Text
    """File of the train split."""
    dev: Text | None = None
    """File of the dev split."""
    test: Text
    """File of the test split."""


_HELD = {"words": "tokens", "ner_tags": "tags", "labels": "tags", "ner": "tags", "entities": "spans", "label": "spans"}


class Keys(Frozen):
    """Names of a record's fields where they are not those that are known: tokens and tags, or text and spans.

    `[words, labels]` is short for `{tokens: words, tags: labels}`.
    """

    tokens: Text | None = None
    """The field that holds the tokens."""
    tags: Text | None = None
    """The field that holds the tags."""
    text: Text | None = None
    """The field that holds the text."""
    spans: Text | None = None
    """The field that holds the annotations with their offsets."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) == 2:
            return {"tokens": value[0], "tags": value[1]}
        if isinstance(value, dict):
            return {key if key in cls.model_fields else _HELD.get(key, key): name for key, name in value.items()}
        return value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.named:
            raise ValueError("names no field; give tokens and tags, or text and spans")
        return self

    @property
    def named(self) -> dict[str, str]:
        """What each field given holds, by what it is for."""
        return {key: name for key, name in self.model_dump().items() if name is not None}


class Fractions(Frozen):
    """How one small gold file is divided after its duplicates are removed; the rest is train."""

    dev: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of the sentences that becomes dev."""
    test: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Share of the sentences that becomes test."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 3535
    """Seed of the division."""

    @model_validator(mode="after")
    def _leaves_train(self) -> Self:
        if self.dev + self.test >= 1:
            raise ValueError(
                f"dev {self.dev} and test {self.test} leave nothing to train on; their sum must be below 1"
            )
        return self


class Folds(Frozen):
    """One fold of a cross-validation over one small gold file, after its duplicates are removed.

    The file is cut into `count` test sets of equal size (to a sentence); `fold` says whose turn it is, and `dev` is
    drawn from the rest. Prompts, organic arms and dev sets see the other folds alone. A run has one fold; the same
    specification with each `fold` from 0 to `count - 1` has every sentence tested once.
    """

    count: Annotated[int, Field(ge=2, le=100)] = 5
    """Folds in all."""
    fold: Annotated[int, Field(ge=0, description="0 to count - 1")] = 0
    dev: Annotated[float, Field(gt=0, lt=1, description="share of the training folds")] = 0.1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 3535
    """Seed of the division."""

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.fold >= self.count:
            raise ValueError(f"fold {self.fold} of {self.count} does not exist; folds are 0 to {self.count - 1}")
        return self


class GoldSpec(Frozen):
    """Where the gold sentences of a language come from: exactly one of name, path, files, file, demo.

    `name` is a data set known to Spanloom (`universal_ner/da_ddt`), looked for in SPANLOOM_DATA before the hub;
    `path` a folder with one file a split; `files` the three files; `file` one file, split by `fractions` or
    `folds`; `demo` the built-in corpus.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+/[A-Za-z0-9_\-]+$")] | None = None
    """A data set that Spanloom knows, such as `universal_ner/da_ddt`; looked for in `SPANLOOM_DATA`, then on the
    hub."""
    path: Text | None = None
    """A folder with one file a split."""
    files: SplitFiles | None = None
    """One file for each split."""
    file: Text | None = None
    """One file, divided by `fractions` or `folds`."""
    demo: Literal["da", "sv"] | None = None
    """The built-in, made-up corpus."""
    fractions: Fractions | None = None
    """How `file` is divided at random."""
    folds: Folds | None = None
    """How `file` is divided for cross-validation."""
    format: FileFormat = "auto"
    """What the files hold; `auto` tells by name and content."""
    columns: Annotated[
        tuple[int, int] | None, Field(description="0-based (token, tag) columns; negative ones count from the end")
    ] = None
    column: Annotated[
        Text | None,
        Field(description="the tags' column by header, CoNLL-U name or number; `MISC:NER` is a key inside it"),
    ] = None
    keys: Annotated[Keys | None, Field(description="fields of JSON records and tables with other names")] = None
    scheme: Annotated[SchemeChoice, Field(description="the data's tagging scheme; found where it is auto")] = "auto"
    tags: Annotated[
        tuple[Text, ...] | None,
        Field(description="tag names by id, for files that hold integers"),
    ] = None
    mapping: Annotated[
        dict[Text, Name | None],
        Field(description="the data's entity type -> the run's, or null to read it as O"),
    ] = {}
    limit: Annotated[int, Field(ge=1, description="at most so many sentences a split")] | None = None
    tokens: Annotated[
        Literal["as_given", "words"],
        Field(description="tokens as the data has them, or each cut by the one rule: words, punctuation, elisions"),
    ] = "as_given"
    revision: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/\-]{0,199}$", description="commit or branch on the Hugging Face hub"),
    ] = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [k for k in ("name", "path", "files", "file", "demo") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of name, path, files, file, demo; got {', '.join(given) or 'none of them'}"
            )
        if self.fractions is not None and self.file is None:
            raise ValueError("fractions divide a single file; give `file` with them")
        if self.folds is not None and self.file is None:
            raise ValueError("folds divide a single file; give `file` with them")
        if self.folds is not None and self.fractions is not None:
            raise ValueError("give fractions or folds, not both: each divides the whole file")
        if self.columns is not None and self.column is not None:
            raise ValueError("give columns or column, not both: each says where the tags stand")
        if self.revision is not None and self.name is None:
            raise ValueError("revision is a commit on the Hugging Face hub; give `name` with it")
        return self


class RelatedSpec(Frozen):
    """The related language whose gold data a model sees first in `fine_tuning` (the paper's Table 2)."""

    code: LanguageCode
    """Its code."""
    gold: GoldSpec
    """Where its gold sentences come from."""
    cap: Annotated[int, Field(ge=1, le=1_000_000, description="at most so many sentences; the paper: 8000")] = 8000
    distance: Annotated[float | None, Field(ge=0, description="from the target, as `spanloom distance` has it")] = None


class LanguageSpec(Frozen):
    """A target language. What is not given is looked up in the registry of languages by `code`."""

    code: LanguageCode
    """ISO 639 code, with a suffix where needed (`zh-Hant`)."""
    gold: GoldSpec
    """Where its gold sentences come from."""
    related: RelatedSpec | None = None
    """The language whose gold data a model sees first in `fine_tuning`; null where only `from_scratch` is asked
    for."""
    name: Text | None = None
    """Its name in English, for prompts and tables."""
    family: Text | None = None
    """Its language family, for tables."""
    script: Annotated[str, Field(pattern=r"^[A-Z][a-z]{3}$", description="ISO 15924, e.g. Latn")] | None = None
    in_xlmr: bool | None = None
    """Whether XLM-R's pre-training data hold it."""
    labels: Annotated[
        tuple[Name, ...] | None,
        Field(
            min_length=1, description="the first so many of the run's labels, where the language's data have no more"
        ),
    ] = None
