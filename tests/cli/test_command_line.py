"""The command line itself: its help, slips of the finger, what need not be typed, what the screen shows."""

import shlex
import subprocess
import webbrowser
from pathlib import Path

import pytest
import runs

from clausewise.cli import arguments, help_texts, latest, notify
from clausewise.errors import ConfigurationError
from clausewise.plans import seconds
from clausewise.run_options import contrary_to_resume, of_pytest, pytest_words

COMMANDS = arguments.known(arguments.parser())


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder where a command is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*words):
    """Read a command line."""
    return arguments.read(list(words))


def test_without_a_word_it_prints_the_help():
    """And does not end with 0, which would say that something is conformant."""
    done = runs.inside()

    assert done.returncode == 4
    assert "judge a target and write its reports" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.usefixtures("here")
def test_each_command_says_what_it_is_for_and_shows_two_examples(name):
    """The examples can be typed."""
    words, text = help_texts.COMMANDS[name], COMMANDS[name].format_help()

    assert " ".join(words.purpose.split()) in " ".join(text.split())
    assert len(set(words.examples)) == 2
    for example in words.examples:
        program, *typed = shlex.split(example.partition(" > ")[0])
        assert example in text
        assert program == "clausewise"
        assert read(*typed).command == name
        assert all(len(line) < 140 for line in text.splitlines())


ABOUT = ("--help", "--resume", "--target", "--while-read")  # the plain list: what a command is about


def test_options_stand_under_headings():
    """Each long option of `run` but for the ones that say what it is about."""
    text = COMMANDS["run"].format_help()
    options = {it.option_strings[-1] for it in COMMANDS["run"]._actions if it.option_strings}

    for title in set(help_texts.GROUPS.values()) - {"what it plays"}:
        assert f"\n{title}:\n" in text
    assert sorted(options - set(help_texts.GROUPS)) == sorted(ABOUT)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_misspelt_option_is_named(name):
    """With the nearest that there is, where one is near."""
    with pytest.raises(ConfigurationError, match=r"has no option --colr, did you mean --color\?"):
        read(name, "--colr", "always")


def test_what_follows_two_hyphens_is_no_option_of_ours():
    """It goes to pytest as it is."""
    assert read("run", "--target=t", "--", "--no-header").pytest_arguments == ["--no-header"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("90", 90), ("0.5", 0.5), ("45s", 45), ("10m", 600), ("1h", 3600), ("1H30m", 5400), ("2d", 172800)],
)
def test_a_time_may_have_units(text, wanted):
    """As people write it."""
    assert seconds(text) == wanted
    assert read("run", "--target=t", "--max-time", text).max_time == wanted


def test_so_many_calls_at_once_or_processes():
    """`-n` is for calls in one process, `--processes` as pytest-xdist has it; a run has one of them."""
    assert read("run", "--target=t", "-n", "auto").at_once == "auto"
    assert read("run", "--target=t", "-n", "2").at_once == 2
    assert read("run", "--target=t", "--processes", "auto").workers == "auto"
    assert read("run", "--target=t", "--processes", "2").workers == 2


def test_what_a_run_is_given_is_handed_down_to_pytest():
    """By one table, which pytest's own options are made of; a default is left to it."""
    typed = ("--seed", "0", "--clause", "a*", "--clause=b", "--max-time", "10m", "--strict", "-n", "auto")
    words = pytest_words(read("run", "--target=t", *typed, "--quiet", "--history", "h.db"))
    known = {option.for_pytest for option in of_pytest()}

    assert words == [
        *("--target=t", "--seed=0", "--clause=a*", "--clause=b", "--max-time=600.0"),
        *("--strict-clauses", "--overlap=0"),
    ]
    assert {word.partition("=")[0] for word in words} <= known


