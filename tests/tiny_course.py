"""A course small enough to build in seconds: one module, one notebook with every kind of output, two cards."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

STEM = "01_tiny"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

CARD = """## {title} {{#{name}}}

```card
trigger: A parcel is late.
steps: ["Say **so**.", "Say until when."]
words_to_try: ["“It is late, and I am on it.”"]
do_not: ["Blame the <b>courier</b>."]
measure: Share of late parcels named first by us.
monday: You, Monday, five minutes.
badge: mixed
claim: Being told why helps.
sources: [known-2004]
limit: Two regions.
ids: [G2-S2]
outcomes: [1]
```

See [the other card](#{other}) and [the notebook](../../notebooks/01_tiny.ipynb).
"""

QUESTION = """  - id: {name}
    outcome: 1
    ask: What comes first ({name})?
    right: The fact {name}.
    wrong: [The voucher., The form.]
    because: It is what happened.
    twin: {{ask: And then ({name})?, right: The time {name}., wrong: [Silence., A survey.], because: They wait.}}
"""


def notebook(*cells):
    """A notebook of `cells` with ids that are the same each time."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=list(cells))


def figure(alt="A line that rises from one to two over one week."):
    """A code cell with a stored figure."""
    data = {"image/png": PIXEL, "text/plain": "[Chart]"}
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return new_code_cell("show()", outputs=[new_output("display_data", data=data, metadata=metadata)])


def shown(html):
    """A code cell with stored HTML."""
    return new_code_cell("it", outputs=[new_output("execute_result", data={"text/html": html, "text/plain": "it"}, execution_count=1)])


def make(root: Path, *cells) -> Path:
    """Write the course to `root`; `cells` replace those of its notebook."""
    for folder in ("notebooks", "exercises", f"playbooks/{STEM}", "data"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    front = f"module: {STEM}\ntitle: Tiny & <small>\nminutes: 20\nroles: [agent]\noutcomes: [Say so.]\nseeds: [G2-S2]\nreview:\n"
    front += "".join(QUESTION.format(name=name) for name in ("one", "two", "three"))
    cards = CARD.format(title="Say so", name="say-so", other="say-when") + "\n" + CARD.format(title="Say when", name="say-when", other="say-so")
    (root / f"playbooks/{STEM}/playbook.md").write_text(f"---\n{front}---\n\nTwo cards.\n\n{cards}", encoding="utf-8")
    (root / "playbooks/index.md").write_text("---\ntitle: Rapport\nlead: A tiny course.\n---\n\n## How\n\nRead [about it](about.md#what).\n", encoding="utf-8")
    (root / "playbooks/about.md").write_text("---\ntitle: About\nlead: What is what.\n---\n\n## What {#what}\n\nSimulated.\n", encoding="utf-8")
    source = "@article{known-2004, author = {Known, A.}, title = {On telling}, journal = {Journal}, volume = 1, year = 2004, seen = {abstract}}\n"
    (root / "data/sources.bib").write_text(source, encoding="utf-8")
    cells = cells or (
        new_markdown_cell("# Tiny"),
        new_markdown_cell("## A moment\n\nSee [the card](#say-so), [Known 2004](#source-known-2004) and $a<b$. <script>alert(1)</script>", metadata={"rapport": {"section": "moment", "minutes": 2}}),
        new_code_cell("import pandas as pd\npd.DataFrame({'kind': ['<i>late</i>', 'lost'], 'cases': [3, 12]})"),
        new_code_cell("print('\\x1b[31mred\\x1b[0m & done')"),
        new_code_cell("object()", metadata={"rapport": {"hidden": True}}),
    )
    nbformat.write(notebook(*cells), root / f"notebooks/{STEM}.ipynb")
    return root
