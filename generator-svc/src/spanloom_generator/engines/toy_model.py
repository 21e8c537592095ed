"""The toy LLM: a Llama of about a million parameters with a tokenizer of its own, trained from random weights.

It learns to write one `tag_ids` object after another, first in the related language, then in the target language.
On one core that takes about half a minute. What it writes is its own: most of it can be used, some of it cannot.

One thread throughout: matrices this small are slower with two, and one thread repeats itself to the last bit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from spanloom.ner.formats.jsontext import dumps
from spanloom.ner.sentence import Sentence
from spanloom.ner.spans import spans_of

BOS, EOS, PAD = "<bos>", "<eos>", "<pad>"
BOS_ID, EOS_ID, PAD_ID = 0, 1, 2
IGNORED = -100
"""Label of a position that does not count in the loss."""

WINDOW = 512
"""Longest object, in tokens, begin and end included."""

PUNCTUATION = Regex(r'\{"tokens":\["|","|"\],"ner_tags":\[|\]\}|\d+,')
"""The punctuation, and a tag with its comma: a token each, so that equal lengths are in easy reach."""


@dataclass(frozen=True)
class ToyRecipe:
    """Size and training of the toy LLM. Steps are optimizer steps of `batch_size` objects; betas, as AdamW has them."""

    related_steps: int = 430
    target_steps: int = 600
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    vocabulary: int = 1500
    seed: int = 3535
    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.98)
    warmup_steps: int = 20
    batch_size: int = 8
    exchange: float = 0.7
    init_std: float = 0.06
    version: int = 1
    """Raised when the code below would make another model of the same recipe."""


@dataclass(frozen=True)
class Progress:
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


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Byte-level BPE whose pre-tokenizer keeps JSON punctuation whole (42 tokens an object in place of 70)."""
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
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train_llm(
    target: Sequence[Sentence],
    related: Sequence[Sentence],
    recipe: ToyRecipe,
    *,
    on_progress: Callable[[Progress], None],
) -> ToyLLM:
    """Train tokenizer and model on the sentences: related language first (skipped when empty), then the target.

    Raises ValueError when no target sentence fits into the model's window.
    """
    tokenizer = train_tokenizer([write_object(sentence) for sentence in [*related, *target]], recipe.vocabulary)
    model = new_model(tokenizer.get_vocab_size(), recipe)
    stages = (("related", related, recipe.related_steps), ("target", target, recipe.target_steps))
    for stage, sentences, steps in stages:
        fitting = [s for s in sentences if len(encode(tokenizer, write_object(s))) <= WINDOW]
        if fitting and steps:
            _train(model, tokenizer, fitting, steps, recipe, partial(_tell, on_progress, stage, steps))
        elif stage == "target":
            raise ValueError(f"none of {len(target)} training sentences fits into {WINDOW} tokens")
    return ToyLLM(model.eval(), tokenizer)


def _tell(on_progress: Callable[[Progress], None], stage: str, steps: int, step: int, loss: float) -> None:
    on_progress(Progress(stage, step, steps, loss))


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    """Token ids of one object between begin and end."""
    return [BOS_ID, *tokenizer.encode(text).ids, EOS_ID]


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
                weight.normal_(0.0, recipe.init_std, generator=generator)
    return model


def _train(
    model: LlamaForCausalLM,
    tokenizer: Tokenizer,
    sentences: list[Sentence],
    steps: int,
    recipe: ToyRecipe,
    on_step: Callable[[int, float], None],
) -> None:
    """AdamW with linear warm-up and cosine decay to zero, over batches of objects of like length."""
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
    warmup = min(recipe.warmup_steps, steps)
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, 1 / max(warmup, 1), total_iters=warmup),
            torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps - warmup, 1)),
        ],
        milestones=[warmup],
    )
    model.train()
    rng = random.Random(recipe.seed)  # noqa: S311  (not for secrets)
    waiting: list[torch.Tensor] = []
    for step in range(1, steps + 1):
        waiting = waiting or _epoch(tokenizer, sentences, recipe, rng)
        ids = waiting.pop()  # (B, L)
        labels = ids.masked_fill(ids == PAD_ID, IGNORED)
        loss = model(input_ids=ids, labels=labels, use_cache=False).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        on_step(step, float(loss.detach()))


def _epoch(
    tokenizer: Tokenizer, sentences: list[Sentence], recipe: ToyRecipe, rng: random.Random
) -> list[torch.Tensor]:
    """All sentences once, with names exchanged, in batches (B, L) of like length, padded right, in random order."""
    mentions = mentions_of(sentences)
    objects = [
        encode(tokenizer, write_object(exchange_mentions(sentence, mentions, recipe.exchange, rng)))[:WINDOW]
        for sentence in sentences
    ]
    order = sorted(objects, key=lambda ids: (len(ids), rng.random()))
    batches = [order[i : i + recipe.batch_size] for i in range(0, len(order), recipe.batch_size)]
    rng.shuffle(batches)
    return [torch.tensor([ids + [PAD_ID] * (max(map(len, batch)) - len(ids)) for ids in batch]) for batch in batches]


def mentions_of(sentences: Iterable[Sentence]) -> dict[int, list[tuple[str, ...]]]:
    """Mentions by type index, repeated as often as they occur."""
    mentions: dict[int, list[tuple[str, ...]]] = {}
    for sentence in sentences:
        for span in spans_of(sentence.tags):
            mentions.setdefault(span.type, []).append(sentence.tokens[span.start : span.end])
    return mentions


def exchange_mentions(
    sentence: Sentence, mentions: dict[int, list[tuple[str, ...]]], share: float, rng: random.Random
) -> Sentence:
    """The sentence with a share of its mentions replaced by others of their type (Dai and Adel, 2020).

    So no sentence comes twice the same way, and the model learns to write instead of learning by heart.
    """
    tokens: list[str] = []
    tags: list[int] = []
    done = 0
    for span in spans_of(sentence.tags):
        tokens += sentence.tokens[done : span.start]
        tags += sentence.tags[done : span.start]
        mention = sentence.tokens[span.start : span.end]
        if rng.random() < share:
            mention = rng.choice(mentions[span.type])
        tokens += mention
        tags += [2 * span.type + 1, *[2 * span.type + 2] * (len(mention) - 1)]
        done = span.end
    return Sentence((*tokens, *sentence.tokens[done:]), (*tags, *sentence.tags[done:]))
