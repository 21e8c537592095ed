"""The page: what the API tells, rendered for people, and what they correct."""
