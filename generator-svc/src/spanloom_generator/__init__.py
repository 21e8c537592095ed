"""The generator: prompts to completions."""

import os

# Read by CUDA when it is initialised: GPUs are numbered as turns on them are (`gpu.card`), not by their speed.
os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
