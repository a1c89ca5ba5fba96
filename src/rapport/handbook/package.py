"""Pages as files: the folder, the zip, one file per module; staged beside their place and swapped in whole.
Until everything is written and checked, the last good handbook stays where it is."""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rapport import i18n
from rapport.content import ContentError, write_bytes
from rapport.handbook import cardset, search
from rapport.handbook.pages import Page, file_of, html_in
from rapport.handbook.verify import Found, findings, verify

WEB = Path(__file__).parents[1] / "web"
FONTS = Path(__file__).parents[1] / "fonts"
STYLES = ("style.css", "answers.css", "player.css", "explorer.css", "assessment.css", "hunt.css")
SCRIPTS = ("record.js", "answers.js", "player.js", "explorer.js", "assessment.js", "hunt.js", "glossary.js")
SHEETS = ("markets.css", "markets.js", "progress.css", "progress.js", "served.css", "served.js")  # what a single file does not need: moments, market sheets, progress, and how a server's pages are kept
FACILITATOR = ("facilitator.css", "projector.js")  # what the facilitator's edition loads besides
CARD_SET = ("style.css", "markets.css", "cardset.css", "cardset.js")  # of the card set, the script last
WITH = {  # what stands in a page that needs the files of this name; all others are for every page
    "answers": ("<rapport-exercise", "exercise-verdict", "<rapport-progress", "<rapport-statement"), "progress": ("<rapport-progress", "<rapport-statement"), "player": ("<rapport-scenario", "<rapport-projector"),
    "explorer": ("<rapport-explorer",), "assessment": ("<rapport-assessment",), "hunt": ("<rapport-hunt", "hunt-keys"), "projector": ("<rapport-projector",), "glossary": ('class="term"',),
}  # fmt: skip
EARLY = "page.js"  # in the head and not deferred: it sets light or dark before anything is painted
KEEPER = "sw.js"  # its own place decides what it may keep, so it lies in the folder itself
MARKER = "rapport-handbook.txt"
MARKER_TEXT = "This folder is made by the Rapport handbook build and replaced as a whole; keep nothing of your own here.\n"
_COMMON = "base-uri 'none'; form-action 'none'"
POLICY = f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; manifest-src 'self'; {_COMMON}"


