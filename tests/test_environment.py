"""Requirements, locks and environment.yml say the same; the environment script speaks clearly when it cannot go on."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-test.lock")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def pins(lock: str) -> list[Requirement]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def pinned(lock: str, python: str, platform: str = "linux") -> dict[str, str]:
    """name → version that `lock` gives for a Python version."""
    systems = {"linux": ("posix", "Linux"), "win32": ("nt", "Windows"), "darwin": ("posix", "Darwin")}
    os_name, system = systems[platform]
    environment = default_environment() | {
        "python_version": python, "python_full_version": f"{python}.9", "sys_platform": platform, "os_name": os_name, "platform_system": system,
    }  # fmt: skip
    found = {}
    for requirement in pins(lock):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            name = canonicalize_name(requirement.name)
            assert name not in found, f"{lock} pins {name} twice for Python {python}"
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", f"{lock}: {requirement} is not pinned"
            found[name] = specifier.version
    return found


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_both_locks_satisfy_what_the_package_needs(lock, python):
    have = pinned(lock, python)
    wanted = PROJECT["dependencies"] + (PROJECT["optional-dependencies"]["test"] if "test" in lock else [])
    for requirement in map(Requirement, wanted):
        version = have.get(canonicalize_name(requirement.name))
        assert version and requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}; pyproject.toml asks {requirement.specifier}"


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_locks_agree_with_each_other(platform):
    run, test = (pinned(lock, "3.11", platform) for lock in LOCKS)
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", text)


def test_the_installed_versions_are_those_of_the_lock():
    from importlib.metadata import PackageNotFoundError, version

    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for name, wanted in pinned("requirements-test.lock", python).items():
        try:
            found = version(name)
        except PackageNotFoundError:
            continue  # for another system
        assert found == wanted, f"{name} {found} is installed; the lock says {wanted}: run python scripts/environment.py --test"


def test_environment_yml_installs_the_lock_and_the_package_on_an_allowed_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [each for each in environment["dependencies"] if isinstance(each, str)]
    (pip,) = [each["pip"] for each in environment["dependencies"] if isinstance(each, dict)]
    assert pip == ["-r requirements.lock", "-e ."]
    assert "pip" in plain
    (python,) = [each.removeprefix("python=") for each in plain if each.startswith("python=")]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(f"{python}.0")
    assert pinned("requirements.lock", python)


def test_the_oldest_python_is_the_same_everywhere():
    script = (ROOT / "scripts" / "environment.py").read_text(encoding="utf-8")
    assert PROJECT["requires-python"] == ">=3.11"
    assert "OLDEST = (3, 11)" in script
    assert '"--python-version", "3.11"' in (ROOT / "src/rapport/cli/maintain.py").read_text(encoding="utf-8")


def script(folder: Path) -> Path:
    """The environment script, alone in a folder with locks and pyproject."""
    (folder / "scripts").mkdir(parents=True)
    for name in ("scripts/environment.py", "pyproject.toml", *LOCKS):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder / "scripts" / "environment.py"


def test_a_python_that_is_too_old_is_told_so_in_one_sentence(tmp_path):
    path = script(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("OLDEST = (3, 11)", "OLDEST = (3, 99)"), encoding="utf-8")
    found = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env={"PATH": ""}, check=False)
    assert found.returncode == 1
    assert "Rapport needs Python 3.99 or later" in found.stderr and "Traceback" not in found.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_environment_made_from_the_same_files_is_not_made_again(tmp_path):
    path = script(tmp_path)
    namespace: dict = {"__name__": "script", "__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    python = Path(namespace["PYTHON"])
    python.parent.mkdir(parents=True)
    python.touch()
    assert not namespace["stamped"]("test")
    Path(namespace["stamp"]("test")).write_text(namespace["fingerprint"]("test"), encoding="utf-8")
    assert namespace["stamped"]("test")
    lock = tmp_path / "requirements-test.lock"
    lock.write_text(lock.read_text(encoding="utf-8") + "another==1.0\n", encoding="utf-8")
    assert not namespace["stamped"]("test")


TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("target", [target for target in TARGETS if not target.startswith("environment")])
def test_every_make_target_is_a_command_too(target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (command,) = re.findall(rf"^{target}: environment.*\n\t@\$\(RAPPORT\) ([\w-]+)", makefile, re.MULTILINE)
    found = subprocess.run([sys.executable, "-c", "from rapport.cli import main; main()", command, "--help"], capture_output=True, text=True, check=False)
    assert found.returncode == 0 and "Example:" in found.stdout


def test_no_file_of_the_environment_names_a_package_registry():
    for name in ("Makefile", "scripts/environment.py", ".ci/run", "environment.yml", "pyproject.toml", *LOCKS):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in re.sub(r"https://(www\.)?python\.org\S*", "", text), name
