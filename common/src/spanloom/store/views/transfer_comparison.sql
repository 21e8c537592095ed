-- The ways to do without annotated data of a language beside those with it: each arm against the zero-shot model of its
-- run and test set and against the largest organic arm from scratch, with what the languages have in common or not.
-- over_zero_shot and over_organic are differences of F1 of single arms or means over seeds; `significance` tests them.
SELECT f.run, f.language, x.language_name, x.family, x.script, x.in_xlmr, l.related,
       f.source, x.source_kind, f.setting, f.control, f.version, f.method, f.size, f.gold_used, f.seeds, f.f1, f.lo, f.hi,
       f.interval_of, f.collapse_rate, x.entity_span_accuracy, x.boundary_f1,
       z.f1 AS f1_zero_shot, f.f1 - z.f1 AS over_zero_shot,
       o.size AS size_organic, o.f1 AS f1_organic, f.f1 - o.f1 AS over_organic, f.test_set
  FROM f1_by_size f
  JOIN (SELECT run, language, source, setting, control, version, method, size, test_set,
               max(language_name) AS language_name, max(family) AS family, max(script) AS script,
               bool_or(in_xlmr) AS in_xlmr, max(source_kind) AS source_kind,
               avg(entity_span_accuracy) AS entity_span_accuracy, avg(boundary_f1) AS boundary_f1
          FROM results WHERE label_mapping = 'identity'
         GROUP BY run, language, source, setting, control, version, method, size, test_set) x
    ON (x.run, x.language, x.source, x.setting, x.control, x.version, x.method, x.size, x.test_set)
     = (f.run, f.language, f.source, f.setting, f.control, f.version, f.method, f.size, f.test_set)
  LEFT JOIN (SELECT r.id AS run, item ->> 'code' AS language, item -> 'related' ->> 'code' AS related
               FROM runs r CROSS JOIN jsonb_array_elements(CAST(r.spec AS jsonb) -> 'languages') item) l
    ON l.run = f.run AND l.language = f.language
  LEFT JOIN (SELECT DISTINCT ON (run, language, test_set) run, language, test_set, f1
               FROM f1_by_size WHERE size = 0 AND method = 'direct'
              ORDER BY run, language, test_set, source) z
    ON z.run = f.run AND z.language = f.language AND z.test_set = f.test_set
  LEFT JOIN (SELECT DISTINCT ON (g.run, g.language, g.test_set, g.control) g.run, g.language, g.test_set, g.control,
                    g.size, g.f1
               FROM f1_by_size g
              WHERE g.source = 'organic' AND g.setting = 'from_scratch' AND g.method = 'direct' AND g.size > 0
              ORDER BY g.run, g.language, g.test_set, g.control, g.size DESC, g.version DESC) o
    ON o.run = f.run AND o.language = f.language AND o.test_set = f.test_set AND o.control = f.control
