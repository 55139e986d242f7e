"""What rests and the questions asked of it. Plug-ins never import this package."""

from monitor.store.store import Store, open_store
from monitor.store.writing import Judged, Transaction

__all__ = ["Judged", "Store", "Transaction", "open_store"]
