"""Subcommands of `spanloom` that belong to what serves: they come with the extra `server`, by entry points."""
