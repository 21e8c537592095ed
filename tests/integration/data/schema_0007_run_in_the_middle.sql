CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.arm_scores (
    id text NOT NULL,
    run_id text NOT NULL,
    language text NOT NULL,
    dataset_id text NOT NULL,
    label_mapping text NOT NULL,
    setting text NOT NULL,
    control text NOT NULL,
    size integer NOT NULL,
    source text NOT NULL,
    version integer NOT NULL,
    method text NOT NULL,
    seeds integer NOT NULL,
    f1 double precision NOT NULL,
    lo double precision NOT NULL,
    hi double precision NOT NULL,
    level double precision NOT NULL,
    resamples integer NOT NULL,
    varies text NOT NULL
);
CREATE TABLE public.arm_tests (
    first text NOT NULL,
    second text NOT NULL,
    difference double precision NOT NULL,
    lo double precision NOT NULL,
    hi double precision NOT NULL,
    p double precision NOT NULL,
    swaps integer NOT NULL
);
CREATE TABLE public.datasets (
    id text NOT NULL,
    run_id text NOT NULL,
    language text NOT NULL,
    source text NOT NULL,
    split text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    kind text NOT NULL,
    tags text[] NOT NULL,
    rules jsonb,
    state text DEFAULT 'collecting'::text NOT NULL,
    reason text,
    calls_expected integer DEFAULT 0 NOT NULL,
    calls_judged integer DEFAULT 0 NOT NULL,
    calls_failed integer DEFAULT 0 NOT NULL,
    calls_without_object integer DEFAULT 0 NOT NULL,
    candidates integer DEFAULT 0 NOT NULL,
    accepted integer DEFAULT 0 NOT NULL,
    stop_accepted integer,
    calls_max integer,
    content_sha256 text,
    info jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    completed_at timestamp with time zone,
    CONSTRAINT datasets_calls CHECK ((calls_judged <= calls_expected)),
    CONSTRAINT datasets_state CHECK ((state = ANY (ARRAY['collecting'::text, 'complete'::text])))
);
CREATE TABLE public.evaluations (
    id text NOT NULL,
    run_id text NOT NULL,
    job_id text NOT NULL,
    dataset_id text NOT NULL,
    method text DEFAULT 'direct'::text NOT NULL,
    label_mapping text DEFAULT 'identity'::text NOT NULL,
    metric_version integer DEFAULT 1 NOT NULL,
    language text NOT NULL,
    source text NOT NULL,
    setting text NOT NULL,
    size integer NOT NULL,
    size_asked integer NOT NULL,
    training_seed bigint NOT NULL,
    subset_seed bigint NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    "precision" double precision,
    recall double precision,
    f1 double precision,
    lo double precision,
    hi double precision,
    readings jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    holder text,
    lease_until timestamp with time zone,
    published integer DEFAULT 0 NOT NULL,
    publish_after timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    reason text,
    forgiven integer DEFAULT 0 NOT NULL,
    CONSTRAINT evaluations_state CHECK ((state = ANY (ARRAY['queued'::text, 'claimed'::text, 'done'::text, 'failed'::text])))
);
CREATE TABLE public.runs (
    id text NOT NULL,
    name text NOT NULL,
    spec jsonb NOT NULL,
    spec_hash text NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    reason text,
    idempotency_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT runs_state CHECK ((state = ANY (ARRAY['running'::text, 'complete'::text, 'complete_with_failures'::text, 'cancelled'::text])))
);
CREATE VIEW public.results AS
 SELECT e.run_id AS run,
    r.name AS run_name,
    e.language,
    (e.facts ->> 'language_name'::text) AS language_name,
    (e.facts ->> 'family'::text) AS family,
    (e.facts ->> 'script'::text) AS script,
    ((e.facts ->> 'in_xlmr'::text))::boolean AS in_xlmr,
    e.source,
    (e.facts ->> 'source_kind'::text) AS source_kind,
    (e.facts ->> 'source_model'::text) AS source_model,
    COALESCE(((e.facts ->> 'version'::text))::integer, 1) AS version,
    e.setting,
    COALESCE((e.facts ->> 'control'::text), 'epochs'::text) AS control,
    e.method,
    e.label_mapping,
    e.size,
    e.size_asked,
    ((e.facts ->> 'train_sentences'::text))::integer AS train_sentences,
    ((e.facts ->> 'train_tokens'::text))::integer AS train_tokens,
    ((e.facts ->> 'train_entities'::text))::integer AS train_entities,
    (e.facts ->> 'dev'::text) AS dev,
    ((e.facts ->> 'gold_used'::text))::integer AS gold_used,
    e.subset_seed,
    e.training_seed,
    ((e.facts ->> 'restarts'::text))::integer AS restarts,
    ((e.facts ->> 'collapsed'::text))::boolean AS collapsed,
    ((e.facts ->> 'few_updates'::text))::boolean AS few_updates,
    (e.facts -> 'labels'::text) AS labels,
    (e.facts -> 'labels_absent'::text) AS labels_absent,
    (e.facts ->> 'encoder'::text) AS encoder,
    e."precision",
    e.recall,
    e.f1,
    e.lo,
    e.hi,
    ((e.readings -> 'interval'::text) ->> 'varies'::text) AS interval_of,
    (((e.readings -> 'strict'::text) ->> 'f1'::text))::double precision AS strict_f1,
    (((e.readings -> 'boundary'::text) ->> 'f1'::text))::double precision AS boundary_f1,
    (((e.readings -> 'partial'::text) ->> 'f1'::text))::double precision AS partial_f1,
    (((e.readings -> 'type'::text) ->> 'f1'::text))::double precision AS type_f1,
    (((e.readings -> 'macro'::text) ->> 'f1'::text))::double precision AS macro_f1,
    (((e.readings -> 'weighted'::text) ->> 'f1'::text))::double precision AS weighted_f1,
    ((e.readings ->> 'entity_span_accuracy'::text))::double precision AS entity_span_accuracy,
    ((e.readings ->> 'exact'::text))::double precision AS exact,
    ((e.facts ->> 'recall_seen'::text))::double precision AS recall_seen,
    ((e.facts ->> 'entities_seen'::text))::integer AS entities_seen,
    ((e.facts ->> 'recall_unseen'::text))::double precision AS recall_unseen,
    ((e.facts ->> 'entities_unseen'::text))::integer AS entities_unseen,
    e.dataset_id AS test_set,
    d.content_sha256 AS test_sha256,
    d.accepted AS test_sentences,
    ((e.readings ->> 'tokens'::text))::integer AS test_tokens,
    ((((e.readings -> 'typed'::text) ->> 'gold'::text))::double precision)::integer AS test_entities,
    ((e.facts ->> 'test_in_training'::text))::integer AS test_in_training,
    ((e.facts ->> 'training_seconds'::text))::double precision AS training_seconds,
    ((e.facts ->> 'updates'::text))::integer AS updates,
    (e.facts ->> 'code_version'::text) AS code_version,
    e.metric_version,
    e.finished_at AS scored_at,
    (e.facts ->> 'arm'::text) AS arm,
    e.job_id AS job,
    e.id AS evaluation
   FROM ((public.evaluations e
     JOIN public.runs r ON ((r.id = e.run_id)))
     JOIN public.datasets d ON ((d.id = e.dataset_id)))
  WHERE (e.state = 'done'::text);
CREATE VIEW public.collapse_by_source AS
 SELECT e.run,
    e.setting,
    e.source,
    e.version,
    count(DISTINCT e.job) AS trainings,
    count(DISTINCT e.job) FILTER (WHERE e.collapsed) AS collapsed,
    count(DISTINCT e.job) FILTER (WHERE COALESCE(x.collapsed, e.collapsed)) AS still_collapsed,
    count(DISTINCT e.job) FILTER (WHERE e.few_updates) AS few_updates,
    round(((count(DISTINCT e.job) FILTER (WHERE e.collapsed))::numeric / (count(DISTINCT e.job))::numeric), 4) AS collapse_rate,
    avg(e.f1) AS f1,
    avg(COALESCE(x.f1, e.f1)) AS f1_with_restarts
   FROM (public.results e
     LEFT JOIN public.results x ON (((x.job = e.job) AND (x.test_set = e.test_set) AND (x.label_mapping = 'identity'::text) AND (x.method = 'direct+restarts'::text))))
  WHERE ((e.label_mapping = 'identity'::text) AND (e.method = 'direct'::text))
  GROUP BY e.run, e.setting, e.source, e.version;
CREATE TABLE public.completions (
    id text NOT NULL,
    run_id text NOT NULL,
    dataset_id text NOT NULL,
    call_index integer NOT NULL,
    text text,
    error text,
    finish_reason text,
    model text,
    tokens_in integer,
    tokens_out integer,
    seconds double precision,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    judged_at timestamp with time zone,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    holder text,
    lease_until timestamp with time zone,
    published integer DEFAULT 0 NOT NULL,
    publish_after timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    reason text,
    forgiven integer DEFAULT 0 NOT NULL,
    CONSTRAINT completions_state CHECK ((state = ANY (ARRAY['queued'::text, 'claimed'::text, 'done'::text, 'failed'::text])))
);
CREATE TABLE public.dead_letters (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    replayed_at timestamp with time zone
);
CREATE TABLE public.device_turns (
    place bigint NOT NULL,
    device text NOT NULL,
    holder text NOT NULL,
    pid integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    since timestamp with time zone,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT device_turns_state CHECK ((state = ANY (ARRAY['waiting'::text, 'holding'::text])))
);
CREATE SEQUENCE public.device_turns_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.device_turns_place_seq OWNED BY public.device_turns.place;
CREATE TABLE public.events (
    id bigint NOT NULL,
    txid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    run_id text NOT NULL,
    kind text NOT NULL,
    data jsonb NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE SEQUENCE public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.events_id_seq OWNED BY public.events.id;
CREATE VIEW public.f1_by_size AS
 SELECT e.run,
    e.language,
    e.setting,
    e.control,
    e.source,
    e.version,
    e.method,
    e.size,
    min(e.size_asked) AS size_asked,
    max(e.gold_used) AS gold_used,
    (count(*))::integer AS seeds,
    avg(e.f1) AS f1,
        CASE
            WHEN (min(a.seeds) = count(*)) THEN min(a.lo)
            ELSE NULL::double precision
        END AS lo,
        CASE
            WHEN (min(a.seeds) = count(*)) THEN max(a.hi)
            ELSE NULL::double precision
        END AS hi,
        CASE
            WHEN (min(a.seeds) = count(*)) THEN min(a.varies)
            ELSE NULL::text
        END AS interval_of,
    min(e.f1) AS f1_min,
    max(e.f1) AS f1_max,
    (avg((e.collapsed)::integer))::double precision AS collapse_rate,
    avg(COALESCE(x.f1, e.f1)) AS f1_with_restarts,
    avg(COALESCE(s.f1, e.f1)) AS f1_shared,
    avg(e.recall_seen) AS recall_seen,
    avg(e.recall_unseen) AS recall_unseen,
    e.test_set
   FROM (((public.results e
     LEFT JOIN public.arm_scores a ON ((a.id = e.arm)))
     LEFT JOIN public.results x ON (((x.job = e.job) AND (x.test_set = e.test_set) AND (x.label_mapping = 'identity'::text) AND (x.method = 'direct+restarts'::text))))
     LEFT JOIN public.results s ON (((s.job = e.job) AND (s.test_set = e.test_set) AND (s.label_mapping = 'shared'::text) AND (s.method = e.method))))
  WHERE ((e.label_mapping = 'identity'::text) AND (e.method <> 'direct+restarts'::text))
  GROUP BY e.run, e.language, e.setting, e.control, e.source, e.version, e.method, e.size, e.test_set;
CREATE TABLE public.jobs (
    id text NOT NULL,
    run_id text NOT NULL,
    kind text NOT NULL,
    arm jsonb NOT NULL,
    needs text,
    progress jsonb,
    outcome jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    holder text,
    lease_until timestamp with time zone,
    published integer DEFAULT 0 NOT NULL,
    publish_after timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    reason text,
    forgiven integer DEFAULT 0 NOT NULL,
    CONSTRAINT jobs_state CHECK ((state = ANY (ARRAY['queued'::text, 'claimed'::text, 'done'::text, 'failed'::text])))
);
CREATE VIEW public.leaderboard AS
 SELECT run,
    language,
    rank() OVER (PARTITION BY run, language ORDER BY f1 DESC) AS place,
    source,
    version,
    setting,
    control,
    method,
    size,
    size_asked,
    gold_used,
    training_seed,
    "precision",
    recall,
    f1,
    lo,
    hi,
    collapsed,
    job,
    evaluation
   FROM public.results
  WHERE ((label_mapping = 'identity'::text) AND (method <> 'direct+restarts'::text));
CREATE TABLE public.models (
    id text NOT NULL,
    job_id text NOT NULL,
    run_id text NOT NULL,
    path text NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    place text,
    dev_f1 double precision,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    scored boolean DEFAULT false NOT NULL
);
CREATE TABLE public.predictions (
    job_id text NOT NULL,
    dataset_id text NOT NULL,
    tags jsonb NOT NULL,
    method text DEFAULT 'direct'::text NOT NULL
);
CREATE TABLE public.prompts (
    id text NOT NULL,
    run_id text NOT NULL,
    dataset_id text NOT NULL,
    call_index integer NOT NULL,
    request text NOT NULL,
    seeds integer[] DEFAULT '{}'::integer[] NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    holder text,
    lease_until timestamp with time zone,
    published integer DEFAULT 0 NOT NULL,
    publish_after timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    reason text,
    forgiven integer DEFAULT 0 NOT NULL,
    CONSTRAINT prompts_state CHECK ((state = ANY (ARRAY['queued'::text, 'claimed'::text, 'done'::text, 'failed'::text])))
);
CREATE VIEW public.rejection_reasons AS
SELECT
    NULL::text AS run,
    NULL::text AS language,
    NULL::text AS source,
    NULL::text AS split,
    NULL::integer AS version,
    NULL::text AS reason,
    NULL::bigint AS rejected,
    NULL::numeric AS share_of_candidates;
CREATE TABLE public.rejections (
    dataset_id text NOT NULL,
    call_index integer NOT NULL,
    candidate_index integer NOT NULL,
    reason text NOT NULL,
    reasons text[] NOT NULL,
    char_offset integer NOT NULL,
    delta integer,
    repairs text[] DEFAULT '{}'::text[] NOT NULL,
    excerpt text NOT NULL
);
CREATE VIEW public.run_summary AS
 SELECT r.id AS run,
    r.name,
    r.state,
    r.reason,
    r.created_at,
    r.ended_at,
    COALESCE(d.calls_expected, (0)::bigint) AS calls_expected,
    COALESCE(d.calls_judged, (0)::bigint) AS calls_judged,
    COALESCE(d.calls_failed, (0)::bigint) AS calls_failed,
    COALESCE(d.candidates, (0)::bigint) AS candidates,
    COALESCE(d.accepted, (0)::bigint) AS accepted,
    COALESCE(j.total, (0)::bigint) AS jobs,
    COALESCE(j.done, (0)::bigint) AS jobs_done,
    COALESCE(j.failed, (0)::bigint) AS jobs_failed,
    COALESCE(e.total, (0)::bigint) AS evaluations,
    COALESCE(e.done, (0)::bigint) AS evaluations_done
   FROM (((public.runs r
     LEFT JOIN ( SELECT datasets.run_id,
            sum(datasets.calls_expected) AS calls_expected,
            sum(datasets.calls_judged) AS calls_judged,
            sum(datasets.calls_failed) AS calls_failed,
            sum(datasets.candidates) AS candidates,
            sum(datasets.accepted) AS accepted
           FROM public.datasets
          WHERE (datasets.calls_expected > 0)
          GROUP BY datasets.run_id) d ON ((d.run_id = r.id)))
     LEFT JOIN ( SELECT jobs.run_id,
            count(*) AS total,
            count(*) FILTER (WHERE (jobs.state = 'done'::text)) AS done,
            count(*) FILTER (WHERE (jobs.state = 'failed'::text)) AS failed
           FROM public.jobs
          GROUP BY jobs.run_id) j ON ((j.run_id = r.id)))
     LEFT JOIN ( SELECT evaluations.run_id,
            count(*) AS total,
            count(*) FILTER (WHERE (evaluations.state = 'done'::text)) AS done
           FROM public.evaluations
          GROUP BY evaluations.run_id) e ON ((e.run_id = r.id)));
CREATE TABLE public.sample_bands (
    dataset_id text NOT NULL,
    key bigint NOT NULL,
    call_index integer NOT NULL,
    candidate_index integer NOT NULL
);
CREATE TABLE public.samples (
    dataset_id text NOT NULL,
    call_index integer NOT NULL,
    candidate_index integer NOT NULL,
    tokens text[] NOT NULL,
    ner_tags smallint[] NOT NULL,
    content text NOT NULL,
    identity text NOT NULL,
    char_offset integer DEFAULT 0 NOT NULL,
    repairs text[] DEFAULT '{}'::text[] NOT NULL,
    marks text[] DEFAULT '{}'::text[] NOT NULL,
    diagnostics jsonb
);
CREATE TABLE public.scores (
    evaluation_id text NOT NULL,
    reading text NOT NULL,
    label text NOT NULL,
    "precision" double precision NOT NULL,
    recall double precision NOT NULL,
    f1 double precision NOT NULL,
    gold integer NOT NULL,
    predicted integer NOT NULL
);
CREATE TABLE public.sentence_scores (
    evaluation_id text NOT NULL,
    reading text NOT NULL,
    label text NOT NULL,
    true_positive integer[] NOT NULL,
    predicted integer[] NOT NULL,
    gold integer[] NOT NULL
);
CREATE VIEW public.significance AS
 SELECT run,
    language,
    setting,
    control,
    size,
    source,
    version,
    method,
    other,
    other_version,
    other_method,
    seeds,
    other_seeds,
    f1,
    other_f1,
    difference,
    lo,
    hi,
    p,
    LEAST((1.0)::double precision, max((p * (((tests - place) + 1))::double precision)) OVER (PARTITION BY run, language ORDER BY place)) AS p_holm,
    swaps
   FROM ( SELECT a.run_id AS run,
            a.language,
            a.setting,
            a.control,
            a.size,
            a.source,
            a.version,
            a.method,
            b.source AS other,
            b.version AS other_version,
            b.method AS other_method,
            a.seeds,
            b.seeds AS other_seeds,
            a.f1,
            b.f1 AS other_f1,
            t.difference,
            t.lo,
            t.hi,
            t.p,
            t.swaps,
            count(*) OVER (PARTITION BY a.run_id, a.language) AS tests,
            row_number() OVER (PARTITION BY a.run_id, a.language ORDER BY t.p, t.first, t.second) AS place
           FROM ((public.arm_tests t
             JOIN public.arm_scores a ON ((a.id = t.first)))
             JOIN public.arm_scores b ON ((b.id = t.second)))
          WHERE (a.label_mapping = 'identity'::text)) s;
CREATE VIEW public.source_comparison AS
 SELECT run,
    language,
    control,
    size,
    source,
    version,
    method,
    f1_from_scratch,
    lo_from_scratch,
    hi_from_scratch,
    f1_fine_tuning,
    lo_fine_tuning,
    hi_fine_tuning
   FROM ( SELECT f.run,
            f.language,
            f.control,
            f.size,
            f.source,
            f.version,
            f.method,
            count(*) OVER (PARTITION BY f.run, f.language, f.control, f.size, f.test_set) AS sources,
            max(f.f1) FILTER (WHERE (f.setting = 'from_scratch'::text)) AS f1_from_scratch,
            max(f.lo) FILTER (WHERE (f.setting = 'from_scratch'::text)) AS lo_from_scratch,
            max(f.hi) FILTER (WHERE (f.setting = 'from_scratch'::text)) AS hi_from_scratch,
            max(f.f1) FILTER (WHERE (f.setting = 'fine_tuning'::text)) AS f1_fine_tuning,
            max(f.lo) FILTER (WHERE (f.setting = 'fine_tuning'::text)) AS lo_fine_tuning,
            max(f.hi) FILTER (WHERE (f.setting = 'fine_tuning'::text)) AS hi_fine_tuning
           FROM public.f1_by_size f
          WHERE (f.size > 0)
          GROUP BY f.run, f.language, f.control, f.size, f.source, f.version, f.method, f.test_set) s
  WHERE (sources > 1);
CREATE VIEW public.yield_by_source AS
 SELECT d.run_id AS run,
    d.language,
    d.source,
    d.split,
    d.version,
    d.state,
    d.calls_expected,
    d.calls_judged,
    d.calls_failed,
    d.calls_without_object,
    d.candidates,
    d.accepted,
    (d.candidates - d.accepted) AS rejected,
    s.distinct_accepted,
    round(((d.accepted)::numeric / (NULLIF(d.candidates, 0))::numeric), 4) AS share_accepted,
    c.tokens_in,
    c.tokens_out,
    c.seconds,
    round(((1000.0 * (d.accepted)::numeric) / (NULLIF(c.tokens_out, 0))::numeric), 3) AS accepted_per_1000_tokens,
    p.cost,
    p.currency,
    round(((1000.0 * p.cost) / (NULLIF(d.accepted, 0))::numeric), 4) AS cost_per_1000_accepted,
    (s.broken_escape + x.broken_escape) AS broken_escape,
    (s.bad_unicode + x.bad_unicode) AS bad_unicode,
    (s.split_escape + x.split_escape) AS split_escape,
    s.nul,
    (s.damaged + x.damaged) AS damaged,
    round((((s.damaged + x.damaged))::numeric / (NULLIF(d.candidates, 0))::numeric), 4) AS share_damaged,
    round(((s.still_damaged)::numeric / (NULLIF(d.accepted, 0))::numeric), 4) AS share_accepted_damaged
   FROM (((((public.datasets d
     JOIN public.runs r ON ((r.id = d.run_id)))
     CROSS JOIN LATERAL ( SELECT count(DISTINCT samples.content) AS distinct_accepted,
            count(*) FILTER (WHERE ('broken_escape'::text = ANY (samples.marks))) AS broken_escape,
            count(*) FILTER (WHERE ('bad_unicode'::text = ANY (samples.marks))) AS bad_unicode,
            count(*) FILTER (WHERE ('split_escape'::text = ANY (samples.repairs))) AS split_escape,
            count(*) FILTER (WHERE ('nul'::text = ANY (samples.repairs))) AS nul,
            count(*) FILTER (WHERE ((samples.marks && '{broken_escape,bad_unicode}'::text[]) OR (samples.repairs && '{split_escape,nul}'::text[]))) AS damaged,
            count(*) FILTER (WHERE ((samples.marks && '{broken_escape,bad_unicode}'::text[]) OR ('nul'::text = ANY (samples.repairs)))) AS still_damaged
           FROM public.samples
          WHERE (samples.dataset_id = d.id)) s)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE ('broken_escape'::text = ANY (rejections.reasons))) AS broken_escape,
            count(*) FILTER (WHERE ('bad_unicode'::text = ANY (rejections.reasons))) AS bad_unicode,
            count(*) FILTER (WHERE ('split_escape'::text = ANY (rejections.repairs))) AS split_escape,
            count(*) FILTER (WHERE ((rejections.reasons && '{broken_escape,bad_unicode}'::text[]) OR (rejections.repairs && '{split_escape,nul}'::text[]))) AS damaged
           FROM public.rejections
          WHERE (rejections.dataset_id = d.id)) x)
     CROSS JOIN LATERAL ( SELECT sum(completions.tokens_in) AS tokens_in,
            sum(completions.tokens_out) AS tokens_out,
            sum(completions.seconds) AS seconds
           FROM public.completions
          WHERE (completions.dataset_id = d.id)) c)
     LEFT JOIN LATERAL ( SELECT (given.prices ->> 'currency'::text) AS currency,
            round(((((c.tokens_in)::numeric * ((given.prices ->> 'input_per_million'::text))::numeric) + ((c.tokens_out)::numeric * ((given.prices ->> 'output_per_million'::text))::numeric)) / '1000000'::numeric), 6) AS cost
           FROM jsonb_array_elements((r.spec -> 'sources'::text)) source(value),
            LATERAL ( SELECT (source.value -> 'prices'::text) AS prices) given
          WHERE (((source.value ->> 'name'::text) = d.source) AND (jsonb_typeof(given.prices) = 'object'::text))) p ON (true))
  WHERE (d.calls_expected > 0);
