"""Calibration: behaviour parameters fitted to what was observed, by simulation alone."""
