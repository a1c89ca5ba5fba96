"""A handbook that comes from a web server: kept whole for times without it, replaced whole by a newer edition, and nothing of it asked for from a file."""

import base64
import functools
import hashlib
import json
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import small_site

from rapport.handbook import package

AT = "/team/rapport/"
READY = "navigator.serviceWorker.ready.then((found) => Boolean(found.active))"
STORED = "caches.open('rapport ' + location.href.replace(/[^/]*$/, '')).then((store) => store.keys()).then((keys) => keys.map((each) => new URL(each.url).pathname.split('/').pop()))"
OUTCOME = """async () => {
  const found = await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  let worker = found.installing;
  if (!worker) await found.update().catch(() => null);
  worker = worker || found.installing;
  if (!worker) return "none is being installed";
  await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
  return worker.state;
}"""  # of the worker that the server has now: "redundant" where it could not keep everything


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, with a list of what was asked for; names in `broken` are answered with 500."""

    asked: list[str] = []
    broken: set[str] = set()

    def do_GET(self):
        Quiet.asked.append(self.path)
        if self.path.rpartition("/")[2] in Quiet.broken:
            self.send_error(500)
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


class Server:
    """A folder behind an address that can be taken away and given back."""

    def __init__(self, folder):
        self.folder, self.port, self.running = folder, 0, None

    def start(self):
        self.running = ThreadingHTTPServer(("127.0.0.1", self.port), functools.partial(Quiet, directory=str(self.folder)))
        self.port = self.running.server_address[1]
        threading.Thread(target=self.running.serve_forever, daemon=True).start()

    def stop(self):
        if self.running:
            self.running.shutdown()
            self.running.server_close()
            self.running = None

    def url(self, name=""):
        return f"http://localhost:{self.port}{AT}{name}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return small_site.build(small_site.course(tmp_path_factory.mktemp("course")))


@pytest.fixture
def server(site, tmp_path):
    Quiet.asked, Quiet.broken = [], set()
    place = tmp_path / AT.strip("/")
    place.mkdir(parents=True)
    put(place, site)
    made = Server(tmp_path)
    made.place = place
    made.start()
    yield made
    made.stop()


def put(place, files):
    for path in place.iterdir():
        path.unlink()
    for name, data in files.items():
        (place / name).write_bytes(data)


def edition(site, **changed):
    """The same site with some files changed, and the worker that belongs to it."""
    files = {name: data for name, data in site.items() if name not in (package.KEEPER, package.MARKER)} | {name.replace("_", "."): data for name, data in changed.items()}
    return files | {package.KEEPER: package.keeper(files), package.MARKER: site[package.MARKER]}


def visit(page_factory, server, name="index.html"):
    page = page_factory(local=True, reduced_motion=True)
    page.set_default_timeout(15_000)
    page.goto(server.url(name))
    assert page.evaluate(READY)
    return page


# ---- What is kept ------------------------------------------------------------------------------------------------------


def test_the_worker_lists_exactly_the_files_of_this_build_by_their_hashes(site):
    listed = json.loads(re.search(r"const FILES = (\{.*?\});", site[package.KEEPER].decode(), re.DOTALL)[1])
    assert set(listed) == set(site) - {package.KEEPER, package.MARKER}
    assert all(base64.b64decode(digest) == hashlib.sha256(site[name]).digest() for name, digest in listed.items())
    assert {"cards.html", "icon.svg", "app.webmanifest", "app.gu.webmanifest", "NotoSansGujarati-Bold.woff2", "page.js"} <= set(listed)


def test_with_the_server_gone_every_page_opens_under_a_path_of_its_own(page_factory, server, site):
    page = visit(page_factory, server)
    assert sorted(page.evaluate(STORED)) == sorted(set(site) - {package.KEEPER, package.MARKER})
    server.stop()
    page.goto(server.url())
    assert page.title() == "Rapport"
    pages = [name for name in site if name.endswith(".html")]
    assert len(pages) > 50
    for name in pages:
        page.goto(server.url(f"{name}?from=here#main"))
        assert page.locator("h1").count() == 1, name
        assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", f"{name}: its style sheet is kept too"
    assert page.seen.errors == []


def test_nothing_is_asked_for_but_the_files_of_the_build_and_each_once(page_factory, server, site):
    page = visit(page_factory, server)
    page.goto(server.url("about.html"))
    page.goto(server.url("five-minutes.html"))
    names = [address.removeprefix(AT) or "index.html" for address in Quiet.asked]
    assert set(names) <= set(site)
    assert page.seen.requests == []
    assert names.count("about.html") == 1, "a page that is kept is not asked for again"


def test_from_a_file_and_where_data_are_to_be_spared_nothing_is_registered(page_factory, server, site):
    page = page_factory()
    page.goto((server.place / "index.html").as_uri())
    assert page.locator("link[rel=manifest]").count() == 0 and page.evaluate("navigator.serviceWorker ? navigator.serviceWorker.controller : null") is None
    assert page.seen.errors == []
    spared = page_factory(local=True)
    spared.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    spared.goto(server.url())
    spared.wait_for_timeout(300)
    assert spared.evaluate("navigator.serviceWorker.getRegistration().then((found) => found === undefined)")


@pytest.mark.parametrize(("page_name", "file", "lang"), [("index.html", "app.webmanifest", "en"), ("about.gu.html", "app.gu.webmanifest", "gu")])
def test_the_manifest_opens_the_front_page_in_the_reader_s_language(page_factory, server, page_name, file, lang):
    page = page_factory(local=True)
    page.goto(server.url(page_name))
    link = page.locator("link[rel=manifest]")
    assert link.get_attribute("href") == file
    about = page.context.request.get(server.url(file)).json()
    assert about["lang"] == lang and about["start_url"] in ("index.html", "index.gu.html")
    icon = page.context.request.get(server.url(about["icons"][0]["src"]))
    assert icon.ok and b"<svg" in icon.body()
    assert page.seen.errors == []


# ---- A newer edition ------------------------------------------------------------------------------------------------------


def test_a_newer_edition_is_offered_and_opened_without_losing_what_was_typed(page_factory, server, site):
    asking = site["about.html"].replace(b"</main>", b'<label>Note <input id="note"></label><details><summary>More</summary>more</details></main>')
    put(server.place, edition(site, about_html=asking))
    page = visit(page_factory, server, "about.html")
    before = page.evaluate("caches.keys()")
    put(server.place, edition(site, about_html=asking.replace(b"What is what", b"A newer about")))
    Quiet.asked.clear()
    page.reload()
    offer = page.locator(".edition")
    offer.wait_for()
    assert "newer edition" in offer.inner_text() and "A newer about" not in page.content()
    assert {address.removeprefix(AT) for address in Quiet.asked} == {"sw.js", "about.html"}, "only what changed is fetched"
    page.locator("#note").fill("half a sentence")
    page.locator("main details").last.evaluate("each => { each.open = true; }")
    other = page.context.new_page()
    other.goto(server.url("index.html"))
    other.evaluate("window.mark = 1")
    with page.expect_navigation():
        offer.locator("button").first.click()
    page.wait_for_load_state("load")
    assert "A newer about" in page.content() and page.locator(".edition").count() == 0
    assert page.locator("#note").input_value() == "half a sentence" and page.locator("main details").last.evaluate("each => each.open")
    assert other.evaluate("window.mark") == 1, "another page is not loaded anew under somebody's hands"
    assert page.evaluate("caches.keys()") == before, "one store"
    page.wait_for_function(f"{STORED}.then((names) => names.filter((name) => name === 'about.html').length === 1)")
    server.stop()
    page.goto(server.url("about.html"))
    assert "A newer about" in page.content()


def test_later_means_later_and_the_edition_that_stands_goes_on(page_factory, server, site):
    page = visit(page_factory, server, "about.html")
    put(server.place, edition(site, about_html=site["about.html"].replace(b"What is what", b"A newer about")))
    page.reload()
    page.locator(".edition .quiet").click()
    assert page.locator(".edition").count() == 0
    server.stop()
    page.goto(server.url("about.html"))
    assert "What is what" in page.content()


def test_a_newer_edition_that_arrives_in_part_replaces_nothing(page_factory, server, site):
    page = visit(page_factory, server, "about.html")
    put(server.place, edition(site, about_html=site["about.html"].replace(b"What is what", b"A newer about"), page_js=site["page.js"] + b"\n// newer\n"))
    Quiet.broken = {"page.js"}
    assert page.evaluate(OUTCOME) == "redundant"
    assert page.locator(".edition").count() == 0
    server.stop()
    page.goto(server.url("about.html"))
    assert "What is what" in page.content()
    server.start()
    Quiet.broken = set()
    page.reload()
    page.locator(".edition").wait_for()


def test_a_file_that_is_not_what_the_build_made_is_not_kept(page_factory, server, site):
    (server.place / "about.html").write_bytes(site["about.html"].replace(b"What is what", b"Something else"))
    page = page_factory(local=True)
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")  # the page leaves it to this test
    page.goto(server.url())
    assert page.evaluate(OUTCOME) == "redundant"
    page.goto(server.url("about.html"))
    assert "Something else" in page.content(), "pages work as they come"


def test_a_store_that_lost_a_file_or_all_of_them_is_mended_from_the_server(page_factory, server, site):
    page = visit(page_factory, server)
    lose = "caches.open('rapport ' + location.href.replace(/[^/]*$/, '')).then(async (store) => { for (const key of await store.keys()) if (key.url.includes('about.html')) await store.delete(key); })"
    page.evaluate(lose)
    page.goto(server.url("about.html"))
    assert page.locator("h1").count() == 1 and "about.html" in page.evaluate(STORED)
    page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    page.goto(server.url("markets.html"))
    assert page.locator("h1").count() == 1 and page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    page.evaluate(lose)
    put(server.place, edition(site, about_html=site["about.html"].replace(b"What is what", b"A newer about")))
    page.goto(server.url("about.html"))
    assert "A newer about" in page.content(), "what the worker does not have comes as the server has it"


def test_others_on_the_same_address_are_left_alone(page_factory, server, site):
    page = visit(page_factory, server)
    page.evaluate("caches.open('theirs').then((store) => store.put('x', new Response('x')))")
    put(server.place, edition(site, about_html=site["about.html"] + b"<!-- -->"))
    page.reload()
    with page.expect_navigation():
        page.locator(".edition button").first.click()
    assert "theirs" in page.evaluate("caches.keys()")
    (server.place.parent / "plain.html").write_text("<!doctype html><title>plain</title>", encoding="utf-8")
    page.goto(server.url("../plain.html"))
    assert page.title() == "plain" and page.evaluate("navigator.serviceWorker.controller") is None
