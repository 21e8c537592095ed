"""The queue for a GPU: rows that order those who want it and show who has it. The file's lock alone excludes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

# Ask for the device, or say that one still does; asking again keeps one's place.
_ASK = text("""
INSERT INTO device_turns (device, holder, pid) VALUES (:device, :holder, :pid)
ON CONFLICT (device, holder) DO UPDATE SET state = 'waiting', since = NULL, seen_at = clock_timestamp()
""")
# Whoever waits and was not seen for so long is dead; whoever holds is judged by the file's lock, never by its row.
_FORGET = text("""
DELETE FROM device_turns
 WHERE device = :device AND state = 'waiting' AND seen_at < clock_timestamp() - make_interval(secs => :lease_s)
""")
_FIRST = text("SELECT holder FROM device_turns WHERE device = :device AND state = 'waiting' ORDER BY place LIMIT 1")
# One device has one holder: what is left of an earlier one, which died, goes.
_GONE = text("DELETE FROM device_turns WHERE device = :device AND holder <> :holder AND state = 'holding'")
_HOLD = text("""
UPDATE device_turns SET state = 'holding', since = clock_timestamp(), seen_at = clock_timestamp()
 WHERE device = :device AND holder = :holder
""")
_SEEN = text("UPDATE device_turns SET seen_at = clock_timestamp() WHERE device = :device AND holder = :holder")
_WAITING = text("""
SELECT EXISTS (SELECT FROM device_turns
 WHERE device = :device AND state = 'waiting' AND seen_at >= clock_timestamp() - make_interval(secs => :lease_s))
""")
_LEAVE = text("DELETE FROM device_turns WHERE device = :device AND holder = :holder")


@dataclass(frozen=True)
class Queue:
    """One holder's view of the queue of one device. `lease_s`: a waiting one unseen for so long is forgotten."""

    device: str
    holder: str
    pid: int
    lease_s: float

    @property
    def _mine(self) -> dict[str, str]:
        return {"device": self.device, "holder": self.holder}

    def ask(self, connection: Connection) -> bool:
        """Queue up, or stay queued; whether ours is the first place."""
        connection.execute(_ASK, {**self._mine, "pid": self.pid})
        connection.execute(_FORGET, {"device": self.device, "lease_s": self.lease_s})
        return connection.execute(_FIRST, {"device": self.device}).scalar() == self.holder

    def hold(self, connection: Connection) -> None:
        """Show ourselves as the holder, from now on."""
        connection.execute(_GONE, self._mine)
        connection.execute(_HOLD, self._mine)

    def someone_waits(self, connection: Connection) -> bool:
        """Say that we live, and whether another waits for the device."""
        connection.execute(_SEEN, self._mine)
        found = connection.execute(_WAITING, {"device": self.device, "lease_s": self.lease_s})
        return bool(found.scalar_one())

    def leave(self, connection: Connection) -> None:
        """Take our row away: the device is given up, or wanted no longer."""
        connection.execute(_LEAVE, self._mine)
