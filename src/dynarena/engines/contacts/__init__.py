"""Scenes of discs that fly freely between contacts: with one another, with walls, bars and pegs."""

from dynarena.engines.contacts.engine import Contacts as Contacts
from dynarena.engines.contacts.engine import ContactSimulator as ContactSimulator
