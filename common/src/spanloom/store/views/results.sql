-- One row an evaluation, everything in it that is needed to read it alone. F1 and the like are fractions.
-- label_mapping is 'identity' over all labels of the test set, 'shared' over those that training and test set both have
-- (in labels; such a row is there where they differ). labels_absent are those without an example in the training data.
-- tokens_in to cost are of the calls behind the arm (translation, generation, tagging by an LLM): of a dataset's calls
-- the share that its training size is of the samples accepted; link_seconds are those of word alignment.
-- method translate_test: untranslated are test sentences without a translation, on which nothing is found;
-- spans_lost_back were found in translation and could not be carried back. method llm_tag: untagged are test sentences
-- of which there was no usable answer; train_sentences are those that its examples were drawn from.
-- gold_used are annotated sentences of the language behind the score, text_used unlabelled ones that an LLM labelled.
-- entity_span_accuracy is the share of gold entities whose boundaries were found. Of what an earlier release scored the
-- intervals of this and of boundary_f1 are null until `spanloom intervals RUN` draws them.
SELECT e.run_id AS run, r.name AS run_name,
       e.language, e.facts ->> 'language_name' AS language_name, e.facts ->> 'family' AS family,
       e.facts ->> 'script' AS script, (e.facts ->> 'in_xlmr')::boolean AS in_xlmr,
       (e.facts ->> 'distance')::double precision AS distance,
       e.source, e.facts ->> 'source_kind' AS source_kind, e.facts ->> 'source_model' AS source_model,
       coalesce((e.facts ->> 'version')::integer, 1) AS version,
       e.setting, coalesce(e.facts ->> 'control', 'epochs') AS control, e.method, e.label_mapping,
       e.size, e.size_asked, (e.facts ->> 'train_sentences')::integer AS train_sentences,
       (e.facts ->> 'train_tokens')::integer AS train_tokens,
       (e.facts ->> 'train_entities')::integer AS train_entities, e.facts ->> 'dev' AS dev,
       (e.facts ->> 'dev_sentences')::integer AS dev_sentences,
       (e.facts ->> 'gold_used')::integer AS gold_used, (e.facts ->> 'text_used')::integer AS text_used, e.subset_seed, e.training_seed,
       (e.facts ->> 'restarts')::integer AS restarts, (e.facts ->> 'collapsed')::boolean AS collapsed,
       (e.facts ->> 'few_updates')::boolean AS few_updates, e.facts -> 'labels' AS labels,
       e.facts -> 'labels_absent' AS labels_absent,
       e.facts ->> 'encoder' AS encoder,
       e.precision, e.recall, e.f1, e.lo, e.hi, e.readings -> 'interval' ->> 'varies' AS interval_of,
       (e.readings -> 'strict' ->> 'f1')::double precision AS strict_f1,
       (e.readings -> 'boundary' ->> 'f1')::double precision AS boundary_f1,
       (e.readings -> 'intervals' -> 'boundary_f1' ->> 'lo')::double precision AS boundary_f1_lo,
       (e.readings -> 'intervals' -> 'boundary_f1' ->> 'hi')::double precision AS boundary_f1_hi,
       (e.readings -> 'partial' ->> 'f1')::double precision AS partial_f1,
       (e.readings -> 'type' ->> 'f1')::double precision AS type_f1,
       (e.readings -> 'macro' ->> 'f1')::double precision AS macro_f1,
       (e.readings -> 'weighted' ->> 'f1')::double precision AS weighted_f1,
       (e.readings ->> 'entity_span_accuracy')::double precision AS entity_span_accuracy,
       (e.readings -> 'intervals' -> 'entity_span_accuracy' ->> 'lo')::double precision AS entity_span_accuracy_lo,
       (e.readings -> 'intervals' -> 'entity_span_accuracy' ->> 'hi')::double precision AS entity_span_accuracy_hi,
       (e.readings ->> 'exact')::double precision AS exact,
       (e.facts ->> 'recall_seen')::double precision AS recall_seen,
       (e.facts ->> 'entities_seen')::integer AS entities_seen,
       (e.facts ->> 'recall_unseen')::double precision AS recall_unseen,
       (e.facts ->> 'entities_unseen')::integer AS entities_unseen,
       e.dataset_id AS test_set, d.content_sha256 AS test_sha256, d.accepted AS test_sentences,
       (e.readings ->> 'tokens')::integer AS test_tokens,
       (e.readings -> 'typed' ->> 'gold')::double precision::integer AS test_entities,
       (e.facts ->> 'test_in_training')::integer AS test_in_training,
       (e.facts ->> 'untranslated')::integer AS untranslated, (e.facts ->> 'untagged')::integer AS untagged,
       (SELECT sum(n.value::integer) FROM jsonb_each_text(e.facts -> 'lost_back') n)::integer AS spans_lost_back,
       (e.facts ->> 'training_seconds')::double precision AS training_seconds,
       (e.facts ->> 'tagging_seconds')::double precision AS tagging_seconds,
       (e.facts ->> 'tokens_in')::double precision AS tokens_in,
       (e.facts ->> 'tokens_out')::double precision AS tokens_out,
       (e.facts ->> 'call_seconds')::double precision AS call_seconds,
       (e.facts ->> 'link_seconds')::double precision AS link_seconds,
       (e.facts ->> 'cost')::double precision AS cost, e.facts ->> 'currency' AS currency,
       (e.facts ->> 'updates')::integer AS updates, e.facts ->> 'code_version' AS code_version, e.metric_version,
       e.finished_at AS scored_at, e.facts ->> 'arm' AS arm, e.job_id AS job, e.id AS evaluation
  FROM evaluations e JOIN runs r ON r.id = e.run_id JOIN datasets d ON d.id = e.dataset_id
 WHERE e.state = 'done'