ALTER TABLE ONLY public.device_turns ALTER COLUMN place SET DEFAULT nextval('public.device_turns_place_seq'::regclass);
ALTER TABLE ONLY public.events ALTER COLUMN id SET DEFAULT nextval('public.events_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES
	('0007');
INSERT INTO public.arm_scores VALUES
	('arm-27af25e056cc1d0c8a970faa', '20261128-8a04a33d', 'da', '20261128-8a04a33d.da.gold.test.v1', 'identity', 'from_scratch', 'epochs', 20, 'organic', 1, 'direct', 1, 0.042368278109722976, 0.031115462725379423, 0.05457463884430177, 0.95, 10000, 'test sampling only');
INSERT INTO public.completions VALUES
	('20261128-8a04a33d.da.recorded.train.v1.2', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 2, '{"tokens": ["Efter", "37", "år", "i", "Møllehøj", "flytter", "Lars", "Lange", "til", "Sandholm", "2-0", "."], "ner_tags": [0, 0, 0, 0, 5, 0, 1, 2, 0, 5, 0, 0]}
{"tokens": ["Sønder", "Gymnasium", "flytter", "produktionen", "fra", "Store", "Birkhøj", "til", "Ebeltoft", "2-1", "."], "ner_tags": [3, 4, 0, 0, 0, 5, 6, 0, 5, 0, 0]}
{"tokens": ["I", "går", "slog", "Sol", "Apotek", "rivalerne", "fra", "Vesterborg", "2-2", "."], "ner_tags": [0, 0, 0, 3, 4, 0, 0, 5, 0, 0]}
{"tokens": ["Uden", "Niels", "Bonde", "taber", "Hvidsund", "Kommune", "24", "-", "fem", ",", "skriver", "Forlaget", "Kløver", "2-3", "."], "ner_tags": [0, 1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 3, 4, 0, 0]}
{"tokens": ["Strandborg", "IFs", "hovedkontor", "ligger", "i", "Hillerød", "2-4", "."], "ner_tags": [3, 4, 0, 0, 0, 5, 0, 0]}
{"tokens": ["Dal", "Universitet", "har", "købt", "350", "møbler", "af", "Kløver", "Møbler", "A/S", "uden", "at", "forklare", "hvorfor", "2-5", "."], "ner_tags": [3, 4, 0, 0, 0, 0, 0, 3, 4, 4, 0, 0, 0, 0, 0, 0]}
{"tokens": ["Rikke", "Hedegaard", "blev", "gift", "med", "Maja", "Mølgaard", "i", "Nørre", "Hededrup", "2-6", "."], "ner_tags": [1, 2, 0, 0, 0, 1, 2, 0, 5, 6, 0, 0]}
{"tokens": ["Bjergfonden", "flytter", "produktionen", "fra", "Dalbæk", "til", "Nørre", "Svanehøj", "2-7", "."], "ner_tags": [3, 0, 0, 0, 5, 0, 5, 6, 0, 0]}', NULL, 'stop', 'recorded', 10, 20, 0.1, '2026-11-28 22:40:20.09536+00', NULL, 'queued', 0, NULL, NULL, 0, '2026-11-28 22:40:20.09536+00', NULL, NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.0', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 0, '{"tokens": ["Magnus", "Bundgaard", "blev", "gift", "med", "Anders", "Nissen", "i", "Store", "Vesterrup", "ligesom", "Birk", "0-0", "."], "ner_tags": [1, 2, 0, 0, 0, 1, 2, 0, 5, 6, 0, 1, 0, 0]}
{"tokens": ["Banken", "Fjord", "FC", "har", "to", "ansatte", "i", "Østerager", "0-1", "."], "ner_tags": [0, 3, 4, 0, 0, 0, 0, 5, 0, 0]}
{"tokens": ["Bech", "og", "Sønner", "vandt", "tre", "-", "fem", "over", "Boldklubben", "Kirke", "tidligt", "om", "morgenen", "uden", "at", "forklare", "hvorfor", "0-2", "."], "ner_tags": [3, 4, 4, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
{"tokens": ["Ifølge", "Grøn", "Apotek", "stiger", "priserne", "i", "Hvidhøj", ",", "påstår", "Freja", "Juul", "0-3", "."], "ner_tags": [0, 3, 4, 0, 0, 0, 5, 0, 0, 1, 2, 0, 0]}
{"tokens": ["Jeg", "savner", "Store", "Dalby", ",", "når", "jeg", "er", "i", "Thisted", "0-4", "."], "ner_tags": [0, 0, 5, 6, 0, 0, 0, 0, 0, 5, 0, 0]}
{"tokens": ["Se", "musicalen", "med", "Aksel", "Laursen", ",", "hvis", "du", "er", "i", "Nørre", "Kløverby", "0-5", "."], "ner_tags": [0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 6, 0, 99]}
{"tokens": ["Tidligt", "om", "morgenen", "fandt", "patienten", "Ulla", "Hoff", "240", "bøger", "i", "Sorø", "0-6", "."], "ner_tags": [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 5, 0]}
{"tokens": ["Ansøgningen", "skal", "sendes", "til", "Birkbæk", "Kommune", "0-7", "."], "ner_tags": [0, 0, 0, 0, 3, 4, 0, 0]}', NULL, 'stop', 'recorded', 10, 20, 0.1, '2026-11-28 22:40:20.09536+00', '2026-11-28 22:40:26.70409+00', 'done', 0, NULL, NULL, 0, '2026-11-28 22:40:20.09536+00', '2026-11-28 22:40:26.70409+00', NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.1', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 1, '{"tokens": ["Kunstneren", "Dorte", "Markussen", "arbejder", "hos", "avisen", "Jensen", "Arkitekter", "1-0", "."], "ner_tags": [0, 1, 2, 0, 0, 0, 3, 4, 0, 0]}
{"tokens": ["Ifølge", "patienten", "Camilla", "Bjerre", "er", "teatret", "en", "skandale", "1-1", "."], "ner_tags": [0, 0, 1, 2, 0, 0, 0, 0, 0, 0]}
{"tokens": ["”", "Jeg", "elsker", "Lemvig", "”", ",", "hævder", "landmanden", "Liv", "Stougaard", "1-2", "."], "ner_tags": [0, 0, 0, 5, 0, 0, 0, 0, 1, 2, 0, 0]}
{"tokens": ["Mødet", "holdes", "i", "Kronrup", ",", "skriver", "Eskesen", "og", "Sønner", "efter", "lang", "tids", "debat", "1-3", "."], "ner_tags": [0, 0, 0, 5, 0, 0, 3, 4, 4, 0, 0, 0, 0, 0, 0]}
{"tokens": ["Kunderne", "er", "trætte", "af", "Kløver", "Møbler", "A/S", ",", "påstår", "Ulla", "Hoff", "1-4", "."], "ner_tags": [0, 0, 0, 0, 3, 4, 4, 0, 0, 1, 2, 0]}
{"tokens": ["Fra", "Store", "Hvidløse", "kan", "man", "se", "helt", "til", "New", "York", "trods", "advarsler", "fra", "Ravn", "Hospital", "1-5", "."], "ner_tags": [0, 5, 6, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 3, 4, 0]}
{"tokens": ["Sand", "Universitet", "støtter", "dokumentaren", "med", "37", "kroner", "i", "modsætning", "til", "Kalundborg", "1-6", "."], "ner_tags": [3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0]}
{"tokens": ["Bodil", "Krag", "og", "Asger", "Nissen", "mødtes", "i", "Nørre", "Grønborg", "i", "vinters", "1-7", "."], "ner_tags": [1, 2, 0, 1, 2, 0, 0, 5, 6, 0, 0, 0, 0]}', NULL, 'stop', 'recorded', 10, 20, 0.1, '2026-11-28 22:40:20.09536+00', '2026-11-28 22:40:26.704248+00', 'done', 0, NULL, NULL, 0, '2026-11-28 22:40:20.09536+00', '2026-11-28 22:40:26.704248+00', NULL, 0);
INSERT INTO public.datasets VALUES
	('20261128-8a04a33d.da.gold.train.v1', '20261128-8a04a33d', 'da', 'gold', 'train', 1, 'organic', '{O,B-PER,I-PER,B-ORG,I-ORG,B-LOC,I-LOC}', NULL, 'complete', NULL, 0, 0, 0, 0, 300, 300, NULL, NULL, 'd119d99f184bbadbe0886d0a7e18aaa2b96a1df0e18af17602fda4e47a6d4fa8', '{"origin": "demo corpus (da)", "tokens": 3277, "dropped": {}, "orphans": 0, "entities": {"LOC": 218, "ORG": 192, "PER": 195}, "sentences": 300, "missing_types": []}', '2026-11-28 22:38:34.202649+00', '2026-11-28 22:38:34.202649+00'),
	('20261128-8a04a33d.da.gold.dev.v1', '20261128-8a04a33d', 'da', 'gold', 'dev', 1, 'organic', '{O,B-PER,I-PER,B-ORG,I-ORG,B-LOC,I-LOC}', NULL, 'complete', NULL, 0, 0, 0, 0, 60, 60, NULL, NULL, '59aec72c362c10d18af868a2656ee09c1c2555cb0f6e641b6cd7c544c3291e86', '{"origin": "demo corpus (da)", "tokens": 672, "dropped": {}, "orphans": 0, "entities": {"LOC": 47, "ORG": 35, "PER": 50}, "sentences": 60, "missing_types": []}', '2026-11-28 22:38:34.202649+00', '2026-11-28 22:38:34.202649+00'),
	('20261128-8a04a33d.da.gold.test.v1', '20261128-8a04a33d', 'da', 'gold', 'test', 1, 'organic', '{O,B-PER,I-PER,B-ORG,I-ORG,B-LOC,I-LOC}', NULL, 'complete', NULL, 0, 0, 0, 0, 150, 150, NULL, NULL, '20a047cc80cf66990e6cbe4f38b3c3d59174cf9cdc640ff5395e992b14266caa', '{"origin": "demo corpus (da)", "tokens": 1679, "dropped": {}, "orphans": 0, "entities": {"LOC": 109, "ORG": 96, "PER": 106}, "sentences": 150, "missing_types": []}', '2026-11-28 22:38:34.202649+00', '2026-11-28 22:38:34.202649+00'),
	('20261128-8a04a33d.da.recorded.train.v1', '20261128-8a04a33d', 'da', 'recorded', 'train', 1, 'synthetic', '{O,B-PER,I-PER,B-ORG,I-ORG,B-LOC,I-LOC}', '{"base": "default", "reader": "auto", "max_tokens": 256, "near_duplicate": "off", "wrong_language": "off", "no_novel_entity": "off", "near_duplicate_threshold": 0.8}', 'collecting', NULL, 6, 2, 0, 0, 16, 11, NULL, NULL, NULL, '{"format": "tag_ids", "json_object": false}', '2026-11-28 22:38:34.202649+00', NULL);
INSERT INTO public.evaluations VALUES
	('job-43f41eeb0b83818c2702d627.da', '20261128-8a04a33d', 'job-43f41eeb0b83818c2702d627', '20261128-8a04a33d.da.gold.test.v1', 'direct', 'identity', 1, 'da', 'organic', 'from_scratch', 20, 20, 1, 3535, '{"arm": "arm-27af25e056cc1d0c8a970faa", "dev": "gold", "family": "Indo-European", "recipe": {"base": "default", "epochs": 1, "learning_rate": 0.001, "related_epochs": 1}, "script": "Latn", "control": "epochs", "encoder": "tiny", "in_xlmr": true, "related": null, "updates": 2, "version": 1, "restarts": 0, "collapsed": true, "gold_used": 80, "few_updates": true, "recall_seen": null, "source_kind": "organic", "tokens_lost": 0, "code_version": "0.1.0", "source_model": null, "train_tokens": 219, "entities_seen": 0, "labels_absent": [], "language_name": "Danish", "recall_unseen": 0.12540192926045016, "train_entities": 40, "entities_unseen": 311, "train_sentences": 20, "test_in_training": 0, "training_seconds": 0.7301867699998184}', 0.025490196078431372, 0.12540192926045016, 0.042368278109722976, 0.031115462725379423, 0.05457463884430177, '{"type": {"f1": 0.12710483432916894, "tp": 117, "gold": 311, "pred": 1530, "recall": 0.3762057877813505, "precision": 0.07647058823529412}, "exact": 0.12540192926045016, "macro": {"f1": 0.03777304519135547, "tp": 39, "gold": 311, "pred": 1530, "recall": 0.1264791654645818, "precision": 0.022496128331368603}, "typed": {"f1": 0.042368278109722976, "tp": 39, "gold": 311, "pred": 1530, "recall": 0.12540192926045016, "precision": 0.025490196078431372}, "labels": {"LOC": {"f1": 0.04602991944764097, "tp": 20, "gold": 109, "pred": 760, "type": {"f1": 0.14959723820483314, "tp": 65, "gold": 109, "pred": 760, "recall": 0.5963302752293578, "precision": 0.08552631578947369}, "recall": 0.1834862385321101, "strict": {"f1": 0.0395778364116095, "tp": 15, "gold": 109, "pred": 649, "recall": 0.13761467889908258, "precision": 0.023112480739599383}, "partial": {"f1": 0.09781357882623705, "tp": 42.5, "gold": 109.0, "pred": 760.0, "recall": 0.38990825688073394, "precision": 0.05592105263157895}, "boundary": {"f1": 0.04602991944764097, "tp": 20, "gold": 109, "pred": 760, "recall": 0.1834862385321101, "precision": 0.02631578947368421}, "precision": 0.02631578947368421}, "ORG": {"f1": 0.05647840531561462, "tp": 17, "gold": 96, "pred": 506, "type": {"f1": 0.18604651162790697, "tp": 56, "gold": 96, "pred": 506, "recall": 0.5833333333333334, "precision": 0.11067193675889328}, "recall": 0.17708333333333334, "strict": {"f1": 0.056666666666666664, "tp": 17, "gold": 96, "pred": 504, "recall": 0.17708333333333334, "precision": 0.03373015873015873}, "partial": {"f1": 0.1212624584717608, "tp": 36.5, "gold": 96.0, "pred": 506.0, "recall": 0.3802083333333333, "precision": 0.07213438735177866}, "boundary": {"f1": 0.05647840531561462, "tp": 17, "gold": 96, "pred": 506, "recall": 0.17708333333333334, "precision": 0.03359683794466403}, "precision": 0.03359683794466403}, "PER": {"f1": 0.010810810810810811, "tp": 2, "gold": 106, "pred": 264, "type": {"f1": 0.16756756756756758, "tp": 31, "gold": 106, "pred": 264, "recall": 0.29245283018867924, "precision": 0.11742424242424243}, "recall": 0.018867924528301886, "strict": {"f1": 0.0125, "tp": 2, "gold": 106, "pred": 214, "recall": 0.018867924528301886, "precision": 0.009345794392523364}, "partial": {"f1": 0.0891891891891892, "tp": 16.5, "gold": 106.0, "pred": 264.0, "recall": 0.15566037735849056, "precision": 0.0625}, "boundary": {"f1": 0.010810810810810811, "tp": 2, "gold": 106, "pred": 264, "recall": 0.018867924528301886, "precision": 0.007575757575757576}, "precision": 0.007575757575757576}}, "strict": {"f1": 0.04052443384982122, "tp": 34, "gold": 311, "pred": 1367, "recall": 0.10932475884244373, "precision": 0.02487198244330651}, "tokens": 1679, "illegal": {"gold": {"after_other": 0, "after_outside": 0}, "pred": {"after_other": 163, "after_outside": 0}}, "partial": {"f1": 0.2178164041281912, "tp": 200.5, "gold": 311.0, "pred": 1530.0, "recall": 0.6446945337620579, "precision": 0.13104575163398693}, "boundary": {"f1": 0.10103204780010863, "tp": 93, "gold": 311, "pred": 1530, "recall": 0.2990353697749196, "precision": 0.060784313725490195}, "interval": {"f1": 0.042368278109722976, "hi": 0.05457463884430177, "lo": 0.031115462725379423, "level": 0.95, "seeds": 1, "varies": "test sampling only", "resamples": 10000}, "weighted": {"f1": 0.037251234971182684, "tp": 39, "gold": 311, "pred": 1530, "recall": 0.12540192926045016, "precision": 0.022176037936815527}, "sentences": 150, "metric_version": 1, "entity_span_accuracy": 0.2990353697749196}', '2026-11-28 22:40:17.83393+00', 'done', 1, NULL, NULL, 0, '2026-11-28 22:41:18.657949+00', '2026-11-28 22:40:19.300139+00', NULL, 0);
INSERT INTO public.events VALUES
	(1, 756, '20261128-8a04a33d', 'run', '{"name": "stored", "state": "running"}', '2026-11-28 22:38:34.480654+00'),
	(2, 757, '20261128-8a04a33d', 'jobs', '{"made": 2}', '2026-11-28 22:38:34.591895+00'),
	(3, 762, '20261128-8a04a33d', 'job', '{"id": "job-43f41eeb0b83818c2702d627", "state": "done"}', '2026-11-28 22:40:17.916829+00'),
	(4, 765, '20261128-8a04a33d', 'evaluation', '{"f1": 0.042368278109722976, "id": "job-43f41eeb0b83818c2702d627.da", "state": "done"}', '2026-11-28 22:40:19.981683+00');
INSERT INTO public.jobs VALUES
	('job-a4afaef4986416172003890c', '20261128-8a04a33d', 'train', '{"dev": "gold", "kind": "train", "size": 30, "needs": null, "steps": null, "tests": ["da"], "recipe": {"base": "default", "clip": null, "trim": null, "bucket": null, "epochs": 1, "warmup": null, "best_by": null, "restarts": null, "precision": null, "batch_size": null, "max_length": null, "weight_decay": null, "learning_rate": 0.001, "related_epochs": 1}, "run_id": "20261128-8a04a33d", "source": "organic", "encoder": {"name": null, "tiny": {"ffn": 64, "seed": 3535, "heads": 2, "hidden": 32, "layers": 1, "vocabulary": 500, "tokenizer_from": "gold"}, "revision": null}, "related": null, "setting": "from_scratch", "language": "da", "size_asked": 30, "dev_dataset": "20261128-8a04a33d.da.gold.dev.v1", "subset_seed": 3535, "encoder_text": [], "train_dataset": "20261128-8a04a33d.da.gold.train.v1", "training_seed": 1}', NULL, NULL, NULL, '2026-11-28 22:38:34.524979+00', 'claimed', 1, 'gone', '2026-11-28 22:41:26.916819+00', 0, '2026-11-28 22:41:26.916821+00', NULL, NULL, 0),
	('job-43f41eeb0b83818c2702d627', '20261128-8a04a33d', 'train', '{"dev": "gold", "kind": "train", "size": 20, "needs": null, "steps": null, "tests": ["da"], "recipe": {"base": "default", "clip": null, "trim": null, "bucket": null, "epochs": 1, "warmup": null, "best_by": null, "restarts": null, "precision": null, "batch_size": null, "max_length": null, "weight_decay": null, "learning_rate": 0.001, "related_epochs": 1}, "run_id": "20261128-8a04a33d", "source": "organic", "encoder": {"name": null, "tiny": {"ffn": 64, "seed": 3535, "heads": 2, "hidden": 32, "layers": 1, "vocabulary": 500, "tokenizer_from": "gold"}, "revision": null}, "related": null, "setting": "from_scratch", "language": "da", "size_asked": 20, "dev_dataset": "20261128-8a04a33d.da.gold.dev.v1", "subset_seed": 3535, "encoder_text": [], "train_dataset": "20261128-8a04a33d.da.gold.train.v1", "training_seed": 1}', NULL, '{"loss": 2.043504476547241, "step": 2, "eta_s": 0.0, "phase": "tag", "steps": 2, "dev_f1": 0.04479578392621871, "attempt": 0, "dev_loss": 2.009816124325707, "samples_per_s": 46.191190914445656}', '{"bytes": 202449, "model": "@MODELS@/job-43f41eeb0b83818c2702d627/1", "steps": 2, "tries": [{"best": {"loss": 2.042059063911438, "step": 2, "dev_f1": 0.04479578392621871, "dev_loss": 2.009816124325707, "entities": 627}, "seed": 1, "steps": 2, "history": [{"loss": 2.042059063911438, "step": 2, "dev_f1": 0.04479578392621871, "dev_loss": 2.009816124325707, "entities": 627}], "seconds": 0.7301867699998184, "collapsed": true, "why_collapsed": "training loss 2.044 is no better than that of a constant guess (1.184)"}], "chosen": 0, "dev_f1": 0.04479578392621871, "seconds": 1.0602739470004963, "best_step": 2, "collapsed": true, "precision": "fp32", "vocabulary": 500, "few_updates": true, "tokens_lost": 0, "labels_absent": [], "tokens_lost_train": 0, "vocabulary_trained": 385}', '2026-11-28 22:38:34.524979+00', 'done', 1, NULL, NULL, 0, '2026-11-28 22:39:34.757878+00', '2026-11-28 22:40:17.834737+00', NULL, 0);
INSERT INTO public.models VALUES
	('job-43f41eeb0b83818c2702d627', 'job-43f41eeb0b83818c2702d627', '20261128-8a04a33d', '@MODELS@/job-43f41eeb0b83818c2702d627/1', 202449, '2026-11-28 22:40:17.83393+00', '20261128-8a04a33d/da/from_scratch/organic', 0.04479578392621871, '{"card": {"data": ["Run `20261128-8a04a33d`, source `organic`.", "Trained on 20 of the 300 sentences of dataset `20261128-8a04a33d.da.gold.train.v1` (organic, read from demo corpus (da)), drawn with seed 3535.", "Best state chosen on dev: gold, dataset `20261128-8a04a33d.da.gold.dev.v1`."], "level": 0.95, "title": "da: named entities, organic, from_scratch, 20 sentences", "encoder": "random weights (tiny)", "language": "da", "licences": ["Gold data of da: none needed, the demo corpus is made up"]}, "training": {"tags": ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"], "tries": "1, of which collapsed: 1", "recipe": "default", "updates": "2, best state after 2", "dev loss": 2.009816124325707, "settings": {"clip": 1.0, "trim": true, "bucket": true, "epochs": 1, "stride": null, "warmup": 0.06, "best_by": "dev_f1", "dev_cut": false, "restarts": 3, "truncate": false, "max_steps": null, "precision": "auto", "batch_size": 16, "max_length": null, "guard_after": 200, "weight_decay": 0.01, "deterministic": false, "learning_rate": 0.001}, "collapsed": "training loss 2.044 is no better than that of a constant guess (1.184)", "precision": "fp32", "dev span F1": 0.04479578392621871, "training seed": 1, "labels without an example": "none"}}', false);
INSERT INTO public.predictions VALUES
	('job-43f41eeb0b83818c2702d627', '20261128-8a04a33d.da.gold.test.v1', '[[1, 5, 3, 3, 5, 3, 5, 6, 5], [5, 1, 5, 5, 5, 3, 6, 1, 2, 3, 1, 3, 5], [5, 5, 3, 3, 3, 1, 6, 1, 5, 5], [5, 1, 5, 5, 5, 1, 3, 5, 6, 5], [5, 1, 5, 5, 5, 5, 3, 3, 6, 5], [5, 5, 3, 6, 5, 3, 6, 6, 6, 3], [5, 1, 5, 5, 3, 1, 6, 3, 5, 3, 3, 3, 3, 5, 5], [1, 5, 0, 5, 3, 5, 3, 3], [5, 5, 5, 5, 5, 1, 3, 5, 3, 3, 6], [0, 3, 6, 1, 3, 3, 3, 6, 3, 3, 3, 5, 5, 3], [5, 2, 5, 3, 1, 5, 2, 3], [1, 3, 3, 3, 3, 3, 5, 6], [5, 3, 3, 3, 3, 6, 6, 5], [5, 1, 5, 5, 3, 3, 6, 6, 3, 3, 6, 3, 5, 5, 5], [1, 3, 6, 5, 5, 3, 5, 3, 5, 6, 5], [0, 1, 3, 6, 3, 6, 6, 6, 3, 3, 3, 5, 3, 5, 3, 3], [5, 3, 3, 3, 2, 1, 3, 6, 3], [1, 1, 1, 3, 6, 6, 3, 6, 5, 6, 3, 5, 6, 5], [5, 3, 5, 2, 3, 3, 3, 1, 5, 6, 5, 5, 5, 5], [1, 2, 3, 5, 3, 3, 5, 2, 1, 3, 3, 5, 3, 5, 5, 3], [5, 5, 5, 3, 3, 6, 6, 3, 6, 5], [5, 1, 3, 1, 5, 3, 5, 3, 6, 5], [1, 5, 5, 5, 2, 3, 1, 6, 3], [1, 5, 3, 3, 3, 3, 6, 3, 5, 6, 5], [5, 3, 6, 3, 5, 6, 5], [5, 1, 6, 3, 3, 1, 3, 3, 5, 6, 3], [5, 5, 4, 5, 3, 3, 5, 3, 5, 3, 5], [5, 1, 3, 6, 3, 5, 6, 5], [5, 1, 6, 5, 5, 6, 6, 3, 5, 6, 5], [5, 1, 6, 6, 5, 5, 3, 6, 6, 3, 3, 3], [1, 5, 5, 5, 3, 3, 5, 6, 3, 6, 5], [0, 1, 5, 3, 1, 1, 3, 6], [1, 2, 3, 6, 5, 3, 5, 2, 3, 5, 6, 5, 3, 5, 5, 5], [1, 5, 5, 5, 2, 3, 5, 3, 5], [5, 3, 2, 5, 3, 1, 3, 5], [5, 5, 3, 1, 3, 2, 3, 3, 6, 3, 3, 5], [5, 1, 5, 5, 6, 5, 2, 1, 3, 2, 5, 6, 6, 3, 5], [1, 5, 5, 3, 1, 3, 3, 6, 5, 3, 5, 5, 5], [5, 5, 6, 5, 1, 1, 3, 2, 1, 6, 5, 6], [1, 6, 5, 6, 3, 1, 3, 4, 3], [1, 6, 5, 3, 5, 1, 3, 3, 3], [1, 2, 3, 5, 6, 5, 1, 6, 6], [5, 5, 6, 5, 3, 1, 5, 3, 5, 5, 5], [5, 5, 3, 6, 1, 3, 3, 2, 3, 3, 6, 5, 3, 5], [5, 1, 1, 1, 5, 5, 1, 5, 3, 3, 6, 3, 3, 5, 3], [5, 3, 5, 2, 3, 5, 3, 3, 5], [0, 3, 5, 1, 5, 1, 2, 3, 0, 3, 6, 5], [5, 6, 5, 3, 3, 1, 3, 0, 5, 6, 3], [5, 5, 5, 6, 5, 5, 6, 5], [5, 1, 5, 6, 1, 3, 3, 3, 4, 3, 5, 5], [5, 3, 5, 3, 1, 1, 3, 3, 3, 6, 6, 5, 5], [5, 5, 5, 1, 3, 5, 6, 6], [5, 1, 3, 3, 3, 6, 5, 5, 5], [5, 3, 5, 3, 3, 1, 3, 5, 5, 3, 3, 5], [5, 5, 3, 3, 5, 5, 3, 3, 3, 6, 5], [5, 3, 6, 3, 3, 6, 5], [1, 5, 3, 5, 6, 5, 3, 5, 1, 6, 3, 3, 1, 5, 1, 5], [1, 5, 5, 5, 3, 5, 5, 6, 5, 1, 5], [5, 1, 3, 6, 3, 2, 3, 3, 3, 3, 3, 3, 5], [1, 5, 1, 5, 3, 5, 3, 5, 6, 3, 5, 3, 5, 3, 5], [5, 5, 6, 6, 1, 3, 5, 5], [5, 5, 5, 3, 5, 1, 6, 3, 6, 3], [1, 5, 0, 5, 3, 3, 3, 3], [5, 5, 3, 5, 5, 1, 3, 3, 3, 5, 5], [5, 5, 5, 5, 3, 5, 3, 5, 6, 3, 5, 1, 6, 5, 5], [5, 1, 1, 6, 5, 5, 3, 2], [5, 3, 1, 3, 2, 5, 3, 3, 5, 5], [5, 5, 3, 5, 3, 3, 6, 3, 5, 3, 5], [1, 1, 1, 3, 6, 6, 3, 6, 5, 6, 5, 5, 3, 3, 5, 5, 6, 5], [1, 5, 3, 5, 6, 3, 2, 2, 3, 5], [5, 5, 5, 1, 3, 3, 1, 3, 3, 5, 6, 3, 3, 3, 3, 5], [1, 3, 5, 5, 3, 3, 2, 6], [5, 3, 5, 0, 5, 3, 3], [5, 5, 5, 6, 6, 6, 5, 6], [5, 6, 5, 5, 5, 3, 5, 3, 5, 5], [1, 3, 3, 1, 1, 5, 6, 5, 3, 1, 3, 3, 5, 5, 3, 5], [5, 3, 5, 3, 3, 6, 3, 6], [1, 1, 1, 3, 6, 6, 1, 3, 6, 3, 3, 5, 3, 5, 0, 3, 5, 3, 3, 5], [1, 1, 5, 1, 5, 1, 6, 3, 5, 6, 5], [1, 3, 5, 5, 1, 3, 1, 6, 5, 3, 5], [5, 2, 5, 5, 3, 2, 6, 2], [1, 1, 5, 1, 5, 5, 3, 1, 5, 5, 6, 5, 5, 3, 3, 5, 3, 5], [5, 6, 5, 5, 3, 1, 3, 5, 5], [5, 1, 5, 5, 5, 3, 6, 3, 2], [5, 3, 5, 1, 1, 1, 5, 5, 6, 5, 5], [5, 2, 2, 5, 5, 5, 1, 3, 1, 3, 3, 5], [5, 3, 5, 5, 5, 1, 5, 3, 5, 1, 5], [5, 1, 6, 3, 5, 2, 3, 6, 6], [1, 2, 1, 1, 5, 5, 5, 3, 5, 3, 5, 6, 5], [5, 1, 2, 3, 6, 5, 3, 3, 3, 4, 3], [5, 3, 5, 5, 5, 5], [5, 3, 3, 6, 3, 1, 3, 3, 6, 3, 6, 3, 2, 5, 5], [5, 3, 5, 5, 5, 5, 3, 1, 6, 3, 5, 6, 5, 5], [5, 1, 5, 3, 2, 1, 3, 5], [5, 2, 1, 5, 5, 1, 3, 5, 3, 5], [5, 1, 3, 5, 5, 1, 3, 6, 5, 6, 3, 3, 3, 5], [5, 3, 5, 3, 3, 3, 3, 5, 5, 5], [5, 1, 1, 5, 5, 5, 3, 6, 3, 1, 5, 3, 5], [5, 5, 2, 3, 6, 3, 5, 6, 3, 5, 1, 1, 5], [1, 5, 3, 3, 3, 2, 6, 5, 5, 3, 5], [5, 2, 3, 5, 6, 5, 1, 5, 5], [5, 1, 2, 3, 3, 1, 5, 3, 2], [5, 6, 5, 3, 1, 4, 6, 3, 6, 1, 3, 3, 3, 5, 6, 5], [5, 1, 6, 5, 5, 3, 2, 3, 3, 5], [5, 6, 5, 5, 3, 3, 3, 5], [5, 5, 3, 5, 3, 3, 6, 3, 5], [5, 5, 6, 5, 3, 5, 3, 4, 1, 3, 6], [5, 1, 5, 6, 3, 3, 3, 5], [5, 5, 3, 5, 1, 5, 3, 3, 1, 3, 6, 1, 5, 5], [5, 1, 1, 5, 5, 3, 5, 6, 5, 3, 3, 3, 3, 5, 6, 3], [5, 3, 6, 3, 2, 5, 2, 6, 3, 6, 3, 6, 3, 5], [1, 2, 5, 6, 5, 3, 5, 2, 3, 3, 5, 6, 5, 6, 1, 2, 3, 6, 5], [1, 2, 3, 5, 5, 5, 5, 3, 1, 3, 5, 5, 3, 5, 1, 6, 5], [5, 1, 2, 3, 5, 6, 5, 1, 6, 5], [5, 5, 5, 1, 5, 5, 2, 5, 3, 3, 3, 3, 5, 3, 1, 5, 5], [5, 3, 5, 5, 3, 3, 6, 6, 5], [1, 5, 3, 5, 3, 5, 5, 5, 6, 1, 5], [1, 5, 3, 3, 3, 3, 6, 5, 1, 6, 5], [5, 3, 6, 5, 5, 6, 6, 3, 5, 3, 5], [5, 1, 3, 6, 3, 1, 5, 1, 6, 6, 5], [5, 6, 6, 1, 3, 3, 3, 5, 6, 5], [5, 5, 5, 1, 1, 1, 5, 5], [5, 5, 5, 3, 3, 3, 2, 3, 5, 3, 3, 5, 3, 5], [5, 3, 5, 6, 2, 5, 2, 3, 6], [5, 5, 5, 6, 5, 3, 6, 6, 3, 3, 5], [1, 3, 5, 1, 6, 3, 3, 3, 3, 1, 5], [5, 5, 6, 5, 5, 6, 6, 3, 5, 5, 5], [5, 3, 5, 5, 5, 5, 3, 5, 1, 5], [1, 5, 5, 3, 2, 3, 3, 3], [1, 5, 1, 5, 5, 3, 3, 3, 3], [5, 3, 5, 5, 3, 5, 6, 2, 1, 3, 5], [5, 3, 5, 1, 5, 3, 6, 3, 6, 5], [5, 3, 5, 1, 5, 3, 3, 5, 5, 5], [5, 3, 6, 5, 2, 5, 2, 3, 5], [1, 3, 5, 1, 5, 3, 6, 5, 6, 3, 5], [5, 1, 5, 6, 1, 3, 6, 3, 5, 6, 3, 3, 5, 5], [5, 1, 5, 5, 5, 1, 5, 5, 6, 5], [1, 6, 5, 6, 3, 1, 3, 3], [5, 1, 1, 5, 3, 5, 3, 2, 5, 6, 5, 3, 5], [5, 5, 1, 1, 3, 3, 5], [5, 2, 5, 1, 1, 3, 2, 6, 3, 5, 6, 3, 5, 1, 3, 5], [5, 3, 5, 2, 3, 1, 3, 6], [5, 1, 6, 3, 3, 3, 6, 6, 3, 5], [5, 5, 5, 6, 0, 5, 6, 6], [5, 6, 5, 3, 5, 6, 3, 3, 3, 3, 1, 3], [5, 5, 5, 1, 1, 6, 5, 5, 6, 3, 6, 5], [1, 5, 3, 4, 6, 6, 6, 6, 5, 5, 5, 5, 6, 3, 3, 4, 5], [5, 1, 2, 3, 5, 1, 5, 3, 3, 5, 2, 5], [5, 5, 6, 1, 3, 1, 3, 5], [5, 5, 6, 5, 5, 1, 3, 3, 1, 3, 3, 3, 3, 3, 3, 5]]', 'direct');
INSERT INTO public.prompts VALUES
	('20261128-8a04a33d.da.recorded.train.v1.5', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 5, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.5","call_index":5,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"I\",\"Nyborg\",\"bor\",\"der\",\"kun\",\"to\",\"medarbejdere\",\".\"],\"ner_tags\":[0,5,0,0,0,0,0,0]}\n{\"tokens\":[\"Bodil\",\"Fog\",\"har\",\"sagt\",\"op\",\"hos\",\"Bøge\",\"FC\",\",\",\"påstår\",\"Liv\",\"Stougaard\",\".\"],\"ner_tags\":[1,2,0,0,0,0,3,4,0,0,1,2,0]}\n{\"tokens\":[\"Steen\",\"Bundgaard\",\"blev\",\"valgt\",\"til\",\"ny\",\"skuespiller\",\"i\",\"Ulve\",\"Apotek\",\"i\",\"modsætning\",\"til\",\"Skagen\",\".\"],\"ner_tags\":[1,2,0,0,0,0,0,0,3,4,0,0,0,5,0]}\n{\"tokens\":[\"Tilbuddet\",\"fra\",\"Boldklubben\",\"Sønder\",\"gælder\",\"kun\",\"i\",\"Nørre\",\"Engrup\",\".\"],\"ner_tags\":[0,0,3,4,0,0,0,5,6,0]}\n{\"tokens\":[\"Fem\",\"soldater\",\"demonstrerede\",\"i\",\"Store\",\"Hedeløse\",\"mod\",\"Radio\",\"Bøge\",\"trods\",\"advarsler\",\"fra\",\"Forlaget\",\"Hinde\",\".\"],\"ner_tags\":[0,0,0,0,5,6,0,3,4,0,0,0,3,4,0]}\n{\"tokens\":[\"Skuespiller\",\"Aksel\",\"Laursen\",\"bor\",\"nu\",\"i\",\"Nørre\",\"Daldrup\",\".\"],\"ner_tags\":[0,1,2,0,0,0,5,6,0]}\n{\"tokens\":[\"Fra\",\"Nørre\",\"Strandsund\",\"kan\",\"man\",\"se\",\"helt\",\"til\",\"Strandrup\",\".\"],\"ner_tags\":[0,5,6,0,0,0,0,0,5,0]}\n{\"tokens\":[\"Festivalen\",\"i\",\"Nørre\",\"Kløverløse\",\"åbnes\",\"af\",\"Sanne\",\"Rask\",\",\",\"skriver\",\"Lærke\",\"Energi\",\"A/S\",\".\"],\"ner_tags\":[0,0,5,6,0,0,1,2,0,0,3,4,4,0]}\n{\"tokens\":[\"Festivalen\",\"i\",\"Nykøbing\",\"Falster\",\"åbnes\",\"af\",\"Maria\",\"da\",\"Silva\",\".\"],\"ner_tags\":[0,0,5,6,0,0,1,2,2,0]}\n{\"tokens\":[\"I\",\"Store\",\"Dalby\",\"er\",\"seks\",\"elever\",\"blevet\",\"evakueret\",\",\",\"og\",\"det\",\"glæder\",\"Magnus\",\"Bundgaard\",\".\"],\"ner_tags\":[0,5,6,0,0,0,0,0,0,0,0,0,1,2,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":19743643},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{233,168,133,146,7,56,4,5,153,255}', 'queued', 0, NULL, NULL, 0, '2026-11-28 22:38:34.202649+00', NULL, NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.0', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 0, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.0","call_index":0,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"Carlsen\",\"køber\",\"klubben\",\"Rederiet\",\"Strand\",\"efter\",\"lang\",\"tids\",\"debat\",\".\"],\"ner_tags\":[3,0,0,3,4,0,0,0,0,0]}\n{\"tokens\":[\"Vi\",\"cyklede\",\"til\",\"Nørresundby\",\"klokken\",\"14\",\".\"],\"ner_tags\":[0,0,0,5,0,0,0]}\n{\"tokens\":[\"Det\",\"regnede\",\"hele\",\"dagen\",\",\",\"og\",\"tre\",\"soldater\",\"blev\",\"hjemme\",\".\"],\"ner_tags\":[0,0,0,0,0,0,0,0,0,0,0]}\n{\"tokens\":[\"Hvorfor\",\"kørte\",\"Villads\",\"Krag\",\"ikke\",\"til\",\"Hjørring\",\"?\"],\"ner_tags\":[0,0,1,2,0,0,5,0]}\n{\"tokens\":[\"Turister\",\"i\",\"Vesterløse\",\"spørger\",\"tit\",\"efter\",\"biblioteket\",\",\",\"og\",\"det\",\"glæder\",\"Liv\",\"Lolk\",\".\"],\"ner_tags\":[0,0,5,0,0,0,0,0,0,0,0,1,2,0]}\n{\"tokens\":[\"Hanne\",\"Eskesen\",\"siger\",\"nej\",\"til\",\"TV\",\"Brand\",\".\"],\"ner_tags\":[1,2,0,0,0,3,4,0]}\n{\"tokens\":[\"Hvem\",\"ringede\",\"til\",\"Esben\",\"Storm\",\"kort\",\"før\",\"midnat\",\"?\"],\"ner_tags\":[0,0,0,1,2,0,0,0,0]}\n{\"tokens\":[\"”\",\"Vi\",\"køber\",\"ikke\",\"Schou\",\"og\",\"Sønner\",\"”\",\",\",\"fortæller\",\"formand\",\"Astrid\",\"Rask\",\".\"],\"ner_tags\":[0,0,0,0,3,4,4,0,0,0,0,1,2,0]}\n{\"tokens\":[\"Hvis\",\"Frederik\",\"Krag\",\"vinder\",\",\",\"bliver\",\"der\",\"fest\",\"i\",\"Holm\",\".\"],\"ner_tags\":[0,1,2,0,0,0,0,0,0,5,0]}\n{\"tokens\":[\"Da\",\"Bent\",\"Ottesen\",\"kom\",\"hjem\",\"fra\",\"Nørre\",\"Strandhøj\",\",\",\"var\",\"alt\",\"forandret\",\".\"],\"ner_tags\":[0,1,2,0,0,0,5,6,0,0,0,0,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":830004113},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{50,155,131,248,127,64,87,78,29,209}', 'done', 1, NULL, NULL, 0, '2026-11-28 22:41:20.068986+00', '2026-11-28 22:40:20.104106+00', NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.1', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 1, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.1","call_index":1,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"Ifølge\",\"Hindeby\",\"Kommune\",\"stiger\",\"priserne\",\"i\",\"Rom\",\".\"],\"ner_tags\":[0,3,4,0,0,0,5,0]}\n{\"tokens\":[\"Klubben\",\"TV\",\"Sol\",\"åbner\",\"i\",\"forstaden\",\"Store\",\"Hvidhøj\",\".\"],\"ner_tags\":[0,3,4,0,0,0,5,6,0]}\n{\"tokens\":[\"Retten\",\"i\",\"Kalundborg\",\"dømte\",\"Lena\",\"Novak\",\"til\",\"800\",\"måneders\",\"fængsel\",\".\"],\"ner_tags\":[0,0,5,0,1,2,0,0,0,0,0]}\n{\"tokens\":[\"Villads\",\"løb\",\"seks\",\"kilometer\",\"rundt\",\"om\",\"Store\",\"Birkhøj\",\".\"],\"ner_tags\":[1,0,0,0,0,0,5,6,0]}\n{\"tokens\":[\"Formand\",\"for\",\"Sol\",\"Apotek\",\"er\",\"Bent\",\"Brandt\",\".\"],\"ner_tags\":[0,0,3,4,0,1,2,0]}\n{\"tokens\":[\"Partiet\",\"Kløver\",\"Transport\",\"vandt\",\"over\",\"fonden\",\"Kløver\",\"Møbler\",\"A/S\",\"i\",\"Nørre\",\"Solsted\",\".\"],\"ner_tags\":[0,3,4,0,0,0,3,4,4,0,5,6,0]}\n{\"tokens\":[\"I\",\"morges\",\"besøgte\",\"Karen\",\"Lange\",\"Teatret\",\"Hvid\",\"i\",\"Viborg\",\".\"],\"ner_tags\":[0,0,0,1,2,3,4,0,5,0]}\n{\"tokens\":[\"Landmanden\",\"Jakob\",\"Mørk\",\"viser\",\"sine\",\"billeder\",\"i\",\"Aabenraa\",\".\"],\"ner_tags\":[0,1,2,0,0,0,0,5,0]}\n{\"tokens\":[\"Vi\",\"bor\",\"i\",\"turistbyen\",\"Nørre\",\"Svanesund\",\".\"],\"ner_tags\":[0,0,0,0,5,6,0]}\n{\"tokens\":[\"Jeg\",\"savner\",\"Nørre\",\"Fjordsund\",\",\",\"når\",\"jeg\",\"er\",\"i\",\"Brandbæk\",\"trods\",\"advarsler\",\"fra\",\"Birk\",\"Møbler\",\"A/S\",\".\"],\"ner_tags\":[0,0,5,6,0,0,0,0,0,5,0,0,0,3,4,4,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":184028994},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{110,261,27,47,178,24,9,82,172,8}', 'done', 1, NULL, NULL, 0, '2026-11-28 22:41:20.069117+00', '2026-11-28 22:40:20.128576+00', NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.2', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 2, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.2","call_index":2,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"Jeg\",\"savner\",\"Nørre\",\"Lærkeby\",\",\",\"når\",\"jeg\",\"er\",\"i\",\"Store\",\"Dalby\",\"i\",\"modsætning\",\"til\",\"Nørre\",\"Daldrup\",\".\"],\"ner_tags\":[0,0,5,6,0,0,0,0,0,5,6,0,0,0,5,6,0]}\n{\"tokens\":[\"Børnehaven\",\"i\",\"havnebyen\",\"Dalbæk\",\"har\",\"fået\",\"fem\",\"nye\",\"vinduer\",\".\"],\"ner_tags\":[0,0,0,5,0,0,0,0,0,0]}\n{\"tokens\":[\"Claus\",\"Schous\",\"nye\",\"bog\",\"udkommer\",\"hos\",\"Stenby\",\"Kommune\",\",\",\"påstår\",\"Viggo\",\"Nissen\",\".\"],\"ner_tags\":[1,2,0,0,0,0,3,4,0,0,1,2,0]}\n{\"tokens\":[\"Retten\",\"i\",\"Vordingborg\",\"dømte\",\"Rikke\",\"Kaas\",\"til\",\"48\",\"måneders\",\"fængsel\",\".\"],\"ner_tags\":[0,0,5,0,1,2,0,0,0,0,0]}\n{\"tokens\":[\"Sagen\",\"mod\",\"Boldklubben\",\"Ulve\",\"begynder\",\"i\",\"Store\",\"Bjergsund\",\".\"],\"ner_tags\":[0,0,3,4,0,0,5,6,0]}\n{\"tokens\":[\"Mørk\",\"Arkitekter\",\"vandt\",\"otte\",\"-\",\"75\",\"over\",\"Rederiet\",\"Svane\",\"i\",\"vinters\",\",\",\"hører\",\"man\",\"i\",\"Store\",\"Engrup\",\".\"],\"ner_tags\":[3,4,0,0,0,0,0,3,4,0,0,0,0,0,0,5,6,0]}\n{\"tokens\":[\"Efter\",\"120\",\"år\",\"i\",\"Store\",\"Østerbæk\",\"flytter\",\"Gunnar\",\"Bisgaard\",\"til\",\"Rom\",\".\"],\"ner_tags\":[0,0,0,0,5,6,0,1,2,0,5,0]}\n{\"tokens\":[\"Ifølge\",\"partiet\",\"Radio\",\"Mølle\",\"bor\",\"Rikke\",\"Falk\",\"i\",\"Hindesund\",\".\"],\"ner_tags\":[0,0,3,4,0,1,2,0,5,0]}\n{\"tokens\":[\"Medlemmer\",\"af\",\"Teatret\",\"Birk\",\"samledes\",\"foran\",\"havnen\",\".\"],\"ner_tags\":[0,0,3,4,0,0,0,0]}\n{\"tokens\":[\"Kun\",\"fire\",\"borgere\",\"læste\",\"artiklen\",\".\"],\"ner_tags\":[0,0,0,0,0,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":1223837379},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{139,44,74,86,109,271,66,88,79,142}', 'done', 1, NULL, NULL, 0, '2026-11-28 22:41:20.069146+00', '2026-11-28 22:40:20.148051+00', NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.4', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 4, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.4","call_index":4,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"I\",\"Sverige\",\"bor\",\"der\",\"kun\",\"tre\",\"elever\",\".\"],\"ner_tags\":[0,5,0,0,0,0,0,0]}\n{\"tokens\":[\"Fra\",\"Nørre\",\"Ravnborg\",\"kan\",\"man\",\"se\",\"helt\",\"til\",\"Brønderslev\",\".\"],\"ner_tags\":[0,5,6,0,0,0,0,0,5,0]}\n{\"tokens\":[\"Sand\",\"Universitet\",\"støtter\",\"dokumentaren\",\"med\",\"37\",\"kroner\",\"i\",\"modsætning\",\"til\",\"Kalundborg\",\".\"],\"ner_tags\":[3,4,0,0,0,0,0,0,0,0,5,0]}\n{\"tokens\":[\"For\",\"nylig\",\"cyklede\",\"to\",\"landmænd\",\"fra\",\"Sverige\",\"til\",\"Nørre\",\"Birkborg\",\".\"],\"ner_tags\":[0,0,0,0,0,0,5,0,5,6,0]}\n{\"tokens\":[\"DLRs\",\"hovedkontor\",\"ligger\",\"i\",\"Dalbæk\",\".\"],\"ner_tags\":[3,0,0,0,5,0]}\n{\"tokens\":[\"Dal\",\"Universitet\",\"søger\",\"350\",\"turister\",\"til\",\"forestillingen\",\".\"],\"ner_tags\":[3,4,0,0,0,0,0,0]}\n{\"tokens\":[\"Tilbuddet\",\"fra\",\"Sand\",\"Universitet\",\"gælder\",\"kun\",\"i\",\"Roskilde\",\"uden\",\"at\",\"forklare\",\"hvorfor\",\".\"],\"ner_tags\":[0,0,3,4,0,0,0,5,0,0,0,0,0]}\n{\"tokens\":[\"Det\",\"koster\",\"tyve\",\"kroner\",\"at\",\"rejse\",\"til\",\"Taastrup\",\"uden\",\"at\",\"forklare\",\"hvorfor\",\".\"],\"ner_tags\":[0,0,0,0,0,0,0,5,0,0,0,0,0]}\n{\"tokens\":[\"Vestersted\",\"IF\",\"støtter\",\"koncerten\",\"med\",\"fem\",\"kroner\",\"i\",\"modsætning\",\"til\",\"Nørre\",\"Hindested\",\".\"],\"ner_tags\":[3,4,0,0,0,0,0,0,0,0,5,6,0]}\n{\"tokens\":[\"Se\",\"operaen\",\"med\",\"Henrik\",\"Haugaard\",\",\",\"hvis\",\"du\",\"er\",\"i\",\"Brønderslev\",\".\"],\"ner_tags\":[0,0,0,1,2,0,0,0,0,0,5,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":448223120},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{245,71,277,19,122,173,189,85,26,134}', 'queued', 0, NULL, NULL, 1, '2026-11-28 22:45:26.828699+00', NULL, NULL, 0),
	('20261128-8a04a33d.da.recorded.train.v1.3', '20261128-8a04a33d', '20261128-8a04a33d.da.recorded.train.v1', 3, '{"engine":{"kind":"replay","files":{"da":"@RECORDING@"},"model":null},"request":{"prompt_id":"20261128-8a04a33d.da.recorded.train.v1.3","call_index":3,"messages":[{"role":"system","content":"You write annotated text for training named entity recognition. You answer with data only."},{"role":"user","content":"Write 20 new sentences in Danish and mark the named entities in each.\n\nEntity types:\n- PER: names of people\n- ORG: names of companies, institutions, parties, teams and other organizations\n- LOC: names of places: countries, cities, regions, rivers, mountains, buildings\n\nWrite each sentence as one JSON object on one line: {\"tokens\":[...],\"ner_tags\":[...]}. \"tokens\" are the words and punctuation marks of the sentence in order; \"ner_tags\" holds one integer for each token: 0 = O, 1 = B-PER, 2 = I-PER, 3 = B-ORG, 4 = I-ORG, 5 = B-LOC, 6 = I-LOC. B- marks the first token of an entity, I- every further one, O everything else. Both lists have the same length.\n\nHere are sentences that people wrote and annotated. Take over their way of splitting text into tokens, their kinds of text and lengths, and their idea of what is an entity:\n\n{\"tokens\":[\"Bent\",\"Bruun\",\"løb\",\"800\",\"kilometer\",\"rundt\",\"om\",\"Norge\",\".\"],\"ner_tags\":[1,2,0,0,0,0,0,5,0]}\n{\"tokens\":[\"Kaas\",\"og\",\"Sønner\",\"trækker\",\"forslaget\",\"tilbage\",\"efter\",\"kritik\",\"fra\",\"Julie\",\"Stougaard\",\",\",\"påstår\",\"Cecilie\",\"Winther\",\".\"],\"ner_tags\":[3,4,4,0,0,0,0,0,0,1,2,0,0,1,2,0]}\n{\"tokens\":[\"I\",\"foråret\",\"slog\",\"Kirkefonden\",\"rivalerne\",\"fra\",\"Store\",\"Bjergdrup\",\".\"],\"ner_tags\":[0,0,0,3,0,0,5,6,0]}\n{\"tokens\":[\"Formand\",\"for\",\"Hede\",\"Gymnasium\",\"er\",\"Magnus\",\"Vestergaard\",\",\",\"hører\",\"man\",\"i\",\"Vesterløse\",\".\"],\"ner_tags\":[0,0,3,4,0,1,2,0,0,0,0,5,0]}\n{\"tokens\":[\"Kasper\",\"Fisker\",\"og\",\"Lars\",\"Juul\",\"mødtes\",\"i\",\"Costa\",\"Rica\",\"sidste\",\"år\",\".\"],\"ner_tags\":[1,2,0,1,2,0,0,5,6,0,0,0]}\n{\"tokens\":[\"Frederik\",\"Busk\",\"har\",\"sagt\",\"op\",\"hos\",\"Kronbanken\",\".\"],\"ner_tags\":[1,2,0,0,0,0,3,0]}\n{\"tokens\":[\"Politiet\",\"har\",\"talt\",\"med\",\"350\",\"musikere\",\"fra\",\"Boldklubben\",\"Ulve\",\",\",\"påstår\",\"Sofie\",\"Rosendal\",\".\"],\"ner_tags\":[0,0,0,0,0,0,0,3,4,0,0,1,2,0]}\n{\"tokens\":[\"Der\",\"kom\",\"800\",\"soldater\",\"til\",\"filmen\",\".\"],\"ner_tags\":[0,0,0,0,0,0,0]}\n{\"tokens\":[\"I\",\"morges\",\"slog\",\"Hvidrup\",\"IF\",\"rivalerne\",\"fra\",\"Roskilde\",\".\"],\"ner_tags\":[0,0,0,3,4,0,0,5,0]}\n{\"tokens\":[\"Der\",\"kom\",\"24\",\"studerende\",\"til\",\"teaterstykket\",\".\"],\"ner_tags\":[0,0,0,0,0,0,0]}\n\nNow write 20 new ones:\n- natural, correct Danish in its usual script, about what people in places where it is spoken write about;\n- all different, in topic, in structure and in length; about as many without any entity as in the examples;\n- with names that you have not used before and that do not stand in the examples, real or plausible, long and short;\n- every entity of the types above marked, and nothing else.\n\nAnswer with 20 lines, one sentence a line, in the format above, and nothing before or after them."}],"sampling":{"temperature":0.8,"top_p":0.8,"max_tokens":8192,"seed":955936394},"language":"da","source":"recorded","constrain":null,"grammar":null,"schema":null,"extra":{"n":20,"split":"train","format":"tag_ids","add_generation_prompt":true}}}', '{40,125,157,279,292,215,232,115,258,98}', 'claimed', 1, 'gone', '2026-11-28 22:41:26.888775+00', 0, '2026-11-28 22:41:26.888776+00', NULL, NULL, 0);
