"""The methods of sensitivity analysis, one per file."""
