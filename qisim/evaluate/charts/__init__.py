"""The charts of an evaluation, one per file."""
