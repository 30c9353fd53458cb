"""HTML and Markdown in the texts of a source become plain text."""

import pytest

from statuspage.importing.entries import Unusable
from statuspage.importing.plain import LONGEST, plain

CASES = {
    "emphasis": ("**Some** *cards* are `declined`", "Some cards are declined"),
    "Chinese emphasis": ("部分商户**到账延迟**，资金*安全*。", "部分商户到账延迟，资金安全。"),
    "link": ('see [help](https://a.example/h "t")', "see help (https://a.example/h)"),
    "address": ("<https://a.example/h>", "https://a.example/h"),
    "image": ("![a chart](https://a.example/c.png) shows it", "a chart shows it"),
    "headings and lists": ("## What\n\n* one\n+ two\n", "What\n\n- one\n- two"),
    "quote, rule and code": ("> said\n\n---\n\n```sh\nls\n```", "said\n\nls"),
    "tags": ("<p>One in <b>three</b></p><p>fails<br>now</p>", "One in three\n\nfails\nnow"),
    "linked tag": ('<a href="https://a.example">here</a>', "here (https://a.example)"),
    "entities": ("T&amp;C &lt;b&gt; 5 &gt; 3", "T&C <b> 5 > 3"),
    "script": ("a<script>alert(1)</script>b", "ab"),
    "no tag": ("a < b, <merchant-no> 和 <小微>", "a < b, <merchant-no> 和 <小微>"),
    "masked numbers": ("138****1234 和 139****5678", "138****1234 和 139****5678"),
    "arithmetic": ("3*4*5 and snake_case_name", "3*4*5 and snake_case_name"),
    "escapes": (r"\*not\* emphasis", "*not* emphasis"),
    "line ends": ("a\r\n\r\n\r\n\r\nb\rc  \n", "a\n\nb\nc"),
}


@pytest.mark.parametrize(("written", "wanted"), CASES.values(), ids=CASES)
def test_html_and_markdown_become_plain_text(written: str, wanted: str) -> None:
    assert plain(written) == wanted


def test_a_text_longer_than_any_statement_is_not_read() -> None:
    with pytest.raises(Unusable, match="at most"):
        plain("[" * (LONGEST + 1))
