"""The evaluator: predictions to scores."""
