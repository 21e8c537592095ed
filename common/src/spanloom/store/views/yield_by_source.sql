-- One row a dataset that an LLM wrote or a translator: what was paid for and what came of it. seconds are those of the
-- calls, link_seconds those of word alignment; a translation taken over from another run has cost neither. `damaged`
-- counts candidates with a broken escape or bad Unicode, refused or marked for it, and those that a repair
-- (split_escape, nul) made whole or storable. `drafts` are samples that reasoning held, which are no candidates.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, d.state,
       d.calls_expected, d.calls_judged, d.calls_failed, d.calls_without_object,
       d.candidates, d.accepted, d.candidates - d.accepted AS rejected, s.distinct_accepted,
       round(d.accepted::numeric / nullif(d.candidates, 0), 4) AS share_accepted,
       c.tokens_in, c.tokens_out, c.seconds, c.link_seconds, c.drafts,
       round(1000.0 * d.accepted / nullif(c.tokens_out, 0), 3) AS accepted_per_1000_tokens,
       p.cost, p.currency, round(1000.0 * p.cost / nullif(d.accepted, 0), 4) AS cost_per_1000_accepted,
       s.broken_escape + x.broken_escape AS broken_escape, s.bad_unicode + x.bad_unicode AS bad_unicode,
       s.split_escape + x.split_escape AS split_escape, s.nul, s.damaged + x.damaged AS damaged,
       round((s.damaged + x.damaged)::numeric / nullif(d.candidates, 0), 4) AS share_damaged,
       round(s.still_damaged::numeric / nullif(d.accepted, 0), 4) AS share_accepted_damaged
  FROM datasets d
  JOIN runs r ON r.id = d.run_id
 CROSS JOIN LATERAL (
       SELECT count(DISTINCT content) AS distinct_accepted,
              count(*) FILTER (WHERE 'broken_escape' = ANY (marks)) AS broken_escape,
              count(*) FILTER (WHERE 'bad_unicode' = ANY (marks)) AS bad_unicode,
              count(*) FILTER (WHERE 'split_escape' = ANY (repairs)) AS split_escape,
              count(*) FILTER (WHERE 'nul' = ANY (repairs)) AS nul,
              count(*) FILTER (WHERE marks && '{broken_escape,bad_unicode}' OR repairs && '{split_escape,nul}') AS damaged,
              count(*) FILTER (WHERE marks && '{broken_escape,bad_unicode}' OR 'nul' = ANY (repairs)) AS still_damaged
         FROM samples WHERE dataset_id = d.id) s
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE 'broken_escape' = ANY (reasons)) AS broken_escape,
              count(*) FILTER (WHERE 'bad_unicode' = ANY (reasons)) AS bad_unicode,
              count(*) FILTER (WHERE 'split_escape' = ANY (repairs)) AS split_escape,
              count(*) FILTER (WHERE reasons && '{broken_escape,bad_unicode}' OR repairs && '{split_escape,nul}')
              AS damaged
         FROM rejections WHERE dataset_id = d.id) x
 CROSS JOIN LATERAL (
       SELECT sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out, sum(seconds) AS seconds,
              sum(link_seconds) AS link_seconds, sum(drafts) AS drafts
         FROM completions WHERE dataset_id = d.id) c
  LEFT JOIN LATERAL (
       SELECT prices ->> 'currency' AS currency,
              round((c.tokens_in * (prices ->> 'input_per_million')::numeric
                     + c.tokens_out * (prices ->> 'output_per_million')::numeric) / 1e6, 6) AS cost
         FROM jsonb_array_elements(r.spec -> 'sources') AS source (value),
              LATERAL (SELECT source.value -> 'prices' AS prices) AS given
        WHERE source.value ->> 'name' = d.source AND jsonb_typeof(prices) = 'object') p ON true
 WHERE d.calls_expected > 0
