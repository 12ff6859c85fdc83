"""Records into statistics: skill, intervals, places, comparisons. Never imports torch."""

from dynarena.ranking.board import Board as Board
from dynarena.ranking.board import build_board as build_board
from dynarena.ranking.compare import Comparison as Comparison
from dynarena.ranking.compare import compare as compare
from dynarena.ranking.explain import Explanation as Explanation
from dynarena.ranking.explain import explain as explain
