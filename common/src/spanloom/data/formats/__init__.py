"""Readers of annotated files, one module a family of formats; each gives a `RawFile` for `data.reading`."""
