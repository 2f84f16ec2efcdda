"""Strategies compared on the same luck: experiment, statistics, words, report, folder and the command `compare`."""
