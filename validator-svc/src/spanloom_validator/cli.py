"""`spanloom validate`: recorded completions judged offline, as the service judges them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Annotated, Any

import typer
import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from spanloom.contracts.rules import MARKS, Reason, Repair, Rules, Treatment
from spanloom.errors import DataError, SpecError
from spanloom.ner.formats import sample_format
from spanloom.ner.schema import LabelSchema
from spanloom_validator.counts import Counts, total
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.languages import label_of
from spanloom_validator.judge.scripts import letters, letters_in
from spanloom_validator.offline import JudgedLine, count, entities, gold_of, hashes, judge_files


def validate(
    files: Annotated[
        list[Path],
        typer.Argument(help="JSONL with `raw_output`, or OpenAI batch output; gzip or not.", metavar="FILE..."),
    ],
    labels: Annotated[str, typer.Option(help="Entity types in the order of the tags, such as PER,ORG,LOC.")],
    form: Annotated[
        str, typer.Option("--format", help="Sample format: tag_ids, tag_names, pairs, entities, inline.")
    ] = "tag_ids",
    rules: Annotated[str, typer.Option(help="`paper`, `default`, or a YAML file with rules.")] = "default",
    rule: Annotated[
        list[str] | None, typer.Option(help="One rule changed, such as broken_escape=mark or iob=off. Repeatable.")
    ] = None,
    gold_eval: Annotated[
        list[Path] | None, typer.Option(help="Gold dev or test file whose sentences must not be copied. Repeatable.")
    ] = None,
    gold_train: Annotated[
        list[Path] | None,
        typer.Option(
            help="Gold train file: its letters help to put escapes right, its entities are not novel. Repeatable."
        ),
    ] = None,
    script: Annotated[str | None, typer.Option(help="ISO 15924 code of the language's script, such as Latn.")] = None,
    language: Annotated[
        str | None, typer.Option(help="The language's ISO 639 code, for the rule wrong_language.")
    ] = None,
    samples: Annotated[Path | None, typer.Option(help="Write the accepted samples there, as JSONL.")] = None,
    verdicts: Annotated[Path | None, typer.Option(help="Write every verdict there, as JSONL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge recorded completions: what is usable, what is not and why.

    Every candidate object gets one verdict. The files together are one dataset, as far as duplicates go.
    """
    context, known = _context(labels, form, rules, rule or [], gold_eval or [], gold_train or [], script, language)
    outputs: list[tuple[Path | None, Callable[[JudgedLine], Iterator[dict[str, Any]]]]] = [
        (samples, _samples),
        (verdicts, _verdicts),
    ]
    with _writer(outputs) as write, _progress(files) as tick:

        def each(judged: JudgedLine) -> None:
            write(judged)
            tick(judged)

        counts = count(judge_files(files, context, known=known), each)
    for path in files:
        counts.setdefault(path, Counts())
    if as_json:
        typer.echo(json.dumps(total(counts.values()).as_json()))
    else:
        _console(sys.stdout).print(_table(counts))


def _context(
    labels: str,
    form: str,
    rules: str,
    changes: list[str],
    gold_eval: list[Path],
    gold_train: list[Path],
    script: str | None,
    language: str | None,
) -> tuple[Context, frozenset[str]]:
    """What all is judged against, and the entities of the seed sentences."""
    sample_format(form)
    if script is not None:
        letters_in(script)
    evaluation, train, wanted = gold_of(gold_eval), gold_of(gold_train), _rules(rules, changes)
    context = Context(
        schema=LabelSchema.of(name.strip() for name in labels.split(",")),
        rules=wanted,
        sample_format=form,
        gold_eval=hashes(evaluation),
        script=script,
        alphabet=letters(sentence.tokens for sentence in (*evaluation, *train)),
        language=_label(language, wanted),
    )
    return context, entities(train) if wanted.no_novel_entity is not Treatment.OFF else frozenset()


def _label(language: str | None, rules: Rules) -> str | None:
    """The language as the library names it. Raises SpecError where the rules need it and it cannot be told."""
    if rules.wrong_language is Treatment.OFF:
        return None
    if language is None:
        raise SpecError([("--language", "the rule wrong_language needs the language's ISO 639 code, such as da")])
    label = label_of(language)
    if label is None:
        raise SpecError([("--language", f"{language!r} is not among the languages that can be told apart")])
    return label


def _rules(given: str, changes: list[str]) -> Rules:
    """The rules of a name or a file, with single ones changed. Raises SpecError for each mistake."""
    mapping: dict[str, Any] = {"base": given} if given in ("paper", "default") else _rules_of_file(Path(given))
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise SpecError([("--rule", f"{change!r} has no '='; write it like broken_escape=mark")])
        mapping[name.strip()] = value.strip()
    try:
        return Rules.model_validate(mapping)
    except ValidationError as error:
        problems = [
            (".".join(map(str, item["loc"])) or "rules", item["msg"].removeprefix("Value error, "))
            for item in error.errors()
        ]
        raise SpecError(problems) from None


