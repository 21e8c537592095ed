"""Routes of the page, one module a subject."""
