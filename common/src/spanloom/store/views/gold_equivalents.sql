-- How many annotated sentences give each arm's F1, one row an arm that was not trained on annotated sentences alone.
-- Made when a run ends, and when its advice is asked for. sentences is null outside the measured sizes (see outside).
SELECT a.run_id AS run, b.value ->> 'language' AS language, e.setting, e.control, e.source, e.kind, e.version, e.method,
       e.size, e.seeds, e.f1, e.f1_lo, e.f1_hi, e.sentences, e.interval, e.outside, e.smallest, e.largest,
       e.seeds_organic, b.value ->> 'test_set' AS test_set
  FROM advice a
 CROSS JOIN LATERAL jsonb_array_elements(a.body) AS b (value)
 CROSS JOIN LATERAL jsonb_to_recordset(b.value -> 'equivalents') AS e (
       setting text, control text, source text, kind text, version integer, method text, size integer, seeds integer,
       f1 double precision, f1_lo double precision, f1_hi double precision, sentences double precision, interval text,
       outside text, smallest integer, largest integer, seeds_organic integer)
