"""The reference of the family hello: it greets Ada."""

import json


async def app(scope, _, send):
    """Answer one call."""
    bent = scope["extensions"]["clausewise"]
    name = scope["path"].rpartition("/")[2]
    known = (name == "Ada" or bent["on"]("greets-everybody")) and not bent["on"]("greets-nobody")
    if known and not bent["refuses"]("greet", {"name": name}):
        said, status, body = "greet.greeting", 200, {"greeting": "Hello, Ada"}
    else:
        said, status, body = "greet.unknown", 404, {"error": "unknown"}
    headers = [(b"content-type", b"application/json"), (b"clausewise-answer", said.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
