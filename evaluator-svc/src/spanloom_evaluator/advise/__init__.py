"""Advice from results: what synthetic data are worth in annotated sentences, and what the next sentence brings."""
