"""The charts of a calibration, one per file; `catalogue` lists them."""
