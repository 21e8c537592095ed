"""Commands over a run's work: `calls`, `jobs` and `completions`, and how failures are told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from spanloom_cli.options import Json, Limit, Url, client, print_json, print_rows

RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run's id; `spanloom runs` lists them.")]
CALL_COLUMNS = ("dataset_id", "call_index", "outcome", "accepted", "rejected", "tokens_out", "seconds", "reason")
JOB_COLUMNS = ("id", "state", "language", "source", "setting", "size", "seed", "dev_f1", "reason")
CALL_SPARE = ("seconds", "tokens_out", "rejected", "accepted")
JOB_SPARE = ("seed", "language", "dev_f1")
"""What a narrow terminal is not shown, in this order."""
SHOWN = 2_000
"""Characters of a completion that are printed; `--whole` prints all."""


def calls(
    run: RunId,
    failed: Annotated[bool, typer.Option("--failed", help="Those alone that failed.")] = False,
    without_object: Annotated[
        bool, typer.Option("--without-object", help="Those alone whose completion held no object of the format.")
    ] = False,
    limit: Limit = 100,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Calls of a run: how each went, what came of it, and why it failed."""
    if failed and without_object:
        raise typer.BadParameter("give one of --failed, --without-object")
    outcome = "failed" if failed else "without_object" if without_object else None
    with client(url) as api:
        rows = api.calls(run, outcome=outcome, limit=limit)
    print_rows(rows, CALL_COLUMNS, as_json=as_json, nothing="no such calls", spare=CALL_SPARE)


def jobs(
    run: RunId,
    failed: Annotated[bool, typer.Option("--failed", help="Those alone that failed.")] = False,
    limit: Limit = 100,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Trainings of a run: their arms, their state, and why one failed."""
    with client(url) as api:
        rows = api.jobs(run, state="failed" if failed else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    flat = [
        {
            **row,
            **{name: row["arm"].get(name) for name in ("language", "source", "setting", "size")},
            "seed": str(row["arm"].get("training_seed")),
            "dev_f1": (row.get("progress") or {}).get("dev_f1"),
        }
        for row in rows
    ]
    print_rows(flat, JOB_COLUMNS, as_json=False, nothing="no such jobs", spare=JOB_SPARE)


def completions(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id; `spanloom show RUN` lists them.")],
    reason: Annotated[
        str | None,
        typer.Option(help="Those with a candidate refused for this reason; `without_object` or `failed` of the call."),
    ] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=1_000_000, help="Most completions.")] = 3,
    whole: Annotated[bool, typer.Option("--whole", help=f"Print all, not the first {SHOWN:,} characters.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Print raw completions of a dataset, with the place of each verdict marked."""
    with client(url) as api:
        rows = api.completions(dataset, reason=reason, limit=limit)
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("no such completions", err=True)
    for row in rows:
        counts = (
            f"{sum(v['verdict'] == 'accepted' for v in row['verdicts'])} accepted of {len(row['verdicts'])} objects"
        )
        state = f"failed: {row['error']}" if row["error"] else counts if row["judged_at"] else "not judged yet"
        typer.secho(
            f"--- call {row['call_index']} ({state}; finish reason {row['finish_reason'] or 'unknown'})", bold=True
        )
        text = marked(row["text"] or "", row["verdicts"])
        if len(text) > SHOWN and not whole:
            text = text[:SHOWN] + f"\n... ({len(text) - SHOWN:,} characters more; --whole prints them)"
        typer.echo(printable(text))


def marked(text: str, verdicts: Sequence[Mapping[str, Any]]) -> str:
    """The completion with each candidate's verdict written before its place, in double angle quotes.

    >>> marked('x {"a"} y', [{"verdict": "syntax", "char_offset": 2}])
    'x «syntax»{"a"} y'
    """
    out, at = [], 0
    for verdict in sorted(verdicts, key=lambda v: v["char_offset"]):
        place = max(at, min(verdict["char_offset"], len(text)))
        out += [text[at:place], f"«{verdict['verdict']}»"]
        at = place
    return "".join([*out, text[at:]])


def printable(text: str) -> str:
    """A model's text for a terminal: control and formatting characters are escaped, for they could move its cursor."""
    return "".join(char if _is_harmless(char) else f"\\u{ord(char):04x}" for char in text)


def _is_harmless(char: str) -> bool:
    # Indic and Arabic scripts are written with the two joiners, though Unicode counts them among the invisible.
    return char in "\n\t\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")


def refused_lines(run: Mapping[str, Any]) -> list[str]:
    """Datasets of which every object was refused, with the reasons and what to do: a line each."""
    lines = []
    for row in run.get("refused", []):
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(row["reasons"].items())[:3])
        first = next(iter(row["reasons"]), "")
        lines.append(
            f"none of {row['objects']:,} objects was accepted ({row['language']} {row['source']}): {reasons}; look "
            f"with `spanloom completions {row['dataset']} --reason {first}`"
        )
    return lines


def paused_lines(run: Mapping[str, Any]) -> list[str]:
    """Which sources of a run hold their calls back, why, and what to do: a line each."""
    return [
        printable(
            f"{row['id']} is paused: {row['paused']}. Look with `spanloom completions {row['id']}` and `spanloom calls "
            f"{run['id']} --failed`; then `spanloom resume {run['id']}` makes the other calls, `spanloom retry "
            f"{run['id']}` those that failed as well"
        )
        for row in run.get("datasets", [])
        if row.get("paused")
    ]


def failure_lines(failures: Iterable[Mapping[str, Any]]) -> list[str]:
    """What failed and why, a line each: how many, of what, and an example where it says more than the reason."""
    lines = []
    for row in failures:
        where = " ".join(str(row[name]) for name in ("language", "source") if row.get(name))
        what, _, without = str(row["what"]).partition(" without ")
        count = f"{row['failed']:,} {what}{'' if row['failed'] == 1 else 's'}"
        how = f"without an {without}" if without else "failed"
        example = " ".join(str(row.get("example") or "").split())[:200]
        more = f" For example: {example}" if example and not str(row["reason"]).startswith(example[:60]) else ""
        lines.append(printable(f"{count} {how} ({where}): {row['reason']}.{more}"))
    return lines
