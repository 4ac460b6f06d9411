"""Widgets that more than one screen or pane uses."""
