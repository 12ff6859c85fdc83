"""From what a user writes for MODEL to its card: read from the text, never run."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from dynarena.errors import SchemaError, TrustError, UnknownName, UsageError
from dynarena.evaluation.forecaster import Forecaster
from dynarena.evaluation.loading import locate
from dynarena.evaluation.settings import parse_settings
from dynarena.suite import items


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "model_file.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write


ONE = """
    from dynarena import Forecaster
    raise RuntimeError("this file must not run")

    class Net(Forecaster):
        name = "Net 3"
        authors = "A. Author"
        knows = "family"
        trained_on = ["chaos/lorenz63"]
        accepts = {"kinds": ["chaos"]}

        def __init__(self, lr=1e-3, *, width: int = 8):
            pass
"""


def test_facts_are_read_without_running_the_file(file):
    card = locate(str(file(ONE))).card
    assert (card.name, card.authors, card.knows, card.trained_on) == (
        "Net 3",
        "A. Author",
        "family",
        ["chaos/lorenz63"],
    )
    assert card.tier == "submission" and len(card.digest) == 64


def test_a_class_without_a_name_is_called_as_it_is(file):
    assert locate(str(file("from dynarena import Model\nclass Plain(Model): pass"))).card.name == "Plain"


@pytest.mark.parametrize(
    "head",
    [
        "from dynarena import Forecaster as F\nclass A(F): pass",
        "import dynarena\nclass A(dynarena.Model): pass",
        "import dynarena as da\nclass A(da.Forecaster): pass",
        "from dynarena.evaluation.model import Model\nclass A(Model): pass",
        "from dynarena import Model\nclass _Base(Model): pass\nclass A(_Base): pass",
        "import torch\nfrom dynarena import Model\nclass P(torch.nn.Module): pass\nclass A(Model, P): pass",
    ],
)
def test_the_only_model_of_a_file_is_found_however_its_base_is_written(file, head):
    assert locate(str(file(head))).cls == "A"


def test_a_derived_class_inherits_the_facts_and_settings_of_its_base_in_the_file(file):
    path = file(
        """
        from dynarena import Model
        class Base(Model):
            authors = "Base"
            license = "MIT"
            def __init__(self, depth=1): pass
        class Child(Base):
            authors = "Child"
        """
    )
    card = locate(str(path), {"depth": 2}).card
    assert (card.name, card.authors, card.license, card.settings) == ("Child", "Child", "MIT", {"depth": 2})


def test_several_models_are_listed_and_one_can_be_chosen(file):
    path = file("from dynarena import Model\nclass A(Model): pass\nclass B(Model): pass")
    with pytest.raises(UsageError) as caught:
        locate(str(path))
    assert caught.value.got == "A, B" and f"{path}:A" in caught.value.fix
    assert locate(f"{path}:B").cls == "B"
    with pytest.raises(UnknownName) as missing:
        locate(f"{path}:Bb")
    assert "'B'" in missing.value.fix


def test_a_file_without_a_model_says_what_is_missing(file):
    with pytest.raises(UsageError) as caught:
        locate(str(file("class Net: pass")))
    assert "subclass of Forecaster" in caught.value.expected and caught.value.got == "Net"


def test_a_syntax_error_names_the_line(file):
    path = file("x = 1\n\nclass Net(:\n")
    with pytest.raises(SchemaError) as caught:
        locate(str(path))
    assert caught.value.where == f"{path}, line 3"


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "weights.py"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SchemaError, match="not a Python file"):
        locate(str(path))


@pytest.mark.parametrize(
    ("line", "telling"),
    [
        ("name = make()", "name is not a literal"),
        ("knows = 'everything'", "wrong value for knows"),
        ("answer_samples = True", "wrong value for answer_samples"),
        ("accepts = ['chaos']", "wrong value for accepts"),
        ("trained_on = 'lorenz'", "wrong value for trained_on"),
    ],
)
def test_a_fact_that_is_wrong_is_named_with_its_line(file, line, telling):
    path = file(f"from dynarena import Model\nclass A(Model):\n    {line}\n")
    with pytest.raises(SchemaError, match=telling) as caught:
        locate(str(path))
    assert "line 3" in caught.value.where


def test_a_missing_file_suggests_its_neighbour(file):
    path = file(ONE, "my_network.py")
    with pytest.raises(UnknownName) as caught:
        locate(str(path.with_name("my_netwrok.py")))
    assert "my_network.py" in caught.value.fix


def test_an_unknown_baseline_suggests_the_nearest():
    with pytest.raises(UnknownName) as caught:
        locate("persistance")
    assert "'persistence'" in caught.value.fix and "file.py:Class" in caught.value.expected


@pytest.mark.parametrize("item", items("baselines"), ids=lambda item: item.name)
def test_every_baseline_is_a_model(item):
    source = locate(item.name)
    assert source.card.license and source.card.tier in ("core", "extended") and source.folder is None


def test_an_unknown_setting_suggests_the_nearest_and_any_goes_with_kwargs(file):
    path = file(ONE)
    with pytest.raises(UnknownName) as caught:
        locate(str(path), {"widht": 3})
    assert "'width'" in caught.value.fix
    free = file("from dynarena import Model\nclass A(Model):\n    def __init__(self, **options): pass", "free.py")
    assert locate(str(free), {"anything": 1}).card.settings == {"anything": 1}


def test_the_digest_is_that_of_source_class_and_settings(file):
    path = file(ONE)
    first = locate(str(path)).card.digest
    assert locate(str(path)).card.digest == first
    assert locate(str(path), {"lr": 0.1}).card.digest != first
    moved = file(ONE, "other/model_file.py")
    assert locate(str(moved)).card.digest == first
    path.write_text(path.read_text() + "# changed\n")
    assert locate(str(path)).card.digest != first


def test_every_file_of_a_folder_counts_but_caches_do_not(file, tmp_path):
    file(ONE, "net/model.py")
    file("weights = 1", "net/parts/weights.py")
    folder = str(tmp_path / "net")
    first = locate(folder).card.digest
    file("", "net/__pycache__/x.pyc")
    file("", "net/.git/config")
    assert locate(folder).card.digest == first
    file("weights = 2", "net/parts/weights.py")
    assert locate(folder).card.digest != first
    assert locate(folder).folder == folder


def test_a_folder_without_model_py_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no model.py"):
        locate(str(tmp_path))


def test_a_dotted_module_is_found_without_importing_its_package(file, tmp_path, monkeypatch):
    file("raise RuntimeError('the package ran')", "pack_of_models/__init__.py")
    file(ONE, "pack_of_models/net.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = locate("pack_of_models.net:Net")
    assert source.module == "pack_of_models.net" and source.card.name == "Net 3"
    with pytest.raises(UsageError, match="pack_of_models.nte"):
        locate("pack_of_models.nte:Net")


def test_a_class_object_must_be_a_model():
    class Mine(Forecaster):
        name = "Mine"
        authors = "Me"

        def __init__(self, gain=1.0):
            self.gain = gain

    source = locate(Mine, {"gain": 2.0})
    assert (source.card.name, source.card.authors, source.card.settings) == ("Mine", "Me", {"gain": 2.0})
    assert source.pickle
    with pytest.raises(UnknownName):
        locate(Mine, {"gian": 2.0})
    with pytest.raises(UsageError, match="not a model"):
        locate(dict)


def test_settings_are_toml_values_and_bare_words():
    pairs = ["lr=1e-3", "layers=[1, 2]", "deep = true", "act=relu", 'name="a b"', "n=3"]
    assert parse_settings(pairs) == {"lr": 1e-3, "layers": [1, 2], "deep": True, "act": "relu", "name": "a b", "n": 3}


@pytest.mark.parametrize("pair", ["lr", "=3", "lr=", "a b=1", "x=[1,", "x=1.2.3"])
def test_a_setting_that_cannot_be_read_is_refused(pair):
    with pytest.raises(UsageError) as caught:
        parse_settings([pair])
    assert caught.value.fix


@pytest.mark.parametrize(
    "fact",
    [
        "name = '../../x'",
        "name = '/etc/passwd'",
        "name = '..'",
        "name = 'a\\nb'",
        "name = ' '",
        "name = '\\ud800'",
        "name = 'nul\\0'",
        f"name = '{'a' * 101}'",
        "name = 5",
        "authors = '\\ud800'",
        "accepts = {'kinds': 3}",
        "accepts = {'kind': ['pde']}",
        "accepts = {'max_axes': True}",
        "accepts = {'engines': 'spectral'}",
        "trained_on = 3",
        "knows = 'everything'",
    ],
)
def test_a_fact_that_no_board_can_carry_is_refused_before_anything_runs(file, fact):
    with pytest.raises(UsageError) as caught:
        locate(str(file(f"from dynarena import Model\nclass A(Model):\n    {fact}\n")))
    assert fact.split(" = ")[0].split("'")[0] in str(caught.value)
    body: dict[str, object] = {}
    exec(fact, {}, body)
    with pytest.raises(UsageError):
        locate(type("A", (Forecaster,), body))


@pytest.mark.parametrize("name", ["Net 3", "🦊 fox", "<script>", "$x_^{2}$ %s", "ü" * 100])
def test_an_odd_name_that_can_be_shown_is_kept(file, name):
    assert locate(str(file(f"from dynarena import Model\nclass A(Model):\n    name = {name!r}\n"))).card.name == name


@pytest.fixture
def private(tmp_path, monkeypatch):
    folder = tmp_path / "acme"
    (folder / "baselines").mkdir(parents=True)
    (folder / "baselines" / "ours.py").write_text("from dynarena import Model\nclass Ours(Model): pass\n")
    monkeypatch.setenv("DYNARENA_SUITE", str(folder))
    monkeypatch.setenv("DYNARENA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("name", ["ours", "acme:ours", "acme:ours:Ours"])
def test_a_private_baseline_is_found_by_its_names_and_needs_trust(private, name):
    from dynarena.suite import suites
    from dynarena.suite.modules import trust

    with pytest.raises(TrustError):
        locate(name)
    trust(suites()[1])
    assert locate(name).file == str(private / "baselines" / "ours.py")


def test_a_baseline_and_a_folder_of_one_name_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drift").mkdir()
    assert locate("drift").cls == "Drift"
    (tmp_path / "drift" / "model.py").write_text("from dynarena import Model\nclass Mine(Model): pass\n")
    with pytest.raises(UsageError, match="a baseline and a folder") as caught:
        locate("drift")
    assert "./drift" in caught.value.fix and "canonical:drift" in caught.value.fix
    assert (locate("./drift").cls, locate("canonical:drift").cls) == ("Mine", "Drift")
