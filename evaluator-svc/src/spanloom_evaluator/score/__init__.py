"""Scores: readings of predictions, their intervals and tests."""
