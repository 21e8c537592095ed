"""Every setting of Spanloom, read once at the edge from the environment.

A setting `lease_s` is the variable `SPANLOOM_LEASE_S`. A secret may come from a file: `SPANLOOM_API_KEY_FILE`.
Names end in their unit: `_s` seconds, `_bytes` bytes, `_days` days. `spanloom settings` prints this page's content,
and docs/settings.md is generated from it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from spanloom.bus.settings import BusSettings
from spanloom.contracts.allowed import ENCODERS, LLMS, not_allowed
from spanloom.contracts.caps import Caps, above
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import RunSpec
from spanloom.errors import SettingsError

PREFIX = "SPANLOOM_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")

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
    max_json_depth: int = Field(64, ge=4, le=500, description="Deepest nesting of a JSON body.")
    head_s: Seconds = Field(15, description="Time a client has for a request's head, from its connection on.")
    body_s: Seconds = Field(60, description="Time a client has for a request's body.")
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
    gpu_turn_s: Seconds = Field(600, description="A holder of a GPU gives it up after so long when another waits.")
    gpu_handover_s: Seconds = Field(
        60, description="Time a holder has to give a GPU up; then what it runs there is ended, after as long itself."
    )
    training_silence_s: Seconds = Field(
        120, description="A training process that gives no sign of life for so long is ended, and another started."
    )
    training_stall_s: Seconds = Field(
        3600, description="A training that makes no progress for so long is ended, and tried again."
    )
    concurrent_jobs: int = Field(1, ge=1, le=64, description="Trainings at once on one device.")


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
        "all", description="The generator's part: its routes (`api`, needs no engine), its engines (`worker`), or both."
    )
    grace_s: Seconds = Field(25, description="Time a service has to stop after SIGTERM (Kubernetes kills at 30 s).")
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
    prompts: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders of prompts' wording, separated as in `PATH`; looked in before `SPANLOOM_DATA`."
    )


class Settings(
    HttpSettings,
    StoreSettings,
    TopicSettings,
    WorkSettings,
    ModelSettings,
    CapSettings,
    LifecycleSettings,
    FolderSettings,
):
    """All settings, resolved. Make one with `load_settings` at the edge and pass it, or parts of it, inwards."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @field_validator("allowed_hosts", "allowed_origins", "encoders", "llms", "llm_hosts", "llm_keys", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("data", "prompts", mode="before")
    @classmethod
    def _split_path(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = tuple(Path(part) for part in value.split(os.pathsep) if part)
        try:
            return tuple(path.expanduser() for path in ((value,) if isinstance(value, Path) else value))
        except RuntimeError as error:
            raise ValueError(f"{error}; write whole paths") from None

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.renew_s * 3 > self.lease_s:
            raise ValueError(
                f"SPANLOOM_RENEW_S={self.renew_s:g} must be at most a third of SPANLOOM_LEASE_S={self.lease_s:g}"
            )
        if self.heartbeat_s * 3 > self.session_timeout_s:
            raise ValueError(
                f"SPANLOOM_HEARTBEAT_S={self.heartbeat_s:g} must be at most a third of "
                f"SPANLOOM_SESSION_TIMEOUT_S={self.session_timeout_s:g}"
            )
        return self

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.api_key is None and self.host not in LOOPBACK:
            raise ValueError(
                f"SPANLOOM_HOST={self.host} listens beyond this machine; set SPANLOOM_API_KEY or "
                "SPANLOOM_API_KEY_FILE, or listen on 127.0.0.1"
            )
        if self.api_key is None and "*" in self.allowed_hosts:
            raise ValueError("SPANLOOM_ALLOWED_HOSTS=* needs SPANLOOM_API_KEY: without it any web page could call in")
        return self

    @property
    def bus_url(self) -> str:
        """The bus: `kafka://...` or `memory://...`."""
        return self.bus or (f"kafka://{self.kafka_bootstrap}" if self.kafka_bootstrap else "memory://local")

    def bus_settings(self) -> BusSettings:
        """The part of the settings that a bus reads."""
        return BusSettings(
            partitions=self.partitions,
            replication=self.replication,
            retention_days=self.retention_days,
            dlq_retention_days=self.dlq_retention_days,
            max_message_bytes=self.max_message_bytes,
            session_timeout_s=self.session_timeout_s,
            heartbeat_s=self.heartbeat_s,
            silence_rebuild_s=self.silence_rebuild_s,
        )

    @property
    def reach(self) -> Reach:
        """What specifications may reach: the lists, else what is safe where this service listens."""
        own = self.host in LOOPBACK
        unlisted = None if own else ()
        return Reach(
            hosts=unlisted if self.llm_hosts is None else self.llm_hosts,
            keys=unlisted if self.llm_keys is None else self.llm_keys,
        )

    @property
    def caps(self) -> Caps:
        """What a run may ask for at most."""
        return Caps(
            calls=self.max_calls,
            arms=self.max_arms,
            m=self.max_seeds,
            gold_sentences=self.max_gold_sentences,
            data_bytes=self.max_data_bytes,
        )

    def refusals(self, spec: RunSpec) -> list[tuple[str, str]]:
        """`(field path, what is wrong)` of all that a specification names or asks for and the operator does not let."""
        named = not_allowed(spec, encoders=self.encoders, llms=self.llms, reach=self.reach, folders=self.model_roots)
        return named or above(spec, self.caps)

    @property
    def model_roots(self) -> tuple[Path, ...]:
        """The folders beneath which `local` lets models be."""
        return (*self.data, self.cache)

    @property
    def wording_roots(self) -> tuple[Path, ...]:
        """The folders beneath which a specification may name prompts' wording."""
        return (*self.prompts, *self.data)

    @property
    def models_folder(self) -> Path:
        """Where trained models lie."""
        return self.models or self.home / "models"

    @property
    def device_locks_folder(self) -> Path:
        """Where the lock files of GPUs lie."""
        return self.device_locks or self.home / "devices"

    def database(self) -> str | None:
        """The database's URL with its password, or None for the embedded server."""
        if self.database_url is None:
            return None
        url = self.database_url.get_secret_value()
        return url if self.database_password is None else with_password(url, self.database_password.get_secret_value())


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `<VARIABLE>_FILE` for each secret; a variable and its file together are a mistake."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        for variable in variables_of(field_name, field) if is_secret(field) else ():
            path = os.environ.get(f"{variable}_FILE")
            if not path:
                continue
            if os.environ.get(variable):
                raise SettingsError(f"{variable} and {variable}_FILE are both set; keep one of them")
            try:
                return Path(path).read_text("utf-8").strip(), field_name, False
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{variable}_FILE={path}: cannot be read: {error}") from None
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value}


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment; `overrides` win. Raises SettingsError naming each variable at fault."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(item) for item in error.errors(include_url=False))) from None


