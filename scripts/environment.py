"""Makes or refreshes the project's own Python environment in .venv, from the pinned requirements.
Run by make; on a machine without make: `python scripts/environment.py` (add --test for the test tools).

Standard library only, and written so that an old Python can still say clearly that it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)


def main(arguments):
    test = "--test" in arguments
    lock = os.path.join(ROOT, "requirements-test.lock" if test else "requirements.lock")
    # The test environment holds everything the ordinary one does, so its stamp serves both.
    if any(stamped(each) for each in ("test", "run")[: 1 if test else 2]):
        return 0
    uv = works("uv")
    if not usable(PYTHON):
        make_environment(uv)
    say("Installing the pinned requirements of {} ...".format(os.path.basename(lock)))
    install(uv, "-r", lock)
    install(uv, "--no-deps", "-e", ROOT)
    with open(stamp("test" if test else "run"), "w", encoding="utf-8") as file:
        file.write(fingerprint("test" if test else "run"))
    say("The environment is ready in .venv.")
    return 0


def make_environment(uv):
    say("Making .venv ...")
    if uv and run([uv, "venv", "--quiet", "--clear", "--python", ">=3.11", VENV]):
        return
    python = find_python()
    if not python:
        stop(
            "Rapport needs Python {}.{} or later; this is {}.{} and no later one was found. "
            "Install one (python.org, or your system's packages) and run the command again.".format(*OLDEST, *sys.version_info[:2])
        )
    if not run([python, "-m", "venv", "--clear", VENV]):
        stop("Python could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv, then run the command again.")


def install(uv, *what):
    command = [uv, "pip", "install", "--quiet", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install", "--quiet"]
    if run(command + list(what)):
        return
    # uv does not read pip's settings (mirrors, wheel folders, certificates): where only pip is set up, pip serves.
    if uv:
        say("uv could not install everything; trying pip ...")
        if not run([PYTHON, "-m", "pip", "--version"], quiet=True):
            run([PYTHON, "-m", "ensurepip", "--default-pip"], quiet=True)
        if run([PYTHON, "-m", "pip", "install", "--quiet"] + list(what)):
            return
    stop("The requirements could not be installed; the lines above say why. Once that is mended, run the command again.")


def find_python():
    """This Python if it is recent enough, else the latest recent one on the path."""
    for name in [sys.executable] + ["python3.{}".format(minor) for minor in range(20, OLDEST[1] - 1, -1)] + ["python3"]:
        path = shutil.which(name)
        if path and usable(path):
            return path
    return None


def usable(python):
    check = "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)
    return os.path.exists(python) and run([python, "-c", check], quiet=True)


def works(name):
    path = shutil.which(name)
    return path if path and run([path, "--version"], quiet=True) else None


def run(command, quiet=False):
    silence = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.call(command, stdout=silence, stderr=silence, cwd=ROOT) == 0
    except OSError:
        return False


def stamp(kind):
    return os.path.join(VENV, "rapport-{}.stamp".format(kind))


def stamped(kind):
    """True when .venv was filled from exactly these files, here."""
    try:
        with open(stamp(kind), encoding="utf-8") as file:
            return file.read() == fingerprint(kind) and os.path.exists(PYTHON)
    except OSError:
        return False


def fingerprint(kind):
    digest = hashlib.sha256(ROOT.encode("utf-8"))
    for name in ("requirements-test.lock" if kind == "test" else "requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def say(text):
    print(text, file=sys.stderr)
    sys.stderr.flush()


def stop(text):
    say(text)
    sys.exit(1)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        stop("Stopped. Run the command again to finish the environment.")
