"""Whatever stands in the data shows as itself: checked with GitHub's own Markdown parser."""

from __future__ import annotations

import html
import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from flowchart.report.markdown import code, fence, literal, quote, table
from flowchart.text import one_line, printable

NASTY = [
    "# head", "- item", "1. one", "2) two", "+ a", "* b", "> q", "=====", "-----", "***", "```", "~~~",
    "    code", "a|b", "\\|", "\\", "\\\\|", "`x`", "``", "*a*", "_a_", "__a__", "a_b_c", "~a~",
    "~~a~~", "[x](y)", "![i](j)", "[^1]", "[x]: /y", "<b>", "</td>", "<!-- x", "-->", "<script>",
    "<a@b.org>", "&amp;", "&lt;", "&#35;", "AT&T", "http://a.org", "https://a.org/x_y", "www.a.org",
    "ftp://a.org", "a@b.org", "mailto:a@b.org", "xmpp:a@b.org", "@octocat", "#1", "GH-1", "octo/cat#12",
    ":smile:", "$x$", "$$y$$", "5 $", "| --- |", "\x1b[31m", "\u202e", "\u2028", "\r", "\n", "\t",
    "\x00", "[ ] todo", "[!NOTE]", "<!-- -->", "<span>$</span>", "12:30:05", "é", "中",
]  # fmt: skip

nasty = st.lists(st.sampled_from(NASTY) | st.text(max_size=4), max_size=8).map("".join) | st.text(max_size=40)


def rendered(markdown: str) -> str:
    """HTML as GitHub's parser makes it; raw HTML passes, or it could not be told from text."""
    return cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)


def shown(markup: str) -> str:
    """The text that a browser shows of HTML."""
    text = re.sub(r"<!--.*?-->", "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def tags(markup: str) -> set[str]:
    return set(re.findall(r"</?(\w+)", re.sub(r"<!--.*?-->", "", markup, flags=re.DOTALL)))


def spaces_together(text: str) -> str:
    return " ".join(text.split())


@given(nasty)
def test_literal_shows_the_text_and_nothing_else(text: str) -> None:
    wanted = spaces_together(one_line(text))
    contexts = {
        f"x {literal(text)}\n": {"p", "span"},
        f"{literal(text)}\n": {"p", "span"},
        f"# {literal(text)} x\n": {"h1", "span"},
        f"1. {literal(text)}\n": {"ol", "li", "span", "p"},
        f"> {literal(text)}\n": {"blockquote", "p", "span"},
        f"**{literal('x' + text + 'x')}**\n": {"p", "strong", "span"},
    }
    for markdown, allowed in contexts.items():
        markup = rendered(markdown)
        assert tags(markup) <= allowed, markdown
        assert wanted in spaces_together(shown(markup)), markdown


@given(nasty, nasty)
def test_cells_hold_their_text(one: str, other: str) -> None:
    markup = rendered(table(("a", "b"), [(literal(one), code(other)), ("x", "y")], "lr"))
    cells = [spaces_together(shown(cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", markup, re.DOTALL)]
    assert cells == [
        spaces_together(one_line(one)),
        spaces_together(one_line(other)) or "-",
        "x",
        "y",
    ]
    assert tags(markup) <= {"table", "thead", "tbody", "tr", "th", "td", "span", "code"}


@given(nasty)
def test_code_is_code(text: str) -> None:
    markup = rendered(f"x {code(text)} x\n")
    assert tags(markup) <= {"p", "code"}
    assert spaces_together(shown(markup)) == spaces_together(f"x {one_line(text).strip() or '-'} x")


@given(nasty)
def test_fence_keeps_every_line(text: str) -> None:
    text = text.replace("\r", "")
    markup = rendered(fence(text) + "\nafter\n")
    assert shown(markup).rstrip("\n").endswith("after")
    assert shown(markup).startswith(printable(text).rstrip("\n"))
    assert tags(markup) == {"pre", "code", "p"}


@given(nasty)
def test_quote_stays_a_quotation(text: str) -> None:
    markup = rendered(quote(text) + "\nafter\n")
    assert markup.rstrip().endswith("<p>after</p>")
    assert tags(markup) <= {"blockquote", "p", "br", "span"}
    assert spaces_together(shown(markup)) == spaces_together(printable(text) + " after")


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("ask @octocat", "@<!-- -->octocat"),
        ("see #12", "#<!-- -->12"),
        ("see GH-12", "GH<!-- -->-12"),
        ("so :smile:", ":<!-- -->smile:"),
        ("$5 and $6", "<span>$</span>5"),
    ],
)
def test_what_github_looks_for_after_parsing_is_parted(text: str, parted: str) -> None:
    assert parted in literal(text)


@pytest.mark.parametrize("text", ["14:45:03", "snake_case_name", 'R&D (90%), "quoted" it\'s', "a < b"])
def test_plain_text_stays_legible(text: str) -> None:
    assert literal(text).replace("\\<", "<") == text
