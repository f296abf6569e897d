"""Answers from a trained model: what to recommend to whom, what is similar, and why."""
