"""Fine-tuning: torch and transformers only."""
