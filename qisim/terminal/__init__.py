"""How commands speak: lines, tables, progress."""
