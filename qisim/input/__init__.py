"""The ground: reading files, and messages about what is wrong in them."""
