"""Routes of the generator."""
