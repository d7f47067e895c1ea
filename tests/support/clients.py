"""Clients of families, towards servers that a test plays."""

from typing import cast

from exchanges import TOY

from clausewise import contracts, package_data
from clausewise.client import Client, Transport
from clausewise.model import Request, Response
from clausewise.targets import FamilyTarget, Limits, Tls

LIMITS = Limits(connect_timeout=1, read_timeout=0.3, total_timeout=0.6, max_body_bytes=100_000, breaker=3)
ECM = contracts.load(package_data.SCHEMAS / "ofs-ecm" / "openapi.yaml", "ofs-ecm-8.1.2.8")
BASIC = {"default": {"type": "basic", "username": "me", "password": "made-up"}}


def send(url, limits=LIMITS):
    transport = Transport(limits, Tls())
    try:
        return transport.send(Request("GET", url))
    finally:
        transport.close()


def client(url, credentials=None):
    return Client(
        TOY, FamilyTarget("toy", "toy-1", url, credentials=credentials or {}), Transport(LIMITS, Tls()), "t"
    )


def again(*answers):
    """Answer the first calls with these, and every later one with the last."""
    left = list(answers)

    def answer(call):
        (left.pop(0) if len(left) > 1 else left[0])(call)

    return answer


class Stub:
    """A transport that answers every request alike and remembers what it was asked."""

    def __init__(self, status):
        self.status = status
        self.asked = []
        self.limits = LIMITS

    def send(self, request, what="", *, harmless=False):  # noqa: ARG002 - as the real one
        """Answer with the status, and nothing in it."""
        self.asked.append(request)
        return Response(self.status, (), b""), 1.0


def ecm(status):
    """Return a client of the ofs-ecm family and the stub it talks to."""
    stub = Stub(status)
    family = FamilyTarget("ofs-ecm", ECM.document, "http://127.0.0.1:9", credentials=BASIC)
    return Client(ECM, family, cast("Transport", stub), "t"), stub
