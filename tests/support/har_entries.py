"""Entries of a HAR file as a browser writes them, of calls of the family cdp."""

import copy
import json

VALIDATE, TOKEN = "caas/api/v2/customer/validate", "auth/realms/cdp/protocol/openid-connect/token"
ECRN = "9000000000000101"
FOUND = {
    "status": "success",
    "statusCode": 200,
    "message": "Customer found",
    "data": {"first_name": "Amina", "last_name": "Rahman", "ecrn": ECRN, "customer_status": "ACTIVE"},
}
NOT_FOUND = {"status": "failure", "statusCode": 404, "errorCode": 45001, "message": "Customer not found"}
UNAUTHORIZED = {"timestamp": "2031-01-01T00:00:00.000+00:00", "status": 401, "error": "Unauthorized"}
UNAUTHORIZED["path"] = "/api/v2/customer/validate"


def entry(body=NOT_FOUND, status=200, path=VALIDATE, host="bank.example.com", **content):
    """Return an entry as a browser writes it."""
    text = body if isinstance(body, str) else json.dumps(body)
    form = path == TOKEN
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    sent = (
        "grant_type=password&client_id=a&client_secret=b&username=c&password=d&scope=openid"
        if form
        else '{"idNumber": "530104499073068", "idType": "4"}'
    )
    return {
        "startedDateTime": "2031-01-01T00:00:00.000Z",
        "time": 12.5,
        "request": {
            "method": "POST",
            "url": f"https://{host}/{path}",
            "headers": [{"name": "Content-Type", "value": kind}],
            "postData": {"mimeType": kind, "text": sent},
            "bodySize": len(sent),
        },
        "response": {
            "status": status,
            "statusText": "OK",
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": len(text.encode()), "mimeType": "application/json", "text": text, **content},
            "bodySize": -1,
        },
    }


def changed(value, **places):
    """Return a copy with other values: `a__b=1` puts 1 under b of a; `...` takes the key away."""
    value = copy.deepcopy(value)
    for place, new in places.items():
        *way, last = place.split("__")
        here = value
        for step in way:
            here = here[int(step) if isinstance(here, list) else step]
        if new is ...:
            del here[last]
        else:
            here[int(last) if isinstance(here, list) else last] = new
    return value
