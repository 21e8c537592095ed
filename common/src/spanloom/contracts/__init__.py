"""Messages and the run specification."""
