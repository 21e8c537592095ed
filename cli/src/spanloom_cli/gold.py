"""`spanloom gold`: what annotated data hold and how they are read, before anything is run with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spanloom.errors import DataError, SpecError
from spanloom_cli.options import Json, print_json, show

if TYPE_CHECKING:
    from spanloom.contracts.gold import GoldSpec
    from spanloom.contracts.spec import RunSpec
    from spanloom.data.formats.raw import RawSentence
    from spanloom.data.gold import Splits
    from spanloom.data.summary import GoldSummary

Columns = Annotated[
    str | None, typer.Option(help="0-based columns of token and tag, such as 0,3; negative ones count from the end.")
]
Column = Annotated[
    str | None, typer.Option(help="The tags' column by its header, CoNLL-U name or number; MISC:NER is a key in it.")
]
Keys = Annotated[
    str | None,
    typer.Option(help="Fields of JSON records or tables: WORDS,LABELS, or tokens=WORDS,tags=LABELS (text=, spans=)."),
]
Tags = Annotated[str | None, typer.Option(help="Tag names by id, for integers: O,B-PER,I-PER.")]
Form = Annotated[
    str, typer.Option("--format", help="auto, iob2, jsonl, hf, labelstudio, doccano, prodigy, spacy, gliner, brat.")
]


def gold(
    place: Annotated[
        str, typer.Argument(metavar="FILE|FOLDER|NAME", help="Or a known name such as universal_ner/da_ddt.")
    ],
    columns: Columns = None,
    column: Column = None,
    keys: Keys = None,
    tags: Tags = None,
    form: Form = "auto",
    scheme: Annotated[str, typer.Option(help="auto, IOB1, IOB2, IO, BIOES or BILOU.")] = "auto",
    tokens: Annotated[str, typer.Option(help="as_given, or words: cut by one rule.")] = "as_given",
    mapping: Annotated[
        str | None, typer.Option(help="The data's types as others: DAY=DATE,EVENT= (nothing: read as O).")
    ] = None,
    labels: Annotated[str | None, typer.Option(help="Only these types; others are counted as dropped.")] = None,
    as_json: Json = False,
) -> None:
    """Show what gold data hold: sentences, entities, scheme, columns, what was converted and what left out.

    Reads columns of any width, CoNLL-U, CSV, JSON and JSONL, parquet, Label Studio, doccano, Prodigy, spaCy, GLiNER and
    brat. The options are the fields of `gold:` in a specification.
    """
    options = {
        "columns": pair_of(columns),
        "column": column,
        "keys": keys_of(keys),
        "tags": items_of(tags),
        "format": form,
        "scheme": scheme,
        "tokens": tokens,
        "mapping": mapping_of(mapping),
    }
    spec = spec_of(place, {name: value for name, value in options.items() if value is not None})
    summaries = summaries_of(spec, items_of(labels))
    whole = summaries.pop("whole")
    if as_json:
        splits = {"splits": {split: each.as_dict() for split, each in summaries.items()}} if summaries else {}
        print_json({"gold": place, **whole.as_dict(), **splits})
        return
    print_summary(place, whole, summaries)


def spec_of(place: str, options: Mapping[str, Any]) -> GoldSpec:
    """The specification of a file, a folder, `demo/da` or a known name, with options. Raises SpecError."""
    from pydantic import ValidationError

    from spanloom.contracts.gold import GoldSpec
    from spanloom.contracts.problems import problems_of
    from spanloom.data.formats.brat import is_brat

    path = Path(place).expanduser()
    family, _, config = place.partition("/")
    if path.is_dir() and not is_brat(path):
        where: dict[str, Any] = {"path": place}
    elif path.exists():
        where = {"file": place}
    elif family == "demo" and config:
        where = {"demo": config}
    elif family in _families() and config:
        where = {"name": place}
    else:
        where = {"file": place}
    try:
        return GoldSpec.model_validate({**where, **options})
    except ValidationError as error:
        raise SpecError(problems_of(error, GoldSpec, {**where, **options})) from None


def reach() -> tuple[Path, ...]:
    """The folders that a person's own command reads: here, SPANLOOM_DATA's, and any by its whole path."""
    from spanloom.data.roots import own_roots
    from spanloom.settings import load_settings

    return own_roots(load_settings().data)


def _families() -> Sequence[str]:
    from spanloom.data.named import COLLECTIONS

    return tuple(COLLECTIONS)


def summaries_of(spec: GoldSpec, labels: Sequence[str] | None) -> dict[str, GoldSummary]:
    """`whole`, and each split of a folder or named set, in the data's own types (after mapping). Raises DataError."""
    from spanloom.data.gold import annotated_parts
    from spanloom.data.summary import summarise

    splits = annotated_parts(spec, reach(), hub=True)
    out: dict[str, GoldSummary] = {}
    every: list[RawSentence] = []
    everything: Counter[str] = Counter()
    for split, rows in splits.rows.items():
        kept, dropped = _relabelled(rows, spec.mapping, labels)
        every += kept
        everything += dropped
        parts = [splits.parts[split]] if split in splits.parts else []
        out[str(split)] = summarise(kept, parts or list(splits.parts.values()), dropped=dropped)
    out["whole"] = summarise(every, list(splits.parts.values()), dropped=everything, notes=splits.notes)
    if len(out) == 2:
        return {"whole": out["whole"]}
    return out


