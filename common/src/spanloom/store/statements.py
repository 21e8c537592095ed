"""Every statement of the work rows, by name, each with one line of what it is for.

`{table}` is one of WORK_TABLES, never a caller's text. Times come from the database's clock alone.
Whatever touches several rows locks them in the order of their ids first, so that no two statements wait for each other.
"""

from __future__ import annotations

WORK_TABLES = ("prompts", "completions", "jobs", "evaluations")

# Calls of a dataset that is paused wait: they are neither published nor claimed, nor do they fill what is ahead.
NOT_PAUSED = {
    "prompts": " AND NOT EXISTS (SELECT 1 FROM datasets d WHERE d.id = w.dataset_id AND d.paused IS NOT NULL)"
}

# The database has been up for a lease: whoever holds one could renew it. A start that lies ahead is from a clock that
# was ahead then; how long ago it was nobody can tell, and to wait for it might take years.
LONG_UP = (
    "(pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :lease_s) "
    "OR pg_postmaster_start_time() > clock_timestamp())"
)

# Take rows that nobody holds: queued, or held by a lease that has run out. Guarded by the run's state and attempts.
# A claimed row is published again when its lease has ended, and not before `publish_after`. An attempt whose holder
# went without a word is not charged: it is counted as a crash if it had begun, and for nothing if it had not.
CLAIM = """
WITH mine AS (
SELECT w.id FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.id = ANY(:ids)
   AND ((w.state = 'queued' AND w.attempt - w.forgiven < :max_attempts{not_paused})
        OR (w.state = 'claimed' AND w.lease_until < clock_timestamp() AND w.crashes + w.begun::int < :max_crashes
            AND {long_up}))
 ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE {table} AS w
   SET state = 'claimed', attempt = w.attempt + 1, holder = :holder, reason = NULL, begun = :begun,
       forgiven = w.forgiven + (w.state = 'claimed')::int,
       crashes = w.crashes + (w.state = 'claimed' AND w.begun)::int,
       lease_until = clock_timestamp() + make_interval(secs => :lease_s),
       published = 0, publish_after = clock_timestamp() + make_interval(secs => :lease_s)
  FROM mine WHERE w.id = mine.id
RETURNING w.id, w.attempt, w.attempt - w.forgiven AS charged
"""

# Note that the work on claimed rows has begun: from here on a holder that goes without a word counts as a crash.
BEGIN = """
WITH mine AS (
SELECT w.id FROM {table} w JOIN unnest(:ids, :attempts) AS held(id, attempt)
    ON w.id = held.id AND w.attempt = held.attempt
 WHERE w.state = 'claimed' AND NOT w.begun
 ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE {table} AS w SET begun = true FROM mine WHERE w.id = mine.id
"""

# Push the lease of everything a worker holds forward, in one statement; a lease that ran out but was not taken is kept.
# No column of an index changes, so that the row's new version needs no entry in any (HOT); but where a lapsed row was
# published again, the next time is put off, too.
RENEW = """
WITH mine AS (
SELECT w.id FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
  JOIN unnest(:ids, :attempts) AS held(id, attempt) ON w.id = held.id AND w.attempt = held.attempt
 WHERE w.state = 'claimed'
 ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE {table} AS w
   SET lease_until = clock_timestamp() + make_interval(secs => :lease_s),
       publish_after = CASE WHEN w.published > 0 THEN clock_timestamp() + make_interval(secs => :lease_s)
                            ELSE w.publish_after END
  FROM mine WHERE w.id = mine.id
RETURNING w.id
"""

# End a row, if the attempt is still the caller's.
FINISH = """
UPDATE {table}
   SET state = :state, reason = :reason, finished_at = clock_timestamp(), lease_until = NULL, holder = NULL
 WHERE id = :id AND attempt = :attempt AND state = 'claimed'
RETURNING id
"""

# End rows as done, those whose attempt is still the caller's.
FINISH_MANY = """
WITH mine AS (
SELECT w.id FROM {table} w JOIN unnest(:ids, :attempts) AS held(id, attempt)
    ON w.id = held.id AND w.attempt = held.attempt
 WHERE w.state = 'claimed'
 ORDER BY w.id FOR NO KEY UPDATE OF w)
UPDATE {table} AS w
   SET state = 'done', reason = NULL, finished_at = clock_timestamp(), lease_until = NULL, holder = NULL
  FROM mine WHERE w.id = mine.id
RETURNING w.id
"""

# Hand a row back, to be published again after a pause; an attempt that was not spent is forgiven.
RELEASE = """
UPDATE {table}
   SET state = 'queued', holder = NULL, lease_until = NULL, reason = :reason,
       forgiven = forgiven + CASE WHEN :spent THEN 0 ELSE 1 END,
       publish_after = clock_timestamp() + make_interval(secs => :pause_s)
 WHERE id = :id AND attempt = :attempt AND state = 'claimed'
RETURNING id
"""

# Rows published and not yet claimed: how far the relay is ahead of the workers.
AHEAD = """
SELECT count(*) FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.state = 'queued' AND w.published > 0{not_paused}
"""

