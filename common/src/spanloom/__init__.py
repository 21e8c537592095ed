"""Spanloom: the language all services share."""
