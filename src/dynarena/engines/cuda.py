"""Flows of points on a GPU: one kernel over the ensemble, generated from the trees that the reference path compiles.

Each thread integrates one trajectory by Dormand and Prince's method of order 8 with all stages in registers. Elementary
functions are the device's own, so that data are equivalent to the reference's, not identical; scored data never come
from here. Where there is no GPU the very same source is checked by a host compiler, not run on a card.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynarena.engines.base import Parameters
from dynarena.engines.bounds import check_request, check_starts, refuse_unbounded
from dynarena.engines.delay_tableau import END, A
from dynarena.engines.ode import Flow
from dynarena.equations.source import Source
from dynarena.equations.tree import Index, Name
from dynarena.errors import ResourceError, UsageError

Array = NDArray[np.float64]

THREADS = 128
LARGEST = 16  # components: beyond it the stages leave the registers
_FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan", "exp": "exp",
    "log": "log", "sqrt": "sqrt", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "abs": "fabs", "sign": "sign_of",
    "min": "smaller", "max": "larger",
}  # fmt: skip
_HEAD = """
__device__ double sign_of(double x) { return x > 0.0 ? 1.0 : (x < 0.0 ? -1.0 : x * 0.0); }
__device__ double smaller(double a, double b) { return b < a ? b : a; }
__device__ double larger(double a, double b) { return b > a ? b : a; }
"""
_KERNEL = """
extern "C" __global__ void trajectories(
    const double* start, const double* p, double* out, double h, int substeps, int n_points, int n)
{
    const int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= n) return;
    double y[D], w[D], q[P + 1], k[12][D];
    for (int i = 0; i < D; ++i) y[i] = start[i * n + row];
    for (int i = 0; i < P; ++i) q[i] = p[i * n + row];
    for (int i = 0; i < D; ++i) out[(long long)i * n + row] = y[i];
    for (int point = 1; point < n_points; ++point) {
        for (int step = 0; step < substeps; ++step) {
%(stages)s
        }
%(turns)s
        for (int i = 0; i < D; ++i) out[((long long)point * D + i) * n + row] = y[i];
    }
}
"""


class _DeviceSource(Source):
    """Expressions as C, in the order written."""

    def _call(self, function: str, arguments: list[str]) -> str:
        if function == "where":
            condition, first, second = arguments
            return f"({condition} ? {first} : {second})"
        return super()._call(function, arguments)


def kernel_source(simulator: Flow) -> str:
    """CUDA C of a flow's kernel `trajectories`: start [component, trajectory] to out [time, component, trajectory].

    Raises UsageError for an indexed state or one of more than 16 components.
    """
    system = simulator.system
    if system.indexed is not None or system.dimension > LARGEST:
        expected, got = f"up to {LARGEST} named components", f"{system.dimension} of {simulator.spec.title}"
        raise UsageError("the state does not fit a thread's registers", expected=expected, got=got, fix="use the CPU")

    def name(part: Name | Index) -> str:
        return f"v_{part.id}"

    source = _DeviceSource(name, _FUNCTIONS, trees=system.equations)
    values = [source.text(tree) for tree in system.equations]
    lines = [f"const double v_{state} = y[{k}];" for k, state in enumerate(system.state)]
    lines += [f"const double v_{parameter} = p[{k}];" for k, parameter in enumerate(system.parameters)]
    lines += [f"const double {line};" for line in source.lines]
    lines += [f"out[{row}] = {value};" for row, value in enumerate(values)]
    body = "\n".join(f"    {line}" for line in lines)
    sizes = f"#define D {system.dimension}\n#define P {len(system.parameters)}\n"
    f = f"__device__ void f(const double* y, const double* p, double* out)\n{{\n{body}\n}}\n"
    turns = [f"y[{k}] -= floor(y[{k}] / {2 * math.pi!r}) * {2 * math.pi!r};" for k in simulator.turning]
    return sizes + _HEAD + f + _KERNEL % {"stages": _stages(), "turns": "\n".join(f"        {line}" for line in turns)}


def _stages() -> str:
    lines = ["f(y, q, k[0]);"]
    for stage in range(1, END):
        lines += [f"for (int i = 0; i < D; ++i) w[i] = y[i] + h * ({_sum(A[stage])});", f"f(w, q, k[{stage}]);"]
    lines.append(f"for (int i = 0; i < D; ++i) y[i] += h * ({_sum(A[END])});")
    return "\n".join(f"            {line}" for line in lines)


def _sum(row: Array) -> str:
    return " + ".join(f"{float(weight)!r} * k[{stage}][i]" for stage, weight in enumerate(row) if weight)


def run_cuda(simulator: Flow, start: Array, parameters: Parameters, dt: float, n_points: int) -> Array:
    """`simulator.run` on the GPU, [trajectory, time, component]: equivalent data. Raises ResourceError without one."""
    import torch

    if not torch.cuda.is_available():
        raise ResourceError("there is no GPU", expected="a CUDA device", got="none", fix="use --device cpu")
    check_request(dt, n_points, where=simulator.spec.title)
    starts = check_starts(start, simulator.shape[0], where=simulator.spec.title)
    n, d = starts.shape
    substeps = math.ceil(dt / simulator.step * (1 - 1e-12))
    compiled: Any = torch.cuda._compile_kernel(kernel_source(simulator), "trajectories", nvcc_options=["--fmad=false"])
    given = [torch.from_numpy(np.ascontiguousarray(a.T)).cuda()
             for a in (starts, simulator.parameter_rows(parameters, n))]  # fmt: skip
    out = torch.empty((n_points, d, n), dtype=torch.float64, device="cuda")
    grid = (math.ceil(n / THREADS), 1, 1)
    compiled(grid, (THREADS, 1, 1), (*given, out, dt / substeps, substeps, n_points, n))
    states: Array = out.permute(2, 0, 1).contiguous().cpu().numpy()
    refuse_unbounded(states, simulator.labels, dt, where=simulator.spec.title)
    return states
