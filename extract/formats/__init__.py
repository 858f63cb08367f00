"""How documents look: encodings, layouts, numbers, dates. No database here."""
