"""Output tokens/s of the generator (database, Kafka, worker, engine) against a bare AsyncLLM loop over its prompts.

Run as `make bench BENCH=generator`. One JSON line a measurement: the generator from the moment a run is submitted until
its last completion is stored, against a loop that awaits final outputs alone on the same loaded model, in turns, best
of `--rounds`; a loop under a grammar against a free one; the generator against `LLM.generate`.

The model is a Llama of random weights. `engine_cpu` is the share of all CPU time (of generator, engine, broker and
database) that its engine takes: below 0.8 the model is too small to compare with. `cpu_ratio` is the CPU time of the
loop by that of everything the generator needs, which a busy machine disturbs less than it does the clock. Prompts are
zero-shot, so that output is what takes time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

import psutil
from sqlalchemy import Engine as Database

from spanloom.bus import Bus, open_bus
from spanloom.bus.topics import PROMPTS
from spanloom.contracts.messages import PromptMessage
from spanloom.ner.formats import FORMATS
from spanloom.ner.schema import LabelSchema
from spanloom.store.db import connect
from spanloom.store.migrate import upgrade
from spanloom.store.work import Lease
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay
from spanloom_generator.calls import decode_call
from spanloom_generator.engines.port import CallRequest
from spanloom_generator.engines.vllm import VllmEngine
from spanloom_generator.pool import EnginePool
from spanloom_generator.worker import GeneratorWorker
from support.kafka_broker import KafkaBroker
from support.own_postgres import own_postgres
from support.random_llama import make_model
from support.stored import running, select, store_run

SCHEMA = LabelSchema.of(["PER", "ORG", "LOC"])
Requests = Sequence[CallRequest]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=64)
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--max-num-seqs", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dtype", default="float32", help="float32 suits a CPU, bfloat16 a GPU")
    parser.add_argument("--eager", action=argparse.BooleanOptionalAction, default=True, help="no CUDA graphs")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="spanloom-bench-"))
    try:
        model = make_model(folder / "model", hidden=arguments.hidden, layers=arguments.layers, heads=12)
        ours = measure(arguments, folder, model)
        theirs = llm_generate(arguments, model, *ours[1:])
        report("generator against LLM.generate", ours[0], theirs)
    finally:
        shutil.rmtree(folder)


def config_of(arguments: argparse.Namespace, model: Path) -> dict[str, Any]:
    """The engine as a specification has it."""
    return {
        "kind": "vllm",
        "model": str(model),
        "dtype": arguments.dtype,
        "max_model_len": 4096,
        "max_num_seqs": arguments.max_num_seqs,
        "enforce_eager": arguments.eager,
    }


def measure(arguments: argparse.Namespace, folder: Path, model: Path) -> tuple[float, list[list[int]], list[Any]]:
    """The generator and the bare loops in turns; the generator's tokens/s, and the prompts for a third way."""
    config = config_of(arguments, model)
    engine = VllmEngine(config)
    engine.start()
    try:
        with services(folder, engine) as (db, pids):
            warm = submit(db, config, calls=2, max_tokens=4)
            finish(db, warm)
            ours, bare, spent, spent_bare = 0.0, 0.0, [], []
            for _ in range(arguments.rounds):
                on_loop(engine, reset_cache)
                before = cpu(pids)
                start = time.perf_counter()
                run_id = submit(db, config, calls=arguments.calls, max_tokens=arguments.max_tokens)
                tokens = finish(db, run_id)
                ours = max(ours, tokens / (time.perf_counter() - start))
                spent.append(difference(before, cpu(pids)))
                requests = requests_of(db, run_id)
                before = cpu(pids)
                bare = max(bare, loop_rate(engine, requests, expected=tokens))
                spent_bare.append(difference(before, cpu(pids)))
            share = sum(s["engine"] for s in spent) / sum(sum(s.values()) for s in spent)
            needed = sum(s["engine"] + s["generator"] for s in spent_bare) / sum(sum(s.values()) for s in spent)
            facts = {"engine_cpu": round(share, 3), "cpu_ratio": round(needed, 3)}
            report("generator against a bare AsyncLLM loop", ours, bare, **facts)
            grammar = FORMATS["tag_ids"].grammar(SCHEMA, n=4, iob2=True)
            bound = [replace(request, constrain="grammar", grammar=grammar) for request in requests]
            report("aligned grammar against free decoding", loop_rate(engine, bound), loop_rate(engine, requests))
        prompts = [on_loop(engine, tokens_of(request)) for request in requests]
        parameters = [engine._parameters(r, len(p)) for r, p in zip(requests, prompts, strict=True)]
    finally:
        engine.close()
    return ours, prompts, parameters


@contextmanager
def services(folder: Path, engine: VllmEngine) -> Iterator[tuple[Database, dict[str, int]]]:
    """Kafka, PostgreSQL and a generator's loops around the engine; the ids of the processes beside this one."""
    (folder / "kafka").mkdir()
    broker = KafkaBroker(folder / "kafka")
    broker.start()
    with ExitStack() as stack:
        stack.callback(broker.stop)
        postgres = stack.enter_context(own_postgres())
        upgrade(postgres.url)
        db = connect(postgres.url, pool_size=12)
        bus: Bus = open_bus(broker.url)
        bus.ensure_topics()
        pool = EnginePool(db, cache=folder, open_=lambda config: engine)
        lease = Lease()
        worker = GeneratorWorker(db, pool, holder="bench", lease=lease, renew_s=15.0)
        consuming = Consuming(
            db, bus, PROMPTS, "generator", PromptMessage, worker.handle, room=worker.room, freed=worker.freed
        )
        relays = [Relay(db, bus, table, lease).run for table in ("prompts", "completions")]
        with running(consuming.run, worker.run, worker.keeper.run, *relays):
            yield db, {"broker": broker.pid, "postgres": postgres.postmaster().pid}  # fmt: skip
        db.dispose()
        bus.close()


