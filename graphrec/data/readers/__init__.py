"""From files to raw data: one module for each layout, each with a function `read`."""
