"""Who the CDP sandbox knows when it starts: made-up people and made-up log-ins, none of them secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CLIENT_ID = "clausewise-sandbox"
CLIENT_SECRET = "sandbox-client-secret-7d1f"  # noqa: S105 - of a sandbox that anyone may start
FOREIGN_TOKEN = "foreign.realm.token-a81c55e0d2"  # noqa: S105 - worthless here by design


@dataclass(frozen=True, slots=True)
class User:
    """A log-in; lifetimes in seconds, of its access tokens and of its refresh tokens."""

    password: str
    access_life: float = 7199
    refresh_life: float = 7199


USERS = {
    "sandbox-partner": User("sandbox-password-93be"),
    "sandbox-brief": User("sandbox-brief-password-51ac", access_life=2, refresh_life=1799),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A customer to begin with; `state` is one of those that `service.py` knows how to show."""

    ecrn: str
    number: str
    first_name: str
    state: str = "active"


SEEDS = (
    Seed("9000000000000101", "100000000000101", "Amina"),
    Seed("9000000000000102", "100000000000102", "Bilal", "not-subscribed"),
    Seed("9000000000000103", "100000000000103", "Chitra", "under-investigation"),
    Seed("9000000000000104", "100000000000104", "Dario", "blocked"),
    Seed("9000000000000105", "100000000000105", "Elena", "update-refused"),
)


def application(seed: Seed) -> dict[str, Any]:
    """Return the onboarding request that such a customer would once have sent."""
    return {
        "channel": "WEB",
        "first_name": seed.first_name,
        "middle_name": "Example",
        "last_name": "Testperson",
        "preferred_name": seed.first_name,
        "nationality": "IN",
        "date_of_birth": "1990-02-03",
        "country_of_birth": "IN",
        "country_of_residence": "AE",
        "resident_type_id": 101,
        "gender": "Male",
        "primary_mobile_number": f"+9715{seed.number[-8:]}",
        "email_id": f"{seed.first_name.lower()}@example.com",
        "political_exposed_person": False,
        "address_list": [{"address_type_id": "1", "city": "Sample City", "country": "AE", "zip": 0}],
        "additional_docs": [{"base64_data": "AA==", "content_type": "image/jpeg", "document_id": "1"}],
        "id_details": [
            {
                "id_type": 4,
                "id_number": seed.number,
                "name_as_per_id": f"{seed.first_name} Testperson",
                "issued_country": "AE",
                "issued_on": "2024-01-10",
                "date_of_expiry": "2034-01-09",
                "default_status": True,
                "active_status": True,
                "id_front": {"base64_data": "AA==", "content_type": "image/jpeg"},
            }
        ],
        "customer_classification": {
            "customer_type_id": 2,
            "employer_name": "Sample Works",
            "subscriptions": [
                {"subsciption_type": "PREMIUM", "subscription_id": "GOLD CARD", "status": "active"}
            ],
        },
    }
