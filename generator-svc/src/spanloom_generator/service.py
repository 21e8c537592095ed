"""The generator, wired: where settings, store, bus, engines, worker and routes meet."""

from __future__ import annotations

from spanloom.bus.topics import PROMPTS
from spanloom.contracts.messages import PromptMessage
from spanloom.gpu.card import gpus
from spanloom.gpu.turn import turn_on
from spanloom.store.events import Place, since
from spanloom.workers.consume import Consuming
from spanloom.workers.relay import Relay, Sweeper
from spanloom.workers.runtime import Parts, Runtime, consuming_checks
from spanloom_generator import records
from spanloom_generator.api.batch_files import batch_file_routes
from spanloom_generator.api.calls import call_routes
from spanloom_generator.api.dead_letters import dead_letter_routes
from spanloom_generator.api.events import EventHub
from spanloom_generator.api.gold import gold_routes
from spanloom_generator.api.ids import id_routes
from spanloom_generator.api.runs import run_routes
from spanloom_generator.pool import EnginePool
from spanloom_generator.topup import TopUp
from spanloom_generator.worker import GeneratorWorker

GROUP = "generator"


def build(runtime: Runtime) -> Parts:
    """The generator's threads and routes, as far as `SPANLOOM_ROLE` asks for them."""
    parts = Parts("generator", 8001)
    if runtime.settings.role in ("all", "api"):
        add_api(parts, runtime)
    if runtime.settings.role in ("all", "worker"):
        add_engines(parts, runtime)
    return parts


def add_api(parts: Parts, runtime: Runtime) -> None:
    """Routes and events, and the relay of what the routes write."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus

    def fetch(run_id: str, place: Place, limit: int) -> list[tuple[Place, str, dict[str, object]]]:
        with db.connect() as connection:
            return since(connection, run_id, place, limit)

    hub: EventHub[Place] = EventHub(fetch)
    parts.add("events", hub.run)
    parts.add("relay-prompts", Relay(db, bus, "prompts", runtime.lease).run)
    parts.routers += [
        run_routes(db, hub, settings, runtime.too_large, runtime.encoder_problem),
        call_routes(db),
        batch_file_routes(db),
        id_routes(db),
        gold_routes(settings),
        dead_letter_routes(db, bus),
    ]


def add_engines(parts: Parts, runtime: Runtime) -> None:
    """The engines, and what keeps their work coming and going."""
    settings, db, bus = runtime.settings, runtime.db, runtime.bus
    pool = EnginePool(
        db, cache=settings.cache, roots=settings.data, reach=settings.reach, gpus=gpus(),
        turns=lambda gpu, name: turn_on(db, settings, gpu, holder=f"{runtime.holder}/{name}"),
    )  # fmt: skip
    worker = GeneratorWorker(db, pool, holder=runtime.holder, lease=runtime.lease, renew_s=settings.renew_s)
    loop = Consuming(
        db, bus, PROMPTS, GROUP, PromptMessage, worker.handle,
        room=worker.room, freed=worker.freed, backoff_s=(settings.backoff_s, settings.backoff_max_s),
    )  # fmt: skip
    parts.add("consume", loop.run)
    parts.add("finish", worker.run)
    parts.add("renew", worker.keeper.run)
    parts.add("relay-completions", Relay(db, bus, "completions", runtime.lease).run)
    parts.add("sweep", Sweeper(db, runtime.lease, every_s=settings.sweep_s, fail={"prompts": records.give_up}).run)
    parts.add("topup", TopUp(db, roots=settings.wording_roots, window=worker.in_flight).run)
    parts.checks.update(consuming_checks({"prompts": loop}))
    parts.on_stop += [worker.hand_back, pool.close]  # run from the last to the first
