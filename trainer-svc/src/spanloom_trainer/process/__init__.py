"""Trainings in processes of their own: child, slot, resume point."""
