"""The T5 transformer: an encoder, and a decoder that speaks token by token."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


class T5(nn.Module):
    """Encoder and decoder with relative positions, root-mean-square norms and relu perceptrons (Raffel et al. 2020).

    `config` and the names of `load_weights` are those that the transformers library writes. Where the readout is tied
    to the embedding E, the logits are E x / sqrt(d_model).
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        width = config["d_model"]
        tied = config.get("tie_word_embeddings", True)
        self.scale = width**-0.5 if tied else 1.0
        self.shared = nn.Embedding(config["vocab_size"], width)
        self.encoder = Side(config, config["num_layers"], decoder=False)
        self.decoder = Side(config, config.get("num_decoder_layers") or config["num_layers"], decoder=True)
        self.lm_head = None if tied else nn.Linear(width, config["vocab_size"], bias=False)

    def load_weights(self, stored: Mapping[str, Tensor]) -> None:
        """Take the stored weights, as float32. Raises ValueError naming one that is missing, unknown or misshapen."""
        given = {_short(name): values.float() for name, values in stored.items() if "embed_tokens" not in name}
        if self.lm_head is None:
            given.pop("lm_head.weight", None)
        shapes = {name: tuple(values.shape) for name, values in self.state_dict().items()}
        for name in sorted(shapes.keys() | given.keys()):
            got = tuple(given[name].shape) if name in given else None
            if got != shapes.get(name):
                raise ValueError(f"{name} has shape {got}, expected {shapes.get(name)}")
        self.load_state_dict(given)

    def read(self, ids: Tensor) -> Dialogue:
        """The decoder after the encoder has read ids [n, time]."""
        return Dialogue(self, self.encoder(self.shared(ids)))

    def logits(self, x: Tensor) -> Tensor:
        """[n, width] -> [n, token]."""
        readout = self.shared if self.lm_head is None else self.lm_head
        return (x * self.scale) @ readout.weight.T


class Dialogue:
    """The decoder's keys and values of what was read and of what was said."""

    def __init__(self, network: T5, encoded: Tensor) -> None:
        self.network = network
        self.read = [ask.part.keys(encoded) for _, ask, _ in network.decoder.parts()]
        self.said: list[tuple[Tensor, Tensor]] = []

    def say(self, token: Tensor) -> Tensor:
        """Say one token [n] more: the logits of the next, [n, token]."""
        layers = list(self.network.decoder.parts())
        x = self.network.shared(token)[:, None]
        length = self.said[0][0].shape[2] if self.said else 0
        bias = layers[0][0].part.bias(torch.arange(-length, 1, device=token.device)[None], both_ways=False)
        said = []
        for place, (attend, ask, feed) in enumerate(layers):
            inner = attend.layer_norm(x)
            key, value = attend.part.keys(inner)
            if self.said:
                key, value = (torch.cat(pair, dim=2) for pair in zip(self.said[place], (key, value), strict=True))
            said.append((key, value))
            x = x + attend.part(inner, key, value, bias)
            x = x + ask.part(ask.layer_norm(x), *self.read[place], None)
            x = x + feed.part(feed.layer_norm(x))
        self.said = said
        return self.network.logits(self.network.decoder.final_layer_norm(x[:, 0]))


class Side(nn.Module):
    """The blocks of encoder or decoder; the first one's relative positions serve all of them."""

    def __init__(self, config: Mapping[str, Any], layers: int, decoder: bool) -> None:
        super().__init__()
        self.block = nn.ModuleList(Block(config, decoder, first=place == 0) for place in range(layers))
        self.final_layer_norm = nn.RMSNorm(config["d_model"], eps=config["layer_norm_epsilon"])

    def parts(self) -> list[Any]:
        """The parts of each block: attention, in the decoder attention to the encoder, perceptron."""
        layers: list[Any] = [block.layer for block in self.block]
        return [list(layer) for layer in layers]

    def forward(self, x: Tensor) -> Tensor:
        """Read all at once: [n, time, width] -> the same."""
        place = torch.arange(x.shape[1], device=x.device)
        bias = self.parts()[0][0].part.bias(place - place[:, None], both_ways=True)
        for attend, feed in self.parts():
            inner = attend.layer_norm(x)
            x = x + attend.part(inner, *attend.part.keys(inner), bias)
            x = x + feed.part(feed.layer_norm(x))
        normed: Tensor = self.final_layer_norm(x)
        return normed


class Block(nn.Module):
    """Attention, in the decoder attention to the encoder, and a perceptron, each with its norm."""

    def __init__(self, config: Mapping[str, Any], decoder: bool, first: bool) -> None:
        super().__init__()
        asking = [Attention(config, positions=False)] if decoder else []
        parts = [Attention(config, positions=first), *asking, Feed(config)]
        self.layer = nn.ModuleList(Normed(part, config) for part in parts)


class Normed(nn.Module):
    """A part and the norm of what it reads."""

    def __init__(self, part: nn.Module, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.part = part
        self.layer_norm = nn.RMSNorm(config["d_model"], eps=config["layer_norm_epsilon"])


class Feed(nn.Module):
    """W_o relu(W_i x)."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.wi = nn.Linear(config["d_model"], config["d_ff"], bias=False)
        self.wo = nn.Linear(config["d_ff"], config["d_model"], bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] -> the same."""
        fed: Tensor = self.wo(nn.functional.relu(self.wi(x)))
        return fed


class Attention(nn.Module):
    """softmax(Q Kᵀ + b) V, without the usual 1 / sqrt(d); b depends on the distance between the two places."""

    def __init__(self, config: Mapping[str, Any], positions: bool) -> None:
        super().__init__()
        self.heads = config["num_heads"]
        inner = self.heads * config["d_kv"]
        self.q, self.k, self.v = (nn.Linear(config["d_model"], inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, config["d_model"], bias=False)
        self.farthest = config.get("relative_attention_max_distance", 128)
        if positions:
            self.relative_attention_bias = nn.Embedding(config["relative_attention_num_buckets"], self.heads)

    def keys(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of [n, time, width], [n, head, time, d] each."""
        return self._split(self.k(source)), self._split(self.v(source))

    def forward(self, x: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
        """[n, asking, width] -> the same."""
        answer = nn.functional.scaled_dot_product_attention(self._split(self.q(x)), key, value, bias, scale=1.0)
        out: Tensor = self.o(answer.transpose(1, 2).flatten(2))
        return out

    def bias(self, ahead: Tensor, both_ways: bool) -> Tensor:
        """b where the key is `ahead` places after the query, [asking, time] -> [1, head, asking, time].

        A near distance has a bucket of its own, far ones share buckets that widen geometrically up to `farthest`.
        """
        buckets = self.relative_attention_bias.num_embeddings // (2 if both_ways else 1)
        distance = ahead.abs() if both_ways else (-ahead).clamp(min=0)
        exact = buckets // 2
        growth = (distance.clamp(min=1).float() / exact).log() / math.log(self.farthest / exact)
        far = (exact + (growth * (buckets - exact)).long()).clamp(max=buckets - 1)
        bucket = torch.where(distance < exact, distance, far) + (ahead > 0) * buckets * both_ways
        bias: Tensor = self.relative_attention_bias(bucket).permute(2, 0, 1)[None]
        return bias

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)


def _short(name: str) -> str:
    for part in ("SelfAttention", "EncDecAttention", "DenseReluDense"):
        name = name.replace(f".{part}.", ".part.")
    return name
