"""The recipes that run in child processes, one module each."""
