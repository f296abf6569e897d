"""What is chosen and where things lie: params.yaml checked at the edge, paths, content keys."""
