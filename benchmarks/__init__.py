"""Comparisons that a reader can run again; each prints a table and writes JSON."""
