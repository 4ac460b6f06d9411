"""What can go wrong through no fault of the program, said in one line."""

from __future__ import annotations

EXIT_USER_ERROR = 2
"""The exit status of the command line when what it was given cannot be used."""


class UserError(Exception):
    """Something that the person can mend: a missing file, a broken row, a chart that is no chart.

    The message is one line that names the file, row and value, and says what to do next. It may hold text
    from data: whoever shows it passes it through `flowchart.text.printable`.

    Attributes:
        refuses: The setting whose file cannot be used at all, where that is the error, as "patterns".
    """

    refuses = ""
