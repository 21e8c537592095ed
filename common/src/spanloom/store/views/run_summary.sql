-- One row a run: how far it is and how it ended. Counts are of the newest version of each dataset.
WITH newest AS (
    SELECT DISTINCT ON (run_id, language, source, split) * FROM datasets
     ORDER BY run_id, language, source, split, version DESC
), older AS (
    SELECT id FROM datasets WHERE id NOT IN (SELECT id FROM newest)
)
SELECT r.id AS run, r.name, r.state, r.reason, r.created_at, r.ended_at,
       coalesce(d.calls_expected, 0) AS calls_expected, coalesce(d.calls_judged, 0) AS calls_judged,
       coalesce(d.calls_failed, 0) AS calls_failed,
       coalesce(d.candidates, 0) AS candidates, coalesce(d.accepted, 0) AS accepted,
       coalesce(j.total, 0) AS jobs, coalesce(j.done, 0) AS jobs_done, coalesce(j.failed, 0) AS jobs_failed,
       coalesce(e.total, 0) AS evaluations, coalesce(e.done, 0) AS evaluations_done
  FROM runs r
  LEFT JOIN (SELECT run_id, sum(calls_expected) AS calls_expected, sum(calls_judged) AS calls_judged,
                    sum(calls_failed) AS calls_failed, sum(candidates) AS candidates, sum(accepted) AS accepted
               FROM newest WHERE calls_expected > 0 GROUP BY run_id) d ON d.run_id = r.id
  LEFT JOIN (SELECT run_id, count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done,
                    count(*) FILTER (WHERE state = 'failed') AS failed
               FROM jobs WHERE state <> 'failed' OR coalesce(arm ->> 'train_dataset', '') NOT IN (SELECT o.id FROM older o)
              GROUP BY run_id) j ON j.run_id = r.id
  LEFT JOIN (SELECT run_id, count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done
               FROM evaluations GROUP BY run_id) e ON e.run_id = r.id
