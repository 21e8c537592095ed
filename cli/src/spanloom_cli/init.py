"""`spanloom init`: a commented specification from four questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml

from spanloom.contracts.spec import parse_spec
from spanloom.data.languages import complete_spec
from spanloom.data.whole import write_whole
from spanloom.errors import SpanloomError, SpecError
from spanloom.ner.common_types import COMMON_TYPES

ENCODER = "xlm-roberta-base"
SIZES = (50, 100, 250, 500, 1000, 2500, 5000)
FIRST_SIZES = SIZES[:4]
DEV_SHARE, TEST_SHARE = 0.1, 0.2
"""What of one file is kept for choosing checkpoints, and for testing."""


def init(
    output: Annotated[Path, typer.Argument(metavar="[FILE]", help="The specification to write.")] = Path("mine.yaml"),
    language: Annotated[str | None, typer.Option(help="ISO 639 code of the target language, e.g. sw.")] = None,
    gold: Annotated[str | None, typer.Option(help="File or folder of annotated sentences, or a known name.")] = None,
    server: Annotated[
        str | None, typer.Option(help="URL of an OpenAI-compatible server; an empty text for no LLM.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model's name at the server.")] = None,
    encoder: Annotated[str | None, typer.Option(help="Encoder: a name on the hub, or a local folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented specification after four questions: language, gold file, server, encoder.

    What is given as an option is not asked.
    """
    if output.exists() and not force:
        raise SpanloomError(f"{output} is there already; name another file, or give --force")
    language = language if language is not None else typer.prompt("Language (ISO 639 code, e.g. sw)")
    gold = gold if gold is not None else typer.prompt("Annotated sentences (file, folder, or a name)")
    where = _gold(gold)
    labels, sizes = _looked_at(gold)
    if server is None:
        server = typer.prompt("LLM server (an OpenAI-compatible URL; empty for none)", default="", show_default=False)
    if server and model is None:
        model = typer.prompt("The model's name at that server")
    encoder = encoder if encoder is not None else typer.prompt("Encoder", default=_encoder())
    text = specification(language, where, server, model, encoder, labels=labels, sizes=sizes)
    parse_spec(text, complete_spec)  # what is written is what `run` accepts
    write_whole(output, lambda part: part.write_text(text, encoding="utf-8"))
    typer.echo(f"wrote {output}; look at it, then type `spanloom plan {output}`", err=True)


def specification(
    language: str,
    gold: str,
    server: str,
    model: str | None,
    encoder: str,
    *,
    labels: Mapping[str, str] = COMMON_TYPES,
    sizes: Sequence[int] = FIRST_SIZES,
) -> str:
    """The specification's text; `gold` is the field's, as YAML."""
    lines = [
        f"name: {_text(f'{language}-first')}",
        "# Entity types with their descriptions, which prompts use: say what is meant, and what is not.",
        f"labels: {{{', '.join(f'{_text(name)}: {_text(what)}' for name, what in labels.items())}}}",
        "languages:",
        f"  - code: {_text(language)}",
        f"    gold: {gold}",
        "    # For the setting fine_tuning, a related language with gold data of its own:",
        "    # related: {code: xx, gold: {path: FOLDER}}",
        "    related: null",
        "sources:",
        "  - {kind: organic}                # your own sentences, as they are",
    ]
    if server:
        lines += [
            "  - kind: synthetic              # sentences that the LLM writes from yours",
            "    name: llm",
            "    engine:",
            "      kind: openai               # any OpenAI-compatible server",
            f"      base_url: {_text(server)}",
            f"      model: {_text(model or '')}",
            "      concurrency: 4             # calls at a time",
            "      # api_key_env: MY_API_KEY  # the environment variable that holds the server's key",
            "    m: 10                        # your sentences in a prompt",
            "    n: 20                        # sentences asked for",
            "    stop: {after_calls: 25}      # begin small; 250 is the paper's number",
            "    dev_calls: 0",
            "    format: entities             # or tag_ids (the paper's), pairs, inline",
        ]
    else:
        lines += [
            "  # - kind: synthetic",
            "  #   name: llm",
            '  #   engine: {kind: openai, base_url: "http://127.0.0.1:8080/v1", model: NAME}',
            "  #   stop: {after_calls: 25}",
        ]
    lines += [
        "training:",
        "  settings: [from_scratch]         # fine_tuning as well, once `related` is given",
        f"  sizes: [{', '.join(map(str, sizes))}]  # a size above what there is becomes one arm on all of it",
        "  training_seeds: [1, 2, 3]        # three or more, so that intervals know of the seeds",
        f"  encoder: {_text(encoder)}",
        "  dev: gold                        # your dev sentences choose the best checkpoint",
    ]
    return "\n".join(lines) + "\n"


def _looked_at(gold: str) -> tuple[Mapping[str, str], Sequence[int]]:
    """The entity types that the data hold, with descriptions, and sizes that they are enough for; of a named set, which
    is elsewhere, the usual ones. Raises DataError for what cannot be read, SpecError for data without an entity."""
    from spanloom_cli.gold import spec_of, summaries_of

    if not Path(gold).exists():
        return {name: COMMON_TYPES[name] for name in ("PER", "ORG", "LOC")}, FIRST_SIZES
    found = summaries_of(spec_of(gold, {}), None)
    whole = found["whole"]
    counts = ", ".join(f"{name} {n:,}" for name, n in whole.entities.items()) or "none"
    typer.echo(f"{gold}: {whole.sentences:,} sentences; entities: {counts}", err=True)
    if not whole.entities:
        raise SpecError([("gold", f"{gold} holds {whole.sentences:,} sentences and no entity; nothing can be learnt")])
    order = [name for name in COMMON_TYPES if name in whole.entities]
    order += [name for name in whole.entities if name not in COMMON_TYPES]
    train = found["train"].sentences if "train" in found else whole.sentences * (1 - DEV_SHARE - TEST_SHARE)
    sizes = [size for size in SIZES if size < train]
    return {name: COMMON_TYPES.get(name, name) for name in order}, [*sizes, SIZES[min(len(sizes), len(SIZES) - 1)]][:5]


def _encoder() -> str:
    """The encoder that is proposed: one that is on this machine, else the usual one."""
    from spanloom.data.encoders import at_hand
    from spanloom.settings import load_settings

    return next(iter(at_hand(load_settings().cache)), ENCODER)


def _gold(gold: str) -> str:
    path = Path(gold)
    if path.is_dir():
        return f"{{path: {_text(gold)}}}"
    if path.is_file():
        return f"{{file: {_text(gold)}, fractions: {{dev: {DEV_SHARE}, test: {TEST_SHARE}}}}}"
    if "/" in gold and not path.suffix and not path.is_absolute():
        return f"{{name: {_text(gold)}}}"
    raise SpanloomError(f"{gold} is neither a file, nor a folder, nor a name such as universal_ner/da_ddt")


def _text(value: str) -> str:
    """A text as it may stand in a YAML flow mapping."""
    return yaml.safe_dump(value, default_style='"', allow_unicode=True, width=10_000).strip()
