"""A run is a folder: launched, followed, cancelled and resumed through the files in it."""
