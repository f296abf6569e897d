"""Data sets: readers, who users and items are, what they did, splits, the leak audit, loaders."""
