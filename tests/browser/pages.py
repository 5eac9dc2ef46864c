"""Every page of a kit that has been used, and how to come to it: for looking at, and for tests that hold everywhere."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from edge.errors import BundleDamaged
from edge.web import create_fallback
from tests.browser.kit import painted_live, running, serving
from tests.browser.real import RealKit
from tests.browser.steps import PIN, SLOW_MS, go

SOURCE = "sim:?cells=26&width=800&height=600&fps=6&dwell=6"
COUNTING, SIGNED, AGAIN = 7, 8, 9
"""Numbers of the cases in a filled kit: control runs are cases of their own, and come first."""
CONTROL_RUNS = 6
NOWHERE = "/nowhere"
BROKEN = BundleDamaged("The file classifier.onnx of bundle screen differs from the signed list.", "Copy it again.")


@contextmanager
def filled_kit(folder: Path) -> Iterator[str]:
    """The address of a kit with an operator, a control slide with its limits, a case being counted, which was also
    analysed again, and a signed one."""
    with RealKit(SOURCE, folder / "data") as kit:
        api = Api(kit.address)
        operator = {"operator": 1, "pin": PIN}
        api("POST", "/operators", {"name": "Amina", "pin": PIN, "lead": True})
        api("POST", "/session", operator)
        api("POST", "/controls", {"name": "C-1", "kind": "peripheral", "base_runs": CONTROL_RUNS - 1})
        for run in range(1, CONTROL_RUNS + 1):
            api("POST", "/controls/1/runs")
            api.capture(f"/controls/1/runs/{run}/fields")
            api("POST", f"/controls/1/runs/{run}/finish")
        for case, fields in ((COUNTING, 3), (SIGNED, 2)):
            made = api("POST", "/cases", {"pseudonym": f"A-01{case}", "specimen": "marrow", "stain": "wright-giemsa"})
            if made["id"] != case:
                raise RuntimeError(f"case {made['id']} where {case} was expected")
            for _ in range(fields):
                api.capture(f"/cases/{case}/fields")
        _analyse_again(api)
        seal = api("POST", f"/cases/{SIGNED}/finish")["seal"]
        api("POST", f"/cases/{SIGNED}/sign", {**operator, "seal": seal})
        yield kit.address


def _analyse_again(api: Api) -> None:
    bundle = api("GET", "/bundles")[0]["ask"]
    run = api("POST", f"/cases/{COUNTING}/reanalyse", {"bundle": bundle})
    if run["case"] != AGAIN:
        raise RuntimeError(f"case {run['case']} where {AGAIN} was expected")
    deadline_s = time.monotonic() + SLOW_MS / 1000
    while api("GET", f"/cases/{COUNTING}/runs")[-1]["state"] != "done":
        if time.monotonic() > deadline_s:
            raise TimeoutError("the case is not analysed again")
        time.sleep(0.2)


@contextmanager
def empty_kit(folder: Path) -> Iterator[str]:
    """The address of a kit that nobody has used yet."""
    with running(folder, painted_live()) as (address, _):
        yield address


@contextmanager
def broken_kit() -> Iterator[str]:
    """The address of a kit that could not start."""
    with serving(create_fallback(BROKEN), None) as address:
        yield address


class NoPicture(RuntimeError):
    """The kit has no picture just now."""


class Api:
    """The kit's API for one visitor, who stays signed in."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._cookie = ""

    def __call__(self, method: str, path: str, value: object = None) -> Any:
        """The answer as JSON.

        Raises:
            RuntimeError: it was none.
        """
        headers = {"Content-Type": "application/json"} if value is not None else {}
        body = json.dumps(value) if value is not None else None
        with closing(http.client.HTTPConnection(self._host, timeout=60)) as connection:
            connection.request(method, f"/api/v1{path}", body, {**headers, "Cookie": self._cookie})
            response = connection.getresponse()
            self._cookie = (response.getheader("Set-Cookie") or self._cookie).partition(";")[0]
            content = response.read()
        if response.status == 503:
            raise NoPicture(content.decode())
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {content.decode()}")
        return json.loads(content) if content else None

    def capture(self, path: str) -> None:
        """A field of the newest picture, once there is one: a simulated camera on busy cores is late at times."""
        deadline_s = time.monotonic() + SLOW_MS / 1000
        while not self._captured(path):
            if time.monotonic() > deadline_s:
                raise TimeoutError("the kit has no picture")
            time.sleep(0.3)

    def _captured(self, path: str) -> bool:
        try:
            self("POST", path)
        except NoPicture:
            return False
        return True


