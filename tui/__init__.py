"""The screen and the command line of ner-tui."""
