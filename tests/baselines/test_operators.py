"""Operators on problems whose solution is known: exact where they must be, better than the mean everywhere."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from dynarena import Batch, Task
from dynarena.schema.task import Channel

N, POINTS = 80, 24
NAMES = ["mean_solution", "nearest_solution", "linear_operator", "kernel_operator"]


def sines(count: int, seed: int) -> Tensor:
    """Coefficients of four sines between fixed walls, [sample, 4]."""
    return torch.randn(count, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def poisson(count: int, seed: int, power: float = 1.0) -> tuple[Tensor, Tensor]:
    """-u'' = f between walls, its solution bent by a power: inputs and solutions, [sample, 1, x] each."""
    x, k = (torch.arange(POINTS, dtype=torch.float64) + 0.5) / POINTS, torch.arange(1, 5, dtype=torch.float64)
    waves, a = torch.sin(torch.pi * k[:, None] * x), sines(count, seed)
    u = (a / (torch.pi * k) ** 2) @ waves
    return (a @ waves)[:, None], (u.sign() * u.abs() ** power)[:, None]


class Stored:
    def __init__(self, values: Tensor) -> None:
        self.values = values

    def tensor(self) -> Tensor:
        return self.values


def task_of(inputs: Tensor, solutions: Tensor) -> Task:
    facts = [{"name": f"f{k}", "unit": "1", "mean": float(part.mean()), "std": float(part.std())}
             for k, part in enumerate(inputs.unbind(1))]  # fmt: skip
    return Task(
        id="b@1/pde/p", ask="operator", answer="values", dims=("field", "x"), shape=(1, POINTS),
        channels=(Channel("u"),), dt=1.0, context=1, horizon=1, mean=(float(solutions.mean()),),
        std=(float(solutions.std()),), facts={"inputs": facts},
    )  # fmt: skip


def error(tools, name: str, power: float = 1.0) -> float:
    """The mean square error on fresh samples over the solutions' mean square deviation."""
    (inputs, solutions), (asked, truth) = poisson(N, 1, power), poisson(20, 2, power)
    model, task = tools.model_class(name)(), task_of(inputs, solutions)
    model.fit_tasks({task.id: (task, Stored(torch.cat([inputs, solutions], dim=1)[:, None]))})
    answer = model.predict(Batch(asked[:, None]), task)["values"]
    assert answer.shape == (20, 1, 1, POINTS) and answer.dtype == torch.float64
    alone = torch.cat([model.predict(Batch(asked[row : row + 1, None]), task)["values"] for row in range(20)])
    assert (alone - answer).abs().max() < 1e-9
    return float(((answer[:, 0] - truth) ** 2).mean() / (truth - solutions.mean()).square().mean())


def test_the_mean_solution_errs_by_the_deviation(tools) -> None:
    assert error(tools, "mean_solution") == pytest.approx(1, abs=0.2)


def test_a_linear_problem_is_solved_by_the_linear_operator(tools) -> None:
    assert error(tools, "linear_operator") < 1e-10


def test_a_bent_problem_is_solved_better_by_kernels_than_by_lines_and_by_both_than_by_neighbours(tools) -> None:
    found = {name: error(tools, name, power=0.5) for name in NAMES}
    assert found["kernel_operator"] < found["linear_operator"] < found["nearest_solution"], found


def test_a_train_sample_is_its_own_nearest(tools) -> None:
    inputs, solutions = poisson(N, 1)
    task = task_of(inputs, solutions)
    model = tools.model_class("nearest_solution")()
    model.fit_tasks({task.id: (task, Stored(torch.cat([inputs, solutions], dim=1)[:, None]))})
    assert (model.predict(Batch(inputs[:, None]), task)["values"][:, 0] == solutions).all()


@pytest.mark.parametrize("name", NAMES)
def test_one_sample_and_inputs_that_never_vary_give_finite_answers(name, tools) -> None:
    inputs, solutions = torch.ones(1, 1, POINTS), torch.zeros(1, 1, POINTS)
    task = dataclasses.replace(task_of(inputs, solutions), mean=(0.0,), std=(1.0,),
                               facts={"inputs": [{"name": "f", "unit": "1", "mean": 1.0, "std": 1.0}]})  # fmt: skip
    model = tools.model_class(name)()
    model.fit_tasks({task.id: (task, Stored(torch.cat([inputs, solutions], dim=1)[:, None]))})
    answer = model.predict(Batch(torch.randn(3, 1, 1, POINTS)), task)["values"]
    assert answer.isfinite().all() and answer.dtype == torch.float32
