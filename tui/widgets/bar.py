"""A bar of text: how much of the whole."""

from __future__ import annotations

from textual.content import Content

from tui.glyphs import Glyphs


def bar(share: float, width: int, glyphs: Glyphs, *, rest: bool = True) -> Content:
    """Return a bar of at most `width` cells for a share of 0 to 1.

    A share above nothing is never drawn as nothing.
    """
    share = min(max(share, 0.0), 1.0)
    filled = max(round(share * width), 1 if share > 0 else 0)
    done = Content.styled(glyphs.bar * filled, "$text-primary")
    return done + Content.styled(glyphs.rest * (width - filled), "$foreground-muted") if rest else done
