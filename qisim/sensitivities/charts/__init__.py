"""The charts of a sensitivity analysis, one per file; `catalogue` lists them."""
