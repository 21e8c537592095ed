"""What is known of encoders without loading them: their shapes, and what follows for disk and memory."""

from __future__ import annotations

from pathlib import Path

from spanloom.contracts.allowed import is_folder
from spanloom.contracts.folders import Shape, shape_of_folder
from spanloom.contracts.training import EncoderSpec, Recipe

RESUME_BYTES = 20
"""Bytes a parameter of a resume point: weights, best state, state chosen of earlier trainings, AdamW's two moments."""
TRAINING_BYTES = 20
"""Bytes a trained parameter in memory: weight, gradient, AdamW's two moments, the best state; all fp32."""
CUDA_BYTES = 28
"""The same on a GPU, which also holds the base's weights, and a better state before the best one so far is let go."""
WORKING_BYTES = 4
"""More a parameter on a GPU in bf16: working copies of the weights, and their gradients."""
CHOSEN_BYTES = 4
"""More a parameter on a GPU where a collapse is followed by restarts: the first training's best state is kept."""
ACTIVATION_BYTES = 34
"""Bytes of activations a token, layer and unit of width in 16 bits, without the attention matrix, which SDPA never
holds (Korthikanti et al., 2022, section 4.1)."""
USUAL_LENGTH = 128
"""Subwords of a long sentence: what a batch is padded to where the recipe gives no `max_length`."""


SHAPES = {
    "xlm-roberta-base": Shape(278_000_000, 12, 768),
    "xlm-roberta-large": Shape(560_000_000, 24, 1024),
    "xlm-roberta-xl": Shape(3_480_000_000, 36, 2560),
    "xlm-roberta-xxl": Shape(10_700_000_000, 48, 4096),
    "e5-small": Shape(117_505_920, 12, 384),
    "multilingual-e5-small": Shape(117_505_920, 12, 384),
}
"""XLM-R (Conneau et al., 2020; Goyal et al., 2021) and multilingual E5 small (Wang et al., 2024), by the last part of
the name."""
VOCABULARIES = {"e5-small": 250_037, "multilingual-e5-small": 250_037}
"""Embedding rows, where an encoder may be cut to its first layers; 250,002 for XLM-R."""


def shape_of(encoder: EncoderSpec) -> Shape | None:
    """The encoder's shape, None where it is not known without looking at it."""
    tiny = encoder.tiny
    if tiny is not None:
        block = 4 * tiny.hidden * tiny.hidden + 2 * tiny.hidden * tiny.ffn
        return Shape((tiny.vocabulary + 514) * tiny.hidden + tiny.layers * block, tiny.layers, tiny.hidden)
    name = encoder.name or ""
    if is_folder(name):
        return shape_of_folder(Path(name).expanduser(), encoder.layers)
    last = name.rpartition("/")[2]
    shape = SHAPES.get(last)
    if shape is None or encoder.layers is None or encoder.layers >= shape.layers:
        return shape
    outside = VOCABULARIES.get(last, 250_002) * shape.hidden
    inside = (shape.parameters - outside) * encoder.layers // shape.layers
    return Shape(outside + inside, encoder.layers, shape.hidden)


def model_bytes(encoder: EncoderSpec) -> int | None:
    """The size of one exported model (fp32), None where the encoder's shape is not known."""
    shape = shape_of(encoder)
    return None if shape is None else 4 * shape.parameters


def job_disk_bytes(encoder: EncoderSpec, *, exports: bool) -> int | None:
    """The most that one job writes: its resume point, and its model where that is kept."""
    shape = shape_of(encoder)
    return None if shape is None else (RESUME_BYTES + 4 * exports) * shape.parameters


def job_memory_bytes(encoder: EncoderSpec, recipe: Recipe, *, on_gpu: bool) -> int | None:
    """About what one training takes of its device's memory: parameters with all they need, and one batch's activations.

    The vocabulary is counted untrimmed, so that it is more than most arms take.
    """
    shape = shape_of(encoder)
    if shape is None:
        return None
    tokens = recipe.batch_size * (recipe.max_length or USUAL_LENGTH)
    wide = 1 if recipe.precision == "bf16" else 2
    each = TRAINING_BYTES
    if on_gpu:
        each = CUDA_BYTES + WORKING_BYTES * (recipe.precision != "fp32") + CHOSEN_BYTES * (recipe.restarts > 0)
    return each * shape.parameters + ACTIVATION_BYTES * wide * tokens * shape.layers * shape.hidden
