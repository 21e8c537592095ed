from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest
import torch

from spanloom.contracts.training import Recipe
from spanloom.errors import EnvironmentMissing, SpecError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, head_of, load_base, start, vocabulary
from spanloom_trainer.core.data import prepare
from spanloom_trainer.core.encode import attended, pad
from spanloom_trainer.core.tiny import make_encoder
from spanloom_trainer.core.train import fine_tune

Toy = dict[str, list[Sentence]]


def test_trimming_changes_no_logit(base: Base, schema: LabelSchema, toy: Toy) -> None:
    words = [s.tokens for s in toy["test"]]
    data = {t: prepare(toy["train"], toy["dev"], words, Recipe(trim=t), base, schema) for t in (True, False)}
    assert data[True].keep is not None
    assert len(data[True].keep or ()) < base.embedding.num_embeddings
    logits = {}
    for trim, one in data.items():
        torch.manual_seed(1)
        model = start(base, schema, keep=one.keep).eval()
        ids = torch.from_numpy(pad(one.train.ids, one.padding))
        with torch.no_grad():
            logits[trim] = model(input_ids=ids, attention_mask=torch.from_numpy(attended(one.train.lengths))).logits
    assert torch.equal(logits[True], logits[False])


def test_trimmed_training_is_the_whole_training(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    plain = recipe.changed(weight_decay=0.0)
    trimmed, whole = (
        fine_tune(toy["train"], toy["dev"], toy["test"], plain.changed(trim=trim), base=base, schema=schema, seed=3)
        for trim in (True, False)
    )
    assert trimmed.vocabulary_trained < whole.vocabulary_trained == trimmed.vocabulary
    assert trimmed.first.losses == pytest.approx(whole.first.losses, rel=1e-5)
    assert trimmed.predictions == whole.predictions
    ids = torch.randint(0, trimmed.vocabulary, (4, 9), generator=torch.Generator().manual_seed(1))
    a, b = (o.state.model()(input_ids=ids).logits for o in (trimmed, whole))
    assert torch.allclose(a, b, atol=1e-4)


def test_rows_that_do_not_occur_come_back_as_they_were(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    outcome = fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=3)
    assert outcome.state.keep is not None
    absent = sorted(set(range(outcome.vocabulary)) - set(outcome.state.keep))
    assert absent
    after = outcome.state.model().get_input_embeddings().weight
    assert torch.equal(after[absent], base.embedding.weight[absent])
    assert not torch.equal(after, base.embedding.weight)


def test_padding_and_special_tokens_keep_their_numbers(base: Base) -> None:
    rows = vocabulary(base, {50, 70})
    assert rows[: base.padding + 1] == list(range(base.padding + 1))
    assert set(base.tokenizer.all_special_ids) <= set(rows)


def test_a_head_is_kept_for_the_same_schema_and_new_for_another(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    outcome = fine_tune(toy["train"], toy["dev"], [], recipe.changed(epochs=20), base=base, schema=schema, seed=3)
    related = outcome.state.as_base("related")
    assert related.tags == schema.tags
    assert torch.equal(start(related, schema).classifier.weight, related.model.classifier.weight)
    wider = LabelSchema.of(["PER", "LOC", "DATE"])
    model = start(related, wider)
    assert model.classifier.out_features == len(wider) == model.config.num_labels
    assert model.config.id2label[5] == "B-DATE"
    before = fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=4)
    after = fine_tune(toy["train"], toy["dev"], [], recipe, base=related, schema=schema, seed=4)
    assert after.first.losses[0] < 0.5 * before.first.losses[0]


def test_a_base_is_not_changed_by_training(base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe) -> None:
    before = {name: value.clone() for name, value in base.model.state_dict().items()}
    fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=3)
    assert all(torch.equal(value, before[name]) for name, value in base.model.state_dict().items())


def test_a_base_says_which_revision_of_the_hub_it_is(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("spanloom_trainer.core.base._loaded", OrderedDict())
    name, commit = "intfloat/multilingual-e5-small", "ab" * 20
    snapshot = tmp_path / "models--intfloat--multilingual-e5-small" / "snapshots" / commit
    base.model.save_pretrained(snapshot)
    base.tokenizer.save_pretrained(snapshot)
    assert load_base(name, revision=commit).revision == commit
    assert load_base(str(snapshot), revision=commit).revision is None, "a folder is no revision"
    assert base.revision is None
    with pytest.raises(EnvironmentMissing, match="cannot be loaded"):
        load_base(name)


def test_an_encoder_is_loaded_once_a_process(tmp_path: Path, toy: Toy) -> None:
    folder = make_encoder(tmp_path / "tiny", toy["train"], seed=1, hidden=16, layers=1, heads=2, ffn=32, vocab=120)
    first = load_base(str(folder))
    assert load_base(str(folder)) is first
    assert first.tags is None
    assert first.longest == 512
    assert first.tokenizer.pad_token_id == 1


def test_making_an_encoder_twice_gives_the_same_bits(tmp_path: Path, toy: Toy) -> None:
    sizes = {"hidden": 16, "layers": 1, "heads": 2, "ffn": 32, "vocab": 120}
    one, two = (make_encoder(tmp_path / name, toy["train"], seed=5, **sizes) for name in ("one", "two"))
    assert (one / "model.safetensors").read_bytes() == (two / "model.safetensors").read_bytes()
    assert (one / "tokenizer.json").read_bytes() == (two / "tokenizer.json").read_bytes()


def test_a_missing_encoder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match=r"Give a folder with config\.json"):
        load_base(str(tmp_path))


def test_a_max_length_beyond_the_encoder_is_refused(base: Base, schema: LabelSchema, toy: Toy) -> None:
    with pytest.raises(SpecError, match="65 is more than tiny-32x1 takes"):
        prepare(toy["train"], toy["dev"], [], Recipe(max_length=65), base, schema)


def test_a_head_that_knows_the_first_labels_keeps_them(
    base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    trained = fine_tune(toy["train"], toy["dev"], [], recipe, base=base, schema=schema, seed=3).state.as_base("related")
    longer = LabelSchema.of([*schema.types, "DATE"])
    torch.manual_seed(1)
    head = head_of(start(trained, longer))[1]
    known = head_of(trained.model)[1]
    assert torch.equal(head.weight[: len(schema)], known.weight)
    assert torch.equal(head.bias[: len(schema)], known.bias)
    assert len(head.bias) == len(longer)
