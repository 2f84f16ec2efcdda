"""The version of qisim."""

__version__ = "0.1.0"
