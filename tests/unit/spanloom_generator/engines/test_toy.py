"""The toy engine: trains once, answers the same whatever else it is asked, says no where it cannot."""

import threading
from concurrent.futures import CancelledError

import pytest

from spanloom.data.demo import demo_corpus
from spanloom.errors import PermanentEngineError, SpecError, TransientEngineError
from spanloom_generator.engines import toy
from spanloom_generator.engines.port import CallRequest, Sampling, open_engine
from spanloom_generator.engines.toy_sampler import sample_objects

TRAIN = demo_corpus("sv")["train"][:40]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("toy")


def config(cache, **more):
    return {
        "kind": "toy",
        "train": TRAIN,
        "related": demo_corpus("da")["train"][:20],
        "cache": str(cache),
        "related_steps": 5,
        "target_steps": 25,
        "hidden": 32,
        "layers": 1,
        "heads": 2,
        "vocabulary": 400,
        "on_progress": lambda progress: None,
        **more,
    }


@pytest.fixture
def engine(cache):
    engine = open_engine(config(cache))
    engine.start()
    yield engine
    engine.close()


def call(index=0, *, seed=1, max_tokens=60, **more):
    extra = more.pop("extra", {"n": 3, "format": "tag_ids"})
    sampling = Sampling(temperature=0.8, top_p=0.8, max_tokens=max_tokens, seed=seed)
    return CallRequest(f"p{index}", index, [], sampling, "sv", "toy-llm", extra=extra, **more)


def test_answers_n_objects_a_line_each_in_the_models_own_words(engine, cache):
    result = engine.submit(call(max_tokens=8192)).result(timeout=60)
    llm = toy.load_or_train(engine.train, engine.related, engine.recipe, cache, pytest.fail)
    most = engine.object_limit
    written = sample_objects(llm.model, 3, seed=1, temperature=0.8, top_p=0.8, max_tokens=most)
    lines = [llm.tokenizer.decode(ids) for ids in written]
    assert result.text == "\n".join(lines)
    assert result.finish_reason == ("length" if any(len(ids) == most for ids in written) else "stop")
    assert (result.tokens_in, result.tokens_out) == (3, sum(map(len, written)))
    assert result.model == "toy-llama"
    assert result.seconds > 0


def test_the_answer_to_a_seed_is_the_same_in_any_company(engine):
    alone = engine.submit(call(seed=7)).result(timeout=60)
    crowd = [engine.submit(call(i, seed=i)) for i in range(5, 9)]
    assert crowd[2].result(timeout=60).text == alone.text
    assert len({future.result(timeout=60).text for future in crowd}) == 4


def test_second_engine_takes_the_model_from_the_cache(cache, engine):
    steps = []
    other = open_engine(config(cache, on_progress=steps.append))
    other.start()
    try:
        assert steps == []
        assert other.submit(call()).result(timeout=60).text == engine.submit(call()).result(timeout=60).text
    finally:
        other.close()
    assert [path.suffix for path in cache.iterdir()] == [".safetensors"], "nothing temporary is left behind"


def test_another_recipe_or_other_sentences_are_another_model(tmp_path):
    for more in ({}, {"seed": 1}, {"train": TRAIN[:30]}, {"related": []}):
        engine = open_engine(config(tmp_path, target_steps=2, **more))
        engine.start()
        engine.close()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_damaged_cache_is_trained_again(tmp_path):
    steps = []
    for _ in range(2):
        engine = open_engine(config(tmp_path, target_steps=2, on_progress=steps.append))
        engine.start()
        engine.close()
        (path,) = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-100])
    assert len(steps) == 2 * (5 + 2)


def test_failing_to_write_the_cache_leaves_nothing(tmp_path, monkeypatch):
    def full(model, name, metadata):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(toy, "save_model", full)
    with pytest.raises(OSError, match="No space left"):
        open_engine(config(tmp_path, target_steps=2)).start()
    assert list(tmp_path.iterdir()) == []


def test_max_tokens_cuts_the_whole_answer(engine):
    whole = engine.submit(call(max_tokens=8192)).result(timeout=60)
    assert whole.tokens_out > 65
    cut = engine.submit(call(max_tokens=65)).result(timeout=60)
    assert cut.tokens_out == 65
    assert cut.finish_reason == "length"
    assert len(cut.text) < len(whole.text)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (call(extra={"n": 3, "format": "inline"}), "writes format tag_ids only, not inline"),
        (call(constrain="grammar", grammar="root ::= x"), "cannot constrain decoding"),
    ],
)
def test_refuses_for_good_what_it_cannot_do(engine, request_, reason):
    with pytest.raises(PermanentEngineError, match=reason):
        engine.submit(request_).result(timeout=60)


def test_failure_on_a_call_is_that_calls_alone(engine, monkeypatch):
    answer = toy.answer

    def fragile(llm, request, most, model):
        if request.prompt_id == "p13":
            raise RuntimeError("out of luck")
        return answer(llm, request, most, model)

    monkeypatch.setattr(toy, "answer", fragile)
    bad, good = engine.submit(call(13)), engine.submit(call(14))
    with pytest.raises(PermanentEngineError, match="RuntimeError: out of luck"):
        bad.result(timeout=60)
    assert good.result(timeout=60).text


def test_cancel_room_and_close(cache, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    answer = toy.answer

    def held(*arguments):
        begun.set()
        assert go_on.wait(60)
        return answer(*arguments)

    monkeypatch.setattr(toy, "answer", held)
    engine = open_engine(config(cache))
    with pytest.raises(TransientEngineError, match="not running"):
        engine.submit(call()).result(timeout=60)
    engine.start()
    empty = engine.room()
    futures = [engine.submit(call(i)) for i in range(4)]
    assert begun.wait(60)
    assert engine.room() == empty - 4
    engine.cancel(["p0", "p1", "unknown"])
    with pytest.raises(CancelledError):
        futures[1].result(timeout=60)
    closer = threading.Thread(target=engine.close)
    closer.start()
    for future in futures[2:]:
        with pytest.raises(CancelledError):
            future.result(timeout=60)
    go_on.set()
    closer.join(60)
    assert futures[0].result(timeout=60).text, "what was being written when cancel and close came is finished"
    engine.close()
    with pytest.raises(TransientEngineError, match="not running"):
        engine.submit(call()).result(timeout=60)


def test_a_cancelled_call_may_come_again(engine):
    engine.cancel(["p0"])
    assert engine.submit(call(0)).result(timeout=60).text


def test_missing_sentences_and_unknown_engines_are_named(cache):
    with pytest.raises(SpecError, match=r"engine\.train: the toy engine needs gold train sentences"):
        open_engine(config(cache, train=[]))
    with pytest.raises(
        SpecError, match=r"'toy-engine' is not an engine; allowed: openai, .*toy, translation_lines, vllm"
    ):
        open_engine({"kind": "toy-engine"})
