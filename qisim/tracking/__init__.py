"""A running programme compared with its forecast, and the forecast updated by what was observed."""
