"""Sweeps: designs over any keys, run on all processors or a cluster, in a store that survives being killed."""
