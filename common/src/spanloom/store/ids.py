"""Short ids: any beginning that one row alone has names it, as a commit's does in git."""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy import Connection, text

from spanloom.errors import Conflict, NotFound

IdKind = Literal["run", "dataset", "job"]
KINDS: tuple[str, ...] = get_args(IdKind)
SHORTEST = 4
"""Characters of a short id; fewer name too much."""
_SHOWN = 8
# A run by its beginning or by that of its eight random digits; a job with or without `job-`; a dataset by such a run
# and the beginning of the rest.
_FIND = {
    "run": text("""
SELECT id FROM runs WHERE starts_with(id, :given) OR starts_with(split_part(id, '-', 2), :given)
 ORDER BY id DESC LIMIT :most
"""),
    "job": text("""
SELECT id FROM jobs WHERE starts_with(id, :given) OR starts_with(id, 'job-' || :given) ORDER BY id LIMIT :most
"""),
    "dataset": text("""
SELECT id FROM datasets
 WHERE (starts_with(run_id, :head) OR starts_with(split_part(run_id, '-', 2), :head))
   AND starts_with(substr(id, length(run_id) + 2), :rest)
 ORDER BY run_id DESC, language, source, split, version DESC LIMIT :most
"""),
}


def full_id(connection: Connection, kind: IdKind, given: str) -> str:
    """The whole id of the run, dataset or job that `given` names; of a dataset without its version: the newest.

    Raises NotFound where there is none, Conflict, with some of them, where there are several.
    """
    head, _, rest = given.partition(".")
    if len(head) < SHORTEST:
        raise NotFound(f"{given!r} is too short to name a {kind}: give {SHORTEST} characters or more of its id")
    values = {"head": head, "rest": rest} if kind == "dataset" else {"given": given}
    found = [str(row.id) for row in connection.execute(_FIND[kind], {**values, "most": _SHOWN + 1})]
    if not found:
        raise NotFound(f"there is no {kind} {given!r}; {_WHERE[kind]}")
    if given in found:
        return given
    versions = {name.rpartition(".v")[0] for name in found}
    if len(found) == 1 or (kind == "dataset" and len(versions) == 1 and versions.pop().endswith(f".{rest}")):
        return found[0]
    listed = ", ".join(found[:_SHOWN]) + (", and more" if len(found) > _SHOWN else "")
    raise Conflict(f"{given!r} names more than one {kind}: {listed}; give more of the id")


_WHERE: dict[str, str] = {
    "run": "`spanloom runs` (`GET /v1/runs`) lists them",
    "dataset": "`spanloom show RUN` (`GET /v1/runs/ID`) lists those of a run",
    "job": "`spanloom jobs RUN` (`GET /v1/jobs?run=ID`) lists those of a run",
}