def _explain(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    if not item["loc"]:
        return message
    name = str(item["loc"][0])
    field = Settings.model_fields.get(name)
    variable = variables_of(name, field)[0] if field else name if name.isupper() else f"{PREFIX}{name.upper()}"
    return f"{variable}: {message[0].lower()}{message[1:]}"


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting may come from a `*_FILE`, and is never printed."""
    return "SecretStr" in str(field.annotation)


def variables_of(name: str, field: FieldInfo) -> tuple[str, ...]:
    """The environment variables that set a field, the first that is found wins."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (f"{PREFIX}{name.upper()}",)


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """A line for each `SPANLOOM_*` variable that is no setting, with the likeliest meant."""
    known = {v for name, field in Settings.model_fields.items() for v in variables_of(name, field)}
    known |= {
        f"{v}_FILE"
        for name, field in Settings.model_fields.items()
        if is_secret(field)
        for v in variables_of(name, field)
    }
    lines = []
    for variable in sorted(v for v in environ if v.startswith(PREFIX) and v not in known):
        close = difflib.get_close_matches(variable, known, 1)
        lines.append(f"{variable} is no setting" + (f"; did you mean {close[0]}?" if close else ""))
    return lines


def with_password(url: str, password: str) -> str:
    """The URL with this password in place of its own."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    user = user.partition(":")[0]
    if not user:
        raise SettingsError("SPANLOOM_DATABASE_PASSWORD needs a user in DATABASE_URL: postgresql://USER@HOST/NAME")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


SECTIONS: tuple[type[BaseSettings], ...] = Settings.__bases__
"""The sections of the settings page, in its order."""


def settings_page() -> str:
    """docs/settings.md: every setting with its default and description, by section."""
    out = [
        "# Settings",
        "",
        "Read once at start from the environment. A secret may come from a file: the variable's name with `_FILE`.",
        "Names end in their unit: `_S` seconds, `_BYTES` bytes, `_DAYS` days.",
        "This page is generated: `spanloom settings --markdown > docs/settings.md`.",
    ]
    for section in SECTIONS:
        out += [
            "",
            f"## {(section.__doc__ or '').rstrip('.')}",
            "",
            "| variable | default | what it is |",
            "|---|---|---|",
        ]
        for name in section.__annotations__:
            field = section.model_fields[name]
            names = ", ".join(f"`{v}`" for v in variables_of(name, field))
            out.append(f"| {names} | {_default(field)} | {(field.description or '').replace('|', '&#124;')} |")
    return "\n".join(out) + "\n"


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None or field.default in (None, ()):
        return ""
    default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{default}`"