def _relabelled(
    rows: Sequence[RawSentence], mapping: Mapping[str, str | None], labels: Sequence[str] | None
) -> tuple[list[RawSentence], Counter[str]]:
    """Sentences with types mapped, those outside `labels` as O, and how many entities of each were dropped."""
    from spanloom.ner.schemes import begun

    if not mapping and labels is None:
        return list(rows), Counter()
    dropped: Counter[str] = Counter()
    out = []
    for row in rows:
        tags = []
        for tag in begun(row.tags) if mapping else row.tags:
            name = mapping.get(tag[2:], tag[2:])
            lost = tag != "O" and (name is None or (labels is not None and name not in labels))
            dropped[tag[2:]] += lost and tag[0] == "B"
            tags.append("O" if tag == "O" or lost else f"{tag[:2]}{name}")
        out.append(replace(row, tags=tuple(tags)))
    return out, +dropped


def print_summary(name: str, whole: GoldSummary, splits: Mapping[str, GoldSummary]) -> None:
    """The block for people."""
    from spanloom.data.summary import marked

    typer.secho(name, bold=True)
    rows = [_row(split, each) for split, each in splits.items()]
    rows += [_row("all", whole)]
    show(rows, "table")
    columns = f"{whole.columns[0]}, {whole.columns[1]}" if whole.columns else "none"
    facts = {"format": whole.format, "scheme": whole.scheme, "columns": f"{columns} (token, tag)"}
    if whole.dropped:
        facts["dropped"] = ", ".join(f"{kind} {n:,}" for kind, n in whole.dropped.items())
    width = max(map(len, facts))
    for key, value in facts.items():
        typer.echo(f"{key:<{width}}  {value}")
    shown = marked(whole.first["tokens"], whole.first["ner_tags"])
    typer.echo(f"{'first':<{width}}  {shown if len(shown) < 300 else shown[:299] + '…'}")
    for note in whole.notes:
        typer.secho(f"- {note}", fg="yellow")
    for lost in whole.lost:
        typer.secho(f"  {lost.type} {lost.text!r} (record or line {lost.line}): {lost.why}", dim=True)


def _row(split: str, each: GoldSummary) -> dict[str, Any]:
    return {
        "split": split,
        "sentences": each.sentences,
        "tokens": each.tokens,
        **each.entities,
        "orphans": each.orphans,
    }


def plan_blocks(spec: RunSpec) -> Iterator[tuple[str, GoldSummary | None, dict[str, GoldSummary], str]]:
    """(language, whole, by split, where or why not) of every gold set of a run, those of related languages too.

    A set that is not on this machine has no counts: the service looks under its own roots, or asks the hub. Raises
    SpecError for one that is here and cannot be read.
    """
    from spanloom.data.gold import annotated_splits, over_schema
    from spanloom.data.places import is_local

    roots = reach()
    for code, where in spec.gold_of().items():
        missing = is_local(where, roots)
        if missing is not None:
            yield code, None, {}, missing
            continue
        try:
            splits = annotated_splits(where, roots, hub=False)
            data = over_schema(splits, where, spec.schema_for(code), code)
        except DataError as error:
            raise SpecError([(f"languages ({code}).gold", str(error))]) from error
        by_split, whole = _of_data(splits, data)
        yield code, whole, by_split, splits.origin


def _of_data(splits: Splits, data: Any) -> tuple[dict[str, GoldSummary], GoldSummary]:
    from spanloom.data.formats.raw import RawSentence
    from spanloom.data.summary import summarise

    by_split: dict[str, GoldSummary] = {}
    every: list[RawSentence] = []
    everything: Counter[str] = Counter()
    for split, sentences in data.splits.items():
        rows = [RawSentence(s.tokens, tuple(data.schema.names(s.tags)), 0) for s in sentences]
        dropped = Counter(data.counts[split].dropped)
        parts = [splits.parts[split]] if split in splits.parts else []
        by_split[str(split)] = summarise(rows, parts, dropped=dropped)
        every += rows
        everything += dropped
    return by_split, summarise(every, list(splits.parts.values()), dropped=everything, notes=data.notes)


def items_of(text: str | None) -> list[str] | None:
    """`O,B-PER` or `[O, B-PER]` as a list."""
    if text is None:
        return None
    return [item.strip().strip("\"'") for item in text.strip().strip("[]()").split(",") if item.strip()]


def pair_of(text: str | None) -> list[int] | None:
    """`0,3`, `[0, 3]` or `0 3` as two numbers. Raises BadParameter."""
    if text is None:
        return None
    parts = text.strip().strip("[]()").replace(",", " ").split()
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 2:
        raise typer.BadParameter(f"{text!r}: give two 0-based columns, token and tag, such as 0,3")
    return numbers


def keys_of(text: str | None) -> Any:
    """`words,labels`, `tokens=words,tags=labels` or the same with colons and braces."""
    if text is None:
        return None
    items = [item.strip() for item in text.strip().strip("{}[]()").split(",") if item.strip()]
    if all("=" in item or ":" in item for item in items):
        pairs = (item.replace(":", "=", 1).partition("=") for item in items)
        return {key.strip(): name.strip() for key, _, name in pairs}
    if len(items) != 2:
        raise typer.BadParameter(f"{text!r}: give WORDS,LABELS, or tokens=WORDS,tags=LABELS")
    return items


def mapping_of(text: str | None) -> dict[str, str | None] | None:
    """`DAY=DATE,EVENT=` as a mapping; nothing, `null` or `O` reads the type as O. Raises BadParameter."""
    if text is None:
        return None
    out: dict[str, str | None] = {}
    for item in text.strip().strip("{}").split(","):
        key, equals, name = item.replace(":", "=", 1).partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(f"{item!r}: write TYPE=OTHER, or TYPE= to read it as O")
        out[key.strip()] = name.strip() if name.strip() not in ("", "null", "None", "O") else None
    return out
