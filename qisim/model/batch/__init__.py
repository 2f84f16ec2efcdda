"""The batch core: the model over NumPy records, compiled with Numba, replicates in parallel threads."""

import os

# Vectorised exp and log of Intel's library differ in the last bit from those the Mesa engine uses. Before Numba comes.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
