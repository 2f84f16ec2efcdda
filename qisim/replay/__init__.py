"""One run simulated again in the Mesa model, with every event."""
