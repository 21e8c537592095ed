"""Before a run is accepted: is the LLM server there, is the key right, does it have the model?

Each server is asked for its list of models; where that does not tell, one call of one token is made. What cannot be
asked in `WITHIN_S` seconds counts as a mistake of the specification, at the field that can mend it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import httpx

from spanloom.contracts.allowed import engine_of
from spanloom.contracts.engines import OpenAIBatchEngineSpec, OpenAIEngineSpec
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import RunSpec
from spanloom.contracts.training import EncoderSpec
from spanloom.contracts.translation import TranslatedSource
from spanloom.errors import EnvironmentMissing, PermanentEngineError
from spanloom_generator.engines.asking import Asker, Silent
from spanloom_generator.engines.chat import error_text, read_json
from spanloom_generator.engines.guarded import Unanswered
from spanloom_generator.engines.openai import read_key

WITHIN_S = 13.0
"""Seconds for all probes together; what is not answered then counts as not answered."""
CONNECT_S, LIST_S, CALL_S = 3.0, 5.0, 8.0
MAX_BYTES = 4 * 2**20
PROBES = 8
"""Servers asked at a time."""
SHOWN_MODELS = 8
HOW_TO_SKIP = "`spanloom run --no-check` starts the run without asking"

Server = OpenAIEngineSpec | OpenAIBatchEngineSpec
Problem = tuple[str, str]
"""A field's path and what is wrong there."""
EncoderCheck = Callable[[EncoderSpec], str | None]
"""Why an encoder cannot be loaded on this machine, or None."""


def preflight(spec: RunSpec, *, reach: Reach, has_keys: bool, encoder: EncoderCheck | None = None) -> list[Problem]:
    """What is wrong with the servers and encoders of a run, asked all at once.

    `has_keys`: calls are made from this process's environment, so that a key that is not here is a mistake; otherwise
    a server that asks for one is taken to be right. `encoder` looks at encoders where they are loaded on this machine;
    recorded completions and engines of this process are not asked.
    """
    probes: dict[str, Callable[[], list[Problem]]] = {}
    for places in _servers(spec).values():
        probes[f"{places[0][0]}.base_url"] = partial(_of_server, places, reach, has_keys)
    if encoder is not None:
        probes.update({place: partial(_of_encoder, place, given, encoder) for place, given in _encoders(spec)})
    return _all(probes)


def _of_server(places: Sequence[tuple[str, Server]], reach: Reach, has_keys: bool) -> list[Problem]:
    found = probe_server(places[0][1], reach, has_keys=has_keys)
    return [(f"{place}.{field}", what) for field, what in found for place, _ in places]


def _of_encoder(place: str, given: EncoderSpec, check: EncoderCheck) -> list[Problem]:
    what = check(given)
    return [] if what is None else [(place, what)]


def _all(probes: dict[str, Callable[[], list[Problem]]]) -> list[Problem]:
    """What the probes find, in their order; one that takes too long is a problem itself."""
    if not probes:
        return []
    pool = ThreadPoolExecutor(max_workers=min(len(probes), PROBES), thread_name_prefix="preflight")
    try:
        running = {place: pool.submit(look) for place, look in probes.items()}
        wait(running.values(), timeout=WITHIN_S)
        late = f"did not answer within {WITHIN_S:g} s; {HOW_TO_SKIP}"
        found = [(place, future.result() if future.done() else [(place, late)]) for place, future in running.items()]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [problem for _, problems in found for problem in problems]


def _servers(spec: RunSpec) -> dict[tuple[object, ...], list[tuple[str, Server]]]:
    """The servers of a run, each once, with every place of the specification that names it."""
    servers: dict[tuple[object, ...], list[tuple[str, Server]]] = {}
    for i, source in enumerate(spec.sources):
        place, engine = engine_of(source)
        if isinstance(engine, OpenAIEngineSpec | OpenAIBatchEngineSpec):
            key = (engine.kind, engine.base_url, engine.model, engine.api_key_env, engine.api_key_file)
            servers.setdefault(key, []).append((f"sources.{i}.{place}", engine))
    return servers


def _encoders(spec: RunSpec) -> list[tuple[str, EncoderSpec]]:
    found = [("training.encoder", spec.training.encoder)]
    for i, source in enumerate(spec.sources):
        if isinstance(source, TranslatedSource) and source.aligner is not None:
            found.append((f"sources.{i}.aligner.encoder", EncoderSpec.model_validate(source.aligner.encoder)))
    return found


