"""The readable engine: facilities and coaches as Mesa agents."""
