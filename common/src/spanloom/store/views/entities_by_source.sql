-- One row a dataset that is not gold: how many different entities its samples hold, and how many of these no gold train
-- sentence of the language holds (novel). An entity is a type and its words, without regard to case. Counted over the
-- first 1,000 samples, as later ones bring fewer new entities each; of a dataset with fewer, per_1000 is scaled up and
-- flatters. share_of_ten is the share of all mentions that the ten most frequent entities make up.
SELECT d.run_id AS run, d.language, d.source, d.split, d.version, d.kind, n.samples, c.mentions, c.entities,
       round(1000.0 * c.entities / nullif(n.samples, 0), 1) AS per_1000, c.novel,
       round(c.novel::numeric / nullif(c.entities, 0), 4) AS share_novel,
       round(c.of_ten::numeric / nullif(c.mentions, 0), 4) AS share_of_ten
  FROM datasets d
  LEFT JOIN LATERAL (
       SELECT call_index, candidate_index FROM samples WHERE dataset_id = d.id
        ORDER BY call_index, candidate_index OFFSET 999 LIMIT 1) last ON true
 CROSS JOIN LATERAL (SELECT count(*) AS samples FROM (SELECT 1 FROM samples WHERE dataset_id = d.id LIMIT 1000) x) n
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(e.times), 0)::bigint AS mentions, count(*) AS entities, count(*) FILTER (WHERE g.words IS NULL)
              AS novel, coalesce(sum(e.times) FILTER (WHERE e.place <= 10), 0)::bigint AS of_ten
         FROM (SELECT type, lower(words) AS words, count(*) AS times,
                      row_number() OVER (ORDER BY count(*) DESC, type, lower(words)) AS place
                 FROM mentions m
                WHERE m.dataset = d.id AND (last.call_index IS NULL
                      OR (m.call_index, m.candidate_index) <= (last.call_index, last.candidate_index))
                GROUP BY type, lower(words)) e
         LEFT JOIN (SELECT DISTINCT g.type, lower(g.words) AS words
                      FROM mentions g
                     WHERE g.run = d.run_id AND g.language = d.language AND g.source = 'gold' AND g.split = 'train') g
                USING (type, words)) c
 WHERE d.source <> 'gold'
