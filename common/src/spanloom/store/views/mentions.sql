-- One row an entity of a sample, gold's too: its type, its words, and the place of its first word, from 0. A tag I-X that
-- no entity of its type goes before begins one.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, d.id AS dataset, s.call_index, s.candidate_index,
       m.start, substr(d.tags[2 * m.kind], 3) AS type, m.words
  FROM datasets d
  JOIN samples s ON s.dataset_id = d.id
 CROSS JOIN LATERAL (
       SELECT min(w.n)::integer - 1 AS start, max((w.tag + 1) / 2) AS kind,
              string_agg(w.token, ' ' ORDER BY w.n) AS words
         FROM (SELECT u.token, u.tag, u.n,
                      count(*) FILTER (WHERE mod(u.tag, 2) = 1 OR u.before NOT IN (u.tag, u.tag - 1)) OVER (ORDER BY u.n)
                      AS number
                 FROM (SELECT t.token, t.tag, t.n, lag(t.tag, 1, 0::smallint) OVER (ORDER BY t.n) AS before
                         FROM unnest(s.tokens, s.ner_tags) WITH ORDINALITY AS t (token, tag, n)) u
                WHERE u.tag > 0) w
        GROUP BY w.number) m
