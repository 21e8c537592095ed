-- The paper's Figure 2: F1 against training size, mean over training seeds; size 0 is zero-shot.
SELECT e.run_id AS run, e.language, e.setting, e.source, e.size, min(e.size_asked) AS size_asked,
       coalesce(e.facts ->> 'control', 'epochs') AS control, count(*) AS seeds, avg(e.f1) AS f1,
       min(e.f1) AS f1_min, max(e.f1) AS f1_max,
       CASE WHEN count(*) = 1 THEN min(e.lo) END AS lo, CASE WHEN count(*) = 1 THEN max(e.hi) END AS hi
  FROM evaluations e WHERE e.state = 'done'
 GROUP BY e.run_id, e.language, e.setting, e.source, e.size, coalesce(e.facts ->> 'control', 'epochs')
