"""Writes exchanges as HAR 1.2, masked as they were kept; what HAR has no place for stands in comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from clausewise._version import __version__

MARK = "clausewise "  # begins the comment of an entry that we wrote
_SIDES = ("request", "response")
_VERSION = "HTTP/1.1"


def write(records: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    """Write records of an exchanges.jsonl into a file, and return how many they were."""
    count = 0
    with harfile.HarFile.open(file, creator=harfile.Creator("clausewise", __version__)) as archive:
        for record in records:
            count += 1
            archive.add_entry(
                startedDateTime=record["started"],
                time=record["milliseconds"],
                request=_request(record["request"]),
                response=_response(record["response"]),
                timings=harfile.Timings(send=0, wait=record["milliseconds"], receive=0),
                comment=MARK + json.dumps(_rest(record)),
            )
    return count


def record(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the record that an entry was written of; None for an entry that somebody else wrote.

    Raises ValueError where its comment is no JSON.
    """
    comment = entry.get("comment")
    if not isinstance(comment, str) or not comment.startswith(MARK):
        return None
    rest = json.loads(comment.removeprefix(MARK))
    if not isinstance(rest, dict) or not all(isinstance(rest.get(side), dict) for side in _SIDES):
        raise ValueError("its comment is none that clausewise writes")
    asked, told = entry["request"], entry["response"]
    rest["request"] |= {
        "method": asked["method"],
        "url": asked["url"],
        "headers": _pairs(asked),
        "body": asked.get("postData", {}).get("text", ""),
    }
    rest["response"] |= {
        "status": told["status"],
        "reason": told.get("statusText", ""),
        "headers": _pairs(told),
        "body": told.get("content", {}).get("text", ""),
    }
    return rest


def _rest(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a record has no place of its own in an entry."""
    bare = {key: value for key, value in record.items() if key not in {*_SIDES, "started", "milliseconds"}}
    times = {"started": record["started"], "milliseconds": record["milliseconds"]}
    cut = {side: {"cut": record[side]["cut"]} if "cut" in record[side] else {} for side in _SIDES}
    return {**bare, **times, **cut}


def _request(side: Mapping[str, Any]) -> harfile.Request:
    posted = harfile.PostData(_kind(side), text=side["body"]) if side["body"] else None
    query = parse_qsl(urlsplit(side["url"]).query, keep_blank_values=True)
    return harfile.Request(
        side["method"],
        side["url"],
        _VERSION,
        headers=_records(side["headers"]),
        queryString=_records(query),
        postData=posted,
        bodySize=len(side["body"].encode("utf-8", "backslashreplace")),
    )


def _response(side: Mapping[str, Any]) -> harfile.Response:
    size = len(side["body"].encode("utf-8", "backslashreplace"))
    where = next((value for name, value in side["headers"] if name.lower() == "location"), "")
    return harfile.Response(
        side["status"],
        side["reason"],
        _VERSION,
        headers=_records(side["headers"]),
        content=harfile.Content(size=size, mimeType=_kind(side), text=side["body"]),
        redirectURL=where,
        bodySize=size,
    )


def _kind(side: Mapping[str, Any]) -> str:
    return next((value for name, value in side["headers"] if name.lower() == "content-type"), "")


def _records(pairs: Iterable[Iterable[str]]) -> list[harfile.Record]:
    return [harfile.Record(name, value) for name, value in pairs]


def _pairs(side: Mapping[str, Any]) -> list[list[str]]:
    return [[entry["name"], entry["value"]] for entry in side["headers"]]
