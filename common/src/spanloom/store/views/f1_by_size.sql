-- The paper's Figure 2: F1 against training size, mean over training seeds; size 0 is zero-shot.
-- lo and hi resample training seeds, then test sentences; interval_of says 'test sampling only' where there is one seed.
-- f1 is that of the first tries; f1_with_restarts takes a restarted try where a collapse had one.
-- f1_shared is over the labels that training and test set both have. Intervals of boundary_f1 and entity_span_accuracy
-- (see results) are by the same resamples as that of f1.
SELECT e.run, e.language, e.setting, e.control, e.source, e.version, e.method, e.size,
       min(e.size_asked) AS size_asked, max(e.gold_used) AS gold_used, max(e.text_used) AS text_used, count(*)::integer AS seeds, avg(e.f1) AS f1,
       CASE WHEN min(a.seeds) = count(*) THEN min(a.lo) END AS lo,
       CASE WHEN min(a.seeds) = count(*) THEN max(a.hi) END AS hi,
       CASE WHEN min(a.seeds) = count(*) THEN min(a.varies) END AS interval_of,
       avg(e.boundary_f1) AS boundary_f1, CASE WHEN min(a.seeds) = count(*) THEN min(b.lo) END AS boundary_f1_lo,
       CASE WHEN min(a.seeds) = count(*) THEN max(b.hi) END AS boundary_f1_hi,
       avg(e.entity_span_accuracy) AS entity_span_accuracy,
       CASE WHEN min(a.seeds) = count(*) THEN min(c.lo) END AS entity_span_accuracy_lo,
       CASE WHEN min(a.seeds) = count(*) THEN max(c.hi) END AS entity_span_accuracy_hi,
       min(e.f1) AS f1_min, max(e.f1) AS f1_max,
       avg(e.collapsed::integer)::double precision AS collapse_rate, avg(coalesce(x.f1, e.f1)) AS f1_with_restarts,
       avg(coalesce(s.f1, e.f1)) AS f1_shared, avg(e.recall_seen) AS recall_seen, avg(e.recall_unseen) AS recall_unseen, e.test_set
  FROM results e
  LEFT JOIN arm_scores a ON a.id = e.arm
  LEFT JOIN LATERAL jsonb_to_record(a.measures -> 'boundary_f1') AS b (lo double precision, hi double precision)
    ON (a.measures -> 'f1' ->> 'value')::double precision = a.f1
  LEFT JOIN LATERAL jsonb_to_record(a.measures -> 'entity_span_accuracy')
         AS c (lo double precision, hi double precision)
    ON (a.measures -> 'f1' ->> 'value')::double precision = a.f1
  LEFT JOIN results x ON x.job = e.job AND x.test_set = e.test_set AND x.label_mapping = 'identity'
                     AND x.method = 'direct+restarts'
  LEFT JOIN results s ON s.job = e.job AND s.test_set = e.test_set AND s.label_mapping = 'shared'
                     AND s.method = e.method
 WHERE e.label_mapping = 'identity' AND e.method <> 'direct+restarts'
 GROUP BY e.run, e.language, e.setting, e.control, e.source, e.version, e.method, e.size, e.test_set
