"""Bad models of every kind: each yields a typed cell with a message, and the next cell runs."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from dynarena.evaluation.isolation import isolation
from dynarena.evaluation.nursery import Nursery, environment
from dynarena.evaluation.outcome import Limits
from dynarena.evaluation.submit import submit

KINDS = ("chaos/wheel", "pde/wave", "video/blink")
QUICK = Limits(timeout_s=1.5, memory_mb=2000)


HOSTILE = {
    "raises": ("raise ValueError('boo')", "failed", "ValueError in predict: boo"),
    "leaves by sys.exit": ("import sys; sys.exit(0)", "failed", "sys.exit(0)"),
    "leaves by os._exit": ("import os; os._exit(0)", "failed", "exited with status 0"),
    "crashes the interpreter": ("import ctypes; ctypes.string_at(0)", "failed", "SIGSEGV"),
    "aborts": ("import os; os.abort()", "failed", "SIGABRT"),
    "interrupts": ("raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
    "kills the warm process": (
        "import os; os.kill(os.getppid(), 9); import time; time.sleep(1); os._exit(1)",
        "failed",
        "without an answer",
    ),
    "hangs": ("while True: pass", "timeout", "within the wall-clock limit"),
    "hangs in native code": ("import ctypes; ctypes.CDLL(None).sleep(60)", "timeout", "stopped in predict"),
    "ignores signals": (
        "import signal, time\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)",
        "timeout",
        "1.5 s",
    ),
    "eats memory": ("x = [torch.ones(2**20, 64)]\nwhile True: x.append(x[0] + 1)", "out-of-memory", "memory"),
    "asks for too much at once": ("torch.empty(2**38)", "out-of-memory", "memory"),
    "returns NaN": (
        "return context[:, -1:].expand(-1, horizon, -1) * float('nan')",
        "non-finite",
        "trajectory 0, step 1",
    ),
    "returns one infinity": (
        "y = context[:, -1:].repeat(1, horizon, 1); y[2, 4, 1] = float('inf'); return y",
        "non-finite",
        "trajectory 2, step 5 of 7",
    ),
    "returns too few steps": ("return context[:, -1:]", "refused", "too few steps: 1 of 7"),
    "returns too many steps": (
        "return context[:, -1:].expand(-1, horizon + 1, -1)",
        "refused",
        "too many steps: 8 of 7",
    ),
    "returns a broadcastable shape": ("return context[:1, -1:].expand(1, horizon, -1)", "refused", "[4, 7, 3]"),
    "returns an undeclared ensemble": (
        "return context[None, :, -1:].expand(2, -1, horizon, -1)",
        "refused",
        "answer_samples = 2",
    ),
    "returns integers": ("return context[:, -1:].expand(-1, horizon, -1).long()", "refused", "int64"),
    "returns half precision": ("return context[:, -1:].expand(-1, horizon, -1).bfloat16()", "refused", "bfloat16"),
    "returns complex numbers": ("return context[:, -1:].expand(-1, horizon, -1) + 0j", "refused", "complex64"),
    "returns nothing": ("return None", "refused", "NoneType"),
    "returns a list": ("return [1.0]", "refused", "list"),
    "writes garbage as its answer": (
        "import os, pathlib\npathlib.Path('../answer_0.raw').write_bytes(b'garbage')\n"
        "os.write(int(max(os.listdir('/proc/self/fd'), key=int)), b'')\nos._exit(0)",
        "failed",
        "without an answer",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_model_yields_a_typed_cell_and_the_next_one_goes_on(name, run, write_model):
    body, status, telling = HOSTILE[name]
    path = write_model(
        f"if self.task.kind == 'chaos':\n    {body.replace(chr(10), chr(10) + '    ')}\n" + write_model.last
    )
    limits = Limits(timeout_s=1.5 if status == "timeout" else 15, memory_mb=700)
    bad, good = run(path, "chaos/wheel", "pde/wave", limits=limits)
    assert bad.status == status, bad.message
    assert telling in " ".join(bad.message.values()), bad.message
    assert {"what", "fix"} <= set(bad.message)
    assert bad.values == {} and bad.error == [] and bad.predictions == {}
    assert good.status == "ok", good.message


def test_a_traceback_stays_in_the_log_and_the_message_names_the_line(run, write_model):
    path = write_model("x = 1\nraise ValueError('boo')")
    message = run(path, "chaos/wheel")[0].message
    line = next(n for n, text in enumerate(Path(path).read_text().splitlines(), 1) if "boo" in text)
    assert message["where"] == f"{path}, line {line}, in forecast"
    assert "Traceback" not in " ".join(message.values())


def test_what_a_model_printed_before_it_crashed_is_in_the_message(run, write_model):
    record = run(write_model("print('last words'); import os; os._exit(5)"), "chaos/wheel")[0]
    assert "last words" in record.message["log"] and "status 5" in record.message["got"]


def test_helpers_left_behind_are_killed(run, write_model, tmp_path):
    body = f"""
    import subprocess
    for new in (True, False):
        helper = subprocess.Popen(["sleep", "4321"], start_new_session=new)
    open({str(tmp_path / "pid")!r}, "w").write(str(helper.pid))
    {write_model.last}
    """
    assert run(write_model(body), "chaos/wheel")[0].status == "ok"
    left = [p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "4321"]]
    assert left == []


def test_a_model_that_forks_without_end_is_stopped(run, write_model):
    body = (
        "import os\nfor _ in range(40):\n    if os.fork() == 0:\n        import time; time.sleep(100)\nwhile True: pass"
    )
    before = time.monotonic()
    record = run(write_model(body), "chaos/wheel", limits=QUICK)[0]
    assert record.status == "timeout", (
        record.message
    )  # forty copies that share their pages are no forty times the memory
    assert time.monotonic() - before < 15


def test_no_secret_and_no_truth_reaches_the_model(run, write_model, monkeypatch):
    body = f"""
    import os
    names = os.listdir("..")
    assert not any("truth" in name or "test" in name for name in names), names
    assert len(os.listdir("/proc/self/fd")) <= 6, os.listdir("/proc/self/fd")
    assert os.getsid(0) == os.getpid()
    {write_model.last}
    """
    record = run(write_model(body), "chaos/wheel")[0]
    assert record.status == "ok", record.message
    monkeypatch.setenv("MY_API_TOKEN", "hush")
    body = f"import os\nassert 'MY_API_TOKEN' not in os.environ\n{write_model.last}"
    assert "MY_API_TOKEN" not in environment()
    with Nursery() as fresh:
        record = run(write_model(body, file="other.py"), "chaos/wheel", nursery=fresh)[0]
    assert record.status == "ok", record.message


@pytest.mark.skipif(isolation() != "namespace", reason="this system gives no process namespace")
def test_a_model_in_a_namespace_sees_no_process_of_ours(run, write_model):
    body = f"""
    import os
    assert os.getppid() == 1 and sum(name.isdigit() for name in os.listdir("/proc")) == 2, os.listdir("/proc")
    os.kill(1, 9)
    {write_model.last}
    """
    record = run(write_model(body), "chaos/wheel")[0]
    assert record.status == "ok", record.message
    assert record.isolation == "namespace"


def test_without_namespaces_models_run_all_the_same(run, write_model, monkeypatch, lock, provider, store, home):
    monkeypatch.setattr("dynarena.evaluation.nursery.wrapper", lambda: ())
    monkeypatch.setattr("dynarena.evaluation.nursery.isolation", lambda: "process")
    body = (
        "import os\nif self.task.kind == 'chaos':\n    os.kill(os.getppid(), 9)\n    os._exit(0)\n" + write_model.last
    )
    with Nursery() as plain:
        records = submit(write_model(body), lock(), provider=provider, store=store, home=home, nursery=plain)
    assert [record.status for record in records] == ["failed", "ok", "ok"]
    assert {record.isolation for record in records} == {"process"}


def test_an_import_error_a_constructor_error_and_a_fit_error_are_failed_cells(run, write_model):
    broken = {
        "import nonesuch_module": "ModuleNotFoundError in fit",
        "raise RuntimeError('at import')": "at import",
    }
    for number, (line, telling) in enumerate(broken.items()):
        path = Path(write_model(file=f"broken{number}.py"))
        path.write_text(line + "\n" + path.read_text())
        record = run(str(path), "chaos/wheel")[0]
        assert record.status == "failed" and telling in record.message["what"]
    record = run(write_model(methods="def fit(self, train, task):\n    1 / 0"), "chaos/wheel")[0]
    assert record.status == "failed" and record.message["what"].startswith("ZeroDivisionError in fit")
    assert record.cost.fit_s is None
