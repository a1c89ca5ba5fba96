"""Module 10 with the pages of progress, statement and about, in three languages: the pages on which a learner's record is kept and told."""

from pathlib import Path
from types import SimpleNamespace

from rapport import i18n
from rapport.handbook import execute, package, pages, parts, render

ROOT = Path(__file__).resolve().parents[1]
STEM = "10_when_it_goes_wrong"
NOTEBOOK = ROOT / "notebooks" / f"{STEM}.ipynb"


def build(langs=i18n.LANGUAGES, root=ROOT) -> dict[str, bytes]:
    """Every file by name; the notebook is taken as it is stored, and links to pages that are not made lead nowhere."""
    made = []
    for lang in langs:
        with i18n.speaking(lang, marking=True):
            notebook = execute.in_language(execute.read_notebook(NOTEBOOK), NOTEBOOK)
            notebook.cells = [cell for cell in notebook.cells if render.embed_of(cell)[0] != "explorer"]  # it shows what only a run makes
            piece = parts.make(root, "learner", "module", STEM, (notebook, pages.read_exercises(root, STEM)))
            found = [parts.page_of(each) for each in piece["pages"]]
            light = parts._light(root, piece["told"])
            found += [*pages.progress_pages(root, [light]), pages.about_page(root), *(page for page in pages.front_pages(root, [light], []) if page.kind == "search")]
            pages.frame(found, [SimpleNamespace(**piece["told"])])
            made += found
    pages.link_languages(made)
    html = {page.file: package.page_html(page).encode() for page in made}
    return html | package.assets(package.SHEETS) | package.fonts()
