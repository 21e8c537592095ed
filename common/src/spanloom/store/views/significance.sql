-- Every pair of sources at equal language, setting, control and actual size: paired approximate randomisation over test
-- sentences on the mean over training seeds. p_holm is adjusted (Holm, 1979) over all tests of the language in the run.
-- Columns that begin with boundary_f1 and entity_span_accuracy are the same of these measures, by the same swaps and
-- resamples, each with a family of its own for Holm. Where an earlier release made the tests they are null, and their
-- p_holm is null for the whole language, until `spanloom intervals RUN` makes them.
SELECT run, language, setting, control, size, source, version, method, other, other_version, other_method, seeds,
       other_seeds, f1, other_f1, difference, lo, hi, p,
       least(1.0, max(p * (tests - place + 1)) OVER (PARTITION BY run, language ORDER BY place)) AS p_holm, swaps,
       boundary_f1, other_boundary_f1, boundary_f1_difference, boundary_f1_lo, boundary_f1_hi, boundary_f1_p,
       CASE WHEN boundary_f1_tests = tests
            THEN least(1.0, max(boundary_f1_p * (tests - boundary_f1_place + 1))
                            OVER (PARTITION BY run, language ORDER BY boundary_f1_place)) END AS boundary_f1_p_holm,
       entity_span_accuracy, other_entity_span_accuracy, entity_span_accuracy_difference,
       entity_span_accuracy_lo, entity_span_accuracy_hi, entity_span_accuracy_p,
       CASE WHEN entity_span_accuracy_tests = tests
            THEN least(1.0, max(entity_span_accuracy_p * (tests - entity_span_accuracy_place + 1))
                            OVER (PARTITION BY run, language ORDER BY entity_span_accuracy_place))
             END AS entity_span_accuracy_p_holm
  FROM (SELECT a.run_id AS run, a.language, a.setting, a.control, a.size, a.source, a.version, a.method,
               b.source AS other, b.version AS other_version, b.method AS other_method, a.seeds, b.seeds AS other_seeds,
               a.f1, b.f1 AS other_f1, t.difference, t.lo, t.hi, t.p, t.swaps,
               count(*) OVER (PARTITION BY a.run_id, a.language) AS tests,
               row_number() OVER (PARTITION BY a.run_id, a.language ORDER BY t.p, t.first, t.second) AS place,
               x.value AS boundary_f1, x.other AS other_boundary_f1, x.difference AS boundary_f1_difference,
               x.lo AS boundary_f1_lo, x.hi AS boundary_f1_hi, x.p AS boundary_f1_p,
               count(x.p) OVER (PARTITION BY a.run_id, a.language) AS boundary_f1_tests,
               row_number() OVER (PARTITION BY a.run_id, a.language ORDER BY x.p, t.first, t.second)
               AS boundary_f1_place,
               y.value AS entity_span_accuracy, y.other AS other_entity_span_accuracy,
               y.difference AS entity_span_accuracy_difference, y.lo AS entity_span_accuracy_lo,
               y.hi AS entity_span_accuracy_hi, y.p AS entity_span_accuracy_p,
               count(y.p) OVER (PARTITION BY a.run_id, a.language) AS entity_span_accuracy_tests,
               row_number() OVER (PARTITION BY a.run_id, a.language ORDER BY y.p, t.first, t.second)
               AS entity_span_accuracy_place
          FROM arm_tests t JOIN arm_scores a ON a.id = t.first JOIN arm_scores b ON b.id = t.second
          LEFT JOIN LATERAL jsonb_to_record(t.measures -> 'boundary_f1')
                 AS x (value double precision, other double precision, difference double precision,
                       lo double precision, hi double precision, p double precision)
            ON (t.measures -> 'f1' ->> 'difference')::double precision = t.difference
          LEFT JOIN LATERAL jsonb_to_record(t.measures -> 'entity_span_accuracy')
                 AS y (value double precision, other double precision, difference double precision,
                       lo double precision, hi double precision, p double precision)
            ON (t.measures -> 'f1' ->> 'difference')::double precision = t.difference
         WHERE a.label_mapping = 'identity'
           AND (a.setting, a.control, a.size) = (b.setting, b.control, b.size)) s
