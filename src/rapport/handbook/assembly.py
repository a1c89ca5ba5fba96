"""Putting a handbook together: run the notebooks, have the pieces made, frame them, and set the pages; all languages at once.
Whatever an earlier build kept and nothing has changed is taken from there."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from rapport import i18n
from rapport.content import ContentError, raise_all
from rapport.handbook import cardset, execute, package, pages, parts, search
from rapport.handbook.kept import Kept
from rapport.handbook.verify import Found, verify
from rapport.handbook.workshop import Workshop
from rapport.i18n import collation
from rapport.i18n.catalogue import FOLDER, CatalogueError, po_path, read

ARCHIVES = {"learner": "rapport-handbook", "facilitator": "rapport-facilitator"}


@dataclass(frozen=True)
class Files:
    """A finished handbook: files of its folder and beside it, by name, and the names of its pages in reading order."""

    site: dict[str, bytes]
    beside: dict[str, bytes]
    pages: list[str]


@dataclass(frozen=True)
class Job:
    """Work for the workshop: the key it is kept under, the task, what is said when it is done, and in which language it is."""

    key: str
    task: tuple[Any, ...]
    says: str
    lang: str


class Assembly:
    """One handbook in the making.

    Parameters
    ----------
    root : Path
    edition : str
        ``learner`` or ``facilitator``.
    kept : Kept
    tell : callable
        ``tell(what, done, total)``.
    fork : bool
        See `handbook.build`.
    shop : Workshop, optional
        One that goes on afterwards; else one is opened when there is work, and closed at the end.
    only : collection of str
        Languages to make pages in, where not all are wanted yet; the pages link to the others all the same.
    """

    def __init__(self, root: Path, edition: str, kept: Kept, tell: execute.Progress, fork: bool = True, shop: Workshop | None = None, only: Collection[str] = ()):
        self.root, self.edition, self.kept, self.tell, self.fork, self.only = root, edition, kept, tell, fork, only
        self.more = package.FACILITATOR if edition == "facilitator" else ()
        self.done, self.total, self._counting = 0, 1, Lock()
        self.langs: tuple[str, ...] = ()
        self.left_out: tuple[str, ...] = ()
        self._shop, self._own = shop, shop is None
        self._others: dict[str, list[parts.Made]] = {}
        self._pages: list[pages.Page] = []
        self._cards: dict[str, bytes] = {}

    def __enter__(self) -> Assembly:
        return self

    def __exit__(self, *stopped: object) -> None:
        if self._shop and self._own:
            self._shop.__exit__(*stopped)

    def files(self) -> Files:
        """Everything, made and checked.

        Raises
        ------
        ContentError
            With every fault found.
        """
        self._pages, archive, site = self.pages(), ARCHIVES[self.edition], None
        singles = [(lang, other["single"]) for lang, others in self._others.items() for other in others if other["single"]]
        asked, found = self._asked() + [("singles", *single) for single in singles], {}
        with ThreadPoolExecutor(1) as packing:  # beside what the workshop does
            for number, document in self._set(asked):
                found[number] = document
                if not site and all(number in found for number in range(len(self._pages))):
                    site = self._site(found)
                    packed = packing.submit(package.zipped, site, archive)
            assert site
            beside = {f"single/{pages.file_of(body['stem'], lang)}": found[number][0].encode() for number, (lang, body) in enumerate(singles, len(self._pages))}
            if self.edition == "learner":
                beside |= {f"single/{name}": data for name, data in self._cards.items()}
            return Files(site, {f"{archive}.zip": packed.result()} | beside, [page.file for page in self._pages])

    def site(self) -> dict[str, bytes]:
        """The folder alone: its files by name, made and checked."""
        self._pages = self.pages()
        return self._site(dict(self._set(self._asked())))

    def some(self) -> dict[str, bytes]:
        """The pages in the languages `only`, by file name, made and checked."""
        self._pages = self.pages()
        made = self._documents(dict(self._set(self._asked())))
        others = [pages.file_of(page.name, lang) for page in self._pages for lang in self.langs]
        verify({name: found for name, (_, found) in made.items()}, [*package.beside_pages(others, self.more), *search.files(self._pages), *self._cards, *others, package.MARKER])
        return {name: document.encode() for name, (document, _) in made.items()}

    def _asked(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [("html", page.lang, dict(vars(page))) for page in self._pages]

    def _documents(self, found: Mapping[int, tuple[str, Found]]) -> dict[str, tuple[str, Found]]:
        return {page.file: found[number] for number, page in enumerate(self._pages)}

    def _site(self, found: Mapping[int, tuple[str, Found]]) -> dict[str, bytes]:
        return package.site_files(self._documents(found), self.more, search.files(self._pages) | self._cards)

    def pages(self) -> list[pages.Page]:
        """All pages in the languages wanted, framed and linked."""
        self._shop = self._shop or Workshop(parts.WORK, self.fork)  # imports while the notebooks run or are looked for
        paths = execute.notebook_paths(self.root)
        lessons = [path for path in paths if path.parent.name == "notebooks"]
        if not lessons:
            raise ContentError("there is no notebook to make a handbook from; `rapport new module NAME` begins one.", self.root / "notebooks")
        self.langs, self.left_out = languages(self.root, self.kept)
        langs = [lang for lang in self.langs if not self.only or lang in self.only]
        wanted = list(parts.wanted(self.root, sorted(path.stem for path in lessons), self.edition))
        modules = [name for kind, name in wanted if kind == "module"]
        self.total = len(paths) + len(modules) + 1 + len(langs) * (len(lessons) + len(wanted) + 1)
        # What rests on no notebook is made while they run; what takes longest first.
        early = {"cards": self._piece(i18n.SOURCE, "cardset", "", list(self.langs))} | {stem: self._exercises(stem) for stem in modules}
        early |= {(lang, kind, name): self._piece(lang, kind, name, None) for lang in langs for kind, name in wanted if kind not in ("module", "reference")}
        with ThreadPoolExecutor(1) as beside:
            begun = beside.submit(self._work, early)
            try:
                executed = self._run(paths, langs)
            except ContentError:
                raise
            except BaseException:  # Ctrl-C: nobody waits for the rest
                self._shop.stop()
                raise
            made = begun.result()
        ran = {(lang, kind, name): executed[lang][self.root / "notebooks" / f"{name}.ipynb"] for lang in langs for kind, name in wanted if kind in ("module", "reference")}
        made |= self._work({(lang, kind, name): self._piece(lang, kind, name, (notebook, made[name][lang]) if kind == "module" else notebook) for (lang, kind, name), notebook in ran.items()})
        self._others = {lang: [made[lang, kind, name] for kind, name in wanted] for lang in executed}
        fronts = self._work({lang: self._piece(lang, "front", "", parts.for_front(others)) for lang, others in self._others.items()})
        self._cards = {cardset.FILE: made["cards"]["cardset"].encode()} if made["cards"]["cardset"] else {}
        framed: list[pages.Page] = []
        for lang, others in self._others.items():
            with i18n.speaking(lang, marking=True):
                framed += parts.framed(fronts[lang], others, self.edition, self._order)
        pages.link_languages(framed, self.langs)
        return framed

    def _run(self, paths: Sequence[Path], langs: Sequence[str]) -> dict[str, dict[Path, Any]]:
        """The notebooks as they have run, by language and path; other languages have no workbooks, whose exercises are asked on the page."""
        lessons = [path for path in paths if path.parent.name == "notebooks"]
        # A notebook of which nothing is translated yet gives the outputs it gave in English; it is run once.
        runs = {i18n.SOURCE: paths} | {lang: [path for path in lessons if _settled(po_path(path, self.root, lang), lang, self.kept)["settled"]] for lang in langs if lang != i18n.SOURCE}
        with i18n.speaking(i18n.SOURCE, marking=True):
            ran = execute.run_languages(self.root, runs, lambda what, *_: self._say(what, i18n.SOURCE), for_page=True, fork=self.fork, kept=self.kept)
        executed: dict[str, dict[Path, Any]] = {}
        for lang in langs:
            with i18n.speaking(lang, marking=True):
                executed[lang] = {path: ran[lang].get(path) or execute.in_language(ran[i18n.SOURCE][path], path, self.kept) for path in (paths if lang == i18n.SOURCE else lessons)}
        return executed

    def _order(self, titles: Sequence[str]) -> list[int]:
        """`collation.order`, which takes a second to begin, of titles that have hardly ever changed."""
        key = self.kept.key("order", i18n.language(), *titles)
        if (found := self.kept.get(key)) is None:
            began, found = time.time(), collation.order(titles)
            self.kept.put(key, found, [collation.__file__], began)
        return found

    def _exercises(self, stem: str) -> Job:
        """A module's exercises in every language."""
        langs = list(self.langs)
        return Job(self.kept.key("exercises", stem, *langs), ("exercises", i18n.SOURCE, self.root, stem, langs), f"made the exercises of {stem}", i18n.SOURCE)

    def _piece(self, lang: str, kind: str, name: str, given: Any) -> Job:
        """A piece by language, kind, name and what it is given."""
        key = self.kept.key("part", self.edition, lang, kind, name, _text(given))
        return Job(key, ("make", lang, self.root, self.edition, kind, name, given), f"made {kind} {name}".rstrip(), lang)

    def _set(self, asked: Sequence[tuple[str, str, dict[str, Any]]]) -> Iterator[tuple[int, tuple[str, Found]]]:
        """Number and document of each of `asked` (``html`` or ``singles``, a language, values), with what was found on it; what is kept comes first."""
        more = {"html": list(self.more), "singles": self.root}
        keys = [self.kept.key("page", what, *self.more, lang, *_values(values)) for what, lang, values in asked]
        missing = []
        for number, key in enumerate(keys):
            if (kept := self.kept.get(key)) is not None:
                yield number, kept
            else:
                missing.append(number)
        # A process sets several pages of one language, whose patterns and words it loads once.
        groups = [group for what in more for lang in i18n.LANGUAGES for group in _halves([number for number in missing if asked[number][:2] == (what, lang)])]
        tasks = [(asked[group[0]][0], asked[group[0]][1], [asked[number][2] for number in group], more[asked[group[0]][0]]) for group in groups]
        for at, documents, reads, began in self._results(tasks):
            self._say(f"set {len(documents)} pages", tasks[at][1])
            for number, document in zip(groups[at], documents):
                yield number, document
                self._keep(keys[number], document, reads, began)

    def _work(self, jobs: Mapping[Any, Job]) -> dict[Any, Any]:
        """What came of each job, by its name in `jobs`; begun in their order."""
        found = {name: kept for name, job in jobs.items() if (kept := self.kept.get(job.key)) is not None}
        self.done += len(found)
        missing = [name for name in jobs if name not in found]
        for at, result, reads, began in self._results([jobs[name].task for name in missing]):
            job = jobs[missing[at]]
            found[missing[at]] = result
            self._say(job.says, job.lang)
            self._keep(job.key, result, reads, began)
        return found

    def _results(self, tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any, set[str] | None, float]]:
        """What became of `tasks`; all are done before a fault among them is raised."""
        if not tasks:
            return
        assert self._shop
        faults: list[ContentError] = []
        for number, result, reads, began in self._shop.do(tasks):
            if isinstance(result, ContentError):
                faults.append(result)
            elif isinstance(result, Exception):
                raise result
            else:
                yield number, result, reads, began
        raise_all(_once(sorted(chain.from_iterable(getattr(fault, "errors", [fault]) for fault in faults), key=str)))

    def _keep(self, key: str, result: Any, reads: set[str] | None, began: float) -> None:
        if reads is not None:
            self.kept.put(key, result, reads, began)

    def _say(self, what: str, lang: str) -> None:
        with self._counting:
            self.done += 1
            self.total = max(self.total, self.done + 1)
            self.tell(what if lang == i18n.SOURCE else f"{what} ({lang})", self.done, self.total)


