"""`spanloom export`: a dataset as a file that others read, with its card."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from spanloom.errors import DataError
from spanloom_cli.options import Url, client

ALL = 10_000_000


class ExportFormat(StrEnum):
    """How a dataset is written."""

    jsonl = "jsonl"
    iob2 = "iob2"
    parquet = "parquet"
    hf = "hf"


SUFFIXES = {
    ".jsonl": ExportFormat.jsonl,
    ".iob2": ExportFormat.iob2,
    ".conll": ExportFormat.iob2,
    ".parquet": ExportFormat.parquet,
    "": ExportFormat.hf,
}


def export(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id; `spanloom show RUN` lists them.")],
    to: Annotated[Path, typer.Argument(help="File to write: .jsonl, .iob2, .parquet; without a suffix a folder.")],
    form: Annotated[ExportFormat | None, typer.Option("--format", help="hf is Hugging Face save_to_disk.")] = None,
    card: Annotated[bool, typer.Option(help="Write the dataset card beside it.")] = True,
    url: Url = None,
) -> None:
    """Write a dataset as JSONL, IOB2, parquet or Hugging Face save_to_disk, with a dataset card.

    The card names language, seeds and their licence, model and prompt, sampling, yields and reasons of rejection.
    """
    from spanloom.contracts.spec import RunSpec
    from spanloom.data.card import card as card_of
    from spanloom.data.export import WRITERS, ExportedSample, write_saved
    from spanloom.ner.schema import LabelSchema

    chosen = form or SUFFIXES.get(to.suffix.lower())
    if chosen is None:
        raise DataError(
            f"no format has the suffix {to.suffix!r}; give --format jsonl, iob2, parquet or hf", path=str(to)
        )
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
    if chosen is ExportFormat.hf:
        write_saved(to, {about["split"]: samples}, schema)
        beside = to / "README.md"
    else:
        WRITERS[chosen](to, samples, schema)
        beside = to.with_name(f"{to.name}.README.md")
    typer.echo(f"wrote {len(samples):,} sentences to {to}", err=True)
    if card:
        beside.write_text(card_of(about, spec, reasons), encoding="utf-8")
        typer.echo(f"wrote {beside}", err=True)
