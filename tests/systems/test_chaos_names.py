"""Every system that the catalogue owes is there under its name, and re-parameterisations are variants of one system."""

from __future__ import annotations

import tomllib

import pytest
from chaos_catalogue import FILES, facts, is_map, spec


def _words(block: str) -> list[str]:
    return block.split()


FLOWS = _words(
    """
    aizawa anishchenko_astakhov arneodo arnold_beltrami_childress arnold_web atmospheric_regime beer_rnn
    belousov_zhabotinsky bickley_jet blasius blinking_rotlet blinking_vortex bouali bouali2 burke_shaw ca_two_plus
    ca_two_plus_quasiperiodic cell_cycle cellular_neural_network chen chen_lee chua circadian_rhythm
    coevolving_predator_prey colpitts coullet dadras dequan_li double_gyre double_pendulum duffing excitable_cell
    finance fluid_trampoline forced_brusselator forced_fitz_hugh_nagumo forced_van_der_pol genesio_tesi
    glycolytic_oscillation guckenheimer_holmes hadley halvorsen hastings_powell henon_heiles hindmarsh_rose hopfield
    hyper_bao hyper_cai hyper_jha hyper_lorenz hyper_lu hyper_pang hyper_qi hyper_rossler hyper_wang hyper_xu
    hyper_yan hyper_yang_chen ikeda_delay interior_squirmer isothermal_chemical itik_banks_tumor jerk_circuit
    kawczynski_strizhak laser lid_driven_cavity_flow liu_chen lorenz63 lorenz84 lorenz96 lorenz_bounded
    lorenz_coupled lorenz_stenflo lu_chen lu_chen_cheng mac_arthur mackey_glass moore_spiegel multi_chua
    newton_liepnik nose_hoover nuclear_quadrupole oscillating_flow pan_xu_zhou pehlivan_wei piecewise_circuit qi
    qi_chen rabinovich_fabrikant rayleigh_benard rikitake_dynamo rossler rucklidge sakarya salton_sea
    san_um_srisuchinwong scroll_delay shimizu_morioka sprott_a sprott_b sprott_c sprott_d sprott_delay sprott_e
    sprott_f sprott_g sprott_h sprott_i sprott_j sprott_jerk sprott_k sprott_l sprott_m sprott_more sprott_n
    sprott_o sprott_p sprott_q sprott_r sprott_s sprott_torus stick_slip_oscillator swinging_atwood thomas
    thomas_labyrinth torus tsucs2 turchin_hanski vallis_el_nino voss_delay wang_sun windmi_reduced yu_wang yu_wang2
    zhou_chen
    """
)
DELAYS = {"ikeda_delay", "mackey_glass", "piecewise_circuit", "scroll_delay", "sprott_delay", "voss_delay"}
MAPS = _words(
    """
    baker bedhead blinking_vortex_map bogdanov chebyshev chirikov circle de_jong duffing_map end_cap gauss
    gingerbreadman gumowski_mira henon hopalong ikeda kaplan_yorke logistic maynard_smith pickover ricker svensson
    tent tinkerbell zaslavskii zeraoulia_sprott
    """
)
HAMILTONIAN = ["mass_spring", "pendulum", "double_pendulum", "two_body", "three_body", "magnetic_mirror"]
PROSE = _words(
    """
    aizawa chen_lee dadras double_pendulum duffing four_wing halvorsen lorenz lorenz96_4 lorenz96_5
    rabinovich_fabrikant rossler sprott_b sprott_linz_f thomas
    """
)
OTHERS = _words(
    """
    pendulum_exact torus_rotation cat_map skew_product coupled_map_lattice kuramoto_ring lorenz96_5 lorenz96_10
    lorenz96_20 lorenz96_80 duffing_input
    """
)
VARIANTS = {
    "thomas_labyrinth": "thomas", "coullet": "arneodo", "bouali": "bouali2", "pan_xu_zhou": "dequan_li",
    "tsucs2": "dequan_li", "ca_two_plus_quasiperiodic": "ca_two_plus", "blinking_vortex": "blinking_rotlet",
    "sprott_delay": "ikeda_delay",
}  # fmt: skip


def test_all_135_flows_are_there_of_which_six_are_delays() -> None:
    assert len(set(FLOWS)) == 135 and not set(FLOWS) - set(FILES)
    assert {name for name in FLOWS if spec(name).engine == "delay"} == DELAYS
    assert all(spec(name).engine == "ode" for name in set(FLOWS) - DELAYS)


def test_all_26_maps_are_there() -> None:
    assert len(set(MAPS)) == 26 and not set(MAPS) - set(FILES)
    assert all(is_map(name) for name in MAPS)


def test_hamiltonian_systems_families_and_the_others_are_there() -> None:
    assert len(PROSE) == 15
    assert not {*HAMILTONIAN, *OTHERS, *(f"prose_{name}" for name in PROSE)} - set(FILES)
    assert all("hamiltonian" in spec(name).tags and spec(name).invariants for name in HAMILTONIAN)


@pytest.mark.parametrize(("name", "of"), VARIANTS.items())
def test_a_reparameterisation_is_a_variant(name: str, of: str) -> None:
    content = tomllib.loads(FILES[name].read_text())
    assert content["variant_of"] == of
    if name == "ca_two_plus_quasiperiodic":
        assert "cooperative enzyme" in spec(name).about, "an exponent of Hill's, which is no parameter here"
    else:
        assert "equations" not in content and spec(name).equations == spec(of).equations


def test_liu_and_chens_equations_differ_from_sakaryas_as_its_file_says() -> None:
    assert spec("liu_chen").equations != spec("sakarya").equations and "Sakarya" in spec("liu_chen").about


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_equation_source_spectrum_with_errors_and_certified_horizon(name: str) -> None:
    found = facts(name)
    assert (spec(name).equations or spec(name).engine == "closed_form") and spec(name).source
    spectrum = found["lyapunov_spectrum"]
    assert len(spectrum["value"]) == len(spectrum["sem"]) >= 1
    assert found["certified_until"]["value"] > 0 and isinstance(found["certified"], bool)
