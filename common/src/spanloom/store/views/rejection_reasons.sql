-- One row a dataset and reason: how many candidates were refused for it first, and their share.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, x.reason, count(*) AS rejected,
       round(count(*)::numeric / nullif(d.candidates, 0), 4) AS share_of_candidates
  FROM rejections x JOIN datasets d ON d.id = x.dataset_id
 GROUP BY d.id, x.reason
