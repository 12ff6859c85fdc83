"""Boards made visible: tables in the terminal, exports, figures, the static site.

`site.publish`, `terminal.board_table`, `system_page.plot_trajectory`; each module imports only what it draws with.
"""
