"""`rapport check`: reads everything an author writes, gathers every fault, prints what was read and the policy tables.
The rules live in the rooms; this only calls them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rapport.content import ContentError, closed, module_stems, raise_all

Found = Iterator[str | ContentError]
"""What a check yields: lines to print, and faults."""


def check_course(root: Path, release: bool = False) -> None:
    """Check the whole course, print a line per area, and raise all faults at once.

    With `release`, a text that waits for its translation is a fault too.

    Raises
    ------
    ContentError
        When anything is wrong; every fault of every area is named.
    """
    closed(root)
    checks: dict[str, Callable[[Path], Found]] = {
        "Facts": _facts,
        "Pages": _pages,
        "Playbooks": _playbooks,
        "Sessions": _sessions,
        "Paths": _paths,
        "Screening": _screening,
        "Scenarios": _scenarios,
        "Exercises": _exercises,
        "Assessment": _assessment,
        "Hunts": _hunts,
        "Notebooks": _notebooks,
        "Coverage": _coverage,
        "Editing": _editing,
        "Translations": lambda root: _translations(root, release),
    }
    errors: list[ContentError] = []
    unreadable = False
    for area, found in checks.items():
        across = area in ("Coverage", "Editing", "Translations")
        if across and unreadable:
            print(f"{area}: not looked at; it reads across the files above, and those have faults")
            continue
        lines, faults = [], []
        try:
            for each in found(root):
                (faults if isinstance(each, ContentError) else lines).append(each)
        except ContentError as error:
            faults.append(error)
        print("\n".join([f"{area}: {lines[0] if lines else 'could not be read' if faults else 'none'}", *lines[1:]]))
        errors += faults
        unreadable |= bool(faults) and not across
    raise_all(errors)


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _facts(root: Path) -> Found:
    from rapport import facts

    for code in facts.MARKETS:
        facts.market(code)
    yield _counted(len(facts.MARKETS), "market")


def _pages(root: Path) -> Found:
    from rapport.content import read_markdown
    from rapport.handbook import markets
    from rapport.handbook.pages import Front
    from rapport.playbooks import glossary, moments

    names = [name for name in ("index", "about", "accessibility") if name != "accessibility" or (root / "playbooks" / f"{name}.md").exists()]
    for name in names:
        try:
            read_markdown(root / "playbooks" / f"{name}.md", Front)
        except ContentError as error:
            yield error
    there = [*names]
    for name, load in {"moments": moments.load, "markets": markets.load, "glossary": glossary.load}.items():
        try:
            there += [name] * bool(load(root))
        except ContentError as error:
            yield error
    yield f"{', '.join(there)} of the handbook"


def _playbooks(root: Path) -> Found:
    from rapport import playbooks

    read = []
    for stem in module_stems(root):
        if playbooks.playbook_path(stem, root).exists():
            try:
                read.append(playbooks.load(stem, root))
            except ContentError as error:
                yield error
        else:
            yield ContentError("the module has no playbook; add one (rapport new module shows its shape).", playbooks.playbook_path(stem, root))
    yield f"{_counted(len(read), 'playbook')}, {_counted(sum(len(each.plays) for each in read), 'play card')}"


def _sessions(root: Path) -> Found:
    from rapport.content import read_markdown
    from rapport.handbook.facilitator import GUIDE
    from rapport.handbook.pages import Front
    from rapport.playbooks import session

    if (guide := root / "playbooks" / f"{GUIDE}.md").exists():
        read_markdown(guide, Front)
    read = 0
    for stem in module_stems(root):
        try:
            read += session.load(stem, root) is not None
        except ContentError as error:
            yield error
    yield f"{_counted(read, 'session plan')}; " + (f"none yet for {', '.join(without)}" if (without := session.missing(root)) else "one for each module")


def _paths(root: Path) -> Found:
    from rapport.study import paths

    if not paths.file(root).exists():  # a course need not tell roles apart
        return
    read = paths.read_paths(root)
    there = {stem[:2] for stem in module_stems(root)}
    follow = sorted(set(read.modules) - there)
    yield f"{_counted(len(read.roles), 'role')}; of {_counted(len(read.modules), 'module')} {len(there & set(read.modules))} are there" + (
        f", {', '.join(follow)} follow" if follow else ""
    )


def _screening(root: Path) -> Found:
    from rapport.learner import screening

    if screening.file(root).exists():
        yield _counted(screening.check(root), "language")


def _scenarios(root: Path) -> Found:
    from rapport import scenarios

    tables = []
    for name, path in scenarios.files(root).items():
        try:
            graph = scenarios.compile_scenario(path)
        except ContentError as error:
            yield error
            continue
        rows = scenarios.policy_table(graph)
        tables += ["", *policy_lines(name, rows)]
        yield from (ContentError(fault, path) for fault in scenarios.policy_faults(graph, rows))
    yield _counted(len(scenarios.files(root)), "scenario")
    yield from tables


def policy_lines(name: str, rows: list) -> list[str]:
    """The policy table of one scenario: expected scores, and in brackets how far checking first is ahead, in parts of the range."""
    policies = ("always_the_same", "by_nationality", "at_random", "ask_everything")
    heads = ["place", "check first", *(policy.replace("_", " ") for policy in policies), "worst … best"]
    body = [
        [
            row.place,
            f"{row.check_first:.2f}",
            *(f"{getattr(row, policy):.2f} ({row.lead[policy]:.2f})" for policy in policies),
            f"{row.worst} … {row.best}",
        ]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [heads, *body]) for column in range(len(heads))]
    told = [f"  {name}: expected score by way of playing (in brackets: how far checking first is ahead, in parts of the range)"]
    return told + ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [heads, *body]]


def _exercises(root: Path) -> Found:
    from rapport import coverage
    from rapport.exercises.model import load
    from rapport.exercises.notebook import generate, notebook_path, sources
    from rapport.exercises.serving import simulated
    from rapport.exercises.tables import missing_words
    from rapport.handbook.execute import read_notebook

    known = set(coverage.read(root)[0])
    count = 0
    for path in sorted((root / "exercises").glob("*.yaml")):
        try:
            definition = load(path.stem, root, sources=known)
            count += len(definition.exercises)
            yield from missing_words(definition, simulated(definition, 1).book)
            workbook = notebook_path(definition)
            if not workbook.exists() or sources(read_notebook(workbook)) != sources(generate(definition)):
                yield ContentError(f"the workbook does not follow {path.name}; run: rapport execute {path.stem}", workbook)
        except ContentError as error:
            yield error
    yield _counted(count, "exercise")


def _assessment(root: Path) -> Found:
    from rapport import assessment

    if assessment.bank_path(root).exists():
        bank = assessment.load(root)
        yield _counted(len(bank.incidents), "incident")
        yield from assessment.balance(bank)


def _hunts(root: Path) -> Found:
    from rapport import hunt

    found = []
    for name in hunt.files(root):
        try:
            found.append(hunt.load(name, root))
        except ContentError as error:
            yield error
    pieces = [each.piece for read in found for each in read.pieces]
    yield f"{_counted(len(found), 'hunt')}, {_counted(sum(each.defect for each in pieces), 'planted defect')}, {_counted(sum(not each.defect for each in pieces), 'sound piece')}"


def _notebooks(root: Path) -> Found:
    from rapport import lessons
    from rapport.handbook.execute import notebook_paths, read_notebook

    paths = notebook_paths(root)
    for path in paths:
        try:
            notebook = read_notebook(path)
            if path.parent.name == "notebooks":
                lessons.belongs(path, notebook)
        except ContentError as error:
            yield error
    yield _counted(len(paths), "notebook")
    lessons.check(root)


def _editing(root: Path) -> Found:
    from rapport import editing

    read = editing.check(root)
    yield f"{_counted(read['passages'], 'passage')} of feedback, {_counted(read['files'], 'file')} of prose, {_counted(read['outcomes'], 'outcome')}, {_counted(read['sources'], 'source')}"


def _translations(root: Path, release: bool) -> Found:
    from rapport import proofreading
    from rapport.i18n import LANGUAGES, SOURCE, checks

    if not (root / "locales").is_dir():
        return
    checked = checks.check(root)
    totals = []
    for lang in (lang for lang in LANGUAGES if lang != SOURCE):
        rows = [row for row in checked.covered if row.lang == lang]
        settled, waiting = sum(row.settled for row in rows), sum(len(row.fuzzy) + len(row.open) for row in rows)
        totals.append(f"{lang} {settled} of {settled + waiting} settled")
    yield "; ".join(totals)
    yield from (f"  {line}" for line in proofreading.report(checked.covered, root))
    if release:
        for row in (row for row in checked.covered if not row.complete):
            yield ContentError(f"{row.lang}: {_counted(len(row.open) + len(row.fuzzy), 'text')} wait for their translation; a release needs every one.", row.path)
    yield from (ContentError(fault.problem, fault.path, fault.line) for fault in checked.faults)
    for each in proofreading.proofread(root, checked, release):
        yield each if isinstance(each, ContentError) else f"  {each}"


def _coverage(root: Path) -> Found:
    from rapport import coverage

    rows = coverage.report(root)
    states = {state: sum(row.state == state for row in rows) for state in ("covered", "owed", "missing")}
    yield f"{_counted(len({row.id for row in rows}), 'idea')} of the modules there are; " + ", ".join(f"{number} {state}" for state, number in states.items())
    yield from (f"  owed: {row.id} {row.kind}: {row.note}" for row in rows if row.state == "owed")
    coverage.check(root)
