"""Duplicates within a dataset."""