def probe_server(engine: Server, reach: Reach, *, has_keys: bool) -> list[Problem]:
    """What is wrong with a server: the engine's field, and what to do. Empty where a call would be answered."""
    key_field = "api_key_file" if engine.api_key_file else "api_key_env"
    try:
        key = read_key(engine.api_key_env, engine.api_key_file, reach)
    except PermanentEngineError as error:
        return [(key_field, str(error))]
    except EnvironmentMissing as error:
        if has_keys:
            return [(key_field, f"{error}; set it where the service is started")]
        key = None
    named = engine.api_key_env is not None or engine.api_key_file is not None
    asker = _Asker(engine, key, key_field, trusts_key=named and key is None)
    try:
        return asyncio.run(asyncio.wait_for(asker.problems(), WITHIN_S))
    except TimeoutError:  # one that sends a byte now and then would hold this thread for days
        return [("base_url", f"{engine.base_url} did not answer within {WITHIN_S:g} s; {HOW_TO_SKIP}")]
    except PermanentEngineError as error:
        return [("base_url", str(error))]
    except (Unanswered, httpx.InvalidURL) as error:
        what = str(error) or f"no answer ({type(error).__name__})"
        return [("base_url", f"{engine.base_url} cannot be reached: {what}; start the server. {HOW_TO_SKIP}")]


class _Asker:
    """One server asked with one key. `trusts_key`: the key is elsewhere, so that being asked for one is no mistake."""

    def __init__(self, engine: Server, key: str | None, key_field: str, *, trusts_key: bool) -> None:
        self.engine, self.key, self.key_field, self.trusts_key = engine, key, key_field, trusts_key
        self.url = engine.base_url.rstrip("/")

    async def problems(self) -> list[Problem]:
        """What is wrong, in words; empty where it would answer a call."""
        headers = {"User-Agent": "spanloom", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}
        async with Asker(headers, connect_s=CONNECT_S, silence_s=CALL_S) as http:
            status, text = await self._listed(http)
            if status == 401:
                return self._no_key(status, text)
            listed = _models(text) if status == 200 else []
            if self.engine.model in listed:
                return []
            if isinstance(self.engine, OpenAIBatchEngineSpec):  # it need not answer single calls
                return [self._no_model(listed)] if listed else []
            return await self._called(http, listed, found=status == 200)

    async def _listed(self, http: Asker) -> tuple[int, str]:
        try:
            return await _ask(http, "GET", f"{self.url}/models", silence_s=LIST_S)
        except Silent:
            return 0, ""  # a call may be answered all the same

    async def _called(self, http: Asker, listed: Sequence[str], *, found: bool) -> list[Problem]:
        """One call of one token."""
        url = f"{self.url}/chat/completions"
        body: dict[str, Any] = {"model": self.engine.model, "messages": [{"role": "user", "content": "Hi"}]}
        try:
            status, text = await _ask(http, "POST", url, body={**body, "max_tokens": 1})
            if status == 400 and "max_completion_tokens" in text:
                status, text = await _ask(http, "POST", url, body={**body, "max_completion_tokens": 1})
        except Silent:
            what = f"{url} did not answer one call of one token in {CALL_S:g} s; is it loading, or busy? {HOW_TO_SKIP}"
            return [("base_url", what)]
        if status == 200:
            return [] if _is_completion(text) else [("base_url", self._no_completion(text))]
        said, code = error_text(text)
        of_model = "model" in said.lower()
        if status in (401, 403):
            return self._no_key(status, text)
        if code == "insufficient_quota":
            return [(self.key_field, f"the account has no quota left (HTTP {status}: {said})")]
        if status == 404 or (status in (400, 422) and of_model):
            if found or of_model:
                return [self._no_model(listed, said)]
            return [("base_url", f"{url} is not there (HTTP {status}: {said}); the address usually ends in /v1")]
        if status >= 500:
            return [("base_url", f"{url} answered HTTP {status}: {said}. {HOW_TO_SKIP}")]
        return []  # it is there, knows the key and the model, and minds something of this call alone

    def _no_key(self, status: int, text: str) -> list[Problem]:
        if self.trusts_key:
            return []
        said, _ = error_text(text)
        if self.key:
            return [(self.key_field, f"the server refuses the key (HTTP {status}: {said})")]
        what = f"the server asks for a key (HTTP {status}: {said}); name the environment variable that holds it"
        return [(self.key_field, what)]

    def _no_model(self, listed: Sequence[str], said: str = "") -> Problem:
        more = f", and {len(listed) - SHOWN_MODELS} more" if len(listed) > SHOWN_MODELS else ""
        known = f"; it has {', '.join(listed[:SHOWN_MODELS])}{more}" if listed else ""
        return "model", f"the server has no model {self.engine.model!r}{f' ({said})' if said else ''}{known}"

    def _no_completion(self, text: str) -> str:
        return f"{self.url} answers, but with no chat completion: {error_text(text)[0]}"


async def _ask(http: Asker, method: str, url: str, **options: Any) -> tuple[int, str]:
    """Status and text of an answer, the text cut at MAX_BYTES."""
    answer = await http.ask(method, httpx.URL(url), most_bytes=MAX_BYTES, **options)
    return answer.status, answer.body[:MAX_BYTES].decode("utf-8", "replace")


def _models(text: str) -> list[str]:
    """The models' names of an answer to `GET /models`; none where it is something else."""
    try:
        data = read_json(text)
    except ValueError:
        return []
    rows = data.get("data") if isinstance(data, dict) else None
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row] if isinstance(rows, list) else []


def _is_completion(text: str) -> bool:
    try:
        data = read_json(text)
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get("choices"), list) and bool(data["choices"])
