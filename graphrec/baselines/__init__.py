"""Trivial recommenders that a model has to beat: means, popularity, neighbours, content."""
