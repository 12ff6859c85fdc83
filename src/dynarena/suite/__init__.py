"""The five folders: which suites there are, which items stand in them, and how an item's Python is loaded."""

from dynarena.suite.folders import FOLDERS as FOLDERS
from dynarena.suite.folders import Suite as Suite
from dynarena.suite.folders import canonical as canonical
from dynarena.suite.folders import suites as suites
from dynarena.suite.home import home as home
from dynarena.suite.items import Item as Item
from dynarena.suite.items import find as find
from dynarena.suite.items import items as items
from dynarena.suite.metadata import literals as literals
from dynarena.suite.modules import load_module as load_module
