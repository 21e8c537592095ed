-- The paper's Table 3: the sources side by side at equal actual sizes, one row a language, source and size.
-- A size that one source alone has is left out. Size 0: what nothing of the target was trained for (zero-shot, a test
-- set translated, or tagged by an LLM).
SELECT run, language, control, size, source, version, method,
       f1_from_scratch, lo_from_scratch, hi_from_scratch, f1_fine_tuning, lo_fine_tuning, hi_fine_tuning
  FROM (SELECT f.run, f.language, f.control, f.size, f.source, f.version, f.method,
               count(*) OVER (PARTITION BY f.run, f.language, f.control, f.size, f.test_set) AS sources,
               max(f.f1) FILTER (WHERE f.setting = 'from_scratch') AS f1_from_scratch,
               max(f.lo) FILTER (WHERE f.setting = 'from_scratch') AS lo_from_scratch,
               max(f.hi) FILTER (WHERE f.setting = 'from_scratch') AS hi_from_scratch,
               max(f.f1) FILTER (WHERE f.setting = 'fine_tuning') AS f1_fine_tuning,
               max(f.lo) FILTER (WHERE f.setting = 'fine_tuning') AS lo_fine_tuning,
               max(f.hi) FILTER (WHERE f.setting = 'fine_tuning') AS hi_fine_tuning
          FROM f1_by_size f
         GROUP BY f.run, f.language, f.control, f.size, f.source, f.version, f.method, f.test_set) s
 WHERE sources > 1
