"""Chronos from weights on disk: loading, tokens, drawing, and a small model that has learned a sawtooth."""

import hashlib
import json
import re

import pytest
import torch

from dynarena import NotApplicable
from dynarena.errors import UsageError
from dynarena.evaluation.t5 import T5

TOKENS = {
    "tokenizer_class": "MeanScaleUniformBins",
    "tokenizer_kwargs": {"low_limit": -4.0, "high_limit": 4.0},
    "n_tokens": 44,
    "n_special_tokens": 2,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "use_eos_token": True,
    "model_type": "seq2seq",
    "context_length": 24,
    "prediction_length": 8,
    "num_samples": 20,
    "temperature": 1.0,
    "top_k": 50,
    "top_p": 1.0,
}
CONFIG = {
    "model_type": "t5",
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 24,
    "num_heads": 2,
    "num_layers": 2,
    "num_decoder_layers": 3,
    "vocab_size": 44,
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 20,
    "layer_norm_epsilon": 1e-6,
    "feed_forward_proj": "relu",
    "chronos_config": TOKENS,
}


def published(network):
    """Weights under the names that the transformers library gives them."""
    parts = {"encoder": ["SelfAttention", "DenseReluDense"]}
    parts["decoder"] = ["SelfAttention", "EncDecAttention", "DenseReluDense"]

    def name(short):
        return re.sub(
            r"(\w+)\.block\.(\d+)\.layer\.(\d)\.part",
            lambda found: f"{found[1]}.block.{found[2]}.layer.{found[3]}.{parts[found[1]][int(found[3])]}",
            short,
        )

    return {name(short): values.contiguous() for short, values in network.state_dict().items()}


