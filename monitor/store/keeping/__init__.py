"""How long things stay: purged, retired, erased, or held back; and copies of the whole."""