def test_a_run_that_goes_on_hands_down_what_is_not_of_its_beginning():
    """And says which option is."""
    given = read("run", "--resume=r", "--max-requests", "5", "--processes", "2")

    assert pytest_words(given) == ["--resume=r", "--max-requests=5", "-n", "2", "--maxschedchunk", "1"]
    assert contrary_to_resume(given) == ""
    assert contrary_to_resume(read("run", "--resume=r", "--strict", "--rate=1")) == "--strict"


def test_auto_runs_in_several_processes(tmp_path):
    """The number is written down."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    picked = (
        "--clause",
        "int-ecm.login.wrong-password",
        "--run-dir",
        tmp_path / "run",
        "--processes",
        "auto",
    )
    done = runs.clausewise(
        "run", "--target", target, *picked, env=runs.environment(PYTEST_XDIST_AUTO_NUM_WORKERS="2")
    )

    assert done.returncode == 2, done.stderr
    assert runs.results(tmp_path / "run")["run"]["workers"] == 2


def test_the_file_beside_the_work_is_heard(here, monkeypatch):
    """A variable wins over it, and what is typed over both."""
    (here / "clausewise.toml").write_text('target = "uat.toml"\nplan = "smoke"\nhistory = "nightly.db"\n')
    assert [getattr(read("run"), name) for name in ("target", "plan", "history")] == [
        "uat.toml",
        "smoke",
        "nightly.db",
    ]
    assert read("doctor").target == "uat.toml"
    assert read("history").where == "nightly.db"
    assert read("history", "--last", "3", "other.db").where == "other.db"

    monkeypatch.setenv("CLAUSEWISE_PLAN", "safe")
    assert read("run").plan == "safe"
    assert read("run", "--plan", "nightly").plan == "nightly"
    assert read("run", "--targ", "a.toml").target == "a.toml"


def test_a_run_that_goes_on_is_as_it_was_begun(here):
    """Target and plan are those of its folder; only where it is remembered may be added."""
    (here / "clausewise.toml").write_text('target = "uat.toml"\nplan = "smoke"\nhistory = "nightly.db"\n')
    given = read("run", "--resume", "runs/1")

    assert (given.target, given.plan, given.history) == (None, "gate", "nightly.db")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('taget = "t"', "clausewise.toml"),
        ('plan = "deep"', "clausewise.toml: plan is 'deep'; there is smoke"),
        ('i_own_this_target = "live"', "clausewise.toml"),
        ('allow_file = "/etc"', "clausewise.toml"),
        ('notify = "json://127.0.0.1"', "clausewise.toml"),
        ('target = "', "is no valid TOML"),
    ],
)
def test_a_wrong_settings_file_is_one_sentence(here, text, said):
    """It cannot say what somebody has to answer for, nor keep a secret."""
    (here / "clausewise.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read("run", "--target=t")


@pytest.mark.usefixtures("here")
def test_an_empty_variable_is_told(monkeypatch):
    """A shell makes one of another variable that is not set."""
    monkeypatch.setenv("CLAUSEWISE_TARGET", "")
    with pytest.raises(ConfigurationError, match="CLAUSEWISE_TARGET is empty"):
        read("run")


def test_the_last_run_has_a_name(here):
    """`reports/latest` is the last run's folder; it is moved on by the next one."""
    for name in ("one", "two"):
        (here / "reports" / name).mkdir(parents=True)
        (here / "reports" / name / "results.json").write_text(name)
        latest.point(here / "reports" / name)

    assert (here / "reports" / "latest" / "results.json").read_text() == "two"


def test_where_links_cannot_be_made_a_file_names_the_folder(here, monkeypatch):
    """Whatever takes a run follows it, and no further than beside it."""
    (here / "reports" / "one").mkdir(parents=True)
    monkeypatch.setattr(Path, "symlink_to", lambda *_, **__: (_ for _ in ()).throw(OSError(1, "no")))
    latest.point(Path("reports/one"))

    assert (here / "reports" / "latest").read_text() == "one\n"
    assert read("report", "reports/latest").folder == str(Path("reports/one"))
    assert read("diff", "reports/latest", "b").before == str(Path("reports/one"))
    (here / "reports" / "latest").write_text("../../elsewhere")
    assert read("report", "reports/latest").folder == "reports/latest"


