"""The colours of the figures, on a light ground and on a dark one.

Each colour is told from its neighbours by lightness as well, so that they stay apart for every kind of colour
vision and in black and white. A figure is drawn in the light colours; the page's style sheet swaps them in the dark.
"""

from __future__ import annotations

INK = "#1f2933"
PAPER = "#fefefe"
MUTED = "#5b6773"
GRID = "#dfe3e8"
DUE = "#6b4f8f"
PLEDGED = "#7fb2d6"
PAID = "#1c5d99"
EXECUTED = "#c2571a"
AUDITED = "#3c7a57"
PLAN = "#b3471f"

#: altitude classes: first metre of the class, colour. Darker is higher.
ALTITUDE = ((0, "#f0e3b4"), (3000, "#dcb86a"), (3500, "#bb8140"), (4000, "#8b4e2e"), (4500, "#4c2722"))
#: amounts in a grid, from least to most
AMOUNT = ("#e3edf6", "#b4d0e7", "#76a9d2", "#387bb5", "#124d84")

#: light colour -> dark colour
DARK = {
    INK: "#e7ebef",
    PAPER: "#14191f",
    MUTED: "#a9b4bf",
    GRID: "#333d47",
    DUE: "#c0a6e0",
    PLEDGED: "#3f6f96",
    PAID: "#7ec0f5",
    EXECUTED: "#f2965b",
    AUDITED: "#7cc49b",
    PLAN: "#ff9d6e",
    **dict(
        zip(
            (colour for _, colour in ALTITUDE),
            ("#5a3a2c", "#8a5a38", "#bd8748", "#e3bd72", "#fbeec2"),
            strict=True,
        )
    ),
    **dict(zip(AMOUNT, ("#1d3346", "#24506f", "#3678a6", "#6aacdc", "#c2e2fa"), strict=True)),
}
