"""Faults that somebody could make in the core, and the tests that have to notice each of them."""
