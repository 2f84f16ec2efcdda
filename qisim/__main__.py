"""`python -m qisim`."""

from qisim.cli import main

if __name__ == "__main__":
    main()
