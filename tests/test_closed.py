"""A build reads and runs what is in its course, and nothing beside it: no links out, no modules or settings of the user's."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbformat.v4 import new_code_cell, new_markdown_cell

from rapport import handbook, kernels
from rapport.content import ContentError, closed, outward, read_markdown, read_yaml
from rapport.handbook import execute
from rapport.handbook.pages import Front
from rapport.playbooks import moments

SOURCE = str(Path(kernels.__file__).parents[2])
HERE = ("rapport", "pandas", "numpy", "matplotlib", "random", "json", "ipykernel", "IPython", "sitecustomize", "usercustomize", "conftest")
"""Modules that a kernel would import from a folder, were it to look there first."""


# ---- Links of the file system -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [f"notebooks/{tiny_course.STEM}.ipynb", "exercises/02_out.py", "playbooks/about.md", "playbooks/02_out", "data", "locales/lv/playbooks/about.md.po", "hunts/out.yaml"])
def test_a_link_out_of_the_course_is_named_and_nothing_is_built(tmp_path, name):
    root, outside = tiny_course.make(tmp_path / "course"), tmp_path / "outside"
    place, target = root / name, outside / Path(name).name
    outside.mkdir()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(target)
    elif place.suffix:
        target.write_text("1", encoding="utf-8")
    else:
        target.mkdir()
    place.symlink_to(target)
    with pytest.raises(ContentError, match="is a link that leads out of the course, to ") as caught:
        handbook.build(root)
    assert caught.value.path.endswith(name) and str(target) in str(caught.value)
    assert not (root / "build").exists()
    with pytest.raises(ContentError, match="leads out of the course"):
        execute.write_outputs(root)


def test_a_link_within_the_course_and_one_to_the_course_are_fine(tmp_path):
    root = tiny_course.make(tmp_path / "course")
    (root / "data" / "again.bib").symlink_to("sources.bib")
    (tmp_path / "also").symlink_to(root)
    assert closed(root) == root and closed(tmp_path / "also")


def test_a_link_that_goes_round_or_nowhere_is_no_way_out(tmp_path):
    root = tiny_course.make(tmp_path)
    (root / "data" / "round").symlink_to("round")
    (root / "data" / "up").symlink_to("../data")
    closed(root)


# ---- Addresses in content -----------------------------------------------------------------------------------------

OUT = ["../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "FILE:x", "C:\\Users\\x", "c:/Users/x", "\\\\host\\share", "//host/share", "/\\host/x", "..\\x.md", "x%5Cy.md", "%2e%2e/%2e%2e/%2e%2e/x", "a%00b"]
FINE = ["https://example.org/a", "mailto:a@example.org", "#card", "about.md#what", "../notebooks/01_tiny.ipynb", "playbook.md"]


@pytest.mark.parametrize("address", OUT)
def test_an_address_out_of_the_course_is_refused_wherever_it_stands(tmp_path, address):
    root = tiny_course.make(tmp_path)
    for form in (f"See [it]({address}).", f"![a picture]({address})", f"See [it][1].\n\n[1]: {address}", f"[it](<{address}> 'title')"):
        about = root / "playbooks" / "about.md"
        about.write_text(f"---\ntitle: About\n---\n\nFine.\n\n{form}\n", encoding="utf-8")
        with pytest.raises(ContentError, match=r"about\.md:(?:7|9): the link .* leads out of the course"):
            read_markdown(about, Front)
    lists = root / "playbooks" / "moments.yaml"
    lists.write_text(f"title: x\nlead: x\nmoments:\n  - id: a\n    title: t\n    text: '[x]({address})'\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"moments\.yaml:6: moments\.0\.text: the link"):
        moments.load(root)
    card = root / "playbooks" / tiny_course.STEM / "playbook.md"
    card.write_text(card.read_text(encoding="utf-8").replace("Two regions.", f"'[x]({address})'", 1), encoding="utf-8")
    from rapport import playbooks

    with pytest.raises(ContentError, match=r"playbook\.md:\d+: (?:limit: )?the link"):
        playbooks.load(tiny_course.STEM, root)
    path = root / "notebooks" / f"{tiny_course.STEM}.ipynb"
    nbformat.write(tiny_course.notebook(new_markdown_cell("# T"), new_markdown_cell(f"[x]({address})")), path)
    with pytest.raises(ContentError, match=r"01_tiny\.ipynb: cell 2: the link"):
        execute.read_notebook(path)


@pytest.mark.parametrize("address", FINE)
def test_an_address_of_the_course_or_the_web_is_fine(tmp_path, address):
    root = tiny_course.make(tmp_path)
    assert outward(f"[x]({address}) and ![y]({address})", root / "playbooks" / "about.md") is None


@pytest.mark.parametrize("kind", ["scenario", "hunt"])
@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..\\x", "C:\\x", "x\0y"])
def test_a_cell_names_a_case_or_a_hunt_of_the_course_only(tmp_path, kind, name):
    root = tiny_course.make(tmp_path, new_markdown_cell("# T"), new_code_cell("it", metadata={"rapport": {kind: name}}))
    path = root / "notebooks" / f"{tiny_course.STEM}.ipynb"
    notebook = nbformat.read(path, 4)
    if kind == "hunt":
        notebook.metadata["rapport"] = {"page": "reference"}
        path = path.rename(root / "notebooks" / "hunting.ipynb")
        nbformat.write(notebook, path)
    from rapport.handbook import parts

    with pytest.raises(ContentError, match="no scenario|found the hunt"):
        parts.site(root, {path: notebook})


def test_a_module_is_named_by_its_stem_and_by_no_path(tmp_path):
    from rapport import exercises, playbooks

    root = tiny_course.make(tmp_path / "course")
    (tmp_path / "outside.yaml").write_text("module: x\n", encoding="utf-8")
    for name in ("../../outside", str(tmp_path / "outside"), "x\0y"):
        for load in (exercises.load, playbooks.load):
            with pytest.raises(ContentError):
                load(name, root)
    with pytest.raises(ContentError):
        read_yaml(root / "playbooks" / "nothing.yaml", moments.Moments)


# ---- What a kernel imports and reads ------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
from rapport.handbook import execute
root = Path(sys.argv[1])
ran = execute.run_all(root, execute.notebook_paths(root), fork=sys.argv[2] == "fork")
print("".join(output.get("text", "") for notebook in ran.values() for cell in notebook.cells for output in cell.get("outputs", [])))
"""
ASK = """import os, sys
import random, json, pandas, numpy, matplotlib, IPython, ipykernel
import rapport.content
print("ran" if hasattr(sys, "ran") else "clean", matplotlib.rcParams["lines.linewidth"], get_ipython().user_ns.get("ran"))"""