def _rules_of_file(path: Path) -> dict[str, Any]:
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SpecError(
            [
                (
                    "--rules",
                    f"{str(path)!r} is neither `paper` nor `default`, nor a file that can be read ({error.strerror})",
                )
            ]
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"is not YAML: {error}", path=str(path)) from None
    if isinstance(value, dict) and set(value) == {"rules"}:
        value = value["rules"]
    if isinstance(value, str):
        value = {"base": value}
    if not isinstance(value, dict):
        raise DataError("holds no mapping of rules, such as `broken_escape: mark`", path=str(path))
    return value


def _samples(judged: JudgedLine) -> Iterator[dict[str, Any]]:
    for verdict in judged.verdicts:
        if verdict.accepted:
            yield {
                "call_index": judged.completion.call_index,
                "candidate_index": verdict.index,
                "tokens": verdict.tokens,
                "ner_tags": verdict.tags,
                "repairs": verdict.repairs,
                "marks": verdict.marks,
            }


def _verdicts(judged: JudgedLine) -> Iterator[dict[str, Any]]:
    place = {"file": str(judged.path), "line": judged.completion.line, "call_index": judged.completion.call_index}
    if judged.completion.error is not None:
        yield {**place, "error": judged.completion.error}
    for verdict in judged.verdicts:
        yield {**place, **verdict._asdict()}


@contextmanager
def _writer(
    outputs: list[tuple[Path | None, Callable[[JudgedLine], Iterator[dict[str, Any]]]]],
) -> Iterator[Callable[[JudgedLine], None]]:
    """Writes JSONL beside each path, and puts it in place when all went well: no file is ever half-written."""
    open_files: list[tuple[IO[str], Path, Callable[[JudgedLine], Iterator[dict[str, Any]]]]] = []
    try:
        for path, rows in outputs:
            if path is not None:
                open_files.append((_open(path), path, rows))

        def write(judged: JudgedLine) -> None:
            for stream, _, rows in open_files:
                stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(judged))

        yield write
        for stream, path, _ in open_files:
            stream.close()
            os.replace(stream.name, path)
    finally:
        for stream, _, _ in open_files:
            stream.close()
            Path(stream.name).unlink(missing_ok=True)


def _open(path: Path) -> IO[str]:
    try:
        return path.with_name(path.name + ".part").open("w", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", path=str(path)) from None


@contextmanager
def _progress(files: list[Path]) -> Iterator[Callable[[JudgedLine], None]]:
    """A bar over the files on stderr, where a person looks at it."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[calls]:,} calls"),
        TimeElapsedColumn(),
    )
    progress = Progress(*columns, console=console, transient=True)
    with progress if console.is_terminal else nullcontext():
        task = progress.add_task("judging", total=len(files), calls=0)
        seen: dict[Path, int] = {}
        calls = 0

        def tick(judged: JudgedLine) -> None:
            nonlocal calls
            calls += 1
            seen.setdefault(judged.path, len(seen))
            if console.is_terminal:
                progress.update(task, completed=seen[judged.path], calls=calls, description=judged.path.name)

        yield tick


def _console(stream: IO[str]) -> Console:
    # What no terminal shows is not cut to a width: its reader is a file or a program.
    return Console(file=stream) if stream.isatty() else Console(file=stream, width=400)


def _table(counts: dict[Path, Counts]) -> Table:
    """Files as columns, counts as rows."""
    columns = {name: each.as_json() for name, each in zip(_names(list(counts)), counts.values(), strict=True)}
    if len(columns) > 1:
        columns["total"] = total(counts.values()).as_json()
    table = Table("", *(f"{name}" for name in columns))
    for column in table.columns[1:]:
        column.justify = "right"
    for name in ("calls", "calls_without_object", "calls_failed", "drafts", "candidates", "accepted"):
        table.add_row(name, *(f"{column[name]:,}" for column in columns.values()), end_section=name == "accepted")
    for group, order in (
        ("rejected", [*Reason]),
        ("repaired", [*Repair]),
        ("marked", MARKS),
    ):
        names = [name for name in map(str, order) if any(name in column[group] for column in columns.values())]
        for name in names:
            cells = (_cell(column[group].get(name, 0), column["candidates"]) for column in columns.values())
            table.add_row(f"{group}: {name}", *cells, end_section=name == names[-1])
    return table


def _names(paths: list[Path]) -> list[str]:
    """The paths without the folders that all of them share."""
    if len(paths) < 2:
        return [path.name for path in paths]
    shared = os.path.commonpath([path.resolve().parent for path in paths])
    return [os.path.relpath(path.resolve(), shared) for path in paths]


def _cell(number: int, of: int) -> str:
    return f"{number:,} ({number / of:.1%})" if number else "-"
