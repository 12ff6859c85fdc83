"""The dry run: good models pass, each kind of bad one fails in the line that names it."""

from __future__ import annotations

import pytest

from dynarena.errors import UsageError
from dynarena.evaluation.check import check
from dynarena.evaluation.loading import locate
from dynarena.evaluation.submit import submit
from dynarena.evaluation.template import template, write_template


@pytest.fixture
def report(lock, provider, nursery):
    def report(model, *systems, **options):
        lines = []
        found = check(model, [lock(*systems)], provider=provider, nursery=nursery, on_line=lines.append, **options)
        return found, lines

    return report


def failed(found):
    return [finding.name for finding in found.findings if finding.passed is False]


def test_a_good_model_passes_and_expected_shapes_come_first(report, write_model):
    found, lines = report(write_model())
    assert found.passed, lines
    assert lines[0].startswith("toy@1.0/") and "fit gets" in lines[1]
    told = "\n".join(lines)
    assert "context [batch=4, time=5, component=3]" in told and "[batch=4, horizon=7, channel=3, y=8, x=8]" in told
    assert told.index("must return") < told.index("determinism")
    assert found.cost_s["toy@1.0"] > 0 and "a seed for the whole board" in lines[-1]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("raise ValueError('boo')", "runs"),
        ("return context", "runs"),
        ("return context[:, -1:].expand(-1, horizon, -1) / 0", "runs"),
        ("import time\nreturn context[:, -1:].expand(-1, horizon, -1) + time.monotonic()", "determinism"),
        (
            "self.count = getattr(self, 'count', 0) + 1\nreturn context[:, -1:].expand(-1, horizon, -1) + self.count",
            "no state leak",
        ),
        ("return context[:, -1:].expand(-1, horizon, -1) + context.mean()", "batch invariance"),
        (
            "place = torch.arange(len(context))[:, None, None] - len(context)\n"
            "return context[:, -1:].expand(-1, horizon, -1) + place",
            "order of the batch",
        ),
    ],
)
def test_a_bad_model_fails_where_it_is_bad(report, write_model, body, name):
    found, lines = report(write_model(body), "chaos/wheel")
    assert not found.passed and name in failed(found), lines
    (finding,) = [finding for finding in found.findings if finding.name == name]
    assert finding.facts["what"] and finding.facts["fix"]
    assert any("FAIL" in line and name in line for line in lines)


def test_a_model_with_seeded_noise_is_deterministic(report, write_model):
    found, lines = report(
        write_model("return context[:, -1:].expand(-1, horizon, -1) + torch.randn(())"), "chaos/wheel"
    )
    assert failed(found) == [], lines


def test_draws_of_an_ensemble_are_not_held_against_it(report, write_model):
    body = "return context[None, :, -1:].expand(5, -1, horizon, -1) + torch.randn(5, len(context), horizon, 3)"
    found, lines = report(write_model(body, facts="answer_samples = 5"), "chaos/wheel")
    assert failed(found) == [], lines


def test_tasks_that_are_not_accepted_are_said_and_cost_nothing(report, write_model):
    found, lines = report(write_model(facts='accepts = {"kinds": ["pde"]}'))
    assert found.passed and sum(finding.passed is None for finding in found.findings) == 2
    assert any("not applicable" in line for line in lines)


def test_the_template_is_a_model_that_passes_and_can_be_submitted(
    tmp_path, report, lock, provider, store, home, nursery
):
    path = write_template(tmp_path / "my_first net.py")
    assert locate(str(path)).cls == "MyFirstNet"
    found, lines = report(str(path), "chaos/wheel", "pde/wave")
    assert found.passed, lines
    record = submit(str(path), lock("chaos/wheel"), provider=provider, store=store, home=home, nursery=nursery)[0]
    assert max(record.error) < 1e-2  # sin(t + phase) is a linear recurrence of the three components


def test_the_template_never_overwrites_and_names_what_it_wants(tmp_path):
    path = write_template(tmp_path / "a.py")
    before = path.read_text()
    with pytest.raises(UsageError, match="exists"):
        write_template(path)
    assert path.read_text() == before
    with pytest.raises(UsageError, match="not a Python file"):
        write_template(tmp_path / "a.txt")
    with pytest.raises(UsageError, match="cannot be written"):
        write_template(tmp_path / "none" / "a.py")


@pytest.mark.parametrize(
    ("name", "cls"), [("net", "Net"), ("1st", "MyModel"), ("my-net", "MyNet"), ("model", "MyModel")]
)
def test_the_templates_class_is_named_after_its_file(tmp_path, name, cls):
    assert f"class {cls}(Forecaster):" in template(tmp_path / f"{name}.py")
