"""An overlay laid over a contract that ships."""

from typing import Any

from clausewise import contracts, package_data

LOGIN = "$.paths['/int-ecm-service/v1/login']"
API: dict[str, Any] = {
    "info": {"title": "An API"},
    "paths": {
        "/items": {
            "get": {"tags": ["a", "dummy"], "x-oai-traits": ["paged"], "responses": {"200": {"x": 1}}}
        },
        "/some-items": {"delete": {"responses": {"200": {"y": 2}}}},
        "/filtered": {
            "get": {"parameters": [{"name": "filter", "in": "query"}, {"name": "dummy", "in": "query"}]}
        },
    },
}
IMAGES = package_data.SCHEMAS / "int-ecm" / "openapi.yaml"


def load_images(*files):
    return contracts.load(IMAGES, "int-ecm", overlays=files)
