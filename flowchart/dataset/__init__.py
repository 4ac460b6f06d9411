"""Annotations on disk, read into texts with spans: every row and span that is left out is a finding.

`flowchart.dataset.corpus.prepare` is the whole of it. Only child processes import these modules.
"""
