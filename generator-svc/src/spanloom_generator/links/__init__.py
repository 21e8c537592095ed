"""Word alignment where models run: links between a sentence and its translation from a pretrained encoder."""
