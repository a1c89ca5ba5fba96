"""Every finished page is read once more before it may leave: known elements only, nothing fetched from elsewhere, no inline style or script,
a language, words for every picture, ids that are unique, links that lead somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from html.parser import HTMLParser

from rapport.content import ContentError, raise_all
from rapport.markdown import MATHML

_FETCHING = {"src", "srcset", "srcdoc", "imagesrcset", "poster", "data", "background", "action", "formaction", "ping", "manifest", "attributionsrc", "codebase", "xlink:href"}
_KNOWN = frozenset(
    "html head meta title link style script body header footer main nav aside section article search div span p br hr wbr a h1 h2 h3 h4 h5 h6 hgroup blockquote pre code kbd samp var "
    "em strong b i u s small sub sup mark del ins q cite dfn abbr time data bdi bdo ruby rt rp ul ol li dl dt dd menu figure figcaption img picture "
    "table caption colgroup col thead tbody tfoot tr th td details summary dialog fieldset legend label form input button select optgroup option datalist textarea output progress meter template "
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clippath use symbol".split()
) | {name.lower() for name in MATHML}
"""What a page is made of, besides elements of our own (``rapport-…``): nothing that frames another page, runs, plays or animates."""
_LAX = ("unsafe-", "*", "http:", "https:", "blob:", "'strict-dynamic'", "'nonce-")
_STRICT = ("default-src 'none'", "base-uri 'none'", "form-action 'none'")
"""What no policy of a page may say, since each lets in what did not come with it; and what every policy says."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.labelled: list[str] = []
        self.seen: set[str] = set()
        self.script: dict[str, str | None] | None = None
        self.inline: list[tuple[str, str]] = []  # element and text of inline scripts and styles
        self.headings: list[int] = []

    def updatepos(self, i: int, j: int) -> int:
        """Counts no lines: nobody asks where on the page something stands."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.seen.add(tag)
        if tag not in _KNOWN and not tag.startswith("rapport-"):
            self.faults.append(f"a <{tag}> is not allowed on a page.")
        for name, value in found.items():
            value = (value or "").strip()
            if name == "style":
                self.faults.append(f'<{tag} style="{value[:60]}">: inline styles are refused by the page; use a class.')
            elif name.startswith("on"):
                self.faults.append(f"<{tag} {name}>: event handlers in attributes are refused; use page.js.")
            elif name in _FETCHING or (name == "href" and tag in ("link", "use", "image")):
                if not _is_local(value) or (value.startswith("data:") and tag not in ("img", "image", "link")):
                    self.faults.append(f"<{tag} {name}={value[:80]!r}> would send a request; a page may load only its own files.")
                elif not value.startswith(("data:", "#")):
                    self.fetched.append(value)
            elif name == "href" and tag in ("a", "area"):
                self.links.append(value)
            elif name == "id":
                self.ids.append(value)
            elif name in ("aria-labelledby", "aria-describedby", "for", "aria-controls"):
                self.labelled += value.split()
        if tag == "html" and not found.get("lang"):
            self.faults.append("the page has no lang; name its language.")
        if tag == "img" and not (found.get("alt") or "").strip():
            self.faults.append("a picture has no text alternative (alt).")
        if tag == "meta" and "http-equiv" in found:
            kind, policy = (found["http-equiv"] or "").lower(), found.get("content") or ""
            if kind != "content-security-policy":
                self.faults.append(f'<meta http-equiv="{kind}"> is not allowed on a page.')
            else:
                self.seen.add("csp")
                self._policy(policy)
        if tag in ("script", "style"):
            self.script = {**found, "tag": tag}
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))

    def _policy(self, policy: str) -> None:
        lax = [word for word in _LAX if word in policy] or [word for word in _STRICT if word not in policy]
        if lax:
            self.faults.append(f"the content-security policy is not strict ({lax[0]}).")
        if self.seen & {"script", "style", "link", "body"}:
            self.faults.append("the content-security policy comes too late; it stands before all that it is for.")

    def handle_data(self, data: str) -> None:
        if self.script is not None and "src" not in self.script and (self.script.get("type") or "").lower() not in ("application/json",):
            self.inline.append((str(self.script["tag"]), data))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.script = None


Found = dict[str, list[str]]
"""What `findings` found on a page: ``faults`` (sentences), ``ids``, ``links``, ``fetched``; what JSON holds."""


def findings(html: str, *, inline_allowed: bool = False) -> Found:
    """Read one finished page: its faults, and what can only be judged beside the other pages.

    Parameters
    ----------
    html : str
    inline_allowed : bool
        For the one-file form, whose scripts and styles are inside it and named by hash in its policy.
    """
    page = _Reader()
    page.feed(html)
    page.close()
    count = Counter(page.ids)
    faults = page.faults + [f"the id {each!r} is used twice on the page; headings and cards need different words or ids." for each in sorted(count) if count[each] > 1]
    faults += [f"nothing on the page has the id {each!r} that a label names." for each in sorted(set(page.labelled) - set(page.ids))]
    if "csp" not in page.seen:
        faults.append("the page has no content-security policy.")
    if page.headings.count(1) != 1:
        faults.append(f"the page has {page.headings.count(1)} headings of the first level; it needs one.")
    if page.inline and not inline_allowed:
        faults.append(f"an inline <{page.inline[0][0]}> is refused by the page; put it into a file.")
    return {"faults": faults, "ids": sorted(count), "links": list(dict.fromkeys(page.links)), "fetched": list(dict.fromkeys(page.fetched))}


def verify(pages: Mapping[str, Found], files: Collection[str] = ()) -> None:
    """Check finished pages, also against each other.

    Parameters
    ----------
    pages : mapping of str to dict
        What `findings` says of each page, by file name.
    files : collection of str
        Other files of the same folder, which pages may load.

    Raises
    ------
    ContentError
        With every fault of every page.
    """
    ids = {name: set(page["ids"]) for name, page in pages.items()}
    errors: list[ContentError] = []
    for name, page in pages.items():
        faults = list(page["faults"])
        faults += [f"the link {each!r} leads nowhere." for each in page["links"] if not _leads_somewhere(each, name, ids, files)]
        faults += [f"the file {each!r} is not part of the handbook; a picture of the course is made by a notebook cell." for each in page["fetched"] if each not in files]
        errors += [ContentError(fault, name) for fault in faults]
    raise_all(errors)


def _is_local(address: str) -> bool:
    return address.startswith("data:") or (":" not in address.split("/")[0] and not address.startswith("//"))


def _leads_somewhere(address: str, page: str, ids: Mapping[str, Collection[str]], files: Collection[str]) -> bool:
    if address.startswith(("https://", "http://", "mailto:")):
        return True
    file, _, anchor = address.partition("#")
    target = file or page
    if target not in ids:
        return target in files
    return not anchor or anchor in ids[target]
