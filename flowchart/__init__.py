"""The work behind ner-tui, with no screen: the chart, the path through it, the data, the runs.

Nothing here imports a terminal library, and importing this package costs next to nothing: spaCy is loaded
only by the modules that run in child processes (`flowchart.training`, `flowchart.dataset.alignment`).
"""

__version__ = "0.1.0"
