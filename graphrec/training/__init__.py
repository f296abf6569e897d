"""The loop, what validates it, and fitting a run from its parameters."""
