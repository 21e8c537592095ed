"""Encoders of several architectures, made small: what we compute is what transformers computes with its own mask."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForTokenClassification,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    PreTrainedConfig,
    Qwen2Config,
    XLMRobertaConfig,
)

from spanloom.contracts.encoders import shape_of
from spanloom.contracts.training import EncoderSpec, Recipe
from spanloom.errors import SpecError
from spanloom.ner.schema import LabelSchema
from spanloom.ner.sentence import Sentence
from spanloom_trainer.core.base import Base, base_of, cut, freeze, layers_of, start
from spanloom_trainer.core.data import EncodedSplit, prepare
from spanloom_trainer.core.encode import IGNORE, attended, pad
from spanloom_trainer.core.masks import additive, takes_whole_masks, whole_mask
from spanloom_trainer.core.step import EagerStep, logits_of
from spanloom_trainer.core.tagging import tag
from spanloom_trainer.core.tiny import make_tokenizer
from spanloom_trainer.core.working import WorkingWeights

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # DeBERTa's

Toy = dict[str, list[Sentence]]
SIZES = {"vocab_size": 200, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
CONFIGS: dict[str, PreTrainedConfig] = {
    "bert": BertConfig(**SIZES, intermediate_size=48, max_position_embeddings=80, pad_token_id=1),
    "bert, padding named as <s>": BertConfig(**SIZES, intermediate_size=48, max_position_embeddings=80, pad_token_id=0),
    "xlm-roberta": XLMRobertaConfig(**SIZES, intermediate_size=48, max_position_embeddings=80, pad_token_id=1),
    "deberta-v3": DebertaV2Config(
        **SIZES,
        intermediate_size=48,
        max_position_embeddings=80,
        pad_token_id=1,
        relative_attention=True,
        position_buckets=16,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
    ),
    "modernbert": ModernBertConfig(
        **SIZES,
        intermediate_size=48,
        max_position_embeddings=80,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        cls_token_id=0,
        sep_token_id=2,
        local_attention=8,
        global_attn_every_n_layers=2,
    ),
    "electra": ElectraConfig(
        **SIZES, embedding_size=16, intermediate_size=48, max_position_embeddings=80, pad_token_id=5
    ),
    "distilbert": DistilBertConfig(
        vocab_size=200, dim=32, n_layers=2, n_heads=2, hidden_dim=48, max_position_embeddings=80, pad_token_id=1
    ),
}


@pytest.fixture(params=CONFIGS)
def any_base(request: pytest.FixtureRequest, toy: Toy) -> Base:
    tokenizer = make_tokenizer(toy["train"], vocab=200, longest=64)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = AutoModelForTokenClassification.from_config(copy.deepcopy(CONFIGS[request.param]), dtype=torch.float32)
        for part in model.modules():  # a padding row of zeros would hide who attends to it
            if isinstance(part, torch.nn.Embedding):
                torch.nn.init.normal_(part.weight, std=0.5)
    return base_of(model, tokenizer, name=request.param)


def sentences(toy: Toy) -> list[Sentence]:
    """The toy language's, of many lengths, one with the padding's own name as a word."""
    odd = Sentence(("<pad>", *toy["test"][0].tokens, "<s>"), (0,) * (len(toy["test"][0].tokens) + 2))
    return [odd, toy["test"][1], Sentence(toy["test"][2].tokens[:1], (0,)), *toy["test"][3:8]]


def theirs(model: Any, tokenizer: Any, words: list[list[str]]) -> torch.Tensor:
    """transformers' own logits: its tokenizer, its padding, its mask."""
    batch = tokenizer(words, is_split_into_words=True, padding=True, return_tensors="pt")
    with torch.no_grad():
        logits: torch.Tensor = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return logits


def ours(model: Any, split: EncodedSplit, rows: list[int], padding: int) -> torch.Tensor:
    ids = torch.from_numpy(pad((split.ids[i] for i in rows), padding))
    with torch.no_grad():
        return logits_of(model, ids, torch.from_numpy(attended(len(split.ids[i]) for i in rows)))


