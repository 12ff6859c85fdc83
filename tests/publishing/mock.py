"""Three boards that look like real ones: 12 models, three domains, failures, partial models, one and three seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from dynarena.publishing.example import Example
from dynarena.ranking.board import Board, build_board
from dynarena.schema.lock import Lock, MetricLock, SplitLock, TaskLock
from dynarena.schema.record import Card, Cost, Record

N_TEST = 24
N_LEAD = 30

# name: (knows, tier, typical r, fit seconds, parameters, seeds)
MODELS: dict[str, tuple[str, str, float, float, int, int]] = {
    "oracle": ("equations", "core", 0.03, 0.0, 0, 1),
    "neural_ode_prior": ("family", "submission", 0.22, 41.0, 5_300, 1),
    "reservoir_xl": ("nothing", "submission", 0.30, 9.3, 1_200_000, 3),
    "echo_state": ("nothing", "core", 0.41, 2.1, 90_300, 3),
    "fno": ("nothing", "core", 0.47, 11.8, 287_425, 3),
    "gru": ("nothing", "core", 0.52, 10.2, 50_307, 3),
    "unet": ("nothing", "core", 0.56, 11.0, 482_113, 1),
    "analogue": ("nothing", "core", 0.62, 0.0, 0, 1),
    "linear_map": ("nothing", "core", 0.74, 0.1, 9_216, 1),
    "climatology": ("nothing", "core", 1.0, 0.0, 0, 1),
    "persistence": ("nothing", "core", 1.31, 0.0, 0, 1),
    "drift": ("nothing", "core", 2.6, 0.0, 0, 1),
}
BOARDS: dict[str, tuple[str, str, list[str], list[tuple[str, Any, str, str]]]] = {
    "chaos-forecast": (
        "Forecasting chaotic flows",
        "Follow one trajectory on a strange attractor for ten Lyapunov times from a short context.",
        ["chaos/lorenz63", "chaos/rossler", "chaos/lorenz96", "chaos/thomas", "chaos/double_pendulum", "chaos/henon"],
        [("valid_prediction_time", "horizon", "higher", "timescale"), ("crps", 0, "lower", "1"),
         ("spectrum_distance", 0, "lower", "1"), ("state_space_divergence", 0, "lower", "1")],
    ),
    "pde-forecast": (
        "Forecasting fields",
        "Advance a field in time: waves that steepen, fronts that merge, turbulence.",
        ["pde/kuramoto_sivashinsky", "pde/burgers_1d", "pde/allen_cahn_1d", "pde/kolmogorov_flow", "pde/gray_scott"],
        [("nrmse", 0, "lower", "1"), ("correlation_time", "horizon", "higher", "timescale")],
    ),
    "video-physics": (
        "Predicting video from physics",
        "Twelve frames from four: discs that fly, fall and collide.",
        ["video/uniform_motion", "video/parabola", "video/elastic_collision"],
        [("centroid_error", 0, "lower", "px"), ("psnr", None, "higher", "dB"), ("ssim", 1, "higher", "1")],
    ),
}  # fmt: skip


def make_lock(name: str, quick: bool = True) -> Lock:
    title, about, systems, metrics = BOARDS[name]
    split = SplitLock(split="test", trajectories=N_TEST, points=N_LEAD + 10, digest="", hashes=[], sketch=[])
    lock_id = f"{name}@1.0" + (".quick" if quick else "")
    tasks = [
        TaskLock(
            id=f"{lock_id}/{system}", system=system, system_digest="0", spec={}, dims=["component"], shape=[3],
            channels=[{"name": c} for c in "xyz"], dt=0.1, context=10, horizon=N_LEAD, period=None, timescale=1.1,
            mean=[0.0] * 3, std=[1.0] * 3, splits={"test": split}, floor=0.01, reference=0.98,
        )
        for system in systems
    ]  # fmt: skip
    locked = [
        MetricLock(name=m, perfect=perfect, better=better, unit=unit, scope="trajectory", kind="pointwise", digest=m)
        for m, perfect, better, unit in metrics
    ]  # fmt: skip
    return Lock(name=name, version="1.0", quick=quick, title=title, about=about, ask="forecast", fit="per_task",
                metrics=locked, reference_baseline="climatology", seeds=3, budget_s=600, tasks=tasks)  # fmt: skip


def make_record(lock: Lock, task: TaskLock, model: str, seed: int, rng: np.random.Generator, hard: Any) -> Record:
    knows, tier, typical, fit_s, parameters, _ = MODELS[model]
    status, error = "ok", np.full(N_TEST, 0.98)
    if model != "climatology":
        spread = np.exp(0.35 * rng.standard_normal() + 0.1 * hard + 0.1 * rng.standard_normal(N_TEST))
        error = 0.01 + 0.97 * typical * spread
    if model == "drift" and task.system.endswith(("thomas", "gray_scott")):
        status = "timeout"
    if model in ("unet", "fno") and lock.name == "chaos-forecast":
        status = "not-applicable"
    lead = np.linspace(0, 1, N_LEAD)
    ok = status == "ok"
    values = {m.name: (error * (i + 1)).tolist() for i, m in enumerate(lock.metrics)} if ok else {}
    return Record(
        task=task.id, benchmark=lock.id, system=task.system, seed=seed, lock_digest=lock.digest, status=status,
        model=Card(name=model, digest=model.ljust(64, "0"), knows=knows,
                   tier=tier, license="Apache-2.0"),
        scorer_digest="5c0e" * 16, data_digest="da7a" * 16, values=values,
        curves={lock.primary.name: (error.mean() * (1 - np.exp(-4 * lead))).tolist()} if ok else {},
        error=error.tolist() if ok else [], message={} if ok else {"what": "took more than 600 s"},
        cost=Cost(fit_s=fit_s * (1 + 0.1 * rng.random()), predict_s=0.02 + 0.1 * rng.random(), parameters=parameters,
                  memory_mb=310 + 90 * rng.random()),
    )  # fmt: skip


def make_records(lock: Lock, models: list[str] | None = None) -> list[Record]:
    rng = np.random.default_rng(1)
    hard = {task.id: rng.standard_normal(N_TEST) for task in lock.tasks}
    return [
        make_record(lock, task, model, seed, rng, hard[task.id])
        for task in lock.tasks
        for model in models or MODELS
        for seed in range(MODELS[model][5])
    ]


def make_board(name: str = "chaos-forecast") -> Board:
    lock = make_lock(name)
    return build_board(make_records(lock), lock)


def lorenz(n: int, shift: float = 0.0, dt: float = 0.02) -> Any:
    state, path = np.array([1.0 + shift, 1.0, 20.0]), []
    for _ in range(n + 500):
        for _ in range(4):
            x, y, z = state
            state = state + dt / 4 * np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])
        path.append(state)
    return np.array(path[500:])


def make_examples() -> dict[str, dict[str, Example]]:
    t = np.linspace(0, 10, 400)
    truth = lorenz(400)
    chaos = Example("chaos", truth, {"oracle": truth + 0.1, "echo_state": lorenz(400, 1e-3), "gru": truth * 0.7,
                                     "linear_map": truth * np.exp(-t / 3)[:, None]}, t, ("x", "y", "z"))  # fmt: skip
    x = np.linspace(0, 22, 64)
    wave = np.sin(0.8 * x + 2 * np.sin(t[:120, None])) + 0.6 * np.cos(1.7 * x - t[:120, None] ** 2 / 3)
    pde = Example("pde", wave[:, None], {"fno": 0.9 * wave[:, None], "unet": np.roll(wave, 2, 1)[:, None],
                                         "persistence": np.repeat(wave[:1], 120, 0)[:, None]},
                  t[:120], ("u",), {"x": x})  # fmt: skip
    y, z = np.meshgrid(np.arange(32), np.arange(32), indexing="ij")
    spots = np.stack([np.sin((y + i) / 4) * np.cos(z / 3 + i / 5) for i in range(20)])[:, None]
    flow = Example(
        "pde", spots, {"fno": spots * 0.8, "unet": np.roll(spots, 3, 2)}, np.arange(20) / 4.0, ("vorticity",)
    )

    def film(speed: float, sharp: float = 4.0) -> Any:
        frames = [np.clip(sharp * (4.5 - np.hypot(y - 16 + i / 2, z - 6 - speed * i)) / 4, 0, 1) for i in range(12)]
        return np.stack([np.stack([f, 0.5 * f, 1 - f]) for f in frames])

    video = Example("video", film(1.6), {"oracle": film(1.6), "convlstm": film(1.4, 0.8), "persistence": film(0.0)},
                    np.arange(12) / 12, ("red", "green", "blue"))  # fmt: skip
    henon = Example("chaos", truth[:, :2], {"gru": truth[:, :2] * 0.9}, t, ("x", "y"), discrete=True)
    return {
        "chaos-forecast@1.0.quick": {"chaos/lorenz63": chaos, "chaos/henon": henon},
        "pde-forecast@1.0.quick": {"pde/kuramoto_sivashinsky": pde, "pde/kolmogorov_flow": flow},
        "video-physics@1.0.quick": {"video/parabola": video},
    }


SPEC = {
    "schema": 1, "title": "Lorenz <b>1963</b>", "about": "Two lobes.", "source": "Lorenz (1963)", "engine": "ode",
    "state": ["x", "y", "z"], "equations": ["sigma*(y - x)", "x*(rho - z) - y", "x*y - beta*z"], "chaotic": True,
    "parameters": {"sigma": 10, "rho": 28, "beta": "8/3"}, "start": {"box": {"x": [-15, 15]}, "burn_in": 50},
    "splits": {"ood": {"about": "hotter", "parameters": {"rho": [30, 45]}, "options": {"waves": 3}}},
    "known": {"lyapunov": {"value": [0.9056, 0], "source": "Sprott (2003)", "tolerance": 0.01}},
    "invariants": {"energy": {"expression": "x**2", "about": "kept"}}, "symmetries": {"turn": "x -> -x"},
}  # fmt: skip
COMPUTED = {
    "digest": "0", "evidence": {"method": "QR of tangents"},
    "lyapunov_spectrum": {"value": [0.906515, -6e-05], "sem": [0.0007, 0.0001]},
    "timescale": {"value": 1.10313, "sem": 0.0008, "law": "Lyapunov time"},
}  # fmt: skip


def make_described() -> Board:
    """A board whose first task carries its system's file and a certificate that ends at the last point."""
    lock = make_lock("chaos-forecast")
    first = lock.tasks[0]
    end = 2 * N_LEAD * first.dt
    described = first.model_copy(update={"spec": SPEC, "certificate": {"0.1": end, "1e-06": 2.2}})
    lock = lock.model_copy(update={"tasks": [described, *lock.tasks[1:]]})
    return build_board(make_records(lock), lock)
