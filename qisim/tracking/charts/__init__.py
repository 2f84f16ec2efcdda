"""The charts of a tracked programme, one per file; `catalogue` lists them."""
