"""LLM engines: one port, several ways to get a completion."""
