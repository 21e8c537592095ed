"""`spanloom export`: a dataset as a file that others read, with its card."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spanloom.errors import DataError
from spanloom_cli.options import Url, client

if TYPE_CHECKING:
    from spanloom.data.export import ExportedSample
    from spanloom.ner.schema import LabelSchema

ALL = 10_000_000


class ExportFormat(StrEnum):
    """How a dataset is written."""

    jsonl = "jsonl"
    iob2 = "iob2"
    parquet = "parquet"
    hf = "hf"
    labelstudio = "labelstudio"
    doccano = "doccano"
    prodigy = "prodigy"
    gliner = "gliner"


SUFFIXES = {
    ".jsonl": ExportFormat.jsonl,
    ".iob2": ExportFormat.iob2,
    ".conll": ExportFormat.iob2,
    ".parquet": ExportFormat.parquet,
    "": ExportFormat.hf,
}


def export(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="A dataset's id (`spanloom show RUN` lists them), or a gold file.")
    ],
    to: Annotated[Path, typer.Argument(help="File to write: .jsonl, .iob2, .parquet; without a suffix a folder.")],
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="hf is Hugging Face save_to_disk; also labelstudio, doccano, prodigy, gliner."),
    ] = None,
    card: Annotated[bool, typer.Option(help="Write the dataset card beside it.")] = True,
    url: Url = None,
) -> None:
    """Write a dataset as JSONL, IOB2, parquet, save_to_disk or for an annotation tool, with a dataset card.

    What Label Studio, doccano or Prodigy give back after correction is read as gold over the same tokens. A gold file
    is written in another format without a service.

    The card names language, seeds and their licence, model and prompt, sampling, yields and reasons of rejection.
    """
    from spanloom.contracts.spec import RunSpec
    from spanloom.data.card import card as card_of
    from spanloom.data.export import ExportedSample
    from spanloom.ner.schema import LabelSchema

    chosen = form or SUFFIXES.get(to.suffix.lower())
    if chosen is None:
        raise DataError(
            f"no format has the suffix {to.suffix!r}; give --format {', '.join(ExportFormat)}", path=str(to)
        )
    if Path(dataset).is_file():
        samples, schema = _gold_file(Path(dataset))
        _write(chosen, to, "train", samples, schema)
        return
    with client(url) as api:
        about = api.dataset(dataset)
        spec = RunSpec.stored(api.run(about["run"])["spec"])
        samples = [ExportedSample.of_row(row) for row in api.samples(dataset, limit=ALL)]
        place = ("language", "source", "split", "version")
        reasons = [
            row
            for row in api.results("rejection_reasons", run=about["run"], limit=ALL)
            if all(row[key] == about[key] for key in place)
        ]
    if not samples:
        raise DataError(f"dataset {dataset} holds no sample (state {about['state']})")
    schema = LabelSchema(tuple(about["tags"]))
    _write(chosen, to, about["split"], samples, schema)
    beside = to / "README.md" if chosen is ExportFormat.hf else to.with_name(f"{to.name}.README.md")
    if card:
        beside.write_text(card_of(about, spec, reasons), encoding="utf-8")
        typer.echo(f"wrote {beside}", err=True)


def _write(form: ExportFormat, to: Path, split: str, samples: list[ExportedSample], schema: LabelSchema) -> None:
    from spanloom.data.annotation import TOOL_WRITERS
    from spanloom.data.export import WRITERS, write_saved

    if form is ExportFormat.hf:
        write_saved(to, {split: samples}, schema)
    else:
        {**WRITERS, **TOOL_WRITERS}[form](to, samples, schema)
    typer.echo(f"wrote {len(samples):,} sentences to {to}", err=True)


def _gold_file(path: Path) -> tuple[list[ExportedSample], LabelSchema]:
    """The sentences of a gold file, over the types found in it."""
    from spanloom.data.export import ExportedSample
    from spanloom.data.readers import read_sentences
    from spanloom.ner.schema import LabelSchema

    rows = read_sentences(path)
    types = sorted({tag[2:] for row in rows for tag in row.tags if tag != "O"})
    if not types:
        raise DataError("holds no entity, so that no labels are known", path=str(path))
    schema = LabelSchema.of(types)
    return [
        ExportedSample(str(i), row.tokens, [schema.index[t] for t in row.tags]) for i, row in enumerate(rows)
    ], schema