INSERT INTO public.rejections VALUES
	('20261128-8a04a33d.da.recorded.train.v1', 0, 5, 'unknown_tag', '{unknown_tag}', 902, NULL, '{}', '{"tokens": ["Se", "musicalen", "med", "Aksel", "Laursen", ",", "hvis", "du", "er", "i", "Nørre", "Kløverby", "0-5", "."], "ner_tags": [0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 5, 6, 0, 99]}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 6, 'length_mismatch', '{length_mismatch}', 1081, 1, '{}', '{"tokens": ["Tidligt", "om", "morgenen", "fandt", "patienten", "Ulla", "Hoff", "240", "bøger", "i", "Sorø", "0-6", "."], "ner_tags": [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 5, 0]}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 4, 'length_mismatch', '{length_mismatch}', 663, 1, '{}', '{"tokens": ["Kunderne", "er", "trætte", "af", "Kløver", "Møbler", "A/S", ",", "påstår", "Ulla", "Hoff", "1-4", "."], "ner_tags": [0, 0, 0, 0, 3, 4, 4, 0, 0, 1, 2, 0]}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 5, 'length_mismatch', '{length_mismatch}', 830, 1, '{}', '{"tokens": ["Fra", "Store", "Hvidløse", "kan", "man", "se", "helt", "til", "New", "York", "trods", "advarsler", "fra", "Ravn", "Hospital", "1-5", "."], "ner_tags": [0, 5, 6, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 3, 4, 0]}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 6, 'length_mismatch', '{length_mismatch}', 1044, 1, '{}', '{"tokens": ["Sand", "Universitet", "støtter", "dokumentaren", "med", "37", "kroner", "i", "modsætning", "til", "Kalundborg", "1-6", "."], "ner_tags": [3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0]}');
INSERT INTO public.runs VALUES
	('20261128-8a04a33d', 'stored', '{"name": "stored", "labels": [{"PER": null}, {"ORG": null}, {"LOC": null}], "sources": [{"kind": "organic", "name": "organic"}, {"m": 10, "n": 20, "kind": "synthetic", "name": "recorded", "seed": 3535, "stop": {"max_calls": null, "after_calls": 6, "after_accepted": null}, "rules": {"base": "default", "reader": "auto", "max_tokens": 256, "near_duplicate": "off", "wrong_language": "off", "no_novel_entity": "off", "near_duplicate_threshold": 0.8}, "engine": {"kind": "replay", "files": {"da": "@RECORDING@"}, "model": null}, "format": "tag_ids", "prices": null, "prompt": {"style": "spanloom", "system": null, "template": null, "ascii_escapes": null, "generation_prompt": null}, "sampling": {"top_p": 0.8, "max_tokens": 8192, "temperature": 0.8}, "constrain": "none", "dev_calls": null, "seed_pool": "all", "seeds_from": "train"}], "version": 1, "training": {"dev": "gold", "sizes": [20, 30], "recipe": {"base": "default", "clip": null, "trim": null, "bucket": null, "epochs": 1, "warmup": null, "best_by": null, "restarts": null, "precision": null, "batch_size": null, "max_length": null, "weight_decay": null, "learning_rate": 0.001, "related_epochs": 1}, "control": "none", "encoder": {"name": null, "tiny": {"ffn": 64, "seed": 3535, "heads": 2, "hidden": 32, "layers": 1, "vocabulary": 500, "tokenizer_from": "gold"}, "revision": null}, "settings": ["from_scratch"], "keep_models": "best", "subset_seed": 3535, "control_steps": null, "training_seeds": [1]}, "languages": [{"code": "da", "gold": {"demo": "da", "file": null, "name": null, "path": null, "tags": null, "files": null, "folds": null, "limit": null, "format": "auto", "columns": null, "mapping": {}, "revision": null, "fractions": null}, "name": "Danish", "family": "Indo-European", "labels": null, "script": "Latn", "in_xlmr": true, "related": null}], "evaluation": {"seed": 3535, "swaps": 10000, "resamples": 10000, "confidence": 0.95}}', '95aae160cc0020dcde69a61ad4202de127df314c23e051338a5f786f91c2024d', 'running', NULL, NULL, '2026-11-28 22:38:34.202649+00', NULL);
