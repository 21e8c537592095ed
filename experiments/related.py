"""Does the ranking of `spanloom related` agree with zero-shot F1 as it is measured?

    PYTHONPATH=tests python -m experiments.related experiments/related/*.yaml --page experiments/related/page.md

Of each preset's languages every one is trained on and carried over to every other (a run for each rotation, through
Kafka, PostgreSQL and the four services). Beside it stands the nearness of `sentences` unlabelled train sentences of the
target, drawn anew several times, to the candidates' train sentences, as `spanloom related` finds it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml
from experiments.run import BEGIN, END, carry_out, data_folder, read_preset, services, stamp, write_block

from spanloom.contracts.spec import RunSpec, parse_spec
from spanloom.data.gold import load_gold
from spanloom.data.languages import complete_spec
from spanloom.data.roots import ANYWHERE
from spanloom.data.rows import as_markdown
from spanloom.settings import load_settings
from spanloom_cli.results import View
from spanloom_trainer.encoders.agreement import rank_agreement

CANDIDATE_SENTENCES = 200  # as `spanloom related --most`
RESAMPLES = 20_000
SEED = 3535


@dataclass(frozen=True)
class Pair:
    """A target and a candidate: zero-shot F1 with its interval, F1 after 100 annotated sentences, nearness by draw."""

    target: str
    candidate: str
    f1: float
    lo: float
    hi: float
    after: float | None
    near: tuple[float, ...]


def rotations(preset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A specification for each rotation of the preset's languages: each is related to the one so many places on."""
    languages = preset["languages"]
    return [
        {
            **preset,
            "name": f"{preset['name']}-{step}",
            "languages": [
                # copied: YAML would name what stands twice by an alias, and a specification has none
                {**language, "related": deepcopy(languages[(place + step) % len(languages)])}
                for place, language in enumerate(languages)
            ],
        }
        for step in range(1, len(languages))
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every rotation of every preset and report; 0 when all runs are complete."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("presets", type=Path, nargs="+")
    parser.add_argument("--page", type=Path, help="page in which the results are written")
    parser.add_argument("--sentences", type=int, default=25, help="unlabelled sentences of the target")
    parser.add_argument("--draws", type=int, default=20, help="how often they are drawn anew")
    asked = parser.parse_args(arguments)
    presets = [read_preset(path) for path in asked.presets]
    began, pairs = time.monotonic(), list[list[Pair]]()
    ended: list[Mapping[str, Any]] = []
    with services(data_folder(recorded=False), cache=load_settings().cache) as cluster:
        for preset in presets:
            done = [carry_out(cluster, spec) for spec in rotations(preset)]
            ended += [each.run for each in done]
            rows = [row for each in done for row in each.rows[View.transfer_comparison]]
            near = nearness(preset, sentences=asked.sentences, draws=asked.draws)
            pairs.append(pairs_of(preset, rows, near))
    told = [f"{run['name']} {run['state']}, {run['jobs']['done']} trainings" for run in ended]
    text = report(presets, pairs, told, asked, minutes=(time.monotonic() - began) / 60)
    print(text)
    if asked.page is not None:
        write_block(asked.page, text, title="# Which language to transfer from", marks=(BEGIN, END))
    return 0 if all(run["state"] == "complete" for run in ended) else 1


def nearness(preset: Mapping[str, Any], *, sentences: int, draws: int) -> dict[tuple[str, str], tuple[float, ...]]:
    """By target and candidate: the cosine of mean sentences, one for each draw of the target's sentences."""
    from spanloom_trainer.encoders.get import ensure
    from spanloom_trainer.encoders.nearness import SentenceEncoder, nearest
    from spanloom_trainer.encoders.related import sampled

    spec = parse_spec(yaml.safe_dump(rotations(preset)[0]), complete_spec)
    encoder = SentenceEncoder(ensure(str(spec.training.encoder.name), load_settings().cache))
    texts = {language.code: train_sentences(spec, place) for place, language in enumerate(spec.languages)}
    sets = {code: encoder.vectors(sampled(rows, CANDIDATE_SENTENCES)) for code, rows in texts.items()}
    found: dict[tuple[str, str], tuple[float, ...]] = {}
    for target, rows in texts.items():
        others = {code: vectors for code, vectors in sets.items() if code != target}
        for seed in range(draws):
            for near in nearest(encoder.vectors(sampled(rows, sentences, seed)), others):
                found[target, near.name] = (*found.get((target, near.name), ()), near.similarity)
    return found


def train_sentences(spec: RunSpec, place: int) -> list[tuple[str, ...]]:
    """The distinct train sentences of a language of the specification, as words."""
    language = spec.languages[place]
    gold = load_gold(
        language.gold,
        spec.schema_for(language.code),
        language=language.code,
        roots=(ANYWHERE, data_folder(recorded=False)),
        hub=False,
    )
    return list(dict.fromkeys(tuple(sentence.tokens) for sentence in gold["train"]))


def pairs_of(
    preset: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    near: Mapping[tuple[str, str], tuple[float, ...]],
) -> list[Pair]:
    """Measured zero-shot beside nearness, for every target and candidate of a preset; `rows` of transfer_comparison."""
    codes, size = [language["code"] for language in preset["languages"]], preset["training"]["sizes"][0]
    scored = {(row["language"], row["related"], row["source"], row["size"]): row for row in rows}
    found = []
    for target in codes:
        for candidate in codes:
            zero = scored.get((target, candidate, "related", 0))
            if zero is not None:
                after = scored.get((target, candidate, "organic", size))
                f1_after = None if after is None else float(after["f1"])
                interval = (float(zero["f1"]), float(zero["lo"]), float(zero["hi"]))
                found.append(Pair(target, candidate, *interval, f1_after, near[target, candidate]))
    return found


def by_target(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    """The candidates of each target, the nearest on the mean of all draws first."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.target, []).append(pair)
    return {target: sorted(rows, key=lambda row: -fmean(row.near)) for target, rows in found.items()}


def rank_rows(targets: Mapping[str, Sequence[Pair]]) -> list[dict[str, Any]]:
    """For each target: Spearman's rho of nearness and zero-shot F1, and what the nearest candidate gives."""
    rows = []
    for target, pairs in targets.items():
        best = max(pairs, key=lambda pair: pair.f1)
        draws = list(zip(*(pair.near for pair in pairs), strict=True))
        agreement = rank_agreement([fmean(pair.near) for pair in pairs], [pair.f1 for pair in pairs])
        rows.append(
            {
                "target": target,
                "by nearness": " > ".join(pair.candidate for pair in pairs),
                "by zero-shot": " > ".join(p.candidate for p in sorted(pairs, key=lambda pair: -pair.f1)),
                "rho": None if agreement is None else agreement.rho,
                "best named first, share of draws": fmean(pairs[_argmax(draw)] is best for draw in draws),
                "f1 of the nearest": pairs[0].f1,
                "of the best": best.f1,
                "of any, mean": fmean(pair.f1 for pair in pairs),
            }
        )
    return rows


def mean_rho_by_chance(targets: Mapping[str, Sequence[Pair]]) -> tuple[float, float]:
    """The mean of all targets' rho, and the share of random orders, each target's alone, whose mean is as high."""
    rng = random.Random(SEED)
    gradings = [([fmean(pair.near) for pair in pairs], [pair.f1 for pair in pairs]) for pairs in targets.values()]
    measured = fmean(_rho(near, f1) for near, f1 in gradings)
    as_high = sum(
        fmean(_rho(rng.sample(near, len(near)), f1) for near, f1 in gradings) >= measured - 1e-9
        for _ in range(RESAMPLES)
    )
    return measured, (as_high + 1) / (RESAMPLES + 1)


def _rho(near: Sequence[float], f1: Sequence[float]) -> float:
    agreement = rank_agreement(near, f1)
    return 0.0 if agreement is None else agreement.rho


def _argmax(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)


def report(
    presets: Sequence[Mapping[str, Any]], pairs: Sequence[Sequence[Pair]], runs: Sequence[str],
    asked: argparse.Namespace, *, minutes: float,
) -> str:  # fmt: skip
    """What was run and what it gave, as Markdown."""
    sections = [
        f"{stamp()}: {'; '.join(runs)}; {minutes:.0f} minutes. Nearness is the mean "
        f"of {asked.draws} draws of {asked.sentences} sentences of the target, beside {CANDIDATE_SENTENCES} of each "
        "candidate."
    ]
    for preset, found in zip(presets, pairs, strict=True):
        targets = by_target(found)
        size = preset["training"]["sizes"][0]
        each = [
            {
                "target": pair.target, "related": pair.candidate, "nearness": fmean(pair.near),
                "zero-shot f1": pair.f1, "lo": pair.lo, "hi": pair.hi, f"f1 with {size} annotated": pair.after,
            }
            for pair in (pair for rows in targets.values() for pair in rows)
        ]  # fmt: skip
        sections += [f"### {preset['name']}", as_markdown(rank_rows(targets)).strip(), as_markdown(each).strip()]
    every = {
        f"{preset['name']} {target}": rows
        for preset, found in zip(presets, pairs, strict=True)
        for target, rows in by_target(found).items()
    }
    rho, p = mean_rho_by_chance(every)
    first, best, any_ = (
        fmean(pick([pair.f1 for pair in rows]) for rows in every.values()) for pick in (lambda f1: f1[0], max, fmean)
    )
    sections.append(
        f"Mean rho of {len(every)} targets {rho:+.2f}; of orders drawn at random {p:.1%} agree as well. Mean zero-shot "
        f"F1 of the targets: {first:.3f} from the nearest candidate, {best:.3f} from the best, {any_:.3f} from any."
    )
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    sys.exit(main())
