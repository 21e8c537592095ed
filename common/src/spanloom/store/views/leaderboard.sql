-- One row an evaluation, best first within its language.
SELECT e.run_id AS run, e.language, rank() OVER (PARTITION BY e.run_id, e.language ORDER BY e.f1 DESC) AS place,
       e.source, e.setting, e.size, e.size_asked, e.training_seed, e.facts ->> 'control' AS control,
       e.precision, e.recall, e.f1, e.lo, e.hi, e.job_id AS job, e.id AS evaluation
  FROM evaluations e WHERE e.state = 'done'
