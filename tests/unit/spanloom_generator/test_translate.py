"""Translation as calls: what is asked of whom, and which calls ask for the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanloom.contracts.allowed import not_allowed
from spanloom.contracts.reach import Reach
from spanloom.contracts.spec import RunSpec, check_spec
from spanloom.data.demo import demo_corpus
from spanloom.data.languages import complete_spec
from spanloom.errors import SpecError
from spanloom.store.runs import NewDataset
from spanloom_generator.calls import decode_call
from spanloom_generator.engines.port import CallRequest
from spanloom_generator.engines.translation_lines import TranslationLines
from spanloom_generator.submit import plan_datasets

SERVER = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
LLM = {"kind": "llm", "engine": SERVER}
MODEL = {"kind": "seq2seq", "model": "./nllb"}
ALIGNER = {"encoder": "./e5"}


def spec_of(*sources: dict[str, Any], **language: Any) -> RunSpec:
    related = {"code": "sv", "gold": {"demo": "sv"}, "cap": 20}
    return check_spec(
        complete_spec(
            {
                "name": "translated",
                "languages": [{"code": "da", "gold": {"demo": "da"}, "related": related, **language}],
                "sources": list(sources),
                "training": {"settings": ["from_scratch"], "encoder": {"tiny": {}}},
            }
        )
    )


def planned(source: dict[str, Any]) -> NewDataset:
    (found,) = [each for each in plan_datasets("run", spec_of(source)) if each.source != "gold"]
    return found


def calls_of(found: NewDataset) -> list[tuple[dict[str, Any], CallRequest, str | None]]:
    out = []
    for prompt in found.prompts:
        assert len(prompt) == 4
        out.append((*decode_call(prompt[1]), prompt[3]))
    return out


def test_the_train_set_is_asked_in_one_direction_and_the_test_set_in_the_other() -> None:
    there = planned({"kind": "translate_train", "translator": LLM, "aligner": ALIGNER})
    back = planned({"kind": "translate_test", "translator": LLM, "aligner": ALIGNER})
    assert (there.split, there.calls, back.split, back.calls) == ("train", 20, "test", 150)
    first, second = calls_of(there)[0][1], calls_of(back)[0][1]
    assert first.messages[0]["content"].startswith("Translate the sentence from Swedish to Danish.")
    assert second.messages[0]["content"].startswith("Translate the sentence from Danish to Swedish.")
    assert first.messages[1]["content"] == " ".join(demo_corpus("sv")["train"][0].tokens)
    assert second.messages[1]["content"] == " ".join(demo_corpus("da")["test"][0].tokens)
    assert (first.sampling.temperature, first.sampling.max_tokens) == (0, 1024)


def test_markers_go_to_a_translation_model_too_and_mentions_to_an_llm_alone() -> None:
    marked = planned({"kind": "translate_train", "translator": MODEL, "projection": "mark"})
    assert any("<1>" in request.messages[1]["content"] for _, request, _ in calls_of(marked))
    with pytest.raises(SpecError, match="give translator kind `llm`"):
        spec_of({"kind": "translate_train", "translator": MODEL, "projection": "mention"})
    with pytest.raises(SpecError, match=r"projection|extra|not allowed|unknown"):
        spec_of({"kind": "translate_test", "translator": LLM, "aligner": ALIGNER, "projection": "mark"})


def test_a_translation_model_is_told_what_it_may_call_the_languages() -> None:
    (engine, _, _), *_ = calls_of(planned({"kind": "translate_train", "translator": MODEL, "aligner": ALIGNER}))
    assert engine["kind"] == "seq2seq"
    assert engine["source"] == ["sv", "swe_Latn", "swe"]
    assert engine["target"] == ["da", "dan_Latn", "dan"]
    named = {**MODEL, "languages": {"da": "dan_X"}}
    (engine, _, _), *_ = calls_of(planned({"kind": "translate_test", "translator": named, "aligner": ALIGNER}))
    assert (engine["source"], engine["target"]) == (["dan_X"], ["sv", "swe_Latn", "swe"])


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"engine": {**SERVER, "concurrency": 3, "timeout_s": 9, "api_key_env": "MY_API_KEY"}}, True),
        ({"engine": {**SERVER, "model": "other"}}, False),
        ({"engine": {**SERVER, "extra": {"reasoning_effort": "low"}}}, False),
        ({"sampling": {"temperature": 0.5}}, False),
    ],
)
def test_calls_are_the_same_where_text_wording_and_translator_are(change: dict[str, Any], same: bool) -> None:
    source = {"kind": "translate_train", "translator": LLM, "aligner": ALIGNER}
    ours = [key for _, _, key in calls_of(planned(source))]
    theirs = [key for _, _, key in calls_of(planned({**source, "name": "other", "translator": LLM | change}))]
    assert None not in ours
    assert len(set(ours)) == len({s.tokens for s in demo_corpus("sv")["train"][:20]})
    assert (ours == theirs) is same
    assert same or set(ours).isdisjoint(theirs)


def test_a_translation_models_name_is_on_the_operators_list_or_refused() -> None:
    spec = spec_of({"kind": "translate_train", "translator": MODEL, "projection": "mark"})
    let = {"encoders": ["local"], "llms": ["local"], "reach": Reach()}
    assert not_allowed(spec, folders=[Path.cwd()], **let) == []
    ((place, what),) = not_allowed(spec, folders=[Path("/nowhere")], **let)
    assert place == "sources.0.translator.model"
    assert "SPANLOOM_LLMS" in what


@pytest.mark.parametrize("gold", [{"path": "g"}, {"path": "g", "limit": 9}, {"file": "g/train.iob2"}])
def test_a_recorded_translation_is_found_by_its_sentences_place_in_the_file(
    tmp_path: Path, gold: dict[str, Any]
) -> None:
    """A dev set held out of train, or one file that is divided, must not shift what stands line by line beside it."""
    rows = [f"word{i}\tB-PER\nis\tO\n\n" for i in range(40)]
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "train.iob2").write_text("".join(rows))
    (tmp_path / "g" / "test.iob2").write_text("".join(rows[:5]))
    (tmp_path / "t.txt").write_text("".join(f"ord{i} er\n" for i in range(40)))
    spec = spec_of(
        {
            "kind": "translate_train",
            "translator": {"kind": "replay", "files": {"da": "t.txt"}},
            "projection": "mark",
        },
        related={"code": "en", "gold": gold},
    )
    (found,) = [each for each in plan_datasets("run", spec, (tmp_path,)) if each.source != "gold"]
    calls = [decode_call(prompt[1]) for prompt in found.prompts]
    engine = TranslationLines({**calls[0][0], "roots": (tmp_path,)})
    engine.start()
    assert 0 < len(calls) < 40
    for _, request in calls:
        (word, _) = request.extra["sentence"]
        assert engine.submit(request).result().text == word.replace("word", "ord") + " er"
