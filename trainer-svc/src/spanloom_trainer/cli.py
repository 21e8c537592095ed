"""`spanloom tag`: text in, tagged words out. torch is loaded when it runs, not before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from spanloom.errors import SpanloomError
from spanloom_trainer.models.words import words_of

CHUNK = 256


def tag(
    model: Annotated[str, typer.Argument(help="Folder of an exported model, or its name on the Hugging Face hub.")],
    words: Annotated[bool, typer.Option("--words", help="Lines hold words already, with spaces between.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: tokens, tags, entities.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
) -> None:
    """Tag text from standard input, one sentence a line; prints IOB2 (word, tab, tag; a blank line between sentences).

    Exit codes: 0 done, 1 the model cannot be used.
    """
    from spanloom_trainer.models.tagger import Tagger, described

    try:
        tagger = Tagger(model, device=device)
    except SpanloomError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    schema = tagger.schema
    for sentences in _chunks(words):
        for tokens, tags in zip(sentences, tagger.tag(sentences), strict=True):
            if as_json:
                typer.echo(json.dumps(described(schema, tokens, tags), ensure_ascii=False))
            else:
                typer.echo(
                    "".join(f"{token}\t{name}\n" for token, name in zip(tokens, schema.names(tags), strict=True))
                )


def _chunks(words: bool) -> Iterator[list[list[str]]]:
    """Sentences from standard input; blank lines are passed over. A terminal's lines are answered one by one."""
    lines = (line for line in sys.stdin if line.strip())
    for chunk in _batched(lines, 1 if sys.stdin.isatty() else CHUNK):
        yield [line.split() if words else words_of(line) for line in chunk]


def _batched(lines: Iterator[str], n: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == n:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
