"""The user-item graph, the matrices that messages pass through, and the passes over them."""
