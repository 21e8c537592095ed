-- Every pair of sources at equal language, setting, control and actual size: paired approximate randomisation over test
-- sentences on the mean over training seeds. p_holm is adjusted (Holm, 1979) over all tests of the language in the run.
SELECT run, language, setting, control, size, source, version, method, other, other_version, other_method, seeds,
       other_seeds, f1, other_f1, difference, lo, hi, p,
       least(1.0, max(p * (tests - place + 1)) OVER (PARTITION BY run, language ORDER BY place)) AS p_holm, swaps
  FROM (SELECT a.run_id AS run, a.language, a.setting, a.control, a.size, a.source, a.version, a.method,
               b.source AS other, b.version AS other_version, b.method AS other_method, a.seeds, b.seeds AS other_seeds,
               a.f1, b.f1 AS other_f1, t.difference, t.lo, t.hi, t.p, t.swaps,
               count(*) OVER (PARTITION BY a.run_id, a.language) AS tests,
               row_number() OVER (PARTITION BY a.run_id, a.language ORDER BY t.p, t.first, t.second) AS place
          FROM arm_tests t JOIN arm_scores a ON a.id = t.first JOIN arm_scores b ON b.id = t.second
         WHERE a.label_mapping = 'identity'
           AND (a.setting, a.control, a.size) = (b.setting, b.control, b.size)) s
