"""Spans carried over to a translation: by word links, by markers, by translated mentions."""
