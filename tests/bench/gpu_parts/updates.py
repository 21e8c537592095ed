"""One update: its losses, its milliseconds, its kernels, and what a compiled layer would give."""

from __future__ import annotations

import itertools

import numpy as np
import torch

from gpu_parts.common import (
    CUDA,
    DEVICE,
    LENGTHS,
    ROWS,
    TINY,
    batch,
    build,
    encoder,
    failed,
    fresh,
    gib,
    measure,
    say,
    timed,
    wait,
)
from spanloom.contracts.training import DEFAULT, PAPER
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.graphs import GraphStep
from spanloom_trainer.core.step import EagerStep

CAST_BY_AUTOCAST = "graph_trimmed_bf16_cast_by_autocast"
"""The way without working copies of the weights."""


def part_equal() -> None:
    """(d) The captured update against the written one: same losses, no dropout."""
    base = encoder(0.0)
    for precision in ("fp32",) if TINY or not CUDA else ("bf16", "fp32"):
        recipe = DEFAULT.changed(precision=precision)
        setup, model, captured = build(base, recipe, graph=True)
        _, other, written = build(base, recipe, graph=False)
        other.load_state_dict(model.state_dict())
        apart, losses = [], []
        rows = itertools.islice(setup.batches(1), 24)  # of many lengths, so that several graphs share the pool
        sets = [[i] for i in range(0)] + list(rows)
        sets = sets[:6] * 3 if TINY else sets[:6] * 4  # each shape often enough to be captured
        for number, chosen in enumerate(sets):
            ids = torch.from_numpy(pad((setup.data.train.ids[i] for i in chosen), setup.data.padding))
            mask = torch.from_numpy(attended(len(setup.data.train.ids[i]) for i in chosen))
            labels = torch.from_numpy(pad((setup.data.train.labels[i] for i in chosen), IGNORE))
            rate = 2e-5 * (1 - number / len(sets))
            one, two = float(captured(ids, labels, mask, rate)), float(written(ids, labels, mask, rate))
            apart.append(abs(one - two) / abs(two))
            losses.append(round(one, 5))
        named = other.state_dict()
        weights = max(float((value - named[name]).abs().max()) for name, value in model.state_dict().items())
        graphs = len(captured.graphs) if isinstance(captured, GraphStep) else 0
        limit = 0.02 if precision == "bf16" else 2e-3
        good = bool(np.isfinite(losses).all()) and max(apart) < limit
        say("equal", precision=precision, graphs=graphs, updates=len(sets), loss_apart_at_most=max(apart), limit=limit,
            weights_apart_at_most=weights, losses=[losses[0], losses[-1]], ok=good)  # fmt: skip
        if not good:
            failed.append(f"equal {precision}")
        del model, other, captured, written
        fresh()


def part_step() -> None:
    """(b) One update of XLM-R-large's shape, with dropout, as trained."""
    base = encoder(0.1)
    tiny = 3
    ways = [
        ("graph_trimmed_bf16", DEFAULT, True, True, 100),
        ("graph_trimmed_bf16_three_qkv_products", DEFAULT, True, False, 100),
        (CAST_BY_AUTOCAST, DEFAULT, True, True, 100),
        ("eager_trimmed_bf16", DEFAULT, False, False, 20),
        ("graph_whole_bf16", DEFAULT.changed(trim=False), True, True, 60),
        ("graph_trimmed_noclip_bf16", DEFAULT.changed(clip=0.0), True, True, 60),
        ("eager_whole_fp32", PAPER.changed(trim=False), False, False, 10),
    ]
    for name, recipe, graph, fused, count in ways:
        fresh()
        setup, model, update = build(base, recipe, graph=graph, fused=fused, working=name != CAST_BY_AUTOCAST)
        for length in LENGTHS:
            if CUDA:
                torch.cuda.reset_peak_memory_stats()
            facts = measure(setup, update, length, tiny if TINY else count)
            say("step", way=name, rows=ROWS, tokens=length, precision=setup.precision,
                captured=isinstance(update, GraphStep), parameters=sum(p.numel() for p in update.parameters),
                **facts, **gib())  # fmt: skip
        if name == "graph_trimmed_bf16":
            optimizer_alone(update)
        del model, update
    if CUDA and not TINY:  # which attention kernel it was, and whether another is faster
        torch.backends.cuda.enable_cudnn_sdp(False)
        try:
            fresh()
            setup, _model, update = build(base, DEFAULT, graph=True)
            say(
                "step",
                way="graph_trimmed_bf16_without_cudnn_attention",
                rows=ROWS,
                tokens=48,
                **measure(setup, update, 48, 60),
            )
        finally:
            torch.backends.cuda.enable_cudnn_sdp(True)


def optimizer_alone(update: EagerStep) -> None:
    """Clip and AdamW, a few launches: the floor of memory traffic as this card has it."""
    spent = []
    for _ in range(6):
        for parameter in update.parameters:
            parameter.grad = torch.full_like(parameter, 1e-6)
        spent.append(timed(update.apply)[0])
    count = sum(p.numel() for p in update.parameters)
    least = min(spent)
    say(
        "clip_and_adamw",
        ms=round(1e3 * least, 3),
        parameters=count,
        gb_per_s_at_40_bytes=round(40e-9 * count / least, 1),
    )
    if CUDA:
        one = torch.empty(2**28 if not TINY else 2**20, device=DEVICE)
        other = torch.empty_like(one)
        timed(lambda: other.copy_(one))
        copied = min(timed(lambda: other.copy_(one))[0] for _ in range(5))
        say("copy_ceiling", gb_per_s=round(8e-9 * one.numel() / copied, 1))


def part_profile() -> None:
    """Where an update's time goes: kernels of three replays at 16 x 48, by time."""
    from torch.profiler import ProfilerActivity, profile

    base = encoder(0.1)
    setup, _, update = build(base, DEFAULT if not TINY else DEFAULT.changed(precision="fp32"), graph=True)
    for i in range(6):
        update(*batch(setup, 48, i), 2e-5)
    wait()
    kinds = [ProfilerActivity.CPU] if not CUDA else [ProfilerActivity.CUDA]
    with profile(activities=kinds) as seen:
        for i in range(3):
            update(*batch(setup, 48, i), 2e-5)
        wait()
    by_name: dict[str, list[float]] = {}
    for event in seen.events():
        spent = event.device_time_total if CUDA else event.cpu_time_total
        if spent:
            by_name.setdefault(event.name[:110], []).append(spent)
    rows = sorted(by_name.items(), key=lambda item: -sum(item[1]))
    say("profile", launches_per_update=round(sum(len(v) for v in by_name.values()) / 3, 1),
        ms_per_update_summed=round(sum(sum(v) for v in by_name.values()) / 3e3, 3))  # fmt: skip
    for name, spent in rows[: 5 if TINY else 30]:
        say("kernel", kernel=name, per_update=round(len(spent) / 3, 1), us_each=round(sum(spent) / len(spent), 2),
            ms_per_update=round(sum(spent) / 3e3, 4))  # fmt: skip


def part_compile() -> None:
    """What torch.compile of the repeated layer would give, the whole update captured as ever."""
    if TINY and not CUDA:
        say("compile", skipped="needs a CUDA device")
        return
    base = encoder(0.1)
    setup, model, update = build(base, DEFAULT, graph=True)
    for layer in model.roberta.encoder.layer:
        layer.compile(dynamic=False)
    seconds, _ = timed(lambda: update(*batch(setup, 48, 0), 2e-5))
    say("compile", first_update_s=round(seconds, 1), rows=ROWS, tokens=48, **measure(setup, update, 48, 60), **gib())
