"""Finding objects in text."""
