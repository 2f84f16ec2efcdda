"""A scenario run many times: the run, its tables, charts, report and folder, and the command `run`."""
