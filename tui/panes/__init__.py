"""The three panes of the main screen: the tree, the question, the metrics."""
