"""Another bank's image and account service, as different from our reference as its documents let it be."""

from __future__ import annotations

import itertools
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PASSWORD, KEY = "other-bank-password-7f31", "other-bank-key-b1c2"


def bad(status: int, code: str = "") -> Response:
    """Return a refusal in this bank's envelope; without a code, a plain text."""
    if not code:
        return PlainTextResponse("no", status)
    return JSONResponse({"errors": [{"errorCode": code, "text": "khong hop le"}], "at": time.time()}, status)


class Images:
    """Form log-in, multipart upload, download as bytes."""

    def __init__(self) -> None:
        self.sessions: dict[str, tuple[str, float]] = {}
        self.store: dict[int, bytes] = {}
        self.ids = itertools.count(5001)

    async def login(self, request: Request) -> Response:
        async with request.form() as form:
            user, secret = form.get("user"), form.get("secret")
        if request.headers.get("x-function-code") != "0001":
            return bad(400, "ESB.027.01.009")
        if not (user and secret):
            return bad(400, "ESB.027.02.008")
        if user not in {"channel", "brief", "denied"} or secret != PASSWORD:
            return bad(401, "ESB.027.02.008")
        token = secrets.token_hex(40)
        self.sessions[token] = (str(user), time.time() + (1 if user == "brief" else 600))
        return JSONResponse({"data": {"session": {"jwt": token}}}, 201)

    def refusal(self, request: Request, function: str) -> Response | None:
        token = request.headers.get("x-access-token")
        if token is None:
            return bad(400, "ESB.027.02.008")
        user, until = self.sessions.get(token, ("", 0))
        if until < time.time():
            return bad(401)
        if user == "denied":
            return bad(403)
        return None if request.headers.get("x-function-code") == function else bad(400, "ESB.027.01.009")

    async def upload(self, request: Request) -> Response:
        if refused := self.refusal(request, "0002"):
            return refused
        async with request.form() as form:
            kind = form.get("kind")
            files = [it for it in form.getlist("file") if not isinstance(it, str)]
            content = await files[0].read() if files else b""
        if kind not in {"F", "B", "S"} or not content:
            return bad(400, "ESB.027.02.008")
        name = next(self.ids)
        self.store[name] = content  # of two, the first (INT-11)
        return JSONResponse({"data": {"docId": name}}, 201)

    async def download(self, request: Request) -> Response:
        if refused := self.refusal(request, "0003"):
            return refused
        name = request.query_params.get("docId")
        if name is None:
            return bad(400, "ESB.027.02.008")
        content = self.store.get(int(name))
        return Response(content, media_type="image/png") if content is not None else bad(404, "NOT_FOUND")