INSERT INTO public.samples VALUES
	('20261128-8a04a33d.da.gold.train.v1', 0, 0, '{Landmanden,Julie,Winther,mødte,ingeniør,Birk,for,to,år,siden,.}', '{0,1,2,0,0,1,0,0,0,0,0}', '1851f075c7d9fd72c0feba2ca3b8e4a0', '11ee0a6ecf29bdc88de58e2f37ef5b10', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 1, '{Kunstneren,Dorte,Markussen,arbejder,hos,avisen,Jensen,Arkitekter,.}', '{0,1,2,0,0,0,3,4,0}', '22fee10b4772c02ab56480a6e80ca4cc', '8587e3f0779738b9226b06a2dadbab38', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 2, '{Det,regnede,hele,dagen,",",og,240,borgere,blev,hjemme,",",og,det,glæder,Jakob,Holm,.}', '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,2,0}', '6151862b22d05eb69f4ccea20a270410', '644292f0458a5a65dd1684bd69866ea8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 3, '{Formand,for,Hinde,Data,A/S,er,Hanne,Mølgaard,.}', '{0,0,3,4,4,0,1,2,0}', 'a1802e148be2ed52aecb8ca02ea2958e', '5898d883426bd17dbb474f1106a71f95', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 4, '{Fra,Nørre,Strandsund,kan,man,se,helt,til,Strandrup,.}', '{0,5,6,0,0,0,0,0,5,0}', 'f1c17db181f8aebbd4db2218e6c2122e', 'b50e6d55c3bb23c6a66b21e93896e426', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 5, '{Festivalen,i,Nørre,Kløverløse,åbnes,af,Sanne,Rask,",",skriver,Lærke,Energi,A/S,.}', '{0,0,5,6,0,0,1,2,0,0,3,4,4,0}', '503ad027e2339840a4c8897553bc11b9', '4042307be52ad438b967bdebd208e504', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 6, '{Parken,er,blevet,renoveret,for,60,millioner,kroner,.}', '{0,0,0,0,0,0,0,0,0}', '90ac34b12a5d626b3c91094f47a9bb66', 'bc577746864931de81120acc8733f0b2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 7, '{Fem,soldater,demonstrerede,i,Store,Hedeløse,mod,Radio,Bøge,trods,advarsler,fra,Forlaget,Hinde,.}', '{0,0,0,0,5,6,0,3,4,0,0,0,3,4,0}', '6e2985809755ef67dc850e7074b50fd9', '8ae47e02672176ed8e29d791d931be2c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 8, '{Jeg,savner,Nørre,Fjordsund,",",når,jeg,er,i,Brandbæk,trods,advarsler,fra,Birk,Møbler,A/S,.}', '{0,0,5,6,0,0,0,0,0,5,0,0,0,3,4,4,0}', '7719a1adaa608c26c59203ffb47d399f', 'e552d1088bac0d1b5629f2c7957abdba', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 9, '{I,morges,besøgte,Karen,Lange,Teatret,Hvid,i,Viborg,.}', '{0,0,0,1,2,3,4,0,5,0}', 'faa7546179222fa1151537393a9db307', '799a85dff22970e5f9e5dacd0d28fdce', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 10, '{I,weekenden,fandt,naboen,Steen,Bundgaard,tyve,bøger,i,Hindesund,.}', '{0,0,0,0,1,2,0,0,0,5,0}', '9a45a55dbaff4147e61cc9fe60ed0b81', '150703d70282fbdd2e8dba530d004479', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 11, '{Fra,Store,Hvidløse,kan,man,se,helt,til,New,York,trods,advarsler,fra,Ravn,Hospital,.}', '{0,5,6,0,0,0,0,0,5,6,0,0,0,3,4,0}', '3dc8914f6cd296220e45d2abf9029d38', 'db85cd193dd09051a6446854c8e9d49f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 12, '{Kort,før,midnat,sejlede,1200,gæster,fra,Ringsted,til,Dalbæk,.}', '{0,0,0,0,0,0,0,5,0,5,0}', 'c3d863b25cf4eb30b501e26ec65bcbe0', '52c3748e3b178abe6dada3a4070724e1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 13, '{Se,dokumentaren,med,Aksel,Vang,",",hvis,du,er,i,Hedeager,.}', '{0,0,0,1,2,0,0,0,0,0,5,0}', 'ee852fc3d29f6e32efeb467e52e58727', '47167993ec141bc0ff6a0829f45b3b4e', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 14, '{Sønder,Gymnasium,flytter,produktionen,fra,Store,Birkhøj,til,Ebeltoft,.}', '{3,4,0,0,0,5,6,0,5,0}', '440e5736ffbc84e13e3fc893917b85a9', '32a242a3e29959a08fc5a9031e759374', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 15, '{Derfor,sagsøger,Mejeriet,Svane,nu,foreningen,Rosepartiet,.}', '{0,0,3,4,0,0,3,0}', '02175e5dc372dd55aff1ec9f6ff554f4', 'e991e94d958aa82049f17be450500ded', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 16, '{Derfor,kritiserer,Forlaget,Kløver,nu,banken,Boldklubben,Strand,",",skriver,Mejeriet,Bøge,.}', '{0,0,3,4,0,0,3,4,0,0,3,4,0}', '3e25bf5ba982b8247326dfa2e267d248', 'b1474842cd3ef3c9e01c0f1b6536b06b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 17, '{Rederiet,Strand,kritiserer,fonden,Østersted,IF,.}', '{3,4,0,0,3,4,0}', 'ef4c0f4e5907d14006b2e0deff6f7243', '49a95412d1b017a4fbbba380b2ec5669', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 18, '{Turister,i,Kirkelund,spørger,tit,efter,sygehuset,trods,advarsler,fra,Ege,FC,.}', '{0,0,5,0,0,0,0,0,0,0,3,4,0}', '8c86c9a9b30ad8b9a67b5637b9f71ad5', 'e38d20a86e51e2045764a66a06c322bc', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 19, '{For,nylig,cyklede,to,landmænd,fra,Sverige,til,Nørre,Birkborg,.}', '{0,0,0,0,0,0,5,0,5,6,0}', '68f88b85e0bee5387c5a753b1aa88893', 'f209766fa6d605a5bed6794f0e82bf35', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 20, '{Bussen,kører,ikke,til,Store,Hedeborg,om,søndagen,ligesom,Rasmus,Hedegaard,.}', '{0,0,0,0,5,6,0,0,0,1,2,0}', '0448fa1e6f1ef06d650169861ec4185d', '9c5ad5db2fd8953946a9dd885328e55a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 21, '{Kun,24,musikere,læste,artiklen,.}', '{0,0,0,0,0,0}', '2d36b26613d47677519c63b83fb3d7b4', '92fa92395885d3fddffd166972e519d7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 22, '{Forsker,Lars,Hvid,forklarer,",",at,rapporten,er,forsinket,trods,advarsler,fra,Grønrådet,.}', '{0,1,2,0,0,0,0,0,0,0,0,0,3,0}', 'd241cd6f874732933ec3709ae3d6c50e', '67cb7748acdd067d50ca26634904a459', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 23, '{Kunstneren,Claus,Overgaard,arbejder,hos,foreningen,Møllerådet,.}', '{0,1,2,0,0,0,3,0}', 'f9061f201315371af8ea70b1de0b9648', '9c7064b96d8d7db001946f2c5e6d93d7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 24, '{Partiet,Kløver,Transport,vandt,over,fonden,Kløver,Møbler,A/S,i,Nørre,Solsted,.}', '{0,3,4,0,0,0,3,4,4,0,5,6,0}', 'e5a2063a3ac263dbdd9959d04212f9e5', 'f6dbf636fa0e84d1cf937e48590db792', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 25, '{Turister,i,Store,Skovager,spørger,tit,efter,børnehaven,.}', '{0,0,5,6,0,0,0,0,0}', '9a4511c90303639711a0a67edf945d45', 'b2d87456f42587b366003fbd9667101f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 26, '{Vestersted,IF,støtter,koncerten,med,fem,kroner,i,modsætning,til,Nørre,Hindested,.}', '{3,4,0,0,0,0,0,0,0,0,5,6,0}', '0caa28ce90762afb25012c79270a5764', '6aaeb973194af2dee4ce35f00d12b8fe', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 27, '{Retten,i,Kalundborg,dømte,Lena,Novak,til,800,måneders,fængsel,.}', '{0,0,5,0,1,2,0,0,0,0,0}', 'f88d75b2fc381e058dc45ee06edbb73b', 'eb7bfab2153f5943a24fc70c70b2c0e5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 28, '{Anders,Bundgaard,",",Karen,Hvid,og,Mette,Dalsgaard,skal,synge,i,Nørre,Kløverdrup,.}', '{1,2,0,1,2,0,1,2,0,0,0,5,6,0}', '05508328b13a1a1233b22c6c924a4a54', '9b4641fe0b1f11e9faf1ac35ebdb75d5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 29, '{Hvis,Frederik,Krag,vinder,",",bliver,der,fest,i,Holm,.}', '{0,1,2,0,0,0,0,0,0,5,0}', '41ba6b24c7278e2ba1a5e9e76f419365', '43d0e5b4119c7086a4fc14772b64a948', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 30, '{Josefine,Falk,",",Erik,Bundgaard,og,Lars,Østergaard,skal,synge,i,Nørre,Sandlund,.}', '{1,2,0,1,2,0,1,2,0,0,0,5,6,0}', '0113e3e9dc5c6bd7fba851680fc398b0', '699bdc250019a9c2d776be60330d53ec', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 31, '{Kunderne,er,trætte,af,Eng,Transport,på,grund,af,vejret,.}', '{0,0,0,0,3,4,0,0,0,0,0}', '56c6b8ae180a1c3c24fccc63521559cd', '4aed9e577a4dbc96aeed510a465700ed', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 32, '{Banken,Fjord,FC,har,to,ansatte,i,Østerager,.}', '{0,3,4,0,0,0,0,5,0}', 'a01d4f66b3c011f51b069292644f5282', '38fb6097c4ceb3a6ba3b56831e232818', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 33, '{Har,virksomheden,Rederiet,Mølle,flere,vinduer,i,Ringsted,?}', '{0,0,3,4,0,0,0,5,0}', '8af39745282ef7052f57d91105df9c34', 'e601647a63670b7e1d0b83ef730e073e', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 34, '{Rikke,Dalsgaard,",",der,er,borgmester,hos,Hedebanken,",",afviser,kritikken,.}', '{1,2,0,0,0,0,0,3,0,0,0,0}', '4057f1be07cf4c0909167cebb8ba2de2', '686bcd0f6c4475ab31461fcb1583d038', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 35, '{1200,køleskabe,blev,stjålet,fra,Kron,Rejser,klokken,14,.}', '{0,0,0,0,0,3,4,0,0,0}', 'be79771784c075fa7da42def56f1810c', '64564abaa0667ef653a0b432d8fc984f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 36, '{Boldklubben,Strand,fyrer,15,medarbejdere,i,Store,Hvidhøj,trods,advarsler,fra,Jensen,Arkitekter,.}', '{3,4,0,0,0,0,5,6,0,0,0,3,4,0}', 'a5899e412c583a889cb1abdee994a951', '44a0a6747cc76d36db6e8819a4b89d38', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 37, '{Rose,Energi,A/S,trækker,undersøgelsen,tilbage,efter,kritik,fra,Lars,Krag,.}', '{3,4,4,0,0,0,0,0,0,1,2,0}', '9ede113be54381152cc87237d6536e83', '8a2e54922bc7466146321d182cf67481', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 38, '{Hinde,Data,A/S,og,Mølle,Apotek,har,underskrevet,kontrakten,.}', '{3,4,4,0,3,4,0,0,0,0}', '356eaff7c87e1e895218b1914d3a7cb6', 'a68520800b1581e3d4f341b8b8835d56', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 39, '{Rederiet,Havn,fyrer,seks,medarbejdere,i,Lemvig,",",skriver,Sønder,FC,.}', '{3,4,0,0,0,0,5,0,0,3,4,0}', 'da4f811c80e121cb656d2f6223457649', '20d11585160f34b346ba6149dac8ea9f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 40, '{Bent,Bruun,løb,800,kilometer,rundt,om,Norge,.}', '{1,2,0,0,0,0,0,5,0}', 'e3a4f78aa22ce6792edc4402dbc630a8', '1d65098e06e70bb9e50f9ca2211a3e09', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 41, '{Rasmus,Bruun,og,sangeren,Aksel,Vang,rejste,til,Los,Angeles,.}', '{1,2,0,0,1,2,0,0,5,6,0}', 'aeffec9ca75d6f32d3c435d113d90248', 'e1d334550b56740cf3fe5ee21bda67ac', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 42, '{Kasper,Lolk,løb,seks,kilometer,rundt,om,Nørre,Strandsund,.}', '{1,2,0,0,0,0,0,5,6,0}', 'dae7c6484146c76db5537d5d92a494ad', '47de3449fe4f717ff5896d4636fe9dd0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 43, '{Medlemmer,af,Øster,Tidende,samledes,foran,biblioteket,.}', '{0,0,3,4,0,0,0,0}', 'a8251f3c39226641907e35a4c0b43602', '76f1a1b0e41ea5fd5a1f74653b372989', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 44, '{Børnehaven,i,havnebyen,Dalbæk,har,fået,fem,nye,vinduer,.}', '{0,0,0,5,0,0,0,0,0,0}', '876b4d733640f9aa106e69c412a56ab2', '3b895edc2f2f0b90f1d2b0d5def50f24', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 45, '{Festivalen,i,Nørre,Skovsund,åbnes,af,Ulla,Bruun,.}', '{0,0,5,6,0,0,1,2,0}', '0606b73d9d776aaa8c663b0af913dd03', 'be32b209d60ffe3263b78260b50c46f2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 46, '{Politiet,fandt,landmanden,Dorte,Rosendal,i,Kirkelund,i,aftes,",",hører,man,i,Roskilde,.}', '{0,0,0,1,2,0,5,0,0,0,0,0,0,5,0}', 'c75065941d25e5fd3d3642f7137cdc6e', '870fdc4b75e1aa72d8027f30cb6a8193', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 47, '{Villads,løb,seks,kilometer,rundt,om,Store,Birkhøj,.}', '{1,0,0,0,0,0,5,6,0}', '02d76fe0fe97a61b665df9ca87e7591d', '61e25347116ed92f722eec2fa897c4a6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 48, '{Tolv,vinduer,blev,stjålet,fra,Teatret,Sol,klokken,14,.}', '{0,0,0,0,0,3,4,0,0,0}', '378e8964df762fe83e75545e62ce1357', 'a6ad8323151c5d798df208438bbd4fcc', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 49, '{I,lørdags,slog,Ulve,Rejser,rivalerne,fra,Nørre,Bøgeholm,.}', '{0,0,0,3,4,0,0,5,6,0}', '458c5c252219894d44035896e47a3e8f', '84c3eadfbbe2111c8e2457fa6e315c00', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 50, '{Carlsen,køber,klubben,Rederiet,Strand,efter,lang,tids,debat,.}', '{3,0,0,3,4,0,0,0,0,0}', '1440b03f480da27c26009d376280403d', '8abed50b318faea758bc0a205eb9c15a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 51, '{Ansøgningen,skal,sendes,til,Hindeby,Kommune,efter,lang,tids,debat,.}', '{0,0,0,0,3,4,0,0,0,0,0}', '1e097b25faa33ad01bc54a521f592286', '6e938c29d42cca5bcf7cb9d830f97a98', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 52, '{Mødet,holdes,i,Kronrup,",",skriver,Eskesen,og,Sønner,efter,lang,tids,debat,.}', '{0,0,0,5,0,0,3,4,4,0,0,0,0,0}', '3e7b57bb5ced346dc8f64026abe28754', 'b15c30c940d146b95a4a44e8f157d794', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 53, '{Freja,Borup,kender,ikke,Frederik,Busk,",",påstår,Sanne,Haugaard,.}', '{1,2,0,0,1,2,0,0,1,2,0}', 'be018c1a57d5afda061a6bededc82f88', 'e243f70b6b884c2ad47a201667c1716a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 54, '{60,gæster,demonstrerede,i,Vesterager,mod,Brandfonden,i,modsætning,til,Nørre,Engrup,.}', '{0,0,0,0,5,0,3,0,0,0,5,6,0}', '088ba734461728dee79189ad3ec7da60', 'd221e3c4cc6cb4a0eac024b4751dc9f3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 55, '{”,Jeg,elsker,Havnhøj,”,",",hævder,sangeren,Ulla,Amdi,",",påstår,Magnus,Vestergaard,.}', '{0,0,0,5,0,0,0,0,1,2,0,0,1,2,0}', '2804a4f37bf996a06b3d4679c019dfce', '0af2f86cbebaf3fa506645fc4a310441', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 56, '{Skuespiller,Aksel,Laursen,bor,nu,i,Nørre,Daldrup,.}', '{0,1,2,0,0,0,5,6,0}', 'da1391cd64e3b4af7ce1c6ab28ab14f0', '99d23d5f1ce4ae8c8fd692a500e999b9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 57, '{Medlemmer,af,Hinde,Universitet,samledes,foran,stationen,",",påstår,Viggo,Kjeldsen,.}', '{0,0,3,4,0,0,0,0,0,1,2,0}', 'b0de7dbaf1f67f52274c2bf776e8545b', 'f776e3db57b520a70310fe62c1e87295', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 58, '{Rose,Energi,A/S,flytter,produktionen,fra,Nørre,Skovhøj,til,Hjørring,ligesom,Laura,Jensen,.}', '{3,4,4,0,0,0,5,6,0,5,0,1,2,0}', 'cf5869de465502e9d585f61eab7add77', '10b28896eb00336c4f85fca5fda866ac', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 59, '{Hvis,Hassan,Yilmaz,vinder,",",bliver,der,fest,i,Los,Angeles,",",hører,man,i,Ribe,.}', '{0,1,2,0,0,0,0,0,0,5,6,0,0,0,0,5,0}', '5b8ba67050b3e94a601034bb90d4d12a', '0b81c74df530177955b550077934044d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 60, '{Bech,og,Sønner,vandt,tre,-,fem,over,Boldklubben,Kirke,tidligt,om,morgenen,uden,at,forklare,hvorfor,.}', '{3,4,4,0,0,0,0,0,3,4,0,0,0,0,0,0,0,0}', 'fceafeb0108d52db2840cecd699c6c63', '0ac1da0c3011160a4c8e88536bb0c873', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 61, '{Forlaget,Sten,sender,1200,batterier,til,Nørre,Daldrup,",",hører,man,i,Møllesund,.}', '{3,4,0,0,0,0,5,6,0,0,0,0,5,0}', 'f1684575c2c59db5fe58f515929be16d', 'b50c34bb6686b833fd25d77cd8dd2a42', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 62, '{Laura,Hoff,",",der,er,skuespiller,hos,TV,Lærke,",",afviser,kritikken,",",skriver,Fjord,Rejser,.}', '{1,2,0,0,0,0,0,3,4,0,0,0,0,0,3,4,0}', '30f564c8469d237b75a9d51357be5292', 'ee060f1c90710888b8f22a14179ee4b2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 63, '{Bussen,kører,ikke,til,Odense,om,søndagen,.}', '{0,0,0,0,5,0,0,0}', 'bb08acc71297c5370cb5b2bc684bbf95', '9453ecc60f51a805371244aa34885810', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 64, '{Hanne,Eskesen,siger,nej,til,TV,Brand,.}', '{1,2,0,0,0,3,4,0}', 'b4eb15f87ff822a4225c20d2a7a73a30', '7669a4230c6e6123f449303d63cd03a6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 65, '{Politiet,har,talt,med,tolv,landmænd,fra,Teatret,Bøge,",",hører,man,i,Berlin,.}', '{0,0,0,0,0,0,0,3,4,0,0,0,0,5,0}', '9b600bcef3d95195a6042569f607ad64', 'c05c073bc3e6e48abd452aca210b1909', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 66, '{Efter,120,år,i,Store,Østerbæk,flytter,Gunnar,Bisgaard,til,Rom,.}', '{0,0,0,0,5,6,0,1,2,0,5,0}', '5644d61419fd00d8179d7f466d89395f', '8aaf0a8dceb522d31697bc0e2b31f8ca', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 67, '{Sygehuset,er,blevet,renoveret,for,60,millioner,kroner,.}', '{0,0,0,0,0,0,0,0,0}', 'e69cd0318d2b1254319b29b08d3713fc', 'f4fd5e47c2722744d58c64a59204063f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 68, '{Magnus,Bundgaard,blev,gift,med,Anders,Nissen,i,Store,Vesterrup,ligesom,Birk,.}', '{1,2,0,0,0,1,2,0,5,6,0,1,0}', 'af7692f18642a0a6df7ced5f292c154f', '1b515ca4c100d983725bf69f7601e569', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 69, '{Vi,rejste,til,Nørre,Vesterborg,tidligt,om,morgenen,.}', '{0,0,0,5,6,0,0,0,0}', '9f7deb63e5d4bab5ddf4d1e63ee177ee', 'df7c7e8c8fd3736ce8ea8195ec2cf8c7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 70, '{Museet,er,blevet,renoveret,for,24,millioner,kroner,",",og,det,glæder,Ulla,Lind,.}', '{0,0,0,0,0,0,0,0,0,0,0,0,1,2,0}', 'db59a7380e9e95db095e25aaf33ab44e', '32e3191aa5fa71cb2fed2197ace73daf', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 71, '{Fra,Nørre,Ravnborg,kan,man,se,helt,til,Brønderslev,.}', '{0,5,6,0,0,0,0,0,5,0}', '2081335b175d994187e5f9691763ecd9', '01c65d03ab79b50fea77a9a51b61deff', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 72, '{Har,avisen,Rederiet,Strand,flere,cykler,i,Silkeborg,?}', '{0,0,3,4,0,0,0,5,0}', 'f67e7adc1341cad308b30f2dedc817aa', '40ce5192335e3f7be59be392844a6aed', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 73, '{Politiet,har,talt,med,48,frivillige,fra,Øster,FC,.}', '{0,0,0,0,0,0,0,3,4,0}', 'e32c74f68f88f94996a1eaeea2d7df8b', '17507991859254936a70f1a1aa4aa186', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 74, '{Claus,Schous,nye,bog,udkommer,hos,Stenby,Kommune,",",påstår,Viggo,Nissen,.}', '{1,2,0,0,0,0,3,4,0,0,1,2,0}', 'aebeae4db09ff6ed864c51745e6e92ba', '5813432587bd763832c5f31c5a7d4eda', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 75, '{Klokken,14,sejlede,tolv,borgere,fra,Store,Bjergsund,til,Vesterager,.}', '{0,0,0,0,0,0,5,6,0,5,0}', '01fcc2cdd7ca9a1cbc932fb1289cfe3e', '96e1df0e0eb39d9f4d29821cbca922c2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 76, '{Det,koster,otte,kroner,at,rejse,til,Hindested,",",skriver,Ravn,Hospital,.}', '{0,0,0,0,0,0,0,5,0,0,3,4,0}', '5f6f077edcc9eb02ae28f0173dc1670a', 'fa9618cbecc745e918fc6c73395cf198', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 77, '{Ifølge,naboen,Svend,Bundgaard,er,stationen,en,skandale,.}', '{0,0,1,2,0,0,0,0,0}', '0b2abb2ea89abb8c7c6c1deb98b3b601', 'fff524869347c757f6c0ae06b7a51af0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 78, '{”,Vi,køber,ikke,Schou,og,Sønner,”,",",fortæller,formand,Astrid,Rask,.}', '{0,0,0,0,3,4,4,0,0,0,0,1,2,0}', '6dc6e7e9957349a4b2e9b325f5f1bd4a', '7ae229f4f8f3ad186430ce5bf0dcb4ef', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 79, '{Medlemmer,af,Teatret,Birk,samledes,foran,havnen,.}', '{0,0,3,4,0,0,0,0}', '71a643ae131bda8d30e8c1fb5ef0b5fa', 'b49426967ac94b34ba4a5d9897b15182', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 80, '{Læge,Freja,bor,nu,i,Bøgeholm,",",påstår,Krogh,.}', '{0,1,0,0,0,5,0,0,1,0}', 'd4f857ec951b939119f2d502dc538229', 'f782671636a7e06aafef5b991307bd09', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 81, '{Det,er,Alma,Agerskov,",",der,har,lavet,operaen,i,turistbyen,Kalundborg,",",hører,man,i,Store,Hvidløse,.}', '{0,0,1,2,0,0,0,0,0,0,0,5,0,0,0,0,5,6,0}', '6ddafac0cb3aec1c0c57c37fe17db23a', '1e6ec0bfe0ea4f60aa262ce25dd7f0ea', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 82, '{Landmanden,Jakob,Mørk,viser,sine,billeder,i,Aabenraa,.}', '{0,1,2,0,0,0,0,5,0}', '7f277b8529e1434e109524de4c1c9583', 'e9270235d252888f6d0c9ccfcca75c73', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 83, '{Kirkefonden,og,Teatret,Bøge,har,underskrevet,kontrakten,.}', '{3,0,3,4,0,0,0,0}', 'b6e35f07c60bdca11fe922f049e41869', '761199ed7033624605712ce11f228315', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 84, '{I,Store,Østerbæk,er,24,turister,blevet,evakueret,ligesom,Nanna,Elkjær,.}', '{0,5,6,0,0,0,0,0,0,1,2,0}', 'bd803f86238808f100ff2f60b37b33de', 'bcdd16b754917ac3f4508133f6d9cae1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 85, '{Det,koster,tyve,kroner,at,rejse,til,Taastrup,uden,at,forklare,hvorfor,.}', '{0,0,0,0,0,0,0,5,0,0,0,0,0}', 'bb94298e0090d93334be3ca7c629037e', '0137e9612adae2fa7526de1e8ae90df9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 86, '{Retten,i,Vordingborg,dømte,Rikke,Kaas,til,48,måneders,fængsel,.}', '{0,0,5,0,1,2,0,0,0,0,0}', '74ad8e33993d3ffbd94b3c41ae7160ad', '77d40898660f7bc65381e5772caacd44', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 87, '{Hvem,ringede,til,Esben,Storm,kort,før,midnat,?}', '{0,0,0,1,2,0,0,0,0}', 'd754078858aab1e4460d8afa6732b5ee', '2ecb5576c292a81fc2cdf6c9f0f4a23a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 88, '{Ifølge,partiet,Radio,Mølle,bor,Rikke,Falk,i,Hindesund,.}', '{0,0,3,4,0,1,2,0,5,0}', '53dcaafd9f4d1da743c1d3954a53bc70', '38a5d49ed5c29bceae3f19d262cdda4c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 89, '{Hvis,Signe,Bech,vinder,",",bliver,der,fest,i,Store,Rosested,.}', '{0,1,2,0,0,0,0,0,0,5,6,0}', '37cb70bbd6cbe7b595f684d98256906d', '95aacb4bbad480933374b5b0f7bebe87', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 90, '{Virksomheden,Birkbæk,Kommune,vandt,over,avisen,Trolle,og,Sønner,i,Odense,",",skriver,Hvidrup,IF,.}', '{0,3,4,0,0,0,3,4,4,0,5,0,0,3,4,0}', 'c0bb43743ce7d506e041facdd1c34150', '02fa6904f1cf795d415a1e4ae67ebc98', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 91, '{Sagen,mod,Hvid,FC,begynder,i,Nørre,Daldrup,.}', '{0,0,3,4,0,0,5,6,0}', '9ae8d76f1497a500c9a31c193d1298d1', 'c4e59a53f692a271951df25c3a662741', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 92, '{Uden,Hassan,Yilmaz,taber,Brandfonden,800,-,fire,.}', '{0,1,2,0,3,0,0,0,0}', '3d79bf4946ce76c1e8ca72c37708cf34', '7877d446de9699a21f59add898ea0819', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 93, '{Vi,gik,til,Store,Svaneløse,i,efteråret,.}', '{0,0,0,5,6,0,0,0}', '72994e50ad7eb815275ef772fff9532b', '70e912d681085c1bd6a23bd66dfd0980', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 94, '{Efter,fire,år,i,Nørre,Birkborg,flytter,Lars,Ibsen,til,Store,Bjergdrup,.}', '{0,0,0,0,5,6,0,1,2,0,5,6,0}', '0239cda4f3b445bca96143d64faf61df', 'd7a2d3e694cf57d9c440950b1e9d6f21', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 95, '{Ulvefonden,har,købt,tolv,bøger,af,Brand,Rejser,.}', '{3,0,0,0,0,0,3,4,0}', '3eceb85c2928e668658c4cb706b1ab3d', '823609a67dc80ebb29efba1a5f4eb3ef', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 96, '{Festivalen,i,Nørre,Skovhøj,åbnes,af,Trine,Hedegaard,efter,lang,tids,debat,.}', '{0,0,5,6,0,0,1,2,0,0,0,0,0}', '0bdd248c10859066b82c9383f77ec69c', '6aa32a6b8c0605f7c7b5c49ad5d2a8e6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 97, '{Mødet,holdes,i,Nørre,Fjordsund,",",skriver,Boldklubben,Strand,.}', '{0,0,0,5,6,0,0,3,4,0}', '2ddc6ade3463a8dc845cba42e363e8eb', '51a3e0c651f2073e567cd3c62c622432', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 98, '{Der,kom,24,studerende,til,teaterstykket,.}', '{0,0,0,0,0,0,0}', '58bd970993d20a9f4b6b15416a9e2182', '6e1430d0a44f628c2c1c88c1118d4de7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 99, '{Branden,i,Nørre,Sandlund,ødelagde,teatret,i,søndags,.}', '{0,0,5,6,0,0,0,0,0}', 'cf94447ceaa8110b6f918c2715ab6ef0', '322c9038c19afc1972df4baf8df015e6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 100, '{Der,kom,48,soldater,til,dokumentaren,.}', '{0,0,0,0,0,0,0}', '5c2a61b5e2c65e3a70dd53f588022050', 'ae377ee2c52c66b599e5290ed8c0686d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 101, '{Virksomheden,Østersted,IF,åbner,i,byen,Nørre,Engrup,.}', '{0,3,4,0,0,0,5,6,0}', 'b5ab1b6a3f7aff6714b83c9c6baf41c0', '302719607fe7e9a2096391059f83cc90', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 102, '{Vi,gik,til,Nørre,Skovbæk,i,foråret,på,grund,af,vejret,.}', '{0,0,0,5,6,0,0,0,0,0,0,0}', 'e56fbecfe0ab041b65e06fb3410c6906', '75810fc1e9ace9bf3cb0d8a55cfb4ac7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 103, '{Derfor,køber,Brandfonden,nu,foreningen,Ulve,Apotek,.}', '{0,0,3,0,0,3,4,0}', '1837dd1acc701df358e6a77ffe2ac5a7', '49785d1e6bf38b98636ebba210b598b4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 104, '{Torben,Falk,blev,valgt,til,ny,forsker,i,Fjordpartiet,i,modsætning,til,Nørre,Skovsund,.}', '{1,2,0,0,0,0,0,0,3,0,0,0,5,6,0}', '5d4ece8404c1c447f61da2943c720dcf', '709b03fa4be0d5d89c9ef9ee7c9cf942', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 105, '{Karen,Stougaard,og,Jakob,Markussen,mødtes,i,Egesund,for,to,år,siden,",",skriver,Teatret,Fjord,.}', '{1,2,0,1,2,0,0,5,0,0,0,0,0,0,3,4,0}', '676078a43c26c804e19bf77bf3b0ec27', '9c9cbbab31143ad79e058f4162e59d85', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 106, '{Direktør,Karen,Hvid,bor,nu,i,Kronhøj,.}', '{0,1,2,0,0,0,5,0}', '3fb71cacd62e89be77451ed60bbb1cfd', 'ee07a857a3de3e261706d477d9b13b4d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 107, '{Se,musicalen,med,Aksel,Laursen,",",hvis,du,er,i,Nørre,Kløverby,.}', '{0,0,0,1,2,0,0,0,0,0,5,6,0}', '9e582dd69ae053b44741b172d3816e65', '251ea14037b0571bde4fdd44f37434c8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 108, '{Vi,bor,i,byen,Rosested,.}', '{0,0,0,0,5,0}', '59f7a1d17857b8bc72154ad690a07bee', '088a8e32639766d2f07e7ffad5f97454', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 109, '{Sagen,mod,Boldklubben,Ulve,begynder,i,Store,Bjergsund,.}', '{0,0,3,4,0,0,5,6,0}', '0e2cab9550fd8ba3efe31a9246b84407', '130cdba085b511948284979a343b4359', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 110, '{Ifølge,Hindeby,Kommune,stiger,priserne,i,Rom,.}', '{0,3,4,0,0,0,5,0}', '1a978b11be1a92cfa1ed32aefd3f01c8', 'f19622f4637c517af3a26099410fe05c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 111, '{Patienten,Rasmus,Hedegaard,mødte,kaptajn,Steen,Dam,i,aftes,.}', '{0,1,2,0,0,1,2,0,0,0}', '0e2760f9594556f1b0dd10ca9276949b', '52b94c8c2b2d755584515ffbf1c98b44', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 112, '{Rikke,Hedegaard,blev,gift,med,Maja,Mølgaard,i,Nørre,Hededrup,.}', '{1,2,0,0,0,1,2,0,5,6,0}', 'dab158707f6806c78f54756d4454d903', '18176828612212aa3343eec44d1c59c5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 113, '{I,går,slog,Sol,Apotek,rivalerne,fra,Vesterborg,.}', '{0,0,0,3,4,0,0,5,0}', 'c92623429a5414894a6513ad6a37354a', '405e33ee98dcfc8532a399e926ecf0c7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 114, '{I,dag,besøgte,Karen,Hvid,Bøge,Universitet,i,Sorø,.}', '{0,0,0,1,2,3,4,0,5,0}', '72fcf0b1522c327559d27687a232a819', 'a2f78fab4803575345406b7f95076bf2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 115, '{Der,kom,800,soldater,til,filmen,.}', '{0,0,0,0,0,0,0}', '61a41c87a1c196e338ac0471dcf97703', '949c2de1d8686efced323009e38fdd1a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 116, '{Hvem,ringede,til,Liv,Lolk,tidligt,om,morgenen,?}', '{0,0,0,1,2,0,0,0,0}', '1492c3d959e8679aa34f410cb976b620', '9c4e1bded73e7c96f913ef33cca38915', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 117, '{”,Jeg,elsker,Lemvig,”,",",hævder,landmanden,Liv,Stougaard,.}', '{0,0,0,5,0,0,0,0,1,2,0}', 'fec0b639b155d4de9afbe933ab84e274', '72b18535ec3a46dae1771e9ff2c3f2ce', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 118, '{Hvem,ringede,til,Liv,Lolk,kort,før,midnat,?}', '{0,0,0,1,2,0,0,0,0}', 'e717640536e5ba3052b9fbc0e562ba94', '70f90247acf664fd0fe51ac9cec85cd2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 119, '{I,onsdags,besøgte,Mikkel,Aagaard,Hvidpartiet,i,Kronlund,.}', '{0,0,0,1,2,3,0,5,0}', '8557651f2fa6465b155b2c0b261eb6cf', 'de99a1f76bf3b491e93f9ad8cd485ca3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 120, '{Da,Lars,Trolle,kom,hjem,fra,Birklund,",",var,alt,forandret,.}', '{0,1,2,0,0,0,5,0,0,0,0,0}', '8ace87f9e0762d9f464ba282610fa697', '634190be72570df396efd76b8c3729bf', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 121, '{Fonden,Radio,Bøge,henter,Cecilie,Winther,i,Store,Rørbæk,.}', '{0,3,4,0,1,2,0,5,6,0}', '43c3d13c4d321054d9abff55e083e58a', 'fbc2c86df262939885dfd905991f1f36', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 122, '{DLRs,hovedkontor,ligger,i,Dalbæk,.}', '{3,0,0,0,5,0}', '121df13d556e9ce9d09f5485817dfb2d', '1d939ca34bcf120aa85ada4722d5c81f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 123, '{Tunnelen,er,blevet,renoveret,for,tolv,millioner,kroner,",",påstår,Søren,.}', '{0,0,0,0,0,0,0,0,0,0,1,0}', 'f8702486c7324352499e02d4fb45ef3a', '7987cdc2c8b00a93e90b5a45e5a9d1f9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 124, '{Søren,Riis,kender,ikke,Josefine,Thomsen,.}', '{1,2,0,0,1,2,0}', '4357a3e975edaeaaf17683dd80430970', 'a14c8f040410e2f9fe533877307cc763', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 125, '{Kaas,og,Sønner,trækker,forslaget,tilbage,efter,kritik,fra,Julie,Stougaard,",",påstår,Cecilie,Winther,.}', '{3,4,4,0,0,0,0,0,0,1,2,0,0,1,2,0}', '660b91be5d38603180b46f6b700e6bf4', '83c2f755e36a55e6eb3f3de94ad96f22', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 126, '{Signes,nye,bog,udkommer,hos,Hede,Hospital,.}', '{1,0,0,0,0,3,4,0}', 'f66e0b45c35aba54dea3f5c75f066cad', '4256658a75833d144841038ba2ade72f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 127, '{Turister,i,Vesterløse,spørger,tit,efter,biblioteket,",",og,det,glæder,Liv,Lolk,.}', '{0,0,5,0,0,0,0,0,0,0,0,1,2,0}', 'bc58beb7d6c2814b743485dc165cd670', '7fdf1c6d9c08c0f184eff6d99dd7216e', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 128, '{Klubben,Randers,har,60,ansatte,i,Stenrup,.}', '{0,3,0,0,0,0,5,0}', '9d695dcb7a7a1a49a05998f59ae732f2', '9ce0684ff33dcdc10e7e8c526c2a967f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 129, '{Tilbuddet,fra,Teatret,Vester,gælder,kun,i,Sorø,.}', '{0,0,3,4,0,0,0,5,0}', 'c4d09eec0bd65fba750e877b4a0d04ff', '02efc3423fbd682aba78c5c8f93c1064', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 130, '{Rederiet,Havn,køber,foreningen,Eskesen,A/S,.}', '{3,4,0,0,3,4,0}', 'bd9dc6fbf1143884b1fe069c7b7d8f4e', 'd507a6a974f93410a8b0e5e71f18dff1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 131, '{Det,regnede,hele,dagen,",",og,tre,soldater,blev,hjemme,.}', '{0,0,0,0,0,0,0,0,0,0,0}', '20882693b7e3dc9f25e4d152b5da9f42', 'ca1e84f81f5796647afe525ba5a775c2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 132, '{Borgmester,Emil,Nørgaard,bor,nu,i,Nykøbing,Falster,",",skriver,Sand,Universitet,.}', '{0,1,2,0,0,0,5,6,0,0,3,4,0}', '6e4a26e56d5b5a85335c1a0748eb67ac', 'e98563ff07132d30673139e68fadd7ba', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 133, '{Steen,Bundgaard,blev,valgt,til,ny,skuespiller,i,Ulve,Apotek,i,modsætning,til,Skagen,.}', '{1,2,0,0,0,0,0,0,3,4,0,0,0,5,0}', 'f73890d5e70b0b7f175f7389a3c743b2', '25fa25937126d804fdb21a85960e038b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 134, '{Se,operaen,med,Henrik,Haugaard,",",hvis,du,er,i,Brønderslev,.}', '{0,0,0,1,2,0,0,0,0,0,5,0}', '4a1e2e39369bd1a2185a22dac73bd18b', '21da3fa5635b7ee3df4347511d682a48', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 135, '{Hvornår,åbner,Musikernes,Forbund,i,Stenrup,?}', '{0,0,3,4,0,5,0}', 'bbd2f9f2c99c531b09bb4f581343da71', '4edea51f5bfb9ffd1fbf654669adcc61', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 136, '{Teatret,Hvid,vandt,otte,-,tolv,over,Kron,Rejser,for,nylig,.}', '{3,4,0,0,0,0,0,3,4,0,0,0}', 'e2d0ab8db26be84ce26d284deb6d59e0', 'ba6ab92722525a9ec68c161657bc7dd7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 137, '{Kasper,Holm,blev,gift,med,Carlsen,i,Holbæk,ligesom,Jakob,Bonde,.}', '{1,2,0,0,0,1,0,5,0,1,2,0}', '0fdafd21681eefb901706056d98f14b8', 'f60e1cab872fd763f1394b9a2ea5a24d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 138, '{Bøge,Universitet,og,Stenby,Kommune,har,underskrevet,planen,.}', '{3,4,0,3,4,0,0,0,0}', 'f94e30ffc3fc48d18e740f07ea589812', 'a411542569567fb931048ff53e413e3a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 139, '{Jeg,savner,Nørre,Lærkeby,",",når,jeg,er,i,Store,Dalby,i,modsætning,til,Nørre,Daldrup,.}', '{0,0,5,6,0,0,0,0,0,5,6,0,0,0,5,6,0}', 'bc46311d17fcfe9535e52b4209cf7dea', '2439d2c1d6a7b51d00ad1c38fc850008', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 140, '{I,lørdags,fandt,patienten,Dorte,Markussen,fem,batterier,i,Store,Birkager,.}', '{0,0,0,0,1,2,0,0,0,5,6,0}', '69abd6cb345d49e38d49b8a4e2973ec5', 'ecf23bbadfe37afa18552a3b6336621c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 141, '{Sidste,år,fandt,kunstneren,Sofie,Juul,1200,traktorer,i,Costa,Rica,på,grund,af,vejret,.}', '{0,0,0,0,1,2,0,0,0,5,6,0,0,0,0,0}', 'de6a37eda18e1d6a8f0f1bb1ad42d712', '821b9462c788f77a6e7b92d62ab7c770', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 142, '{Kun,fire,borgere,læste,artiklen,.}', '{0,0,0,0,0,0}', 'f688b0f50c445b61cd6c808a39153a11', '77aa6e12cb35f6e01c2dd65ee24e2068', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 143, '{Lærkeager,IF,fyrer,60,medarbejdere,i,Kronløse,.}', '{3,4,0,0,0,0,5,0}', 'c192afcf1fcaa427732266880ed98d16', '60976cf0015b936d0b2dbcd2964ed657', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 144, '{Kun,fire,musikere,læste,budgettet,.}', '{0,0,0,0,0,0}', '329b64297465c56e8ebe28190b664b3e', '8ae8e6b918b7e392ce1b91271e857b60', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 145, '{”,Vi,køber,ikke,Strandbanken,”,",",forklarer,talsperson,Josefine,.}', '{0,0,0,0,3,0,0,0,0,1,0}', '41c49f9a209a5b2b4584a9c23c64d731', '25c04464523e4ad8d5f428df772015a8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 146, '{Tilbuddet,fra,Boldklubben,Sønder,gælder,kun,i,Nørre,Engrup,.}', '{0,0,3,4,0,0,0,5,6,0}', '2ce601b7c96948fbadcfe8c458e154a2', '56cdb3bda574ce21d36a3549241275d9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 147, '{Kun,tyve,studerende,læste,rapporten,.}', '{0,0,0,0,0,0}', '491115bb38636b41bd24d4ccd904b0ef', 'cfd89cea4d60c64348598d3f360674e4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 148, '{Avisen,Sønder,Gymnasium,har,37,ansatte,i,Rom,trods,advarsler,fra,Kron,Rejser,.}', '{0,3,4,0,0,0,0,5,0,0,0,3,4,0}', '54c6dfde7a376500c66c960cac47a84c', '156f8c23c8b5610ae735dd6654befd98', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 149, '{Ifølge,fonden,Bøge,Universitet,bor,Camilla,Bjerre,i,Nørre,Strandhøj,.}', '{0,0,3,4,0,1,2,0,5,6,0}', 'd2885ef97a1fbedd270924743f3a4b6e', 'eb65f9b8a5db8df36873c95f1c30ba83', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 150, '{Svane,Apotek,fyrer,75,medarbejdere,i,Ringsted,.}', '{3,4,0,0,0,0,5,0}', 'c863254e66fc3addb467dd6523cd2467', '625a3ad8886f88e794e27a152dfdaabe', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 151, '{Ifølge,advokaten,Sanne,Haugaard,er,parken,en,skandale,.}', '{0,0,1,2,0,0,0,0,0}', '7e50b5d7806d1e75dc0dfbed873e48c9', '4e6d5d785f265ab1240f2c849d68f7c7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 152, '{Svømmeren,Henrik,Balle,arbejder,hos,fonden,Sten,Apotek,.}', '{0,1,2,0,0,0,3,4,0}', '536e3980504fc35166f9e113ce22c6f3', '15b7717881b3b6c7a66c76711b4e3782', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 153, '{Festivalen,i,Nykøbing,Falster,åbnes,af,Maria,da,Silva,.}', '{0,0,5,6,0,0,1,2,2,0}', 'db9784538f88c7209588968b1a7b7e84', '6a557965c519d11a541ebf278bd09867', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 154, '{Der,kom,fem,gæster,til,filmen,.}', '{0,0,0,0,0,0,0}', '31a62038161d2d4eb0e474a3a3023a65', '8c9eee4df3075ce0f131ab11e18679a5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 155, '{Vi,cyklede,til,Nørresundby,klokken,14,.}', '{0,0,0,5,0,0,0}', 'c8e3e8fa37266281125c92b8655c1d3e', '54dcc40c6f9b3fe321c8b206119f6189', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 156, '{Det,er,Bent,Bruun,",",der,har,lavet,koncerten,i,turistbyen,Nørre,Hindested,.}', '{0,0,1,2,0,0,0,0,0,0,0,5,6,0}', '3d14960ae988d20e214728ed15692942', 'bf7a5ea07caf16ee9e78a01841cfb8d8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 157, '{I,foråret,slog,Kirkefonden,rivalerne,fra,Store,Bjergdrup,.}', '{0,0,0,3,0,0,5,6,0}', 'ff18b3ba90a8fd60c0c89d3c9a8ee8cb', '8580ea312d4aa0de74b211e464513693', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 158, '{Krogh,overtager,broen,efter,Frederik,Busk,uden,at,forklare,hvorfor,.}', '{1,0,0,0,1,2,0,0,0,0,0}', '45c92603affaeb8e3643abb859ee541b', '88656139cdbd202ed066727834fe10ac', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 159, '{Hvem,ringede,til,Emil,Laursen,i,onsdags,?}', '{0,0,0,1,2,0,0,0}', '8099d977d6fbc18da21405e05d83f739', '73791861b4ae639cf6fe32d6d9ef2f8b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 160, '{Claus,Overgaard,kender,ikke,Holm,efter,lang,tids,debat,.}', '{1,2,0,0,1,0,0,0,0,0}', '70868bc6f22e23090e40a2d6593d88a2', '1313e15893ad31c599b154b805aaccce', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 161, '{Tunnelen,i,forstaden,Store,Hedeløse,har,fået,120,nye,bøger,.}', '{0,0,0,5,6,0,0,0,0,0,0}', '837d8103681135e89895539961b0c386', '469aa7f858ce77f296b10d68dc697c2b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 162, '{Kunderne,er,trætte,af,Kløver,Møbler,A/S,",",påstår,Ulla,Hoff,.}', '{0,0,0,0,3,4,4,0,0,1,2,0}', 'abf4755741750ec7c8551b1d8ed823dd', '5b9322c5ace940326d499c4e0a1e01b0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 163, '{Ifølge,sangeren,Freja,Thomsen,er,vindmøllen,en,skandale,.}', '{0,0,1,2,0,0,0,0,0}', 'f27f479696ecb8f1bf8cc23443ac9b50', '782c6870bb4e92b59afb0ba316e43283', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 164, '{”,Vi,sælger,ikke,Ravn,Data,A/S,”,",",fortæller,talsperson,Gunnar,Bisgaard,ligesom,Liv,Busk,.}', '{0,0,0,0,3,4,4,0,0,0,0,1,2,0,1,2,0}', 'd06aca12f774ce6753ec81a5a5ff267f', 'b169761a199c966165ab7a645ac75c36', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 165, '{Erik,Bundgaard,",",Villads,og,Sofie,Juul,skal,synge,i,Nørre,Ulveløse,.}', '{1,2,0,1,0,1,2,0,0,0,5,6,0}', '3c8ea6c91571fde16ec882cd16c50770', 'd42cccf0a9a19446353bf3f68c2b0db9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 166, '{Formand,Rikke,Dalsgaard,forklarer,",",at,kontrakten,er,forsinket,på,grund,af,vejret,.}', '{0,1,2,0,0,0,0,0,0,0,0,0,0,0}', '0a63135348cde443a934846f522be964', '08f0fdc12eecf571a7061334d129492f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 167, '{Ansøgningen,skal,sendes,til,Sol,FC,.}', '{0,0,0,0,3,4,0}', '2bfe0292f42b2b5d2c86e18413cb6389', '0821b7a4e4439dfbb7c4116a21dffd57', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 168, '{Bodil,Fog,har,sagt,op,hos,Bøge,FC,",",påstår,Liv,Stougaard,.}', '{1,2,0,0,0,0,3,4,0,0,1,2,0}', '31551c816dfe9d1a7b935af382c36e96', '52d85042b52efc20fd8567eeba31ece9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 169, '{Hvorfor,flyttede,Signe,ikke,til,Hirtshals,?}', '{0,0,1,0,0,5,0}', '02a16425fdf35b72d92031ed8a4b8885', '37fb339731c7eef9220363d27f567859', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 170, '{Det,koster,48,kroner,at,rejse,til,Frankrig,.}', '{0,0,0,0,0,0,0,5,0}', '5e55a9d2083a87a1b1d06bf94059e0cd', 'dd305a07a537d78a3f833e7d48ed0df2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 171, '{TV,Kirke,støtter,foreningen,Birk,Møbler,A/S,på,grund,af,vejret,.}', '{3,4,0,0,3,4,4,0,0,0,0,0}', 'c6fbeaf632f2b3758e568b53a14e82e5', 'a69fa44cf89a312933fc8c8b74116142', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 172, '{Vi,bor,i,turistbyen,Nørre,Svanesund,.}', '{0,0,0,0,5,6,0}', 'da6d3244ecec22ecc1a9ba7deddf0270', '009bbc78348725b54dd98a482ab95505', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 173, '{Dal,Universitet,søger,350,turister,til,forestillingen,.}', '{3,4,0,0,0,0,0,0}', '933dced4530cd14c8615ad3f3d84ddcd', '0430df180e52b086c8c41406d92676cc', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 174, '{Sagen,mod,Eskesen,og,Sønner,begynder,i,Oslo,.}', '{0,0,3,4,4,0,0,5,0}', '6b17c2d1e5ca7a27bfeb0f998fb4789d', '48e526006f1d3123e14b4e4ae8dd401b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 175, '{Tove,Overgaard,kender,ikke,Josefine,Thomsen,.}', '{1,2,0,0,1,2,0}', '92c3d72a178f0fcf70fe24ff91da5643', 'e2775dfbcb9c44738628ccacbce1c647', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 176, '{Dal,Universitet,har,købt,350,møbler,af,Kløver,Møbler,A/S,uden,at,forklare,hvorfor,.}', '{3,4,0,0,0,0,0,3,4,4,0,0,0,0,0}', 'f3ec586dba5737cf75f7288e1e78510a', 'f2e0c45630af1d1a5bc5da4c8a87a642', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 177, '{Jeg,savner,Costa,Rica,",",når,jeg,er,i,Nørre,Svanebæk,.}', '{0,0,5,6,0,0,0,0,0,5,6,0}', 'f54d01b6754201e33985134f6ef19849', 'e2e8dd9f259b8b974bb2c49f84128c67', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 178, '{Formand,for,Sol,Apotek,er,Bent,Brandt,.}', '{0,0,3,4,0,1,2,0}', '7234f019c077aa7af7a0e1dfbdfdd9ee', 'b7c6f81b71cb6fc54ec8315bcf4857d0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 179, '{Sagen,mod,Sten,Tidende,begynder,i,Nørre,Svanesund,",",hører,man,i,Sverige,.}', '{0,0,3,4,0,0,5,6,0,0,0,0,5,0}', '50902e603d442d6882b280d84e9bfb93', '640b6f8b8fb4c6a7c4e3df2bf3540141', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 180, '{Banken,Havnbanken,vandt,over,foreningen,Sten,Apotek,i,Store,Hedeholm,.}', '{0,3,0,0,0,3,4,0,5,6,0}', '4af6974afb232bbc6d050d89fb2a3b6b', '4104c9ce3fef02bd3775a3a8d832d0c6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 181, '{Formand,Hanne,Mølgaard,fortæller,",",at,strategien,er,forsinket,efter,lang,tids,debat,.}', '{0,1,2,0,0,0,0,0,0,0,0,0,0,0}', '16a179e56b297f7ed9c9fc1d33544d1a', '7f3cdb64b22b1a803894f4ab805a1a8d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 182, '{Derfor,støtter,Skytte,A/S,nu,foreningen,Bøgh,og,Sønner,.}', '{0,0,3,4,0,0,3,4,4,0}', '11a3a77b8dc1da65b89be0a378a4e3cf', '0ca40fbb5fa6a43655ee5b5c442c91ea', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 183, '{Banken,Mølle,Data,A/S,vandt,over,klubben,Hinde,Gymnasium,i,Birklund,uden,at,forklare,hvorfor,.}', '{0,3,4,4,0,0,0,3,4,0,5,0,0,0,0,0}', '681c7dd416525597382ad925adbb4e79', '1fa8c4bbf00846c9a05edec60888d55c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 184, '{Virksomheden,Teatret,Hvid,henter,Steen,Dam,i,Tønder,.}', '{0,3,4,0,1,2,0,5,0}', 'fb93ebfda69e8a53446f51182589a474', '0e2854e1f0eda3af9a8a3ab08c744f25', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 185, '{I,Store,Engborg,er,240,pensionister,blevet,evakueret,.}', '{0,5,6,0,0,0,0,0,0}', 'd1f0b250d234e7416cd479923c1a43ad', '56f484922e83f6d9e06718e875c17b8f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 186, '{Partiet,Bisgaard,A/S,har,120,ansatte,i,Nørre,Bøgeborg,.}', '{0,3,4,0,0,0,0,5,6,0}', 'd8bb384c2b90c9c8ced6cc72cb5fa6bd', '1970c00a71165d32638f435e12bf7cdb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 187, '{Gunnar,Bisgaard,",",der,er,borgmester,hos,Svane,Apotek,",",afviser,kritikken,",",hører,man,i,Rom,.}', '{1,2,0,0,0,0,0,3,4,0,0,0,0,0,0,0,5,0}', '5f4fdb65413352c0b81452e08697b3da', '7b4ce98030851e8274a6e6c1c240b6e5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 188, '{Se,operaen,med,Pernille,Dam,",",hvis,du,er,i,Kløverdrup,.}', '{0,0,0,1,2,0,0,0,0,0,5,0}', '8158edd217c675d42c6c30a4aa42dd1c', 'f8aec265d4a28b9e863ed239c93eda8d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 189, '{Tilbuddet,fra,Sand,Universitet,gælder,kun,i,Roskilde,uden,at,forklare,hvorfor,.}', '{0,0,3,4,0,0,0,5,0,0,0,0,0}', 'e01bf7b539fb3e54c22654f91e648f52', 'b3f003c4f9ace932bf860fd52e60c4b3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 190, '{Ulla,Bruun,blev,gift,med,Freja,i,Silkeborg,.}', '{1,2,0,0,0,1,0,5,0}', 'e051f29c359c76fb7648aa2bd1bcee5a', 'c06addc6ee97ba3a9a140f731f63ac20', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 191, '{Mødet,holdes,i,Sydafrika,",",skriver,Ulve,Apotek,.}', '{0,0,0,5,0,0,3,4,0}', '6bfbe6226e4c42444d355fa8682ebd90', '8b85cf8ea3c5e4d21e317e3c066c4197', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 192, '{Schou,og,Sønners,hovedkontor,ligger,i,Roseholm,.}', '{3,4,4,0,0,0,5,0}', '997d1318f7ff86db67ca5de60004b73e', '94d51a658d7edb2251ae1de6b35c3895', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 193, '{I,Store,Hindeløse,bor,der,kun,fem,familier,",",og,det,glæder,Josefine,Skytte,.}', '{0,5,6,0,0,0,0,0,0,0,0,0,1,2,0}', '244784b92822ee1d91e7f77bcd0808dc', '3c792199699010b1bac853538ba1a6d1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 194, '{Jeg,savner,Store,Dalby,",",når,jeg,er,i,Thisted,.}', '{0,0,5,6,0,0,0,0,0,5,0}', 'f8f198fdf2c978ec2eb2db7d1bae31a3', '57566b95a2fc23c7ec535e9dc62b6b00', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 195, '{Bodil,Krag,og,Asger,Nissen,mødtes,i,Nørre,Grønborg,i,vinters,.}', '{1,2,0,1,2,0,0,5,6,0,0,0}', '5a6a7c439dc3a9a343b4e73356526d50', 'd2db113203699490bbb7f3210d6d8be3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 196, '{Svane,Apotek,sender,15,traktorer,til,Nørre,Hvidløse,.}', '{3,4,0,0,0,0,5,6,0}', '5865ce3babb766e2b9a8382ee2b8a431', '24cfbb0f39f99395eb0ef445576be80b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 197, '{Nanna,Fog,har,sagt,op,hos,Kløver,Transport,efter,lang,tids,debat,.}', '{1,2,0,0,0,0,3,4,0,0,0,0,0}', '29c249df1d239fa80e6c3abd2ee37742', '5ab236fcf9a2a1c56c1ec14767ac5cd3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 198, '{Vi,bor,i,havnebyen,Store,Hvidløse,",",og,det,glæder,Hanne,Ottesen,.}', '{0,0,0,0,5,6,0,0,0,0,1,2,0}', '4668a0b899a809742ec161baca8d9837', '1adc77816dd1c22aa1663a6cb7b7e9a4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 199, '{Ansøgningen,skal,sendes,til,Birkbæk,Kommune,.}', '{0,0,0,0,3,4,0}', '10f5f12d12dc8a90d49a0d17ecb50be4', '9a200f567b321607e4ea16e588b40c0e', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 200, '{Hos,Birk,Hospital,arbejder,også,Svend,Agerskov,og,Sofie,Bech,",",hører,man,i,Nørre,Svanebæk,.}', '{0,3,4,0,0,1,2,0,1,2,0,0,0,0,5,6,0}', 'a5b11076cc8aeb1409a30a64981ab47e', '6e5aa7fda46c400d77df0c8f93fb94fa', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 201, '{Hos,Fjord,Tidende,arbejder,også,Jakob,Haugaard,og,Freja,.}', '{0,3,4,0,0,1,2,0,1,0}', '3a0041cf74ad1f8c7149dbeeafadebcd', '25aab7a48fe1ea80821cd4bfa7a3dd26', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 202, '{Jensen,Arkitekter,støtter,teaterstykket,med,otte,kroner,.}', '{3,4,0,0,0,0,0,0}', '901c91f5252a9b27f982bbf240ad6463', 'd0fd5c324d2e9dad592e05584402612d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 203, '{Det,er,Søren,Riis,",",der,har,lavet,dokumentaren,i,landsbyen,Store,Solsund,i,modsætning,til,Roseholm,.}', '{0,0,1,2,0,0,0,0,0,0,0,5,6,0,0,0,5,0}', '5ad819d9bfa6c0def9e0227582401fb5', '6b0d1e3e728111625c8e77985e48d513', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 204, '{1200,soldater,demonstrerede,i,Kronrup,mod,Lærke,Energi,A/S,.}', '{0,0,0,0,5,0,3,4,4,0}', 'c24fcd3aa139eee4b2e0f4578d598878', 'bef2ac6777ac0ff102b05dca8b43a65c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 205, '{Kunderne,er,trætte,af,Boldklubben,Brand,.}', '{0,0,0,0,3,4,0}', '1ad22f7cd380045bafee0ee6ea04b0f8', '539885e4c3bbbbba2d7b06ea12764b27', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 206, '{Branden,i,Store,Hedeborg,ødelagde,teatret,tidligt,om,morgenen,.}', '{0,0,5,6,0,0,0,0,0,0}', '0e1c5fe9ad269a88455ec1bcf9e762d4', '62b100794ba9b29f4e941d931f7cfc3f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 207, '{Uden,Birgitte,Hoff,taber,Skytte,A/S,75,-,otte,på,grund,af,vejret,.}', '{0,1,2,0,3,4,0,0,0,0,0,0,0,0}', '01d63aa214d26e23525398bbb58d09a7', '19e5b032a17907ec1988e8113ae3916b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 208, '{Viggo,Nissen,og,landmanden,Svend,Duus,sejlede,til,Nørre,Bjergager,.}', '{1,2,0,0,1,2,0,0,5,6,0}', '844493f818b361f466ff1e86f5f8574d', '991f6d99283b8bae50bcaf2a6c8adb84', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 209, '{Da,Bent,Ottesen,kom,hjem,fra,Nørre,Strandhøj,",",var,alt,forandret,.}', '{0,1,2,0,0,0,5,6,0,0,0,0,0}', '9ab9b25ee7d6cd2ca0fea42af87d3bf2', '561498c8e1929b1e319c1b5ab00ef4f6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 210, '{Ifølge,partiet,Fjord,Gymnasium,bor,Dahl,i,Birk,.}', '{0,0,3,4,0,1,0,5,0}', '52488652204331ffec04a9fddbe675ac', '839b397dfffb94da9d54e0145cf16a90', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 211, '{Sygehuset,i,havnebyen,Store,Bjergsund,har,fået,75,nye,computere,.}', '{0,0,0,5,6,0,0,0,0,0,0}', 'd141fd440694b805dd13de28e8cb2cc9', 'cd732ad57cfacabff8d0b531db8fe2d7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 212, '{Vindmøllen,i,landsbyen,Store,Strandager,har,fået,otte,nye,batterier,",",skriver,Hede,Hospital,.}', '{0,0,0,5,6,0,0,0,0,0,0,0,3,4,0}', '3ed9ba3b0fb2c937595828d37f852a6c', 'f2032bb5e4c4ef89368488ca2b7e0f7a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 213, '{Foreningen,Mejeriet,Skov,henter,Holger,Wissing,i,Nørre,Alslev,.}', '{0,3,4,0,1,2,0,5,6,0}', 'c4c14880c842a5ba9e89592894ef7d54', 'f757ed3cb99cf6f094e7e1525ef2a7d6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 214, '{800,køleskabe,blev,stjålet,fra,Teatret,Sol,i,sommers,i,modsætning,til,Hedeholm,.}', '{0,0,0,0,0,3,4,0,0,0,0,0,5,0}', 'b2437cd9f03ccb1bcf6a9dc34b66cc8d', 'acb41ff7c5700d4ce015f65f4c5ac3b5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 215, '{Frederik,Busk,har,sagt,op,hos,Kronbanken,.}', '{1,2,0,0,0,0,3,0}', '29ba06a5412729167f3f0f5644ac4b2a', '51578563f283e98d760fd921e3286099', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 216, '{Efter,37,år,i,Møllehøj,flytter,Lars,Lange,til,Sandholm,.}', '{0,0,0,0,5,0,1,2,0,5,0}', '0aeac85c9c9c527a1c31a24085abe385', '8cadb65fa0ef67e47549acc8fbe67755', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 217, '{Henrik,Haugaard,overtager,biblioteket,efter,Lise,Nissen,uden,at,forklare,hvorfor,.}', '{1,2,0,0,0,1,2,0,0,0,0,0}', '2cb5817a9e0891a323166ca4fefbb165', '5faee2ff2899b342f268db3616014606', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 218, '{Josefine,Hjort,har,sagt,op,hos,Brandfonden,",",hører,man,i,Rom,.}', '{1,2,0,0,0,0,3,0,0,0,0,5,0}', '64df073df72780cc0bb1d2fc549a0015', '54a19f51c2b5bc3362a233cd6675bf77', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 219, '{Liv,Lolk,overtager,kirken,efter,Magnus,Mølgaard,.}', '{1,2,0,0,0,1,2,0}', '0ff53af5804bdcdb8dc316b1c560d2ef', '8c9896f4d938757de37885294d974c09', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 220, '{”,Jeg,elsker,Østerager,”,",",fortæller,patienten,Anders,Bruun,.}', '{0,0,0,5,0,0,0,0,1,2,0}', '508596deb16b5aef93d09149ade9e365', '2bb790dede6984b8bd42af50f457ef0c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 243, '{Hvornår,åbner,Bøge,FC,i,Østerager,?}', '{0,0,3,4,0,5,0}', '3885decbaff4ade18b6281504fae1469', 'fe9e7f84c316aceb9a4ed7c35a384061', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 221, '{Niels,Lange,blev,valgt,til,ny,kaptajn,i,Carlsen,uden,at,forklare,hvorfor,.}', '{1,2,0,0,0,0,0,0,3,0,0,0,0,0}', '80c8069d711c7e1e7228c39a6a84ba90', '08d65e1ba914d4e7458a9f844f879b63', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 222, '{Har,avisen,Rederiet,Havn,flere,møbler,i,Store,Bjergdrup,?}', '{0,0,3,4,0,0,0,5,6,0}', '124a393618476d726af8a6903f8e9f14', 'fd81d8a369176c5eca1a2c08eb939a6e', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 223, '{Det,er,Kasper,Ibsen,",",der,har,lavet,udstillingen,i,forstaden,Frankrig,.}', '{0,0,1,2,0,0,0,0,0,0,0,5,0}', '17f0d3c48577528cb73193604b647c92', '6a1ba50a7d02ae13c2805d607bdad4f7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 224, '{Uden,Niels,Bonde,taber,Hvidsund,Kommune,24,-,fem,",",skriver,Forlaget,Kløver,.}', '{0,1,2,0,3,4,0,0,0,0,0,3,4,0}', 'ea5f4bdcc2c5f967c90d5a4b3458061e', '6ff8297d5deab4230e2c7cb4ef5559d2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 225, '{Forlaget,Sten,har,købt,to,cykler,af,Bech,og,Sønner,.}', '{3,4,0,0,0,0,0,3,4,4,0}', '26d3e21cfaee60296860bebfc305b757', '31f5b54080a05ba31958cec0169e9675', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 226, '{Formand,for,Hede,Hospital,er,Karen,Lange,i,modsætning,til,Store,Solsund,.}', '{0,0,3,4,0,1,2,0,0,0,5,6,0}', '05b58e0cc86e1a67779c28bf7b570fa3', '413111c99ff1763205b8b937b833225d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 227, '{Fonden,Svane,Transport,åbner,i,turistbyen,Nørre,Kirkeby,.}', '{0,3,4,0,0,0,5,6,0}', 'fef216f48125f01625c000c05159de5f', '835fc9a2c19c08adb2fbb3b2098bc829', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 228, '{Ifølge,patienten,Camilla,Bjerre,er,teatret,en,skandale,.}', '{0,0,1,2,0,0,0,0,0}', '5f9761b00599972b38c583d99240717d', '11921f1dd8e8a7ff88eb307e2c06295c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 229, '{Ege,Møbler,A/S,flytter,produktionen,fra,Nørre,Skovsund,til,Hedeholm,.}', '{3,4,4,0,0,0,5,6,0,5,0}', '469e8c1e1f751c86439f5a74bb86b7d8', 'c404161cf2fa8720904f8f33349294bc', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 230, '{Ifølge,Grøn,Apotek,stiger,priserne,i,Hvidhøj,",",påstår,Freja,Juul,.}', '{0,3,4,0,0,0,5,0,0,1,2,0}', '3e3ebae65d3f0e85b66f0b766ce0f130', '6e9b9d8722a2856284bef65adefbb77f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 231, '{Jensen,Arkitekter,trækker,forslaget,tilbage,efter,kritik,fra,Anders,Lolk,.}', '{3,4,0,0,0,0,0,0,1,2,0}', 'a5bf4297fcc48ef6092b14a4b7b62626', '0cd484edad317935d2d59987c88f2d63', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 232, '{Politiet,har,talt,med,350,musikere,fra,Boldklubben,Ulve,",",påstår,Sofie,Rosendal,.}', '{0,0,0,0,0,0,0,3,4,0,0,1,2,0}', '8c3c46437b26a1f47df585e6502df246', '9f2604b077241b6729da7dec9a077e41', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 233, '{I,Nyborg,bor,der,kun,to,medarbejdere,.}', '{0,5,0,0,0,0,0,0}', '7b04fa42016747bc6d9b67171901fcc5', 'f7a10e2da99e319c4e3a7f63f0442e0b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 234, '{Patienten,Astrid,Rask,viser,sine,billeder,i,Nakskov,.}', '{0,1,2,0,0,0,0,5,0}', 'b367a4fa9d17782a38a608f7e3605a16', '7ca72be14137beecdb4d00e19a6cde40', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 235, '{Bjergfonden,flytter,produktionen,fra,Dalbæk,til,Nørre,Svanehøj,.}', '{3,0,0,0,5,0,5,6,0}', '72f0d7cf4d5b7015e05bcf4961613a7f', 'f5df75a71a134a1e7fba97cc7837c701', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 236, '{Branden,i,Store,Hvidhøj,ødelagde,vindmøllen,i,torsdags,",",påstår,Freja,.}', '{0,0,5,6,0,0,0,0,0,0,1,0}', '4c869f9a1173aee4c8f346d0cc22ef0a', 'c93eed07ac159ae1ae71324b5d20d9f0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 237, '{”,Jeg,elsker,Nørre,Snede,”,",",hævder,svømmeren,Josefine,Markussen,efter,lang,tids,debat,.}', '{0,0,0,5,6,0,0,0,0,1,2,0,0,0,0,0}', '10bf2f613dffeddd4619c7a8930fe5c4', 'a87acf68bb8a64c4274860a88671a60d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 238, '{Politiet,fandt,landmanden,Ulla,Bruun,i,Nørre,Daldrup,i,weekenden,.}', '{0,0,0,1,2,0,5,6,0,0,0}', '618f9d63950d9e8e8eb57ab83bf10972', 'e86371cdfc9c40650b1cafa90a4b59d5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 239, '{Hvorfor,kørte,Søren,Amdi,ikke,til,Strandrup,?}', '{0,0,1,2,0,0,5,0}', '57b3881a3257846e053effe4d31f33fc', 'c078d52fe1ea2cc97f988c73b3236a5a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 240, '{Retten,i,Nørre,Brandholm,dømte,Camilla,Lolk,til,48,måneders,fængsel,.}', '{0,0,5,6,0,1,2,0,0,0,0,0}', 'f904df542d2d1b49e55c67763a958351', '6ae9c308ea26deb4f5234e48aece1cc7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 241, '{Hvidrup,IF,søger,37,familier,til,udstillingen,.}', '{3,4,0,0,0,0,0,0}', 'de5e8442895783c447985cf13b36b302', '21318f1c5f45e5cbbb97e83f6fa20cec', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 242, '{Julie,Winther,og,Svend,Duus,mødtes,i,Nørre,Skovsund,i,weekenden,.}', '{1,2,0,1,2,0,0,5,6,0,0,0}', '5d3d22a320cee86461840890bdc3572c', 'b9b957f72f0b3f774e91f2faf70a1070', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 244, '{Turister,i,Nørre,Kirkeby,spørger,tit,efter,børnehaven,på,grund,af,vejret,.}', '{0,0,5,6,0,0,0,0,0,0,0,0,0}', '3141a79aebbc7d2c889cb2bf99720cc5', 'b2c431cfa0ca29e874e08fee56bfbfea', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 245, '{I,Sverige,bor,der,kun,tre,elever,.}', '{0,5,0,0,0,0,0,0}', 'cdbccb567114f425c11273e8cd65361f', '92206577e6abf75b97ddcf033cb6db70', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 246, '{Avisen,TV,Kirke,støtter,kirken,med,seks,kroner,.}', '{0,3,4,0,0,0,0,0,0}', 'f4d5c456b4953485ea9c57e6a91d5eb7', '9d27c4380a93d615bc3896c44ddc119a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 247, '{Ifølge,Kløver,Transport,stiger,priserne,i,Nørre,Hededrup,.}', '{0,3,4,0,0,0,5,6,0}', '929435a55bc434f22b21ff5c03980a63', '93e959985db2d6cc96ea27c26cabe754', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 248, '{Hvorfor,kørte,Villads,Krag,ikke,til,Hjørring,?}', '{0,0,1,2,0,0,5,0}', '82f3e16486d1361675c67f6d75c26799', 'd9d4258c3b4eff21cfb7d8bba9659645', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 249, '{Tidligt,om,morgenen,fandt,patienten,Ulla,Hoff,240,bøger,i,Sorø,.}', '{0,0,0,0,0,1,2,0,0,0,5,0}', '9fbff307992bd559bffbd0072446d1d2', 'a6618fba0ff9cecdfd3c2504c16e9589', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 250, '{Ulvefonden,søger,1200,borgere,til,musicalen,.}', '{3,0,0,0,0,0,0}', '73df15255966446187f3b5900c7b27b9', 'c35ab8c5cc3f59f2675804bb14c38581', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 251, '{Vi,bor,i,havnebyen,Store,Østerbæk,.}', '{0,0,0,0,5,6,0}', 'c7cdbd923e9111c1cd345773f52694a5', '7c4dd0acd4902b77f049dcbfb8b09b1b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 252, '{I,Nørre,Solsted,er,ti,borgere,blevet,evakueret,.}', '{0,5,6,0,0,0,0,0,0}', '2cb7f47283c5c2601bdd6c68a9012205', '81e338be1709476f6ee67783a9931310', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 253, '{Det,regnede,hele,dagen,",",og,350,familier,blev,hjemme,.}', '{0,0,0,0,0,0,0,0,0,0,0}', '86453aabf35a5829a4cd8ca840b7ceb9', '5ef829c6beefb88d166b8e65bf2badcb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 254, '{Da,Søren,Riis,kom,hjem,fra,Nyborg,",",var,alt,forandret,uden,at,forklare,hvorfor,.}', '{0,1,2,0,0,0,5,0,0,0,0,0,0,0,0,0}', '65342acaa4daaa326a46d28417497a37', 'ffdc6667bb763a7ffbcb57284757d736', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 255, '{I,Store,Dalby,er,seks,elever,blevet,evakueret,",",og,det,glæder,Magnus,Bundgaard,.}', '{0,5,6,0,0,0,0,0,0,0,0,0,1,2,0}', 'fe568c67c011790b7d4fc5baa89f11fc', 'd56547b15b883c3a72e7820a377574c0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 256, '{Hvornår,åbner,Skytte,A/S,i,Roseholm,?}', '{0,0,3,4,0,5,0}', 'eee00370e2c1c55f9936c64203d18bfb', '46b880bc571636cbbe1be53e865b4e2d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 257, '{Da,Emil,Østergaard,kom,hjem,fra,Nørre,Daldrup,",",var,alt,forandret,.}', '{0,1,2,0,0,0,5,6,0,0,0,0,0}', '4f5793fdb8f2a327fdd05effa5b6e2ff', 'bc2a673a25c116c78a2bf5de6ce17401', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 258, '{I,morges,slog,Hvidrup,IF,rivalerne,fra,Roskilde,.}', '{0,0,0,3,4,0,0,5,0}', 'f15a995712cf7f4213390f022347af4d', 'c88e238078f898de36581478a0c1ba34', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 259, '{Ifølge,Trolle,og,Sønner,stiger,priserne,i,Nørresundby,.}', '{0,3,4,4,0,0,0,5,0}', 'ccbbc2a5574d690d8d4676ac25c87eb6', '6a66c86da485fe47503c42428a767aff', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 260, '{Politiet,fandt,svømmeren,Emil,Damgaard,i,Nørre,Ulveløse,i,morges,.}', '{0,0,0,1,2,0,5,6,0,0,0}', '5aebe5a58e815ea81dee690c9b6cc046', 'dcee52db3dc32c4033d39a370c6e1769', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 261, '{Klubben,TV,Sol,åbner,i,forstaden,Store,Hvidhøj,.}', '{0,3,4,0,0,0,5,6,0}', '1d27d0be8cb2dea0f97966e4e856fd47', 'ab6c89a426a695314d720a4ff9afc06b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 262, '{60,traktorer,blev,stjålet,fra,Sand,Tidende,sidste,år,.}', '{0,0,0,0,0,3,4,0,0,0}', 'e7e6dfa08599d9f99a73538d3eaf0468', '73aa0a9c32c6eff0fc79615a317d8139', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 263, '{Hos,Svane,Transport,arbejder,også,Birgitte,Hoff,og,Astrid,Grove,.}', '{0,3,4,0,0,1,2,0,1,2,0}', '7da3386daa00a96273837c7ccf55d946', 'd976cd7c555d51b3cd57c5e6e7a25012', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 264, '{Boldklubben,Ulve,og,Fjord,Gymnasium,har,underskrevet,budgettet,.}', '{3,4,0,3,4,0,0,0,0}', 'aa58c37e33d7038207d23cc40ea91c0f', '229e45cb497568ea5b75a7307827d491', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 265, '{Har,fonden,Eskesen,A/S,flere,køleskabe,i,Nakskov,?}', '{0,0,3,4,0,0,0,5,0}', 'd5c2e2ac58df74523ec8310ca20b7217', 'f06bcef8256eb8e3c580816f8e78b9af', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 266, '{Lars,Østergaard,siger,nej,til,Vesterrådet,.}', '{1,2,0,0,0,3,0}', '41c01054631e61e037f01d7b1644e8d4', 'df58d4a7a6b04ae275706b25ee3f423b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 267, '{Fra,Tønder,kan,man,se,helt,til,Birk,efter,lang,tids,debat,.}', '{0,5,0,0,0,0,0,5,0,0,0,0,0}', '5660a053e3ad46fc1b02c863982e8cc7', '58657b8d34701f4e90df1e95f7c25827', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 268, '{Uden,Trine,Hedegaard,taber,Kronbanken,60,-,ti,.}', '{0,1,2,0,3,0,0,0,0}', 'b9f76563a2967749774a79074774a520', '8da96b24f8472866125abc1f28d1938f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 269, '{Politiet,har,talt,med,24,frivillige,fra,TV,Kirke,.}', '{0,0,0,0,0,0,0,3,4,0}', 'd419f417369550f7349f62f9f7c9aca7', 'a2a2a549bbe818e7c7c8c1b032858ab8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 270, '{Retten,i,Nørre,Kløverby,dømte,Freja,Thomsen,til,tre,måneders,fængsel,",",hører,man,i,Thisted,.}', '{0,0,5,6,0,1,2,0,0,0,0,0,0,0,0,5,0}', 'df68a0d55a95fcba027c5c74a8ab5ca1', '85d8bcf2108cabed3f92cc2cc92a0864', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 271, '{Mørk,Arkitekter,vandt,otte,-,75,over,Rederiet,Svane,i,vinters,",",hører,man,i,Store,Engrup,.}', '{3,4,0,0,0,0,0,3,4,0,0,0,0,0,0,5,6,0}', '7690bc15b3b9312a07acf0d367516ec2', '017f6ad668f3b98c6aceb971c828ca66', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 272, '{Bussen,kører,ikke,til,Ravnager,om,søndagen,.}', '{0,0,0,0,5,0,0,0}', '34f833f479043d5f9ca69dbbde439ab9', '0fd1333fba93f66924836f7964ef20be', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 273, '{Minister,Morten,Toft,siger,",",at,aftalen,er,forsinket,uden,at,forklare,hvorfor,.}', '{0,1,2,0,0,0,0,0,0,0,0,0,0,0}', '6e3735f1a0e2469ef36064bd43bfd275', '1033432bffd15fdefe59e263c71b85c5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 274, '{Politiet,fandt,svømmeren,Astrid,Grove,i,Kalundborg,tidligt,om,morgenen,efter,lang,tids,debat,.}', '{0,0,0,1,2,0,5,0,0,0,0,0,0,0,0}', '9244426981053a08f6f200818548b2a6', '3a6e2ad31cd6aa8db34294f34af4ca76', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 275, '{Klubben,Lærke,Møbler,A/S,støtter,havnen,med,800,kroner,",",påstår,Karen,Lange,.}', '{0,3,4,4,0,0,0,0,0,0,0,1,2,0}', 'd04c931a50c4e470f462c1ade78e7126', '6907262953cbec4167a0498a82dc3c54', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 276, '{Skagen,vandt,to,-,fem,over,Boldklubben,Sønder,i,efteråret,.}', '{3,0,0,0,0,0,3,4,0,0,0}', '8ce77cb670249c1fa3ff2316a1ab0720', '9599e20a85561960b1f3c484deacf765', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 277, '{Sand,Universitet,støtter,dokumentaren,med,37,kroner,i,modsætning,til,Kalundborg,.}', '{3,4,0,0,0,0,0,0,0,0,5,0}', 'f0dfa7116f275d18881c4f58699f2010', 'ffeed593c8fd394646b1db2ee3752401', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 278, '{Sønder,Rejser,sender,tolv,køleskabe,til,Nyborg,.}', '{3,4,0,0,0,0,5,0}', '6d12e4b141f06185f5c0107b1ddc0b5a', '4e6447bfe2eca4e736de232bef30222a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 279, '{Formand,for,Hede,Gymnasium,er,Magnus,Vestergaard,",",hører,man,i,Vesterløse,.}', '{0,0,3,4,0,1,2,0,0,0,0,5,0}', '45620403ef9e9287409a0e68fe339629', '6cc7c45a2e0de5975be5bd632540a894', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 280, '{Branden,i,Strandrup,ødelagde,broen,i,foråret,.}', '{0,0,5,0,0,0,0,0}', '5519e899b56a3cd4fb00d92b2c8046c6', '3e459da215545078a1d97d0d67a7ac9d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 281, '{Hvorfor,cyklede,Liv,Lolk,ikke,til,Sandholm,?}', '{0,0,1,2,0,0,5,0}', 'e43ca7d3f587fac586e46244ec8fb116', '8a15433c0b21f3fbbf4e42531fe16f34', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 282, '{Strandborg,IF,trækker,regnskabet,tilbage,efter,kritik,fra,Sofia,.}', '{3,4,0,0,0,0,0,0,1,0}', '24110b045688b42d0ca44b4bfe8990d5', '6d646240dd5b2e1a3a92a6982e369d57', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 283, '{Strandborg,IFs,hovedkontor,ligger,i,Hillerød,.}', '{3,4,0,0,0,5,0}', '43166b59e840bf07db14c5615d18bbcf', 'b0f482bc92f1d76870ef7a7f65e17463', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 284, '{Hvis,Signe,vinder,",",bliver,der,fest,i,Store,Sandsund,.}', '{0,1,0,0,0,0,0,0,5,6,0}', 'cde67b65208cf29d5200ac0793f853ca', '611c589f158b00323f9a20496bd8294d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 285, '{Storm,og,naboen,Jørgen,Hjort,sejlede,til,Sønderjylland,.}', '{1,0,0,1,2,0,0,5,0}', '0b63c7541b1397cd0ec0d81437b0b3d6', '0714b55bc5c6040598123ab71e3786b0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 286, '{Hos,Randers,arbejder,også,Karen,Hvid,og,Hanne,Eskesen,.}', '{0,3,0,0,1,2,0,1,2,0}', '29d2ae4148eb2d4b5e7f14d150e9aff6', '683052a2bd9dee0f1ebcd25205fb0e11', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 287, '{Villads,Krags,nye,bog,udkommer,hos,Svane,Transport,.}', '{1,2,0,0,0,0,3,4,0}', '0fd81c618608ea222cb0e387b8f0fda6', '8d8d91bc5ba9eb2eaf2463d5e8a74829', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 288, '{Kunstneren,Rikke,mødte,lærer,Josefine,Hjort,sidste,år,",",skriver,Lærkelund,IF,.}', '{0,1,0,0,1,2,0,0,0,0,3,4,0}', 'a63fdb15f8ef7da0752f976c6d78ab73', '1985645cbf5f8f79d5396ec4dcbe44f0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 289, '{Det,regnede,hele,dagen,",",og,75,studerende,blev,hjemme,",",påstår,Lars,Krag,.}', '{0,0,0,0,0,0,0,0,0,0,0,0,1,2,0}', 'b763487a9b25fc4f2e01cfa543b66cbb', '30c0390527754a27d1c899a368a700e1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 290, '{Freja,Borup,siger,nej,til,Grøn,Energi,A/S,trods,advarsler,fra,Trolle,og,Sønner,.}', '{1,2,0,0,0,3,4,4,0,0,0,3,4,4,0}', '23ef6bbcfa25427f10b8c7adc5f5fb49', '32083888caa16a4e043234fbb264456b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 291, '{Mødet,holdes,i,Nørre,Svanesund,",",skriver,Viborg,.}', '{0,0,0,5,6,0,0,3,0}', '60f597cdb7c89a7a367c73aaac692fa1', 'd32f8a4049b2ca047d44a89d70e05ded', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 292, '{Kasper,Fisker,og,Lars,Juul,mødtes,i,Costa,Rica,sidste,år,.}', '{1,2,0,1,2,0,0,5,6,0,0,0}', '21a69c74bba994542af2e9f8d0ed9f34', 'd65a2666ea8dde0ff4cc8969272ea43a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 293, '{Klubben,Sønder,Gymnasium,åbner,i,forstaden,Nørre,Svanesund,.}', '{0,3,4,0,0,0,5,6,0}', '99a657462f37290f1a96dda9e26eb02b', '043a7d2ef359c9cb02e3ebdc2bf094a6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 294, '{TV,Sol,søger,tolv,soldater,til,teaterstykket,.}', '{3,4,0,0,0,0,0,0}', 'ff8a83b286c5c6c499c2ded8a6b9e27e', 'd0202d22f375a10097d76bd38e62372a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 295, '{Medlemmer,af,Radio,Øster,samledes,foran,havnen,.}', '{0,0,3,4,0,0,0,0}', '4e844e65aac7036ab524928fe50d4cc0', 'dfce9bb527aceaac5362cf62e2420851', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 296, '{Patienten,Jakob,Haugaard,viser,sine,billeder,i,Nakskov,.}', '{0,1,2,0,0,0,0,5,0}', 'c41bbe347ca9304dde6afb2d5d58a2ba', 'd803ff2dff2fd85349b8772f3752fc25', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 297, '{Klubben,Forlaget,Hinde,støtter,vindmøllen,med,to,kroner,i,modsætning,til,Nørre,Sønderlund,.}', '{0,3,4,0,0,0,0,0,0,0,0,5,6,0}', '9cf7479e2c5f664acdd6564a934871f5', '0ad5fdc4777033b4d9d411f330dec47c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 298, '{Ifølge,foreningen,Svane,Transport,bor,Jens,Hoff,i,Vesterløse,på,grund,af,vejret,.}', '{0,0,3,4,0,1,2,0,5,0,0,0,0,0}', '60319c55267de9002fa41722e3da8adb', '70d1dfeb9205c87d6e165fd11e31d30b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.train.v1', 0, 299, '{Efter,800,år,i,Store,Hindehøj,flytter,Bent,Rask,til,Nørre,Grønborg,.}', '{0,0,0,0,5,6,0,1,2,0,5,6,0}', 'dc0b6b387cd2720054651aa9cf50cb1f', 'adb1905fcaa3199ea3d2a995cc686dfb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 0, '{Advokaten,Bent,Glud,bor,i,byen,Nørre,Ravnlund,.}', '{0,1,2,0,0,0,5,6,0}', '0d2cdba3abe3ab39b786c6b680ee4536', 'ed6efa3a0772ce1ee0e6b33526e7f462', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 1, '{Tak,til,Astrid,Kofoed,og,Bjergrådet,for,dokumentaren,",",siger,minister,Nanna,Winkel,.}', '{0,0,1,2,0,3,0,0,0,0,0,1,2,0}', '7af6db889b7efc3a73395d0a2530d781', 'e21eaa991ce7e7d018da9a099e19cea7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 2, '{Advokaten,Villads,Vang,bor,i,forstaden,Østerløse,.}', '{0,1,2,0,0,0,5,0}', '2c01845b9662dcd4151c3bc30343293d', '687b41f450cd1f56e6c4f2d96a6f3433', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 3, '{Nørre,Bøgesteds,gader,var,fyldt,med,pensionister,i,efteråret,.}', '{5,6,0,0,0,0,0,0,0,0}', 'b4b42c616f89be28b5543caa95c93efc', '9344f00418118605753eef209df0c51d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 4, '{Hver,sommer,cyklede,Niels,Blicher,til,Struer,.}', '{0,0,0,1,2,0,5,0}', 'e067d0d6fa3650338a10fe6eb6524c9e', '0cb4079d74ac79e1626f01dfce49c94b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 5, '{Ingeniør,Claus,Ladefoged,kritiserede,Fjordbanken,sidste,uge,.}', '{0,1,2,0,3,0,0,0}', '9c4e96fcacb7cfb6f416714c4279a208', '28f7f6b42dcf2cb2b386d9a4b2fc7f9c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 6, '{Spørg,Astrid,Mørk,",",hvad,Aagaard,og,Sønner,mener,.}', '{0,1,2,0,0,3,4,4,0,0}', '28571de062b553ae3b3e36d4c2812cee', '07a310bb0a9cd99616c486c0acc4601b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 7, '{Minister,Rasmus,Holm,kritiserede,Havn,FC,tidligt,om,morgenen,.}', '{0,1,2,0,3,4,0,0,0,0}', 'cf63430a48be3592395e20fdca1b0d1c', '3b62bbddbfcc44b1c1f6092743cff295', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 8, '{Tove,Mørk,er,født,i,Frederikshavn,og,arbejder,for,Svanerådet,.}', '{1,2,0,0,0,5,0,0,0,3,0}', '93e780204838f824fbd0912c16f8c423', 'd3e62388b24c31741b36299c656c9a61', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 9, '{I,aftalen,hævder,Hedegaard,Arkitekter,",",at,Frederikshavn,vokser,.}', '{0,0,0,3,4,0,0,5,0,0}', '18558b3ea2ffdeacbad0e448099d8497', 'd3de0718bda6b00765b63e1bdb4c2706', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 10, '{Ministeren,mødte,elever,fra,Nørre,Svanested,i,aftes,.}', '{0,0,0,0,5,6,0,0,0}', '2d5af04266762283f0d59bed8f8bc687', '2bdbcaaf980a42908e1065ae4c1291f1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 11, '{”,Det,er,en,god,dag,for,Store,Svaneby,”,",",hævder,Hanne,Skov,.}', '{0,0,0,0,0,0,0,5,6,0,0,0,1,2,0}', '65f605f5148070c3f21d061dec17cb3d', 'd747e59732c1accd7ef4a4e086fcbb9c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 12, '{Spørg,Astrid,Fog,",",hvad,Svanerådet,mener,.}', '{0,1,2,0,0,3,0,0}', 'd1fcda370f1155e3c8c6eb3639704b1e', 'c9f14989dd65ff3e819d6434c41f7e4d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 13, '{”,Lærkebanken,skylder,os,60,kroner,”,",",hævder,Tove,Mørk,.}', '{0,3,0,0,0,0,0,0,0,1,2,0}', '594937fcebb70ad4a670b8db438e2bb0', '768f0c32f278a906a518756b281a5319', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 14, '{Spørg,Villads,Vang,",",hvad,Mejeriet,Strand,mener,.}', '{0,1,2,0,0,3,4,0,0}', '669771fafca45fe099a17d0cb124b9ad', 'ca0ad0c3f34687a35a495cf4742d5484', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 15, '{I,rapporten,fortæller,Skovpartiet,",",at,Store,Svanedrup,vokser,",",siger,talsperson,Tove,Mørk,.}', '{0,0,0,3,0,0,5,6,0,0,0,0,1,2,0}', 'a8e0885d37b877499a4444a70d10a1aa', 'd387c51aa2a65460a3d0ccb956b40d11', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 16, '{Hospitalet,i,Store,Mølleholm,mangler,seks,læger,.}', '{0,0,5,6,0,0,0,0}', 'ec1942497803eab8573883d5ac61cacc', '7c18266f828299d4c71aadfc63dc9221', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 17, '{Søren,Hjort,er,født,i,Store,Bjergby,og,arbejder,for,Havnrådet,.}', '{1,2,0,0,0,5,6,0,0,0,3,0}', 'c6c379b653bc4771a6dc2e554a59cbf6', '535330718cfb7d369d4c2f2f34b3c2aa', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 18, '{Tak,til,Pernille,Klit,og,Bøge,Apotek,for,musicalen,.}', '{0,0,1,2,0,3,4,0,0,0}', 'e0f157f3461e1fb08ed88ce587c3ba95', '8ad8809e45c01b631b1bba023cef427b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 19, '{Hospitalet,i,Store,Sandager,mangler,tolv,læger,.}', '{0,0,5,6,0,0,0,0}', '15d163c974459c1f00d22dcdc1a61c74', '264bfc219e2367ad351d6bcc7166638d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 20, '{Vindmøllen,blev,åbnet,af,Pernille,Klit,i,vinters,",",oplyser,politiet,.}', '{0,0,0,0,1,2,0,0,0,0,0,0}', '4be89b0f0ffb8800ee5a8df7fe7bad5d', '72b63aeae288e14320222d66377b1ac1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 21, '{Borgmester,Esben,Bøgh,arbejder,i,Nørre,Egelund,for,Teatret,Bjerg,.}', '{0,1,2,0,0,5,6,0,3,4,0}', '36a3c9cf1ad3848e532e03a4289d6061', '90a964adb0e3591554c106dc5e4d0435', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 22, '{Niels,Blicher,sejlede,fra,Store,Mølleholm,til,Nørre,Brandsund,på,60,timer,",",oplyser,politiet,.}', '{1,2,0,0,5,6,0,5,6,0,0,0,0,0,0,0}', '54422e8687f4d8062431405ee9312d68', '0c02b2aa8615a5fcd1a640998b8dd793', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 23, '{Advokaten,Steen,Mølgaard,rejste,fra,Nørre,Kløverlund,til,Store,Birkrup,.}', '{0,1,2,0,0,5,6,0,5,6,0}', '75fa79104f4f387605793ec2835ce8a8', 'bcb20dc53871a34f1b703d4f5bf19347', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 24, '{240,studerende,fra,Radio,Rose,så,dokumentaren,efter,frokost,",",oplyser,politiet,.}', '{0,0,0,3,4,0,0,0,0,0,0,0,0}', '6d065946964a32fbab55f5a35f9118d2', 'ad1131e81c5ae82e903630a4106d8940', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 25, '{”,Bøge,Energi,A/S,skylder,os,24,kroner,”,",",forklarer,Mikkel,Rask,.}', '{0,3,4,4,0,0,0,0,0,0,0,1,2,0}', 'c7abb5d6db921dbb3cc81025fa7260b3', '03203843c2353e9fed880f5edcd2a5ef', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 26, '{Lærer,Niels,Blicher,arbejder,i,Nørre,Østerager,for,Aagaard,og,Sønner,.}', '{0,1,2,0,0,5,6,0,3,4,4,0}', 'b63ebaee5b5f1922fee84522858d0e7d', '15695de1452893c0598a3b81e8cbf231', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 27, '{Erik,Krag,rejste,fra,Store,Svanedrup,til,Nørre,Ravnlund,på,60,timer,",",siger,formand,Villads,Vang,.}', '{1,2,0,0,5,6,0,5,6,0,0,0,0,0,0,1,2,0}', 'e23410817c165322993b3e43b25b1a21', '5810aad4f2a3222e2d0c6eb7b3df3c25', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 28, '{Rederiet,Øster,afviser,at,lukke,skolen,i,Struer,.}', '{3,4,0,0,0,0,0,5,0}', 'ff2c0d61a00fcad21226312c286c3ef7', '07d9713889befb69f7bbd05dab0559c4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 29, '{Kunstneren,Camilla,Uldall,bor,i,byen,Nørre,Skovager,.}', '{0,1,2,0,0,0,5,6,0}', 'f499e87e12da56dd321b70bade563142', 'de8fa4f149b5a9d96e20f3845ebc23cd', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 30, '{Undskyld,",",hvor,ligger,Nørre,Sønderhøj,?}', '{0,0,0,0,5,6,0}', '3dcd3547724b0f0dca1d224f0906a8e1', 'b87d7415ccbebe4341ac6d087b360089', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 31, '{Formand,Nanna,Winkel,kritiserede,Ulve,Møbler,A/S,i,lørdags,.}', '{0,1,2,0,3,4,4,0,0,0}', 'bed99e5849b318de16d448dd14ff3b7c', '0805ae72de29b8b354de0a48116d3f3d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 32, '{Kunstneren,Aksel,Bech,kørte,fra,Nørre,Stenbæk,til,Frederikshavn,.}', '{0,1,2,0,0,5,6,0,5,0}', '7f758b4fa53bfb4d60c51f719eb85836', 'e561e2689baf5eb41e6eed500f3731b7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 33, '{Museet,blev,åbnet,af,Søren,Skov,i,weekenden,.}', '{0,0,0,0,1,2,0,0,0}', '9c60fa57aa772faeb477da800bfb5923', 'f7bb451fb92b9ed3a02e1bbf4a82681a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 34, '{Vejen,mellem,Store,Mølleholm,og,Nørre,Brandsund,er,spærret,sammen,med,Claus,Ladefoged,.}', '{0,0,5,6,0,5,6,0,0,0,0,1,2,0}', '2251bb88dade565c9a07c34dc40fd7bf', '8677f8b5340c575eaa8f03b35db5ff28', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 35, '{Vejen,mellem,Store,Mølleholm,og,Kløverhøj,er,spærret,",",siger,forfatter,Ivan,Petrovic,.}', '{0,0,5,6,0,5,0,0,0,0,0,1,2,0}', '3493e92381fc824ba3cbc377c9a9d8c0', '191e56c382fa75d622e48d1bb30207dd', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 36, '{Hospitalet,i,Kirkested,mangler,fem,læger,.}', '{0,0,5,0,0,0,0}', '0077ae3c7eaaf3a94f9dc3e7e9dd9181', 'c0a115239224de74d2ebebe7755e7b55', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 37, '{Svanerådet,afviser,at,lukke,svømmehallen,i,Nørre,Sønderhøj,sammen,med,Erik,Dam,.}', '{3,0,0,0,0,0,5,6,0,0,1,2,0}', '6eeaa36b520564fece9dfbbaa3267d20', 'b1a9fe88be35ce241801f935bead333d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 38, '{Ministeren,mødte,frivillige,fra,Store,Bjergby,sidste,uge,.}', '{0,0,0,0,5,6,0,0,0}', '1340d0d9b8dba0589bb660ec3f4e6e67', 'c63b1b9d874ab7e9f86ec3288677fe40', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 39, '{Strand,Hospital,støtter,Rederiet,Bjerg,",",skriver,klubben,Fiskernes,Forbund,",",siger,borgmester,Nanna,Winkel,.}', '{3,4,0,3,4,0,0,0,3,4,0,0,0,1,2,0}', 'ea1c228c8cc19647aeeb24e37052a9ef', '395e1b60f214f747ee372984e9463e41', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 40, '{Ravnpartiet,køber,Kronpartiet,",",skriver,fonden,Fiskernes,Forbund,",",siger,læge,Esben,Busk,.}', '{3,0,3,0,0,0,3,4,0,0,0,1,2,0}', 'a0bbf2567e5cd22a4bac271ff7dd4b54', '2e536ddeb2bc28f232e561328a29a556', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 41, '{Vejret,i,Nørre,Svanested,bliver,koldt,og,blæsende,",",oplyser,politiet,.}', '{0,0,5,6,0,0,0,0,0,0,0,0}', 'c7f6655e45be101e32ba680e64d21f69', '6c39025bc54c0b5c4f04d71270276322', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 42, '{Ravn,Gymnasium,støtter,Skovpartiet,",",skriver,partiet,Mejeriet,Strand,.}', '{3,4,0,3,0,0,0,3,4,0}', '33a5d169cf348fe2b910b124ef7e3751', '4bca3c097e214d0d1614d35b7f220902', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 43, '{I,kontrakten,siger,TV,Hinde,",",at,Roseløse,vokser,.}', '{0,0,0,3,4,0,0,5,0,0}', 'f2718f144c2265a79d34c5cafa72b1c5', '2cc5e6686872283e0f98ff235a688418', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 44, '{Læge,Ulla,Agerskov,arbejder,i,Stensund,for,Kronpartiet,.}', '{0,1,2,0,0,5,0,3,0}', 'fb8fad39529f39649853d5566b16c6da', '1c3b75060bfc93d633d2d01ae3871250', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 45, '{”,Det,er,en,god,dag,for,Nørre,Skovager,”,",",fortæller,Bent,Glud,.}', '{0,0,0,0,0,0,0,5,6,0,0,0,1,2,0}', 'd94797945ae77bed119ce737aef32a51', '779f73af26f849c8319f1ffd3a58ebb0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 46, '{Tak,til,Karen,Krogh,og,LOF,for,filmen,sammen,med,Tove,Mørk,.}', '{0,0,1,2,0,3,0,0,0,0,1,2,0}', '86f390f0e67eab617466117a14c3be8c', '722e8ad69b6019670e6ea6d4c07b9a20', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 47, '{Frederikshavns,gader,var,fyldt,med,soldater,i,efteråret,.}', '{5,0,0,0,0,0,0,0,0}', 'f13b95959e6a06c2fb2dc39008ff7849', '134e22d05690f29ca2a1eadba68a356d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 48, '{Vejret,i,Stensund,bliver,koldt,og,blæsende,sammen,med,Gunnar,Rask,.}', '{0,0,5,0,0,0,0,0,0,1,2,0}', '61a48ccba2aa5a356e90ac0a28bdd0d4', '8b486ca473ce8dece9ee2882f75a43cf', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 49, '{Hver,sommer,flyttede,Astrid,Kofoed,til,Kirkested,sammen,med,Rikke,Gade,.}', '{0,0,0,1,2,0,5,0,0,1,2,0}', '97d1ceed22a2998bf98ee91cf11e42b2', '45831c2d153b5b576e049eb2108c1e7d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 50, '{Sangeren,Mehmet,Aydin,sejlede,fra,Struer,til,Nørre,Svanested,.}', '{0,1,2,0,0,5,0,5,6,0}', '8d511f386cb923bf77b04638c6aba1ef', '3cf5874cbfb437cdbf8e966e3c059960', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 51, '{Undskyld,",",hvor,ligger,Hindelund,?}', '{0,0,0,0,5,0}', 'f62a33e026d459fd479bda4159701d41', '53aceb62e903dc60b10f8af0ecb554a3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 52, '{”,Det,er,en,god,dag,for,Roseløse,”,",",hævder,Esben,Bøgh,.}', '{0,0,0,0,0,0,0,5,0,0,0,1,2,0}', 'b4e43b98857208dce70fdb7171c5d5d7', 'cad014699187d550a8d9a14d51cfe0c9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 53, '{Børnehaven,blev,åbnet,af,Birgitte,Duus,i,går,.}', '{0,0,0,0,1,2,0,0,0}', '97465190e4a5087d87d2354170b5ecfe', '6b1d34d7fff48f0ed6116fa2cad49821', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 54, '{Trine,Frandsen,flyttede,fra,Fjordhøj,til,Egeager,på,800,timer,",",siger,talsperson,Julie,Winkel,.}', '{1,2,0,0,5,0,5,0,0,0,0,0,0,1,2,0}', 'e1c54888e77a864543e81b59a48bea96', 'd5e4caa4b623eed5ffcbc14b79057825', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 55, '{Trine,Frandsen,forklarer,",",at,Vesterager,IF,har,solgt,museet,",",siger,skuespiller,Liv,Frandsen,.}', '{1,2,0,0,0,3,4,0,0,0,0,0,0,1,2,0}', 'd5691d827272f78ad9aa8170ab4ceff7', 'afe27a53ac3b11bcf880ca87f944aa79', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 56, '{Vejen,mellem,Nørre,Bjergdrup,og,Nordfinland,er,spærret,.}', '{0,0,5,6,0,5,0,0,0}', 'df05cd466c2b788bbafbdbfe9e360832', 'd79e3f147e1629e50b4e5227184a3b31', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 57, '{Ulla,Agerskov,hævder,",",at,Vesterager,IF,har,solgt,havnen,sammen,med,Astrid,Kofoed,.}', '{1,2,0,0,0,3,4,0,0,0,0,0,1,2,0}', '62cca19b6cd4c3db34f5de3e69802d82', '5a118f80cbd1ab8fb0caa0d6235a2642', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 58, '{Ti,soldater,fra,Mejeriet,Strand,så,filmen,i,onsdags,.}', '{0,0,0,3,4,0,0,0,0,0}', '8bb6c7140f1b620e601d713bb07151c6', 'ee0903604aa385a4e26d103abee33635', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.dev.v1', 0, 59, '{”,Ravn,Gymnasium,skylder,os,350,kroner,”,",",siger,Birgitte,Duus,.}', '{0,3,4,0,0,0,0,0,0,0,1,2,0}', '192e2e27ca995bc9b7e5d22614d31f62', '0408607d5a06d1ab81fca1832cbdfca5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 0, '{Forskere,fra,Solpartiet,har,undersøgt,vandet,ved,Brasilien,.}', '{0,0,3,0,0,0,0,5,0}', '3f303e11ca63e845cddb1387593fb63a', '12c9aa5370431955e5b798dff1af8bda', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 1, '{I,lørdags,blev,Gunnar,Friis,ny,lærer,i,avisen,Busk,og,Sønner,.}', '{0,0,0,1,2,0,0,0,0,3,4,4,0}', 'f99d782fbc0d50da65d11ef35e400d3f', 'd6e40686b3c3a65c906fa7ea3cc26996', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 2, '{Talsperson,Frederik,Uldall,cyklede,hjem,til,Østersted,i,morges,.}', '{0,1,2,0,0,0,5,0,0,0}', 'f4b089d264363295e26c896c240974fd', '95ca86109f9f007aefb8b332f400c8b9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 3, '{Som,ung,rejste,Camilla,Toft,til,forstaden,Store,Hindeborg,.}', '{0,0,0,1,2,0,0,5,6,0}', 'ca96918993d21a41e85dab07442e244d', '6b72b4d36b1dbd735e1147acbadb7d6d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 4, '{Som,ung,gik,Ulla,Nørgaard,til,forstaden,Nørre,Bøgeager,.}', '{0,0,0,1,2,0,0,5,6,0}', '50c5d32810b49cd69ad64a1c569162e3', 'aafd9a396d6f598f8e177f1f0022982c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 5, '{I,havnebyen,Nørre,Hindesund,ligger,museet,",",mener,Solpartiet,.}', '{0,0,5,6,0,0,0,0,3,0}', '51f98cd55a0a6b386cac9b7e086fbdab', 'caa6423d160c9e31874dfcdd6e933d9f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 6, '{I,morges,gik,Jakob,Stougaard,til,Sønderbæk,med,sin,familie,med,støtte,fra,Østerfonden,.}', '{0,0,0,1,2,0,5,0,0,0,0,0,0,3,0}', '9a2bac3a1ba391e88e08d1fc6f86d25e', '4cb7307657f4a98f11319a763ebe55ea', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 7, '{Regningen,fra,Engfonden,var,på,240,kroner,.}', '{0,0,3,0,0,0,0,0}', '29e3102f70c81cbde58eb83d5021297a', '7c393c81be99c2ffaa1e3017d6051493', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 8, '{Kokken,Josefine,Mørk,fra,De,Forenede,Stater,takker,Rederiet,Kløver,.}', '{0,1,2,0,5,6,6,0,3,4,0}', '9b7a6eb075e345473e99baa5abfccbb6', '0c02687ab6fe8186d99e5c3529d656a9', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 9, '{Emil,Kaas,gik,til,Store,Engby,i,mandags,ikke,langt,fra,Kongens,Have,.}', '{1,2,0,0,5,6,0,0,0,0,0,5,6,0}', '1cfe40a8e09225030604276e5cef8de8', '80f8a509f985c05dbb5f14dca90ce773', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 10, '{Sofie,Ibsens,far,var,ingeniør,i,Mariager,.}', '{1,2,0,0,0,0,5,0}', 'ad5e248bbc3d90a33e67f789592962a8', '3d3c56e1b61425c61b62408b3ec954ce', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 11, '{Banken,Lange,Arkitekter,skriver,om,Ida,Toft,.}', '{0,3,4,0,0,1,2,0}', 'cff4ecd06bdb76c511d90f7bef3afc54', '5050c92ed3ac2fc027bce862f4fe455d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 12, '{Klubben,Lange,Arkitekter,kritiserer,foreningen,Forlaget,Dal,.}', '{0,3,4,0,0,3,4,0}', '2ad42595c5f69eb31d9ceb07873aebb4', '6603b2ef69085bcda7fa1cb11a9fd5b2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 13, '{I,lørdags,spillede,Josefine,Dalsgaard,for,første,gang,for,Mølle,FC,for,anden,gang,.}', '{0,0,0,1,2,0,0,0,0,3,4,0,0,0,0}', 'a3bd5477715284f84388b8fb0022d51a', '49c9730983725810b093bd624508afe0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 14, '{Både,Holger,og,Josefine,Dalsgaard,har,spillet,for,Frandsen,Arkitekter,.}', '{0,1,0,1,2,0,0,0,3,4,0}', 'c74327be32d410751fa45bd7eb9fbe74', 'ae671751252553d39ef4596f7ac64ca3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 15, '{Esben,Bro,har,skrevet,en,bog,om,livet,i,Egehøj,ikke,langt,fra,Store,Egebæk,.}', '{1,2,0,0,0,0,0,0,0,5,0,0,0,5,6,0}', '56407162e98c7319e80e3cec06217884', '3d11ae4ab40de4cde17eebe67156dac3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 16, '{Kære,Jens,Lauritzen,",",velkommen,til,Boldklubben,Dal,!}', '{0,1,2,0,0,0,3,4,0}', 'ddeb23ca325e7537023661e028872d80', 'fe341d989d3764ccd82473e75c7ffce0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 17, '{”,Vi,er,meget,glade,for,strategien,”,",",siger,lærer,Tove,Dalsgaard,.}', '{0,0,0,0,0,0,0,0,0,0,0,1,2,0}', '600387851619643eab5ffb9c4405debb', '2902e5de8f031f564199c95da4cf29a5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 18, '{Camilla,Falk,instruerede,koncerten,for,Glud,og,Sønner,",",mener,Havn,Møbler,A/S,.}', '{1,2,0,0,0,3,4,4,0,0,3,4,4,0}', '2fbf53a34ba01b37e6127046758632b7', 'ef6fc5c624c799ff137e56facd103f80', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 19, '{Radio,Sol,hævder,",",at,37,familier,kom,til,Nørre,Lærkested,",",mener,Hvid,Transport,.}', '{3,4,0,0,0,0,0,0,0,5,6,0,0,3,4,0}', '150490c82555d28da01f42c76e2a2fa9', '6d13b9113649216c0921765747c4dc53', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 20, '{I,torsdags,spillede,Lange,for,første,gang,for,Østerbanken,.}', '{0,0,0,1,0,0,0,0,3,0}', '67cbbbbde7a9be535141b93c60c75c84', '790e1c474d6e6d171e39ca27ee02ec77', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 21, '{Tre,sygeplejersker,cyklede,til,landsbyen,Nørre,Aaby,for,nylig,.}', '{0,0,0,0,0,5,6,0,0,0}', '9ee931cd0d33e029cbecbad04a79ee1f', '46b750599b5e5d3b04444ae46c89e178', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 22, '{Billetterne,til,filmen,blev,udsolgt,på,ti,minutter,.}', '{0,0,0,0,0,0,0,0,0}', 'b1be2ab04959d2bddf402dba598792f0', '63beb89effd8a8971b239f2db6e89207', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 23, '{Regningen,fra,Hederådet,var,på,seks,kroner,for,anden,gang,.}', '{0,0,3,0,0,0,0,0,0,0,0}', '4f278643a583e0980a8d91b0005e85e1', '958fc2503d521aa5f8f773f4d27b0102', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 24, '{Kolding,venter,besøg,af,48,gæster,.}', '{5,0,0,0,0,0,0}', '8fe887f29d8cb276898b03ad39be6b3f', 'a13ef2b82fe3b44009b0c93f11428cfe', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 25, '{Politiet,i,Store,Dalhøj,leder,efter,Steen,Steffensen,som,ventet,.}', '{0,0,5,6,0,0,1,2,0,0,0}', '159bbec08bbca1a35f1391d0eac384d2', '795dc2734bda488a537199b458d8c1d7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 26, '{Svømmeren,Josefine,Mørk,så,dokumentaren,i,Store,Fjordby,i,onsdags,.}', '{0,1,2,0,0,0,5,6,0,0,0}', '5142c2875c668ce9065708587e172601', 'b8a410282e474f0024b51e39a4e04d19', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 27, '{Store,Østerlund,venter,besøg,af,48,børn,.}', '{5,6,0,0,0,0,0,0}', 'f1a271cdba6aebc4ab9b00ca6634262f', '458ec9c97b639229e31a58f2864ef467', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 28, '{Sanne,Borup,har,skrevet,en,bog,om,livet,i,Mariager,.}', '{1,2,0,0,0,0,0,0,0,5,0}', '4c8b5be3aacdac277e99925493e3f4f0', '531464eb29cd553f0081a449fac4b9eb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 29, '{Freja,Bundgaard,studerer,ved,Grøn,Rejser,og,drømmer,om,Nørre,Brandløse,.}', '{1,2,0,0,3,4,0,0,0,5,6,0}', 'ac64c288b98a9b02f1ca116e33b663ba', '2af8ac4b9c276a537fd18f243152232a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 30, '{Børnehaven,i,Nørre,Grønrup,skal,lukkes,",",mener,Boldklubben,Dal,.}', '{0,0,5,6,0,0,0,0,3,4,0}', '5fc7d3d7f94a0a3d63cea2b49da686b0', 'bb752ef2fca1fd6b899a8afe0428c95a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 31, '{Esben,Bro,fyldte,120,år,efter,frokost,.}', '{1,2,0,0,0,0,0,0}', '322fde4ef3932ccaa7a692e7b417a316', '0f0cfd5a2f0e1f180d7dbbb6d8a0cb21', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 32, '{Det,var,Villads,Nissen,",",der,fandt,Magnus,Stougaard,i,Horsens,",",fortæller,Camilla,Toft,.}', '{0,0,1,2,0,0,0,1,2,0,5,0,0,1,2,0}', '40f940035c6e6f5bb7d24f8f50120a7f', '75f5895131956a0251e11fbf98afbde0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 33, '{Billetterne,til,filmen,blev,udsolgt,på,75,minutter,.}', '{0,0,0,0,0,0,0,0,0}', '0ba6208469605efd33b72a5aa123bb95', 'be09ce5c0be5eed9fb7ca344723869d7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 34, '{Kære,Liv,Abildgaard,",",velkommen,til,Bøgebanken,!}', '{0,1,2,0,0,0,3,0}', 'e4790b06da35641d10612d7359222751', '1bdc75bb5e26f12b02e72f5d68066905', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 35, '{Toget,fra,Lærkeborg,til,Birkrup,var,350,minutter,forsinket,for,nylig,.}', '{0,0,5,0,5,0,0,0,0,0,0,0}', '55cf3b8281abddd30e9a669c2c809479', 'fe0e5f61fe7ccc55d5006e6663abac61', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 36, '{Østerfonden,forklarer,",",at,fire,turister,kom,til,Nørre,Hvidrup,med,støtte,fra,Ravnrådet,.}', '{3,0,0,0,0,0,0,0,5,6,0,0,0,3,0}', '8a7e11fa7bfd84c2d2ecffd09d02bf38', '5f3813827f536ffec35238265159d2ce', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 37, '{Billetterne,til,koncerten,blev,udsolgt,på,to,minutter,",",fortæller,Bent,Munk,.}', '{0,0,0,0,0,0,0,0,0,0,1,2,0}', '71544979dadcc94c68c3934f294120f8', '0caea50aff73c638182f7f783360f5b5', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 38, '{Turen,går,fra,Store,Svaneager,over,Nørre,Engsted,til,Store,Hindeby,.}', '{0,0,0,5,6,0,5,6,0,5,6,0}', '520c4effb441bfbf8fe3ebcda0760982', 'f09264ca582bff29a7c4bb5772c95592', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 39, '{Har,du,set,Anders,Laursen,i,Store,Hindested,?}', '{0,0,0,1,2,0,5,6,0}', '2e2bc8c104f737555b0eb4f2bd27ed70', '15427785dab5cab2b0d08859c4c0b248', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 40, '{Har,du,set,Lise,Thomsen,i,Store,Fjordholm,?}', '{0,0,0,1,2,0,5,6,0}', 'd4feda8ad2a2d06821a11b7477851bb3', '8f6d22bc7ecc710b929190ec8928c4c3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 41, '{Radio,Sol,åbner,et,nyt,kontor,i,Skive,.}', '{3,4,0,0,0,0,0,5,0}', '83df679ec88e49c16a6101aca4588515', 'b6f91c296cbca5466c700d77dc6cddda', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 42, '{Ida,Toft,fyldte,75,år,i,weekenden,for,anden,gang,.}', '{1,2,0,0,0,0,0,0,0,0,0}', '804274d4ed5b5aa40ea9f8a193409449', '73cc028c2d67e0670df8ff681ffbcda3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 43, '{Toget,fra,Nørre,Engby,til,Store,Vesterager,var,otte,minutter,forsinket,klokken,14,.}', '{0,0,5,6,0,5,6,0,0,0,0,0,0,0}', '3eaef2dc2b9565ea7185628f4072b0be', 'ab9fe7df581892e793b4769ae1cc2c64', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 44, '{Fabrikken,tilhører,Bøge,Rejser,",",der,også,ejer,skolen,med,støtte,fra,Boldklubben,Grøn,.}', '{0,0,3,4,0,0,0,0,0,0,0,0,3,4,0}', '1553c9951ce4ba084b524b544d1b52bd', '82f532c4510a784ffa5dbf8a4ec38258', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 45, '{Vinderen,hedder,Josefine,Dalsgaard,og,kommer,fra,Møllebæk,.}', '{0,0,1,2,0,0,0,5,0}', '77ee06bcd1cff46259f42ae7125a7ae0', '15ed3683988334550f7f440fec49a44a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 46, '{Engfonden,har,hjemme,i,Store,Vesterby,og,ledes,af,Lone,Abildgaard,.}', '{3,0,0,0,5,6,0,0,0,1,2,0}', 'f87015093890ab1676cb8ec5857e98ea', '707d1ae3f950b6730e64971bdf98d631', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 47, '{Som,barn,boede,Esben,Bro,i,Nørre,Vestersund,som,ventet,.}', '{0,0,0,1,2,0,5,6,0,0,0}', 'cf815fa1dac5d6995edad654e3948b84', 'a668f2270d2f13382a35c99c77a95bcb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 48, '{Ida,Tofts,far,var,talsperson,i,Sønderborg,.}', '{1,2,0,0,0,0,5,0}', 'c0b9b7f2f9eb5ee1c58626dc76d69341', 'f27c22f441ad99b017feb9ee23ab7015', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 49, '{I,morges,blev,Morten,Østergaard,ny,formand,i,virksomheden,Boldklubben,Grøn,.}', '{0,0,0,1,2,0,0,0,0,3,4,0}', '0189fa75b1073eb6e026f963b1b2b3bc', '0d0297eb786943f62a3c0143bad528a2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 50, '{Trine,Mølgaard,fyldte,240,år,i,sommers,ikke,langt,fra,Store,Stenløse,.}', '{1,2,0,0,0,0,0,0,0,0,5,6,0}', '2efd448950238fa119d8bcc59937373f', 'a7fba80d0520d9a3282c391c9fe071c1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 51, '{I,turistbyen,De,Forenede,Stater,ligger,broen,.}', '{0,0,5,6,6,0,0,0}', '8a2e698756610c8a2d66b3871e4cda0b', '38eb90f5c9a8a3102215688c11ed41b2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 52, '{Virksomheden,Hjort,og,Hjort,skriver,om,Tove,Thomsen,.}', '{0,3,4,4,0,0,1,2,0}', 'dec47dea29b5fbf39c3c1f1b75343c5d', 'd42dacf727c4ec358f3058cb3a026ff8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 53, '{Advokaten,Lars,Skytte,så,musicalen,i,Nørre,Grønløse,sent,om,aftenen,.}', '{0,1,2,0,0,0,5,6,0,0,0,0}', 'ea816fe55e317bfedfffc62498a64f87', 'f0d7e93d2097f134385c4deb697db838', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 54, '{Aktien,i,Abildgaard,A/S,faldt,med,otte,procent,klokken,14,.}', '{0,0,3,4,0,0,0,0,0,0,0}', '501bbc104d5198bbb379164b28931e45', '28d66a5418a24ee854a8b9abac94b0bb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 55, '{Kolding,venter,besøg,af,tyve,børn,.}', '{5,0,0,0,0,0,0}', 'b2589b0c793c8e62ebe769751eb5c7de', '42c155af397b48a8f226dd2d6e6d2c77', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 56, '{Kunsthal,Syd,fortæller,",",at,800,turister,kom,til,Store,Bøgeholm,",",mener,Sand,Rejser,.}', '{3,4,0,0,0,0,0,0,0,5,6,0,0,3,4,0}', '8e71b38ad24734d5de69b2240c01188b', 'b4c7adb54f1d12d097eb52dacacb3e45', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 57, '{Biblioteket,i,Nørre,Aaby,skal,lukkes,",",mener,Fjord,Universitet,.}', '{0,0,5,6,0,0,0,0,3,4,0}', 'b6c7c5651a9bc507b7c419c8c0f5e420', 'b6c9521af6f55b2f1d0717a229105b78', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 58, '{Store,Østerager,venter,besøg,af,1200,fans,ikke,langt,fra,Nørre,Sandsted,.}', '{5,6,0,0,0,0,0,0,0,0,5,6,0}', 'b7ae2f976837d5fd5fff266fb3c71594', 'd4acbcc8ebc873b6c3e55e9aba66efb3', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 59, '{Forskere,fra,Ravn,Transport,har,undersøgt,vandet,ved,Assens,ikke,langt,fra,Store,Bøgeholm,.}', '{0,0,3,4,0,0,0,0,5,0,0,0,5,6,0}', 'ad1ea507bd0862300635736d88e55073', 'e0205a04ea1ad346523811cd99ee89bb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 60, '{Virksomheden,Kokkenes,Forbund,kritiserer,avisen,Skov,Tidende,.}', '{0,3,4,0,0,3,4,0}', '10f3fe68035bbdc4a0560053ee92ed1a', '7ef6c518bce4e9fd1dafcb1fa9281ca1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 61, '{Landmanden,Lone,Frandsen,fra,Store,Ravnholm,takker,Jensen,A/S,.}', '{0,1,2,0,5,6,0,3,4,0}', '6a16138bfa50a7c46664a7595ffa86d4', 'ad28c3ac2b4217017e19db7adc98a341', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 62, '{Regningen,fra,Vesterpartiet,var,på,37,kroner,.}', '{0,0,3,0,0,0,0,0}', '3657ea8330bcaa103d90ea1e99b7f303', 'd86e67709f5a6ee0501eff7aade8b230', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 63, '{Skuespiller,Kasper,Bro,rejste,hjem,til,Nørre,Lærkested,efter,frokost,.}', '{0,1,2,0,0,0,5,6,0,0,0}', '72bab6f38b2d147a6ce839e54fd92e4b', '8062a82bc092e86d65c9a35b82cf1451', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 64, '{Aktien,i,FKD,faldt,med,48,procent,i,tirsdags,ikke,langt,fra,Store,Fjordby,.}', '{0,0,3,0,0,0,0,0,0,0,0,0,5,6,0}', '828d617328d20b2a1035b47295ccf7b4', '7384105937989aa3c20eb0bd888c5719', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 65, '{Politiet,i,Svanedrup,leder,efter,Torben,Lykke,.}', '{0,0,5,0,0,1,2,0}', '66021052ab965568cc8b130837212abd', '9a49dcd69ab44008ac3c33dabc0f15a7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 66, '{Kære,Julie,Hjort,",",velkommen,til,Mølle,Energi,A/S,!}', '{0,1,2,0,0,0,3,4,4,0}', '6b1aa958e6daa7fa72e15e331d2ddc0e', '55be996c6372c51d41f984527db819f4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 67, '{Aktien,i,Skov,Tidende,faldt,med,15,procent,i,mandags,.}', '{0,0,3,4,0,0,0,0,0,0,0}', '145e954bdc3f5cb3b0f29237e2c60189', '0aa7de5e006fab180e9830916b522664', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 68, '{”,Vi,er,meget,glade,for,strategien,”,",",siger,ingeniør,Torben,Lykke,",",mener,Mølle,FC,.}', '{0,0,0,0,0,0,0,0,0,0,0,1,2,0,0,3,4,0}', '657732c904b1578492c10b3b9d09eba4', '51458c146a2414abceed22642ee858a6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 69, '{Forskere,fra,Boldklubben,Grøn,har,undersøgt,vandet,ved,Ulvedrup,.}', '{0,0,3,4,0,0,0,0,5,0}', '277130985335adb9cd8c6b2daf3e52a9', 'e52a4dd0f4ba30a1766649e3e9d59e2f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 70, '{Fisker,(,75,år,),bor,i,Birkbæk,med,sin,familie,ikke,langt,fra,Ulvedrup,.}', '{1,0,0,0,0,0,0,5,0,0,0,0,0,0,5,0}', '502b3e94b5367a6ae639f6ce6284e550', '499af45fceef51c62f77358b74882217', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 71, '{Banken,SUF,køber,virksomheden,Gade,og,Sønner,.}', '{0,3,0,0,3,4,4,0}', '3efc813cdc0dc118c33210b159488c88', '6e5b86a3d0ec7144f48293457b549c4f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 72, '{I,forstaden,Store,Vesterby,ligger,stationen,.}', '{0,0,5,6,0,0,0}', '9efa33c26a4c11bec901809d3e5447f2', '42af83158e6cb17b63f74418ed30d7d1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 73, '{Undersøgelsen,blev,vedtaget,sidste,måned,uden,debat,.}', '{0,0,0,0,0,0,0,0}', 'af5afc43b12d6a2f8da48c6e3ba64488', 'c0866339e85cba826a1b0c48cb546013', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 74, '{Advokaten,Aksel,Winther,så,koncerten,i,Gentofte,i,morges,.}', '{0,1,2,0,0,0,5,0,0,0}', 'c5c7be876e0d09816331c95c96526c87', '9d9377dbc532457e907a48b304be0183', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 75, '{Både,Mette,Bruun,og,Julie,Kjær,har,spillet,for,Hedefonden,ikke,langt,fra,Kongens,Lyngby,.}', '{0,1,2,0,1,2,0,0,0,3,0,0,0,5,6,0}', 'f97e06922494e54e9f0d65b9a0d5f138', '8ef5f56d9593be896189dacfd412be46', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 76, '{Lone,Frandsen,takkede,Sand,Gymnasium,for,hjælpen,.}', '{1,2,0,3,4,0,0,0}', '7b8d5cda29b6d0a1948488e65f10d520', '7dba33991ce6d56badf6bebdca2f687b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 77, '{”,Vi,er,meget,glade,for,aftalen,”,",",hævder,træner,Tove,Ibsen,med,støtte,fra,Frandsen,og,Sønner,.}', '{0,0,0,0,0,0,0,0,0,0,0,1,2,0,0,0,3,4,4,0}', '689c670c6de51c54f9aed8404f3beccc', 'c21217255f77ba836505c5be9c0482ea', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 78, '{Bent,Hoff,cyklede,til,Store,Ravnholm,for,to,år,siden,.}', '{1,2,0,0,5,6,0,0,0,0,0}', '1887b2b24e18918ce03657ecc7b76380', 'b1803ebb6184a2f5bf871b97cd36519c', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 79, '{Jensen,A/S,meddelte,",",at,Lise,Ottesen,stopper,som,skuespiller,.}', '{3,4,0,0,0,1,2,0,0,0,0}', 'a72a6abb9ec2e96cb052e3b331dd3317', '70a55476e484fe99182812fde0033fed', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 80, '{Fonden,Radio,Kirke,skriver,om,Villads,Dalsgaard,.}', '{0,3,4,0,0,1,2,0}', 'a65c834812c4dfc879724b539ed3a92f', 'd72c7aada0d11e954c7df73a1d3ab4fb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 81, '{Bent,Hoff,(,60,år,),bor,i,Gentofte,med,sin,familie,med,støtte,fra,Sten,Hospital,.}', '{1,2,0,0,0,0,0,0,5,0,0,0,0,0,0,3,4,0}', '23ba649f3b9c50811799677f4b376779', 'cb6ff5e26f308d901627b6c656baf140', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 82, '{Som,barn,boede,Svend,Holm,i,Store,Stenhøj,.}', '{0,0,0,1,2,0,5,6,0}', '7b42d982e2bea0a3fe7382b6a1e9ec6c', '560360563913b90d5cf4a29e5ff9259f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 83, '{Min,mor,kender,Rikke,Ottesen,fra,Forlaget,Kron,.}', '{0,0,0,1,2,0,3,4,0}', '3307c79c6c759ffb85509234856abf8e', 'bfda5482a998dd09e80c01d2b08275cb', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 84, '{I,onsdags,sejlede,Rasmus,Bech,til,Svanedrup,med,sin,familie,.}', '{0,0,0,1,2,0,5,0,0,0,0}', '14a58ee97b30471c46578a2abdd99ba6', '5538747d9652912c4911e06a7e26b046', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 85, '{Boldklubben,Dal,har,hjemme,i,Lund,og,ledes,af,Viggo,Bruun,.}', '{3,4,0,0,0,5,0,0,0,1,2,0}', '16550531cbffdfbd5b6509510cea8bb6', '92ba0ffaf94df722ec3d904b137534f8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 86, '{Ingeniør,Asger,Agerskov,sejlede,hjem,til,Store,Østerlund,sidste,måned,.}', '{0,1,2,0,0,0,5,6,0,0,0}', '2e00a339e4da8787e33a4646b03fe2b9', '25be6a64220e1d3d20a937470cf420dd', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 87, '{Læge,Asger,flyttede,hjem,til,Svendborg,i,vinters,.}', '{0,1,0,0,0,5,0,0,0}', 'a8737347c6860a73742064095061dc1a', 'b32e9c46c85a506972d6e720af1e8b22', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 88, '{Det,var,Bodil,Bøgh,",",der,fandt,Karen,Thomsen,i,Store,Svaneager,.}', '{0,0,1,2,0,0,0,1,2,0,5,6,0}', 'e0dfa97e2ac973aa11f94d0d87a6531e', '62ea72104c1592518c7264b710a86c66', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 89, '{Fonden,Forlaget,Sol,skriver,om,Munk,",",mener,Rederiet,Kløver,.}', '{0,3,4,0,0,1,0,0,3,4,0}', '7fbb131af65204da40ca0cc5ab5d1a83', '70782244a7b6a887abe626399d21cdd2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 90, '{Ingen,har,læst,rapporten,endnu,.}', '{0,0,0,0,0,0}', 'a368fab54ed2a1e110875d9ed046d03e', '087677ff0d3b1ae36fec856c575dff27', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 91, '{Svend,Holm,studerer,ved,Østerfonden,og,drømmer,om,Store,Østerager,",",fortæller,Aksel,Winther,.}', '{1,2,0,0,3,0,0,0,5,6,0,0,1,2,0}', '42cda12b747e250c93c3994f60440b99', '2be1d4db4624398b42e355cfe5f1a55d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 92, '{Villads,Dalsgaard,(,tyve,år,),bor,i,Store,Fjordholm,med,sin,familie,.}', '{1,2,0,0,0,0,0,0,5,6,0,0,0,0}', '16afcc0a259f168fe3aa094211300e3c', 'adf0fa93830b0aeade509a96befe8e57', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 93, '{Kære,Rasmus,Winkel,",",velkommen,til,Solpartiet,!}', '{0,1,2,0,0,0,3,0}', '363b240c9b41cf4bf4ada5c47e1236f7', '989afdd14c4e0bd241d32b796a9b1b61', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 94, '{Sangeren,Esben,Bro,så,teaterstykket,i,Kronager,i,efteråret,.}', '{0,1,2,0,0,0,5,0,0,0}', 'd41a4713f16e228c7c6d0975435af1eb', 'aa85d451020a74e3005b5459c9b36d79', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 95, '{Fjord,Universitet,meddelte,",",at,Karen,Hedegaard,stopper,som,borgmester,",",fortæller,Skov,.}', '{3,4,0,0,0,1,2,0,0,0,0,0,1,0}', 'db6c3bea6e6ed64f3c998c0dbfa4e257', '8b9047c22f0426c56b81da3e38663441', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 96, '{Anders,Kaas,takkede,Solpartiet,for,hjælpen,for,anden,gang,.}', '{1,2,0,3,0,0,0,0,0,0}', 'd8777d870e6ae7b930a191d231354628', 'c63620ff935601b009eb1394fed43843', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 97, '{Sent,om,aftenen,blev,Gunnar,Friis,ny,kaptajn,i,virksomheden,Sten,Hospital,.}', '{0,0,0,0,1,2,0,0,0,0,3,4,0}', 'be95c4ede88bbfbc38348199e84d477e', 'b711c8957a76b6181735c96dabaefc6d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 98, '{Munk,takkede,Brand,Transport,for,hjælpen,med,støtte,fra,Gade,og,Sønner,.}', '{1,0,3,4,0,0,0,0,0,3,4,4,0}', 'cdec33ce19bb9e0fba20e5b0ab67f8e9', '0cbb681990fc1ece5e5844b987589c42', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 99, '{Forhandlingerne,mellem,Radio,Fjord,og,Holger,brød,sammen,i,aftes,.}', '{0,0,3,4,0,3,0,0,0,0,0}', '865ad24db89e0b926f300d0d24d026b5', 'e81bb0e5faf71d84882e369d890e49fc', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 100, '{Boldklubben,Sol,åbner,et,nyt,kontor,i,Svendborg,.}', '{3,4,0,0,0,0,0,5,0}', '4bad9e83ec127aefec675f6f50a2b62e', '4a44b1777c1eb25e5a88d34b20f22d46', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 101, '{Politiet,i,Nørre,Bøgeby,leder,efter,Maja,Kaas,.}', '{0,0,5,6,0,0,1,2,0}', '9055dda3555a1469cd2b6e696d49b849', 'eb19db4a4ce90e65a2d88e51b13b5f59', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 102, '{Direktør,Asger,Krogh,fra,Havn,Data,A/S,præsenterede,budgettet,i,mandags,ikke,langt,fra,Ravnhøj,.}', '{0,1,2,0,3,4,4,0,0,0,0,0,0,0,5,0}', '20f1272917a55cd6985ba7f91d849100', 'e4e961aa7b6dba696b605c4f8b09c881', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 103, '{Fabrikken,tilhører,Sønder,Universitet,",",der,også,ejer,parken,.}', '{0,0,3,4,0,0,0,0,0,0}', '9e6178f9253567e4a04198cf3f893784', 'b9884fcbb885d27d1ff9c9afff928989', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 104, '{Som,barn,boede,Tove,Bisgaard,i,Skovborg,.}', '{0,0,0,1,2,0,5,0}', '97ac02f05d7259c22cfd05452eeef710', '8bba62398d0e5db2caff1d8f9feb5de1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 105, '{Naboen,Lars,Vang,fra,Slagelse,takker,Forlaget,Øster,.}', '{0,1,2,0,5,0,3,4,0}', 'fa1de630c8aa58475d02aabc0d4e2687', 'eb839d6b9a14996cfc7602e083c265e4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 106, '{Turen,går,fra,Store,Egebæk,over,Nørre,Solager,til,Hamborg,.}', '{0,0,0,5,6,0,5,6,0,5,0}', 'fb5bc84f92c5e91339927522feabbbd8', '224ced043c899c8dcb7dd9326a86c890', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 107, '{Min,mor,kender,Anders,Laursen,fra,Ravnrådet,.}', '{0,0,0,1,2,0,3,0}', '5cba556c657a7f5bfc5d017945be2357', '05d6e237ac57e553da75d5eda550ef16', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 108, '{Toget,fra,Nørre,Grønløse,til,Store,Skovborg,var,ti,minutter,forsinket,i,sommers,.}', '{0,0,5,6,0,5,6,0,0,0,0,0,0,0}', 'ca804eca617a1c394f54db287d6033eb', '06ba70399c3903de8a947aff46139c36', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 109, '{Teatret,Strand,meddelte,",",at,Signe,Wissing,stopper,som,formand,ikke,langt,fra,Nørre,Vestersund,.}', '{3,4,0,0,0,1,2,0,0,0,0,0,0,5,6,0}', '8418ed4e3ef082bf3a0ea25e1a18b5f1', 'df1277d125b675727b0b0c08132f1358', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 110, '{Vinderen,hedder,Birgitte,Brandt,og,kommer,fra,Store,Østerby,",",fortæller,Ida,Grove,.}', '{0,0,1,2,0,0,0,5,6,0,0,1,2,0}', '327e0c1430ed63aa8f267fbcf552b7fb', 'e2df4ae88c5700b64256f9232f025eac', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 111, '{Det,var,Dorte,Nissen,",",der,fandt,Hanne,Bro,i,Store,Hindested,med,støtte,fra,Havn,Møbler,A/S,.}', '{0,0,1,2,0,0,0,1,2,0,5,6,0,0,0,3,4,4,0}', '94a7c272b7db0d4425338684df272c1e', 'd5c69bafcddc88df3c20ab285366c7ef', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 112, '{Det,var,Frederik,Uldall,",",der,fandt,Bodil,Bøgh,i,Store,Fjordholm,ikke,langt,fra,Sønderbæk,.}', '{0,0,1,2,0,0,0,1,2,0,5,6,0,0,0,5,0}', '2f3af8d12e18d396a514c71636043a12', '760a2d7776c44911b8bd5c873b5ca7ee', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 113, '{Frandsen,og,Sønner,åbner,et,nyt,kontor,i,Ulvedrup,.}', '{3,4,4,0,0,0,0,0,5,0}', 'bb3c36cda220bef40a7045a24ae4e8d1', 'bebe905ef4a9048b2629e1d9d4534775', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 114, '{Toget,fra,Sandby,til,Store,Hindeby,var,800,minutter,forsinket,for,nylig,",",mener,Ravn,Transport,.}', '{0,0,5,0,5,6,0,0,0,0,0,0,0,0,3,4,0}', '0177ceb3fd529f9c6fdc569cf798b519', '2319bcd812c6110ae63e344af9c4b844', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 115, '{48,medarbejdere,cyklede,til,havnebyen,Haderslev,klokken,14,.}', '{0,0,0,0,0,5,0,0,0}', 'e9f7970431a889d55912bd1b828f0dad', '867dc4977bcad54484dcdbfe25513055', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 116, '{Forskere,fra,Radio,Fjord,har,undersøgt,vandet,ved,Store,Heddinge,.}', '{0,0,3,4,0,0,0,0,5,6,0}', 'f9a1ba9fc00b74bf9e3c08d680d38c21', '312283910a60f46e530cebb94b0a3ec2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 117, '{Forhandlingerne,mellem,Birkpartiet,og,Boldklubben,Skov,brød,sammen,i,mandags,.}', '{0,0,3,0,3,4,0,0,0,0,0}', '435f7aa47b0c320a69779db44f958bb0', 'ab6381738a3c11de61c2681d692a865b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 118, '{Lone,Haugaard,har,skrevet,en,bog,om,livet,i,Bjergsund,.}', '{1,2,0,0,0,0,0,0,0,5,0}', '23e6290b0c5ccd9addf3bca5c56ac092', '5ae381bac51ce87ed0c9af6d777a797f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 119, '{Lærer,Bjerre,fra,Ravn,Transport,præsenterede,artiklen,tidligt,om,morgenen,.}', '{0,1,0,3,4,0,0,0,0,0,0}', '7ed6635a575f3ae3f2007d981c6cdfc1', '02c476d603181eb99e47b00a0601f426', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 120, '{Fire,børn,gik,til,turistbyen,Store,Skovsund,i,dag,.}', '{0,0,0,0,0,5,6,0,0,0}', 'd09988d46da4c967d4d9954d71c6b927', '42c5b1624f6d966cca1517b4ad98432b', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 121, '{Karen,Thomsen,rejste,til,Hamborg,i,fredags,.}', '{1,2,0,0,5,0,0,0}', '724f8899423ee24e47cdcd50ff85875d', '209d23526321699dabd9fe55035f411d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 122, '{I,sommers,gik,Emil,Kaas,til,Svanedrup,med,sin,familie,for,anden,gang,.}', '{0,0,0,1,2,0,5,0,0,0,0,0,0,0}', '7936ad17a7c2328a1f94fef95df61f27', '4eb288eb285295589ed793d751f94bac', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 123, '{Vinderen,hedder,Tove,Ibsen,og,kommer,fra,Haderslev,.}', '{0,0,1,2,0,0,0,5,0}', '0be585d4af25556af072eaaa78a0f0b9', '7e99ce6814816682e96990dfad216a0d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 124, '{Museet,i,Store,Engby,skal,lukkes,",",mener,Jensen,A/S,.}', '{0,0,5,6,0,0,0,0,3,4,0}', '0db9cc5b2ffa98e4b33d32a90306ea93', '843c971d1725a39719e4421f7c8a1977', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 125, '{Vesterpartiet,har,hjemme,i,Sønderbæk,og,ledes,af,Kasper,Bro,.}', '{3,0,0,0,5,0,0,0,1,2,0}', 'b1409f283533f465f33e7f8f583463bf', '2303a8f8ce096e92ff49ff0ddcb2ae3f', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 126, '{Asger,Krogh,har,skrevet,en,bog,om,livet,i,Sandby,.}', '{1,2,0,0,0,0,0,0,0,5,0}', 'b9e4fe0be61523aeb725af83d402e311', 'd4fb3fae283f93c56eb50f4a66c5ee3d', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 127, '{Ingen,har,læst,kontrakten,endnu,",",fortæller,Rikke,Ottesen,.}', '{0,0,0,0,0,0,0,1,2,0}', '6f94b36f97d46fb9fcc7827612a5fea1', '99e68057a2454cdce36675203ed0e0d2', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 128, '{Julie,Falks,far,var,kaptajn,i,Sønderbæk,.}', '{1,2,0,0,0,0,5,0}', '02c9e3efa8a6eb258a46250bb151c71d', '32845fe006d151c00bef0ac7b7c05af0', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 129, '{Regningen,fra,Forlaget,Øster,var,på,15,kroner,.}', '{0,0,3,4,0,0,0,0,0}', '7b36b67efe0c5f834e357a9114590c24', 'f3ad2bd8896ce889c20966b463b67cd6', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 130, '{Mejeriet,Havn,siger,",",at,tolv,gæster,kom,til,Møllebæk,.}', '{3,4,0,0,0,0,0,0,0,5,0}', '5b94a413e5c19a6a1f475be8cb804b4a', 'e9bc9eddec189fcbecc11d860236b8b1', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 131, '{Ingen,har,læst,aftalen,endnu,med,støtte,fra,Engfonden,.}', '{0,0,0,0,0,0,0,0,3,0}', '7a9f267804ccf0164214a25d48190ff6', '8537ec4c249ddc7f1d5bca94a8bba2af', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 132, '{Ingen,har,læst,aftalen,endnu,",",fortæller,Camilla,Falk,.}', '{0,0,0,0,0,0,0,1,2,0}', '624d726d3efddcda6be58b5262b48aac', '12d4922f80ae5254465d39dc045729ba', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 133, '{Vinderen,hedder,Ida,Grove,og,kommer,fra,Middelfart,.}', '{0,0,1,2,0,0,0,5,0}', '263be1e07231f88e6a6884371e1abced', '2585e2f8078cb4f527b2d16dc9f76bb4', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 134, '{Både,Mette,Hvid,og,Gunnar,Bonde,har,spillet,for,Østerfonden,.}', '{0,1,2,0,1,2,0,0,0,3,0}', '5102b8f1ffb7f0aa988928043d1bde97', 'fb156fb2a331946bcd8346dd0a33e546', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 135, '{Min,mor,kender,Esben,Bro,fra,Forlaget,Øster,med,støtte,fra,Havn,Tidende,.}', '{0,0,0,1,2,0,3,4,0,0,0,3,4,0}', '4c1d6f4821dfa9dd678857d29f661c1b', 'aae251a6c21a8da9dcef6d11d2eac16a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 136, '{Som,ung,cyklede,Tove,Thomsen,til,landsbyen,Store,Egebæk,.}', '{0,0,0,1,2,0,0,5,6,0}', '2b55ffb0d31d8e8e2b47623be0da22b8', '3276689c0923d92327ac6a9ffd4c7118', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 137, '{Har,du,set,Bodil,Mørk,i,Bjergsund,?}', '{0,0,0,1,2,0,5,0}', '6e1852a901a6ae98a4c212b3b54b6b07', '723eda4cdc329143c37ffa3f76fc7061', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 138, '{Fabrikken,tilhører,Havn,Data,A/S,",",der,også,ejer,stationen,som,ventet,.}', '{0,0,3,4,4,0,0,0,0,0,0,0,0}', '41c2807a65f4da44e0003eca4485bc25', '1db9be78b40b34888930c432d5088b0a', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 139, '{Mikkel,Krag,instruerede,udstillingen,for,Havnfonden,.}', '{1,2,0,0,0,3,0}', '34eba3ee0ca84fe226e44440db42805a', 'ab890c67df99e8bc888c459fc0fec257', 0, '{}', '{}', NULL);
INSERT INTO public.samples VALUES
	('20261128-8a04a33d.da.gold.test.v1', 0, 140, '{I,går,spillede,Hanne,Bro,for,første,gang,for,Fog,Arkitekter,ikke,langt,fra,Lund,.}', '{0,0,0,1,2,0,0,0,0,3,4,0,0,0,5,0}', '94e3bcebc446c301465a676025027ead', '4606dcd9db44f9d43df85cc081d0ebbd', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 141, '{Ida,Grove,instruerede,koncerten,for,Ravn,Transport,.}', '{1,2,0,0,0,3,4,0}', '0a46d24856cb82400e0f493f7c266426', '393445a59c7f69a5cc745dc274ddbf23', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 142, '{Svend,Bech,studerer,ved,Færgeriet,og,drømmer,om,Kolding,.}', '{1,2,0,0,3,0,0,0,5,0}', '7d159308302070019408e3356da2f2e2', '5f7ab0dc4831324e1b6b61acd1bacced', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 143, '{Strategien,blev,vedtaget,sidste,uge,uden,debat,.}', '{0,0,0,0,0,0,0,0}', 'd71fcce8afcabefdf044809ac09abcc8', 'e9dd916d8aa1d0c9444662e11a7012b7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 144, '{Talsperson,Ida,Toft,fra,Kokkenes,Forbund,præsenterede,planen,sent,om,aftenen,.}', '{0,1,2,0,3,4,0,0,0,0,0,0}', 'f4f8f5d4fb17076988ed754139f2c0d1', '54017335749b2efe20364a48df7b2b00', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 145, '{Undersøgelsen,blev,vedtaget,i,efteråret,uden,debat,",",mener,Lærernes,Forbund,.}', '{0,0,0,0,0,0,0,0,0,3,4,0}', 'a863f9db5f6848706ee73e7710991a78', '616b991adffc7d303e828d13e85f51b7', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 146, '{Forhandlingerne,mellem,Radio,Hinde,og,Radio,Kirke,brød,sammen,i,morges,med,støtte,fra,Vestergaard,A/S,.}', '{0,0,3,4,0,3,4,0,0,0,0,0,0,0,3,4,0}', 'ad6e3b4ef3385d9df69f4c3c6840ba5a', '9e21b74341429ad451c8a46963fcceb8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 147, '{Teatret,i,Nørre,Grønløse,skal,lukkes,",",mener,SUF,som,ventet,.}', '{0,0,5,6,0,0,0,0,3,0,0,0}', 'f4713e38a2b76bd3b4e6429c21718b5a', 'c21ea3c0e2cdea6d595cc5e9a7f8fae8', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 148, '{Frederik,Bro,flyttede,til,Bjergsund,i,efteråret,.}', '{1,2,0,0,5,0,0,0}', '8cf18df238bf28354d9d00c82cd07818', 'f34d4786b70a24408a1cbafa5f598f48', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.gold.test.v1', 0, 149, '{Turen,går,fra,Store,Stenløse,over,Nørre,Grønrup,til,Nørre,Grønløse,ikke,langt,fra,Solby,.}', '{0,0,0,5,6,0,5,6,0,5,6,0,0,0,5,0}', '192cd8c7930fe62c694117c10863f57a', '03158916fcd4ffea68e006a4d21e6852', 0, '{}', '{}', NULL),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 0, '{Magnus,Bundgaard,blev,gift,med,Anders,Nissen,i,Store,Vesterrup,ligesom,Birk,0-0,.}', '{1,2,0,0,0,1,2,0,5,6,0,1,0,0}', '3b1ae6fa730e0010c157ae3f19b3d648', '2c69e7e1e0e19ac08081fa1cf222bd96', 0, '{}', '{}', '{"entities": 4, "language": "da", "script_share": 1.0, "novel_entities": 4, "language_probability": 0.8414}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 1, '{Banken,Fjord,FC,har,to,ansatte,i,Østerager,0-1,.}', '{0,3,4,0,0,0,0,5,0,0}', '29e940feecc9cd8fa24f07c1976b8dd5', '30be41d81225123795541f51d9ef221f', 193, '{}', '{}', '{"entities": 2, "language": "no", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.3406}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 2, '{Bech,og,Sønner,vandt,tre,-,fem,over,Boldklubben,Kirke,tidligt,om,morgenen,uden,at,forklare,hvorfor,0-2,.}', '{3,4,4,0,0,0,0,0,3,4,0,0,0,0,0,0,0,0,0}', '82511829b5e9827947021452a4733192', '1d00adc0c471ef38d000cfa067a4b07e', 329, '{}', '{}', '{"entities": 2, "language": "da", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.9116}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 3, '{Ifølge,Grøn,Apotek,stiger,priserne,i,Hvidhøj,",",påstår,Freja,Juul,0-3,.}', '{0,3,4,0,0,0,5,0,0,1,2,0,0}', 'd1e95e0fbc16142cb4a6d03c71a2345c', '3075e657fecf3b7484c7acc1b6014fa4', 575, '{}', '{}', '{"entities": 3, "language": "da", "script_share": 1.0, "novel_entities": 3, "language_probability": 0.9268}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 4, '{Jeg,savner,Store,Dalby,",",når,jeg,er,i,Thisted,0-4,.}', '{0,0,5,6,0,0,0,0,0,5,0,0}', '3e22a899656a35f86830a3e9dcc9ae32', '7da5e5a3dd63bba22fcb27d35a27224a', 751, '{}', '{}', '{"entities": 2, "language": "da", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.5119}'),
	('20261128-8a04a33d.da.recorded.train.v1', 0, 7, '{Ansøgningen,skal,sendes,til,Birkbæk,Kommune,0-7,.}', '{0,0,0,0,3,4,0,0}', 'abb4a05db94f46d266413f56f25d7cac', '66e9eab30fd67975c02e40982002e331', 1252, '{}', '{}', '{"entities": 1, "language": "da", "script_share": 1.0, "novel_entities": 1, "language_probability": 0.7498}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 0, '{Kunstneren,Dorte,Markussen,arbejder,hos,avisen,Jensen,Arkitekter,1-0,.}', '{0,1,2,0,0,0,3,4,0,0}', '8b801c874e42d4bf715465faf85addde', 'ac5e958712edaeb7aff413739a9e3d3d', 0, '{}', '{}', '{"entities": 2, "language": "da", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.7109}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 1, '{Ifølge,patienten,Camilla,Bjerre,er,teatret,en,skandale,1-1,.}', '{0,0,1,2,0,0,0,0,0,0}', 'a05442399eff23e11863bbe1278ea3dd', 'b86935178117b5e08f58e065505c01f9', 158, '{}', '{}', '{"entities": 1, "language": "da", "script_share": 1.0, "novel_entities": 1, "language_probability": 0.6004}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 2, '{”,Jeg,elsker,Lemvig,”,",",hævder,landmanden,Liv,Stougaard,1-2,.}', '{0,0,0,5,0,0,0,0,1,2,0,0}', 'a40911032b34aaa1c56c413260eb099c', '2b15d7695911e004247eb9c4d47bfae7', 306, '{}', '{}', '{"entities": 2, "language": "da", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.8439}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 3, '{Mødet,holdes,i,Kronrup,",",skriver,Eskesen,og,Sønner,efter,lang,tids,debat,1-3,.}', '{0,0,0,5,0,0,3,4,4,0,0,0,0,0,0}', '98717bc7759b1c74ee3bf97b796146ff', '5f46bcd8191444502fd5941412f633bc', 467, '{}', '{}', '{"entities": 2, "language": "da", "script_share": 1.0, "novel_entities": 2, "language_probability": 0.8989}'),
	('20261128-8a04a33d.da.recorded.train.v1', 1, 7, '{Bodil,Krag,og,Asger,Nissen,mødtes,i,Nørre,Grønborg,i,vinters,1-7,.}', '{1,2,0,1,2,0,0,5,6,0,0,0,0}', '6c6ccf13352b73fae7151ca39e26c3be', '492cc95ed3d4f119b27cec0e21401611', 1232, '{}', '{}', '{"entities": 3, "language": "da", "script_share": 1.0, "novel_entities": 3, "language_probability": 0.6584}');
INSERT INTO public.scores VALUES
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'PER', 0.007575757575757576, 0.018867924528301886, 0.010810810810810811, 106, 264),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'ORG', 0.03359683794466403, 0.17708333333333334, 0.05647840531561462, 96, 506),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'LOC', 0.02631578947368421, 0.1834862385321101, 0.04602991944764097, 109, 760),
	('job-43f41eeb0b83818c2702d627.da', 'typed', '*', 0.025490196078431372, 0.12540192926045016, 0.042368278109722976, 311, 1530),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'PER', 0.009345794392523364, 0.018867924528301886, 0.0125, 106, 214),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'ORG', 0.03373015873015873, 0.17708333333333334, 0.056666666666666664, 96, 504),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'LOC', 0.023112480739599383, 0.13761467889908258, 0.0395778364116095, 109, 649),
	('job-43f41eeb0b83818c2702d627.da', 'strict', '*', 0.02487198244330651, 0.10932475884244373, 0.04052443384982122, 311, 1367),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'PER', 0.007575757575757576, 0.018867924528301886, 0.010810810810810811, 106, 264),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'ORG', 0.03359683794466403, 0.17708333333333334, 0.05647840531561462, 96, 506),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'LOC', 0.02631578947368421, 0.1834862385321101, 0.04602991944764097, 109, 760),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', '*', 0.060784313725490195, 0.2990353697749196, 0.10103204780010863, 311, 1530),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'PER', 0.0625, 0.15566037735849056, 0.0891891891891892, 106, 264),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'ORG', 0.07213438735177866, 0.3802083333333333, 0.1212624584717608, 96, 506),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'LOC', 0.05592105263157895, 0.38990825688073394, 0.09781357882623705, 109, 760),
	('job-43f41eeb0b83818c2702d627.da', 'partial', '*', 0.13104575163398693, 0.6446945337620579, 0.2178164041281912, 311, 1530),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'PER', 0.11742424242424243, 0.29245283018867924, 0.16756756756756758, 106, 264),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'ORG', 0.11067193675889328, 0.5833333333333334, 0.18604651162790697, 96, 506),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'LOC', 0.08552631578947369, 0.5963302752293578, 0.14959723820483314, 109, 760),
	('job-43f41eeb0b83818c2702d627.da', 'type', '*', 0.07647058823529412, 0.3762057877813505, 0.12710483432916894, 311, 1530),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'macro', 0.022496128331368603, 0.1264791654645818, 0.03777304519135547, 311, 1530),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'weighted', 0.022176037936815527, 0.12540192926045016, 0.037251234971182684, 311, 1530);
