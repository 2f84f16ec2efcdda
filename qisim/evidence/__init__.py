"""Patterns that were published, each simulated in a setting like the published one, and how near the model comes."""
