"""The batch core: the model over NumPy records, compiled with Numba, replicates in parallel threads."""
