-- One row a dataset that an LLM wrote: what was paid for and what came of it.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, d.state,
       d.calls_expected, d.calls_judged, d.calls_failed, d.calls_without_object,
       d.candidates, d.accepted, d.candidates - d.accepted AS rejected,
       (SELECT count(DISTINCT s.content) FROM samples s WHERE s.dataset_id = d.id) AS distinct_accepted,
       round(d.accepted::numeric / nullif(d.candidates, 0), 4) AS share_accepted,
       c.tokens_in, c.tokens_out, c.seconds,
       round(1000.0 * d.accepted / nullif(c.tokens_out, 0), 3) AS accepted_per_1000_tokens
  FROM datasets d
  LEFT JOIN (SELECT dataset_id, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, sum(seconds) AS seconds
               FROM completions GROUP BY dataset_id) c ON c.dataset_id = d.id
 WHERE d.calls_expected > 0