def _live(page: Page) -> None:
    go(page, f"/cases/{COUNTING}")
    expect(page.locator("#capture")).to_be_enabled()
    expect(page.locator("#advice")).not_to_be_empty()
    page.wait_for_function("() => document.getElementById('live').naturalWidth > 0")


def _field(page: Page) -> None:
    page.goto("about:blank")
    go(page, f"/cases/{COUNTING}#field-1")
    expect(page.locator("#still .cell").first).to_be_visible()


def _explained(page: Page) -> None:
    _field(page)
    blasts = page.locator("#still .cell.blast")
    (blasts if blasts.count() else page.locator("#still .cell")).first.click()
    expect(page.locator("#explain .looked")).to_be_visible(timeout=SLOW_MS)


def _cells(page: Page) -> None:
    go(page, f"/cases/{COUNTING}/cells")
    expect(page.locator(".cell-tile").first).to_be_visible()


def _one_cell(page: Page) -> None:
    _cells(page)
    page.locator(".cell-tile").first.click()
    expect(page.locator("#explain .looked")).to_be_visible(timeout=SLOW_MS)


def _result(case: int) -> Callable[[Page], None]:
    def shown(page: Page) -> None:
        go(page, f"/cases/{case}/result")
        expect(page.locator("#sign .pill")).to_be_visible()
        expect(page.locator("#papers .paper").first).to_be_visible()

    return shown


def _at(path: str, ready: str) -> Callable[[Page], None]:
    def shown(page: Page) -> None:
        go(page, path)
        expect(page.locator(ready).first).to_be_visible()

    return shown


def _first_run(step: str) -> Callable[[Page], None]:
    return _at(f"/first-run?step={step}", "#step > .row button")


PAGES: Mapping[str, Callable[[Page], None]] = {
    "live": _live,
    "field": _field,
    "explained": _explained,
    "cells": _cells,
    "one-cell": _one_cell,
    "result": _result(COUNTING),
    "signed": _result(SIGNED),
    "again": _result(AGAIN),
    "report": _at(f"/cases/{COUNTING}/report", ".gallery img"),
    "report-signed": _at(f"/cases/{SIGNED}/report", ".running.good"),
    "log": _at(f"/cases/{SIGNED}/log", "main li"),
    "new-case": _at("/cases/new", "[data-new-case]"),
    "cases": _at("/cases", ".case-row"),
    "compare": _at(f"/cases/compare?left={COUNTING}&right={SIGNED}", "main table"),
    "control": _at("/control", "#latest table"),
    "settings": _at("/settings", "main form"),
    "sign-in": _at("/sign-in", "#session form"),
    "language": _first_run("language"),
    "operator": _first_run("operator"),
    "camera": _first_run("camera"),
    "light": _first_run("light"),
    "focus": _first_run("focus"),
    "scale": _first_run("scale"),
    "control-step": _first_run("control"),
    "missing": _at(NOWHERE, ".problem"),
}
"""By name: how to come to it, until it shows what it is for."""
EMPTY_PAGES: Mapping[str, Callable[[Page], None]] = {"start": _at("/", "#setup a")}
"""The same of a kit that nobody has used yet …"""
BROKEN_PAGES: Mapping[str, Callable[[Page], None]] = {"fallback": _at("/", ".problem")}
"""… and of one that could not start."""