def submit(db: Database, engine: dict[str, Any], *, calls: int, max_tokens: int) -> str:
    """A run of so many zero-shot calls; its id."""
    source = {
        "kind": "synthetic",
        "name": "llm",
        "engine": engine,
        "m": 0,
        "stop": {"after_calls": calls},
        "dev_calls": 0,
        "sampling": {"max_tokens": max_tokens},
        "seed": calls,
    }
    return store_run(db, source)


def finish(db: Database, run_id: str) -> int:
    """Wait until all calls have their completions; output tokens of all of them."""
    while select(db, "SELECT 1 FROM prompts WHERE run_id = :run AND state IN ('queued', 'claimed')", run=run_id):
        time.sleep(0.05)
    statement = "SELECT tokens_out, error FROM completions WHERE run_id = :run"
    rows = select(db, statement, run=run_id)
    errors = {row.error for row in rows if row.error is not None}
    if errors:
        raise SystemExit(f"calls failed, there is nothing to compare: {errors}")
    return sum(row.tokens_out for row in rows)


def requests_of(db: Database, run_id: str) -> list[CallRequest]:
    """A run's calls, as its worker gave them to the engine."""
    statement = "SELECT request FROM prompts WHERE run_id = :run ORDER BY call_index"
    return [decode_call(row.request)[1] for row in select(db, statement, run=run_id)]


def on_loop(engine: VllmEngine, action: Callable[[VllmEngine], Any]) -> Any:
    """Run a coroutine function of the engine in the loop its AsyncLLM lives in."""
    assert engine._loop is not None
    return asyncio.run_coroutine_threadsafe(action(engine), engine._loop).result()


async def reset_cache(engine: VllmEngine) -> None:
    await (await engine._engine()).reset_prefix_cache()


def tokens_of(request: CallRequest) -> Callable[[VllmEngine], Any]:
    async def tokens(engine: VllmEngine) -> list[int]:
        return engine._tokens(await engine._engine(), request)

    return tokens


def loop_rate(engine: VllmEngine, requests: Requests, *, expected: int | None = None) -> float:
    """Output tokens/s of a bare loop: every request at once, final outputs only."""

    async def one(llm: Any, i: int, request: CallRequest) -> int:
        prompt = engine._tokens(llm, request)
        final = None
        async for output in llm.generate(
            {"prompt_token_ids": prompt}, engine._parameters(request, len(prompt)), f"bare-{time.monotonic_ns()}-{i}"
        ):
            final = output
        assert final is not None
        return len(final.outputs[0].token_ids)

    async def everything(engine: VllmEngine) -> int:
        llm = await engine._engine()
        return sum(await asyncio.gather(*(one(llm, i, request) for i, request in enumerate(requests))))

    on_loop(engine, reset_cache)
    start = time.perf_counter()
    tokens = int(on_loop(engine, everything))
    seconds = time.perf_counter() - start
    if expected is not None and abs(tokens - expected) > 0.05 * expected:
        raise SystemExit(f"the bare loop wrote {tokens} tokens, the generator {expected}: nothing to compare")
    return tokens / seconds


def llm_generate(arguments: argparse.Namespace, model: Path, prompts: list[list[int]], parameters: list[Any]) -> float:
    """Output tokens/s of vLLM's offline interface over the same prompts, best of the rounds."""
    from vllm import LLM

    config = config_of(arguments, model)
    llm = LLM(**{k: v for k, v in config.items() if k != "kind"}, load_format="safetensors", enable_prefix_caching=True)
    inputs: Any = [{"prompt_token_ids": prompt} for prompt in prompts]
    best = 0.0
    for _ in range(arguments.rounds):
        llm.reset_prefix_cache()
        start = time.perf_counter()
        outputs = llm.generate(inputs, parameters, use_tqdm=False)
        best = max(best, sum(len(o.outputs[0].token_ids) for o in outputs) / (time.perf_counter() - start))
    return best


def cpu(pids: dict[str, int]) -> dict[str, float]:
    """CPU seconds so far of this process, the engine's, the broker and the database with all its backends."""
    me = psutil.Process()
    others = {pid: name for name, pid in pids.items()}
    spent = {"generator": sum(me.cpu_times()[:2]), "engine": 0.0, "broker": 0.0, "postgres": 0.0}
    for child in me.children(recursive=True):
        above = [child, *child.parents()]
        name = next((others[p.pid] for p in above if p.pid in others), "engine")
        spent[name] += sum(child.cpu_times()[:2])
    postmaster = psutil.Process(pids["postgres"])
    spent["postgres"] = sum(sum(p.cpu_times()[:2]) for p in [postmaster, *postmaster.children(recursive=True)])
    return spent


def difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """CPU seconds spent between two looks."""
    return {name: after[name] - before[name] for name in after}


def report(name: str, ours: float, theirs: float, **facts: Any) -> None:
    """One measurement, in output tokens/s."""
    line = {"name": name, "ours": round(ours, 1), "theirs": round(theirs, 1), "ratio": round(ours / theirs, 3)}
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    load = round(os.getloadavg()[0], 1)
    print(json.dumps(line | {"unit": "tokens/s", "machine": machine, "load_average": load} | facts), flush=True)


if __name__ == "__main__":
    sys.exit(main())