class Accounts:
    """GET for queries, 204 for updates, a time in every answer, codes instead of flags."""

    def __init__(self) -> None:
        self.customers: dict[str, dict[str, Any]] = {}
        self.accounts: list[dict[str, str]] = []
        self.numbers = [str(77001 + at) for at in range(400)]

    def by(self, field: str, value: Any) -> dict[str, Any] | None:
        return next((it for it in self.customers.values() if it[field] == value), None)

    async def answer(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return bad(401)
        name = request.url.path.rpartition("/")[2]
        try:
            sent = dict(request.query_params) if request.method == "GET" else await request.json()
            told = getattr(self, name.replace("-", "_"))(sent)
        except (KeyError, ValueError, TypeError):
            return bad(422, "E_FIELD")
        if isinstance(told, Response):
            return told
        return JSONResponse({"at": time.time(), **told})

    def get_account_list(self, sent: dict[str, Any]) -> Any:
        own = [it for it in self.accounts if it["owner"] == self.customers[sent["customerNo"]]["customerNo"]]
        return {"accounts": [{"no": it["no"], "state": it["state"]} for it in own]}

    def open(self, owner: str) -> str:
        number = f"A{len(self.accounts) + 1:09}"
        self.accounts.append({"no": number, "state": "O", "owner": owner})
        return number

    def create_current_account(self, sent: dict[str, Any]) -> Any:
        return {"account": {"no": self.open(self.customers[sent["customerNo"]]["customerNo"])}}

    def create_nice_hold_acct(self, sent: dict[str, Any]) -> Any:
        self.numbers.remove(sent["number"])
        return Response(status_code=204)

    def inquiry_nice_acct(self, _: dict[str, Any]) -> Any:
        return {"number": self.numbers[:10]}

    inquiry_nice_acct_online = inquiry_nice_acct

    def close_izi_mobile_acct(self, sent: dict[str, Any]) -> Any:
        self.by("loginName", sent["loginName"])["loginName"] = ""  # type: ignore[index]
        return Response(status_code=204)

    def get_customer_info(self, sent: dict[str, Any]) -> Any:
        known = self.by("idNo", sent["idNo"])
        return (
            {"customer": {"customerNo": known["customerNo"], "name": known["name"]}}
            if known
            else bad(404, "E_NO")
        )

    def get_customer_by_id(self, sent: dict[str, Any]) -> Any:
        known = self.customers.get(sent["customerNo"])
        names = ("customerNo", "name", "agreed", "watched")
        return {"customer": {name: known[name] for name in names}} if known else {"customer": None}

    def get_user_info_ebank(self, sent: dict[str, Any]) -> Any:
        known = self.by("loginName", sent["loginName"])
        names = ("customerNo", "loginName", "dailyLimit", "state")
        return {"user": {name: known[name] for name in names}} if known else bad(404, "E_NO")

    def updateEkycLimit(self, sent: dict[str, Any]) -> Any:  # noqa: N802 - the path
        self.customers[sent["customerNo"]]["dailyLimit"] = int(sent["dailyLimit"])
        return Response(status_code=204)

    def update_blacklist_customer(self, sent: dict[str, Any]) -> Any:
        self.customers[sent["customerNo"]]["watched"] = 1
        return Response(status_code=204)

    def update_protect_agreement(self, sent: dict[str, Any]) -> Any:
        self.customers[sent["customerNo"]]["agreed"] = {"Y": "Y", "N": "N"}[sent["agreed"]]
        return Response(status_code=204)

    def update_user_ib_status(self, sent: dict[str, Any]) -> Any:
        self.by("loginName", sent["loginName"])["state"] = {"L": "locked", "U": "open"}[sent["state"]]  # type: ignore[index]
        return Response(status_code=204)

    def known(self, field: str, value: Any) -> Any:
        return bad(409, "E_USED") if self.by(field, value) else {"resultCode": "00"}

    def valid_ekyc_customer(self, sent: dict[str, Any]) -> Any:
        return {"resultCode": "01" if self.by("idNo", sent["idNo"]) else "00"}

    def valid_izi_mobile_user(self, sent: dict[str, Any]) -> Any:
        return self.known("loginName", sent["loginName"])

    def valid_legal_id(self, sent: dict[str, Any]) -> Any:
        return self.known("idNo", sent["idNo"])

    def valid_phone_number(self, sent: dict[str, Any]) -> Any:
        return self.known("mobile", sent["mobile"])

    def create_ekyc_account(self, sent: dict[str, Any]) -> Any:
        number = f"C{len(self.customers) + 100}"
        fresh = {"customerNo": number, "loginName": sent["loginName"], "state": "open", "dailyLimit": 100}
        fresh |= {
            "agreed": "?",
            "watched": 0,
            **{name: sent["person"][name] for name in ("name", "idNo", "mobile")},
        }
        self.customers[number] = fresh
        return {"customer": {"customerNo": number, "accounts": [{"no": self.open(number)}]}}


QUERIES = (
    "get-account-list inquiry-nice-acct inquiry-nice-acct-online get-customer-info get-user-info-ebank "
    "get-customer-by-id valid-ekyc-customer valid-izi-mobile-user valid-legal-id valid-phone-number"
).split()
UPDATES = (
    "create-current-account create-nice-hold-acct close-izi-mobile-acct updateEkycLimit "
    "update-blacklist-customer update-protect-agreement update-user-ib-status create-ekyc-account"
).split()


@contextmanager
def served() -> Iterator[str]:
    """Serve both while the context lasts; yields the URL."""
    images, accounts = Images(), Accounts()
    ecm, base = "/int-ecm-service/v1", "/accountService/v1"
    routes = [
        Route(f"{ecm}/login", images.login, methods=["POST"]),
        Route(f"{ecm}/document/upload-on-boarding", images.upload, methods=["POST"]),
        Route(f"{ecm}/document/download", images.download, methods=["POST"]),
        *[Route(f"{base}/{name}", accounts.answer, methods=["GET"]) for name in QUERIES],
        *[Route(f"{base}/{name}", accounts.answer, methods=["POST"]) for name in UPDATES],
    ]
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
