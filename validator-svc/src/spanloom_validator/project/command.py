"""`spanloom project`: gold spans carried over to translations, on files."""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Annotated, cast

import typer
from rich.console import Console

from spanloom.contracts.projection import WHY_LOST, Aligner, Lost, Projection
from spanloom.data.lines import read_lines
from spanloom.data.readers import RawSentence, read_sentences
from spanloom.data.whole import replace_file
from spanloom.errors import DataError, EnvironmentMissing, SchemaError, SpecError
from spanloom.ner.links import Links, check_links, parse_links
from spanloom.ner.schema import LabelSchema
from spanloom.ner.spans import Span, spans_of, tags_of
from spanloom.projection.align import project_links

GROUP = "spanloom.aligners"


def project(
    gold: Annotated[Path, typer.Option(help="Annotated sentences: CoNLL/IOB2 columns or JSONL, gzip or not.")],
    translation: Annotated[
        Path,
        typer.Option(help="Their translations, one a line, tokens joined by a space (empty line: none); gzip or not."),
    ],
    links: Annotated[
        Path | None, typer.Option(help="Word alignments, one line of `i-j` pairs a sentence (TALP). gzip or not.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="A multilingual encoder that finds the links: a transformers folder or name.")
    ] = None,
    layer: Annotated[
        list[int] | None, typer.Option(help="Layer to compare words on, from 1. Repeatable; the middle two by default.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Entity types in the order of integer tags, such as PER,ORG,LOC (for JSONL).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write every translated sentence there as IOB2, with the spans carried over.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Carry entity spans over to translations, by word alignments given or found; what is lost is told with reasons."""
    if (links is None) == (encoder is None):
        raise SpecError([("--links, --encoder", "give exactly one: a file of word alignments, or an encoder")])
    if layer and encoder is None:
        raise SpecError([("--layer", "chooses a layer of --encoder; --links come with their own")])
    names = LabelSchema.of(labels.split(",")).tags if labels else None
    sentences = read_sentences(gold, names=names)
    translations = _translations(translation, len(sentences))
    found = (
        _links_of_file(links, sentences, translations)
        if links is not None
        else _links_of_encoder(cast(str, encoder), layer, sentences, translations)
    )
    schema = LabelSchema.of(sorted({tag[2:] for s in sentences for tag in s.tags if tag != "O"}) or ["ENTITY"])
    spans = [spans_of([schema.index[tag] for tag in sentence.tags]) for sentence in sentences]
    projections = [
        _project(sentence, own, pair, translated)
        for sentence, own, pair, translated in zip(sentences, spans, found, translations, strict=True)
    ]
    if out is not None:
        _write(out, projections, schema)
    _report(sum(map(len, spans)), projections, as_json)


def _project(sentence: RawSentence, spans: Sequence[Span], links: Links, translated: Sequence[str]) -> Projection:
    if not translated:
        return Projection((), (), tuple((k, Lost.NO_TRANSLATION) for k in range(len(spans))))
    return project_links(spans, links, len(sentence.tokens), translated)


def _translations(path: Path, expected: int) -> list[list[str]]:
    lines = [[token for token in line.split(" ") if token.strip()] for _, line in read_lines(path)]
    _same_number(path, len(lines), expected, "an empty line where there is no translation")
    return lines


def _same_number(path: Path, lines: int, expected: int, hint: str) -> None:
    if lines != expected:
        raise DataError(f"{lines:,} lines for {expected:,} sentences; expected one a sentence, {hint}", path=str(path))


def _links_of_file(
    path: Path, sentences: Sequence[RawSentence], translations: Sequence[Sequence[str]]
) -> Iterator[Links]:
    rows = list(read_lines(path))
    _same_number(path, len(rows), len(sentences), "an empty line where there are no links")
    for (number, line), sentence, translated in zip(rows, sentences, translations, strict=True):
        try:
            links = parse_links(line)
            check_links(links, len(sentence.tokens), len(translated))
        except SchemaError as error:
            raise DataError(str(error), path=str(path), line=number) from None
        yield links


def _links_of_encoder(
    encoder: str,
    layers: Sequence[int] | None,
    sentences: Sequence[RawSentence],
    translations: Sequence[Sequence[str]],
) -> Iterator[Links]:
    """The links where there is something to carry over; sentences without entities are left alone."""
    aligner = load_aligner(encoder, layers)
    wanted = [i for i, s in enumerate(sentences) if translations[i] and any(tag != "O" for tag in s.tags)]
    found = dict(zip(wanted, aligner.align((sentences[i].tokens, translations[i]) for i in wanted), strict=True))
    for i in range(len(sentences)):
        yield found.get(i, Links())


def load_aligner(encoder: str, layers: Sequence[int] | None) -> Aligner:
    """The aligner that an installed member offers. Raises EnvironmentMissing where none is installed."""
    point = next(iter(importlib.metadata.entry_points(group=GROUP, name="encoder")), None)
    if point is None:
        raise EnvironmentMissing("no aligner is installed; `pip install 'spanloom-generator[links]'`, or give --links")
    try:
        make = point.load()
    except ImportError as error:
        raise EnvironmentMissing(
            f"the aligner needs {error.name or 'a part'}, which is not installed; `pip install "
            "'spanloom-generator[links]'`, or give --links"
        ) from error
    return cast(Aligner, make(encoder, layers))


def _write(path: Path, projections: Sequence[Projection], schema: LabelSchema) -> None:
    """IOB2 of each translated sentence; put in place when it is whole."""
    try:
        with replace_file(path) as part, _text_of(part, compressed=path.suffix == ".gz") as f:
            for projection in projections:
                if projection.tokens:
                    tags = schema.names(tags_of(projection.spans, len(projection.tokens)))
                    f.writelines(f"{token}\t{tag}\n" for token, tag in zip(projection.tokens, tags, strict=True))
                    f.write("\n")
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", path=str(path)) from None


def _text_of(part: Path, *, compressed: bool) -> IO[str]:
    return cast(IO[str], gzip.open(part, "wt", encoding="utf-8")) if compressed else part.open("w", encoding="utf-8")


def _report(spans: int, projections: Sequence[Projection], as_json: bool) -> None:
    reasons = Counter(reason for projection in projections for _, reason in projection.lost)
    result = {
        "sentences": len(projections),
        "spans": spans,
        "projected": sum(len(projection.spans) for projection in projections),
        "reasons": {reason.value: reasons[reason] for reason in Lost if reasons[reason]},
    }
    if as_json:
        typer.echo(json.dumps(result))
        return
    console = Console(file=sys.stdout, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{result['sentences']:,} sentences, {spans:,} spans, {result['projected']:,} projected")
    for reason in Lost:
        if reasons[reason]:
            console.print(f"{reasons[reason]:,} {reason.value}: {WHY_LOST[reason]}")
