"""The toy LLM: a Llama of about a million parameters with a tokenizer of its own, trained from random weights.

It learns to write one `tag_ids` object after another, first in the related language, then in the target language.
On one core that takes well under a minute. What it writes is its own: most of it can be used, some of it cannot.

One thread throughout: matrices this small are slower with two, and one thread repeats itself to the last bit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from spanloom.errors import DataError, SpecError
from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.sentence import Sentence
from spanloom_generator.engines.toy_mentions import exchange_mentions, mentions_of

log = structlog.stdlib.get_logger(__name__)

BOS, EOS, PAD = "<bos>", "<eos>", "<pad>"
BOS_ID, EOS_ID, PAD_ID = 0, 1, 2

WINDOW = 512
"""Longest object, in tokens, begin and end included."""

PUNCTUATION = Regex(r'\{"tokens":\["|","|"\],"ner_tags":\[|\]\}|\d+,')
"""The format's punctuation, and a tag with its comma: a token each, so that a word and its tag are not far apart."""

OnStep = Callable[[int, float], None]


@dataclass(frozen=True)
class ToyRecipe:
    """Size and training of the toy LLM. Steps are optimizer steps of `batch_size` objects; betas are AdamW's.

    `exchange` is the share of mentions that each pass over the sentences replaces by others of their type. At 0 the
    model learns sentences by heart (two thirds of what it writes are copies), at 1 it learns the tags too slowly.
    """

    related_steps: int = 430
    target_steps: int = 900
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    vocabulary: int = 1500
    seed: int = 3535
    learning_rate: float = 2e-3
    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.98)
    warmup_steps: int = 20
    batch_size: int = 8
    exchange: float = 0.6
    initial_std: float = 0.06
    version: int = 2
    """Raised when the code below would make another model of the same recipe."""

    def __post_init__(self) -> None:
        """Raises SpecError for sizes of which no model can be made."""
        if self.hidden % (2 * self.heads):
            raise SpecError(
                [
                    (
                        "engine.heads",
                        f"hidden {self.hidden} is not a multiple of 2 x heads {self.heads} (rotary positions)",
                    )
                ]
            )


@dataclass(frozen=True)
class ToyTrainingProgress:
    """Where training stands: `stage` is `related` or `target`, `step` of `steps` done, `loss` of the last batch."""

    stage: str
    step: int
    steps: int
    loss: float


@dataclass(frozen=True)
class ToyLLM:
    """A trained model and its tokenizer."""

    model: LlamaForCausalLM
    tokenizer: Tokenizer


def write_object(sentence: Sentence) -> str:
    """The `tag_ids` object of a sentence, in real characters."""
    return dumps({"tokens": sentence.tokens, "ner_tags": sentence.tags})


def encode(tokenizer: Tokenizer, sentence: Sentence) -> list[int]:
    """Token ids of a sentence's object between begin and end."""
    return [BOS_ID, *tokenizer.encode(write_object(sentence)).ids, EOS_ID]


def train_tokenizer(sentences: Iterable[Sentence], vocabulary: int) -> Tokenizer:
    """Byte-level BPE whose pre-tokenizer keeps JSON punctuation whole (40 tokens an object in place of 70)."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(PUNCTUATION, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[BOS, EOS, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(map(write_object, sentences), trainer)
    return tokenizer


def train_llm(
    target: Sequence[Sentence],
    related: Sequence[Sentence],
    recipe: ToyRecipe,
    *,
    on_progress: Callable[[ToyTrainingProgress], None],
) -> ToyLLM:
    """Train tokenizer and model on the sentences: related language first (skipped when empty), then the target.

    Sentences that do not fit into the window are left out with a warning. Raises DataError when no target sentence
    is left.
    """
    tokenizer = train_tokenizer([*related, *target], recipe.vocabulary)
    model = new_model(tokenizer.get_vocab_size(), recipe)
    stages = (("related", related, recipe.related_steps), ("target", target, recipe.target_steps))
    for stage, sentences, steps in stages:
        fitting = [sentence for sentence in sentences if len(encode(tokenizer, sentence)) <= WINDOW]
        if len(fitting) < len(sentences):
            log.warning("sentences too long for the toy model", stage=stage, left_out=len(sentences) - len(fitting))
        if fitting and steps:

            def on_step(step: int, loss: float, stage: str = stage, steps: int = steps) -> None:
                on_progress(ToyTrainingProgress(stage, step, steps, loss))

            _train(model, tokenizer, fitting, steps, recipe, decay=stage == "target", on_step=on_step)
        elif stage == "target":
            raise DataError(
                f"the toy LLM needs training sentences of at most {WINDOW} of its tokens; "
                f"of {len(target)} gold train sentences none is"
            )
    return ToyLLM(model.eval(), tokenizer)


def new_model(vocabulary: int, recipe: ToyRecipe) -> LlamaForCausalLM:
    """Random weights from the recipe's seed alone, whatever other threads draw from torch's global generator."""
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        intermediate_size=recipe.hidden * 5 // 2,
        max_position_embeddings=WINDOW,
        tie_word_embeddings=True,
        bos_token_id=BOS_ID,
        eos_token_id=EOS_ID,
        pad_token_id=PAD_ID,
    )
    model = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(recipe.seed)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:  # the vectors are the norms' gains, which begin at 1
                # three times the usual 0.02: at this width attention forms sooner (84% equal lengths for 51%)
                weight.normal_(0.0, recipe.initial_std, generator=generator)
    return model


def _train(
    model: LlamaForCausalLM,
    tokenizer: Tokenizer,
    sentences: list[Sentence],
    steps: int,
    recipe: ToyRecipe,
    *,
    decay: bool,
    on_step: OnStep,
) -> None:
    """AdamW with linear warm-up, then a constant rate or, with `decay`, a linear fall to zero."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        groups,
        lr=recipe.learning_rate,
        betas=recipe.betas,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda i: min((i + 1) / max(recipe.warmup_steps, 1), 1.0) * (1.0 - i / steps if decay else 1.0)
    )
    model.train()
    rng = random.Random(recipe.seed)  # noqa: S311  (not for secrets)
    waiting: list[torch.Tensor] = []
    for step in range(1, steps + 1):
        waiting = waiting or _pass(tokenizer, sentences, recipe, rng)
        ids = waiting.pop()  # (B, L)
        logits = model(input_ids=ids[:, :-1], use_cache=False).logits  # (B, L - 1, V)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), ignore_index=PAD_ID)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        on_step(step, float(loss.detach()))


def _pass(tokenizer: Tokenizer, sentences: list[Sentence], recipe: ToyRecipe, rng: random.Random) -> list[torch.Tensor]:
    """All sentences once, mentions exchanged, in batches (B, L) of like length, padded right, in random order.

    An object that longer mentions have carried over the window is trained on up to there.
    """
    mentions = mentions_of(sentences)
    objects = [
        encode(tokenizer, exchange_mentions(sentence, mentions, recipe.exchange, rng))[:WINDOW]
        for sentence in sentences
    ]
    order = sorted(objects, key=lambda ids: (len(ids), rng.random()))
    batches = [order[i : i + recipe.batch_size] for i in range(0, len(order), recipe.batch_size)]
    rng.shuffle(batches)
    return [torch.tensor([ids + [PAD_ID] * (max(map(len, batch)) - len(ids)) for ids in batch]) for batch in batches]
