"""`python -m spanloom.workers.prepare`: the one-shot step before the services: schema and topics. Safe to repeat."""

from __future__ import annotations

import time

import structlog

from spanloom.bus import open_bus
from spanloom.errors import SettingsError
from spanloom.settings import load_settings
from spanloom.store.migrate import upgrade
from spanloom.telemetry import configure_logging
from spanloom.workers.outage import Outage, is_transient

log = structlog.stdlib.get_logger(__name__)


def prepare(patience_s: float = 120.0) -> None:
    """Bring the schema up to date and make the topics; waits `patience_s` for a database or broker that comes up.

    Raises SettingsError without a DATABASE_URL, and the last error when the patience is at its end.
    """
    settings = load_settings()
    url = settings.database()
    if url is None:
        raise SettingsError("DATABASE_URL is not set; the embedded server prepares itself")
    until, outage = time.monotonic() + patience_s, Outage(most_s=5.0)
    while True:
        try:
            schema = upgrade(url)
            with open_bus(settings.bus_url, settings.bus_settings()) as bus:
                bus.ensure_topics()
        except Exception as error:
            if not is_transient(error) or time.monotonic() > until:
                raise
            time.sleep(outage.note(error))
        else:
            log.info("prepared", schema=schema)
            return


if __name__ == "__main__":
    configure_logging("prepare")
    prepare()
