"""The settings by section: each field with its default, bounds and description."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from spanloom.contracts.allowed import ENCODERS, LLMS

ROOT_HOME = Path("/var/lib/spanloom")
"""Root's home of Spanloom: PostgreSQL never runs as root, and its user may not pass root's own home folder."""

Seconds = Annotated[float, Field(gt=0, le=30 * 86_400)]
Names = Annotated[tuple[str, ...], NoDecode]
"""Several names in one variable, separated by commas."""


class HttpSettings(BaseSettings):
    """HTTP: where a service listens and whom it lets in."""

    host: str = Field("127.0.0.1", description="Address to listen on. Beyond loopback only with an API key.")
    port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="Port to listen on; 0 takes a free one. Unset: the service's own (8000-8004).",
    )
    api_key: SecretStr | None = Field(
        None,
        description="Key that clients send as `Authorization: Bearer KEY` or `X-API-Key: KEY`; or `sha256:` and the "
        "hex digest of it, so that a service need not know it. Unset: made at the first start, and kept in "
        "`SPANLOOM_HOME` where the commands of the same user find it.",
    )
    keyless: bool = Field(
        False, description="On loopback, ask for no key: every user and program of this machine may then do everything."
    )
    allowed_hosts: Names = Field(
        (), description="Names that the `Host` header may carry besides loopback's; `*` is any, only with an API key."
    )
    allowed_origins: Names = Field(
        (), description="Web origins (`https://app.example.org`) that pages may call from besides the service's own."
    )
    max_body_bytes: int = Field(1_200_000, ge=1024, description="Largest request body.")
    max_upload_bytes: int = Field(
        20_000_000, ge=1024, description="Largest file of gold sentences that a client may send (`POST /v1/gold`)."
    )
    max_json_depth: int = Field(64, ge=4, le=500, description="Deepest nesting of a JSON body.")
    head_s: Seconds = Field(15, description="Time a client has for a request's head, from its connection on.")
    body_s: Seconds = Field(60, description="Time a client has for a request's body.")
    answer_s: Seconds = Field(
        30, description="A request that only reads and is not answered after so long is answered 503."
    )
    url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://\S+$",
        description="Where the `spanloom` command finds the service.",
    )


class StoreSettings(BaseSettings):
    """Store and bus: where PostgreSQL and Kafka are."""

    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("SPANLOOM_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL, `postgresql://user@host:5432/name`. Unset: the embedded server in `SPANLOOM_HOME`.",
    )
    database_password: SecretStr | None = Field(
        None, description="Password put into `DATABASE_URL`, for URLs that must not hold it."
    )
    database_pool: int = Field(
        5,
        ge=3,
        le=200,
        description="Database connections of one service, two more in a rush; four times as many where all four share "
        "a process. Relays that listen hold up to two of a service's for good.",
    )
    database_timeout_s: Seconds = Field(30, description="How long to wait for a free connection or a new one.")
    statement_s: Seconds = Field(
        120,
        description="Longest statement; and, a little later, longest silence of the database before a connection is "
        "given up, as when it hangs.",
    )
    bus: str | None = Field(
        None,
        pattern=r"^(memory|kafka)://\S*$",
        description="`memory://NAME` inside one process, or `kafka://HOST:PORT[,HOST:PORT]`. Unset: from "
        "`KAFKA_BOOTSTRAP`, else `memory://local`.",
    )
    kafka_bootstrap: str | None = Field(
        None,
        validation_alias=AliasChoices("SPANLOOM_KAFKA_BOOTSTRAP", "KAFKA_BOOTSTRAP"),
        pattern=r"^[^\s/:,]+:\d+(,[^\s/:,]+:\d+)*$",
        description="Kafka's brokers, `HOST:PORT[,HOST:PORT]`.",
    )


class TopicSettings(BaseSettings):
    """Topics and consumers."""

    partitions: int = Field(12, ge=1, le=1000, description="Partitions of a topic that is created.")
    replication: int = Field(1, ge=1, le=10, description="Replicas of a topic that is created.")
    retention_days: float = Field(7, gt=0, description="How long a topic keeps its messages.")
    dlq_retention_days: float = Field(30, gt=0, description="How long a `.dlq` topic keeps its messages.")
    max_message_bytes: int = Field(
        1_048_576, ge=10_000, le=100_000_000, description="Largest message; a larger payload travels as its id alone."
    )
    session_timeout_s: Seconds = Field(30, description="A consumer silent for so long loses its partitions.")
    heartbeat_s: Seconds = Field(3, description="Time between a consumer's heartbeats; below a third of the session.")
    silence_rebuild_s: Seconds = Field(
        60,
        validation_alias=AliasChoices("SPANLOOM_SILENCE_REBUILD_S", "SPANLOOM_SILENCE_S"),
        description="A consumer that is assigned and lags but gets nothing for so long is rebuilt.",
    )


class WorkSettings(BaseSettings):
    """Work rows: leases, the relay and its sweeper."""

    lease_s: Seconds = Field(60, description="A row whose holder has not renewed it for so long may be taken over.")
    renew_s: Seconds = Field(15, description="Time between renewals of all rows held; at most a third of the lease.")
    ahead: int = Field(1000, ge=1, le=1_000_000, description="Most rows published and unclaimed per topic and run.")
    republish_after_s: Seconds = Field(
        300, description="A row published and unclaimed for so long is published again; doubles each time."
    )
    sweep_s: Seconds = Field(15, description="Time between the sweeper's rounds.")
    max_attempts: int = Field(3, ge=1, le=100, description="Attempts before a row fails with its reason.")
    max_crashes: int = Field(
        20,
        ge=1,
        le=1000,
        description="Processes that may end or stall at a row they had begun before it fails; none is an attempt.",
    )
    backoff_s: Seconds = Field(
        1, description="First pause after a transient error; doubles up to `SPANLOOM_BACKOFF_MAX_S`."
    )
    backoff_max_s: Seconds = Field(60, description="Longest pause after transient errors.")
    gpu_turn_s: Seconds = Field(
        600, description="A holder of a GPU gives it up after so long, loads left out, when another waits."
    )
    gpu_handover_s: Seconds = Field(
        60, description="Time a holder has to give a GPU up; then what it runs there is ended, after as long itself."
    )
    training_silence_s: Seconds = Field(
        120,
        description="A training process that gives no sign of life for so long, six times as long while it starts, is "
        "ended, and another started.",
    )
    training_stall_s: Seconds = Field(
        3600, description="A training that makes no progress for so long is ended, and tried again."
    )
    concurrent_jobs: int = Field(1, ge=1, le=64, description="Training processes at once on one device.")
    arms_at_once: int = Field(
        1,
        ge=1,
        le=16,
        description="Trainings at once in one training process, update by update in turns, each on a CUDA stream of "
        "its own. For small arms on a large GPU, where it has not been measured yet; a CPU gains nothing. What ends "
        "the process ends them all.",
    )


class ModelSettings(BaseSettings):
    """What specifications may name. Models: names, patterns, `name@revision`, folders; `local` for `SPANLOOM_DATA`."""

    encoders: Names = Field(
        ENCODERS,
        description="Encoders that may be trained: names, patterns (`org/*`), `name@revision`, and folders, "
        "which allow those in them; `local` stands for the folders of `SPANLOOM_DATA` and `SPANLOOM_CACHE`.",
    )
    llms: Names = Field(LLMS, description="LLMs that vLLM may load, in the same way.")
    llm_hosts: Names | None = Field(
        None,
        description="Hosts that an engine's `base_url` may name: `api.openai.com`, `*.example.org`, `host:8000`. "
        "Unset: any on a service that listens on loopback, none on one that listens beyond. Link-local and metadata "
        "addresses are never asked.",
    )
    llm_keys: Names | None = Field(
        None,
        description="Environment variables (patterns too) and whole paths of files that an engine may take its key "
        "from. Unset: variables `*_API_KEY` and `*_API_TOKEN` on a service that listens on loopback, none beyond.",
    )
    preflight: bool = Field(
        True,
        description="Before a run is accepted, ask its LLM servers for their models and look for its encoder. Turn it "
        "off where this service cannot reach what its workers reach.",
    )


class CapSettings(BaseSettings):
    """What one specification or request may ask for at most."""

    max_calls: int = Field(200_000, ge=1, le=100_000_000, description="Calls of a run, over all sources and languages.")
    max_arms: int = Field(20_000, ge=1, le=10_000_000, description="Arms of a run, at their upper bound.")
    max_seeds: int = Field(200, ge=0, le=1000, description="Seed sentences a prompt (`m`).")
    max_gold_sentences: int = Field(
        1_000_000, ge=1, le=1_000_000_000, description="Sentences that a run reads, all its files and splits together."
    )
    max_data_bytes: int = Field(
        2_000_000_000, ge=1024, description="Bytes of the files that a run reads, unpacked, all together."
    )
    max_tag_bytes: int = Field(1_000_000, ge=1024, description="Bytes of text in one request to tag (UTF-8).")


class LifecycleSettings(BaseSettings):
    """Start, stop and logs."""

    role: Literal["all", "api", "worker"] = Field(
        "all",
        description="What a generator or a trainer does: its routes (`api`, needs no engine and trains nothing), its "
        "calls or trainings (`worker`), or both.",
    )
    idle_exit_s: Seconds | None = Field(
        None, description="A trainer that has had no job for so long ends, with exit code 0. Unset: it stays."
    )
    grace_s: Seconds = Field(
        25,
        description="Time a service has to stop after SIGTERM (Kubernetes kills at 30 s); a training writes its resume "
        "point in it.",
    )
    submission_s: Seconds = Field(
        300, description="A specification that is not stored after so long is given up, and nothing of it is kept."
    )
    restart_s: Seconds = Field(1, description="First pause before a worker that died is started again; doubles.")
    restart_max_s: Seconds = Field(30, description="Longest such pause.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log lines kept.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`json` a line, or `console` for people; `auto` is `console` on a terminal, else `json`."
    )


def default_home() -> Path:
    """Where a user's data lie: the user's data folder. Root's lie where PostgreSQL's own user may pass."""
    users = platformdirs.user_data_path("spanloom")
    if os.geteuid() != 0 or "XDG_DATA_HOME" in os.environ or (users / "postgres").exists():
        return users
    return ROOT_HOME


class FolderSettings(BaseSettings):
    """Folders."""

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the embedded database, the models and the key, closed to other users. Default: the "
        "user's data folder; for root `/var/lib/spanloom`, unless its data folder has one from an earlier release.",
    )
    models: Path | None = Field(None, description="Folder of trained models. Unset: `models` in `SPANLOOM_HOME`.")
    models_min_free_bytes: int = Field(
        1_000_000_000, ge=0, description="A trainer takes no job while the models' folder has less space free."
    )
    device_locks: Path | None = Field(
        None,
        description="Folder of lock files, one a GPU, that all services of a host share. Unset: `devices` in "
        "`SPANLOOM_HOME`. Not used where there is no GPU.",
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("spanloom"),
        description="Folder of what can be made again. Default: the user's cache folder.",
    )
    data: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Folders beneath which a specification may name files, separated as in `PATH`; local copies of "
        "named gold data are looked for in them before any hub.",
    )
    uploads: Path | None = Field(
        None,
        description="Folder of gold files that clients have sent; specifications may name them. Unset: `uploads` in "
        "`SPANLOOM_HOME`. What no run will be started from again may be removed: runs keep their sentences.",
    )
    max_uploads_bytes: int = Field(
        1_000_000_000, ge=0, description="Bytes that files which clients have sent may hold together."
    )
    prompts: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders of prompts' wording, separated as in `PATH`; looked in before `SPANLOOM_DATA`."
    )
