"""The question: scenario files and the behaviour parameters."""
