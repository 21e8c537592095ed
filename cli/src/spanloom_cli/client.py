"""The services' HTTP API as Python calls: retries what may be retried, and turns problems into errors with words."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx
from httpx_sse import SSEError, connect_sse
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from spanloom.errors import SpecError
from spanloom_cli.exits import Exit, NoSuchRoute, ServiceAway, ServiceError

ATTEMPTS = 4
LONGEST_PAUSE_S = 10.0
_AGAIN = (429, 502, 503, 504)
_WHOLE = {
    "run": re.compile(r"\d{8}-[0-9a-f]{8}"),
    "dataset": re.compile(r"\d{8}-[0-9a-f]{8}\..+\.v\d+"),
    "job": re.compile(r"job-[0-9a-f]{24}"),
}
"""Ids as they are in full; anything else may be a short one, which the service completes."""


class ServerEvent(NamedTuple):
    """One event of a run: its id (for Last-Event-ID), kind and data."""

    id: str
    kind: str
    data: dict[str, Any]


class Client:
    """Talks to the service at `url`. Lost connections and 429/502/503/504 are tried again, `ATTEMPTS` times in all.

    `twin()` makes another of its kind, for another thread.
    A POST is tried again too: a new run carries an Idempotency-Key, and cancel, resume and retry may be repeated.
    Raises ServiceError with an exit code, and SpecError with the field paths where a specification was refused.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.url, self._attempts = url.rstrip("/"), attempts
        self.twin = partial(Client, url, api_key=api_key, timeout_s=timeout_s, transport=transport, attempts=attempts)
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout_s, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._http.close()

    # ------------------------------------------------------------------------------------------------------- verbs

    def create_run(self, spec: str, *, idempotency_key: str | None = None, check: bool = True) -> dict[str, Any]:
        """POST /v1/runs with a specification's YAML or JSON text; gives the run's id and state.

        Without `check` its servers are not asked first, nor is its encoder looked for.
        """
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4()), "Content-Type": "application/yaml"}
        params = {} if check else {"check": "false"}
        return self._json("POST", "/v1/runs", content=spec.encode(), headers=headers, params=params)

    def check(self, spec: str) -> list[str]:
        """POST /v1/runs/check: all that is looked at before a run is accepted; gives warnings. Raises SpecError."""
        headers = {"Content-Type": "application/yaml"}
        return list(self._json("POST", "/v1/runs/check", content=spec.encode(), headers=headers)["warnings"])

    def run(self, run_id: str) -> dict[str, Any]:
        """GET /v1/runs/{id}."""
        return self._json("GET", f"/v1/runs/{self._id('run', run_id)}")

    def runs(self, *, limit: int) -> list[dict[str, Any]]:
        """The newest runs, at most `limit`."""
        return self._items("/v1/runs", {}, limit)

    def act(self, run_id: str, verb: str) -> dict[str, Any]:
        """POST /v1/runs/{id}/{verb}: cancel, resume, retry."""
        return self._json("POST", f"/v1/runs/{self._id('run', run_id)}/{verb}")

    def dataset(self, dataset_id: str) -> dict[str, Any]:
        """GET /v1/datasets/{id}."""
        return self._json("GET", f"/v1/datasets/{self._id('dataset', dataset_id)}")

    def samples(self, dataset_id: str, *, limit: int, **filters: str) -> list[dict[str, Any]]:
        """Samples of a dataset, at most `limit`."""
        return self._items(f"/v1/datasets/{self._id('dataset', dataset_id)}/samples", filters, limit)

    def results(self, view: str, *, limit: int, run: str | None = None) -> list[dict[str, Any]]:
        """Rows of GET /v1/results, or of one of its views, at most `limit`."""
        path = "/v1/results" if view == "evaluations" else f"/v1/results/{_part(view)}"
        return self._items(path, self._of(run), limit)

    def advice(self, run_id: str, *, price_per_sentence: float | None = None) -> list[dict[str, Any]]:
        """GET /v1/results/advice: what to do next, for each language of a run."""
        price = {} if price_per_sentence is None else {"price_per_sentence": str(price_per_sentence)}
        return list(self._json("GET", "/v1/results/advice", params={**self._of(run_id), **price})["items"])

    def audit(self, dataset_id: str, action: str) -> dict[str, Any]:
        """POST /v1/datasets/{id}/audit: have its labels judged, and act on what is found. May be repeated."""
        path = f"/v1/datasets/{self._id('dataset', dataset_id)}/audit"
        return self._json("POST", path, json={"action": action})

    def calls(self, run: str, *, outcome: str | None, limit: int) -> list[dict[str, Any]]:
        """Calls of a run in order of dataset and call, at most `limit`; of one outcome, or all."""
        return self._items("/v1/calls", {**self._of(run), **({"outcome": outcome} if outcome else {})}, limit)

    def hold_calls(self, dataset: str, file: str, *, limit: int, lease_s: float) -> dict[str, Any]:
        """POST /v1/calls/files: hold waiting calls of a dataset under a name of the client's. May be repeated."""
        wanted = {"dataset": dataset, "file": file, "limit": limit, "lease_s": lease_s}
        return self._json("POST", "/v1/calls/files", json=wanted)

    def held_lines(self, file: str, *, model: str | None, max_tokens: int | None) -> Iterator[dict[str, Any]]:
        """The calls that a file holds, as lines of a batch's input, a page at a time."""
        asked = {"model": model, "max_tokens": None if max_tokens is None else str(max_tokens), "limit": "200"}
        params = {name: value for name, value in asked.items() if value is not None}
        while True:
            page = self._json("GET", f"/v1/calls/files/{_part(file)}", params=params)
            yield from (item["line"] for item in page["items"])
            if not page.get("next"):
                return
            params["cursor"] = page["next"]

    def renew_calls(self, file: str, lease_s: float) -> int:
        """Hold a file's calls for longer; how many are still held."""
        return int(self._json("POST", f"/v1/calls/files/{_part(file)}/renew", json={"lease_s": lease_s})["calls"])

    def release_calls(self, file: str) -> int:
        """Hand back what a file still holds; how many calls that was."""
        return int(self._json("POST", f"/v1/calls/files/{_part(file)}/release")["calls"])

    def store_answers(self, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """POST /v1/calls/answers: lines of a batch's output; each call's first answer is stored. May be repeated."""
        return self._json("POST", "/v1/calls/answers", json={"lines": list(lines)})

    def jobs(self, run: str, *, state: str | None, limit: int) -> list[dict[str, Any]]:
        """Jobs of a run by id, at most `limit`; in one state, or all."""
        return self._items("/v1/jobs", {**self._of(run), **({"state": state} if state else {})}, limit)

    def job(self, job_id: str) -> dict[str, Any]:
        """GET /v1/jobs/{id}: one job with its outcome."""
        return self._json("GET", f"/v1/jobs/{self._id('job', job_id)}")

    def completions(self, dataset_id: str, *, reason: str | None, limit: int) -> list[dict[str, Any]]:
        """Raw completions of a dataset with the place of each verdict, at most `limit`."""
        path = f"/v1/datasets/{self._id('dataset', dataset_id)}/completions"
        return self._items(path, {"reason": reason} if reason else {}, limit)

    def models(self, *, limit: int, run: str | None = None) -> list[dict[str, Any]]:
        """Models that are kept, at most `limit`."""
        return self._items("/v1/models", self._of(run), limit)

    def model(self, job: str) -> dict[str, Any]:
        """GET /v1/models/{id}: the kept model of a job, by the job's id or a short one."""
        return self._json("GET", f"/v1/models/{self._id('job', job)}")

    def tag(self, model_id: str, sentences: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """POST /v1/models/{id}/tag: sentences tagged where the model lies, at most 1,000."""
        given = [list(sentence) for sentence in sentences]
        return list(self._json("POST", f"/v1/models/{_part(model_id)}/tag", json={"sentences": given})["sentences"])

    def card(self, model_id: str) -> str:
        """GET /v1/models/{id}/card: a model's card, Markdown."""
        response = self._send("GET", f"/v1/models/{self._id('job', model_id)}/card")
        if response.is_error:
            raise self._refusal(response)
        return response.text

    def drawing(self, view: str, kind: str, **asked: str) -> bytes:
        """GET /v1/results/{view}.{kind}: a view drawn as `png` or `svg`; `asked` are `run` and `by`."""
        asked |= self._of(asked.get("run"))
        response = self._send("GET", f"/v1/results/{_part(view)}.{_part(kind)}", params=asked)
        if response.is_error:
            raise self._refusal(response)
        return response.content

    def drawing_by_distances(self, kind: str, distances: Sequence[str], *, run: str | None = None) -> bytes:
        """POST /v1/results/transfer_comparison.{kind}: drawn by lines of a table of distances. May be repeated."""
        path = f"/v1/results/transfer_comparison.{_part(kind)}"
        response = self._send("POST", path, params=self._of(run), json={"distances": list(distances)})
        if response.is_error:
            raise self._refusal(response)
        return response.content

    def dead_letters(self, *, limit: int, **filters: str) -> list[dict[str, Any]]:
        """Dead letters, at most `limit`."""
        return self._items("/v1/dead-letters", filters, limit)

    def dead_letter(self, place: str, *, replay: bool = False) -> dict[str, Any]:
        """One dead letter, `place` being `topic/partition/offset`; or its replay."""
        path = f"/v1/dead-letters/{'/'.join(_part(part) for part in place.split('/'))}"
        return self._json("POST", f"{path}/replay") if replay else self._json("GET", path)

    def parts(self) -> dict[str, str | None]:
        """The parts of the service by name, each with what keeps it from being ready, or None when it is.

        A gateway says at GET /readyz which parts it stands before, and each is asked at /readyz/PART; a service
        without one, or all in one process, is a part by itself and has no such list.
        """
        answer = self._send("GET", "/readyz")
        named = answer.headers.get("X-Spanloom-Parts", "").split()
        if not named:
            return {"service": self._what_ails(answer)}
        return {name: self._what_ails(self._send("GET", f"/readyz/{_part(name)}")) for name in named}

    def _what_ails(self, answer: httpx.Response) -> str | None:
        return str(self._refusal(answer)) if answer.is_error else None

    def events(self, run_id: str, *, after: str | None = None) -> Iterator[ServerEvent]:
        """The run's events as they come, from its beginning or after an id. One connection, not tried again."""
        headers = {"Last-Event-ID": after} if after else {}
        timeout = httpx.Timeout(10.0, read=60.0)  # the service sends a comment every 15 s
        try:
            path = f"/v1/runs/{self._id('run', run_id)}/events"
            with connect_sse(self._http, "GET", path, headers=headers, timeout=timeout) as source:
                if source.response.is_error:
                    source.response.read()
                    raise self._refusal(source.response)
                for event in source.iter_sse():
                    data = event.json()
                    yield ServerEvent(event.id, event.event, data if isinstance(data, dict) else {"value": data})
        except (httpx.TransportError, SSEError, ValueError) as error:
            raise ServiceError(f"the events of {run_id} ended early: {error}", Exit.UNREACHABLE) from None

    # ------------------------------------------------------------------------------------------------------- parts

    def full_id(self, kind: str, given: str) -> str:
        """The whole id of a run, dataset or job; a short one is completed by GET /v1/ids/{kind}/{given}."""
        if _WHOLE[kind].fullmatch(given):
            return given
        return str(self._json("GET", f"/v1/ids/{kind}/{_part(given)}")["id"])

    def _id(self, kind: str, given: str) -> str:
        return _part(self.full_id(kind, given))

    def _of(self, run: str | None) -> dict[str, str]:
        return {"run": self.full_id("run", run)} if run else {}

    def _items(self, path: str, params: dict[str, str], limit: int) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(items) < limit:
            asked = {**params, "limit": str(min(limit - len(items), 1000)), **({"cursor": cursor} if cursor else {})}
            page = self._json("GET", path, params=asked)
            items += page["items"]
            cursor = page.get("next")
            if not cursor:
                break
        return items[:limit]

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = self._send(method, path, **options)
        if response.is_error:
            raise self._refusal(response)
        try:
            body = response.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ServiceError(f"{self.url}{path} is not a Spanloom service: it did not answer JSON", Exit.UNREACHABLE)
        return body

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        retrying = Retrying(
            stop=stop_after_attempt(self._attempts),
            wait=_pause,
            retry=retry_if_exception(lambda error: isinstance(error, httpx.TransportError | _AskAgainError)),
            reraise=True,
        )
        try:
            return retrying(self._once, method, path, **options)
        except _AskAgainError as error:
            return error.response
        except httpx.TransportError as error:
            raise ServiceAway(
                f"cannot reach {self.url}: {error or type(error).__name__}; "
                "start the services with `spanloom up`, or name them with --url or SPANLOOM_URL"
            ) from None
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise ServiceError(f"{self.url}{path} cannot be asked: {error}", Exit.USAGE) from None

    def _once(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._http.request(method, path, **options)
        if response.status_code in _AGAIN:
            raise _AskAgainError(response)
        return response

    def _refusal(self, response: httpx.Response) -> Exception:
        """The error a response stands for."""
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        if not isinstance(problem, dict) or "detail" not in problem:
            told = f"{response.request.url} answered {response.status_code} and is not a Spanloom service; check --url"
            return ServiceAway(told) if response.status_code in _AGAIN else ServiceError(told, Exit.UNREACHABLE)
        found = [(str(item.get("path", "")), str(item.get("message", ""))) for item in problem.get("errors", [])]
        if response.status_code in (400, 422) and found:
            return SpecError(found) if response.request.method == "POST" else _usage(found)
        detail = str(problem["detail"])
        if response.status_code >= 500:
            detail = "; ".join([detail, *(f"{name}: {what}" for name, what in found)])
            told = f"{self.url} is not ready or failed: {detail} (request {problem.get('request_id', '?')})"
            return ServiceAway(told) if response.status_code in _AGAIN else ServiceError(told, Exit.UNREACHABLE)
        if response.status_code == 404 and detail.startswith("no such route"):
            return NoSuchRoute(f"{self.url} has no {response.request.url.path}: {detail}", Exit.REFUSED)
        if response.status_code in _AGAIN:
            return ServiceAway(detail, Exit.REFUSED)
        if response.status_code == 401:
            detail += "; set SPANLOOM_API_KEY or SPANLOOM_API_KEY_FILE"
        return ServiceError(detail, Exit.USAGE if response.status_code in (400, 413, 422) else Exit.REFUSED)


class _AskAgainError(Exception):
    """An answer that asks to be asked again."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        super().__init__(f"HTTP {response.status_code}")


_backoff = wait_random_exponential(multiplier=0.2, max=3.0)


def _pause(state: RetryCallState) -> float:
    """What `Retry-After` asks for, within reason; else a growing random pause."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.response.headers.get("Retry-After", "") if isinstance(error, _AskAgainError) else ""
    return min(float(asked), LONGEST_PAUSE_S) if asked.isdigit() else _backoff(state)


def _usage(found: list[tuple[str, str]]) -> ServiceError:
    return ServiceError("; ".join(f"{path}: {what}" for path, what in found), Exit.USAGE)


def _part(text: str) -> str:
    """An id as one segment of a path."""
    return httpx.URL(path="/" + text.replace("/", "%2F")).raw_path.decode()[1:]
