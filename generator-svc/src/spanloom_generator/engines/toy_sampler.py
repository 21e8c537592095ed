"""Nucleus sampling of many objects at once from the toy LLM, each from its own begin token."""

from __future__ import annotations

import numpy as np
import torch
from transformers import DynamicCache, LlamaForCausalLM

from spanloom_generator.engines.toy_model import BOS_ID, EOS_ID


def sample_objects(
    model: LlamaForCausalLM,
    count: int,
    *,
    seed: int | None,
    temperature: float,
    top_p: float,
    max_tokens: int,
) -> list[list[int]]:
    """`count` sequences of at most `max_tokens` new token ids; one that ended by itself has the end token last.

    Temperature 0 is greedy. A sequence that has ended leaves the batch. With a seed the outcome hangs on the arguments
    alone: every sequence has its own uniform numbers, and sequences of another call never share the batch.
    """
    uniform = torch.from_numpy(np.random.default_rng(seed).random((count, max_tokens), dtype=np.float32))
    written: list[list[int]] = [[] for _ in range(count)]
    rows = torch.arange(count)  # (b,): the sequence that each row of the batch is
    last = torch.full((count, 1), BOS_ID)
    cache = DynamicCache(config=model.config)
    with torch.inference_mode():
        for step in range(max_tokens):
            logits = model(input_ids=last, past_key_values=cache, use_cache=True).logits[:, -1]  # (b, V)
            chosen = nucleus(logits, uniform[rows, step], temperature, top_p)  # (b,)
            for row, token in zip(rows.tolist(), chosen.tolist(), strict=True):
                written[row].append(token)
            going = (chosen != EOS_ID).nonzero().squeeze(1)
            if not len(going):
                break
            if len(going) < len(rows):
                rows, chosen = rows[going], chosen[going]
                cache.batch_select_indices(going)
            last = chosen.unsqueeze(1)
    return written


def nucleus(logits: torch.Tensor, uniform: torch.Tensor, temperature: float, top_p: float) -> torch.Tensor:
    """Token ids (b,) drawn from logits (b, V) by inverse transform of `uniform` (b,), in [0, 1).

    The nucleus is the smallest set of likeliest tokens that holds `top_p` of the probability (Holtzman et al., "The
    Curious Case of Neural Text Degeneration", ICLR 2020).
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    likely, ids = (logits / temperature).softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    before = likely.cumsum(dim=-1) - likely
    kept = (before < top_p).sum(dim=-1, keepdim=True)  # (b, 1); the token that crosses top_p still belongs to it
    mass = likely.cumsum(dim=-1)
    drawn = torch.searchsorted(mass, uniform.unsqueeze(1) * mass.gather(1, kept - 1), right=True)
    return ids.gather(1, torch.minimum(drawn, kept - 1)).squeeze(1)
