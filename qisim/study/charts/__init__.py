"""The charts of a run, one per file; `catalogue` lists them."""
