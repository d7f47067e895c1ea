"""The reference of the family hello: it greets Ada."""

import json


async def app(scope, _, send):
    """Answer one call."""
    on = scope["extensions"]["clausewise"]["on"]
    known = scope["path"].endswith("/greetings/Ada")
    if (known or on("greets-everybody")) and not on("greets-nobody"):
        name, status, body = "greet.greeting", 200, {"greeting": "Hello, Ada"}
    else:
        name, status, body = "greet.unknown", 404, {"error": "unknown"}
    headers = [(b"content-type", b"application/json"), (b"clausewise-answer", name.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
