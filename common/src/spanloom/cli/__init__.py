"""The spanloom command."""