def test_a_folder_of_that_name_is_left_alone(here):
    """It is somebody's own."""
    (here / "reports" / "latest").mkdir(parents=True)
    latest.point(here / "reports" / "one")

    assert not (here / "reports" / "latest").is_symlink()


def test_a_run_says_one_sentence_where_it_shall_be_quiet(here):
    """And leaves its folder where `latest` points to; with colours where they are asked for."""
    target = runs.target_at(here, "embedded", "int-ecm")
    picked = ("--clause", "int-ecm.login.wrong-password", "--quiet", "--color", "always")
    done = runs.clausewise("run", "--target", target, *picked, cwd=here)

    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert "Not fully verified (exit 2)" in done.stdout
    assert "\x1b" not in done.stdout
    assert runs.results(here / "reports" / "latest")["run"]["partial"]
    loud = runs.inside("report", here / "reports" / "latest")
    assert loud.returncode == 2


@pytest.mark.parametrize(("when", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colours_come_when_they_are_asked_for(when, coloured):
    """Also where nobody looks at a terminal."""
    done = runs.inside("clauses", "--family", "int-ecm", "--discrepancies", "--color", when)

    assert ("\x1b[" in done.stdout) is coloured


def test_a_report_is_opened(here, monkeypatch):
    """In the browser; and where there is none, its place is told."""
    (here / "reports" / "latest").mkdir(parents=True)
    (here / "reports" / "latest" / "report.html").write_text("")
    asked: list[str] = []

    def opened(url):
        asked.append(url)
        return len(asked) == 1

    monkeypatch.setattr(webbrowser, "open", opened)

    assert runs.inside("open").stdout.startswith("Opened")
    assert runs.inside("open").stdout.startswith("There is no browser")
    assert asked[0] == (here / "reports" / "latest" / "report.html").as_uri()
    assert runs.inside("open", "nowhere").returncode == 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_the_commands(shell):
    """Each command and each of its options is in the script."""
    script = runs.inside("completion", shell).stdout

    assert all(name in script for name in COMMANDS)
    assert "confirm-failures" in script


def test_bash_completes_a_command():
    """The script is one that bash takes."""
    script = runs.inside("completion", "bash").stdout
    ask = 'COMP_WORDS=(clausewise doc); COMP_CWORD=1; _shtab_clausewise; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["doctor"], done.stderr


TREND = {"target": "uat", "word": "conformant", "broken": [], "mended": []}


@pytest.mark.parametrize(
    ("before", "now", "title"),
    [
        ([], {}, None),
        ([{}], {}, None),
        ([{}], {"word": "not conformant", "broken": ["a.b"]}, "uat: not conformant, was conformant"),
        ([{"word": "not conformant"}], {"word": "not conformant", "mended": ["a.b"]}, "uat: not conformant"),
    ],
)
def test_only_a_change_is_worth_a_message(before, now, title):
    """The first run, and one that is as the last was, are none."""
    made = {"trend": [TREND | row for row in [*before, now]], "outcome": {"sentence": "So it is."}}
    told = notify.message(made)

    assert (told and told[0]) == title
    if told and now.get("broken"):
        assert told[1] == "So it is.\n1 newly broken: a.b"


@pytest.mark.usefixtures("here")
def test_a_message_takes_a_history():
    """Without one nobody knows what changed."""
    done = runs.inside("run", "--target=t", "--notify", "json://127.0.0.1")

    assert done.returncode == 4
    assert "give --history" in done.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of a library that Apprise imports
@pytest.mark.usefixtures("here")
def test_a_url_that_cannot_be_read_is_told_without_its_secret():
    """Before the first request."""
    done = runs.inside("run", "--target=t", "--history=h.db", "--notify", "nothing://token-of-ours")

    assert done.returncode == 4
    assert "begins with 'nothing'" in done.stderr
    assert "token-of-ours" not in done.stderr
