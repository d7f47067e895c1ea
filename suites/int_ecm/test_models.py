"""Images stored and fetched by several log-ins, whatever comes in whatever order."""

from itertools import product

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from clausewise import Bearer, Model, clause, outcome

from .pictures import jpeg, odd_bytes, png
from .steps import fetch, same, token, unknown, upload

MAKERS = (png, jpeg, odd_bytes)
SIDES = ("side_front", "side_back", "side_selfie")
KINDS = st.sampled_from(list(product(MAKERS, SIDES)))
STORED = [*zip(MAKERS, SIDES, strict=True), (png, "side_back")]


class Archive(Model):
    """What was stored under which id, and two tokens that may store and fetch."""

    path = (
        ("two_log_ins", {}),
        *[("store", {"kind": (make, side), "who": 0}) for make, side in STORED],
        *[step for at in (0, 3) for step in [("fetch_nothing", {}), ("fetch_one", {"at": at, "who": 1})]],
        ("log_in_again", {"who": 0}),
        *[("fetch_one", {"at": at, "who": 0}) for at in (1, 2)],
    )

    @initialize()
    def two_log_ins(self):
        """Log in twice."""
        self.tokens = [Bearer(token(self.api, self.target)) for _ in range(2)]
        self.stored = []

    @rule(kind=KINDS, who=st.integers(0, 1))
    def store(self, kind, who):
        """Store an image; its id is new."""
        make, side = kind
        image = make(self.unique)
        answer = upload(self.api, image, auth=self.tokens[who], side=self.api.bound(side))
        self.expect(f"upload a {make.__name__} image", answer, outcome("uploaded"))
        self.stored.append((self.api.one(answer, "document_id"), image))
        self.fetch_one(0, who)

    @rule(at=st.integers(0, 30), who=st.integers(0, 1))
    def fetch_one(self, at, who):
        """Fetch one of the images stored so far."""
        if self.stored:
            name, image = self.stored[at % len(self.stored)]
            answer = fetch(self.api, name, auth=self.tokens[who])
            here = f"download image {at % len(self.stored) + 1} of {len(self.stored)}"
            self.expect(here, answer, outcome("image"), *self._same(answer, image))

    @rule()
    def fetch_nothing(self):
        """Ask for an id that nothing was stored under."""
        if self.stored:
            answer = fetch(self.api, unknown(self.unique, self.stored[-1][0]), auth=self.tokens[0])
            self.expect("download an unknown id", answer, outcome("validation-error"))

    @rule(who=st.integers(0, 1))
    def log_in_again(self, who):
        """Take another token."""
        self.tokens[who] = Bearer(token(self.api, self.target))

    def _same(self, answer, image):
        return [same(self.api, answer, image)] if answer.response.status in range(200, 300) else []


@clause("int-ecm.model.documents")
def test_each_id_brings_its_image(walk):
    """However many images are stored and fetched in between, each id brings back its own."""
    walk(Archive)
