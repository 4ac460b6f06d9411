"""Training a learning curve with spaCy: the config, the points, the scores and their intervals."""
