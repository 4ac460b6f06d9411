"""The learning curve: its time and its F against spaCy's own settings, and what its forecasts are worth."""