@pytest.mark.parametrize("trim", [True, False])
def test_logits_are_transformers_own(any_base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe, trim: bool) -> None:
    said = sentences(toy)
    words = [list(s.tokens) for s in said]
    data = prepare(toy["train"], toy["dev"], words, recipe.changed(trim=trim), any_base, schema)
    torch.manual_seed(1)
    model = start(any_base, schema, keep=data.keep).eval()
    torch.manual_seed(1)
    whole = start(any_base, schema).eval()
    wanted = theirs(whole, any_base.tokenizer, words)
    lengths = data.test.lengths
    together = ours(model, data.test, list(range(len(said))), data.padding)
    assert together.shape == wanted.shape
    for i, length in enumerate(lengths):
        alone = ours(model, data.test, [i], data.padding)[0]
        single = theirs(whole, any_base.tokenizer, [words[i]])[0]
        assert torch.allclose(together[i, :length], wanted[i, :length], atol=1e-5)
        assert torch.allclose(alone, single, atol=1e-5)
        assert torch.allclose(alone, together[i, :length], atol=1e-5)


def test_tags_do_not_depend_on_what_else_is_in_the_batch(
    any_base: Base, schema: LabelSchema, toy: Toy, recipe: Recipe
) -> None:
    words = [list(s.tokens) for s in sentences(toy)]
    torch.manual_seed(1)
    model = start(any_base, schema).eval()
    data = prepare(toy["train"], toy["dev"], words, recipe.changed(trim=False), any_base, schema)
    together = tag(model, data.test, padding=data.padding).tags
    best = theirs(model, any_base.tokenizer, words).argmax(-1)
    for i, window in enumerate(data.test.encoded.windows):
        assert together[window.sentence] == [int(best[i, head]) for head in window.heads]


def test_only_where_positions_are_counted_from_padding_all_rows_before_it_are_kept(any_base: Base, toy: Toy) -> None:
    counted = any_base.counts_from_padding
    assert counted == (any_base.name == "xlm-roberta")
    assert any_base.longest == (64 if not counted else min(64, 80 - any_base.padding - 1))


def test_the_first_layers_alone_are_a_whole_model(any_base: Base, schema: LabelSchema, tmp_path: Path) -> None:
    model = start(any_base, schema).eval()
    cut(model, 1)
    assert len(layers_of(model)[2]) == model.config.num_hidden_layers == 1
    ids = torch.tensor([[0, 9, 8, 7, 2]])
    with torch.no_grad():
        wanted = model(input_ids=ids).logits
    model.save_pretrained(tmp_path)
    again = AutoModelForTokenClassification.from_pretrained(tmp_path).eval()
    assert torch.allclose(again(input_ids=ids).logits, wanted, atol=1e-6)
    with pytest.raises(SpecError, match=r"encoder\.layers: 3 is more than the encoder's 1"):
        cut(model, 3)


@pytest.mark.parametrize("what", ["embeddings", 1])
def test_what_is_frozen_keeps_its_weights(any_base: Base, schema: LabelSchema, what: str | int) -> None:
    model = start(any_base, schema)
    freeze(model, what)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    ids, labels = torch.tensor([[0, 9, 8, 7, 2]]), torch.tensor([[-100, 1, 0, 2, -100]])
    EagerStep(model, Recipe(learning_rate=0.01), "fp32")(ids, labels, torch.ones_like(ids), 0.01)
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    _, _, layers = layers_of(model)
    prefixes = [name for name, part in model.named_modules() if any(part is layer for layer in layers)]
    assert not any(".embeddings." in name for name in moved)
    assert any(name.startswith(prefixes[1] + ".") for name in moved)
    assert any(name.startswith(prefixes[0] + ".") for name in moved) == (what == "embeddings")
    with pytest.raises(SpecError, match=r"recipe\.freeze: 5 is more than the encoder's 2 layers"):
        freeze(model, 5)


