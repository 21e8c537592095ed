"""The trainer: samples to models and predictions."""
