"""An SP-API stand-in over HTTP: tokens, Reports, Sellers, documents, faults."""
