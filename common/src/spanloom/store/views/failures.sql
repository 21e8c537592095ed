-- What failed and why, one row a reason: calls, calls whose completion held no object, jobs, evaluations.
-- Of datasets the newest version counts, and of jobs those that were trained on it.
-- Texts that differ in long numbers and ids alone are one reason; example is one of them, example_id whose it is.
WITH newest AS (
    SELECT DISTINCT ON (run_id, language, source, split) * FROM datasets
     ORDER BY run_id, language, source, split, version DESC
), older AS (
    SELECT id FROM datasets WHERE id NOT IN (SELECT id FROM newest)
)
SELECT run, what, language, source, reason, count(*) AS failed, min(reason_told) AS example, min(id) AS example_id
  FROM (SELECT c.run_id AS run, 'call' AS what, d.language, d.source, c.error AS reason_told, c.id
          FROM completions c JOIN newest d ON d.id = c.dataset_id
         WHERE c.error IS NOT NULL
         UNION ALL
        SELECT run_id, 'job', arm ->> 'language', arm ->> 'source', coalesce(reason, 'no reason was stored'), id
          FROM jobs WHERE state = 'failed' AND coalesce(arm ->> 'train_dataset', '') NOT IN (SELECT o.id FROM older o)
         UNION ALL
        SELECT run_id, 'evaluation', language, source, coalesce(reason, 'no reason was stored'), id
          FROM evaluations WHERE state = 'failed') f
 CROSS JOIN LATERAL (
       SELECT left(regexp_replace(reason_told, '[0-9a-f]{12,}|[0-9a-f]{8}-[0-9a-f-]+|[0-9]{4,}', '...', 'g'), 300) AS reason) r
 GROUP BY run, what, language, source, reason
 UNION ALL
SELECT d.run_id, 'call without object', d.language, d.source, 'the completion holds no object of the format',
       d.calls_without_object::bigint, c.excerpt, c.id
  FROM newest d
  LEFT JOIN LATERAL (
       SELECT c.id, left(c.text, 300) AS excerpt FROM completions c
        WHERE c.dataset_id = d.id AND c.error IS NULL AND c.judged_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM samples s WHERE s.dataset_id = d.id AND s.call_index = c.call_index)
          AND NOT EXISTS (SELECT 1 FROM rejections x WHERE x.dataset_id = d.id AND x.call_index = c.call_index)
        ORDER BY c.call_index LIMIT 1) c ON true
 WHERE d.calls_without_object > 0
