"""Encoders that can be had by name, into the cache."""
