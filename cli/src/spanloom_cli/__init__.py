"""The spanloom command and its HTTP client."""
