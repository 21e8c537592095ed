"""Gold data, languages, the demo corpus."""
