"""The stack on containers, once: what it promises, a run, replicas, kills at random moments, and an orderly end."""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from chaos.faults import Fault, Repair, drawn
from chaos.rounds import play_round
from chaos.stage import CAST
from chaos.verdict import Rows, verdict_of
from compose import checks, operations
from compose.llm import vllm
from compose.stack import APPS, Seen, Stack, docker
from compose.turns import stalled_elsewhere
from support.chat_server import ChatServer
from support.cluster import demo_language, replay_source, tiny_training
from support.recordings import write_recording
from support.stored import judged_rows

CALLS, OBJECTS = 100, 20
REPLICAS = {"validator": CAST.count("validator"), "trainer": CAST.count("trainer")}
WEIGHTS = {"kill": 6, "stop": 2, "freeze": 1, "kill_broker": 3, "kill_database": 3}
"""As in tests/chaos, the broker and the database more often. Containers are frozen by `docker pause`."""
PATIENCE_S = 180


def say(text: str) -> None:
    """A line for what was seen."""
    print(f"ok   {text}", flush=True)


def specification(name: str) -> dict[str, Any]:
    """A run over the recording: two arms, gold and recorded, each with two training seeds."""
    return {
        "name": name,
        "languages": [demo_language()],
        "sources": [{"kind": "organic"}, replay_source(Path("recorded.jsonl"), calls=CALLS)],
        "training": tiny_training(training_seeds=[1, 2]),
    }


def judged(stack: Stack, run_id: str, reference: Rows, name: str) -> None:
    """Raise Seen unless the run's rows are those of the calm run, each once."""
    with stack.engine() as db:
        verdict = verdict_of(db, run_id, reference, CALLS)
    if not verdict.good:
        raise Seen(f"{name}: lost {verdict.lost}, doubled {verdict.doubled}: {'; '.join(verdict.wrong)}")


def calm(stack: Stack) -> Rows:
    """A run that nobody disturbs, its events listened to: the rows that all others must give."""
    began = time.monotonic()
    run_id = stack.submit(specification("calm"))
    listener = checks.Listener(stack, run_id)
    listener.start()
    stack.end_of(run_id)
    say(f"a run of {CALLS} calls x {OBJECTS} objects and 4 trainings complete in {time.monotonic() - began:.0f} s")
    with stack.engine() as db:
        reference = judged_rows(db, run_id)
    judged(stack, run_id, reference, "calm")
    samples, rejections = len(reference["samples"]), len(reference["rejections"])
    say(f"its rows agree with their counts: {samples} samples, {rejections} rejections")
    say(listener.told())
    results = stack.http.get("/v1/results", params={"run": run_id}).json()["items"]
    checks.expect(len(results), 4, "results of 4 models")
    say(checks.pictures(stack, run_id))
    return reference


def scaled(stack: Stack, reference: Rows) -> None:
    """More replicas with a service's own times; one of each is killed in mid-run and stays dead."""
    stack.up(validator=3, trainer=2)
    checks.expect([len(stack.containers(s)) for s in ("validator", "trainer")], [3, 2], "validators and trainers")
    began = time.monotonic()
    run_id = stack.submit(specification("scaled"))
    victims = [stack.containers("validator")[0], stack.containers("trainer")[0]]
    rng = random.Random(1)
    for victim in victims:
        time.sleep(rng.uniform(1, 4))
        docker("kill", victim)
    stack.compose("restart", "api")
    stack.end_of(run_id)
    judged(stack, run_id, reference, "scaled")
    took = time.monotonic() - began
    say(f"3 validators, 2 trainers, one of each killed, the API restarted: complete in {took:.0f} s, lost 0, doubled 0")
    for victim in victims:
        docker("start", victim)
    say(checks.follows(stack))


def strike(stack: Stack, fault: Fault) -> Repair | None:
    """Do a fault to a container; gives what mends it. None when its victim does not run just now."""
    service = {"kill_broker": "kafka", "kill_database": "postgres"}.get(fault.kind, CAST[fault.victim])
    of_service = stack.containers(service, all_=True)
    place = 0 if len(of_service) == 1 else CAST[: fault.victim].count(service)
    victim = of_service[place]
    state = stack.inspect(victim)["State"]
    if not state["Running"] or state["Paused"]:
        return None
    if fault.kind == "freeze":
        docker("pause", victim, check=False)  # an engine under load may fail at it, and then nothing was struck
        if not stack.inspect(victim)["State"]["Paused"]:
            return None
        return lambda: docker("unpause", victim)
    if fault.kind == "stop":
        docker("stop", "-t", "40", victim)
        checks.expect(stack.inspect(victim)["State"]["ExitCode"], 0, f"{service}'s exit code after SIGTERM in mid-run")
    else:
        docker("kill", victim)
    return lambda: docker("start", victim)


