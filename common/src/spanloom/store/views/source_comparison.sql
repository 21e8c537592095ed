-- The paper's Table 3: the sources side by side at equal actual sizes, one row a language, source and size.
-- A size that one source alone has is left out. Size 0: what nothing of the target was trained for (zero-shot, a test
-- set translated, or tagged by an LLM). Each setting's typed F1 (f1), boundary F1 and span accuracy with its interval.
SELECT run, language, control, size, source, version, method,
       f1_from_scratch, lo_from_scratch, hi_from_scratch, f1_fine_tuning, lo_fine_tuning, hi_fine_tuning,
       boundary_f1_from_scratch, boundary_f1_lo_from_scratch, boundary_f1_hi_from_scratch,
       boundary_f1_fine_tuning, boundary_f1_lo_fine_tuning, boundary_f1_hi_fine_tuning,
       entity_span_accuracy_from_scratch, entity_span_accuracy_lo_from_scratch, entity_span_accuracy_hi_from_scratch,
       entity_span_accuracy_fine_tuning, entity_span_accuracy_lo_fine_tuning, entity_span_accuracy_hi_fine_tuning
  FROM (SELECT f.run, f.language, f.control, f.size, f.source, f.version, f.method,
               count(*) OVER (PARTITION BY f.run, f.language, f.control, f.size, f.test_set) AS sources,
               max(f.f1) FILTER (WHERE f.setting = 'from_scratch') AS f1_from_scratch,
               max(f.lo) FILTER (WHERE f.setting = 'from_scratch') AS lo_from_scratch,
               max(f.hi) FILTER (WHERE f.setting = 'from_scratch') AS hi_from_scratch,
               max(f.f1) FILTER (WHERE f.setting = 'fine_tuning') AS f1_fine_tuning,
               max(f.lo) FILTER (WHERE f.setting = 'fine_tuning') AS lo_fine_tuning,
               max(f.hi) FILTER (WHERE f.setting = 'fine_tuning') AS hi_fine_tuning,
               max(f.boundary_f1) FILTER (WHERE f.setting = 'from_scratch') AS boundary_f1_from_scratch,
               max(f.boundary_f1_lo) FILTER (WHERE f.setting = 'from_scratch') AS boundary_f1_lo_from_scratch,
               max(f.boundary_f1_hi) FILTER (WHERE f.setting = 'from_scratch') AS boundary_f1_hi_from_scratch,
               max(f.boundary_f1) FILTER (WHERE f.setting = 'fine_tuning') AS boundary_f1_fine_tuning,
               max(f.boundary_f1_lo) FILTER (WHERE f.setting = 'fine_tuning') AS boundary_f1_lo_fine_tuning,
               max(f.boundary_f1_hi) FILTER (WHERE f.setting = 'fine_tuning') AS boundary_f1_hi_fine_tuning,
               max(f.entity_span_accuracy) FILTER (WHERE f.setting = 'from_scratch')
               AS entity_span_accuracy_from_scratch,
               max(f.entity_span_accuracy_lo) FILTER (WHERE f.setting = 'from_scratch')
               AS entity_span_accuracy_lo_from_scratch,
               max(f.entity_span_accuracy_hi) FILTER (WHERE f.setting = 'from_scratch')
               AS entity_span_accuracy_hi_from_scratch,
               max(f.entity_span_accuracy) FILTER (WHERE f.setting = 'fine_tuning')
               AS entity_span_accuracy_fine_tuning,
               max(f.entity_span_accuracy_lo) FILTER (WHERE f.setting = 'fine_tuning')
               AS entity_span_accuracy_lo_fine_tuning,
               max(f.entity_span_accuracy_hi) FILTER (WHERE f.setting = 'fine_tuning')
               AS entity_span_accuracy_hi_fine_tuning
          FROM f1_by_size f
         GROUP BY f.run, f.language, f.control, f.size, f.source, f.version, f.method, f.test_set) s
 WHERE sources > 1
