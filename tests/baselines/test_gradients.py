"""A part of a network that no gradient reaches is disconnected, and its scores are those of what is left."""

from pathlib import Path

import pytest

from dynarena.evaluation.learned import Learned
from dynarena.evaluation.loading import locate

FOLDER = Path(__file__).parents[2] / "baselines"
# Tested elsewhere: a pretrained network (test_chronos.py), and one of Hamiltonian flows (test_physics.py).
ELSEWHERE = ["chronos", "hnn"]
NETWORKS = [path.stem for path in sorted(FOLDER.glob("*.py")) if "nn.Module" in path.read_text()]
KINDS = {"points": ("chaos", 0), "field": ("pde", 1), "plane": ("pde", 2), "frames": ("video", 2)}
CASES = [
    (name, place)
    for name in NETWORKS
    if name not in ELSEWHERE
    for accepts in [locate(name).accepts]
    for place, (kind, axes) in KINDS.items()
    if kind in accepts.get("kinds", [kind]) and axes <= accepts.get("max_axes", axes)
]


@pytest.mark.parametrize(("name", "place_name"), CASES)
def test_every_parameter_receives_a_gradient(name, place_name, worlds, tools):
    cls, place = tools.model_class(name), worlds[place_name]
    assert issubclass(cls, Learned)
    model = tools.fitted(cls(steps=1), place)
    z = model.encode(place.train[:4].to(model.dtype))
    model.module.zero_grad()
    ahead = model._ahead(0) + 2
    model.loss(z[:, : min(z.shape[1], model.seen + ahead + 2)], ahead).backward()
    named = dict(model.module.named_parameters())
    assert named
    for label, weights in named.items():
        assert weights.grad is not None and weights.grad.abs().max() > 0, label
