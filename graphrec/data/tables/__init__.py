"""Tables of people's own: text or Parquet, read as columns, checked, and put into numbers."""
