"""Section Greetings."""

from clausewise import clause, outcome


@clause("hello.greet.greeting")
def test_whoever_is_known_is_greeted(api, judge):
    """Ada is known."""
    judge(api.call("greet", path={"name": "Ada"}), outcome("greeting"))


@clause("hello.greet.unknown")
def test_nobody_else_is_greeted(api, judge):
    """Whom nobody knows is told so."""
    judge(api.call("greet", path={"name": "Nobody"}), outcome("unknown"))
