"""What is known of encoders without loading them: their shapes, and what follows for disk and memory."""

from __future__ import annotations

from dataclasses import dataclass

from spanloom.contracts.training import EncoderSpec, Recipe

RESUME_BYTES = 20
"""Bytes a parameter of a resume point: weights, best state, state chosen of earlier trainings, AdamW's two moments."""
TRAINING_BYTES = 20
"""Bytes a trained parameter in memory: weight, gradient, AdamW's two moments, the best state; all fp32."""
ACTIVATION_BYTES = 34
"""Bytes of activations a token, layer and unit of width in 16 bits, without the attention matrix, which SDPA never
holds (Korthikanti et al., 2022, section 4.1)."""
USUAL_LENGTH = 128
"""Subwords of a long sentence: what a batch is padded to where the recipe gives no `max_length`."""


@dataclass(frozen=True)
class Shape:
    """Parameters in all, layers, and width."""

    parameters: int
    layers: int
    hidden: int


SHAPES = {
    "xlm-roberta-base": Shape(278_000_000, 12, 768),
    "xlm-roberta-large": Shape(560_000_000, 24, 1024),
    "xlm-roberta-xl": Shape(3_480_000_000, 36, 2560),
    "xlm-roberta-xxl": Shape(10_700_000_000, 48, 4096),
}
"""XLM-R (Conneau et al., 2020; Goyal et al., 2021), by the last part of its name."""


def shape_of(encoder: EncoderSpec) -> Shape | None:
    """The encoder's shape, None where it is not known without looking at it."""
    tiny = encoder.tiny
    if tiny is not None:
        block = 4 * tiny.hidden * tiny.hidden + 2 * tiny.hidden * tiny.ffn
        return Shape((tiny.vocabulary + 514) * tiny.hidden + tiny.layers * block, tiny.layers, tiny.hidden)
    return SHAPES.get((encoder.name or "").rpartition("/")[2])


def model_bytes(encoder: EncoderSpec) -> int | None:
    """The size of one exported model (fp32), None where the encoder's shape is not known."""
    shape = shape_of(encoder)
    return None if shape is None else 4 * shape.parameters


def job_disk_bytes(encoder: EncoderSpec, *, exports: bool) -> int | None:
    """The most that one job writes: its resume point, and its model where that is kept."""
    shape = shape_of(encoder)
    return None if shape is None else (RESUME_BYTES + 4 * exports) * shape.parameters


def job_memory_bytes(encoder: EncoderSpec, recipe: Recipe) -> int | None:
    """About what one training takes of its device's memory: parameters with all they need, and one batch's activations.

    The vocabulary is counted untrimmed, so that it is more than most arms take.
    """
    shape = shape_of(encoder)
    if shape is None:
        return None
    tokens = recipe.batch_size * (recipe.max_length or USUAL_LENGTH)
    wide = 1 if recipe.precision == "bf16" else 2
    return TRAINING_BYTES * shape.parameters + ACTIVATION_BYTES * wide * tokens * shape.layers * shape.hidden