@pytest.fixture
def lured(tmp_path):
    """A course, and a folder full of what must not be picked up: to be called in, and set as home and in every variable that could name it."""
    root = tiny_course.make(tmp_path / "course", new_code_cell(ASK))
    lure = tmp_path / "lure"
    startup = lure / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    shout = "import sys\nsys.ran = True\nopen({!r}, 'a').write(__file__ + '\\n')\n"
    heard = str(tmp_path / "heard")
    for name in HERE:
        (lure / f"{name}.py").write_text(shout.format(heard), encoding="utf-8")
        (root / f"{name}.py").write_text(shout.format(heard), encoding="utf-8")
        (root / "notebooks" / f"{name}.py").write_text(shout.format(heard), encoding="utf-8")
    (startup / "00.py").write_text("ran = 'startup'\n" + shout.format(heard), encoding="utf-8")
    loud = "c = get_config()\nc.InteractiveShellApp.exec_lines = ['ran = 1']\n" + shout.format(heard)
    for folder, name in ((".ipython/profile_default", "ipython_kernel_config.py"), (".ipython/profile_default", "ipython_config.py"), (".jupyter", "jupyter_config.py"), (".jupyter", "jupyter_nbconvert_config.py"), ("", "ipython_kernel_config.py"), ("", "jupyter_nbconvert_config.py")):
        (lure / folder).mkdir(parents=True, exist_ok=True)
        (lure / folder / name).write_text(loud, encoding="utf-8")
    data = lure / "share" / "jupyter"
    (data / "kernels" / "python3").mkdir(parents=True)
    (data / "kernels" / "python3" / "kernel.json").write_text('{"argv": ["%s", "-c", "open(%r, \'a\').write(\'kernelspec\')"], "display_name": "x", "language": "python"}' % (sys.executable, heard), encoding="utf-8")
    for place in (lure, root, lure / ".config" / "matplotlib"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "matplotlibrc").write_text("lines.linewidth: 77\n", encoding="utf-8")
    (lure / ".env").write_text("PYTHONPATH=x\n", encoding="utf-8")
    named = {name: str(data) for name in ("JUPYTER_PATH", "JUPYTER_DATA_DIR")} | {name: str(lure / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH")}
    named |= {"HOME": str(lure), "IPYTHONDIR": str(lure / ".ipython"), "PYTHONSTARTUP": str(startup / "00.py"), "PYTHONINSPECT": "1", "MATPLOTLIBRC": str(lure / "matplotlibrc")}
    return root, lure, Path(heard), named


@pytest.mark.parametrize("how", ["fork", "no-fork"])
@pytest.mark.parametrize("where", ["lure", "course", "notebooks"])
def test_a_kernel_takes_nothing_from_the_folder_it_is_called_in_or_the_users_settings(lured, how, where):
    root, lure, heard, named = lured
    place = {"lure": lure, "course": root, "notebooks": root / "notebooks"}[where]
    del named["PYTHONINSPECT"]  # this program would obey it itself
    done = subprocess.run([sys.executable, "-P", "-c", RUN, str(root), how], cwd=place, env=os.environ | named | {"PYTHONPATH": SOURCE}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["clean", "1.5", "None"]
    assert not heard.exists(), heard.read_text(encoding="utf-8")


def test_what_python_path_names_is_not_in_a_kernel(lured):
    """Whoever calls the program decides what it imports itself; its kernels look where it is installed."""
    environment = execute._environment(lured[0], lured[1])
    assert environment["PYTHONSAFEPATH"] == "1" and environment.get("PYTHONPATH", SOURCE) == SOURCE
    assert not {"PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONHOME", "JUPYTER_PATH"} & set(environment)
