"""What the measurements of the trainer share, by subject."""
