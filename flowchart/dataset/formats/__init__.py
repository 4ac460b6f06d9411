"""One module for each format that annotations are read from."""