# Before WAITING, for its transaction: rows are read in their index's order, not all of them and sorted. What the
# planner knows of a table that has just been filled, or of rows that have just been finished, leads it astray.
IN_ORDER = "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off"

# Rows that wait to be published: new ones, published ones that nobody claimed in time, and expired leases.
WAITING = """
WITH waiting AS (
SELECT w.* FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.state = 'queued' AND w.publish_after <= statement_timestamp() AND (w.published > 0 OR :fresh){not_paused}
 ORDER BY w.publish_after, w.id
 LIMIT :limit
   FOR UPDATE OF w SKIP LOCKED),
lapsed AS (
SELECT w.* FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.state = 'claimed' AND w.publish_after <= clock_timestamp() AND (w.published > 0 OR :fresh)
   AND w.lease_until < clock_timestamp() AND w.crashes + w.begun::int < :max_crashes
   AND {long_up}
 ORDER BY w.publish_after, w.id
 LIMIT :limit
   FOR UPDATE OF w SKIP LOCKED)
SELECT * FROM waiting UNION ALL SELECT * FROM lapsed ORDER BY publish_after, id LIMIT :limit
"""

# Note that rows were published; the next time doubles from `republish_after_s`, to a day at most.
PUBLISHED = """
UPDATE {table}
   SET published = published + 1,
       publish_after = clock_timestamp()
           + make_interval(secs => least(:republish_after_s * power(2, least(published, 12)), 86400))
 WHERE id = ANY(:ids)
"""

# Evaluations that are done and not told of on results.v1 yet; of a run that has ended or was cancelled, too.
UNTOLD = """
SELECT id, run_id, job_id, dataset_id, language, source, setting, size, size_asked, training_seed, precision, recall,
       f1, lo, hi, 0 AS published
  FROM evaluations
 WHERE state = 'done' AND told_at IS NULL
 ORDER BY finished_at, id
 LIMIT :limit
   FOR NO KEY UPDATE SKIP LOCKED
"""

# Note that they were told of.
TOLD = "UPDATE evaluations SET told_at = clock_timestamp() WHERE id = ANY(:ids)"

# Forget what was published: a bus in memory was lost with the process that held it.
UNPUBLISH = """
UPDATE {table}
   SET published = 0, publish_after = least(publish_after, clock_timestamp())
 WHERE state = 'queued' AND published > 0
"""

# Take every claim back at once: the holders are known to be dead, by no fault of the work they held. The rows are as if
# handed back: an expired lease would be waited for after a start of the database, lest a holder could not renew it.
EXPIRE = """
UPDATE {table}
   SET state = 'queued', holder = NULL, lease_until = NULL, begun = false, forgiven = forgiven + 1, published = 0,
       publish_after = clock_timestamp()
 WHERE state = 'claimed'
"""

# Rows at which holder after holder went without a word: they fail with that reason.
EXHAUSTED = """
SELECT w.id, w.run_id, w.attempt, w.attempt - w.forgiven AS charged, w.crashes + 1 AS crashes, w.holder
  FROM {table} w JOIN runs r ON r.id = w.run_id AND r.state = 'running'
 WHERE w.state = 'claimed' AND w.lease_until < clock_timestamp() AND w.begun AND w.crashes + 1 >= :max_crashes
   AND {long_up}
   FOR UPDATE OF w SKIP LOCKED
"""

# Times further ahead than any that is set here: the database's clock was ahead, and has been put right. What waits for
# such a time would wait for years; it is due now, and a lease of a service's ends after as long as it lasts. Of a row
# that was claimed then and renewed since, the lease is right and its next publication alone is years ahead: it would
# not be taken over when its holder goes. Files hold calls for as long as they were asked to, and a wait may double to a
# day: shorter errors of a clock cost their length.
CLOCK_WENT_BACK = """
WITH ahead AS (
SELECT w.id, w.lease_until > most.lease AS held_on
  FROM {table} w
 CROSS JOIN LATERAL (SELECT statement_timestamp() + CASE WHEN w.holder LIKE 'file-%' THEN interval '31 days'
                            ELSE make_interval(secs => 3 * :lease_s + 60) END AS lease) most
 WHERE (w.state = 'queued' AND w.publish_after > statement_timestamp() + interval '2 days')
    OR (w.state = 'claimed' AND (w.lease_until > most.lease
        OR w.publish_after > greatest(most.lease, statement_timestamp() + interval '2 days')))
 ORDER BY w.id FOR NO KEY UPDATE OF w SKIP LOCKED)
UPDATE {table} AS w
   SET publish_after = clock_timestamp(),
       lease_until = CASE WHEN ahead.held_on THEN clock_timestamp() + make_interval(secs => :lease_s)
                          ELSE w.lease_until END
  FROM ahead WHERE w.id = ahead.id
RETURNING w.id
"""

# Wake the relays of a table without waiting for their next round.
NOTIFY = "SELECT pg_notify('spanloom_work', :table)"
