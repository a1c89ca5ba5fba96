"""The browser that the tests drive: found where it is, fetched from Debian's packages where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)


def find_browser() -> str | None:
    """Path of Chromium or Chrome: ``RAPPORT_CHROMIUM``, else the path, else where installers put it."""
    named = os.environ.get("RAPPORT_CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None) or next((path for path in USUAL_PLACES if Path(path).exists()), None)


def browser_for_tests() -> str:
    """See to it that there is a browser; one sentence on what is left out when there is none, else nothing."""
    if find_browser():
        return ""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("No browser found; installing Debian's chromium …", file=sys.stderr)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.call(command, env=environment, stdout=subprocess.DEVNULL)
        if find_browser():
            return ""
    return (
        "No Chromium or Chrome was found, so the browser tests (handbook, scenario player, JupyterLab) are left out; "
        "install one (Debian: apt install chromium) or name it in RAPPORT_CHROMIUM."
    )