def languages(root: Path, kept: Kept | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Languages the handbook is made in: English, and each whose catalogues can be read and hold a settled translation.

    Returns
    -------
    (tuple of str, tuple of str)
        The languages, and a sentence for each that is left out because a catalogue cannot be read.
    """
    there, left_out = [i18n.SOURCE], []
    for lang in i18n.LANGUAGES[1:]:
        states = [_settled(po, lang, kept) for po in sorted((root / FOLDER / lang).rglob("*.po"))]
        if faults := [state["fault"] for state in states if state["fault"]]:
            left_out.append(f"{lang}: {faults[0]}")
        elif any(state["settled"] for state in states):
            there.append(lang)
    return tuple(there), tuple(left_out)


def _settled(po: Path, lang: str, kept: Kept | None) -> dict[str, Any]:
    """Whether a catalogue has a settled translation (``settled``; none where there is no such file), and why it cannot be read (``fault``)."""
    if not po.exists():
        return {"settled": False, "fault": ""}
    key = kept.key("catalogue", lang, po.name, po.read_bytes().hex()) if kept else ""
    if kept and (known := kept.get(key)):
        return known
    try:
        result = {"settled": any(message.id and message.string and not message.fuzzy and (isinstance(message.string, str) or all(message.string)) for message in read(po, lang)), "fault": ""}
    except CatalogueError as error:
        result = {"settled": False, "fault": str(error)}
    if kept:
        kept.put(key, result, [], time.time())
    return result


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _values(made: Mapping[str, Any]) -> list[str]:
    """The values of a page as texts, in the order of their names; its body, which is long, as it is."""
    return [str(value) if isinstance(value, str) else _text(value) for _, value in sorted(made.items())]


def _halves(numbers: list[int]) -> list[list[int]]:
    """`numbers` in two about equal parts, none of them empty."""
    return [part for part in (numbers[::2], numbers[1::2]) if part]


def _once(faults: list[ContentError]) -> list[ContentError]:
    """Faults without those that several languages share."""
    return list({str(fault): fault for fault in faults}.values())
