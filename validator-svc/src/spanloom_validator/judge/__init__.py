"""Judging objects: one verdict each."""
