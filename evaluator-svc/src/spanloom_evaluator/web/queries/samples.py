"""Samples and rejections of a run: found by filter and paged by the database, each shown with its entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from spanloom.ner.spans import spans_of
from spanloom_evaluator.report.page import clean

PAGE = 50
COUNTED = 2_000
"""Matches are counted up to here."""
TOKENS_SHOWN = 200
COLOURS = 8
DAMAGED = (
    "(s.marks && CAST('{broken_escape,bad_unicode}' AS text[]) OR s.repairs && CAST('{split_escape,nul}' AS text[]))"
)
"""A broken escape or bad Unicode, marked or made whole; as in the view `yield_by_source`."""
FLAGGED = "(s.repairs <> '{}' OR s.marks <> '{}')"
"""What the index `samples_flagged` is over; said along with a repair, a mark or damage, so that it is used."""
_KEYS = "s.dataset_id, s.call_index, s.candidate_index"
_ACCEPTED = f"{_KEYS}, s.tokens, s.ner_tags, s.repairs, s.marks, s.diagnostics, c.action, c.after"
_CORRECTED = """
  LEFT JOIN LATERAL (SELECT action, after FROM corrections c WHERE c.dataset_id = s.dataset_id
        AND c.call_index = s.call_index AND c.candidate_index = s.candidate_index ORDER BY c.id DESC LIMIT 1) c ON true
"""
_REJECTED = f"{_KEYS}, s.reason, s.reasons, s.char_offset, s.delta, s.repairs, s.excerpt"


@dataclass(frozen=True)
class SampleFilter:
    """What is shown of a run: a dataset by its parts (the newest version without one), and what its samples have."""

    language: str | None = None
    source: str | None = None
    split: str | None = None
    version: int | None = None
    verdict: str = "accepted"
    label: str | None = None
    reason: str | None = None
    repair: str | None = None
    mark: str | None = None
    damaged: bool = False
    corrected: str | None = None
    q: str | None = None

    def as_query(self) -> dict[str, Any]:
        """The filter as the address has it."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, False)}
        return {name: 1 if value is True else value for name, value in given.items() if value != "accepted"}

    @property
    def bare(self) -> bool:
        """Whether it names datasets alone, and nothing of what is in them."""
        return self == SampleFilter(self.language, self.source, self.split, self.version, self.verdict)


class Piece(NamedTuple):
    """A stretch of a sentence: an entity with its type and the number of its colour, or text between."""

    text: str
    label: str
    colour: int


def chosen(datasets: Sequence[Mapping[str, Any]], wanted: SampleFilter) -> list[dict[str, Any]]:
    """The datasets a filter is about, of all of a run, newest first: the newest of each unless one is named."""
    out: list[dict[str, Any]] = []
    seen = set()
    for row in datasets:
        place = (row["language"], row["source"], row["split"])
        asked = (wanted.language, wanted.source, wanted.split)
        if any(want not in (None, have) for want, have in zip(asked, place, strict=True)):
            continue
        if wanted.source is None and not row["calls_expected"] and not _only_gold(datasets):
            continue
        if (wanted.version is None and place in seen) or wanted.version not in (None, row["version"]):
            continue
        seen.add(place)
        out.append(dict(row))
    return out


