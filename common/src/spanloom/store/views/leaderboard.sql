-- One row an evaluation, best first within its language.
SELECT run, language, rank() OVER (PARTITION BY run, language ORDER BY f1 DESC) AS place, source, version, setting,
       control, method, size, size_asked, gold_used, text_used, training_seed, precision, recall, f1, lo, hi, collapsed, job,
       evaluation
  FROM results
 WHERE label_mapping = 'identity' AND method <> 'direct+restarts'
