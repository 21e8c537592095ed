-- One row a source and setting: how many trainings collapsed at their first try, how many still did after restarts, and
-- the mean F1 over its arms without restarts and with them. few_updates are too short for the guard: never restarted.
SELECT e.run, e.setting, e.source, e.version, count(DISTINCT e.job) AS trainings,
       count(DISTINCT e.job) FILTER (WHERE e.collapsed) AS collapsed,
       count(DISTINCT e.job) FILTER (WHERE coalesce(x.collapsed, e.collapsed)) AS still_collapsed,
       count(DISTINCT e.job) FILTER (WHERE e.few_updates) AS few_updates,
       round(count(DISTINCT e.job) FILTER (WHERE e.collapsed)::numeric / count(DISTINCT e.job), 4) AS collapse_rate,
       avg(e.f1) AS f1, avg(coalesce(x.f1, e.f1)) AS f1_with_restarts
  FROM results e
  LEFT JOIN results x ON x.job = e.job AND x.test_set = e.test_set AND x.label_mapping = 'identity'
                     AND x.method = 'direct+restarts'
 WHERE e.label_mapping = 'identity' AND e.method = 'direct'
 GROUP BY e.run, e.setting, e.source, e.version
