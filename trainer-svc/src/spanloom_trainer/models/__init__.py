"""Finished models: their store, their cards, tagging with them."""