def conditions(wanted: SampleFilter, datasets: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The filter as SQL over `s`, samples or rejections of these datasets, and its values."""
    values: dict[str, Any] = {"datasets": [row["id"] for row in datasets]}
    parts = ["s.dataset_id = ANY(:datasets)"]
    if wanted.verdict != "rejected" and (wanted.repair or wanted.mark or wanted.damaged):
        parts.append(FLAGGED)
    if wanted.repair:
        parts.append("s.repairs @> ARRAY[:repair]")
        values["repair"] = wanted.repair
    if wanted.verdict == "rejected":
        if wanted.reason:
            parts.append("s.reason = :reason")
            values["reason"] = wanted.reason
        if wanted.q:
            parts.append(_contains("s.excerpt", wanted.q))
            values["q"] = _like(wanted.q)
        return " AND ".join(parts), values
    if wanted.label:
        parts.append("s.ner_tags && CAST(:tags AS smallint[])")
        values["tags"] = _begin_tags(wanted.label, datasets)
    if wanted.mark:
        parts.append("s.marks @> ARRAY[:mark]")
        values["mark"] = wanted.mark
    if wanted.damaged:
        parts.append(DAMAGED)
    if wanted.corrected:
        parts.append(
            ("NOT " if wanted.corrected == "no" else "")
            + "EXISTS (SELECT FROM corrections c WHERE c.dataset_id = s.dataset_id AND c.call_index = s.call_index "
            "AND c.candidate_index = s.candidate_index)"
        )
    if wanted.q:
        parts.append(_contains("array_to_string(s.tokens, ' ')", wanted.q))
        values["q"] = _like(wanted.q)
    return " AND ".join(parts), values


def sample_page(
    connection: Connection,
    wanted: SampleFilter,
    datasets: Sequence[Mapping[str, Any]],
    after: tuple[str, int, int] | None = None,
    limit: int = PAGE,
) -> tuple[list[dict[str, Any]], tuple[str, int, int] | None]:
    """A page of samples or rejections after a key, and the key the next page begins after."""
    if not datasets:
        return [], None
    where, values = conditions(wanted, datasets)
    if after is not None:
        where += f" AND ({_KEYS}) > (:after_dataset, :after_call, :after_candidate)"
        values |= dict(zip(("after_dataset", "after_call", "after_candidate"), after, strict=True))
    columns, source, joined = _shape(wanted)
    statement = text(f"SELECT {columns} FROM {source} s {joined} WHERE {where} ORDER BY {_KEYS} LIMIT :limit")  # noqa: S608
    rows = [dict(row) for row in connection.execute(statement, {**values, "limit": limit + 1}).mappings()]
    return _paged(rows, datasets, limit)


def first_page(
    connection: Connection, wanted: SampleFilter, datasets: Sequence[Mapping[str, Any]], limit: int = PAGE
) -> tuple[list[dict[str, Any]], tuple[str, int, int] | None, int, bool]:
    """The first page, the key the next begins after, how many match up to `COUNTED`, and whether that is all.

    Without a filter the datasets' own counts tell how many; with one, matches are looked for once, for page and count.
    """
    if wanted.bare or not datasets:
        rows, following = sample_page(connection, wanted, datasets, None, limit)
        return rows, following, *counted(connection, wanted, datasets)
    where, values = conditions(wanted, datasets)
    columns, source, joined = _shape(wanted)
    statement = text(f"""
WITH found AS MATERIALIZED (SELECT {_KEYS} FROM {source} s WHERE {where} ORDER BY {_KEYS} LIMIT :most)
SELECT {columns}, (SELECT count(*) FROM found) AS found
  FROM (SELECT * FROM found ORDER BY dataset_id, call_index, candidate_index LIMIT :limit) f
  JOIN {source} s USING (dataset_id, call_index, candidate_index) {joined}
 ORDER BY {_KEYS}
""")  # noqa: S608  values are bound
    asked = {**values, "limit": limit + 1, "most": COUNTED + 1}
    rows = [dict(row) for row in connection.execute(statement, asked).mappings()]
    number = rows[0]["found"] if rows else 0
    return *_paged(rows, datasets, limit), min(number, COUNTED), number <= COUNTED


def counted(connection: Connection, wanted: SampleFilter, datasets: Sequence[Mapping[str, Any]]) -> tuple[int, bool]:
    """How many match, up to `COUNTED`, and whether that is all. Without a filter the datasets' own counts tell."""
    if wanted.bare:
        field = [
            row["candidates"] - row["accepted"] if wanted.verdict == "rejected" else row["accepted"] for row in datasets
        ]
        return sum(field), True
    if not datasets:
        return 0, True
    where, values = conditions(wanted, datasets)
    found = connection.execute(
        text(f"SELECT count(*) FROM (SELECT FROM {_shape(wanted)[1]} s WHERE {where} LIMIT :most) x"),  # noqa: S608
        {**values, "most": COUNTED + 1},
    ).scalar_one()
    return min(found, COUNTED), found <= COUNTED


def _shape(wanted: SampleFilter) -> tuple[str, str, str]:
    """Columns, table and joins of what a filter is about."""
    return (_REJECTED, "rejections", "") if wanted.verdict == "rejected" else (_ACCEPTED, "samples", _CORRECTED)


def _paged(
    rows: list[dict[str, Any]], datasets: Sequence[Mapping[str, Any]], limit: int
) -> tuple[list[dict[str, Any]], tuple[str, int, int] | None]:
    """So many rows with their datasets, and the last one's key when there are more."""
    place = {row["id"]: row for row in datasets}
    for row in rows:
        row["dataset"] = place[row["dataset_id"]]
    return rows[:limit], _key(rows[limit - 1]) if len(rows) > limit else None


def facets(engine: Engine, datasets: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    """What there is to filter by, with counts: reasons of rejection, repairs, marks."""
    return _facets(engine, tuple((row["id"], row["state"], row["candidates"]) for row in datasets))


@lru_cache(maxsize=512)
def _facets(engine: Engine, datasets: tuple[tuple[str, str, int], ...]) -> dict[str, list[tuple[str, int]]]:
    """Counted once for as many candidates as the datasets hold: no verdict is ever taken back."""
    ids = {"datasets": [dataset for dataset, _, _ in datasets]}
    with engine.connect() as connection:
        return {
            name: [(str(row.name), int(row.n)) for row in connection.execute(text(statement), ids)]
            for name, statement in _FACETS.items()
        }


_FACETS = {
    "reason": "SELECT reason AS name, count(*) AS n FROM rejections WHERE dataset_id = ANY(:datasets) "
    "GROUP BY 1 ORDER BY 2 DESC, 1",
    "repair": "SELECT u AS name, count(*) AS n FROM samples, unnest(repairs) u "
    "WHERE dataset_id = ANY(:datasets) AND repairs <> '{}' GROUP BY 1 ORDER BY 2 DESC, 1",
    "mark": "SELECT u AS name, count(*) AS n FROM samples, unnest(marks) u "
    "WHERE dataset_id = ANY(:datasets) AND marks <> '{}' GROUP BY 1 ORDER BY 2 DESC, 1",
}


def types_of(datasets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Entity types of the datasets, in the order of their schemas."""
    return list(dict.fromkeys(tag[2:] for row in datasets for tag in row["tags"] if tag.startswith("B-")))


def pieces_of(
    tokens: Sequence[str], tags: Sequence[int], types: Sequence[str], most: int = TOKENS_SHOWN
) -> list[Piece]:
    """A sentence cut into entities and the text between, control characters shown, at most so many tokens."""
    out: list[Piece] = []
    at = 0
    for span in spans_of(tags[:most]):
        if span.start > at:
            out.append(Piece(clean(" ".join(tokens[at : span.start])), "", 0))
        label = types[span.type] if span.type < len(types) else f"type {span.type}"
        out.append(Piece(clean(" ".join(tokens[span.start : span.end])), label, span.type % COLOURS))
        at = span.end
    if at < min(len(tokens), most):
        out.append(Piece(clean(" ".join(tokens[at:most])), "", 0))
    if len(tokens) > most:
        out.append(Piece(f"… and {len(tokens) - most:,} more tokens", "", 0))
    return out


def _key(row: Mapping[str, Any]) -> tuple[str, int, int]:
    return row["dataset_id"], row["call_index"], row["candidate_index"]


def _only_gold(datasets: Sequence[Mapping[str, Any]]) -> bool:
    return not any(row["calls_expected"] for row in datasets)


def _begin_tags(label: str, datasets: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of B- and I- tags of a type; tag ids mean the same in every dataset of a run."""
    return sorted({i for row in datasets for i, tag in enumerate(row["tags"]) if tag[2:] == label and i})


def _contains(expression: str, words: str) -> str:
    """A condition that looks for the bound pattern `q`; what the search holds decides how much folding is needed."""
    if words.lower() == words.upper():
        return f"{expression} LIKE :q"
    return f'{expression} COLLATE "C" ILIKE :q' if words.isascii() else f"{expression} ILIKE :q"


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def sample_of(connection: Connection, dataset: Mapping[str, Any], call: int, candidate: int) -> dict[str, Any]:
    """One sample with its last correction, as a page of them has it."""
    statement = text(
        f"SELECT {_ACCEPTED} FROM samples s {_CORRECTED} WHERE s.dataset_id = :id AND s.call_index = :call "  # noqa: S608
        "AND s.candidate_index = :candidate"
    )
    found = connection.execute(statement, {"id": dataset["id"], "call": call, "candidate": candidate}).mappings().one()
    return {**found, "dataset": dict(dataset)}