def assets(more: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Style sheets and scripts that every page loads, and `more` of them, by file name."""
    names = [name for name in (*STYLES, EARLY, *SCRIPTS, *more) if (WEB / name).exists()]
    return {name: (WEB / name).read_bytes() for name in names}


def fonts() -> dict[str, bytes]:
    """The fonts that pages bring along, by file name."""
    return {path.name: path.read_bytes() for path in sorted(FONTS.glob("*.woff2"))}


def page_html(page: Page, more: tuple[str, ...] = ()) -> str:
    """The document of a page of the folder, which loads those files of `assets`, and `more` of an edition, that it needs."""
    left_out = {name for name, signs in WITH.items() if not any(sign in page.body for sign in signs)}
    loaded = [name for name in assets((*SHEETS, *more)) if name.partition(".")[0] not in left_out] + page.loads
    styles, scripts = ([name for name in loaded if name.endswith(kind) and name != EARLY] for kind in (".css", ".js"))
    head = "\n".join([*(f'<link rel="stylesheet" href="{name}">' for name in styles), f'<script src="{EARLY}"></script>'])
    head += "".join(f'\n<script src="{name}" defer></script>' for name in scripts)
    if "facilitator.css" in more:
        head = f'<link rel="stylesheet" href="{_margins(page.lang)}">\n{head}'
    return html_in(page.lang, page, policy=_policy(POLICY), assets=head, scripts="")


def _margins(lang: str) -> str:
    return f"margin.{lang}.css"


def site_files(pages: Mapping[str, tuple[str, Found]], more: tuple[str, ...] = (), made: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The folder form: every page, style sheet, script and font by file name, checked.

    Parameters
    ----------
    pages : mapping of str to (str, dict)
        By file name: the document, from `page_html`, and what `findings` says of it.
    more : tuple of str
        Style sheets and scripts of an edition, loaded after those of every page.
    made : mapping of str to bytes, optional
        Further files that were made for the pages, by file name.

    Raises
    ------
    ContentError
        For a page that `verify` refuses.
    """
    loaded = beside_pages(pages, more) | dict(made or {})
    verify({name: found for name, (_, found) in pages.items()}, [*loaded, MARKER])
    files = {**{name: html.encode() for name, (html, _) in pages.items()}, **loaded}
    return files | {KEEPER: keeper(files), MARKER: MARKER_TEXT.encode()}


def beside_pages(names: Collection[str], more: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Every style sheet, script, font and manifest of a folder with the pages `names`, by file name."""
    margins = {_margins(lang): margin_style(lang).encode() for lang in i18n.LANGUAGES} if "facilitator.css" in more else {}
    return assets((*SHEETS, *search.LOADS, *more)) | fonts() | manifests(names) | margins


def keeper(files: Mapping[str, bytes]) -> bytes:
    """The service worker that keeps `files` in a browser: the script with their names and the sha256 of their bytes, as integrity has it."""
    listed = {name: base64.b64encode(hashlib.sha256(files[name]).digest()).decode() for name in sorted(files)}
    script, hole = (WEB / KEEPER).read_text(encoding="utf-8"), "const FILES = {};"
    assert hole in script
    return script.replace(hole, f"const FILES = {json.dumps(listed, indent=0)};").encode()


def manifests(names: Collection[str]) -> dict[str, bytes]:
    """What a browser shows of the handbook where it is put on a start screen, one file for each language that has a front page, and the icon."""
    made = {"icon.svg": (WEB / "icon.svg").read_bytes()}
    for lang in i18n.LANGUAGES:
        if file_of("index", lang) in names:
            about = {
                "name": "Rapport", "short_name": "Rapport", "lang": lang, "start_url": file_of("index", lang), "scope": "./",
                "display": "minimal-ui", "background_color": "#faf8f4", "theme_color": "#0b5f73", "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}],
            }  # fmt: skip
            made[f"app{file_of('', lang).removesuffix('.html')}.webmanifest"] = json.dumps(about, indent=1).encode()
    return made


def margin_style(lang: str) -> str:
    """What stands in the lower margin of every printed sheet that holds answers: a style sheet, because a margin box cannot read the page."""
    from rapport.handbook.facilitator_words import STRINGS

    with i18n.speaking(lang):
        words = re.sub(r'(["\\])', r"\\\1", " ".join(STRINGS["mark"].split()))
    box = f'@bottom-center {{ content: "{words}"; font: 7pt "Noto Sans Gujarati", sans-serif; }}'
    return "".join(f"@page {name} {{ {box} }}\n" for name in ("marked", "lookup"))


def folder(pages: Sequence[Page], more: tuple[str, ...] = (), made: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """`site_files` of pages whose documents are made here, one after the other."""
    documents = {page.file: page_html(page, more) for page in pages}
    return site_files({name: (html, findings(html)) for name, html in documents.items()}, more, search.files(pages) | dict(made or {}))


def single_file(page: Page) -> bytes:
    """The one-file form: styles and scripts inside, allowed by their hashes.

    Raises
    ------
    ContentError
        For a page that `verify` refuses.
    """
    return _one_file(page.file, STYLES, SCRIPTS, page.lang, lambda **parts: html_in(page.lang, page, **parts))


def card_set(root: Path, langs: Sequence[str]) -> bytes:
    """All cards of the course as one file that holds `langs`; see `cardset`.

    Raises
    ------
    ContentError
        For whatever is wrong in what it is made from, and a page that `verify` refuses.
    """
    return _one_file(cardset.FILE, CARD_SET[:-1], CARD_SET[-1:], "gu" if "gu" in langs else i18n.SOURCE, lambda **parts: cardset.document(root, langs, **parts))


def _one_file(name: str, styles: Sequence[str], scripts: Sequence[str], lang: str, make: Callable[..., str]) -> bytes:
    """A document with its styles and scripts inside, checked; `make` takes policy, assets and scripts."""
    loaded = {each: (WEB / each).read_text(encoding="utf-8") for each in (*styles, EARLY, *scripts) if (WEB / each).exists()}
    for each, text in loaded.items():
        if closing := re.search(r"</(script|style)", text, re.IGNORECASE):
            raise ContentError(f"contains {closing[0]!r}, which would end it when it stands inside a page; write it in two parts.", WEB / each)
    sheets = [_with_fonts(loaded[each], lang) for each in styles if each in loaded]
    late = [loaded[each] for each in scripts if each in loaded]
    allowed = f"script-src {' '.join(map(_hash, [loaded[EARLY], *late]))}; style-src {' '.join(map(_hash, sheets))}; img-src data:; font-src data:"
    head = "".join(f"<style>{text}</style>\n" for text in sheets) + f"<script>{loaded[EARLY]}</script>\n"
    html = make(policy=_policy(f"default-src 'none'; {allowed}; {_COMMON}"), assets=head, scripts="".join(f"<script>{text}</script>\n" for text in late))
    verify({name: findings(html, inline_allowed=True)})
    return html.encode()


def _with_fonts(style: str, lang: str) -> str:
    """A style sheet for one file: the Gujarati font inside it where the page is Gujarati, and nothing to load elsewhere."""
    if lang != "gu":
        return re.sub(r"@font-face \{[^}]*\}\n", "", style)
    data = {name: base64.b64encode(font).decode() for name, font in fonts().items()}
    return re.sub(r'url\("([^"]+\.woff2)"\)', lambda match: f'url("data:font/woff2;base64,{data[match[1]]}")', style)


def zipped(files: Mapping[str, bytes], folder: str = "rapport-handbook") -> bytes:
    """`files` as a zip with the same bytes each time: sorted, one fixed time, one top folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:  # 9 takes half as long again and saves three bytes in a thousand
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system, entry.compress_type = 0o644 << 16, 3, zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return out.getvalue()


def check_destination(out: Path) -> None:
    """Refuse, before any work, a folder that is not ours to replace.

    Raises
    ------
    ContentError
        When `out` is a file, holds something that an earlier build did not make, or is the folder one is in.
    """
    if out.is_dir() and Path.cwd().is_relative_to(out.resolve()):
        raise ContentError("is the folder you are in, and the build replaces it as a whole; go to another folder and run the command again.", out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ContentError("is not a folder, so the handbook cannot be put there; choose another place.", out)
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).exists():
        raise ContentError("holds files that the handbook build did not make, and it would replace them; choose an empty or new folder.", out)


def deliver(out: Path, site: Mapping[str, bytes], beside: Mapping[str, bytes]) -> None:
    """Write everything to a folder beside `out`, then put it in place.

    Parameters
    ----------
    out : Path
        The handbook's folder, replaced as a whole.
    site : mapping of str to bytes
        Files of the folder.
    beside : mapping of str to bytes
        Files next to the folder, by path relative to its parent (``rapport-handbook.zip``, ``single/….html``).

    Raises
    ------
    ContentError
        When the place cannot be written or is full; the last good handbook stays.
    """
    check_destination(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _staging(out.parent) as staging:
            for name, data in site.items():
                _write(staging / "site" / name, data, out / name)
            for name, data in beside.items():
                _write(staging / "beside" / name, data, out.parent / name)
            for name in beside:  # whatever is in the way must show before anything is replaced
                (out.parent / name).parent.mkdir(parents=True, exist_ok=True)
                if (out.parent / name).is_dir():
                    raise IsADirectoryError(errno.EISDIR, f"{name} beside it is a folder")
            _swap(staging / "site", out, staging / "old")
            for name in beside:
                os.replace(staging / "beside" / name, out.parent / name)
    except OSError as error:
        raise ContentError(
            f"the handbook cannot be written here: {error.strerror}. What stood here before is unchanged; free space or choose a folder you may write to.",
            out,
        ) from None


def update(out: Path, site: Mapping[str, bytes], whole: bool = True) -> list[str]:
    """Write those files of the folder that differ, each whole or not at all, and remove pages that are no more where `site` is the `whole` of it; the names, sorted.

    Raises
    ------
    ContentError
        When the place cannot be written.
    """
    check_destination(out)
    gone = {path.name for path in out.glob("*.html")} - set(site) if whole else set()
    changed = [name for name, data in site.items() if not (out / name).is_file() or (out / name).read_bytes() != data]
    try:
        for name in changed:
            write_bytes(out / name, site[name])
        for name in gone:
            (out / name).unlink()
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}.", out) from None
    return sorted([*changed, *gone])


def state(out: Path, names: Iterable[str]) -> dict[str, list[int]]:
    """Size and time of last change of files in or beside `out`, by name."""
    return {name: [found.st_size, found.st_mtime_ns] for name in names if (found := (out / name).stat())}


def unchanged(out: Path, before: Mapping[str, Sequence[int]]) -> bool:
    """Whether the files of an earlier `state` are there as they were, and no others are in the folder."""
    try:
        inside = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        return state(out, before) == {name: list(each) for name, each in before.items()} and inside == {name for name in before if not name.startswith("../")}
    except OSError:
        return False


def _swap(new: Path, out: Path, aside: Path) -> None:
    """Put `new` in the place of `out`; if that fails or is stopped half-way, `out` is put back."""
    try:
        if out.exists():
            os.rename(out, aside)
        os.rename(new, out)
    except BaseException:
        if aside.exists() and not out.exists():
            os.rename(aside, out)
        raise


@contextlib.contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".handbook-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, data: bytes, before: Path) -> None:
    """Write a file; one that holds the same `before` is linked to, which spares the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # no such file, or a disk without links
        if before.read_bytes() == data and not before.is_symlink():
            os.link(before, path)
            return
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)


def _policy(text: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{text}">'


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
