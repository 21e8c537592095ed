"""The validator's SQL: what judging reads, and the one transaction in which completions are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Integer, bindparam, text
from sqlalchemy.types import ARRAY, Text

from spanloom.contracts.rules import Rules
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom.projection import projector
from spanloom.store.bulk import insert_rows
from spanloom.store.models import Rejection, Sample
from spanloom.store.samples import sentences_of
from spanloom_validator.judge.context import Context
from spanloom_validator.judge.diagnostics import known_entities
from spanloom_validator.judge.languages import label_of
from spanloom_validator.judge.scripts import letters
from spanloom_validator.project.judge import Translated

_DATASET = text("""
SELECT d.id, d.run_id, d.language, d.source, d.split, d.tags, d.rules, d.info, r.spec
  FROM datasets d JOIN runs r ON r.id = d.run_id WHERE d.id = :id
""")
_GOLD_EVAL = text("""
SELECT s.content, s.tokens FROM samples s JOIN datasets d ON d.id = s.dataset_id
 WHERE d.run_id = :run AND d.language = :language AND d.source = 'gold' AND d.split IN ('dev', 'test')
""")
_GOLD_TRAIN = text("""
SELECT s.content, s.tokens, s.ner_tags AS tags FROM samples s JOIN datasets d ON d.id = s.dataset_id
 WHERE d.run_id = :run AND d.language = :language AND d.source = 'gold' AND d.split = 'train'
 ORDER BY s.call_index, s.candidate_index
""")
_GOLD_ID = text("""
SELECT id FROM datasets WHERE run_id = :run AND language = :language AND source = 'gold' AND split = :split
""")
_IDS = bindparam("ids", type_=ARRAY(Text))
_SEEDS = text("SELECT id, seeds FROM prompts WHERE id = ANY(:ids)").bindparams(_IDS)
_GIVEN = text("""
SELECT id, CAST(request AS jsonb) #> '{request,extra,sentence}' AS tokens FROM prompts WHERE id = ANY(:ids)
""").bindparams(_IDS)
_TEXTS = text("SELECT id, text, links FROM completions WHERE id = ANY(:ids)").bindparams(_IDS)
# Lock the datasets of a batch before anything else, in id order, so that two batches never wait for each other. NO KEY:
# completions that are stored meanwhile refer to these rows, and FOR UPDATE would hold them up, or deadlock.
_LOCK = text("""
SELECT d.id, d.state, d.stop_accepted, d.accepted FROM datasets d JOIN runs r ON r.id = d.run_id
 WHERE d.id = ANY(:ids) AND r.state = 'running' ORDER BY d.id FOR NO KEY UPDATE OF d
""").bindparams(_IDS)
# Take the completions that nobody has judged yet; a second delivery finds none.
_TAKE = text("""
UPDATE completions SET judged_at = clock_timestamp(), state = 'done', finished_at = clock_timestamp()
 WHERE id = ANY(:ids) AND judged_at IS NULL RETURNING id
""").bindparams(_IDS)
_ERROR = text("UPDATE completions SET error = :error WHERE id = :id AND judged_at IS NULL")
_FIRSTS = text("""
SELECT DISTINCT ON (identity) identity, call_index, candidate_index, tokens, char_offset, repairs FROM samples
 WHERE dataset_id = :dataset AND identity = ANY(:ids) ORDER BY identity, call_index, candidate_index
