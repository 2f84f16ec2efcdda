"""What was observed of a programme: series read from a file, and how far a run is from them."""