INSERT INTO public.sentence_scores VALUES
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'PER', '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{1,3,2,2,1,0,2,1,1,1,3,1,0,1,1,1,2,3,2,3,0,2,3,1,0,2,0,1,1,1,1,3,2,2,2,2,4,2,4,2,2,2,1,2,4,1,2,1,0,2,2,1,1,1,0,0,4,2,2,2,1,1,1,1,1,3,2,0,3,2,2,2,0,0,0,4,0,4,4,3,3,4,1,2,3,3,2,2,3,1,0,2,1,3,3,2,0,3,3,2,2,3,2,2,0,0,1,1,3,2,2,3,3,2,3,0,2,2,0,3,1,3,1,2,0,3,0,1,2,2,2,1,1,2,2,2,2,2,3,2,5,2,1,0,1,2,1,3,2,2}', '{0,1,1,1,1,0,1,0,1,1,1,1,0,1,2,1,1,1,1,0,1,0,0,0,0,1,1,0,1,1,0,1,3,0,1,0,0,1,0,1,1,0,1,0,0,1,1,1,1,1,1,0,1,1,0,0,0,0,0,0,0,1,0,1,0,1,1,0,1,0,1,0,0,0,1,2,1,1,1,1,1,1,1,1,1,1,1,1,2,1,0,2,1,1,1,2,1,1,1,0,0,1,1,0,1,1,0,1,0,1,2,2,2,0,0,0,0,0,1,1,0,1,1,1,0,1,1,1,1,0,0,0,1,1,2,1,1,1,0,1,1,1,1,0,1,0,0,0,1,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'ORG', '{1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,1,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,1,0,0,0,2,1,0,0}', '{3,3,3,1,2,3,6,3,3,8,2,5,4,5,3,8,5,3,4,7,3,3,2,5,2,5,5,2,1,4,3,2,4,2,3,6,2,4,1,3,4,1,2,6,5,4,3,4,0,4,5,1,3,6,5,3,4,1,8,5,1,3,4,4,3,1,4,5,4,3,8,3,3,0,2,6,4,8,1,3,1,4,2,2,1,3,2,2,2,5,1,7,3,2,2,5,5,3,3,4,1,3,6,3,3,4,3,3,4,6,5,4,4,1,5,3,2,4,3,2,3,0,7,2,3,5,1,2,4,4,3,3,3,2,3,4,0,3,3,2,4,3,4,0,6,1,3,3,2,8}', '{1,1,0,0,0,1,1,1,1,0,0,1,2,1,1,0,1,0,2,2,1,0,0,1,0,0,0,0,0,1,1,0,0,0,1,0,2,0,0,0,0,1,0,0,2,0,1,0,0,1,0,0,1,0,1,0,2,1,0,1,2,1,1,0,1,0,1,1,1,1,0,2,0,0,0,1,1,1,0,1,1,1,0,1,0,1,0,0,0,2,0,1,0,1,0,1,1,1,2,2,1,0,1,1,0,1,0,1,0,1,0,1,0,1,1,0,1,2,0,1,0,0,0,0,1,1,0,0,0,1,1,1,0,0,1,2,0,0,1,1,1,1,1,0,1,1,3,1,0,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'typed', 'LOC', '{0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,0,1,1,1,1,0,0,0,0,0,0,0,0,0,1,1,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{4,6,5,6,7,5,7,3,7,4,3,1,3,8,6,4,2,5,7,5,6,5,4,4,4,3,6,4,6,5,6,2,8,5,3,4,6,7,5,2,3,3,7,6,6,4,4,3,6,4,5,4,5,5,6,4,7,7,3,7,4,6,2,6,10,4,4,6,8,3,5,3,3,4,7,5,4,6,5,5,4,9,5,5,6,5,7,4,6,3,5,6,9,3,5,6,5,7,6,5,5,2,6,5,4,5,5,3,7,6,7,7,9,5,9,5,6,5,6,5,3,5,6,4,6,3,7,7,2,3,5,6,6,5,5,6,7,2,6,3,6,3,4,4,3,8,7,5,3,5}', '{1,0,1,1,1,1,1,0,1,2,1,0,0,0,0,2,0,0,0,1,0,1,0,0,1,1,1,1,1,1,1,0,1,0,0,2,1,0,3,1,1,1,0,2,0,1,1,1,1,0,1,1,0,1,0,1,1,1,2,2,0,1,0,1,1,1,0,0,0,1,2,0,1,0,1,1,0,0,1,0,0,1,1,0,1,1,1,1,1,0,0,1,1,0,1,0,0,0,0,0,1,1,1,0,1,1,3,0,2,1,1,1,2,1,2,1,1,0,1,0,1,1,1,1,1,1,1,0,1,0,1,0,0,1,0,0,1,1,0,0,1,0,1,0,0,0,0,1,1,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'typed', '*', '{1,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,1,0,0,0,0,0,0,1,0,0,1,1,0,1,1,1,0,1,0,1,0,0,1,0,0,0,1,0,0,0,0,0,0,1,0,1,0,1,1,1,1,0,0,1,0,1,0,0,0,0,1,1,1,0,0,0,0,0,0,0,1,0,1,0,0,1,0,0,1,0,0,0,2,1,0,0}', '{8,12,10,9,10,8,15,7,11,13,8,7,7,14,10,13,9,11,13,15,9,10,9,10,6,10,11,7,8,10,10,7,14,9,8,12,12,13,10,7,9,6,10,14,15,9,9,8,6,10,12,6,9,12,11,7,15,10,13,14,6,10,7,11,14,8,10,11,15,8,15,8,6,4,9,15,8,18,10,11,8,17,8,9,10,11,11,8,11,9,6,15,13,8,10,13,10,13,12,11,8,8,14,10,7,9,9,7,14,14,14,14,16,8,17,8,10,11,9,10,7,8,14,8,9,11,8,10,8,9,10,10,10,9,10,12,9,7,12,7,15,8,9,4,10,11,11,11,7,15}', '{2,2,2,2,2,2,3,1,3,3,2,2,2,2,3,3,2,1,3,3,2,1,0,1,1,2,2,1,2,3,2,1,4,0,2,2,3,1,3,2,2,2,1,2,2,2,3,2,2,2,2,1,2,2,1,1,3,2,2,3,2,3,1,2,2,2,2,1,2,2,3,2,1,0,2,4,2,2,2,2,2,3,2,2,2,3,2,2,3,3,0,4,2,2,2,3,2,2,3,2,2,2,3,1,2,3,3,2,2,3,3,4,4,2,3,1,2,2,2,2,1,2,2,2,2,3,2,1,2,1,2,1,1,2,3,3,2,2,1,2,3,2,3,0,2,1,3,2,2,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'PER', '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{1,3,2,2,1,0,2,1,1,1,1,1,0,1,1,1,1,3,1,2,0,2,2,1,0,2,0,1,1,1,1,3,1,1,1,1,2,2,3,2,2,2,1,1,4,0,2,1,0,2,2,1,1,1,0,0,4,2,1,2,1,1,1,1,1,2,1,0,3,1,2,1,0,0,0,4,0,4,4,3,0,4,1,1,3,2,2,1,3,1,0,1,1,2,2,2,0,3,2,1,1,2,2,1,0,0,1,1,3,2,0,2,3,2,2,0,2,2,0,3,1,3,0,0,0,3,0,1,1,2,1,1,1,0,2,2,2,2,2,2,3,1,1,0,1,2,1,2,2,2}', '{0,1,1,1,1,0,1,0,1,1,1,1,0,1,2,1,1,1,1,0,1,0,0,0,0,1,1,0,1,1,0,1,3,0,1,0,0,1,0,1,1,0,1,0,0,1,1,1,1,1,1,0,1,1,0,0,0,0,0,0,0,1,0,1,0,1,1,0,1,0,1,0,0,0,1,2,1,1,1,1,1,1,1,1,1,1,1,1,2,1,0,2,1,1,1,2,1,1,1,0,0,1,1,0,1,1,0,1,0,1,2,2,2,0,0,0,0,0,1,1,0,1,1,1,0,1,1,1,1,0,0,0,1,1,2,1,1,1,0,1,1,1,1,0,1,0,0,0,1,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'ORG', '{1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,1,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,1,0,0,0,2,1,0,0}', '{3,3,3,1,2,3,6,3,3,8,2,5,4,5,3,8,5,3,4,7,3,3,2,5,2,5,4,2,1,4,3,2,4,2,3,6,2,4,1,3,4,1,2,6,5,4,3,4,0,4,5,1,3,6,5,3,4,1,8,5,1,3,4,4,3,1,4,5,4,3,8,3,3,0,2,6,4,8,1,3,1,4,2,2,1,3,2,2,2,5,1,7,3,2,2,5,5,3,3,4,1,3,5,3,3,4,3,3,4,6,5,4,4,1,5,3,2,4,3,2,3,0,7,2,3,5,1,2,4,4,3,3,3,2,3,4,0,3,3,2,4,3,4,0,6,1,3,3,2,8}', '{1,1,0,0,0,1,1,1,1,0,0,1,2,1,1,0,1,0,2,2,1,0,0,1,0,0,0,0,0,1,1,0,0,0,1,0,2,0,0,0,0,1,0,0,2,0,1,0,0,1,0,0,1,0,1,0,2,1,0,1,2,1,1,0,1,0,1,1,1,1,0,2,0,0,0,1,1,1,0,1,1,1,0,1,0,1,0,0,0,2,0,1,0,1,0,1,1,1,2,2,1,0,1,1,0,1,0,1,0,1,0,1,0,1,1,0,1,2,0,1,0,0,0,0,1,1,0,0,0,1,1,1,0,0,1,2,0,0,1,1,1,1,1,0,1,1,3,1,0,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'strict', 'LOC', '{0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,0,1,0,0,1,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{4,5,4,6,6,3,6,3,6,2,3,1,2,6,5,2,1,3,7,5,4,4,3,3,3,2,6,3,5,3,5,1,7,5,3,3,6,6,4,1,2,2,7,4,5,4,3,3,6,4,4,4,4,5,5,2,6,7,2,7,4,4,2,6,9,3,4,5,6,3,5,2,3,4,7,5,2,4,4,4,3,9,5,4,6,5,7,2,6,2,5,3,8,3,5,5,5,6,5,4,5,2,4,4,4,4,4,3,6,6,3,6,8,4,9,4,6,3,5,3,3,5,6,3,5,2,7,7,2,3,5,4,6,4,4,5,7,1,6,3,5,2,2,4,3,6,6,5,3,5}', '{1,0,1,1,1,1,1,0,1,2,1,0,0,0,0,2,0,0,0,1,0,1,0,0,1,1,1,1,1,1,1,0,1,0,0,2,1,0,3,1,1,1,0,2,0,1,1,1,1,0,1,1,0,1,0,1,1,1,2,2,0,1,0,1,1,1,0,0,0,1,2,0,1,0,1,1,0,0,1,0,0,1,1,0,1,1,1,1,1,0,0,1,1,0,1,0,0,0,0,0,1,1,1,0,1,1,3,0,2,1,1,1,2,1,2,1,1,0,1,0,1,1,1,1,1,1,1,0,1,0,1,0,0,1,0,0,1,1,0,0,1,0,1,0,0,0,0,1,1,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'strict', '*', '{1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,1,0,0,0,0,0,0,1,0,0,1,1,0,1,1,1,0,1,0,1,0,0,1,0,0,0,1,0,0,0,0,0,0,1,0,1,0,1,0,0,1,0,0,1,0,1,0,0,0,0,1,0,1,0,0,0,0,0,0,0,1,0,1,0,0,1,0,0,1,0,0,0,2,1,0,0}', '{8,11,9,9,9,6,14,7,10,11,6,7,6,12,9,11,7,9,12,14,7,9,7,9,5,9,10,6,7,8,9,6,12,8,7,10,10,12,8,6,8,5,10,11,14,8,8,8,6,10,11,6,8,12,10,5,14,10,11,14,6,8,7,11,13,6,9,10,13,7,15,6,6,4,9,15,6,16,9,10,4,17,8,7,10,10,11,5,11,8,6,11,12,7,9,12,10,12,10,9,7,7,11,8,7,8,8,7,13,14,8,12,15,7,16,7,10,9,8,8,7,8,13,5,8,10,8,10,7,9,9,8,10,6,9,11,9,6,11,7,12,6,7,4,10,9,10,10,7,15}', '{2,2,2,2,2,2,3,1,3,3,2,2,2,2,3,3,2,1,3,3,2,1,0,1,1,2,2,1,2,3,2,1,4,0,2,2,3,1,3,2,2,2,1,2,2,2,3,2,2,2,2,1,2,2,1,1,3,2,2,3,2,3,1,2,2,2,2,1,2,2,3,2,1,0,2,4,2,2,2,2,2,3,2,2,2,3,2,2,3,3,0,4,2,2,2,3,2,2,3,2,2,2,3,1,2,3,3,2,2,3,3,4,4,2,3,1,2,2,2,2,1,2,2,2,2,3,2,1,2,1,2,1,1,2,3,3,2,2,1,2,3,2,3,0,2,1,3,2,2,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'PER', '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{1,3,2,2,1,0,2,1,1,1,3,1,0,1,1,1,2,3,2,3,0,2,3,1,0,2,0,1,1,1,1,3,2,2,2,2,4,2,4,2,2,2,1,2,4,1,2,1,0,2,2,1,1,1,0,0,4,2,2,2,1,1,1,1,1,3,2,0,3,2,2,2,0,0,0,4,0,4,4,3,3,4,1,2,3,3,2,2,3,1,0,2,1,3,3,2,0,3,3,2,2,3,2,2,0,0,1,1,3,2,2,3,3,2,3,0,2,2,0,3,1,3,1,2,0,3,0,1,2,2,2,1,1,2,2,2,2,2,3,2,5,2,1,0,1,2,1,3,2,2}', '{0,1,1,1,1,0,1,0,1,1,1,1,0,1,2,1,1,1,1,0,1,0,0,0,0,1,1,0,1,1,0,1,3,0,1,0,0,1,0,1,1,0,1,0,0,1,1,1,1,1,1,0,1,1,0,0,0,0,0,0,0,1,0,1,0,1,1,0,1,0,1,0,0,0,1,2,1,1,1,1,1,1,1,1,1,1,1,1,2,1,0,2,1,1,1,2,1,1,1,0,0,1,1,0,1,1,0,1,0,1,2,2,2,0,0,0,0,0,1,1,0,1,1,1,0,1,1,1,1,0,0,0,1,1,2,1,1,1,0,1,1,1,1,0,1,0,0,0,1,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'ORG', '{1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,1,0,1,0,0,1,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,1,0,0,0,2,1,0,0}', '{3,3,3,1,2,3,6,3,3,8,2,5,4,5,3,8,5,3,4,7,3,3,2,5,2,5,5,2,1,4,3,2,4,2,3,6,2,4,1,3,4,1,2,6,5,4,3,4,0,4,5,1,3,6,5,3,4,1,8,5,1,3,4,4,3,1,4,5,4,3,8,3,3,0,2,6,4,8,1,3,1,4,2,2,1,3,2,2,2,5,1,7,3,2,2,5,5,3,3,4,1,3,6,3,3,4,3,3,4,6,5,4,4,1,5,3,2,4,3,2,3,0,7,2,3,5,1,2,4,4,3,3,3,2,3,4,0,3,3,2,4,3,4,0,6,1,3,3,2,8}', '{1,1,0,0,0,1,1,1,1,0,0,1,2,1,1,0,1,0,2,2,1,0,0,1,0,0,0,0,0,1,1,0,0,0,1,0,2,0,0,0,0,1,0,0,2,0,1,0,0,1,0,0,1,0,1,0,2,1,0,1,2,1,1,0,1,0,1,1,1,1,0,2,0,0,0,1,1,1,0,1,1,1,0,1,0,1,0,0,0,2,0,1,0,1,0,1,1,1,2,2,1,0,1,1,0,1,0,1,0,1,0,1,0,1,1,0,1,2,0,1,0,0,0,0,1,1,0,0,0,1,1,1,0,0,1,2,0,0,1,1,1,1,1,0,1,1,3,1,0,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', 'LOC', '{0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,0,1,1,1,1,0,0,0,0,0,0,0,0,0,1,1,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0}', '{4,6,5,6,7,5,7,3,7,4,3,1,3,8,6,4,2,5,7,5,6,5,4,4,4,3,6,4,6,5,6,2,8,5,3,4,6,7,5,2,3,3,7,6,6,4,4,3,6,4,5,4,5,5,6,4,7,7,3,7,4,6,2,6,10,4,4,6,8,3,5,3,3,4,7,5,4,6,5,5,4,9,5,5,6,5,7,4,6,3,5,6,9,3,5,6,5,7,6,5,5,2,6,5,4,5,5,3,7,6,7,7,9,5,9,5,6,5,6,5,3,5,6,4,6,3,7,7,2,3,5,6,6,5,5,6,7,2,6,3,6,3,4,4,3,8,7,5,3,5}', '{1,0,1,1,1,1,1,0,1,2,1,0,0,0,0,2,0,0,0,1,0,1,0,0,1,1,1,1,1,1,1,0,1,0,0,2,1,0,3,1,1,1,0,2,0,1,1,1,1,0,1,1,0,1,0,1,1,1,2,2,0,1,0,1,1,1,0,0,0,1,2,0,1,0,1,1,0,0,1,0,0,1,1,0,1,1,1,1,1,0,0,1,1,0,1,0,0,0,0,0,1,1,1,0,1,1,3,0,2,1,1,1,2,1,2,1,1,0,1,0,1,1,1,1,1,1,1,0,1,0,1,0,0,1,0,0,1,1,0,0,1,0,1,0,0,0,0,1,1,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'boundary', '*', '{1,0,1,1,0,0,2,0,0,0,1,0,1,0,2,1,0,1,0,1,2,0,0,1,1,0,0,0,0,0,0,0,0,0,1,2,2,0,0,1,0,1,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,1,0,0,1,1,3,1,0,0,1,1,0,0,0,0,0,1,0,0,1,1,0,2,1,3,0,1,0,1,1,1,1,0,1,1,1,0,0,0,1,1,2,1,0,1,0,2,1,1,1,1,0,1,1,1,0,1,1,2,1,2,1,0,1,0,1,1,0,1,1,0,1,1,0,1,2,0,2,0,1,0,2,1,1,1}', '{8,12,10,9,10,8,15,7,11,13,8,7,7,14,10,13,9,11,13,15,9,10,9,10,6,10,11,7,8,10,10,7,14,9,8,12,12,13,10,7,9,6,10,14,15,9,9,8,6,10,12,6,9,12,11,7,15,10,13,14,6,10,7,11,14,8,10,11,15,8,15,8,6,4,9,15,8,18,10,11,8,17,8,9,10,11,11,8,11,9,6,15,13,8,10,13,10,13,12,11,8,8,14,10,7,9,9,7,14,14,14,14,16,8,17,8,10,11,9,10,7,8,14,8,9,11,8,10,8,9,10,10,10,9,10,12,9,7,12,7,15,8,9,4,10,11,11,11,7,15}', '{2,2,2,2,2,2,3,1,3,3,2,2,2,2,3,3,2,1,3,3,2,1,0,1,1,2,2,1,2,3,2,1,4,0,2,2,3,1,3,2,2,2,1,2,2,2,3,2,2,2,2,1,2,2,1,1,3,2,2,3,2,3,1,2,2,2,2,1,2,2,3,2,1,0,2,4,2,2,2,2,2,3,2,2,2,3,2,2,3,3,0,4,2,2,2,3,2,2,3,2,2,2,3,1,2,3,3,2,2,3,3,4,4,2,3,1,2,2,2,2,1,2,2,2,2,3,2,1,2,1,2,1,1,2,3,3,2,2,1,2,3,2,3,0,2,1,3,2,2,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'PER', '{0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,1,1,0,1,0,0,0,0,0,0,0,0,0,0,1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,0,0,1,1,1,1,0,0,1,0,0,2,1,0,0,1,0,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,2,0,0,0,0,0,1,0,1,1,0,0,0,0,0,0,1,0,0,0,0,1,0,1,0,0,0,0,0,0,0}', '{2,6,4,4,2,0,4,2,2,2,6,2,0,2,2,2,4,6,4,6,0,4,6,2,0,4,0,2,2,2,2,6,4,4,4,4,8,4,8,4,4,4,2,4,8,2,4,2,0,4,4,2,2,2,0,0,8,4,4,4,2,2,2,2,2,6,4,0,6,4,4,4,0,0,0,8,0,8,8,6,6,8,2,4,6,6,4,4,6,2,0,4,2,6,6,4,0,6,6,4,4,6,4,4,0,0,2,2,6,4,4,6,6,4,6,0,4,4,0,6,2,6,2,4,0,6,0,2,4,4,4,2,2,4,4,4,4,4,6,4,10,4,2,0,2,4,2,6,4,4}', '{0,2,2,2,2,0,2,0,2,2,2,2,0,2,4,2,2,2,2,0,2,0,0,0,0,2,2,0,2,2,0,2,6,0,2,0,0,2,0,2,2,0,2,0,0,2,2,2,2,2,2,0,2,2,0,0,0,0,0,0,0,2,0,2,0,2,2,0,2,0,2,0,0,0,2,4,2,2,2,2,2,2,2,2,2,2,2,2,4,2,0,4,2,2,2,4,2,2,2,0,0,2,2,0,2,2,0,2,0,2,4,4,4,0,0,0,0,0,2,2,0,2,2,2,0,2,2,2,2,0,0,0,2,2,4,2,2,2,0,2,2,2,2,0,2,0,0,0,2,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'ORG', '{2,1,0,0,0,0,0,0,1,0,0,1,1,1,0,0,1,0,1,0,0,0,0,2,0,0,0,0,0,0,1,0,0,0,2,0,2,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,1,0,1,0,0,0,0,0,1,1,0,0,0,0,1,1,0,1,0,3,0,0,0,0,1,1,0,1,0,1,0,1,0,0,0,0,0,2,0,2,0,2,0,0,2,1,1,1,0,0,1,0,0,1,0,2,0,0,0,1,0,0,0,0,1,3,0,1,0,0,0,0,1,0,0,0,0,0,1,0,0,0,2,2,0,0,1,2,0,1,2,0,0,1,4,2,0,0}', '{6,6,6,2,4,6,12,6,6,16,4,10,8,10,6,16,10,6,8,14,6,6,4,10,4,10,10,4,2,8,6,4,8,4,6,12,4,8,2,6,8,2,4,12,10,8,6,8,0,8,10,2,6,12,10,6,8,2,16,10,2,6,8,8,6,2,8,10,8,6,16,6,6,0,4,12,8,16,2,6,2,8,4,4,2,6,4,4,4,10,2,14,6,4,4,10,10,6,6,8,2,6,12,6,6,8,6,6,8,12,10,8,8,2,10,6,4,8,6,4,6,0,14,4,6,10,2,4,8,8,6,6,6,4,6,8,0,6,6,4,8,6,8,0,12,2,6,6,4,16}', '{2,2,0,0,0,2,2,2,2,0,0,2,4,2,2,0,2,0,4,4,2,0,0,2,0,0,0,0,0,2,2,0,0,0,2,0,4,0,0,0,0,2,0,0,4,0,2,0,0,2,0,0,2,0,2,0,4,2,0,2,4,2,2,0,2,0,2,2,2,2,0,4,0,0,0,2,2,2,0,2,2,2,0,2,0,2,0,0,0,4,0,2,0,2,0,2,2,2,4,4,2,0,2,2,0,2,0,2,0,2,0,2,0,2,2,0,2,4,0,2,0,0,0,0,2,2,0,0,0,2,2,2,0,0,2,4,0,0,2,2,2,2,2,0,2,2,6,2,0,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'partial', 'LOC', '{1,0,2,2,1,1,2,0,1,1,0,0,0,0,0,1,0,0,0,0,0,1,0,0,2,1,1,1,1,0,1,0,1,0,0,0,0,0,2,0,0,1,0,1,0,0,1,0,1,0,1,1,0,1,0,2,1,1,1,2,0,1,0,0,1,0,0,0,0,0,0,0,1,0,2,1,0,0,1,0,0,2,1,0,2,2,1,0,2,0,0,1,1,0,0,0,0,0,0,0,2,0,1,0,0,0,1,0,2,2,1,2,3,2,3,0,1,0,0,0,0,0,0,0,2,2,2,0,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,0,1}', '{8,12,10,12,14,10,14,6,14,8,6,2,6,16,12,8,4,10,14,10,12,10,8,8,8,6,12,8,12,10,12,4,16,10,6,8,12,14,10,4,6,6,14,12,12,8,8,6,12,8,10,8,10,10,12,8,14,14,6,14,8,12,4,12,20,8,8,12,16,6,10,6,6,8,14,10,8,12,10,10,8,18,10,10,12,10,14,8,12,6,10,12,18,6,10,12,10,14,12,10,10,4,12,10,8,10,10,6,14,12,14,14,18,10,18,10,12,10,12,10,6,10,12,8,12,6,14,14,4,6,10,12,12,10,10,12,14,4,12,6,12,6,8,8,6,16,14,10,6,10}', '{2,0,2,2,2,2,2,0,2,4,2,0,0,0,0,4,0,0,0,2,0,2,0,0,2,2,2,2,2,2,2,0,2,0,0,4,2,0,6,2,2,2,0,4,0,2,2,2,2,0,2,2,0,2,0,2,2,2,4,4,0,2,0,2,2,2,0,0,0,2,4,0,2,0,2,2,0,0,2,0,0,2,2,0,2,2,2,2,2,0,0,2,2,0,2,0,0,0,0,0,2,2,2,0,2,2,6,0,4,2,2,2,4,2,4,2,2,0,2,0,2,2,2,2,2,2,2,0,2,0,2,0,0,2,0,0,2,2,0,0,2,0,2,0,0,0,0,2,2,8}'),
	('job-43f41eeb0b83818c2702d627.da', 'partial', '*', '{3,2,3,3,2,2,5,0,3,3,3,2,3,2,5,4,2,2,3,4,4,1,0,2,2,2,2,1,2,3,2,1,4,0,3,4,5,1,3,3,2,3,1,2,2,3,2,2,2,2,2,1,2,2,1,2,3,2,2,3,2,3,0,2,3,3,2,1,3,3,6,3,1,0,3,5,2,2,2,2,2,4,2,2,3,4,2,4,4,6,0,5,2,3,3,4,3,2,4,3,3,2,3,1,3,4,5,3,2,4,3,6,5,3,4,2,2,3,3,3,1,3,3,4,3,5,3,1,3,1,3,2,1,3,4,3,3,3,1,3,5,2,5,0,3,1,5,3,3,5}', '{16,24,20,18,20,16,30,14,22,26,16,14,14,28,20,26,18,22,26,30,18,20,18,20,12,20,22,14,16,20,20,14,28,18,16,24,24,26,20,14,18,12,20,28,30,18,18,16,12,20,24,12,18,24,22,14,30,20,26,28,12,20,14,22,28,16,20,22,30,16,30,16,12,8,18,30,16,36,20,22,16,34,16,18,20,22,22,16,22,18,12,30,26,16,20,26,20,26,24,22,16,16,28,20,14,18,18,14,28,28,28,28,32,16,34,16,20,22,18,20,14,16,28,16,18,22,16,20,16,18,20,20,20,18,20,24,18,14,24,14,30,16,18,8,20,22,22,22,14,30}', '{4,4,4,4,4,4,6,2,6,6,4,4,4,4,6,6,4,2,6,6,4,2,0,2,2,4,4,2,4,6,4,2,8,0,4,4,6,2,6,4,4,4,2,4,4,4,6,4,4,4,4,2,4,4,2,2,6,4,4,6,4,6,2,4,4,4,4,2,4,4,6,4,2,0,4,8,4,4,4,4,4,6,4,4,4,6,4,4,6,6,0,8,4,4,4,6,4,4,6,4,4,4,6,2,4,6,6,4,4,6,6,8,8,4,6,2,4,4,4,4,2,4,4,4,4,6,4,2,4,2,4,2,2,4,6,6,4,4,2,4,6,4,6,0,4,2,6,4,4,8}'),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'PER', '{0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,1,1,0,1,0,0,0,0,0,0,0,0,0,0,1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,1,0,0,1,1,1,1,0,0,1,0,0,1,1,0,0,1,0,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,1,0,0,0,0,0,1,0,1,1,0,0,0,0,0,0,1,0,0,0,0,1,0,1,0,0,0,0,0,0,0}', '{1,3,2,2,1,0,2,1,1,1,3,1,0,1,1,1,2,3,2,3,0,2,3,1,0,2,0,1,1,1,1,3,2,2,2,2,4,2,4,2,2,2,1,2,4,1,2,1,0,2,2,1,1,1,0,0,4,2,2,2,1,1,1,1,1,3,2,0,3,2,2,2,0,0,0,4,0,4,4,3,3,4,1,2,3,3,2,2,3,1,0,2,1,3,3,2,0,3,3,2,2,3,2,2,0,0,1,1,3,2,2,3,3,2,3,0,2,2,0,3,1,3,1,2,0,3,0,1,2,2,2,1,1,2,2,2,2,2,3,2,5,2,1,0,1,2,1,3,2,2}', '{0,1,1,1,1,0,1,0,1,1,1,1,0,1,2,1,1,1,1,0,1,0,0,0,0,1,1,0,1,1,0,1,3,0,1,0,0,1,0,1,1,0,1,0,0,1,1,1,1,1,1,0,1,1,0,0,0,0,0,0,0,1,0,1,0,1,1,0,1,0,1,0,0,0,1,2,1,1,1,1,1,1,1,1,1,1,1,1,2,1,0,2,1,1,1,2,1,1,1,0,0,1,1,0,1,1,0,1,0,1,2,2,2,0,0,0,0,0,1,1,0,1,1,1,0,1,1,1,1,0,0,0,1,1,2,1,1,1,0,1,1,1,1,0,1,0,0,0,1,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'ORG', '{1,1,0,0,0,0,0,0,1,0,0,1,1,1,0,0,1,0,1,0,0,0,0,1,0,0,0,0,0,0,1,0,0,0,1,0,1,0,0,0,0,0,0,0,1,0,0,0,0,1,0,0,1,0,1,0,0,0,0,0,1,1,0,0,0,0,1,1,0,1,0,2,0,0,0,0,1,1,0,1,0,1,0,1,0,0,0,0,0,1,0,1,0,1,0,0,1,1,1,1,0,0,1,0,0,1,0,1,0,0,0,1,0,0,0,0,1,2,0,1,0,0,0,0,1,0,0,0,0,0,1,0,0,0,1,2,0,0,1,1,0,1,1,0,0,1,2,1,0,0}', '{3,3,3,1,2,3,6,3,3,8,2,5,4,5,3,8,5,3,4,7,3,3,2,5,2,5,5,2,1,4,3,2,4,2,3,6,2,4,1,3,4,1,2,6,5,4,3,4,0,4,5,1,3,6,5,3,4,1,8,5,1,3,4,4,3,1,4,5,4,3,8,3,3,0,2,6,4,8,1,3,1,4,2,2,1,3,2,2,2,5,1,7,3,2,2,5,5,3,3,4,1,3,6,3,3,4,3,3,4,6,5,4,4,1,5,3,2,4,3,2,3,0,7,2,3,5,1,2,4,4,3,3,3,2,3,4,0,3,3,2,4,3,4,0,6,1,3,3,2,8}', '{1,1,0,0,0,1,1,1,1,0,0,1,2,1,1,0,1,0,2,2,1,0,0,1,0,0,0,0,0,1,1,0,0,0,1,0,2,0,0,0,0,1,0,0,2,0,1,0,0,1,0,0,1,0,1,0,2,1,0,1,2,1,1,0,1,0,1,1,1,1,0,2,0,0,0,1,1,1,0,1,1,1,0,1,0,1,0,0,0,2,0,1,0,1,0,1,1,1,2,2,1,0,1,1,0,1,0,1,0,1,0,1,0,1,1,0,1,2,0,1,0,0,0,0,1,1,0,0,0,1,1,1,0,0,1,2,0,0,1,1,1,1,1,0,1,1,3,1,0,0}'),
	('job-43f41eeb0b83818c2702d627.da', 'type', 'LOC', '{1,0,1,1,1,1,1,0,1,1,0,0,0,0,0,1,0,0,0,0,0,1,0,0,1,1,1,1,1,0,1,0,1,0,0,0,0,0,2,0,0,1,0,1,0,0,1,0,1,0,1,1,0,1,0,1,1,1,1,2,0,1,0,0,1,0,0,0,0,0,0,0,1,0,1,1,0,0,1,0,0,1,1,0,1,1,1,0,1,0,0,1,1,0,0,0,0,0,0,0,1,0,1,0,0,0,1,0,2,1,1,1,2,1,2,0,1,0,0,0,0,0,0,0,1,1,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,1}', '{4,6,5,6,7,5,7,3,7,4,3,1,3,8,6,4,2,5,7,5,6,5,4,4,4,3,6,4,6,5,6,2,8,5,3,4,6,7,5,2,3,3,7,6,6,4,4,3,6,4,5,4,5,5,6,4,7,7,3,7,4,6,2,6,10,4,4,6,8,3,5,3,3,4,7,5,4,6,5,5,4,9,5,5,6,5,7,4,6,3,5,6,9,3,5,6,5,7,6,5,5,2,6,5,4,5,5,3,7,6,7,7,9,5,9,5,6,5,6,5,3,5,6,4,6,3,7,7,2,3,5,6,6,5,5,6,7,2,6,3,6,3,4,4,3,8,7,5,3,5}', '{1,0,1,1,1,1,1,0,1,2,1,0,0,0,0,2,0,0,0,1,0,1,0,0,1,1,1,1,1,1,1,0,1,0,0,2,1,0,3,1,1,1,0,2,0,1,1,1,1,0,1,1,0,1,0,1,1,1,2,2,0,1,0,1,1,1,0,0,0,1,2,0,1,0,1,1,0,0,1,0,0,1,1,0,1,1,1,1,1,0,0,1,1,0,1,0,0,0,0,0,1,1,1,0,1,1,3,0,2,1,1,1,2,1,2,1,1,0,1,0,1,1,1,1,1,1,1,0,1,0,1,0,0,1,0,0,1,1,0,0,1,0,1,0,0,0,0,1,1,4}'),
	('job-43f41eeb0b83818c2702d627.da', 'type', '*', '{2,1,1,1,0,0,1,0,2,1,0,1,1,1,0,2,1,0,1,0,0,0,0,1,1,1,1,1,1,0,2,1,2,0,1,0,1,0,2,0,0,1,0,0,1,0,1,0,1,1,1,1,0,0,1,1,1,1,1,2,1,2,0,0,1,0,1,1,0,1,0,2,1,0,1,2,1,0,2,0,1,2,0,0,2,1,1,1,2,1,0,3,1,2,1,1,1,0,0,1,1,0,1,0,0,0,1,1,1,1,1,2,2,1,2,0,2,2,0,1,0,0,0,0,2,1,1,0,1,0,0,0,0,0,1,1,1,0,0,1,1,0,1,0,0,1,2,1,0,1}', '{8,12,10,9,10,8,15,7,11,13,8,7,7,14,10,13,9,11,13,15,9,10,9,10,6,10,11,7,8,10,10,7,14,9,8,12,12,13,10,7,9,6,10,14,15,9,9,8,6,10,12,6,9,12,11,7,15,10,13,14,6,10,7,11,14,8,10,11,15,8,15,8,6,4,9,15,8,18,10,11,8,17,8,9,10,11,11,8,11,9,6,15,13,8,10,13,10,13,12,11,8,8,14,10,7,9,9,7,14,14,14,14,16,8,17,8,10,11,9,10,7,8,14,8,9,11,8,10,8,9,10,10,10,9,10,12,9,7,12,7,15,8,9,4,10,11,11,11,7,15}', '{2,2,2,2,2,2,3,1,3,3,2,2,2,2,3,3,2,1,3,3,2,1,0,1,1,2,2,1,2,3,2,1,4,0,2,2,3,1,3,2,2,2,1,2,2,2,3,2,2,2,2,1,2,2,1,1,3,2,2,3,2,3,1,2,2,2,2,1,2,2,3,2,1,0,2,4,2,2,2,2,2,3,2,2,2,3,2,2,3,3,0,4,2,2,2,3,2,2,3,2,2,2,3,1,2,3,3,2,2,3,3,4,4,2,3,1,2,2,2,2,1,2,2,2,2,3,2,1,2,1,2,1,1,2,3,3,2,2,1,2,3,2,3,0,2,1,3,2,2,4}');
SELECT pg_catalog.setval('public.device_turns_place_seq', 1, false);
SELECT pg_catalog.setval('public.events_id_seq', 4, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.arm_scores
    ADD CONSTRAINT arm_scores_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.arm_tests
    ADD CONSTRAINT arm_tests_pkey PRIMARY KEY (first, second);
ALTER TABLE ONLY public.completions
    ADD CONSTRAINT completions_dataset_id_call_index_key UNIQUE (dataset_id, call_index);
ALTER TABLE ONLY public.completions
    ADD CONSTRAINT completions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.datasets
    ADD CONSTRAINT datasets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.datasets
    ADD CONSTRAINT datasets_run_id_language_source_split_version_key UNIQUE (run_id, language, source, split, version);
ALTER TABLE ONLY public.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (topic, partition, "offset");
ALTER TABLE ONLY public.device_turns
    ADD CONSTRAINT device_turns_device_holder_key UNIQUE (device, holder);
ALTER TABLE ONLY public.device_turns
    ADD CONSTRAINT device_turns_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT evaluations_job_id_dataset_id_method_label_mapping_metric_v_key UNIQUE (job_id, dataset_id, method, label_mapping, metric_version);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT evaluations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_job_id_key UNIQUE (job_id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_place_key UNIQUE (place);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_pkey PRIMARY KEY (job_id, dataset_id, method);
ALTER TABLE ONLY public.prompts
    ADD CONSTRAINT prompts_dataset_id_call_index_key UNIQUE (dataset_id, call_index);
ALTER TABLE ONLY public.prompts
    ADD CONSTRAINT prompts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rejections
    ADD CONSTRAINT rejections_pkey PRIMARY KEY (dataset_id, call_index, candidate_index);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_idempotency_key_key UNIQUE (idempotency_key);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sample_bands
    ADD CONSTRAINT sample_bands_pkey PRIMARY KEY (dataset_id, key, call_index, candidate_index);
ALTER TABLE ONLY public.samples
    ADD CONSTRAINT samples_pkey PRIMARY KEY (dataset_id, call_index, candidate_index);
ALTER TABLE ONLY public.scores
    ADD CONSTRAINT scores_pkey PRIMARY KEY (evaluation_id, reading, label);
ALTER TABLE ONLY public.sentence_scores
    ADD CONSTRAINT sentence_scores_pkey PRIMARY KEY (evaluation_id, reading, label);
CREATE INDEX arm_scores_run ON public.arm_scores USING btree (run_id);
CREATE INDEX completions_run ON public.completions USING btree (run_id, state);
CREATE INDEX completions_waiting ON public.completions USING btree (publish_after) WHERE (state = ANY (ARRAY['queued'::text, 'claimed'::text]));
CREATE INDEX evaluations_run ON public.evaluations USING btree (run_id, state);
CREATE INDEX evaluations_waiting ON public.evaluations USING btree (publish_after) WHERE (state = ANY (ARRAY['queued'::text, 'claimed'::text]));
CREATE INDEX events_order ON public.events USING btree (run_id, txid, id);
CREATE INDEX ix_arm_tests_second ON public.arm_tests USING btree (second);
CREATE INDEX ix_runs_created_at ON public.runs USING btree (created_at);
CREATE INDEX jobs_run ON public.jobs USING btree (run_id, state);
CREATE INDEX jobs_waiting ON public.jobs USING btree (publish_after) WHERE (state = ANY (ARRAY['queued'::text, 'claimed'::text]));
CREATE INDEX prompts_run ON public.prompts USING btree (run_id, state);
CREATE INDEX prompts_waiting ON public.prompts USING btree (publish_after) WHERE (state = ANY (ARRAY['queued'::text, 'claimed'::text]));
CREATE INDEX rejections_reason ON public.rejections USING btree (dataset_id, reason);
CREATE INDEX sample_bands_sample ON public.sample_bands USING btree (dataset_id, call_index, candidate_index);
CREATE INDEX samples_identity ON public.samples USING btree (dataset_id, identity);
CREATE OR REPLACE VIEW public.rejection_reasons AS
 SELECT d.run_id AS run,
    d.language,
    d.source,
    d.split,
    d.version,
    x.reason,
    count(*) AS rejected,
    round(((count(*))::numeric / (NULLIF(d.candidates, 0))::numeric), 4) AS share_of_candidates
   FROM (public.rejections x
     JOIN public.datasets d ON ((d.id = x.dataset_id)))
  GROUP BY d.id, x.reason;
ALTER TABLE ONLY public.arm_scores
    ADD CONSTRAINT arm_scores_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.arm_scores
    ADD CONSTRAINT arm_scores_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.arm_tests
    ADD CONSTRAINT arm_tests_first_fkey FOREIGN KEY (first) REFERENCES public.arm_scores(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.arm_tests
    ADD CONSTRAINT arm_tests_second_fkey FOREIGN KEY (second) REFERENCES public.arm_scores(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.completions
    ADD CONSTRAINT completions_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.datasets
    ADD CONSTRAINT datasets_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT evaluations_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT evaluations_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT evaluations_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.prompts
    ADD CONSTRAINT prompts_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.rejections
    ADD CONSTRAINT rejections_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sample_bands
    ADD CONSTRAINT sample_bands_dataset_id_call_index_candidate_index_fkey FOREIGN KEY (dataset_id, call_index, candidate_index) REFERENCES public.samples(dataset_id, call_index, candidate_index) ON DELETE CASCADE;
ALTER TABLE ONLY public.samples
    ADD CONSTRAINT samples_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES public.datasets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.scores
    ADD CONSTRAINT scores_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES public.evaluations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sentence_scores
    ADD CONSTRAINT sentence_scores_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES public.evaluations(id) ON DELETE CASCADE;