""").bindparams(_IDS)
_KEYS = bindparam("keys", type_=ARRAY(BigInteger))
_BANDS = text("""
SELECT key, call_index, candidate_index FROM sample_bands WHERE dataset_id = :dataset AND key = ANY(:keys)
""").bindparams(_KEYS)
_INSERT_BANDS = text("""
INSERT INTO sample_bands (dataset_id, key, call_index, candidate_index)
SELECT :dataset, x.key, x.call, x.candidate FROM unnest(:keys, :calls, :candidates) AS x (key, call, candidate)
ON CONFLICT DO NOTHING
""").bindparams(_KEYS, bindparam("calls", type_=ARRAY(Integer)), bindparam("candidates", type_=ARRAY(Integer)))
FIRST_CALLS = 10
"""Where none of so many first calls gave an object, the others wait until somebody has looked."""
# Add a batch's counts. Complete: at N accepted samples, or when the last call that may be made is judged. Paused: when
# the first calls have all failed or held no object, calls are paid for, and there are more to make.
_COUNT = text("""
WITH now AS (
    SELECT id, calls_judged + :calls AS judged, accepted + :accepted AS accepted,
           calls_failed + :failed AS failed, calls_without_object + :without AS without,
           calls_judged + :calls >= calls_expected AND calls_expected >= coalesce(calls_max, 0) AS spent,
           coalesce(accepted + :accepted >= stop_accepted, false) AS full
      FROM datasets WHERE id = :dataset
), first AS (
    SELECT now.id, CASE WHEN failed = judged THEN format('the first %s calls all failed', judged)
                        WHEN without = judged THEN format('the first %s completions held no object', judged)
                        ELSE format('of the first %s calls %s failed and %s held no object', judged, failed, without)
                   END AS why
      FROM now JOIN datasets d ON d.id = now.id
     WHERE d.state = 'collecting' AND NOT now.spent AND NOT now.full AND d.calls_judged < :first AND judged >= :first
       AND failed + without = judged AND coalesce((d.info ->> 'pauses')::boolean, false)
       AND (d.calls_expected < d.calls_max
            OR EXISTS (SELECT 1 FROM prompts p WHERE p.dataset_id = d.id AND p.state = 'queued'))
)
UPDATE datasets d
   SET calls_judged = now.judged, calls_failed = now.failed, calls_without_object = now.without,
       candidates = candidates + :candidates, accepted = now.accepted,
       state = CASE WHEN now.spent OR now.full THEN 'complete' ELSE d.state END,
       completed_at = CASE WHEN (now.spent OR now.full) AND d.completed_at IS NULL THEN now() ELSE completed_at END,
       reason = CASE WHEN d.state = 'collecting' AND now.spent AND NOT now.full AND stop_accepted IS NOT NULL
                     THEN format('short: %s of %s accepted after %s calls', now.accepted, stop_accepted, now.judged)
                     ELSE reason END,
       paused = CASE WHEN now.spent OR now.full THEN NULL ELSE coalesce(first.why, d.paused) END
  FROM now LEFT JOIN first ON first.id = now.id WHERE d.id = now.id
RETURNING d.state, d.accepted, d.candidates, d.reason, first.why AS paused
""").bindparams(first=FIRST_CALLS)
_DROP = text("""
DELETE FROM samples WHERE dataset_id = :dataset AND call_index = :call AND candidate_index = :candidate
""")
_DRAFTS = text("""
UPDATE completions c SET drafts = x.drafts
  FROM unnest(CAST(:ids AS text[]), CAST(:drafts AS integer[])) AS x (id, drafts) WHERE c.id = x.id
""")
_MARK = text("""
UPDATE samples SET marks = array_append(marks, :mark)
 WHERE dataset_id = :dataset AND call_index = :call AND candidate_index = :candidate
""")


class SeedSentence(NamedTuple):
    """What is asked of a gold train sentence that stands in a prompt: whether it, or an entity of it, was copied."""

    content: str
    entities: frozenset[str]


@dataclass(frozen=True)
class JudgedDataset:
    """A dataset of a run, as judging needs it."""

    id: str
    run_id: str
    language: str
    source: str
    context: Context
    """What its candidates are judged against."""
    gold_train: tuple[SeedSentence, ...]
    """In the order by which prompts name their seeds."""
    translated: Translated | None = None
    """For a dataset of translations: how their spans come over."""
    labelled: bool = False
    """Whether each call was given a sentence to label, which its answer must hold."""


def read_dataset(connection: Connection, dataset: str) -> JudgedDataset | None:
    """What judging needs of a dataset; None when there is no such dataset."""
    row = connection.execute(_DATASET, {"id": dataset}).first()
    if row is None:
        return None
    place = {"run": row.run_id, "language": row.language}
    info = row.info or {}
    script = next((x.get("script") for x in row.spec["languages"] if x["code"] == row.language), None)
    evaluation = connection.execute(_GOLD_EVAL, place).all()
    train = connection.execute(_GOLD_TRAIN, place).all()
    context = Context(
        schema=LabelSchema(tuple(row.tags)),
        rules=Rules.stored(row.rules),
        sample_format=info.get("format", "tag_ids"),
        json_object=bool(info.get("json_object")),
        gold_eval=frozenset(r.content for r in evaluation),
        script=script,
        alphabet=letters(r.tokens for r in (*evaluation, *train)),
        language=label_of(row.language),
    )
    seeds = tuple(SeedSentence(r.content, known_entities([r])) for r in train)
    translated = None
    if "projection" in info:
        of = {"run": row.run_id, "language": info.get("of", info.get("related")), "split": row.split}
        sentences = sentences_of(connection, connection.execute(_GOLD_ID, of).scalar_one())
        blind = row.split == "test"
        if blind:
            sentences = [Sentence(s.tokens, (0,) * len(s.tokens)) for s in sentences]
        asked = projector(info["asked"], info["tokens"]) if "asked" in info else None
        translated = Translated(projector(info["projection"], info["tokens"]), tuple(sentences), blind, asked)
    labelled = info.get("labels") == "sentences"
    return JudgedDataset(row.id, row.run_id, row.language, row.source, context, seeds, translated, labelled)


def seeds_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[int]]:
    """Indices of the gold train sentences in each prompt."""
    return {row.id: list(row.seeds) for row in connection.execute(_SEEDS, {"ids": list(ids)})}


def sentences_given(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """The tokens of the sentence that each prompt gave to be labelled."""
    return {row.id: row.tokens for row in connection.execute(_GIVEN, {"ids": list(ids)})}


def texts_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str | None, str | None]]:
    """Text and links of completions whose messages came without them."""
    return {row.id: (row.text, row.links) for row in connection.execute(_TEXTS, {"ids": list(ids)})}


def lock_datasets(connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Lock datasets of running runs, in id order; returns their rows by id."""
    return {row.id: row for row in connection.execute(_LOCK, {"ids": sorted(set(ids))})}


