"""A Firefox driven through WebDriver BiDi, the W3C's protocol that it speaks by itself: pages opened, scripts run, requests and errors heard.
Playwright asks Debian's long-lived release for more of the protocol than it has; see docs/decisions/firefox.md."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

# Nothing leaves: whatever is asked for goes to a proxy that is not there. What a page asks for is heard all the same.
_PREFERENCES = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9,
    "browser.shell.checkDefaultBrowser": False, "browser.startup.page": 0, "datareporting.policy.dataSubmissionEnabled": False, "toolkit.telemetry.enabled": False,
    "app.update.enabled": False, "extensions.update.enabled": False, "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False, "dom.disable_open_during_load": False,
}  # fmt: skip


def find_firefox() -> str | None:
    """Debian's Firefox or another, else None."""
    return next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Firefox:
    """One window of a running Firefox; `requests` and `errors` hold what its page did behind the reader's back."""

    def __init__(self, address: str):
        self._socket = websocket.create_connection(f"{address}/session", timeout=30, suppress_origin=True)
        self._ids = itertools.count(1)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["network.beforeRequestSent", "log.entryAdded"])
        self._window = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        """Open an address and wait until its page is loaded."""
        self._ask("browsingContext.navigate", context=self._window, url=address, wait="complete")

    def reload(self) -> None:
        """Open the page again."""
        self._ask("browsingContext.reload", context=self._window, wait="complete")

    def run(self, function: str, *arguments: Any) -> Any:
        """What a function of the page gives, by way of JSON; a promise is waited for."""
        call = f"(async () => JSON.stringify(await ({function})(...{json.dumps(arguments)})) ?? 'null')()"
        result = self._ask("script.evaluate", expression=call, target={"context": self._window}, awaitPromise=True, userActivation=True)
        if result["type"] == "exception":
            raise AssertionError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def until(self, function: str, *arguments: Any, seconds: float = 10) -> Any:
        """Wait until a function of the page gives something true."""
        end = time.monotonic() + seconds
        while True:
            try:
                if found := self.run(function, *arguments):
                    return found
            except (AssertionError, KeyError):  # between two pages
                pass
            assert time.monotonic() < end, f"still not so after {seconds} seconds: {function}"
            time.sleep(0.05)

    def heard(self) -> None:
        """Let what the page is about to ask for or to complain of arrive."""
        self.run("() => new Promise((done) => setTimeout(done, 200))")

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == number:
                if said["type"] == "error":
                    raise AssertionError(f"{method}: {said['error']}: {said['message']}")
                return said["result"]
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        told = said.get("params", {})
        if said.get("method") == "network.beforeRequestSent" and not told["request"]["url"].startswith(("file:", "data:", "blob:", "about:")):
            self.requests.append(told["request"]["url"])
        if said.get("method") == "log.entryAdded" and told["level"] in ("error", "warn"):
            self.errors.append(told["text"])

    def close(self) -> None:
        """End the browser."""
        self._ask("browser.close")
        self._socket.close()


@contextmanager
def running(program: str, profile: Path) -> Iterator[Firefox]:
    """A Firefox with an empty profile in the folder `profile`, without a window to be seen; gone at the end."""
    (profile / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in _PREFERENCES.items()), encoding="utf-8")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        address = next((found[0] for line in process.stderr if (found := re.search(r"ws://\S+", line))), None)
        assert address, "Firefox ended before it could be spoken to"
        browser = Firefox(address)
        yield browser
        browser.close()
        process.wait(10)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stderr.close()
