"""A letter's HTML inside a page: built anew from the few elements letters are made of, so that no other gets in."""

from __future__ import annotations

from lxml import html as lxml_html
from lxml.etree import ParserError
from markupsafe import Markup, escape

_KEPT = {"p", "ul", "ol", "li", "blockquote", "strong", "em", "table", "thead", "tbody", "tr", "td"}
_EMPTY = {"br", "hr"}
_HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6"}
"""A level lower, because the page has a heading of its own."""
_LEFT_OUT = {"script", "style", "head", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math"}
_LINKS = ("https://", "http://", "mailto:")


def letter_body(html: str) -> Markup:
    """What is in the body of a letter; empty if there is nothing to read."""
    try:
        body = lxml_html.document_fromstring(html).find("body")
    except ParserError:
        return Markup("")
    return Markup("") if body is None else _inner(body)


def _inner(element: lxml_html.HtmlElement) -> Markup:
    parts = [escape(element.text or "")]
    for child in element:
        # Comments and processing instructions have no name.
        if isinstance(child.tag, str):
            parts.append(_element(child))
        parts.append(escape(child.tail or ""))
    return Markup("").join(parts)


def _element(element: lxml_html.HtmlElement) -> Markup:
    tag = str(element.tag)
    if tag in _LEFT_OUT:
        return Markup("")
    if tag in _EMPTY:
        return Markup("<{}>").format(tag)
    inner = _inner(element)
    if tag == "a":
        target = str(element.get("href") or "")
        return Markup('<a href="{}">{}</a>').format(target, inner) if target.startswith(_LINKS) else inner
    if tag == "th":
        return Markup('<th scope="col">{}</th>').format(inner)
    if tag == "ol" and (start := str(element.get("start") or "")).isdecimal():
        return Markup('<ol start="{}">{}</ol>').format(start, inner)
    name = _HEADINGS.get(tag, tag if tag in _KEPT else "")
    return Markup("<{0}>{1}</{0}>").format(name, inner) if name else inner
