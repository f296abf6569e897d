"""graphrec: graph recommenders, the data they learn from and the measures they are compared by."""
