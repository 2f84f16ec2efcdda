"""The name of the sets of behaviour parameters that come with qisim."""

PLAUSIBLE = "plausible"
"""Each of these sets brings about the published patterns; see docs/evidence.md."""
