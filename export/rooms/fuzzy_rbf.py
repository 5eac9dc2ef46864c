"""The room of Ordaz-Gutierrez, fitted to the kit's cells, as one network."""

from __future__ import annotations

from export.opinion.fuzzy_rbf import fitted
from export.opinion.table import CellTable
from export.rooms.fitting import Fitted
from models.ordaz2014_fuzzy_rbf.fit import FitOptions
from models.ordaz2014_fuzzy_rbf.net import MEASURES, of_documents


def fitted_network(cells: CellTable, options: FitOptions) -> Fitted:
    """Boundaries calibrated, units placed, output and probabilities found, as `fitted` does. Raises FitFault."""
    documents = fitted(cells, options)
    rbf = documents.rbf
    settings = {"units": len(rbf["centres"]), "limit": rbf["limit"]}
    return Fitted(of_documents(documents.fuzzy, rbf), settings, tuple(rbf["labels"]), MEASURES)
