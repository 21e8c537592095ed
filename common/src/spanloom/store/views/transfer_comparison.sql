-- The ways to do without annotated data of a language beside those with it: each arm against the zero-shot model of its
-- run and test set and against the largest organic arm from scratch, with what the languages have in common or not
-- (distance: from the related language, by the table that the specification took it from).
-- over_zero_shot and over_organic are differences of F1 of single arms or means over seeds. lo_over_zero_shot and
-- hi_over_zero_shot are the difference's interval, p_zero_shot that of a paired test (approximate randomisation), not
-- adjusted for how many are read; columns that begin with boundary_f1 and entity_span_accuracy are the same of these
-- measures, by the same resamples. tokens_in to cost are of the calls behind the arm (see results); seconds are its
-- calls', links', training's and tagging's together.
SELECT f.run, f.language, x.language_name, x.family, x.script, x.in_xlmr, l.related,
       x.distance,
       f.source, x.source_kind, f.setting, f.control, f.version, f.method, f.size, f.gold_used, f.text_used, f.seeds, f.f1, f.lo, f.hi,
       f.interval_of, f.collapse_rate,
       f.boundary_f1, f.boundary_f1_lo, f.boundary_f1_hi, f.entity_span_accuracy, f.entity_span_accuracy_lo,
       f.entity_span_accuracy_hi,
       z.f1 AS f1_zero_shot, f.f1 - z.f1 AS over_zero_shot,
       CASE WHEN t.first = x.arm THEN t.lo ELSE -t.hi END AS lo_over_zero_shot,
       CASE WHEN t.first = x.arm THEN t.hi ELSE -t.lo END AS hi_over_zero_shot, t.p AS p_zero_shot,
       f.boundary_f1 - z.boundary_f1 AS boundary_f1_over_zero_shot,
       CASE WHEN t.first = x.arm THEN b.lo ELSE -b.hi END AS boundary_f1_lo_over_zero_shot,
       CASE WHEN t.first = x.arm THEN b.hi ELSE -b.lo END AS boundary_f1_hi_over_zero_shot,
       b.p AS boundary_f1_p_zero_shot,
       f.entity_span_accuracy - z.entity_span_accuracy AS entity_span_accuracy_over_zero_shot,
       CASE WHEN t.first = x.arm THEN c.lo ELSE -c.hi END AS entity_span_accuracy_lo_over_zero_shot,
       CASE WHEN t.first = x.arm THEN c.hi ELSE -c.lo END AS entity_span_accuracy_hi_over_zero_shot,
       c.p AS entity_span_accuracy_p_zero_shot,
       o.size AS size_organic, o.f1 AS f1_organic, f.f1 - o.f1 AS over_organic,
       x.tokens_in, x.tokens_out, x.seconds, x.cost, x.currency, f.test_set
  FROM f1_by_size f
  JOIN (SELECT run, language, source, setting, control, version, method, size, test_set,
               max(language_name) AS language_name, max(family) AS family, max(script) AS script,
               bool_or(in_xlmr) AS in_xlmr, max(distance) AS distance, max(source_kind) AS source_kind, max(arm) AS arm,
               avg(tokens_in) AS tokens_in, avg(tokens_out) AS tokens_out, avg(cost) AS cost,
               max(currency) AS currency,
               avg(coalesce(call_seconds, 0) + coalesce(link_seconds, 0) + coalesce(training_seconds, 0)
                   + coalesce(tagging_seconds, 0)) AS seconds
          FROM results WHERE label_mapping = 'identity'
         GROUP BY run, language, source, setting, control, version, method, size, test_set) x
    ON (x.run, x.language, x.source, x.setting, x.control, x.version, x.method, x.size, x.test_set)
     = (f.run, f.language, f.source, f.setting, f.control, f.version, f.method, f.size, f.test_set)
  LEFT JOIN (SELECT r.id AS run, item ->> 'code' AS language, item -> 'related' ->> 'code' AS related
               FROM runs r CROSS JOIN jsonb_array_elements(CAST(r.spec AS jsonb) -> 'languages') item) l
    ON l.run = f.run AND l.language = f.language
  LEFT JOIN (SELECT DISTINCT ON (g.run, g.language, g.test_set) g.run, g.language, g.test_set, g.f1, g.boundary_f1,
                    g.entity_span_accuracy, a.id AS arm
               FROM f1_by_size g
               JOIN arm_scores a ON a.run_id = g.run AND a.language = g.language AND a.dataset_id = g.test_set
                                AND a.label_mapping = 'identity' AND a.source = g.source AND a.size = 0
                                AND a.method = g.method AND a.setting = g.setting AND a.control = g.control
                                AND a.version = g.version
              WHERE g.size = 0 AND g.method = 'direct'
              ORDER BY g.run, g.language, g.test_set, g.source) z
    ON z.run = f.run AND z.language = f.language AND z.test_set = f.test_set
  LEFT JOIN arm_tests t ON (t.first = x.arm AND t.second = z.arm) OR (t.first = z.arm AND t.second = x.arm)
  LEFT JOIN LATERAL jsonb_to_record(t.measures -> 'boundary_f1')
         AS b (lo double precision, hi double precision, p double precision)
    ON (t.measures -> 'f1' ->> 'difference')::double precision = t.difference
  LEFT JOIN LATERAL jsonb_to_record(t.measures -> 'entity_span_accuracy')
         AS c (lo double precision, hi double precision, p double precision)
    ON (t.measures -> 'f1' ->> 'difference')::double precision = t.difference
  LEFT JOIN (SELECT DISTINCT ON (g.run, g.language, g.test_set, g.control) g.run, g.language, g.test_set, g.control,
                    g.size, g.f1
               FROM f1_by_size g
              WHERE g.source = 'organic' AND g.setting = 'from_scratch' AND g.method = 'direct' AND g.size > 0
              ORDER BY g.run, g.language, g.test_set, g.control, g.size DESC, g.version DESC) o
    ON o.run = f.run AND o.language = f.language AND o.test_set = f.test_set AND o.control = f.control
