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
    seed: int,
    temperature: float,
    top_p: float,
    max_tokens: int,
) -> list[list[int]]:
    """`count` sequences of new token ids, the end token left off where one was reached within `max_tokens`.

    Temperature 0 is greedy. A sequence that has ended leaves the batch. The outcome hangs on the arguments alone: each
    sequence draws from a generator of its own, and no other call shares its batch.
    """
    draws = np.random.default_rng(seed).random((count, max_tokens), dtype=np.float32)
    uniform = torch.from_numpy(draws)  # (B, T)
    written: list[list[int]] = [[] for _ in range(count)]
    alive = torch.arange(count)  # (b,), which sequence each row of the batch is
    last = torch.full((count, 1), BOS_ID)
    cache = DynamicCache(config=model.config)
    with torch.inference_mode():
        for step in range(max_tokens):
            logits = model(input_ids=last, past_key_values=cache, use_cache=True).logits[:, -1]  # (b, V)
            chosen = nucleus(logits, uniform[alive, step], temperature, top_p)  # (b,)
            going = (chosen != EOS_ID).nonzero().squeeze(1)
            for row in going.tolist():
                written[int(alive[row])].append(int(chosen[row]))
            if len(going) < len(alive):
                alive, chosen = alive[going], chosen[going]
                cache.batch_select_indices(going)
            if not len(alive):
                break
            last = chosen.unsqueeze(1)
    return written


def nucleus(logits: torch.Tensor, uniform: torch.Tensor, temperature: float, top_p: float) -> torch.Tensor:
    """Token ids (b,) drawn from logits (b, V) by inverse transform of `uniform` (b,), in [0, 1).

    The nucleus is the smallest set of likeliest tokens that holds `top_p` of the probability (Holtzman et al., 2020).
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    likely, ids = (logits / temperature).softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    upto = likely.cumsum(dim=-1)
    kept = likely.masked_fill(upto - likely >= top_p, 0.0)  # the token that crosses top_p still belongs to it
    mass = kept.cumsum(dim=-1)
    rank = torch.searchsorted(mass, uniform.unsqueeze(1) * mass[:, -1:], right=True)  # (b, 1)
    last_kept = (kept > 0).sum(dim=-1, keepdim=True) - 1
    return ids.gather(1, torch.minimum(rank, last_kept)).squeeze(1)
