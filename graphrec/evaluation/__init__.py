"""How good a recommender is: rankings, errors, their spread over users, significance."""