def chaos(stack: Stack, reference: Rows, rounds: int, seed: int) -> None:
    """Rounds with short times and faults at random moments; the last one again with a service's own times."""
    whole: Counter[str] = Counter()
    for number in range(rounds):
        short = number < rounds - 1 or rounds == 1
        stack.files = ["-f", "tests/compose/quick.yml"] if short else []
        stack.up(**REPLICAS)
        faults = drawn(random.Random(f"{seed}-{number}"), 6.0 if short else 60.0, WEIGHTS)
        began = time.monotonic()
        name = f"round-{number + 1}-of-seed-{seed}-{int(time.time())}"
        run_id = stack.submit(specification(name))
        struck = play_round(
            stack, run_id, faults, lambda fault: strike(stack, fault), calls=CALLS, patience_s=PATIENCE_S
        )
        judged(stack, run_id, reference, name)
        whole.update(struck)
        kinds = " ".join(sorted(struck.elements()))
        times = "short times" if short else "default times"
        say(f"round {number + 1}/{rounds} ({times}) in {time.monotonic() - began:.0f} s: {kinds}: lost 0, doubled 0")
    kills = sum(count for kind, count in whole.items() if kind.startswith("kill"))
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(whole.items()))
    say(f"rounds {rounds}, kills {kills} ({told}), lost = 0, doubled = 0")


def orderly_end(stack: Stack) -> None:
    """SIGTERM to all: every service of ours ends with 0 within its grace; volumes and networks go."""
    began = time.monotonic()
    stack.compose("stop")
    for service in (*APPS, "postgres"):
        for container in stack.containers(service, all_=True):
            checks.expect(stack.inspect(container)["State"]["ExitCode"], 0, f"{service}'s exit code after SIGTERM")
    say(f"all stopped in {time.monotonic() - began:.0f} s, exit 0")
    torn_down(stack)
    for kind in ("volume", "network"):
        left = docker(kind, "ls", "-q", "--filter", f"label=com.docker.compose.project={stack.project}")
        checks.expect(left, "", f"{kind}s left")
    say("torn down with its volumes")


def torn_down(stack: Stack) -> None:
    """Remove containers, networks and volumes."""
    stack.compose("--profile", "observability", "down", "-v", "--remove-orphans", check=False)


def operated(stack: Stack, server: ChatServer, reference: Rows) -> None:
    """What an operator meets."""
    say(operations.loopback_refused(stack))
    say(operations.followed_through_an_outage(stack, server))
    start = lambda name: stack.submit(specification(name))  # noqa: E731
    say(operations.hung(stack, start, lambda run_id: judged(stack, run_id, reference, "hung")))
    for scene in (
        operations.missing,
        operations.quiet,
        operations.saved_when_stopped,
        operations.dashboard_door,
        operations.kept,
    ):
        say(scene(stack))


def show(stack: Stack, server: ChatServer, rounds: int, seed: int) -> None:
    """All scenes in order."""
    say(operations.key_before_the_first_start(stack))
    began = time.monotonic()
    stack.up()
    say(f"ready behind {stack.url} after {time.monotonic() - began:.0f} s")
    for check in (checks.healthy, checks.doors, checks.locked_down, checks.secrets):
        say(check(stack))
    reference = calm(stack)
    for check in (checks.analyst, checks.away, checks.comes_back, stalled_elsewhere):
        say(check(stack))
    operated(stack, server, reference)
    scaled(stack, reference)
    say(checks.observed(stack))
    say(vllm(stack))
    if rounds:
        chaos(stack, reference, rounds, seed)
    orderly_end(stack)


def main(arguments: list[str]) -> int:
    """Play; 1 when something was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="of chaos; the last one with a service's own times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave everything running after a failure")
    given = parser.parse_args(arguments)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # It gives three answers and holds the others back until it is opened; containers reach it by the host's name.
    server = ChatServer(at_once=3, host="0.0.0.0")
    with tempfile.TemporaryDirectory(prefix="spanloom-compose-") as folder, server:
        data = Path(folder)
        write_recording(data / "recorded.jsonl", calls=CALLS, objects=OBJECTS)
        data.chmod(0o755)
        stack = Stack(data, f"host.docker.internal:{server.port}")
        good = False
        try:
            show(stack, server, given.rounds, given.seed)
            good = True
        except AssertionError as error:
            print(f"FAIL {error}", flush=True)
            print(stack.logs(), flush=True)
        finally:
            if good or not given.keep:
                torn_down(stack)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
