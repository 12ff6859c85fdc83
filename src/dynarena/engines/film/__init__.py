"""Scenes as pictures: what an object is, how it is drawn, and how it is measured again from pixels."""
