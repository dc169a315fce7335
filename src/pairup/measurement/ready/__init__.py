"""Indicators that ship with pairup, by the schema they are for. Importing this fills `definition.READY`."""

from pairup.measurement.ready import households as _households
from pairup.measurement.ready import returns as _returns
from pairup.measurement.ready import seedlings as _seedlings
from pairup.measurement.ready import stations as _stations

_ = (_households, _returns, _seedlings, _stations)
