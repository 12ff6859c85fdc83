"""The GPU's kernel: the very same source by a host compiler beside the reference path; on a card where there is one."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dynarena.engines.cuda import kernel_source, run_cuda
from dynarena.engines.ode import Flow
from dynarena.errors import ResourceError, UsageError
from dynarena.schema.system import SystemSpec

SHIM = """
#include <cmath>
using namespace std;
#define __device__ static
#define __global__
struct Place { int x; };
static Place blockIdx, blockDim, threadIdx;
"""
LOOP = """
extern "C" void all(const double* start, const double* p, double* out, double h, int substeps, int n_points, int n)
{ blockDim.x = 4; for (blockIdx.x = 0; blockIdx.x * 4 < n; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < 4; ++threadIdx.x) trajectories(start, p, out, h, substeps, n_points, n); }
"""
SYSTEMS = {
    "lorenz": {"state": ["x", "y", "z"], "equations": ["s*(y - x)", "x*(r - z) - y", "x*y - b*z"],
               "parameters": {"s": 10, "r": 28, "b": "8/3"}, "solver": {"step": 0.01},
               "start": {"box": {"x": [-9, 9], "y": [-9, 9], "z": [9, 30]}}},
    "functions": {"state": ["x", "y"], "equations": ["-x**3 + max(sin(y), exp(-x*x), 0.1) + cos(phase(w))",
                  "where(x < y, tanh(x) - y, min(abs(x), 2)*sign(y) - y) + log(2 + x*x)/3"], "parameters": {"w": 1.5},
                  "solver": {"step": 0.02}, "start": {"box": {"x": [-1, 1], "y": [-1, 1]}}},
}  # fmt: skip


def flow(name: str, **changes: object) -> Flow:
    whole = {"schema": 1, "title": name, "about": "", "source": "", "engine": "ode"} | SYSTEMS[name] | changes
    return Flow(SystemSpec.model_validate(whole))


def ensemble(simulator: Flow, n: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    from dynarena.engines.streams import Streams, trajectory_key

    streams = Streams([trajectory_key("test", index) for index in range(n)])
    parameters = simulator.parameters(streams, "train")
    return parameters, simulator.start(streams, parameters, "train")


@pytest.mark.skipif(shutil.which("g++") is None, reason="no host compiler")
@pytest.mark.parametrize("name", SYSTEMS)
def test_the_kernel_agrees_with_the_reference_path_to_rounding(name: str, tmp_path: Path) -> None:
    simulator = flow(name)
    (tmp_path / "kernel.cpp").write_text(SHIM + kernel_source(simulator) + LOOP)
    command = ["g++", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-o", "kernel.so", "kernel.cpp"]
    subprocess.run(command, cwd=tmp_path, check=True)
    kernel = ctypes.CDLL(str(tmp_path / "kernel.so")).all
    parameters, start = ensemble(simulator, 6)
    n, d, points, dt = 6, start.shape[1], 60, 0.02
    given = [np.ascontiguousarray(a.T) for a in (start, simulator.parameter_rows(parameters, n))]
    out = np.empty((points, d, n))
    pointer = [ctypes.c_void_p(array.ctypes.data) for array in (*given, out)]
    substeps = int(np.ceil(dt / simulator.step * (1 - 1e-12)))
    kernel(*pointer, ctypes.c_double(dt / substeps), substeps, points, n)
    reference = simulator.run(start, parameters, dt, points)
    ours = out.transpose(2, 0, 1)
    apart = np.abs(ours - reference)
    assert np.minimum(apart, np.abs(apart - 2 * np.pi)).max() < 1e-11
    assert np.array_equal(ours[:, 0], start)


def test_what_does_not_fit_is_refused() -> None:
    ring = flow(
        "lorenz", state="x[i]", size=20, equations=["x[i+1] - x[i]"], start={"box": {"x": [0, 1]}}, parameters={}
    )
    with pytest.raises(UsageError, match="registers"):
        kernel_source(ring)


def test_without_a_gpu_the_run_is_refused_with_a_way_out() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    simulator = flow("lorenz")
    parameters, start = ensemble(simulator, 2)
    with pytest.raises(ResourceError, match="no GPU"):
        run_cuda(simulator, start, parameters, 0.01, 3)


@pytest.mark.gpu
def test_the_card_agrees_with_the_reference_path() -> None:
    simulator = flow("lorenz")
    parameters, start = ensemble(simulator, 1000)
    ours, reference = run_cuda(simulator, start, parameters, 0.02, 100), simulator.run(start, parameters, 0.02, 100)
    assert np.abs(ours - reference).max() < 1e-8