@pytest.mark.parametrize("frozen", [None, 1])
@pytest.mark.parametrize("parts", [False, True])
def test_updates_on_working_copies_are_autocasts_to_the_bit(
    any_base: Base, schema: LabelSchema, parts: bool, frozen: int | None
) -> None:
    model = start(any_base, schema).train()
    if frozen is not None:
        freeze(model, frozen)
    recipe = Recipe(learning_rate=0.01)
    casting, working = (
        EagerStep(one, recipe, "bf16", parts=parts, working=copies)
        for one, copies in ((model, False), (copy.deepcopy(model), True))
    )
    assert casting.working is None
    assert working.working is not None
    drawn = torch.Generator().manual_seed(2)
    mask = torch.from_numpy(attended([40, 3, 39, 2]))
    for step in range(4):
        ids = torch.randint(5, 150, (4, 40), generator=drawn).where(mask.bool(), torch.tensor(any_base.padding))
        labels = torch.randint(0, len(schema), (4, 40), generator=drawn).where(mask.bool(), torch.tensor(IGNORE))
        losses = []
        for update in (casting, working):
            torch.manual_seed(step)  # dropout's draws
            losses.append(float(update(ids, labels, mask, 0.01)))
        assert losses[0] == losses[1]
    assert all(torch.equal(one, other) for one, other in zip(casting.parameters, working.parameters, strict=True))
    assert list(working.model.state_dict()) == list(casting.model.state_dict())


def test_working_copies_are_of_products_alone(any_base: Base, schema: LabelSchema) -> None:
    model = start(any_base, schema)
    products = {name: one for name, one in model.named_modules() if isinstance(one, torch.nn.Linear)}
    copied = WorkingWeights(model).copies
    assert copied.keys() == {f"{name}.{part}" for name, one in products.items() for part, _ in one.named_parameters()}
    assert {one.dtype for one in copied.values()} == {torch.bfloat16}


def test_a_folders_shape_is_that_of_the_model(any_base: Base, tmp_path: Path) -> None:
    any_base.model.save_pretrained(tmp_path)
    whole, half = (shape_of(EncoderSpec(name=str(tmp_path), layers=n)) for n in (None, 1))
    assert whole is not None
    assert half is not None
    assert whole.parameters == sum(value.numel() for value in any_base.model.parameters())
    assert (whole.layers, whole.hidden) == (2, 32)
    layer = sum(p.numel() for p in layers_of(any_base.model)[2][1].parameters())
    assert whole.parameters - half.parameters == layer
    (tmp_path / "config.json").write_text("[]")
    assert shape_of(EncoderSpec(name=str(tmp_path))) is None


def test_graphs_are_for_models_whose_layers_take_a_mask_as_it_is() -> None:
    """Not for sliding windows, and not for decoders, whose order such a mask would take away."""
    decoders = {
        "qwen2": Qwen2Config(**SIZES, intermediate_size=48, num_key_value_heads=2),
        "bert, decoding": BertConfig(**SIZES, intermediate_size=48, is_decoder=True),
    }
    for name, config in {**CONFIGS, **decoders}.items():
        model = AutoModelForTokenClassification.from_config(copy.deepcopy(config), dtype=torch.float32)
        assert takes_whole_masks(model) == (name not in ("modernbert", "deberta-v3", *decoders)), name


@torch.no_grad()
def test_a_mask_that_is_added_says_what_the_booleans_say(any_base: Base) -> None:
    """Whole masks `(B, 1, 1, L)`, as captured updates and tagging on a GPU have them."""
    model = any_base.model
    if not takes_whole_masks(model):
        assert model.config.model_type in ("modernbert", "deberta-v2")
        return
    lengths = torch.tensor([9, 4, 6])
    ids = torch.randint(5, 150, (3, 9), generator=torch.Generator().manual_seed(1))
    real = torch.arange(9) < lengths[:, None]
    plain = logits_of(model, ids, real.long())
    whole = whole_mask(real)
    said = logits_of(model, ids, whole)
    assert torch.allclose(said[real], plain[real], atol=1e-6)
    assert torch.equal(logits_of(model, ids, additive(whole, "fp32")), said)
