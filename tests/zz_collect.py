import sys, traceback, time, os, collections

sys.path.insert(0, "/tmp/h/fuzz/tests")

import test_fuzz
from test_fuzz import *

del test_a_spoilt_input_is_read_or_refused_in_a_sentence, test_new_spoilt_inputs_for_an_hour
import shutil
from hypothesis.errors import StopTest

try:
    from hypothesis.errors import UnsatisfiedAssumption
except Exception:
    UnsatisfiedAssumption = StopTest


@pytest.mark.parametrize(
    "name", [n for n in INPUTS if not os.environ.get("ONLY") or n in os.environ["ONLY"].split(";")]
)
def test_collect(name, good, house):
    seen = collections.Counter()
    first = {}
    attempt = INPUTS[name][0]
    n = 0
    slow = 0

    def wrap(data, good, folder):
        nonlocal n, slow
        n += 1
        t = time.monotonic()
        try:
            attempt(data, good, folder)
        except (StopTest, UnsatisfiedAssumption):
            raise
        except BaseException as bad:
            if "hypothesis" in type(bad).__module__:
                raise
            tb = traceback.extract_tb(bad.__traceback__)
            own = [f for f in tb if "clausewise/" in f.filename or "test_fuzz" in f.filename]
            k = (type(bad).__name__,) + tuple(f"{os.path.basename(f.filename)}:{f.lineno}" for f in own[-3:])
            if isinstance(bad, AssertionError):
                k += (str(bad)[:60],)
            seen[k] += 1
            if k not in first:
                first[k] = str(bad)[:500]
        for d in (house / "temporary").iterdir():
            shutil.rmtree(d, ignore_errors=True)
        slow = max(slow, time.monotonic() - t)

    INPUTS[name] = (wrap, 0)
    end = time.monotonic() + float(os.environ.get("SECS", "20"))
    while time.monotonic() < end:
        tried(name, good, house, max_examples=20)
    with open("/tmp/h/fz/crashes.txt", "a") as f:
        print(f"=== {name}: {n} examples, slowest {slow:.1f}s", file=f)
        for k, c in seen.most_common():
            print(c, k, "\n      ", repr(first[k]), file=f)
