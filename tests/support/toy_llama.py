"""The demo's LLM as a folder that vLLM loads, trained on the demo corpus; its chat template leaves the prompt out.

It writes one `tag_ids` object from its begin token, whatever it is asked (`spanloom_generator.engines.toy_model`).
"""

from __future__ import annotations

from pathlib import Path

from spanloom.data.demo import demo_corpus
from spanloom_generator.engines.toy_model import BOS, EOS, PAD, WINDOW, ToyLLM, ToyRecipe, train_llm

LANGUAGE, RELATED = "sv", "da"
TEMPLATE = "{{ bos_token }}"


def write_toy_llama(folder: Path, recipe: ToyRecipe | None = None) -> Path:
    """Train the LLM (half a minute on one core) and write it as `from_pretrained` and vLLM read it."""
    import torch

    torch.set_num_threads(1)  # two of them wait for each other
    train, related = (demo_corpus(language)["train"] for language in (LANGUAGE, RELATED))
    save(train_llm(train, related, recipe or ToyRecipe(), on_progress=lambda _: None), folder)
    return folder


def save(llm: ToyLLM, folder: Path) -> None:
    """Weights as safetensors, tokenizer, chat template."""
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=llm.tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD, model_max_length=WINDOW
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    llm.model.save_pretrained(folder)
