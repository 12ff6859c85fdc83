"""A language model of time series: values become tokens, and whole paths are drawn token by token."""

import hashlib
import json
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from dynarena import Forecaster, NotApplicable
from dynarena.errors import UsageError
from dynarena.evaluation.standard import Standard
from dynarena.evaluation.t5 import T5


class Chronos(Forecaster):
    """p(w[t+1] | w[1] … w[t]) by a T5 over the tokens w of one series;  `answer_samples` paths are drawn from it.

    Each standardised component (of an angle cosine and sine) is a series of its own. The decoder goes on for
    `prediction_length` tokens; then each path is read again with what was drawn for it. Every trajectory is asked
    alone, with the same uniform numbers, seeded by the task: its forecast does not depend on its batch.

    `weights` is a local folder with the config.json and *.safetensors of a Chronos-T5 model, as transformers saves
    them; nothing is downloaded. `sha256`, where given, must be that of the weights' bytes: then a record names them.
    Raises NotApplicable where there are no weights, UsageError where they are not such a model.
    """

    name = "chronos"
    authors = "The dynarena developers"
    paper = "Ansari et al. (2024), TMLR, arXiv:2403.07815"
    license = "Apache-2.0"
    trained_on = ["what the weights were trained on; the published ones on 28 data sets, TSMixup and KernelSynth"]
    tier = "extended"
    knows = "nothing"
    accepts = {"kinds": ["chaos"]}
    answer_samples = 10
    cpu_budget_s = 600

    def __init__(self, weights: str | None = None, sha256: str | None = None) -> None:
        if weights is None or not Path(weights).is_dir():
            raise NotApplicable(
                "no weights",
                where="chronos",
                expected="a folder with the config.json and *.safetensors of a Chronos-T5 model",
                got="none" if weights is None else f"{weights}, which is not a folder",
                fix="--set weights='\"FOLDER\"'",
            )
        config = read_config(Path(weights))
        self.network = read_network(Path(weights), config, sha256)
        self.first = config.get("decoder_start_token_id", 0)
        self.length = config["chronos_config"]["prediction_length"]
        self.tokens = Tokens(config["chronos_config"])

    def forecast(self, context: Tensor, horizon: int) -> Tensor:
        """Draw paths: [batch, time, *state] -> [answer_samples, batch, horizon, *state]."""
        standard = Standard(self.task, device=context.device)
        random = torch.Generator().manual_seed(self.task.seed)
        uniforms = torch.rand(self.answer_samples * standard.size, horizon, generator=random).to(context.device)
        self.network.to(context.device)
        with torch.no_grad():
            paths = [self._draw(states, uniforms) for states in standard.encode(context.to(torch.float64))]
        return standard.decode(torch.stack(paths, dim=1).to(torch.float64)).to(context.dtype)

    def _draw(self, states: Tensor, uniforms: Tensor) -> Tensor:
        """What follows states [time, size] where uniforms [path size, horizon] say: [path, horizon, size]."""
        series = states.T.to(torch.float32).repeat(self.answer_samples, 1)
        for chosen in uniforms.split(self.length, dim=1):
            ids, scale = self.tokens.encode(series)
            dialogue, token, drawn = self.network.read(ids), ids.new_full((len(ids),), self.first), []
            for uniform in chosen.unbind(1):
                token = self.tokens.draw(dialogue.say(token), uniform)
                drawn.append(token)
            series = torch.cat([series, self.tokens.decode(torch.stack(drawn, dim=1), scale)], dim=1)
        return series[:, len(states) :].unflatten(0, (self.answer_samples, -1)).transpose(1, 2)


class Tokens:
    """Mean scaling and uniform bins: a token is the nearest centre to x / mean|x|, after the special tokens.

    The centres lie evenly from low to high; a value within them is known to half a bin's width times mean|x|, one
    beyond takes the outermost. A series of zeros has the scale 1.
    """

    def __init__(self, config: dict) -> None:
        limits, self.config = config["tokenizer_kwargs"], config
        self.before = config["n_special_tokens"] + 1
        self.centres = torch.linspace(limits["low_limit"], limits["high_limit"], config["n_tokens"] - self.before)
        self.edges = (self.centres[1:] + self.centres[:-1]) / 2

    def encode(self, series: Tensor) -> tuple[Tensor, Tensor]:
        """Of [n, time] the last `context_length` values as tokens, and their end where it has one; scales [n, 1]."""
        series = series[:, -self.config["context_length"] :]
        scale = series.abs().mean(1, keepdim=True)
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        ids = torch.bucketize(series / scale, self.edges.to(series.device), right=True) + self.before
        if self.config["use_eos_token"]:
            ids = nn.functional.pad(ids, (0, 1), value=self.config["eos_token_id"])
        return ids, scale

    def decode(self, ids: Tensor, scale: Tensor) -> Tensor:
        """The centres of tokens [n, time], in the unit of the series."""
        return self.centres.to(ids.device)[ids - self.before] * scale

    def draw(self, logits: Tensor, uniform: Tensor) -> Tensor:
        """The token, never a special one, whose share of [0, 1) holds `uniform` [n]; logits [n, token] -> [n]."""
        logits = logits[:, self.before :].double() / self.config["temperature"]
        if self.config["top_k"]:
            least = logits.topk(min(self.config["top_k"], logits.shape[1])).values[:, -1:]
            logits = logits.masked_fill(logits < least, -math.inf)
        shares = logits.softmax(1).cumsum(1)
        place = torch.searchsorted(shares, uniform.double()[:, None] * shares[:, -1:], right=True)
        return place[:, 0] + self.before


def read_config(folder: Path) -> dict:
    """The config.json of a Chronos-T5 model."""
    try:
        config = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise not_chronos(folder, "a config.json", str(error)) from None
    chronos = config.get("chronos_config") or {}
    got = config.get("model_type"), config.get("feed_forward_proj", "relu"), chronos.get("tokenizer_class")
    if got != ("t5", "relu", "MeanScaleUniformBins"):
        raise not_chronos(folder, "a T5 with relu and the tokenizer MeanScaleUniformBins", str(got))
    return config


def read_network(folder: Path, config: dict, sha256: str | None) -> T5:
    """The network with its weights."""
    from safetensors.torch import load

    contents = [path.read_bytes() for path in sorted(folder.glob("*.safetensors"))]
    digest = hashlib.sha256(b"".join(contents)).hexdigest()
    if sha256 not in (None, digest):
        raise not_chronos(folder, f"sha256 {sha256}", digest)
    network = T5(config)
    try:
        network.load_weights({name: values for content in contents for name, values in load(content).items()})
    except ValueError as error:
        raise not_chronos(folder, "*.safetensors of the network in config.json", str(error)) from None
    return network.eval()


def not_chronos(folder: Path, expected: str, got: str) -> UsageError:
    """The error that says so."""
    return UsageError("not a Chronos-T5 model", where=str(folder), expected=expected, got=got, fix="give its folder")
