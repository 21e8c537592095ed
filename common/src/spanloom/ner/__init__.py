"""Label schemas, IOB2, spans, sentence formats."""