def take_completions(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Mark completions as judged; returns those that were not."""
    return {row.id for row in connection.execute(_TAKE, {"ids": list(ids)})}


def note_error(connection: Connection, completion: str, error: str) -> None:
    """Write down why a completion that nobody has judged counts as a failed call."""
    connection.execute(_ERROR, {"id": completion, "error": error})


def note_drafts(connection: Connection, drafts: Mapping[str, int]) -> None:
    """Write down how many samples each completion drafted in its reasoning."""
    if drafts:
        connection.execute(_DRAFTS, {"ids": list(drafts), "drafts": list(drafts.values())})


def firsts(connection: Connection, dataset: str, identities: Iterable[str]) -> dict[str, Any]:
    """The first stored sample of each identity, by place (call, candidate)."""
    rows = connection.execute(_FIRSTS, {"dataset": dataset, "ids": sorted(set(identities))})
    return {row.identity: row for row in rows}


def bands(connection: Connection, dataset: str, keys: Iterable[int]) -> dict[int, set[tuple[int, int]]]:
    """The places (call, candidate) of stored samples that hold a MinHash key, by key."""
    places: dict[int, set[tuple[int, int]]] = {}
    for row in connection.execute(_BANDS, {"dataset": dataset, "keys": sorted(set(keys))}):
        places.setdefault(row.key, set()).add((row.call_index, row.candidate_index))
    return places


def insert_samples(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store samples; the key makes a second insert change nothing."""
    insert_rows(connection, Sample, rows, skip_present=True)


def insert_bands(connection: Connection, dataset: str, bands: Sequence[tuple[int, tuple[int, int]]]) -> None:
    """Store MinHash keys, each with the place of the sample that holds it."""
    if bands:
        columns = {
            "keys": [key for key, _ in bands],
            "calls": [call for _, (call, _) in bands],
            "candidates": [candidate for _, (_, candidate) in bands],
        }
        connection.execute(_INSERT_BANDS, {"dataset": dataset, **columns})


def insert_rejections(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rejections; the key makes a second insert change nothing."""
    insert_rows(connection, Rejection, rows, skip_present=True)


def drop_sample(connection: Connection, dataset: str, call: int, candidate: int) -> None:
    """Take back a sample of which an earlier call turned out to hold the first copy."""
    connection.execute(_DROP, {"dataset": dataset, "call": call, "candidate": candidate})


def mark_sample(connection: Connection, dataset: str, call: int, candidate: int, mark: str) -> None:
    """Add a mark to a stored sample."""
    connection.execute(_MARK, {"dataset": dataset, "call": call, "candidate": candidate, "mark": mark})


def count(connection: Connection, dataset: str, counts: Mapping[str, int]) -> Any:
    """Add to a dataset's counts; says the state it is in then, and why it pauses where it does so now."""
    return connection.execute(_COUNT, {"dataset": dataset, **counts}).first()
