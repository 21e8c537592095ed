-- The paper's Table 3: the sources side by side at equal actual sizes, one row a language, source and size.
SELECT f.run, f.language, f.source, f.size, f.control,
       max(f.f1) FILTER (WHERE f.setting = 'from_scratch') AS f1_from_scratch,
       max(f.f1) FILTER (WHERE f.setting = 'fine_tuning') AS f1_fine_tuning
  FROM f1_by_size f
 WHERE f.size > 0
 GROUP BY f.run, f.language, f.source, f.size, f.control
