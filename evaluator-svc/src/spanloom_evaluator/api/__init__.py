"""Routes of the evaluator."""
