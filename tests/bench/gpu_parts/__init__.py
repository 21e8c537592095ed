"""What `tests/bench/gpu.py` measures, by subject."""
