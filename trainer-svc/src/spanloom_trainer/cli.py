"""`spanloom tag`: text in, tagged words out. torch is loaded when it runs, not before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from spanloom.errors import SpanloomError
from spanloom_cli.options import Url
from spanloom_trainer.models.words import words_of

CHUNK = 256


def tag(
    model: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="A job's id or the beginning of one, `best RUN LANGUAGE`, the folder of an exported model, or a name "
            "on the Hugging Face hub.",
        ),
    ],
    words: Annotated[bool, typer.Option("--words", help="Lines hold words already, with spaces between.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: tokens, tags, entities.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    url: Url = None,
) -> None:
    """Tag text from standard input, one sentence a line; prints IOB2 (word, tab, tag; a blank line between sentences).

    `best RUN LANGUAGE` is the run's model of that language with the highest dev F1. Models of runs that lie elsewhere
    tag where they are. Exit codes: 0 done, 1 the model cannot be used.
    """
    from spanloom_trainer.models.chosen import chosen

    try:
        tagging = chosen(model, device=device, url=url)
    except SpanloomError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for sentences in _chunks(words):
        for told in tagging(sentences):
            if as_json:
                typer.echo(json.dumps(told, ensure_ascii=False))
            else:
                pairs = zip(told["tokens"], told["tags"], strict=True)
                typer.echo("".join(f"{token}\t{name}\n" for token, name in pairs))


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
