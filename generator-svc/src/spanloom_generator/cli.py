"""`spanloom prompt`: a prompt as it would be sent, without sending it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spanloom.contracts.sources import SyntheticSource
from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.card import in_words
from spanloom.data.gold import load_gold
from spanloom.data.languages import complete_spec
from spanloom.data.roots import own_roots
from spanloom.errors import DataError, SpecError
from spanloom.settings import load_settings
from spanloom_generator.prompts import plan_prompts
from spanloom_generator.seeds import PromptSplit


def prompt(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A YAML or JSON file; `-` reads standard input.")],
    call: Annotated[int, typer.Option(min=0, help="The call's index, from 0.")] = 0,
    source: Annotated[str | None, typer.Option(help="The synthetic source; the first by default.")] = None,
    language: Annotated[str | None, typer.Option(help="The language's code; the first by default.")] = None,
    dev: Annotated[bool, typer.Option(help="A call of the synthetic dev set.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole request as one JSON object.")] = False,
) -> None:
    """Show a prompt as it would be sent: messages, seeds, sampling, constraint."""
    try:
        text = sys.stdin.read() if spec == "-" else Path(spec).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", path=spec) from None
    parsed = parse_spec(text, complete_spec)
    chosen = _source(parsed, source)
    targets = parsed.languages_of(chosen)
    target = next((x for x in targets if language in (None, x.code)), None)
    if target is None:
        there = ", ".join(x.code for x in targets)
        raise SpecError([("languages", f"no {language!r} of source {chosen.name}; there are {there}")])
    split: PromptSplit = "dev" if dev else "train"
    most = chosen.dev_calls_planned if dev else chosen.max_calls
    if call >= most:
        raise SpecError([("call", f"{call} is past the last {split} call; {chosen.name} makes {most}, from 0")])
    settings = load_settings()
    roots = own_roots([*settings.prompts, *settings.data])
    gold = load_gold(target.gold, parsed.schema_for(target.code), language=target.code, roots=roots)
    plan = next(plan_prompts(parsed, chosen, target.code, gold["train"], split=split, start=call, count=1, roots=roots))
    if as_json:
        whole = asdict(plan.request(f"{target.code}.{chosen.name}.{split}.{call}")) | {
            "seed_indices": plan.seed_indices
        }
        typer.echo(json.dumps(whole, ensure_ascii=False))
        return
    for message in plan.call.messages:
        typer.secho(f"--- {message['role']}", fg="cyan")
        typer.echo(message["content"])
    typer.secho("---", fg="cyan")
    typer.echo(f"seeds: gold train sentences {', '.join(map(str, plan.seed_indices)) or 'none'} (from 0)")
    how, head = plan.call.sampling, "on" if plan.call.extra["add_generation_prompt"] else "off"
    typer.echo(
        f"sampling: temperature {in_words(how.temperature)}, top-p {in_words(how.top_p)}, "
        f"at most {in_words(how.max_tokens)} tokens, seed {in_words(how.seed)}; generation prompt {head}"
    )
    if plan.call.grammar is not None:
        typer.echo(f"grammar:\n{plan.call.grammar}")
    if plan.call.schema is not None:
        typer.echo(f"JSON schema: {plan.call.schema}")


def _source(spec: RunSpec, name: str | None) -> SyntheticSource:
    synthetic = [s for s in spec.sources if isinstance(s, SyntheticSource)]
    chosen = next((s for s in synthetic if name in (None, s.name)), None)
    if chosen is None:
        there = ", ".join(s.name for s in synthetic) or "none"
        raise SpecError([("sources", f"no synthetic source {name or ''}".rstrip() + f"; there are: {there}")])
    return chosen