def save(folder, network, config=CONFIG):
    from safetensors.torch import save_file

    folder.mkdir(exist_ok=True)
    save_file(published(network), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def random_network(config=CONFIG):
    network = T5(config)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.copy_(0.4 * torch.randn(weights.shape, generator=generator))
    return network


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save(tmp_path_factory.mktemp("weights"), random_network())


@pytest.fixture(scope="module")
def waves(tools):
    """Sines of the period 8, in two components."""
    phase = torch.linspace(0, 6, 9, dtype=torch.float64)[:, None, None] + torch.tensor([0.0, 1.0])
    data = 3 + 2 * torch.sin(phase + torch.pi / 4 * torch.arange(44, dtype=torch.float64)[:, None])
    return tools.world(data, 4, 24, 20, ("component",), 1.0)


def tokens(tools, **changes):
    return tools.load("chronos").Tokens(TOKENS | changes)


def test_the_network_is_the_one_of_the_transformers_library():
    """Logits of T5ForConditionalGeneration, transformers 5.24, for weights cos(0.9 i + k), k the alphabetic place."""
    network = T5(CONFIG | {"vocab_size": 12})
    weights = {
        name: torch.cos(0.9 * torch.arange(values.numel(), dtype=torch.float64) + place).reshape(values.shape)
        for place, (name, values) in enumerate(sorted(published(network).items()))
    }
    network.load_weights(weights)
    with torch.no_grad():
        dialogue = network.read(torch.arange(26)[None] % 10 + 2)
        logits = [dialogue.say(torch.tensor([token])) for token in [0, 5, 3, 9] * 5]
    first = [-0.301106, -0.010546, 0.306586, -0.148767, -0.229282]
    last = [-0.114071, -0.108876, 0.170647, 0.020202, -0.181145, 0.073927]
    last += [0.142730, -0.148094, -0.065775, 0.182273, -0.028941, -0.167235]
    assert logits[0][0, :5].tolist() == pytest.approx(first, abs=2e-6)
    assert logits[-1][0].tolist() == pytest.approx(last, abs=2e-6)


def test_a_readout_of_its_own_is_not_scaled():
    config = CONFIG | {"tie_word_embeddings": False}
    network = T5(config)
    network.load_weights(published(random_network(config)))
    x = torch.ones(1, 16)
    assert torch.equal(network.logits(x), x @ network.lm_head.weight.T)
    tied = random_network()
    assert torch.allclose(tied.logits(x), x @ tied.shared.weight.T / 4)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_value_comes_back_within_half_a_bin(size, tools):
    known = tokens(tools)
    series = size * torch.rand(5, 24, generator=torch.Generator().manual_seed(1)) - size / 3
    ids, scale = known.encode(series)
    half = 8 / (44 - 3 - 1) / 2
    assert torch.equal(scale, series.abs().mean(1, keepdim=True))
    error = ((known.decode(ids[:, :-1], scale) - series) / scale).abs()
    assert 0.8 * half < error.max() <= half * (1 + 1e-4)


def test_tokens_are_the_published_ones(tools):
    """4096 tokens from -15 to 15: 4093 centres, the first of them token 3; the end is token 1."""
    limits = {"low_limit": -15.0, "high_limit": 15.0}
    known = tokens(tools, n_tokens=4096, tokenizer_kwargs=limits, context_length=512)
    assert len(known.centres) == 4093
    assert known.encode(torch.zeros(1, 3))[0].tolist() == [[2049, 2049, 2049, 1]]
    peak = torch.zeros(1, 100)
    peak[0, 0], peak[0, 1] = 1e9, -1e9
    ids, scale = known.encode(peak)
    assert ids[0, :3].tolist() == [4095, 3, 2049] and known.decode(ids[:, :1], scale).item() == pytest.approx(15 * 2e7)
    assert tokens(tools, use_eos_token=False).encode(torch.ones(1, 3))[0].shape == (1, 3)


def test_only_the_end_of_a_long_context_is_read(tools):
    known, series = tokens(tools), torch.rand(1, 60)
    for long, short in zip(known.encode(series), known.encode(series[:, -24:]), strict=True):
        assert torch.equal(long, short)


def test_tokens_are_drawn_as_often_as_they_are_likely_and_special_ones_never(tools):
    logits = torch.randn(1, 44, generator=torch.Generator().manual_seed(2))
    logits[0, :3] = 50.0
    uniform = (torch.arange(20000) + 0.5) / 20000
    shares = logits[0, 3:].softmax(0)
    drawn = tokens(tools, top_k=0).draw(logits.expand(20000, -1), uniform)
    assert torch.allclose(torch.bincount(drawn, minlength=44)[3:] / 20000, shares, atol=2e-4)
    best = tokens(tools, top_k=3).draw(logits.expand(20000, -1), uniform).unique()
    assert best.tolist() == sorted((logits[0, 3:].topk(3).indices + 3).tolist())
    cold = tokens(tools, temperature=1e-3).draw(logits.expand(20000, -1), uniform).unique()
    assert cold.tolist() == [logits[0, 3:].argmax().item() + 3]


def test_paths_have_the_shape_of_an_ensemble_and_depend_on_the_seed_alone(folder, waves, build, tools):
    import dataclasses

    model = build("chronos", weights=folder)
    whole = tools.ask(model, waves)
    assert whole.shape == (10, *waves.truth.shape) and whole.dtype == torch.float32 and whole.isfinite().all()
    assert torch.equal(tools.ask(build("chronos", weights=folder), waves), whole)
    alone = torch.cat([tools.ask(model, waves, [row]) for row in range(len(waves.test))], dim=1)
    assert torch.equal(alone, whole)
    other = tools.World(dataclasses.replace(waves.task, seed=1), waves.train, waves.test)
    assert not torch.equal(tools.ask(model, other), whole)
    assert whole.std(0).max() > 0.1


def test_a_context_far_outside_gives_finite_paths(folder, waves, build, tools):
    strange = tools.World(waves.task, waves.train, waves.test * 1e6)
    assert tools.ask(build("chronos", weights=folder), strange).isfinite().all()


def test_weights_that_have_learned_a_sawtooth_go_on_with_it(tmp_path, build, tools):
    torch.manual_seed(0)
    short = {"chronos_config": TOKENS | {"prediction_length": 2}, "relative_attention_num_buckets": 32}
    config = CONFIG | short | {"num_decoder_layers": 1, "d_model": 32, "d_ff": 64}
    network, known = T5(config), tokens(tools)
    with torch.no_grad():
        for name, weights in network.named_parameters():
            if weights.dim() > 1:
                weights.normal_(0, (weights.shape[1] * (8 if ".q." in name else 1)) ** -0.5)
        network.shared.weight.normal_()
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=421)
    for _ in range(420):
        wave = (torch.randint(8, (32, 1)) + torch.arange(26)) % 8 - 3.5
        given, scale = known.encode(wave[:, :24])
        after = torch.bucketize(wave[:, 24:] / scale, known.edges, right=True) + known.before
        dialogue = network.read(given)
        logits = torch.stack([dialogue.say(torch.zeros_like(after[:, 0])), dialogue.say(after[:, 0])], dim=1)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), after.flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    data = (3 + 2.0 * ((torch.arange(9)[:, None] + torch.arange(44)) % 8)).double()[..., None]
    place = tools.world(data, 4, 24, 20, ("component",), 1.0)
    paths = tools.ask(build("chronos", weights=save(tmp_path / "sawtooth", network, config)), place)
    near = ((paths.median(0).values - place.truth).abs() < 0.1 * data.std()).float().mean((0, 2))
    assert near[:8].mean() > 0.8 and near.mean() > 0.5


def test_without_weights_the_model_is_not_applicable(tmp_path, build):
    with pytest.raises(NotApplicable, match="no weights"):
        build("chronos")
    with pytest.raises(NotApplicable, match="not a folder"):
        build("chronos", weights=str(tmp_path / "nowhere"))


def test_a_folder_that_is_no_chronos_says_what_is_wrong(tmp_path, folder, build):
    with pytest.raises(UsageError, match=r"a config\.json"):
        build("chronos", weights=str(tmp_path))
    other = save(tmp_path / "other", random_network(), CONFIG | {"chronos_config": None})
    with pytest.raises(UsageError, match="MeanScaleUniformBins"):
        build("chronos", weights=other)
    smaller = save(tmp_path / "smaller", random_network(), CONFIG | {"d_ff": 20})
    with pytest.raises(UsageError, match=r"wi\.weight has shape \(24, 16\), expected \(20, 16\)"):
        build("chronos", weights=smaller)
    fewer = save(tmp_path / "fewer", random_network(), CONFIG | {"num_layers": 3})
    with pytest.raises(UsageError, match=r"encoder\.block\.2.* has shape None"):
        build("chronos", weights=fewer)


def test_a_record_s_digest_must_be_that_of_the_weights(folder, build, tmp_path):
    from pathlib import Path

    digest = hashlib.sha256((Path(folder) / "model.safetensors").read_bytes()).hexdigest()
    assert build("chronos", weights=folder, sha256=digest).network is not None
    with pytest.raises(UsageError, match=digest):
        build("chronos", weights=folder, sha256="0" * 64)
