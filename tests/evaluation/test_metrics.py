"""Metrics as the harness sees them: found, declared, checked, turned into the error that ranks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dynarena.errors import DynarenaError, Refused, SchemaError, TrustError, UnknownName, UsageError
from dynarena.evaluation.metrics import load_metric, primary_error, trajectory_values
from dynarena.evaluation.scorer_digest import _imports, scorer_digest
from dynarena.schema.task import Channel, Task
from dynarena.suite import items
from dynarena.suite.modules import trust

TASK = Task(
    id="test@1.0/chaos/synthetic",
    ask="forecast",
    answer="values",
    dims=("component",),
    shape=(2,),
    channels=(Channel("x"), Channel("y")),
    dt=0.1,
    context=3,
    horizon=10,
    mean=(0.0, 1.0),
    std=(1.0, 2.0),
    facts={"timescale": 0.5},
)
HEAD = """'A metric.'
perfect, better, unit, scope, kind = 0, "lower", "1", "trajectory", "pointwise"
source = "here"
"""


def data(states):
    dims = ("sample", "trajectory", "time", "component")[-states.ndim :]
    return xr.Dataset({"state": (dims, states)})


@pytest.fixture
def truth():
    return np.random.default_rng(0).normal(size=(4, 10, 2))


@pytest.fixture
def private(tmp_path, monkeypatch, request):
    """Writes metrics of a private, trusted suite named after the test."""
    folder = tmp_path / re.sub(r"\W", "_", request.node.name)
    (folder / "metrics").mkdir(parents=True)
    monkeypatch.setenv("DYNARENA_SUITE", str(folder))
    trust(next(item.suite for item in _written(folder, "seed", HEAD + "def metric(f, u, t): return 0.0\n")))
    return lambda name, body: _load(folder, name, body)


def _written(folder: Path, name: str, text: str):
    (folder / "metrics" / f"{name}.py").write_text(text)
    return [item for item in items("metrics") if item.path.parent.parent == folder]


def _load(folder: Path, name: str, text: str, **parameters):
    _written(folder, name, text)
    return load_metric(f"{folder.name}:{name}", parameters=parameters)


@pytest.mark.parametrize("item", items("metrics"), ids=lambda item: item.name)
def test_every_metric_declares_itself_and_names_its_source(item):
    metric = load_metric(item.name)
    declared = metric.declarations
    assert metric.name == item.name and re.fullmatch("[0-9a-f]{64}", metric.digest)
    assert len(declared.source) > 20 and re.search(r"\d{4}", declared.source)
    assert item.title
    if declared.guard is not None:
        judge = load_metric(declared.guard).declarations
        assert judge.perfect is not None and judge.guard != item.name and declared.guard != item.name
    if declared.perfect == "horizon":
        assert declared.better == "higher" and declared.unit == "timescale"
    if declared.perfect == 0:
        assert declared.better == "lower"


def test_every_distributional_metric_that_ignores_order_names_a_guard():
    blind = [m for m in map(load_metric, (i.name for i in items("metrics"))) if m.declarations.kind == "distributional"]
    assert {m.name for m in blind if m.declarations.guard is None} == {"spectrum_distance"}


def test_defaults_are_the_parameters_and_overrides_change_value_and_digest(truth):
    plain, loose = (
        load_metric("valid_prediction_time"),
        load_metric("valid_prediction_time", parameters={"threshold": 9}),
    )
    assert plain.parameters == {"threshold": 0.4} and loose.parameters == {"threshold": 9}
    assert plain.digest != loose.digest
    forecast = data(truth + 1)
    assert plain.score(forecast, data(truth), TASK).max() == 0
    assert loose.score(forecast, data(truth), TASK) == pytest.approx(2.0)


def test_unknown_metrics_and_parameters_suggest_the_nearest():
    with pytest.raises(UnknownName, match="valid_prediction_time"):
        load_metric("valid_prediction_tim")
    with pytest.raises(UnknownName, match="threshold"):
        load_metric("valid_prediction_time", parameters={"treshold": 0.5})


def test_the_digest_covers_source_shared_arithmetic_and_parameters(monkeypatch, tmp_path):
    source = b"from dynarena.evaluation import states\n"
    whole = scorer_digest(source, {"a": 1})
    assert whole == scorer_digest(source, {"a": 1})
    assert len({whole, scorer_digest(source + b"#", {"a": 1}), scorer_digest(source, {"a": 2})}) == 3
    assert scorer_digest(b"import numpy\n", {}) != scorer_digest(b"import dynarena.evaluation.states\n", {})
    grammar = b"from dynarena.equations import evaluate, parse\n"
    assert not list(_imports(grammar)), "the grammar may grow: what it means stands in the data's hashes"

    from dynarena.evaluation import scorer_digest as module

    changed = tmp_path / "states.py"
    changed.write_text(Path(module._path("dynarena.evaluation.states")).read_text() + "\n# changed\n")
    real = module._path
    monkeypatch.setattr(module, "_path", lambda name: changed if name == "dynarena.evaluation.states" else real(name))
    assert scorer_digest(source, {"a": 1}) != whole


def test_a_wrong_shape_never_broadcasts(truth):
    metric = load_metric("nrmse")
    for wrong in (truth[:1], truth[:, :1], truth[..., :1], truth[:, :9]):
        with pytest.raises(Refused, match="different axes"):
            metric.score(data(wrong), data(truth), TASK)
    with pytest.raises(Refused, match="different axes"):
        metric.score(xr.Dataset({"state": (("time", "component"), truth[0])}), data(truth), TASK)
    with pytest.raises(Refused, match="no variable 'state'"):
        metric.score(xr.Dataset({"states": (("trajectory", "time", "component"), truth)}), data(truth), TASK)


@pytest.mark.parametrize("hostile", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_never_reaches_a_metric(truth, hostile):
    broken = truth.copy()
    broken[2, 3, 1] = hostile
    for item in items("metrics"):
        metric = load_metric(item.name)
        if metric.declarations.kinds and "chaos" not in metric.declarations.kinds:
            continue
        with pytest.raises(Refused, match="forecast is not finite"):
            metric.score(data(broken), data(truth), TASK)
    with pytest.raises(Refused, match="truth is not finite"):
        load_metric("nrmse").score(data(truth), data(broken), TASK)


def test_axes_are_read_by_name_not_by_place(truth):
    turned = data(truth + 0.1).transpose("component", "time", "trajectory")
    metric = load_metric("nrmse")
    np.testing.assert_array_equal(
        metric.score(turned, data(truth), TASK), metric.score(data(truth + 0.1), data(truth), TASK)
    )


def test_an_outcome_other_than_declared_names_the_metric(private, truth):
    bodies = {
        "scalar": "def metric(f, u, t): return 0.0\n",
        "reduced": "import numpy as np\ndef metric(f, u, t): return np.zeros(3)\n",
    }
    for name, body in bodies.items():
        with pytest.raises(DynarenaError, match=f"{name} returned the wrong shape"):
            private(name, HEAD + body).score(data(truth), data(truth), TASK)
    nothing = private("nothing", HEAD + "import numpy as np\ndef metric(f, u, t): return np.full(4, np.nan)\n")
    with pytest.raises(DynarenaError, match="nothing returned a value that is not finite"):
        nothing.score(data(truth), data(truth), TASK)


def test_missing_and_wrong_declarations_name_the_key(private):
    body = "def metric(f, u, t): return 0.0\n"
    with pytest.raises(SchemaError, match="must declare 'source'"):
        private("sourceless", HEAD.replace('source = "here"\n', "") + body)
    with pytest.raises(SchemaError, match="wrong value for 'better'"):
        private("sideways", HEAD.replace('"lower"', '"sideways"') + body)
    with pytest.raises(SchemaError, match="wrong value for 'perfect'"):
        private("half", HEAD.replace("kind = 0,", "kind = 0.5,") + body)
    with pytest.raises(SchemaError, match="must declare 'perfect'"):
        private("computed", HEAD.replace("kind = 0,", "kind = int(0),") + body)
    with pytest.raises(SchemaError, match="no function metric"):
        private("empty", HEAD)


def test_a_stranger_s_metric_needs_trust(tmp_path, monkeypatch):
    folder = tmp_path / "strangers"
    (folder / "metrics").mkdir(parents=True)
    (folder / "metrics" / "odd.py").write_text(HEAD + "raise SystemExit\n")
    monkeypatch.setenv("DYNARENA_SUITE", str(folder))
    with pytest.raises(TrustError):
        load_metric("strangers:odd")
    with pytest.raises(TrustError):
        load_metric("odd", suite="strangers")


def test_kinds_and_conditions_say_where_a_metric_applies():
    video = Task(**{**TASK.__dict__, "dims": ("channel", "y", "x"), "shape": (2, 8, 8)})
    assert load_metric("nrmse").applies(TASK) and load_metric("nrmse").applies(video)
    assert load_metric("spectrum_distance").applies(TASK) and not load_metric("spectrum_distance").applies(video)
    lawful = Task(**{**TASK.__dict__, "facts": {"invariants": {"sum": {"expression": "x + y"}}}})
    assert load_metric("conservation_drift").applies(lawful) and not load_metric("conservation_drift").applies(TASK)


def test_curves_are_means_over_trajectories(truth):
    forecast, exact = data(truth + 0.5), data(truth)
    smape = load_metric("smape")
    np.testing.assert_allclose(smape.lead_curve(forecast, exact, TASK), smape.score(forecast, exact, TASK).mean(axis=0))
    expected = np.full(10, np.sqrt((0.5**2 + 0.25**2) / 2))
    np.testing.assert_allclose(load_metric("valid_prediction_time").lead_curve(forecast, exact, TASK), expected)
    assert load_metric("spectrum_distance").lead_curve(forecast, exact, TASK) is None


def test_values_become_one_a_trajectory():
    np.testing.assert_array_equal(trajectory_values(np.array([[1.0, 3.0], [5.0, 7.0]])), [2, 6])
    np.testing.assert_array_equal(trajectory_values(np.array([1.0, 2.0])), [1, 2])
    np.testing.assert_array_equal(trajectory_values(0.25), [0.25])


def test_the_error_of_a_duration_is_the_share_of_the_horizon_that_was_missed():
    metric = load_metric("valid_prediction_time")
    horizon = 10 * 0.1 / 0.5
    values = np.array([0.0, 0.5, horizon, horizon + 1])
    np.testing.assert_allclose(primary_error(metric, values, TASK), [1, 0.75, 0, 0])


def test_the_error_of_a_distance_is_its_mean_over_leads():
    np.testing.assert_allclose(primary_error(load_metric("crps"), np.array([[1.0, 3.0], [0, 0]]), TASK), [2, 0])
    np.testing.assert_allclose(primary_error(load_metric("spectrum_distance"), 0.25, TASK), [0.25])
    np.testing.assert_allclose(primary_error(load_metric("ssim"), np.array([[0.5, 1.0]]), TASK), [0.25])


def test_what_knows_no_perfect_value_cannot_rank():
    for name in ("conservation_drift", "psnr"):
        with pytest.raises(UsageError, match="cannot rank"):
            primary_error(load_metric(name), np.zeros(4), TASK)


def test_a_perfect_forecast_has_no_error_and_climatology_has_nrmse_one(truth):
    for name in ("nrmse", "smape", "valid_prediction_time", "crps", "spectrum_distance", "state_space_divergence"):
        metric = load_metric(name)
        assert (primary_error(metric, metric.score(data(truth), data(truth), TASK), TASK) == 0).all(), name
    mean = np.broadcast_to(np.array(TASK.mean), truth.shape)
    nrmse = load_metric("nrmse")
    assert (primary_error(nrmse, nrmse.score(data(mean), data(truth), TASK), TASK) == 1).all()
