-- One row a place of an audited dataset where models that never saw the sentence would have given other spans: the
-- words, what is given and what they propose. suspicion is how much likelier they think the proposed tags (0 to 1), loss
-- the cross entropy of the given tags in nats and agreement the share of looks that gave them, each the mean over the
-- words that differ. flagged: confident learning says so too; rules.audit acts on these alone.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, a.dataset_id AS dataset, a.call_index,
       a.candidate_index, a.start, a.stop, a.kind, a.suspicion, a.loss, a.agreement, a.flagged,
       array_to_string(s.tokens[a.start + 1:a.stop], ' ') AS words, told.given, told.proposed,
       array_to_string(s.tokens, ' ') AS sentence
  FROM audit_spans a
  JOIN datasets d ON d.id = a.dataset_id
  JOIN samples s ON s.dataset_id = a.dataset_id AND s.call_index = a.call_index
                AND s.candidate_index = a.candidate_index
 CROSS JOIN LATERAL (
       SELECT (SELECT string_agg((x ->> 'type') || ' ' || array_to_string(
                      s.tokens[(x ->> 'start')::integer + 1:(x ->> 'stop')::integer], ' '), '; ')
                 FROM jsonb_array_elements(a.given) x) AS given,
              (SELECT string_agg((x ->> 'type') || ' ' || array_to_string(
                      s.tokens[(x ->> 'start')::integer + 1:(x ->> 'stop')::integer], ' '), '; ')
                 FROM jsonb_array_elements(a.proposed) x) AS proposed) told
