"""The validator: completions to samples and rejections."""
