"""A page to try trained recommenders in a browser: who gets what, and why."""
