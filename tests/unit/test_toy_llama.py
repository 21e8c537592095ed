"""The demo's LLM as a folder: what transformers reads from it is what was trained."""

from __future__ import annotations

from pathlib import Path

import torch

from spanloom_generator.engines.toy_model import BOS_ID, EOS_ID, ToyRecipe
from support.toy_llama import write_toy_llama


def test_transformers_reads_the_folder(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = write_toy_llama(tmp_path, ToyRecipe(related_steps=0, target_steps=1, hidden=16, layers=1, heads=1))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "system", "content": "You write."}, {"role": "user", "content": "Write one."}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert tokenizer.encode(text, add_special_tokens=False) == [BOS_ID]
    assert tokenizer.decode(tokenizer.encode('{"tokens":["Å"]}')) == '{"tokens":["Å"]}'
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.generation_config.eos_token_id == EOS_ID
    assert model(torch.tensor([[BOS_ID]])).logits.shape == (1, 1, len(tokenizer))
