"""The generator: prompts to completions."""
