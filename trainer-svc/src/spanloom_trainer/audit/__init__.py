"""Label audit: which annotated spans models that never saw their sentence would not have given."""
