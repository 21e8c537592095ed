"""Scores of predictions under several evaluation schemes, their intervals and tests."""
